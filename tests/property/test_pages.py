"""Whatever a site writes into robots.txt, markup or feed: an answer, no exception, and each in bounded time."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from trafilatura.utils import load_html

from monitor.feeds.claimreview import MOST, rated, reviews_of
from monitor.feeds.robots import parse
from monitor.feeds.websub import discover, signed

LINES = st.lists(
    st.one_of(
        st.sampled_from(["User-agent: *", "User-agent: dementi", "Disallow: /a", "Allow: /*b$", "Disallow: /*?", ""]),
        st.text(max_size=30),
    ),
    max_size=12,
).map("\n".join)
PATHS = st.text(st.characters(blacklist_categories=("Cs",)), max_size=30).map(lambda path: "/" + path)

KEYS = st.sampled_from(
    ["@type", "@graph", "claimReviewed", "reviewRating", "ratingValue", "bestRating", "alternateName", "author", "name"]
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9), st.sampled_from(["ClaimReview", "False"])
)
THINGS: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=25,
)


@given(LINES, PATHS)
def test_any_robots_txt_answers(text: str, path: str) -> None:
    rules = parse(text)
    assert rules.allow(f"https://outlet.example{path}") in (True, False)
    assert rules.allow("https://outlet.example/robots.txt")
    assert parse(text.replace("\n", "\r\n")) == rules


@given(PATHS)
def test_a_path_is_forbidden_by_itself_and_allowed_by_itself(path: str) -> None:
    plain = "".join(c for c in path if c not in "*$#?" and c.isprintable() and not c.isspace())
    url = f"https://outlet.example{plain}"
    if plain == "/robots.txt" or "//" in plain[:2]:
        return
    assert not parse(f"User-agent: *\nDisallow: {plain}").allow(url)
    assert parse(f"User-agent: *\nDisallow: /\nAllow: {plain}").allow(url)


@given(st.lists(THINGS, max_size=3))
def test_any_markup_answers(things: list[Any]) -> None:
    reviewed = {"@type": "ClaimReview", "claimReviewed": "A claim", "reviewRating": things}
    scripts = "".join(
        f'<script type="application/ld+json">{json.dumps(thing).replace("<", " ")}</script>'
        for thing in (*things, reviewed)
    )
    tree = load_html(f"<html><head><title>t</title>{scripts}</head><body><p>text</p></body></html>")
    found = reviews_of(tree)
    assert len(found) <= MOST
    for review in found:
        assert review.claim
        assert review.rating
        rated(review)


@given(st.text(max_size=60), st.binary(max_size=60))
def test_any_feed_answers_where_its_hub_is(links: str, body: bytes) -> None:
    found = discover(links, b"<rss><link " + body, "https://outlet.example/rss")
    assert found is None or found[0].startswith(("http://", "https://"))
    assert not signed(links, "secret", body)
