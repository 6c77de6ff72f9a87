"""The `Source` of the service: fetch, compare bodies, parse in a worker, tell new from known."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.errors import FeedError, WorkLost
from monitor.feeds.entry import Parsed
from monitor.feeds.file import read_file
from monitor.feeds.health import LEARNT_AFTER, weight_of
from monitor.feeds.http import Client, Limits, Page
from monitor.feeds.identity import sort
from monitor.feeds.port import Reading
from monitor.feeds.websub import discover
from monitor.feeds.workers import Workers
from monitor.model.source import Feed, FeedState, Known, Outcome
from monitor.net.guard import Allow

__all__ = ["FeedSource"]

log = logging.getLogger(__name__)
_SIEVE_WAIT = 2.0  # seconds that first bodies wait for the sieve; with ten thousand claims it takes longer
_HOST_HELD_AFTER = 2  # feeds of one host that were told 429 before the host as a whole is left alone


class FeedSource:
    """Reads feeds over HTTP, and from files that the config names."""

    def __init__(
        self,
        *,
        allow: Iterable[str] = (),
        concurrency: int = 64,
        per_host: int = 2,
        limits: Limits | None = None,
        contact: str | None = None,
        trust_env: bool = False,
        workers: int | None = None,
        parse_deadline: float = 8.0,
        hubs: bool = False,
    ) -> None:
        """`allow`: exceptions of `[http] allow_private`; raises ValueError where one of them means nothing.

        `contact`: an address for the User-Agent. `trust_env`: proxies from the environment.
        `workers`: parsing processes at most; `parse_deadline`: seconds for one body.
        `hubs`: look for the hubs that feeds name.
        """
        self._hubs = hubs
        self._limits = limits or Limits()
        self._client = Client(
            Allow.parse(allow),
            concurrency=concurrency,
            per_host=per_host,
            limits=self._limits,
            contact=contact,
            trust_env=trust_env,
        )
        self._workers = Workers(size=workers, deadline=parse_deadline)
        self._hosts = _Hosts()
        self._warming: asyncio.Task[None] | None = None
        self._sieve: Callable[[], Awaitable[bytes | None]] | None = None
        self._sifting: asyncio.Task[None] | None = None
        self._sifted_by = 0.0  # by the loop's clock

    def sift(self, sieve: Callable[[], Awaitable[bytes | None]]) -> None:
        """See `Source`. Bodies that are parsed before the sieve is there have no idle items."""
        self._sieve = sieve

    async def read(
        self, feed: Feed, state: FeedState | None, now: datetime, known: Callable[[], Awaitable[Known]]
    ) -> Reading:
        """One poll; see `Source`. Nothing that the feed does raises."""
        if self._warming is None:  # while the first answer is on its way
            self._warming = asyncio.create_task(self._workers.warm())
        started = time.perf_counter()
        try:
            reading = await self._read(feed, state, now, known)
        except FeedError as error:
            reading = _failure(error)
        self._hosts.learn(feed, reading, now)
        held = reading.retry_after is not None and self._hosts.held(feed, now) is not None
        return replace(reading, seconds=time.perf_counter() - started, host_held=held)

    async def pushed(
        self,
        feed: Feed,
        state: FeedState,
        now: datetime,
        body: bytes,
        content_type: str,
        known: Callable[[], Awaitable[Known]],
    ) -> Reading:
        """See `Source`. What is sent holds new items only: nothing can be skipped, and nothing is missing from it."""
        parsed = await self._workers.parse(body, content_type, feed.url)
        return await _told(feed, state, now, Reading(outcome=Outcome.UNCHANGED, final_url=feed.url), parsed, known)

    async def page(self, url: str, now: datetime) -> Page:
        """Any web page under the same guard and limits; raises FeedError."""
        return await self._client.get(url, now)

    async def close(self) -> None:
        if self._sifting is not None:
            self._sifting.cancel()
        await asyncio.gather(*filter(None, (self._warming, self._sifting)), return_exceptions=True)
        await self._client.close()
        await self._workers.close()

    async def _read(
        self, feed: Feed, state: FeedState | None, now: datetime, known: Callable[[], Awaitable[Known]]
    ) -> Reading:
        page = await self._fetch(feed, state, now)
        reading = Reading(
            outcome=Outcome.UNCHANGED,
            status=page.status or None,
            final_url=page.url,
            etag=page.etag,
            last_modified=page.last_modified,
            moved_to=page.moved_to or _learnt(state),
            max_age=page.max_age,
            body_hash=state.body_hash if state else None,
            skim=state.skim if state else None,
        )
        if page.status == 304:
            # The server may leave out validators that still hold.
            return replace(
                reading,
                etag=page.etag or (state.etag if state else None),
                last_modified=page.last_modified or (state.last_modified if state else None),
            )
        if self._hubs:
            reading = replace(reading, hub=discover(page.links, page.body, page.url))
        body_hash = hashlib.blake2b(page.body, digest_size=16).hexdigest()
        if state is not None and state.body_hash == body_hash and state.first_read is not None:
            return replace(reading, entries=state.entries, overlap=state.entries)
        if self._sieve is not None:
            self._sifting, self._sieve = asyncio.create_task(self._get(self._sieve)), None
            self._sifted_by = asyncio.get_running_loop().time() + _SIEVE_WAIT
        if self._sifting is not None and not self._sifting.done():
            patience = self._sifted_by - asyncio.get_running_loop().time()
            await asyncio.wait([self._sifting], timeout=max(0.0, patience))
        body, page = page.body, replace(page, body=b"")  # megabytes that the answer does not need
        parsed = await self._workers.parse(
            body, page.content_type, page.location or page.url, state.skim if state else None
        )
        del body
        return await _told(feed, state, now, replace(reading, body_hash=body_hash), parsed, known)

    async def _get(self, sieve: Callable[[], Awaitable[bytes | None]]) -> None:
        try:
            self._workers.sieve = await sieve()
        except (WorkLost, OSError) as fault:  # all items are judged until then
            log.info("the sieve is asked for again: %s", fault)
            self._sieve = sieve

    async def _fetch(self, feed: Feed, state: FeedState | None, now: datetime) -> Page:
        if feed.path is not None:
            return await asyncio.to_thread(read_file, feed.path, self._limits.raw)
        if urlsplit(feed.url).scheme == "file":
            raise FeedError("refused", "a file is read only where the config itself names it")
        pause = self._hosts.held(feed, now)
        if pause is not None:
            raise FeedError("backoff", "its host has asked for a pause", status=429, after=pause)
        # Validators are of use only with what they were given for.
        asking = state if state is not None and state.first_read is not None else None
        return await self._client.get(
            _learnt(state) or feed.url,
            now,
            etag=asking.etag if asking else None,
            last_modified=asking.last_modified if asking else None,
        )


def _learnt(state: FeedState | None) -> str | None:
    """The address that a permanent redirect has named often enough."""
    return state.moved_to if state is not None and state.moved_times >= LEARNT_AFTER else None


def _failure(error: FeedError) -> Reading:
    outcome = Outcome(error.outcome)
    return Reading(
        outcome=outcome,
        error=str(error),
        status=error.status,
        retry_after=error.after,
        weight=weight_of(outcome, error.status, str(error)),
    )


async def _told(
    feed: Feed,
    state: FeedState | None,
    now: datetime,
    reading: Reading,
    parsed: Parsed,
    known: Callable[[], Awaitable[Known]],
) -> Reading:
    """The reading of a body that was parsed."""
    outcome = Outcome(parsed["outcome"])
    if outcome not in (Outcome.ITEMS, Outcome.EMPTY):
        failed = replace(reading, etag=None, last_modified=None, body_hash=None, skim=None)
        return replace(failed, outcome=outcome, error=parsed.get("error"), weight=weight_of(outcome, None, ""))
    first = state is None or state.first_read is None
    entries = parsed.get("entries") or []
    sorted_ = sort(
        feed,
        entries,
        await known() if entries else Known(),
        now,
        baseline=first and not feed.alert_on_first_fetch,
        repeats=state is None,
    )
    ttl = parsed.get("ttl")
    told = timedelta(minutes=ttl) if ttl else None
    return replace(
        reading,
        outcome=outcome,
        error=parsed.get("error"),
        title=parsed.get("title"),
        link=parsed.get("link"),
        language=parsed.get("language"),
        items=sorted_.items,
        idle=sorted_.idle,
        entries=parsed.get("count", len(entries)),
        overlap=sorted_.known + parsed.get("skipped", 0),
        skim=parsed.get("skim"),
        max_age=max(filter(None, (reading.max_age, told)), default=None),
    )


class _Hosts:
    """Which hosts have asked to be left alone. Kept in memory: feeds keep their own pauses in the store."""

    def __init__(self) -> None:
        self._refused: dict[str, dict[str, datetime]] = {}  # host -> feed -> until when

    def learn(self, feed: Feed, reading: Reading, now: datetime) -> None:
        host = urlsplit(feed.url).hostname or ""
        if reading.status == 429 and reading.retry_after is not None:
            self._refused.setdefault(host, {})[feed.url] = now + reading.retry_after
        elif host in self._refused and reading.outcome.fine:
            del self._refused[host]

    def held(self, feed: Feed, now: datetime) -> timedelta | None:
        """How long the host of this feed is to be left alone; None where it is not."""
        host = urlsplit(feed.url).hostname or ""
        ends = sorted(until for until in self._refused.get(host, {}).values() if until > now)
        return ends[0] - now if len(ends) >= _HOST_HELD_AFTER else None
