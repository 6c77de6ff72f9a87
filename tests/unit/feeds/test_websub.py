from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from monitor.errors import FeedError
from monitor.feeds.websub import LARGEST, HubClient, Listener, discover, signed
from tests.unit.feeds.conftest import Site

CASES = tomllib.loads((Path(__file__).parents[2] / "cases/feeds/hubs.toml").read_text())["feeds"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_hubs(case: dict[str, Any]) -> None:
    found = discover(case.get("links", ""), case["body"].encode(), "https://outlet.example/feed")
    assert list(found or ()) == case.get("found", [])


@pytest.mark.parametrize(
    ("links", "body"),
    [
        ("<" * 8_000, b""),
        ("<a>" + ";" * 8_000, b""),
        ("<a>;" + " " * 8_000, b""),
        ("", b"<link " * 20_000),
        ("", b"<link " + b"rel" * 40_000 + b">"),
        ("", b"<link rel=" + b" " * 90_000),
        ("", b'{"hubs":' + b"[" * 100_000),
    ],
    ids=["opened", "parameters", "blanks", "tags", "attributes", "values", "deep"],
)
def test_feeds_made_to_be_slow_are_not(links: str, body: bytes) -> None:
    started = time.process_time()
    assert discover(links, body, "https://outlet.example/feed") is None
    assert time.process_time() - started < 2  # seconds


def sign(body: bytes, secret: str, method: str = "sha256") -> str:
    return f"{method}={hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()}"


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_what_is_signed_with_our_secret_is_known(method: str) -> None:
    assert signed(sign(b"body", "secret", method), "secret", b"body")
    assert signed(sign(b"body", "secret", method).upper().replace("SHA", "sha"), "secret", b"body")
    assert not signed(sign(b"body", "other", method), "secret", b"body")
    assert not signed(sign(b"body", "secret", method), "secret", b"body.")


@pytest.mark.parametrize("header", [None, "", "sha256", "sha256=", "md5=" + "0" * 32, "new=1", "sha256=é", "=x"])
def test_what_is_signed_otherwise_is_not(header: str | None) -> None:
    assert not signed(header, "secret", b"body")


# -- asking hubs


@pytest.fixture
async def asker(site: Site) -> AsyncIterator[HubClient]:
    made = HubClient(allow=site.allow, contact="desk@example.org", callback_url="https://watch.example/websub/")
    yield made
    await made.close()


async def test_a_hub_is_asked_as_the_standard_says(site: Site, asker: HubClient) -> None:
    forms: list[dict[str, Any]] = []

    async def take(request: web.BaseRequest) -> web.Response:
        assert (request.method, request.content_type) == ("POST", "application/x-www-form-urlencoded")
        forms.append(dict(await request.post()))
        return web.Response(status=202)

    hub = site.serve("/hub", take)
    moved = site.serve("/moved", (307, b"", {"Location": "/hub"}))
    await asker.subscribe(moved, "https://outlet.example/rss", "t0ken", "s3cret")
    assert forms == [
        {
            "hub.mode": "subscribe",
            "hub.topic": "https://outlet.example/rss",
            "hub.callback": "https://watch.example/websub/t0ken",
            "hub.secret": "s3cret",
            "hub.lease_seconds": "864000",
        }
    ]
    assert "desk@example.org" in site.asked[0][1]["User-Agent"]
    assert hub


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((404, b"", {}), "the hub answers 404"),
        ((302, b"", {"Location": "/x"}), "the hub answers 302"),
        ((307, b"", {"Location": "/hub"}), "the hub redirects without end"),
        ((307, b"", {"Location": "http://127.0.0.1:1/"}), "not a public address"),
    ],
)
async def test_a_hub_that_does_not_take_it_is_an_error(
    site: Site, asker: HubClient, answer: tuple[int, bytes, dict[str, str]], told: str
) -> None:
    with pytest.raises(FeedError, match=told):
        await asker.subscribe(site.serve("/hub", answer), "https://outlet.example/rss", "t", "s")


async def test_no_private_hub_is_asked() -> None:
    asker = HubClient(callback_url="https://watch.example/")
    with pytest.raises(FeedError, match="not a public address"):
        await asker.subscribe("http://127.0.0.1:9/", "https://outlet.example/rss", "t", "s")
    await asker.close()


# -- listening


class Heard:
    def __init__(self) -> None:
        self.heard: list[tuple[Any, ...]] = []

    async def verify(self, token: str, query: Mapping[str, str]) -> tuple[int, str]:
        self.heard.append((token, dict(query)))
        return 200, query.get("hub.challenge", "")

    async def take(self, token: str, headers: Mapping[str, str], read: Callable[[], Awaitable[bytes]]) -> int:
        if token == "stranger":
            return 404  # whoever is not known is not listened to
        self.heard.append((token, headers.get("X-Hub-Signature"), await read()))
        return 202


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    made = Listener(Heard(), "127.0.0.1", 0)
    await made.open()
    yield made
    await made.close()


async def test_what_arrives_is_handed_on_with_the_token_at_the_end_of_the_address(listener: Listener) -> None:
    heard = listener._callback.heard  # type: ignore[attr-defined]
    async with aiohttp.ClientSession(f"http://127.0.0.1:{listener.port}") as client:
        async with client.get("/websub/t1?hub.challenge=<b>x</b>") as answer:
            assert (answer.status, answer.content_type) == (200, "text/plain")
            assert await answer.text() == "<b>x</b>"
        async with client.post("/t2", data=b"body", headers={"x-hub-signature": "sha1=0"}) as answer:
            assert answer.status == 202
        async with client.post("/stranger", data=b"x" * 1_000) as answer:
            assert answer.status == 404
        async with client.put("/t2") as answer:
            assert answer.status == 405
        async with client.post("/t2", data=b"x" * (LARGEST + 1)) as answer:
            assert answer.status == 413
    assert heard == [("t1", {"hub.challenge": "<b>x</b>"}), ("t2", "sha1=0", b"body")]


async def test_a_port_that_is_taken_is_said(listener: Listener) -> None:
    with pytest.raises(OSError, match="in use"):
        await asyncio.wait_for(Listener(Heard(), "127.0.0.1", listener.port).open(), 5)
