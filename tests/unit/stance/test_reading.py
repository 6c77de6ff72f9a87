"""Cases in tests/cases/reading: sentences that must be read right, and minimal pairs read well enough."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from pathlib import Path

import pytest

from monitor.model.claim import Claim, Party
from monitor.model.source import Item
from monitor.model.verdict import Assessment
from monitor.pipeline.explain import explain
from monitor.pipeline.judge import Judge

CASES = Path(__file__).parents[2] / "cases" / "reading"
PAIRS = tomllib.loads((CASES / "pairs.toml").read_text(encoding="utf-8"))


def party(given):
    return (
        Party(name=given)
        if isinstance(given, str)
        else Party(**{k: v if k == "name" else tuple(v) for k, v in given.items()})
    )


@cache
def claims() -> dict[str, Claim]:
    return {
        c["id"]: Claim(
            id=c["id"],
            statement=c["statement"],
            about=tuple(map(tuple, c["about"])),
            parties=tuple(map(party, c["parties"])),
        )
        for c in PAIRS["claim"]
    }


def read(claim: Claim, text: str) -> Assessment | None:
    return next(iter(Judge([claim]).judge_item(Item(id="i", feed="", title=text))), None)


@pytest.mark.parametrize("case", PAIRS["case"], ids=lambda c: c["text"][:50])
def test_single_sentences(case):
    found = read(claims()[case["claim"]], case["text"])
    answers = [s for s in found.statements if s.answers] if found else []
    assert {str(s.stance) for s in answers} == ({case["want"]} - {"nothing"}), explained(case)
    if "party" in case:
        assert case["party"] in {s.party for s in answers}


def explained(case) -> str:
    told = explain(Item(id="i", feed="", title=case["text"]), claims()[case["claim"]]).told()
    return "\n" + "\n".join(told)


def test_most_of_the_challenge_is_read_right():
    """Minimal pairs over 27 phenomena, a claim being its sentence alone: what is reached is kept."""
    rows = [json.loads(line) for line in (CASES / "challenge.jsonl").open(encoding="utf-8")]
    right = 0
    for row in rows:
        found = read(Claim(id="c", statement=row["claim"]), row["title"])
        stances = {str(s.stance) for s in found.statements if s.stance != "declines"} if found else set()
        right += stances == ({row["label"]} & {"confirms", "denies"})
    assert right >= 0.6 * len(rows)
