"""W3C WebSub, the subscriber's side: where a feed names its hub, how that is asked, what it sends and how it signs.

    feed ─▶ Link headers, or <link rel="hub"> and rel="self" ─▶ POST to the hub ─▶ it asks back (GET) ─▶ it sends (POST)

The listener knows nothing of subscriptions: it hands on what it is asked, within limits of size and number.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from monitor.errors import FeedError, Refused
from monitor.feeds.entry import web_link
from monitor.feeds.http import user_agent
from monitor.net.guard import Allow

if TYPE_CHECKING:
    import aiohttp
    from aiohttp import web

__all__ = ["Callback", "HubClient", "Listener", "discover", "signed"]

LARGEST = 4_000_000  # bytes that a hub may send at once: new items only, of one feed
LEASE = timedelta(days=10)  # that is asked for
_TIMEOUT = 30.0  # seconds for a hub to answer
_MOST_HOPS = 3  # 307 and 308 only: what else changes a POST into a GET
_LOOKED_AT = 100_000  # bytes of a feed in which its own links stand
_FIRST_ITEM = re.compile(rb"<(?:[A-Za-z][\w.-]{0,30}:)?(?:item|entry)[\s>/]", re.IGNORECASE)
_LINK_TAG = re.compile(rb"<(?:[A-Za-z][\w.-]{0,30}:)?link\s([^<>]{1,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"""\b(rel|href)\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_HEADER_LINK = re.compile(r"<([^<>]{1,4000})>((?:\s*;[^,<;]{1,200}){1,9})")
_HEADER_REL = re.compile(r"""\brel\s*=\s*(?:"([^"]*)"|([^\s;"]+))""", re.IGNORECASE)
_ALGORITHMS = frozenset({"sha1", "sha256", "sha384", "sha512"})  # W3C WebSub, 8


# -- discovery


def discover(links: str, body: bytes, base: str) -> tuple[str, str] | None:
    """Hub and topic that a feed names: in its Link headers, else in itself (W3C WebSub, 4). None: it has no hub."""
    for found in (_of_header(links), _of_json(body) if body[:200].lstrip()[:1] == b"{" else _of_markup(body)):
        hub = web_link(found.get("hub"), base)
        if hub is not None:
            return hub, web_link(found.get("self"), base) or base
    return None


def _of_header(links: str) -> dict[str, str]:
    pairs = ((rel, url) for url, rest in _HEADER_LINK.findall(links) if (rel := _HEADER_REL.search(rest)))
    return _first((rel[1] or rel[2] or "", url) for rel, url in pairs)


def _of_markup(body: bytes) -> dict[str, str]:
    head = body[:_LOOKED_AT]
    first = _FIRST_ITEM.search(head)
    found = []
    for tag in _LINK_TAG.findall(head[: first.start()] if first else head):
        attributes = {name.lower(): (double or single) for name, double, single in _ATTRIBUTE.findall(tag)}
        texts = {name: html.unescape(value.decode("utf-8", "replace")) for name, value in attributes.items()}
        found.append((texts.get(b"rel", ""), texts.get(b"href", "")))
    return _first(found)


def _of_json(body: bytes) -> dict[str, str]:
    """JSON Feed 1.1: `hubs`, and `feed_url`."""
    if b'"hubs"' not in body:
        return {}
    try:
        feed = json.loads(body)
        hubs = [hub["url"] for hub in feed["hubs"] if hub.get("type", "").lower() == "websub"]
        return {"hub": hubs[0], "self": feed.get("feed_url", "")}
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return {}


def _first(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for rels, url in pairs:
        for rel in rels.lower().split():
            found.setdefault(rel, url)
    return found


# -- what the hub sends


def signed(header: str | None, secret: str, body: bytes) -> bool:
    """The body was signed with our secret: `X-Hub-Signature: METHOD=HEX` (W3C WebSub, 7.1.2)."""
    method, _, signature = (header or "").strip().partition("=")
    if method.lower() not in _ALGORITHMS:
        return False
    wanted = hmac.new(secret.encode(), body, getattr(hashlib, method.lower())).hexdigest()
    return hmac.compare_digest(wanted.encode(), signature.strip().lower().encode("utf-8", "replace"))


class Callback(Protocol):
    """Who answers for the callback's addresses."""

    async def verify(self, token: str, query: Mapping[str, str]) -> tuple[int, str]:
        """Status and text for a hub that asks whether we meant it."""
        ...

    async def take(self, token: str, headers: Mapping[str, str], read: Callable[[], Awaitable[bytes]]) -> int:
        """Status for a hub that sends something; `read` takes in what, from those only whom it was told of."""
        ...


class Listener:
    """The HTTP server behind the callback's address."""

    def __init__(self, callback: Callback, host: str, port: int) -> None:
        self._callback, self._host, self._port = callback, host, port
        self._runner: web.AppRunner | None = None

    @property
    def port(self) -> int:
        """The port that is listened on; useful where 0 was asked for."""
        return int(self._runner.addresses[0][1]) if self._runner else self._port

    async def open(self) -> None:
        """Raises OSError where the address cannot be listened on."""
        from aiohttp import web

        app = web.Application(client_max_size=LARGEST)
        app.router.add_get("/{path:.*}", self._get)
        app.router.add_post("/{path:.*}", self._post)
        self._runner = web.AppRunner(app, access_log=None, keepalive_timeout=15, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port, backlog=64).start()

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _get(self, request: web.Request) -> web.Response:
        from aiohttp import web

        status, text = await self._callback.verify(_token(request), request.query)
        return web.Response(status=status, text=text, content_type="text/plain")

    async def _post(self, request: web.Request) -> web.Response:
        import asyncio

        from aiohttp import web

        try:
            async with asyncio.timeout(_TIMEOUT):
                status = await self._callback.take(_token(request), request.headers, request.read)
        except TimeoutError:
            status = 408
        return web.Response(status=status)


def _token(request: web.Request) -> str:
    return str(request.match_info["path"]).rpartition("/")[2]


# -- asking the hub


class HubClient:
    """Asks hubs, through the same guard as feeds."""

    def __init__(
        self, *, allow: Iterable[str] = (), contact: str | None = None, trust_env: bool = False, callback_url: str
    ) -> None:
        self._allow, self._agent, self._trust_env = Allow.parse(allow), user_agent(contact), trust_env
        self.callback_url = callback_url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def subscribe(self, hub: str, topic: str, token: str, secret: str) -> None:
        """Raises FeedError where the hub does not take it. That it does says nothing yet: it will ask back."""
        form = {
            "hub.mode": "subscribe",
            "hub.topic": topic,
            "hub.callback": f"{self.callback_url}/{token}",
            "hub.secret": secret,
            "hub.lease_seconds": str(int(LEASE.total_seconds())),
        }
        for _ in range(_MOST_HOPS):
            moved = await self._post(hub, form)
            if moved is None:
                return
            hub = moved
        raise FeedError("error", "the hub redirects without end")

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, hub: str, form: Mapping[str, str]) -> str | None:
        """None where the hub took it, else the address it redirects to."""
        import aiohttp

        try:
            async with self._open().post(hub, data=form, allow_redirects=False) as response:
                status = response.status
                if status in (307, 308) and (moved := web_link(response.headers.get("Location"), hub)):
                    return moved
        except Refused as refused:
            raise FeedError("refused", str(refused)) from None
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise FeedError("error", f"the hub gives no answer: {type(error).__name__}") from None
        if not 200 <= status < 300:
            raise FeedError("error", f"the hub answers {status}", status=status)
        return None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            import aiohttp

            from monitor.net.dial import guarded_connector

            self._session = aiohttp.ClientSession(
                connector=guarded_connector(self._allow, limit=8),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=self._trust_env,
                headers={"User-Agent": self._agent},
                timeout=aiohttp.ClientTimeout(total=_TIMEOUT),
            )
        return self._session
