from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.feeds import fast
from monitor.feeds.parse import parse
from monitor.feeds.skim import skim
from tests.unit.feeds.conftest import item, rss

FOLDER = Path(__file__).parents[2] / "cases/feeds/parse"
BASE = "https://feeds.example/rss"
CASES = sorted(path for path in FOLDER.iterdir() if path.suffix != ".json")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_cases(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    found = parse(path.read_bytes(), "", BASE)
    assert found["outcome"] == expected["outcome"]
    for key in ("title", "link", "language", "ttl"):
        assert key not in expected or found[key] == expected[key]  # type: ignore[literal-required]
    if expected.get("error") or "error" not in expected:
        assert (expected.get("error") or "") in (found["error"] or "")
    else:
        assert found["error"] is None
    entries = [entry._asdict() for entry in found.get("entries") or []]
    for entry, wanted in zip(entries, expected.get("entries", entries), strict=True):
        assert {key: entry[key] for key in wanted} == wanted
    if "first" in expected:
        assert entries[0]["title"] == expected["first"]
    assert all(len(entry["title"] or "") <= expected.get("longest_title", 2000) for entry in entries)


def test_only_items_with_other_bytes_are_read_again() -> None:
    first = parse(rss(item(1), item(2)), "", BASE)
    assert (first["count"], first["skipped"]) == (2, 0)
    second = parse(rss(item(3), item(1, "Edited"), item(2)), "", BASE, skim=first["skim"])
    assert [entry.title for entry in second["entries"]] == ["Report 3", "Edited"]
    assert (second["count"], second["skipped"]) == (3, 1)
    third = parse(rss(item(2), item(3)), "", BASE, skim=second["skim"])
    assert (third["outcome"], third["entries"], third["skipped"]) == ("items", [], 2)


def test_what_the_fast_reader_declines_is_read_by_feedparser_in_its_place() -> None:
    body = rss(item(1), item(2, extra="<title>nested</title>"), item(3))
    kind = skim(body).kind
    assert [raw is None for raw in fast.read(body, kind)[1]] == [False, True, False]
    assert [entry.title for entry in parse(body, "", BASE)["entries"]] == ["Report 1", "Report 2", "Report 3"]


def test_the_careful_way_sets_items_aside_and_says_which() -> None:
    told: list[int] = []

    def progress(number: int) -> bool:
        told.append(number)
        return True

    found = parse(rss(item(1), item(2), item(3)), "", BASE, careful=True, skip=[1], progress=progress)
    assert [entry.title for entry in found["entries"]] == ["Report 1", "Report 3"]
    assert "1 of 3 items set aside, unreadable: 2" in (found["error"] or "")
    assert told == [-1, 0, 2]


def test_lengths_are_bounded() -> None:
    found = parse(rss(item("g" * 1_000_000, "t" * 1_000_000, "s" * 1_000_000)), "", BASE)["entries"][0]
    assert len(found.id or "") <= 2_000
    assert len(found.title or "") <= 2_001
    assert len(found.summary or "") <= 20_001
    assert found.link is None
