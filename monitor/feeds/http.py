"""One conditional GET, with a limit on everything: time, bytes, hops, addresses."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from monitor import __version__
from monitor.errors import FeedError, Refused
from monitor.feeds.decode import ACCEPT_ENCODING, Decoder
from monitor.feeds.gate import Gate
from monitor.net.guard import SCHEMES, Allow
from monitor.net.retry_after import retry_after as asked_pause

if TYPE_CHECKING:
    import aiohttp
    from yarl import URL

__all__ = ["Client", "Limits", "Page", "retry_after", "user_agent"]

_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
May = Callable[[str], Awaitable[None]]  # raises FeedError where an address must not be asked for
_PERMANENT = frozenset({301, 308})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,10})")
_LONGEST_VALIDATOR = 1_000
_LONGEST_LINKS = 8_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Seconds and bytes that one fetch may take."""

    total: float = 45.0  # the whole of it, all hops, from the request to the last byte
    connect: float = 15.0
    read: float = 20.0  # between two pieces of an answer, and until its first one
    raw: int = 10_000_000  # bytes as sent
    decoded: int = 20_000_000  # bytes when unpacked
    hops: int = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """An answer that can be worked with: 200 with its body, or 304 to a question of ours."""

    status: int
    url: str  # after redirects
    body: bytes = b""
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None  # where the permanent redirects at the beginning of the chain led
    max_age: timedelta | None = None
    location: str | None = None  # Content-Location, absolute: what relative links start from
    links: str = ""  # Link headers


def user_agent(contact: str | None = None) -> str:
    """Says who asks, and whom to complain to. Control characters in `contact` never reach a header."""
    who = "".join(c for c in contact or "" if c.isprintable())
    return f"dementi/{__version__} (news feed monitor{'; +' + who if who else ''})"


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """See `net.retry_after`; a pause that is over already is none."""
    return asked_pause(value, now) or None


class Client:
    """Fetches. One for the life of the service; made outside a loop, opened by its first use."""

    def __init__(
        self,
        allow: Allow,
        *,
        concurrency: int = 64,
        per_host: int = 2,
        limits: Limits | None = None,
        contact: str | None = None,
        trust_env: bool = False,
        accept: str = _ACCEPT,
    ) -> None:
        """`trust_env`: take proxies from the environment (HTTP_PROXY, HTTPS_PROXY, NO_PROXY)."""
        self._allow = allow
        self._limits = limits or Limits()
        self._agent = user_agent(contact)
        self._trust_env = trust_env
        self._accept = accept
        self._concurrency = concurrency
        self._gate = Gate(concurrency, per_host)
        self._session: aiohttp.ClientSession | None = None

    async def get(
        self,
        address: str,
        now: datetime,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        may: May | None = None,
    ) -> Page:
        """Raises FeedError for every answer that is no feed's, and for none at all.

        `may` is asked before each hop, with its address, and raises FeedError where that must not be asked for.
        """
        url = _web_address(address, None)
        conditions = {}
        if etag:
            conditions["If-None-Match"] = etag
        if last_modified:
            conditions["If-Modified-Since"] = last_modified
        async with self._gate.turn(url.host or ""):
            try:
                async with asyncio.timeout(self._limits.total):
                    return await self._follow(url, conditions, now, may)
            except TimeoutError:
                raise FeedError("error", f"no complete answer within {self._limits.total:.0f} s") from None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            import aiohttp

            from monitor.net.dial import guarded_connector

            self._session = aiohttp.ClientSession(
                connector=guarded_connector(self._allow, limit=0, ttl_dns_cache=60, keepalive_timeout=5),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=self._trust_env,
                headers={"User-Agent": self._agent, "Accept": self._accept, "Accept-Encoding": ACCEPT_ENCODING},
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=self._limits.connect, sock_read=self._limits.read
                ),
                max_field_size=65_536,
                max_line_size=16_384,
            )
        return self._session

    async def _follow(self, url: URL, conditions: Mapping[str, str], now: datetime, may: May | None) -> Page:
        """The hops of a chain, each checked like the first."""
        moved: URL | None = None
        permanent = True  # so far
        for _ in range(self._limits.hops + 1):
            if may is not None:
                await may(str(url))
            answer = await self._hop(url, conditions, now, moved)
            if isinstance(answer, Page):
                return answer
            status, location = answer
            target = _web_address(location, url)
            # A permanent move is learnt, unless it would give up encryption.
            permanent = permanent and status in _PERMANENT and not (url.scheme == "https" and target.scheme == "http")
            moved = target if permanent else moved
            url = target
        raise FeedError("error", f"more than {self._limits.hops} redirects")

    async def _hop(
        self, url: URL, conditions: Mapping[str, str], now: datetime, moved: URL | None
    ) -> Page | tuple[int, str]:
        """A page, or status and target of a redirect."""
        import aiohttp

        try:
            async with self._open().get(url, headers=conditions, allow_redirects=False) as response:
                if response.status in _REDIRECTS:
                    location = response.headers.get("Location")
                    if not location:
                        raise FeedError("error", f"{response.status} without a target", status=response.status)
                    return response.status, location
                return await self._page(response, bool(conditions), now, moved)
        except Refused as refused:
            raise FeedError("refused", str(refused)) from None
        except aiohttp.ClientConnectorDNSError:
            raise FeedError("error", f"the name {url.host} cannot be looked up") from None
        except aiohttp.InvalidURL:
            raise FeedError("refused", "not an address that can be asked") from None
        except aiohttp.ServerTimeoutError:
            raise FeedError("error", f"no answer within {self._limits.read:.0f} s") from None
        except TimeoutError:
            raise
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise FeedError("error", _reason(error)) from None

    async def _page(
        self, response: aiohttp.ClientResponse, conditional: bool, now: datetime, moved: URL | None
    ) -> Page:
        headers, status = response.headers, response.status
        if status != 200 and not (status == 304 and conditional):
            raise _failed(status, headers, now)
        body = b"" if status == 304 else await self._body(response)
        return Page(
            status=status,
            url=str(response.url),
            body=body,
            content_type=headers.get("Content-Type", "")[:200],
            etag=_validator(headers.get("ETag")),
            last_modified=_validator(headers.get("Last-Modified")),
            moved_to=str(moved.with_user(None)) if moved is not None else None,
            max_age=_max_age(headers.get("Cache-Control", "")),
            location=_base(response.url, headers.get("Content-Location")),
            links=", ".join(headers.getall("Link", ()))[:_LONGEST_LINKS],
        )

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        decoder = Decoder(response.headers.get("Content-Encoding", ""), self._limits.decoded)
        size = 0
        async for piece in response.content.iter_any():
            size += len(piece)
            if size > self._limits.raw:
                raise FeedError("error", f"larger than {self._limits.raw // 1_000_000} MB")
            decoder.feed(piece)
        return decoder.finish()


def _web_address(address: str, base: URL | None) -> URL:
    """An absolute http(s) URL; what else a redirect may name is refused before anything looks at it."""
    from yarl import URL

    try:
        url = URL(address.strip())
        url = base.join(url) if base is not None else url
        fine = url.scheme in SCHEMES and bool(url.host) and url.port is not None
    except ValueError:
        raise FeedError("refused" if base else "error", f"not an address: {address[:100]!r}") from None
    if not fine:
        other = f"not {url.scheme}:" if url.scheme else f"and {address[:100]!r} is neither"
        raise FeedError("refused", f"only http and https addresses are fetched, {other}")
    if base is None:
        return url
    # A password that a redirect hands out is nobody's; our own stays with its server.
    ours = base.origin() == url.origin()
    return url.with_user(base.user if ours else None).with_password(base.password if ours else None)


def _base(url: URL, location: str | None) -> str | None:
    if not location or len(location) > 2_000:
        return None
    try:
        base = url.join(type(url)(location))
    except ValueError:
        return None
    return str(base) if base.scheme in SCHEMES else None


def _validator(value: str | None) -> str | None:
    """As received, or not at all."""
    return value if value and len(value) <= _LONGEST_VALIDATOR and value.isprintable() else None


def _max_age(header: str) -> timedelta | None:
    found = _MAX_AGE.search(header.lower())
    return timedelta(seconds=min(int(found[1]), 10**8)) if found else None


def _failed(status: int, headers: Mapping[str, str], now: datetime) -> FeedError:
    """The outcome that a status means."""
    pause = retry_after(headers.get("Retry-After"), now)
    if status == 410:
        return FeedError("gone", "410: the feed is gone for good", status=status)
    if status in (401, 403):
        return FeedError("auth", f"{status}: the server wants to know who asks", status=status, after=pause)
    if status == 429 or (status == 503 and "Retry-After" in headers):
        asked = f"; asks for a pause of {int(pause.total_seconds())} s" if pause else ""
        return FeedError("backoff", f"{status}: too many requests for it{asked}", status=status, after=pause)
    told = {
        204: "204: no content",
        206: "206: a part, where the whole was asked for",
        304: "304: unchanged, to a request without a condition",
        404: "404: not found",
    }
    return FeedError("error", told.get(status, f"the server answers {status}"), status=status, after=pause)


def _reason(error: Exception) -> str:
    """One line, for people. Never the error's own text where that may quote the server at length."""
    text = " ".join(str(error).split())[:150] or type(error).__name__
    return f"no usable answer: {text}"
