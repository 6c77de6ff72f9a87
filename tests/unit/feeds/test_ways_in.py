"""OPML, autodiscovery, generated search feeds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from monitor.errors import FeedError, InputError
from monitor.feeds.discover import candidates, find
from monitor.feeds.opml import export_opml, import_opml
from monitor.feeds.search import query, search_feeds
from monitor.feeds.source import FeedSource
from monitor.model.claim import Claim
from monitor.model.source import Feed
from tests.unit.feeds.conftest import Site, item, rss

NOW = datetime(2024, 11, 11, 12, tzinfo=UTC)


# -- OPML

OPML = """<?xml version="1.0" encoding="windows-1251"?><opml version="1.1"><head><title>x</title></head><body>
<outline text="Новости">
<outline text="Газета &amp; Ко" type="rss" xmlUrl="https://gazeta.example/rss?a=1&amp;b=2" language="ru-RU"/>
<OUTLINE title="Courier" XMLURL="https://courier.example/feed"/></outline>
<outline text="again" xmlUrl="https://courier.example/feed"/><outline text="bad" xmlUrl="javascript:alert(1)"/>
<outline text="a page" htmlUrl="https://page.example/"/></body></opml>""".encode("cp1251")


def test_opml_is_read_with_its_folders_encodings_and_spellings() -> None:
    assert import_opml(OPML) == (
        Feed(url="https://gazeta.example/rss?a=1&b=2", publisher="Газета & Ко", language="ru"),
        Feed(url="https://courier.example/feed", publisher="Courier"),
    )


def test_what_is_exported_can_be_imported() -> None:
    feeds = (*import_opml(OPML), Feed(url="https://bare.example/"), Feed(url="file:demo.xml", path=Path("demo.xml")))
    again = import_opml(export_opml(feeds))
    assert [feed.url for feed in again] == [feed.url for feed in feeds[:3]]
    assert again[0] == feeds[0]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<rss/>",
        b"<opml><body>",
        b'<!DOCTYPE o [<!ENTITY a "b">]><opml/>',
        b"<opml>" + b"<outline>" * 100 + b"</outline>" * 100 + b"</opml>",
    ],
)
def test_what_is_no_opml_is_refused(body: bytes) -> None:
    with pytest.raises(InputError, match="OPML"):
        import_opml(body)


# -- discovery

PAGE = """<html><head><base href="/de/"><link rel="stylesheet" href="x.css">
<link type='application/rss+xml' title=Alles rel='alternate home' href='rss.xml?a=1&amp;b=2'>
<link rel=alternate type=application/atom+xml href=https://feeds.example/atom>
<link rel="alternate" hreflang="fr" href="/fr/">
</head><body><a href="/feed/">RSS</a></body></html>"""


def test_a_page_names_its_feeds() -> None:
    assert candidates(PAGE, "https://outlet.example/start") == (
        "https://outlet.example/de/rss.xml?a=1&b=2",
        "https://feeds.example/atom",
    )


def test_without_names_links_and_usual_addresses_are_tried() -> None:
    found = candidates('<a href="/service/rss-feeds">x</a><a href="/feedback">y</a>', "https://outlet.example/a/b")
    assert found[0] == "https://outlet.example/service/rss-feeds"
    assert "https://outlet.example/feed/" in found
    assert "https://outlet.example/feedback" not in found


@pytest.fixture
async def source(site: Site) -> AsyncIterator[FeedSource]:
    source = FeedSource(allow=site.allow, workers=1)
    yield source
    await source.close()


async def test_only_what_can_be_read_is_found(site: Site, source: FeedSource) -> None:
    site.serve("/good", rss(item(1), item(2)))
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="{path}">' for path in ("/none", "/good"))
    page = site.serve("/", (200, f"<html>{links}</html>".encode(), {"Content-Type": "text/html"}))
    found = await find(page, source, NOW)
    assert [(feed.url, feed.title, feed.entries) for feed in found] == [(site.url("/good"), "Outlet", 2)]
    assert [feed.url for feed in await find(site.url("/good"), source, NOW)] == [site.url("/good")]


async def test_a_page_that_cannot_be_fetched_is_an_error(site: Site, source: FeedSource) -> None:
    with pytest.raises(FeedError, match="404"):
        await find(site.url("/none"), source, NOW)


# -- search

CLAIM = Claim(
    id="call",
    statement="Trump and Putin spoke",
    language="en",
    phrasings={"de": ("Trump hat mit Putin telefoniert",), "xx": ("?",)},
)
ABOUT = Claim(id="call", statement="x", about=(("Trump",), ("Putin", "Kremlin", 'the "Kreml"')))


def test_words_of_a_query() -> None:
    assert query(CLAIM, "de") == "Trump hat mit Putin telefoniert"
    assert query(CLAIM, "fr") == "Trump and Putin spoke"
    assert query(ABOUT, "de") == 'Trump (Putin OR Kremlin OR "the Kreml")'


def test_each_language_with_an_edition_has_its_feeds() -> None:
    feeds = search_feeds(CLAIM)
    assert {feed.language for feed in feeds} == {"en", "de"}
    assert [urlsplit(feed.url).hostname for feed in feeds[:3]] == [
        "news.google.com",
        "www.bing.com",
        "api.gdeltproject.org",
    ]
    german = parse_qs(urlsplit(feeds[3].url).query)
    assert german == {"q": ["Trump hat mit Putin telefoniert when:7d"], "hl": ["de"], "gl": ["DE"], "ceid": ["DE:de"]}
    assert search_feeds(CLAIM, ["nl"])[0].language == "nl"
