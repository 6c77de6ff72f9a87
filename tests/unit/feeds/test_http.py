from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import brotli
import pytest
from aiohttp import web

from monitor.errors import FeedError
from monitor.feeds.http import Client, Limits, Page, retry_after, user_agent
from monitor.net.guard import Allow
from tests.unit.feeds.conftest import Site, item, rss

NOW = datetime(2024, 11, 11, 12, tzinfo=UTC)
FEED = rss(item(1))


async def get(site: Site, url: str, *, limits: Limits | None = None, **conditions: str) -> Page:
    client = Client(Allow.parse(site.allow), limits=limits or Limits(total=5, read=2), contact="https://desk.example")
    try:
        return await client.get(url, NOW, **conditions)  # type: ignore[arg-type]
    finally:
        await client.close()


async def failure(site: Site, url: str, *, limits: Limits | None = None, **conditions: str) -> FeedError:
    with pytest.raises(FeedError) as caught:
        await get(site, url, limits=limits, **conditions)
    return caught.value


async def test_validators_come_back_exactly_as_they_were_sent(site: Site) -> None:
    odd = {"ETag": 'W/"a;b\\c"', "Last-Modified": "yesterday, about noon"}
    url = site.serve("/f", (200, FEED, odd), (304, b"", {}))
    page = await get(site, url)
    assert (page.etag, page.last_modified) == (odd["ETag"], odd["Last-Modified"])
    again = await get(site, url, etag=page.etag or "", last_modified=page.last_modified or "")
    assert again.status == 304
    assert site.asked[1][1]["If-None-Match"] == odd["ETag"]
    assert site.asked[1][1]["If-Modified-Since"] == odd["Last-Modified"]


async def test_it_says_who_asks(site: Site) -> None:
    await get(site, site.serve("/f", FEED))
    assert site.asked[0][1]["User-Agent"].startswith("dementi/")
    assert "+https://desk.example" in site.asked[0][1]["User-Agent"]
    assert "\n" not in user_agent("a\r\nX-Evil: 1")


@pytest.mark.parametrize(
    ("status", "headers", "outcome", "after"),
    [
        (304, {}, "error", None),
        (204, {}, "error", None),
        (206, {}, "error", None),
        (404, {}, "error", None),
        (410, {}, "gone", None),
        (401, {}, "auth", None),
        (403, {}, "auth", None),
        (429, {}, "backoff", None),
        (429, {"Retry-After": "120"}, "backoff", timedelta(seconds=120)),
        (429, {"Retry-After": "Mon, 11 Nov 2024 13:00:00 GMT"}, "backoff", timedelta(hours=1)),
        (429, {"Retry-After": "999999999"}, "backoff", timedelta(days=1)),
        (429, {"Retry-After": "soon"}, "backoff", None),
        (503, {"Retry-After": "60"}, "backoff", timedelta(seconds=60)),
        (503, {}, "error", None),
        (500, {}, "error", None),
    ],
)
async def test_every_status_has_its_outcome(
    site: Site, status: int, headers: dict[str, str], outcome: str, after: timedelta | None
) -> None:
    error = await failure(site, site.serve("/f", (status, b"", headers)))
    assert (error.outcome, error.status, error.after) == (outcome, status, after)


def test_a_date_in_the_past_asks_for_no_pause() -> None:
    assert retry_after("Mon, 11 Nov 2024 11:00:00 GMT", NOW) is None
    assert retry_after(None, NOW) is None


# -- redirects


async def test_permanent_moves_are_reported_temporary_ones_are_not(site: Site) -> None:
    site.serve("/new", FEED)
    away = site.serve("/away", (302, b"", {"Location": "/new"}))
    moved = site.serve("/moved", (301, b"", {"Location": "/new"}))
    then = site.serve("/then", (308, b"", {"Location": "/away"}))
    assert (await get(site, away)).moved_to is None
    assert (await get(site, moved)).moved_to == site.url("/new")
    assert (await get(site, then)).moved_to == site.url("/away")


@pytest.mark.parametrize(
    ("target", "outcome"),
    [
        ("/loop", "error"),
        ("file:///etc/passwd", "refused"),
        ("gopher://127.0.0.1/", "refused"),
        ("javascript:alert(1)", "refused"),
        ("http://127.0.0.2:{port}/", "refused"),
        ("http://[::1]:{port}/", "refused"),
        ("http://2130706433:{port}/", "refused"),
        ("http://localhost:1/", "refused"),
        ("http://[bad", "refused"),
    ],
)
async def test_no_redirect_leads_where_it_should_not(site: Site, target: str, outcome: str) -> None:
    url = site.serve("/loop", (302, b"", {"Location": target.format(port=site.port)}))
    assert (await failure(site, url)).outcome == outcome
    assert {path for path, _ in site.asked} == {"/loop"}


async def test_a_redirect_without_target_is_an_error(site: Site) -> None:
    assert "without a target" in str(await failure(site, site.serve("/f", (302, b"", {}))))


# -- sizes

SMALL = Limits(total=5, read=2, raw=100_000, decoded=200_000)


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress), ("identity", bytes)],
)
async def test_encodings_are_undone(site: Site, encoding: str, pack: type[bytes]) -> None:
    url = site.serve("/f", (200, pack(FEED), {"Content-Encoding": encoding}))
    assert (await get(site, url)).body == FEED


async def test_raw_deflate_and_mislabelled_gzip_are_read(site: Site) -> None:
    raw = zlib.compressobj(wbits=-15)
    url = site.serve("/f", (200, raw.compress(FEED) + raw.flush(), {"Content-Encoding": "deflate"}))
    assert (await get(site, url)).body == FEED
    assert (await get(site, site.serve("/g", (200, FEED, {"Content-Encoding": "gzip"})))).body == FEED
    assert (await get(site, site.serve("/h", (200, gzip.compress(FEED, mtime=0), {})))).body == FEED


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"A" * 5_000_000, mtime=0)),
        ("deflate", zlib.compress(b"A" * 5_000_000)),
        ("br", brotli.compress(b"A" * 5_000_000)),
        ("gzip, gzip", gzip.compress(gzip.compress(b"A" * 5_000_000), mtime=0)),
        ("", gzip.compress(b"A" * 5_000_000, mtime=0)),
    ],
)
async def test_bombs_stop_at_the_cap(site: Site, encoding: str, body: bytes) -> None:
    assert len(body) < SMALL.raw
    headers = {"Content-Encoding": encoding} if encoding else {}
    assert "larger than" in str(await failure(site, site.serve("/f", (200, body, headers)), limits=SMALL))


@pytest.mark.parametrize(
    ("encoding", "body", "words"),
    [
        ("gzip", gzip.compress(FEED * 50, mtime=0)[:-20], "too early"),
        ("gzip", gzip.compress(FEED, mtime=0)[:20] + b"\xff" * 50, "broken"),
        ("x-secret", FEED, "not asked for"),
        ("gzip, gzip, gzip", FEED, "3 times"),
    ],
)
async def test_broken_encodings_are_errors(site: Site, encoding: str, body: bytes, words: str) -> None:
    assert words in str(await failure(site, site.serve("/f", (200, body, {"Content-Encoding": encoding}))))


async def test_an_endless_body_stops_at_the_cap(site: Site) -> None:
    async def endless(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65536)

    assert "larger than" in str(await failure(site, site.serve("/f", endless), limits=SMALL))


# -- time

IMPATIENT = Limits(total=0.6, connect=0.5, read=0.3)


async def test_a_silent_server_costs_its_deadline_only(site: Site) -> None:
    async def silent(request: web.BaseRequest) -> web.StreamResponse:
        await asyncio.sleep(30)
        return web.Response()

    assert "no answer" in str(await failure(site, site.serve("/f", silent), limits=IMPATIENT))


@pytest.fixture
async def dripping() -> AsyncIterator[int]:
    """Sends its headers one byte at a time, for ever."""

    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            for byte in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.1)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def test_slow_headers_end_at_the_total_deadline(dripping: int) -> None:
    error = await failure(Site(port=dripping), f"http://127.0.0.1:{dripping}/", limits=IMPATIENT)
    assert (error.outcome, "complete answer" in str(error)) == ("error", True)


async def test_a_slow_host_holds_no_place_that_others_could_use(site: Site, dripping: int) -> None:
    allow = Allow.parse([*site.allow, f"127.0.0.1:{dripping}", "localhost"])
    client = Client(allow, concurrency=2, per_host=1, limits=Limits(total=1.0, read=1.0))
    slow = [asyncio.create_task(client.get(f"http://127.0.0.1:{dripping}/{n}", NOW)) for n in range(3)]
    await asyncio.sleep(0.05)
    fine = await client.get(site.serve("/f", FEED).replace("127.0.0.1", "localhost"), NOW)
    assert fine.body == FEED
    assert not any(task.done() for task in slow)
    for task in slow:
        task.cancel()
    await asyncio.gather(*slow, return_exceptions=True)
    await client.close()


async def test_a_password_stays_with_its_server(site: Site) -> None:
    site.serve("/new", FEED)
    away = site.serve("/old", (301, b"", {"Location": site.url("/new")}))
    page = await get(site, away.replace("http://", "http://desk:secret@"))
    assert ["Authorization" in headers for _, headers in site.asked] == [True, True]
    assert "secret" not in f"{page.url} {page.moved_to}"
    other = site.serve("/other", (302, b"", {"Location": f"http://localhost:{site.port}/new"}))
    client = Client(Allow.parse([*site.allow, "localhost"]))
    await client.get(other.replace("http://", "http://desk:secret@"), NOW)
    await client.close()
    assert "Authorization" not in site.asked[-1][1]
