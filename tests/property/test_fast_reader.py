"""On everything that the fast reader accepts it agrees with feedparser; the rest it declines."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.feeds import byfeedparser, fast
from monitor.feeds.charset import to_utf8
from monitor.feeds.entry import clean
from monitor.feeds.skim import Declined, skim

BASE = "https://feeds.example/rss"
CASES = sorted((Path(__file__).parents[1] / "cases/feeds/parse").glob("*.xml"))

WORDS = ["Kreml", "denies", " ", "&amp;", "&lt;b&gt;x&lt;/b&gt;", "&#233;", "<![CDATA[<i>a</i> & b]]>"]
WORDS += ["Ã¤", "\n", "1", "<b>n</b>", "&lt;"]
TEXT = st.lists(st.sampled_from(WORDS), max_size=4).map("".join)
LINK = st.sampled_from(["https://a.example/1?x=1&amp;y=2", "/rel", "", " https://a.example/2 ", "javascript:x", "?q=1"])
DATE = st.sampled_from(["Mon, 11 Nov 2024 10:00:00 GMT", "2024-11-11T10:00:00Z", "yesterday", ""])
ATTRIBUTES = ["", "", "", ' type="html"', ' type="text/plain"', ' isPermaLink="false"', ' rel="self"']
ATTRIBUTE = st.sampled_from([*ATTRIBUTES, ' xml:base="https://b.example/"', ' mode="escaped"'])


def element(name: str, content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda attribute, text: f"<{name}{attribute}>{text}</{name}>", ATTRIBUTE, content)


HREF = st.builds(
    lambda rel, kind, link: f"<atom:link{rel}{kind} href='{link}'/>",
    st.sampled_from(["", ' rel="alternate"', ' rel="self"', ' rel="ALTERNATE"']),
    st.sampled_from(["", ' type="text/html"', ' type="application/json"']),
    LINK,
)
RSS_PARTS = [
    *(element(name, TEXT) for name in ("title", "description", "content:encoded", "guid", "author", "dc:creator")),
    *(
        element(name, TEXT)
        for name in ("category", "media:description", "media:title", "source", "dc:title", "summary")
    ),
    *(element(name, LINK) for name in ("link", "guid", "feedburner:origLink", "comments")),
    *(element(name, DATE) for name in ("pubDate", "dc:date", "published", "updated")),
    HREF,
    TEXT.map(lambda text: f"<media:content url='u'><media:description>{text}</media:description></media:content>"),
    TEXT.map(lambda text: f"<odd:thing xmlns:odd='urn:odd'><odd:title>{text}</odd:title></odd:thing>"),
]
ATOM_PARTS = [
    *(element(f"atom:{name}", TEXT) for name in ("title", "summary", "content", "id", "category", "rights")),
    *(element(f"atom:{name}", DATE) for name in ("published", "updated")),
    TEXT.map(lambda text: f"<atom:author><atom:name>{text}</atom:name></atom:author>"),
    HREF,
]
SPACES = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)


def items(tag: str, parts: list[st.SearchStrategy[str]]) -> st.SearchStrategy[str]:
    one = st.lists(st.one_of(parts), max_size=7).map(lambda found: f"<{tag}>{''.join(found)}</{tag}>")
    return st.lists(one, min_size=1, max_size=3).map("".join)


RSS = items("item", RSS_PARTS).map(
    lambda found: f"<rss version='2.0' {SPACES}><channel><title>x</title>{found}</channel></rss>"
)
ATOM = items("atom:entry", ATOM_PARTS).map(
    lambda found: f"<atom:feed {SPACES}><atom:title>x</atom:title>{found}</atom:feed>"
)


def agree(body: bytes) -> int:
    """How many items were compared; fails where one differs."""
    try:
        raws = fast.read(body, skim(body).kind)[1]
    except Declined:
        return 0
    judged = byfeedparser.read(body, "application/xml", BASE)[1]
    assert len(raws) == len(judged)
    compared = [
        (clean(raw, BASE), clean(other, BASE)) for raw, other in zip(raws, judged, strict=True) if raw is not None
    ]
    for ours, theirs in compared:
        assert ours == theirs
    return len(compared)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(RSS | ATOM)
def test_generated_feeds(text: str) -> None:
    agree(text.encode())


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_written_feeds(path: Path) -> None:
    agree(to_utf8(path.read_bytes()).body)


def test_ordinary_feeds_are_accepted() -> None:
    """The comparison above proves nothing where all is declined."""
    assert agree((CASES[0].parent / "rss_plain.xml").read_bytes()) == 2
    assert agree((CASES[0].parent / "atom_plain.xml").read_bytes()) == 1
