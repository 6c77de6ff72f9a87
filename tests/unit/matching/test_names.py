"""Which words are a claim's names (cases in tests/cases/matching/names.toml), and which names may be left out."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from monitor.lexicon.passage import read
from monitor.lexicon.tables import tables
from monitor.matching.index import Index
from monitor.matching.pair import see, touch
from monitor.model.claim import Claim
from monitor.model.source import Item
from monitor.pipeline.judge import Judge
from monitor.text.words import spellings

CASES = tomllib.loads((Path(__file__).parents[2] / "cases" / "matching" / "names.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES["case"], ids=lambda c: f"{c['rule']} ({c['language']}: {c['text']})")
def test_words_that_are_names_of_the_claim(case: dict[str, Any]) -> None:
    about = tuple(map(tuple, case.get("about", ())))
    index = Index([Claim(id="c", statement=case["claim"], language=case["language"], about=about)])
    passage = read([("title", case["text"])], tables(case.get("text_language", case["language"])))
    (seen,) = see(passage, index.terms)
    groups = touch(seen, passage, index.compiled[0], index.terms).groups
    assert " ".join(seen.sentence.words[i].raw for i in sorted({i for g in groups for i in g})) == case["holds"]


SALE = "Orla Quennerstad sells Brightcore to Trump"
SELLER, FIRM, BUYER = ("Orla Quennerstad", "Quennerstad"), ("Brightcore",), ("Trump",)


@pytest.mark.parametrize(
    ("about", "title", "found"),
    [
        ((SELLER, BUYER), "Quennerstad denies sale", True),  # the rare one is there
        ((SELLER, BUYER), "Trump denies sale", False),  # half the news has this one
        ((SELLER, BUYER), "Trump denies sale to Quennerstad", True),
        ((BUYER, ("Putin",)), "Trump denies sale", False),  # none is rare: none may be missing
        ((SELLER, FIRM), "Brightcore denies sale", True),
        ((SELLER, FIRM), "Company denies sale", False),
    ],
)
def test_one_of_two_names_may_be_left_out_beside_a_rare_one(
    about: tuple[tuple[str, ...], ...], title: str, found: bool
) -> None:
    judge = Judge([Claim(id="c", statement=SALE, language="en", about=about)])
    assert bool(judge.judge_item(Item(id="i", feed="", title=title))) is found


def test_a_short_watchlist_and_a_long_one_ask_for_the_same_names() -> None:
    others = [Claim(id=str(n), statement=f"Firm{n} closes", about=((f"Firm{n}",),)) for n in range(200)]
    claim = Claim(id="c", statement=SALE, language="en", about=(SELLER, BUYER))
    for claims in ([claim], [claim, *others]):
        index = Index(claims)
        assert [n for n, _ in index.candidates(spellings("Quennerstad denies sale"))] == [0]
        assert index.candidates(spellings("Trump denies sale")) == []
