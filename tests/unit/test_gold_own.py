"""The set of our own hand is well formed: a wrong label file would make every figure drawn from it worthless."""

from __future__ import annotations

import collections
import datetime as dt
import html
import json
import pathlib
import re
from typing import Any

import pytest

FOLDER = pathlib.Path(__file__).parents[2] / "benchmarks" / "data" / "gold-own"
LANGUAGES = frozenset(["en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "uk"])
CLAIM_KEYS = frozenset(["id", "lang", "statement", "phrasings", "about", "parties", "since"])
ITEM_KEYS = frozenset(
    ["id", "lang", "claim", "title", "summary", "body", "outlet", "published", "relation", "statements", "why", "tags"]
)
STATEMENT_KEYS = frozenset(["stance", "speaker", "party", "evidence", "hedged", "anonymous"])
RELATIONS: dict[frozenset[str], frozenset[str]] = {
    frozenset(): frozenset({"reports", "unrelated"}),
    frozenset({"confirms"}): frozenset({"confirms"}),
    frozenset({"denies"}): frozenset({"denies"}),
    frozenset({"confirms", "denies"}): frozenset({"mixed"}),
}

Record = dict[str, Any]


def records(name: str) -> list[Record]:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


CLAIMS = {claim["id"]: claim for claim in records("claims.jsonl")}
ITEMS = records("items.jsonl")


def plain(field: str | None) -> str:
    """A field as a reader sees it: tags gone, entities decoded, white space collapsed."""
    spaced = re.sub(r"<(?:br|/?p|/?div|/?li|/?ul|/?h\d)\b[^>]*>", " ", field or "")
    return " ".join(html.unescape(re.sub(r"<[a-zA-Z/!][^>]*>", "", spaced)).split())


def fields(item: Record) -> list[str]:
    return [plain(item[key]) for key in ("title", "summary", "body")]


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS.keys())
def test_claim(claim: Record) -> None:
    assert set(claim) == CLAIM_KEYS
    assert claim["statement"]
    assert claim["lang"] in LANGUAGES
    dt.date.fromisoformat(claim["since"])
    # A claim is either a bare sentence or carries everything a careful user would add.
    assert bool(claim["phrasings"]) == bool(claim["about"]) == bool(claim["parties"])
    assert not claim["phrasings"] or claim["lang"] in claim["phrasings"]
    assert all(group and all(group) for group in claim["about"])


@pytest.mark.parametrize("item", ITEMS, ids=[item["id"] for item in ITEMS])
def test_item(item: Record) -> None:
    assert set(item) == ITEM_KEYS
    assert item["title"]
    assert item["lang"] in LANGUAGES
    assert dt.datetime.fromisoformat(item["published"]).date().isoformat() >= CLAIMS[item["claim"]]["since"]
    stances = frozenset(statement["stance"] for statement in item["statements"])
    assert item["relation"] in RELATIONS[stances]


@pytest.mark.parametrize(
    ("item", "statement"), [(i, s) for i in ITEMS for s in i["statements"]], ids=lambda v: v.get("id", v.get("stance"))
)
def test_statement_stands_in_the_text(item: Record, statement: Record) -> None:
    assert set(statement) == STATEMENT_KEYS
    assert statement["party"]
    assert statement["evidence"]
    assert any(statement["evidence"] in text for text in fields(item))
    assert any(statement["speaker"] in text for text in fields(item)) or statement["speaker"] == item["outlet"]


@pytest.mark.parametrize("item", ITEMS, ids=[item["id"] for item in ITEMS])
def test_item_touches_what_its_claim_is_about(item: Record) -> None:
    text = " ".join(fields(item)).lower()
    untouched = [group for group in CLAIMS[item["claim"]]["about"] if not any(name.lower() in text for name in group)]
    assert not untouched or "about-miss" in item["tags"]


def test_identifiers_and_texts_are_unique() -> None:
    identifiers = collections.Counter(item["id"] for item in ITEMS)
    texts = collections.Counter(re.sub(r"\W+", "", "".join(fields(item)).lower()) for item in ITEMS)
    assert max(identifiers.values()) == max(texts.values()) == 1
