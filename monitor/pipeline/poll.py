"""Feeds in, new items in the store.

A feed that hangs holds its own slot only, and a host that hangs no more than `per_host` of them. Results are stored in
batches by one keeper, so that a thousand feeds ending at once cost a handful of transactions; a slot is held until the
keeper has taken its result, so that what waits in memory is bounded, however slow the store is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.engine.port import Engine
from monitor.errors import StoreError
from monitor.feeds.gate import Gate
from monitor.feeds.health import after, after_push, turns
from monitor.feeds.port import Reading, Source
from monitor.model.alert import Alert, Delivery
from monitor.model.source import Feed, FeedState, Known, Outcome
from monitor.pipeline.health import alert_of
from monitor.store.port import Poll, Store

BATCH = 64  # polls stored in one transaction at the most …
ITEMS = 500  # … and items after which no further poll joins it
LINGER = 0.03  # seconds that a poll waits for others to be stored with
WAITING = 16  # polls that may wait for the next one
Polled = tuple[Feed, Reading, Poll]
log = logging.getLogger(__name__)


async def poll_feed(
    feed: Feed, state: FeedState, now: datetime, *, source: Source, known: Callable[[], Awaitable[Known]], jitter: float
) -> Polled:
    """One poll of one feed: what it brought, and what is to be stored of it."""
    try:
        reading = await source.read(feed, state, now, known)
    except StoreError:
        raise
    except Exception as fault:  # a fault of ours must not make us deaf for ever
        log.debug("reading %s", feed.url, exc_info=fault)
        reading = Reading(outcome=Outcome.ERROR, error=f"could not be read: {type(fault).__name__}: {fault}")
    poll = Poll(state=after(state, feed, reading, now, jitter), items=reading.items, idle=reading.idle)
    return feed, reading, poll


class Poller:
    """Polls feeds side by side and stores what they bring."""

    def __init__(
        self,
        *,
        source: Source,
        store: Store,
        engine: Engine,
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
        concurrency: int,
        tell: Callable[[Alert, datetime], list[Delivery]],
        kept: Callable[[Sequence[Polled]], None],
        patience: timedelta | None,
        per_host: int = 2,
        pushed: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """`tell`: the deliveries of an alert about a feed. `kept` is told of every batch after it was stored. `pushed`:
        whether a hub sends what is new in a feed.

        `patience`: how long to wait before a batch that the store refused is stored again; None: `drain` raises.
        """
        self.source, self.tell, self.pushed = source, tell, pushed
        self._store, self._engine, self._clock, self._jitter = store, engine, clock, jitter
        self._kept, self._patience = kept, patience
        self._gates: list[Gate] = []  # the last one lets in; those before it are waited at still
        self.resize(concurrency, per_host)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._results: asyncio.Queue[tuple[Source, Polled]] = asyncio.Queue(WAITING)
        self._idle = asyncio.Event()
        self._keeper = asyncio.create_task(self._keep())

    @property
    def under_way(self) -> frozenset[str]:
        """Feed.url of the feeds being polled, or waiting for a slot or for the store."""
        return frozenset(self._tasks)

    @property
    def busy(self) -> int:
        """How many polls are under way, without those that only wait for their host's turn."""
        return len(self._tasks) - sum(gate.waiting for gate in self._gates)

    def resize(self, concurrency: int, per_host: int) -> None:
        """Polls that are submitted from now on keep to these; what is under way, or waits, ends by the old ones."""
        waited_at = [gate for gate in self._gates if gate.waiting]
        self._gates = [*waited_at, Gate(concurrency, per_host, paces={})]  # paces are kept where requests are made

    def submit(self, feed: Feed, state: FeedState) -> None:
        """Poll this feed as soon as a slot is free; nothing happens if it is under way already."""
        if feed.url not in self._tasks:
            self._idle.clear()
            self._tasks[feed.url] = asyncio.create_task(self._poll(feed, state))

    def push(self, feed: Feed, body: bytes, content_type: str) -> bool:
        """Take in what a hub sent, as if it had been fetched. False while the feed is being polled."""
        if feed.url in self._tasks:
            return False
        self._idle.clear()
        self._tasks[feed.url] = asyncio.create_task(self._take(feed, body, content_type))
        return True

    async def drain(self) -> None:
        """Return when all that was submitted is polled and stored. Raises StoreError where the store refused it."""
        if self._tasks:
            idle = asyncio.create_task(self._idle.wait())
            await asyncio.wait([idle, self._keeper], return_when="FIRST_COMPLETED")
            idle.cancel()
        if self._keeper.done():
            self._keeper.result()

    async def close(self) -> None:
        """Give up polls under way: what they had fetched and not stored will be fetched again."""
        tasks = [*self._tasks.values(), self._keeper]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _poll(self, feed: Feed, state: FeedState) -> None:
        async def known() -> Known:
            return await self._engine.store(self._store.known, feed.url)

        try:
            async with self._gates[-1].turn(_host(feed)):
                now, source = self._clock(), self.source
                state = replace(state, pushed=self.pushed(feed.url))
                polled = await poll_feed(feed, state, now, source=source, known=known, jitter=self._jitter())
                polled = _sooner(polled, now - self._clock())
                await self._results.put((source, self._with_alerts(state, polled, now)))
        except StoreError as fault:  # said by the keeper as well; the feed stays due
            log.warning("%s: %s", feed.url, fault)
            self._free(feed)
        except asyncio.CancelledError:
            self._free(feed)
            raise

    async def _take(self, feed: Feed, body: bytes, content_type: str) -> None:
        async def known() -> Known:
            return await self._engine.store(self._store.known, feed.url)

        try:
            states = await self._engine.store(self._store.states, [feed.url])
            state, now, source = states.get(feed.url), self._clock(), self.source
            if state is None or state.first_read is None:  # its first poll is due, and brings it all
                self._free(feed)
                return
            reading = await source.pushed(feed, state, now, body, content_type, known)
            poll = Poll(state=after_push(state, reading, now), items=reading.items, idle=reading.idle)
            await self._results.put((source, self._with_alerts(state, (feed, reading, poll), now)))
        except StoreError as fault:
            log.warning("%s: %s", feed.url, fault)
            self._free(feed)
        except asyncio.CancelledError:
            self._free(feed)
            raise
        except Exception as fault:  # a fault of ours: the next poll brings it
            log.debug("reading what was sent for %s", feed.url, exc_info=fault)
            self._free(feed)

    def _with_alerts(self, before: FeedState, polled: Polled, now: datetime) -> Polled:
        feed, reading, poll = polled
        made = [alert_of(feed, turn, poll.state, now) for turn in turns(before, poll.state, now)]
        alerts = tuple((alert, tuple(self.tell(alert, now))) for alert in made if alert)
        return feed, reading, replace(poll, alerts=alerts)

    async def _keep(self) -> None:
        while True:
            batch = await self._store_batch(await self._gathered())
            for feed, _, _ in batch:  # only now: the state in the store is the new one
                self._free(feed)
            self._kept(batch)

    async def _gathered(self) -> list[tuple[Source, Polled]]:
        """What has come, and what comes in the next moment where more is under way: a commit costs more than a poll."""
        results = [await self._results.get()]
        items = len(results[0][1][2].items)
        end = asyncio.get_running_loop().time() + LINGER
        while len(results) < min(BATCH, self.busy) and items < ITEMS:
            try:
                async with asyncio.timeout_at(end):
                    results.append(await self._results.get())
            except TimeoutError:
                break
            items += len(results[-1][1][2].items)
        return results

    async def _store_batch(self, results: Sequence[tuple[Source, Polled]]) -> list[Polled]:
        while True:
            # What is idle by the claims of an earlier config is not by those of this one.
            batch = [polled if source is self.source else _busy(polled) for source, polled in results]
            try:
                await self._engine.store(self._store.keep_polls, [poll for _, _, poll in batch])
            except StoreError as fault:
                if self._patience is None:
                    raise
                log.error("%s; %d polls wait to be stored", fault, len(batch))  # noqa: TRY400 - said, not traced
                await asyncio.sleep(self._patience.total_seconds())
            else:
                return batch

    def _free(self, feed: Feed) -> None:
        self._tasks.pop(feed.url, None)
        if not self._tasks:
            self._idle.set()


def _host(feed: Feed) -> str:
    """Whom to ask; files are no host's, and each is read for itself."""
    try:
        return urlsplit(feed.url).hostname or feed.url
    except ValueError:
        return feed.url


def _busy(polled: Polled) -> Polled:
    """With nothing said of which items need not be judged."""
    feed, reading, poll = polled
    return feed, reading, replace(poll, idle=frozenset())


def _sooner(polled: Polled, back: timedelta) -> Polled:
    """What was planned by a clock that was set `back` meanwhile comes as soon as it was meant to."""
    if back <= timedelta(0):
        return polled
    feed, reading, poll = polled
    return feed, reading, replace(poll, state=replace(poll.state, next_due=poll.state.next_due - back))
