"""FeedSource end to end: a real server, real parsing processes."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.feeds.health import after
from monitor.feeds.port import Reading
from monitor.feeds.show import show
from monitor.feeds.source import FeedSource
from monitor.model.source import Feed, FeedState, Known, Outcome
from tests.unit.feeds.conftest import Site, item, rss

NOW = datetime(2024, 11, 11, 12, tzinfo=UTC)


class Memory:
    """What a store would keep of one feed."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.state = FeedState(url=feed.url, next_due=NOW)
        self.guids: dict[str, str] = {}
        self.links: dict[str, str] = {}
        self.digests: dict[str, str] = {}
        self.newest: dict[str, tuple[int, str]] = {}
        self.asked = 0
        self.now = NOW

    async def known(self) -> Known:
        self.asked += 1
        return Known(guids=self.guids, links=self.links, digests=self.digests, newest=self.newest)

    async def poll(self, source: FeedSource) -> Reading:
        self.now += timedelta(minutes=10)
        reading = await source.read(self.feed, self.state, self.now, self.known)
        self.state = after(self.state, self.feed, reading, self.now, 0.0)
        for it in reading.items:
            self.guids |= {it.guid: it.id} if it.guid else {}
            self.links |= {it.canonical: it.id} if it.canonical else {}
            self.digests[it.digest] = it.id
            self.newest[it.id] = (it.version, it.digest)
        return reading


@pytest.fixture
async def source(site: Site) -> AsyncIterator[FeedSource]:
    source = FeedSource(allow=site.allow, workers=1)
    yield source
    await source.close()


async def test_only_what_is_new_comes_back(site: Site, source: FeedSource) -> None:
    url = site.serve("/f", rss(item(2), item(1)), rss(item(3), item(2), item(1)))
    memory = Memory(Feed(url=url, publisher="Outlet"))
    first = await memory.poll(source)
    assert [i.title for i in first.items] == ["Report 2", "Report 1"]
    assert all(i.baseline for i in first.items)
    assert memory.state.title == "Outlet"
    second = await memory.poll(source)
    assert [(i.title, i.baseline, i.publisher) for i in second.items] == [("Report 3", False, "Outlet")]
    assert (second.entries, second.overlap) == (3, 2)


async def test_the_same_bytes_are_not_parsed_again(site: Site, source: FeedSource) -> None:
    memory = Memory(Feed(url=site.serve("/f", rss(item(1)))))
    await memory.poll(source)
    reading = await memory.poll(source)
    assert (reading.outcome, reading.items, memory.asked) == (Outcome.UNCHANGED, (), 1)


async def test_304_is_unchanged_and_keeps_the_validators(site: Site, source: FeedSource) -> None:
    memory = Memory(Feed(url=site.serve("/f", (200, rss(item(1)), {"ETag": '"v1"'}), (304, b"", {}))))
    await memory.poll(source)
    reading = await memory.poll(source)
    assert (reading.outcome, reading.etag, memory.state.etag) == (Outcome.UNCHANGED, '"v1"', '"v1"')


async def test_after_a_failure_nothing_is_asked_conditionally(site: Site, source: FeedSource) -> None:
    memory = Memory(Feed(url=site.serve("/f", (200, rss(item(1)), {"ETag": '"v1"'}), (500, b"", {}), rss(item(1)))))
    for _ in range(3):
        await memory.poll(source)
    assert ["If-None-Match" in headers for _, headers in site.asked] == [False, True, False]
    assert memory.state.failures == 0


async def test_an_edit_is_a_new_version_and_spacing_is_none(site: Site, source: FeedSource) -> None:
    url = site.serve(
        "/f",
        rss(item(1, "Call took place")),
        rss(item(1, "Call  took\nplace", pubDate="Mon, 11 Nov 2024 10:00:00 GMT")),
        rss(item(1, "Kremlin denies call")),
    )
    memory = Memory(Feed(url=url))
    first = await memory.poll(source)
    assert (await memory.poll(source)).items == ()
    edited = (await memory.poll(source)).items
    assert [(i.id, i.version, i.title) for i in edited] == [(first.items[0].id, 2, "Kremlin denies call")]


async def test_a_learnt_address_is_used_from_then_on(site: Site, source: FeedSource) -> None:
    site.serve("/new", rss(item(1)))
    memory = Memory(Feed(url=site.serve("/old", (301, b"", {"Location": "/new"}))))
    for _ in range(3):
        await memory.poll(source)
    assert [path for path, _ in site.asked] == ["/old", "/new", "/old", "/new", "/new"]
    site.serve("/new", (404, b"", {}))
    await memory.poll(source)
    site.serve("/old", rss(item(1)))
    assert (await memory.poll(source)).outcome.fine
    assert site.asked[-1][0] == "/old"


async def test_a_login_page_never_becomes_the_address(site: Site, source: FeedSource) -> None:
    page = b"<html><title>Sign in</title><form><input type=password></form></html>"
    site.serve("/login", (200, page, {"Content-Type": "text/html"}))
    memory = Memory(Feed(url=site.serve("/f", (301, b"", {"Location": "/login"}))))
    for _ in range(3):
        assert (await memory.poll(source)).outcome is Outcome.AUTH
    assert memory.state.moved_to is None


async def test_a_host_that_refuses_two_feeds_is_left_alone(site: Site, source: FeedSource) -> None:
    urls = [site.serve(path, (429, b"", {"Retry-After": "300"})) for path in ("/a", "/b", "/c")]
    readings = [await Memory(Feed(url=url)).poll(source) for url in urls]
    assert [r.outcome for r in readings] == [Outcome.BACKOFF] * 3
    assert [path for path, _ in site.asked] == ["/a", "/b"]
    assert readings[1].host_held
    assert readings[2].retry_after == timedelta(seconds=300)


# -- files


async def read_path(source: FeedSource, path: Path) -> Reading:
    return await Memory(Feed(url="file:feed.xml", path=path)).poll(source)


async def test_a_file_feed_is_read_where_the_config_names_it(source: FeedSource, tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(rss(item(1)))
    assert [i.title for i in (await read_path(source, tmp_path / "feed.xml")).items] == ["Report 1"]


async def test_only_files_are_files(source: FeedSource, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "missing", Path("/dev/zero")):
        reading = await read_path(source, path)
        assert (reading.outcome, bool(reading.error)) == (Outcome.ERROR, True), path


# -- show


async def test_show_prints_a_line_for_every_address(site: Site, source: FeedSource) -> None:
    body = rss(item(1, "Kremlin &lt;b&gt;denies&lt;/b&gt;\ncall", pubDate="Mon, 11 Nov 2024 10:00:00 GMT"), item(1))
    urls = [site.serve("/f", body), "file:///etc/passwd", "http://10.0.0.1/", "nonsense", site.url("/none")]
    lines = {line["url"]: line async for line in show(urls, source, NOW)}
    assert {url: line["outcome"] for url, line in lines.items()} == dict(
        zip(urls, ["items", "refused", "refused", "refused", "error"], strict=True)
    )
    assert lines[urls[0]]["feed"] == {"title": "Outlet", "link": "https://outlet.example/", "language": None}
    assert lines[urls[0]]["items"][0] == {
        "id": "id-1",
        "title": "Kremlin denies call",
        "link": "https://outlet.example/1",
        "published": "2024-11-11T10:00:00Z",
        "updated": None,
        "summary": "Some words about it.",
        "author": None,
    }
    assert len(lines[urls[0]]["items"]) == 2
    assert all(line["error"] for url, line in lines.items() if url != urls[0])
