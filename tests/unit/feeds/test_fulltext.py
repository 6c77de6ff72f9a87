from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import FeedError
from monitor.feeds.fulltext import FullText
from monitor.feeds.port import PageText
from monitor.feeds.robots import Forbidden
from tests.unit.feeds.conftest import Site

NOW = datetime(2024, 11, 7, 12, 0, tzinfo=UTC)
WORDS = "The mayor of Springfield said on Tuesday that the dam would hold, and that nobody had to leave the valley."
HTML = {"Content-Type": "text/html; charset=utf-8"}


def article(*paragraphs: str, head: str = "", more: str = "") -> bytes:
    told = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"""<!doctype html><html><head><title>The dam</title>{head}</head><body><nav><a href="/">Home</a></nav>
    <article><h1>The dam holds, says the mayor</h1>{told}</article>{more}</body></html>""".encode()


def long(text: str = WORDS) -> list[str]:
    return [f"{number}. {text}" for number in ("One", "Two", "Three", "Four")]


@pytest.fixture
async def reader(site: Site) -> AsyncIterator[FullText]:
    made = FullText(allow=site.allow, contact="desk@example.org", timeout=10)
    yield made
    await made.close()


async def test_the_text_of_the_article_and_nothing_else_on_the_page(site: Site, reader: FullText) -> None:
    more = (
        "<section class='comments'><p>reader77: the Kremlin denies that the dam holds, this is all a lie!</p></section>"
        "<aside class='related'><h3>Read also</h3><a href='/2'>Minister denies having resigned over the dam</a></aside>"
        "<footer>All rights reserved</footer><script>var x = 'a denial'</script>"
    )
    url = site.serve("/a", (200, article(*long(), more=more), HTML))
    told = await reader.read(url, NOW)
    assert told.text is not None
    assert [line for line in told.text.splitlines() if "Springfield" in line] == long()
    assert not [word for word in ("reader77", "resigned", "rights", "var x", "Home") if word in told.text]
    assert (told.final_url, told.status, told.error, told.reviews) == (url, 200, None, ())


async def test_robots_are_asked_first_under_the_same_name(site: Site, reader: FullText) -> None:
    site.serve("/robots.txt", b"User-agent: *\nCrawl-delay: 7\nDisallow: /private")
    url = site.serve("/a", (200, article(*long()), HTML))
    assert (await reader.read(url, NOW)).delay == 7
    assert [path for path, _ in site.asked] == ["/robots.txt", "/a"]
    assert {headers["User-Agent"] for _, headers in site.asked} == {site.asked[0][1]["User-Agent"]}
    assert "dementi/" in site.asked[0][1]["User-Agent"]
    assert "desk@example.org" in site.asked[0][1]["User-Agent"]
    assert site.asked[1][1]["Accept"].startswith("text/html")


async def test_what_robots_forbid_is_not_asked_for(site: Site, reader: FullText) -> None:
    site.serve("/robots.txt", b"User-agent: dementi\nDisallow: /a")
    url = site.serve("/a", (200, article(*long()), HTML))
    with pytest.raises(Forbidden, match=r"robots.txt of 127.0.0.1 forbids it"):
        await reader.read(url, NOW)
    assert [path for path, _ in site.asked] == ["/robots.txt"]


async def test_a_redirect_leads_to_nothing_that_robots_forbid(site: Site, reader: FullText) -> None:
    site.serve("/robots.txt", b"User-agent: *\nDisallow: /hidden")
    site.serve("/hidden", (200, article(*long()), HTML))
    url = site.serve("/a", (302, b"", {"Location": "/hidden"}))
    with pytest.raises(Forbidden):
        await reader.read(url, NOW)
    assert [path for path, _ in site.asked] == ["/robots.txt", "/a"]


async def test_a_redirect_leads_to_no_private_address(site: Site, reader: FullText) -> None:
    url = site.serve("/a", (302, b"", {"Location": "http://127.0.0.1:1/secret"}))
    with pytest.raises(FeedError, match="not a public address") as refused:
        await reader.read(url, NOW)
    assert (refused.value.outcome, isinstance(refused.value, Forbidden)) == ("refused", False)


async def test_rules_that_cannot_be_read_mean_waiting(site: Site, reader: FullText) -> None:
    site.serve("/robots.txt", (503, b"", {}))
    url = site.serve("/a", (200, article(*long()), HTML))
    with pytest.raises(FeedError) as refused:
        await reader.read(url, NOW)
    assert refused.value.after is not None
    assert [path for path, _ in site.asked] == ["/robots.txt"]


async def test_a_page_is_unpacked_and_bounded(site: Site) -> None:
    reader = FullText(allow=site.allow, max_bytes=50_000)
    url = site.serve("/a", (200, article("x" * 60_000), HTML))
    with pytest.raises(FeedError, match="larger than"):
        await reader.read(url, NOW)
    await reader.close()


@pytest.mark.parametrize(
    ("body", "kind", "error"),
    [
        (article("Subscribe to read this."), "text/html", "no text of an article in it"),
        (b"", "text/html", "no text of an article in it"),
        (b"\0" * 5_000, "text/html", "no text of an article in it"),
        (b"%PDF-1.7 " + b"x" * 5_000, "application/pdf", "no web page: application/pdf"),
        (b'{"a": "' + b"x" * 5_000 + b'"}', "application/json", "no web page: application/json"),
    ],
    ids=["teaser", "empty", "zeroes", "PDF", "JSON"],
)
async def test_a_page_without_an_article_says_so(
    site: Site, reader: FullText, body: bytes, kind: str, error: str
) -> None:
    told = await reader.read(site.serve("/a", (200, body, {"Content-Type": kind})), NOW)
    assert (told.text, told.error) == (None, error)


@pytest.mark.parametrize(
    ("encoding", "kind", "head"),
    [
        ("utf-8", "text/html", ""),
        ("windows-1251", "text/html; charset=windows-1251", ""),
        ("windows-1251", "text/html", '<meta charset="windows-1251">'),
        ("koi8-r", "text/html", '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">'),
        ("utf-8", "text/html; charset=iso-8859-1", '<meta charset="latin1">'),
        ("utf-16", "text/html", ""),
    ],
)
async def test_characters(site: Site, reader: FullText, encoding: str, kind: str, head: str) -> None:
    words = long("Пресс-секретарь Кремля Дмитрий Песков заявил, что никакого разговора не было, это чистый вымысел.")
    body = article(*words, head=head).decode().encode(encoding)
    told = await reader.read(site.serve("/a", (200, body, {"Content-Type": kind})), NOW)
    assert told.text is not None
    assert words[1] in told.text


async def test_what_reorders_or_hides_text_is_gone(site: Site, reader: FullText) -> None:
    words = long(
        "He said \u202eno\u202c to\u200b it\u0007, and nobody in the whole of the valley believed him for a moment."
    )
    told = await reader.read(site.serve("/a", (200, article(*words), HTML)), NOW)
    assert told.text is not None
    assert "He said no to it, and nobody" in told.text


async def test_fact_checks_on_the_page_come_along(site: Site, reader: FullText) -> None:
    markup = """<script type="application/ld+json">{"@type": "ClaimReview", "claimReviewed": "The dam broke",
    "author": {"name": "Fact Desk"}, "reviewRating": {"alternateName": "False"}}</script>"""
    told = await reader.read(site.serve("/a", (200, article(*long(), head=markup), HTML)), NOW)
    assert [(r.claim, r.rating, r.author) for r in told.reviews] == [("The dam broke", "False", "Fact Desk")]
    alone = await reader.read(site.serve("/b", (200, article("Short.", head=markup), HTML)), NOW)
    assert (alone.text, alone.error, len(alone.reviews)) == (None, None, 1)


HOSTILE = {
    "deep": b"<div>" * 200_000 + WORDS.encode(),
    "unclosed": b"<b><i><a href='" * 50_000,
    "attributes": b"<p " + b"".join(b"a%d=1 " % number for number in range(100_000)) + b">" + WORDS.encode(),
    "entities": b"<!DOCTYPE html [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]><p>&b;</p>" + b"&b;" * 10_000,
    "tables": b"<table><tr><td>" * 20_000 + WORDS.encode(),
    "file": b"<!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><article><p>&x;</p></article>",
    "frames": b"<iframe src='http://127.0.0.1:1/'></iframe><link rel=stylesheet href='http://127.0.0.1:1/x'>" * 500,
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_pages_end_as_an_answer_or_an_error(site: Site, name: str) -> None:
    reader = FullText(allow=site.allow, parse_deadline=2)
    url = site.serve("/a", (200, HOSTILE[name], HTML))
    (told,) = await asyncio.gather(reader.read(url, NOW), return_exceptions=True)
    text = told.text if isinstance(told, PageText) else str(told)
    assert isinstance(told, PageText | FeedError)
    assert "root:" not in (text or "")
    assert [path for path, _ in site.asked] == ["/robots.txt", "/a"], "nothing that the page names was fetched"
    await reader.close()


async def test_a_reader_that_takes_too_long_is_killed_and_the_next_page_is_read(site: Site) -> None:
    url = site.serve("/a", (200, article(*long()), HTML))
    hurried = FullText(allow=site.allow, parse_deadline=0.001)
    with pytest.raises(FeedError, match="more time or memory"):
        await hurried.read(url, NOW)
    hurried._deadline = 15.0
    assert (await hurried.read(url, NOW)).text
    await hurried.close()


async def test_a_reading_that_is_given_up_leaves_no_process(site: Site, reader: FullText) -> None:
    url = site.serve("/a", (200, b"<div>" * 100_000 + WORDS.encode(), HTML))
    task = asyncio.create_task(reader.read(url, NOW))
    while not _children():  # noqa: ASYNC110 (the kernel makes no event of it)
        await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert _children() == []


def _children() -> list[int]:
    mine = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [int(pid) for pid in mine if b"fulltext_worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]
