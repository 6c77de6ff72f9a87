"""Fetches in a row, each a list of entries; how many items each brings, and how many real items there are in all."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.feeds.entry import Entry
from monitor.feeds.identity import sort
from monitor.feeds.keys import canonical_link, digest_of
from monitor.model.source import Feed, Known

NOW = datetime(2024, 11, 11, 12, tzinfo=UTC)
FEED = Feed(url="https://outlet.example/rss")
CASES = json.loads((Path(__file__).parents[2] / "cases/feeds/identity.json").read_text(encoding="utf-8"))


def entry(row: dict[str, str]) -> Entry:
    link = row.get("link")
    made = {
        "canonical": canonical_link(link) if link else None,
        "digest": digest_of(row.get("title"), row.get("summary"), row.get("content")),
    }
    return Entry(**{**dict.fromkeys(Entry._fields), "idle": False, **made, **row})  # type: ignore[arg-type]


class Kept:
    """The three layers as a store keeps them."""

    def __init__(self) -> None:
        self.known = Known(guids={}, links={}, digests={}, newest={})

    def take(self, rows: list[dict[str, str]]) -> list[tuple[str, int]]:
        items = sort(FEED, [entry(row) for row in rows], self.known, NOW, baseline=False).items
        guids, links, digests = dict(self.known.guids), dict(self.known.links), dict(self.known.digests)
        newest = dict(self.known.newest)
        for item in items:
            if item.guid:
                guids[item.guid] = item.id
            if item.canonical:
                links[item.canonical] = item.id
            digests[item.digest] = item.id
            newest[item.id] = (item.version, item.digest)
        self.known = Known(guids=guids, links=links, digests=digests, newest=newest)
        return [(item.title, item.version) for item in items]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_cases(case: dict[str, Any]) -> None:
    kept = Kept()
    for fetch, expected in zip(case["fetches"], case["brings"], strict=True):
        assert kept.take(fetch) == [tuple(pair) for pair in expected]
    assert len(kept.known.newest) == case["items"]


@pytest.mark.parametrize(
    "link",
    [
        "http://www.outlet.example/a?b=2&a=1",
        "https://outlet.example:443/a/?a=1&b=2&utm_source=rss&fbclid=x#top",
        "https://outlet.example/a?a=1&b=2&at_medium=RSS",
    ],
)
def test_spellings_of_one_page(link: str) -> None:
    assert canonical_link(link) == "https://outlet.example/a?a=1&b=2"
    assert canonical_link(canonical_link(link)) == canonical_link(link)


@pytest.mark.parametrize(
    "other", ["https://outlet.example/a?id=8", "https://outlet.example/b?id=7", "https://m.outlet.example/a?id=7"]
)
def test_other_pages_stay_apart(other: str) -> None:
    assert canonical_link(other) != canonical_link("https://outlet.example/a?id=7")


def test_ids_do_not_depend_on_when_or_where_an_item_is_met() -> None:
    rows = [{"id": "1", "title": "a"}, {"id": "2", "title": "b"}]
    one = sort(FEED, [entry(row) for row in rows], Known(), NOW, baseline=True)
    two = sort(FEED, [entry(row) for row in reversed(rows)], Known(), NOW, baseline=False)
    assert {i.id for i in one.items} == {i.id for i in two.items}


def test_a_date_far_ahead_is_no_date() -> None:
    found = sort(FEED, [entry({"id": "1", "published": "2099-01-01T00:00:00Z"})], Known(), NOW, baseline=False)
    assert found.items[0].published is None
