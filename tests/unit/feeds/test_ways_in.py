"""OPML, autodiscovery, generated search feeds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import get_args
from urllib.parse import parse_qs, urlsplit

import pytest

from monitor.errors import FeedError, InputError
from monitor.feeds.discover import candidates, find
from monitor.feeds.gate import Gate
from monitor.feeds.opml import export_opml, import_opml
from monitor.feeds.search import EDITIONS, ENGINES, feeds_of_claims, query, search_feeds
from monitor.feeds.source import FeedSource
from monitor.model.claim import Claim
from monitor.model.source import Feed
from monitor.settings.schema import SearchTable
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
    assert [(urlsplit(feed.url).hostname, feed.language) for feed in feeds] == [
        (host, language)
        for host in ("news.google.com", "www.bing.com", "api.gdeltproject.org")
        for language in ("en", "de")
    ]
    german = parse_qs(urlsplit(feeds[1].url).query)
    assert german == {"q": ["Trump hat mit Putin telefoniert when:7d"], "hl": ["de"], "gl": ["DE"], "ceid": ["DE:de"]}
    assert [feed.language for feed in search_feeds(CLAIM, ["nl"], ["bing-news"])] == ["nl"]


def test_gdelt_is_asked_once_for_all_languages_with_the_same_words() -> None:
    (feed,) = search_feeds(ABOUT, ["en", "de"], ["gdelt"])
    asked = parse_qs(urlsplit(feed.url).query)["query"]
    assert asked == ['Trump (Putin OR Kremlin OR "the Kreml") (sourcelang:english OR sourcelang:german)']
    assert feed.language is None, "each item is read in its own"


def test_the_language_of_a_bare_statement_is_found() -> None:
    claim = Claim(id="x", statement="Der Bürgermeister von Lodz tritt nach dem Bericht zurück und das ist sicher")
    assert {feed.language for feed in search_feeds(claim)} == {"de"}


def test_many_questions_to_gdelt_are_asked_no_faster_than_it_answers() -> None:
    claims = [Claim(id=str(n), statement=f"Claim number {n}", language="en") for n in range(1_000)]
    feeds = feeds_of_claims(claims, ["google-news", "gdelt"], [])
    every = {urlsplit(feed.url).hostname: feed.every for feed in feeds}
    assert len(feeds) == 2_000
    assert every["news.google.com"] == timedelta(minutes=30)
    assert {urlsplit(feed.url).hostname: feed.fulltext for feed in feeds} == {
        "news.google.com": False,
        "api.gdeltproject.org": True,
    }
    assert every["api.gdeltproject.org"] > timedelta(seconds=5 * 1_000)


def test_two_claims_that_ask_the_same_share_a_feed() -> None:
    claims = [Claim(id=name, statement="x", language="en", about=(("Trump",),)) for name in "ab"]
    assert len(feeds_of_claims(claims, ["bing-news"], ["en"])) == 1


def test_the_config_may_name_what_there_is() -> None:
    engines, languages = (SearchTable.model_fields[name].annotation for name in ("engines", "languages"))
    assert set(get_args(get_args(engines)[0])) == set(ENGINES)
    assert set(get_args(get_args(languages)[0])) == set(EDITIONS)


# -- paces


async def test_a_host_with_a_pace_is_asked_one_by_one_with_pauses_and_delays_no_other() -> None:
    gate, begun = Gate(2, 8, paces={"slow.example": 0.1}), dict[str, list[float]]()
    loop = asyncio.get_running_loop()

    async def ask(host: str) -> None:
        async with gate.turn(host):
            begun.setdefault(host, []).append(loop.time())

    slow = [asyncio.create_task(ask("slow.example")) for _ in range(4)]
    await asyncio.sleep(0)
    await asyncio.gather(*(ask("other.example") for _ in range(50)))
    assert gate.waiting >= 2
    await asyncio.gather(*slow)
    pauses = [after - before for before, after in pairwise(begun["slow.example"])]
    assert min(pauses) >= 0.099
    assert gate.waiting == 0


async def test_who_gives_up_waiting_leaves_nothing_behind() -> None:
    gate = Gate(1, 1, paces={"slow.example": 60})
    async with gate.turn("slow.example"):
        pass
    for host in ("slow.example", "one.example"):
        async with gate.turn("other.example"):
            task = asyncio.create_task(gate.turn(host).__aenter__())
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    assert gate.waiting == 0
    async with asyncio.timeout(1), gate.turn("one.example"):
        pass
