"""Boosted trees: what they ask, what they answer, and the fitted ones that are shipped."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.fit_weights import FEATURES
from monitor.languages.load import ANAPHORS, CUES, MASKS, SOURCES
from monitor.lexicon.touch import Asked
from monitor.matching.pair import _FORCE
from monitor.model.verdict import Role, Stance
from monitor.stance.signs import signs
from monitor.stance.trees import FILE, Model, model, parse, probabilities
from monitor.stance.weigh import weights

# denies: +2 where the headline has a cue and the speaker is a party, -1 where it has none; confirms: nothing asked.
BY_HAND = parse(
    {
        "signs": ["t.cue.deny", "t.who.party"],
        "forests": {
            "denies": {
                "bias": -1.0,
                "trees": [
                    [[0, -1, 1, -1, -1], [0.5, -1.0, 0.5, 0.0, 2.0], [1, 0, 3, 0, 0], [2, 0, 4, 0, 0]],
                    [[-1], [0.25], [0], [0]],
                ],
            },
            "confirms": {"bias": 0.0, "trees": []},
        },
    }
)


def logistic(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


@pytest.mark.parametrize(
    ("counted", "odds"),
    [
        ({}, -1.0 - 1.0 + 0.25),
        ({"t.cue.deny": 0.5}, -1.0 - 1.0 + 0.25),  # the threshold itself goes left
        ({"t.cue.deny": 1.0}, -1.0 + 0.0 + 0.25),
        ({"t.cue.deny": 1.0, "t.who.party": 1.0}, -1.0 + 2.0 + 0.25),
        ({"t.who.party": 1.0}, -1.0 - 1.0 + 0.25),
        ({"t.cue.deny": 1.0, "t.who.party": 1.0, "no.such.sign": 9.0}, -1.0 + 2.0 + 0.25),
    ],
)
def test_a_sum_of_leaves_gives_the_log_odds(counted: dict[str, float], odds: float) -> None:
    said = probabilities(counted, BY_HAND)
    assert said[Stance.DENIES] == pytest.approx(logistic(odds))
    assert said[Stance.CONFIRMS] == 0.5


@pytest.fixture(scope="module")
def shipped() -> Model:
    return model()


def test_the_shipped_trees_are_trees(shipped: Model) -> None:
    assert set(shipped.forests) == {"confirms", "denies"}
    for forest in shipped.forests.values():
        assert forest.trees
        for tree in forest.trees:
            assert len({len(column) for column in tree}) == 1
            inner = [n for n, sign in enumerate(tree.sign) if sign >= 0]
            assert all(sign < len(shipped.signs) for sign in tree.sign)
            # every node but the root has one parent that stands before it: each walk ends in a leaf
            children = [child for n in inner for child in (tree.left[n], tree.right[n])]
            assert sorted(children) == list(range(1, len(tree.sign)))
            assert all(tree.left[n] > n < tree.right[n] for n in inner)


def test_every_sign_they_ask_for_is_one_that_is_counted(shipped: Model) -> None:
    """A sign renamed in signs.py would count 0 for ever, and nobody would see it."""
    asked = Asked(
        sign=1, plan=False, specific=False, rare=frozenset(), given=False, groups=0, parties=(),
        kinds=frozenset(), cues=frozenset(),
    )  # fmt: skip
    whole = set(signs([], [], [], [], asked, 0.0)) | {"core", "cover", "t.colon"}
    unknown = {name for name in shipped.signs if name not in whole and not _counted(name)}
    assert unknown == set()


PLACES = ("t", "l", "s", "b", "near", "spoken")
HEADS = {f"{stance}-{family}" for stance in ("confirms", "denies") for family in ("cue", "told", "voiced")}
ALONE = ("but", "cover", "insider", "media", "named", "near", "question", "quote", "strangers", "unexplained", "words")
WHAT: dict[str, set[str]] = {name: {""} for name in ALONE} | {
    "anaphor": set(ANAPHORS),
    "core": {*_FORCE.values(), "words", "frame"},
    "cue": set(CUES),
    "event": set(_FORCE),
    "mask": set(MASKS),
    "negator": {"", "quoted"},
    "say": {"", "doubtful"},
    "source": set(SOURCES),
    "who": {str(role) for role in Role},
}
CLASHES = {"number", "year", "month", "place", "role"}


def _counted(name: str) -> bool:
    first, _, rest = name.partition(".")
    if first in PLACES:
        what, _, more = rest.partition(".")
        return what in WHAT and more.split(".")[0] in WHAT[what]
    if first in ("n", "max"):
        return rest in HEADS and rest in weights()
    if first in ("gate", "clash"):
        return bool(rest) if first == "gate" else rest in CLASHES
    return first in HEADS and rest in FEATURES


def test_a_sign_with_another_name_is_seen(shipped: Model) -> None:
    assert all(map(_counted, ("t.cue.deny", "l.cue.deny.weak.masked", "max.denies-cue", "denies-cue.rel.this")))
    assert not any(map(_counted, ("title.cue.deny", "t.cue.rejects", "denies-rows.rel.this", "t.mood", "max.asserted")))


NAMES = st.sampled_from(model().signs) | st.text(max_size=12)
COUNTS = st.floats(-1e9, 1e9) | st.integers(0, 3).map(float)


@given(st.dictionaries(NAMES, COUNTS, max_size=40))
def test_any_counts_give_a_probability(counted: dict[str, float]) -> None:
    said = probabilities(counted)
    assert set(said) == {Stance.CONFIRMS, Stance.DENIES}
    assert all(0 < p < 1 for p in said.values())


def test_an_item_without_any_sign_hardly_answers() -> None:
    assert max(probabilities({}).values()) < 0.3


def test_a_party_that_denies_in_the_headline_makes_a_denial_likelier() -> None:
    found = {"match": 0.8, "groups": 2.0, "given": 1.0, "t.near": 1.0, "t.named": 1.0, "cover": 0.6}
    cue = {"t.cue.deny": 1.0, "near.cue.deny": 1.0, "spoken.cue.deny": 1.0, "n.denies-cue": 1.0, "max.denies-cue": 0.9}
    before, after = probabilities(found), probabilities(found | cue)
    assert after[Stance.DENIES] > 2 * before[Stance.DENIES]
    assert after[Stance.DENIES] > after[Stance.CONFIRMS]


def test_the_file_is_small_enough_to_be_loaded_at_every_start() -> None:
    assert FILE.stat().st_size < 400_000
