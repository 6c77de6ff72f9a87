from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.model.claim import Claim
from monitor.model.page import Page, PageState, with_page
from monitor.model.source import Item, Review
from monitor.model.verdict import Assessment, Basis, Relation, Role
from monitor.pipeline.explain import explain
from monitor.pipeline.reviews import ReviewingJudge

NOW = datetime(2024, 11, 12, 12, 0, tzinfo=UTC)
CASES = tomllib.loads((Path(__file__).parents[2] / "cases/reading/reviews.toml").read_text())
CLAIM = Claim(**CASES["claim"])
JUDGE = ReviewingJudge([CLAIM, Claim(id="other", statement="Olaf Scholz has resigned as chancellor")])
ITEM = Item(
    id="i1",
    feed="https://facts.example/rss",
    title="Fact check: what is known of the telephone call between Trump and Putin",
    link="https://facts.example/1",
    publisher="Facts Example",
    published=NOW,
    seen=NOW,
)


def checked(*reviews: Review, text: str | None = None, item: Item = ITEM) -> Item:
    page = Page(url=ITEM.link or "", host="facts.example", state=PageState.FETCHED, due=NOW, made=NOW)
    return with_page(item, replace(page, text=text, reviews=reviews))


def of_call(item: Item) -> Assessment | None:
    return next((found for found in JUDGE.judge_item(item) if found.claim == "call"), None)


@pytest.mark.parametrize("case", CASES["reviews"], ids=lambda case: f"{case['claim']} – {case['rating']}")
def test_reviews(case: dict[str, Any]) -> None:
    item = checked(Review(claim=case["claim"], rating=case["rating"], author="Fact Desk"))
    found = of_call(item)
    assert found is not None
    shown = [s for s in found.statements if s.basis is Basis.SHOWN]
    assert [s.stance for s in shown] == [case["says"]] * bool(case["says"])
    assert found.relation == (case["says"] or "reports")
    for statement in shown:
        words = statement.evidence
        assert dict(item.fields())[words.field][words.start : words.end] == words.text == case["rating"]
        assert (statement.speaker, statement.role, statement.anonymous) == ("Fact Desk", Role.OUTLET, False)
        assert 0.5 < statement.confidence <= 0.9
    if why := case.get("why"):
        assert [why in gate.detail for gate in found.gates if gate.name == "review"] == [True]


def test_what_was_claimed_is_said_by_nobody() -> None:
    """A fact-check quotes what it refutes: its words are not the outlet's, nor those of whom they name."""
    quoted = Review(claim="The Kremlin confirms that Trump and Putin spoke by phone on 7 November", rating="False")
    found = of_call(checked(quoted))
    assert found is not None
    assert found.statements == ()


def test_several_reviews_each_for_its_own_claim() -> None:
    call = Review(claim="Donald Trump and Vladimir Putin talked on the phone on 7 November", rating="False", author="A")
    gone = Review(claim="Olaf Scholz has resigned as chancellor", rating="True", author="A")
    item = checked(gone, call, text="What is said of Trump and Putin, and of Scholz.\nMore of it.")
    assert item.content is not None
    assert item.content.startswith("What is said of Trump and Putin, and of Scholz.\nMore of it.\nA, “Olaf")
    found = {assessment.claim: assessment for assessment in JUDGE.judge_item(item)}
    assert {claim: assessment.relation for claim, assessment in found.items()} == {
        "call": "denies",
        "other": "confirms",
    }
    assert list(found) == ["call", "other"], "in the order of the watchlist"


def test_the_rating_is_what_the_outlet_means() -> None:
    """What the running text is taken to say for nobody in particular gives way to it; what others say stays."""
    text = (
        "A picture shows Trump on the phone with Putin.\n"
        "Kremlin spokesman Dmitry Peskov denied that Trump and Putin had spoken by telephone."
    )
    review = Review(claim="Donald Trump and Vladimir Putin talked on the phone on 7 November", rating="False")
    found = of_call(checked(review, text=text))
    assert found is not None
    assert found.relation is Relation.DENIES
    assert {s.basis for s in found.statements} == {Basis.SAID, Basis.SHOWN}
    assert [s.speaker for s in found.statements if s.basis is Basis.SHOWN] == ["Facts Example"], "nobody signs it"


def test_a_fact_check_from_before_the_claims_moment_is_no_answer() -> None:
    review = Review(claim="Donald Trump and Vladimir Putin talked on the phone on 7 November", rating="False")
    old = replace(ITEM, published=datetime(2024, 10, 1, tzinfo=UTC))
    found = of_call(checked(review, item=old))
    assert found is None or found.statements == ()


def test_why_tells_the_review_and_reads_the_rest_without_it() -> None:
    review = Review(claim="Donald Trump and Vladimir Putin talked on the phone on 7 November", rating="False")
    told = list(explain(checked(review, text="Some text about Trump and Putin."), CLAIM, JUDGE).told())
    assert any(line.startswith("+ review") and "rated “False”" in line for line in told)
    assert told[-1] == "relation: denies"
    assert not [line for line in told if line.startswith("content:") and "talked" in line]


def test_without_reviews_nothing_is_different() -> None:
    item = checked(text="The Kremlin denied that Trump and Putin had spoken by telephone.")
    found = of_call(item)
    assert found is not None
    assert found.relation is Relation.DENIES
    assert all(gate.name != "review" for gate in found.gates)
