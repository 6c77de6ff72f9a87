"""The benchmark of second opinions, on the set that comes with the project."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from benchmarks.labelled import alerts_score
from benchmarks.second_opinion import asked_first, curve, fit, heard_with, oracle
from benchmarks.second_opinion_pairs import Pair, pairs_of, score
from monitor.stance.second import fitted

SET = Path(__file__).parents[2] / "benchmarks" / "data" / "gold-own"


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return pairs_of(SET)


def test_it_counts_as_the_other_benchmarks_do(pairs: list[Pair]) -> None:
    labelled = [p for p in pairs if p.labelled]
    rows = [({str(s) for s in p.expected}, {str(s) for s in p.heard}) for p in labelled]
    assert score((p, p.heard) for p in pairs) == pytest.approx(alerts_score((frozenset(e), h) for e, h in rows))


def test_a_perfect_reader_asked_about_everything_is_right_where_it_was_asked(pairs: list[Pair]) -> None:
    every = asked_first(pairs, None, len(pairs))
    heard = list(heard_with(pairs, every, oracle(pairs), fitted()["combine"]))
    wrong = [p.item.title for n, p in enumerate(pairs) if n in every and heard[n] != p.expected]
    assert len(wrong) <= 0.02 * len(pairs)  # a very sure built-in answer may stand against it


def test_errors_gather_where_the_doubt_is(pairs: list[Pair]) -> None:
    """The set was not fitted on; of what is least in doubt hardly anything is wrong."""
    doubtful = asked_first(pairs, None, round(0.65 * len(pairs)))
    rates = [sum(p.wrong for p in some) / len(some) for some in _parted(pairs, doubtful)]
    assert rates[0] > 2 * rates[1]


def _parted(pairs: list[Pair], inside: set[int]) -> tuple[list[Pair], list[Pair]]:
    return [p for n, p in enumerate(pairs) if n in inside], [p for n, p in enumerate(pairs) if n not in inside]


def test_asking_more_never_harms_much(pairs: list[Pair]) -> None:
    points = list(curve(pairs, None, oracle(pairs), fitted()["combine"]).values())
    assert points[-1] > points[8] > points[0]
    assert all(later >= earlier - 0.01 for earlier, later in itertools.pairwise(points))


def test_the_regression_finds_what_made_the_data() -> None:
    import numpy as np

    chance = np.random.default_rng(1)
    x = np.column_stack([np.ones(4000), chance.normal(size=(4000, 2))])
    y = (chance.random(4000) < 1 / (1 + np.exp(-(x @ np.array([-1.0, 2.0, 0.0]))))).astype(float)
    assert fit(x, y, 0.1) == pytest.approx([-1.0, 2.0, 0.0], abs=0.2)
