from __future__ import annotations

import json
import time
import tomllib
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from trafilatura.utils import load_html

from monitor.feeds import claimreview
from monitor.feeds.claimreview import MOST, Rated, rated, reviews_of
from monitor.model.source import Review

CASES = tomllib.loads((Path(__file__).parents[2] / "cases/feeds/claimreview.toml").read_text())
TABLE = tomllib.loads((files("monitor.feeds") / "claimreview.toml").read_text("utf-8"))
ROWS = [(says, words) for says in Rated for row in TABLE[says].values() for words in row]
RATINGS = [(case["says"], words) for case in CASES["ratings"] for words in case["of"]]


def page(html: str) -> Any:
    return load_html(f"<!doctype html><html><head><title>t</title></head><body><p>text</p>{html}</body></html>")


@pytest.mark.parametrize("case", CASES["pages"], ids=lambda case: case["name"])
def test_markup(case: dict[str, Any]) -> None:
    assert reviews_of(page(case["html"])) == [Review(**review) for review in case["reviews"]]


@pytest.mark.parametrize(("says", "words"), RATINGS, ids=lambda value: value or "nothing")
def test_ratings(says: str, words: str) -> None:
    assert rated(Review(claim="c", rating=words)) == (says or None)


@pytest.mark.parametrize(("says", "words"), ROWS, ids=lambda value: str(value))
def test_every_row_of_the_table_is_found_as_it_would_be_printed(says: Rated, words: str) -> None:
    assert rated(Review(claim="c", rating=words.capitalize())) is says


def test_no_words_stand_for_two_things() -> None:
    keys = {(claimreview._key(words), says) for says, words in ROWS}
    assert [key for key, count in Counter(key for key, _ in keys).items() if count > 1] == []


def test_the_table_knows_every_language_of_the_reading() -> None:
    languages = {"en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "uk", "cs", "sv"}
    assert all(set(TABLE[says]) == languages for says in Rated)


@pytest.mark.parametrize(
    ("value", "worst", "best", "says"),
    [
        (1.0, 1.0, 5.0, "denies"),
        (2.0, 1.0, 5.0, "denies"),
        (3.0, 1.0, 5.0, "mixed"),
        (4.0, 1.0, 5.0, "confirms"),
        (5.0, 1.0, 5.0, "confirms"),
        (0.0, 0.0, 1.0, "denies"),
        (7.0, 1.0, 5.0, None),
        (-1.0, 1.0, 5.0, None),
        (1.0, None, 5.0, None),
        (1.0, 1.0, None, None),
        (1.0, 1.0, 1.0, None),
        (None, 1.0, 5.0, None),
    ],
)
def test_numbers(value: float | None, worst: float | None, best: float | None, says: str | None) -> None:
    review = Review(claim="c", rating="1", value=value, worst=worst, best=best, named=False)
    assert rated(review) == says


def test_words_outrank_numbers() -> None:
    assert rated(Review(claim="c", rating="False", value=5.0, worst=1.0, best=5.0)) is Rated.DENIES
    assert rated(Review(claim="c", rating="Hm", value=5.0, worst=1.0, best=5.0)) is None


@pytest.mark.parametrize(
    "html",
    [
        '<script type="application/ld+json">' + '{"ClaimReview":' * 50_000 + "</script>",
        '<script type="application/ld+json">' + "[" * 50_000 + '"ClaimReview"' + "]" * 50_000 + "</script>",
        '<script type="application/ld+json">' + json.dumps([{"@type": "ClaimReview"}] * 35_000) + "</script>",
        '<script type="application/ld+json">"ClaimReview"' + ", " * 400_000 + "</script>",
        '<script type="application/ld+json">"ClaimReview"' + "-->  ;" * 150_000 + "</script>",
        '<div itemscope itemprop="author" itemtype="ClaimReview">' * 5_000,
        '<i itemprop="a b c d e f g">' * 20_000,
    ],
    ids=["deep objects", "deep lists", "many", "commas", "ends", "deep items", "many properties"],
)
def test_markup_made_to_hurt_costs_little(html: str) -> None:
    tree = page(html)
    started = time.process_time()
    assert tree is not None
    assert len(reviews_of(tree)) <= MOST
    assert time.process_time() - started < 10  # seconds; a worker has 15


def test_long_texts_are_cut_and_many_reviews_are_too() -> None:
    one = {"@type": "ClaimReview", "reviewRating": {"alternateName": "False" * 1_000}, "author": {"name": "n" * 9_999}}
    many = [{**one, "claimReviewed": f"{n} " + "c" * 9_999} for n in range(30)]
    found = reviews_of(page(f'<script type="application/ld+json">{json.dumps(many)}</script>'))
    assert len(found) == MOST
    assert (len(found[0].claim), len(found[0].rating), len(found[0].author or "")) == (1_000, 200, 200)
