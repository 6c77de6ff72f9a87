"""Text of the pages that items link to, for items that are about a claim and do not answer it themselves.

    ruling ─▶ wanted, in the store ─▶ due: one of a host at a time, within limits ─▶ read ─▶ a new version, judged again

What is wanted is kept in the transaction of the ruling, and what became of it in the one that makes the new version:
a process that dies in between asks for the page once more, and nothing is told twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.engine.port import Engine
from monitor.errors import FeedError, StoreError
from monitor.feeds.port import PageReader, PageText
from monitor.feeds.robots import Forbidden, Unready
from monitor.model.page import Page, PageState
from monitor.model.source import Feed, Item
from monitor.model.verdict import Assessment, Relation
from monitor.store.port import Store

__all__ = ["PageLimits", "Pages", "Wishes"]

SLOTS = 4  # pages asked for side by side
HOSTS = 200  # that are looked at for a page that may be asked for now
HOUR = timedelta(hours=1)
SWEEP = timedelta(minutes=1)  # between two looks for pages that waited too long
AGAIN = timedelta(minutes=5)  # after a failure that may pass; twice as long after each further one
ATTEMPTS = 4
DRAIN_STEP = 0.2  # seconds between two looks while somebody waits for the end
_MAY_PASS = frozenset({None, 408, 425, 429})  # and 500 …; None: no answer at all
# Steps of the reading after which no text could make a difference.
_CLOSED = frozenset({"since", "language"})

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class PageLimits:
    """How much may be asked for."""

    per_hour: int = 120  # pages, of all hosts together
    per_host_delay: timedelta = timedelta(seconds=10)
    max_age: timedelta = timedelta(days=2)  # of an item when its page is wanted, and of the wish when its turn comes


class Wishes:
    """Which items' pages are wanted. Pure."""

    def __init__(self, feeds: Mapping[str, Feed], limits: PageLimits) -> None:
        self._feeds, self._limits = feeds, limits

    def wanted(self, item: Item, assessments: Sequence[Assessment], now: datetime) -> float | None:
        """How surely the item is about what it leaves open, 0..1; None where its page is not wanted."""
        if self.against(item, assessments, now):
            return None
        return max(assessment.match for assessment in assessments if _open(assessment))

    def against(self, item: Item, assessments: Sequence[Assessment], now: datetime) -> str | None:
        """Why the page is not asked for, for people; None where it is wanted."""
        if not assessments:
            return "it is about no claim"
        if not any(map(_open, assessments)):
            return _settled(assessments)
        feed = self._feeds.get(item.feed)
        if feed is not None and not feed.fulltext:
            return "its feed says fulltext = false"
        if item.link is None:
            return "it links to no page"
        at = item.published or item.seen
        if at is not None and at < now - self._limits.max_age:
            return "it is older than [fulltext] max_age"
        return None


def _open(assessment: Assessment) -> bool:
    return assessment.relation is Relation.REPORTS and not _closed(assessment)


def _closed(assessment: Assessment) -> bool:
    return any(gate.name in _CLOSED and not gate.passed for gate in assessment.gates)


def _settled(assessments: Sequence[Assessment]) -> str:
    if any(assessment.relation is not Relation.REPORTS for assessment in assessments):
        return "its own words answer the claim"
    return "its date or its language keep it from answering"


class Pages:
    """Asks for the pages that are due, within the limits, and keeps what they say."""

    def __init__(
        self,
        *,
        reader: PageReader | None,
        limits: PageLimits,
        store: Store,
        engine: Engine,
        clock: Callable[[], datetime],
        told: Callable[[], None],
        patience: timedelta | None,
    ) -> None:
        """`reader`: None where the config asks for no pages. `told` is called when there are new versions to judge.

        `patience`: how long to wait before what the store refused is stored again; None: `drain` raises.
        """
        self._reader, self._limits = reader, limits
        self._store, self._engine, self._clock, self._told, self._patience = store, engine, clock, told, patience
        self._tasks: dict[str, tuple[asyncio.Task[None], PageReader]] = {}  # host -> who reads a page of it
        self._rest: dict[str, datetime] = {}  # host -> when it may be asked again
        self._swept: datetime | None = None

    def change(self, reader: PageReader | None, limits: PageLimits) -> None:
        """Go on with these; what is under way ends with the old ones."""
        self._reader, self._limits = reader, limits

    def uses(self, reader: PageReader | None) -> bool:
        """A page is being read with it."""
        return any(used is reader for _, used in self._tasks.values())

    async def look(self) -> bool:
        """Begin to read what is due and allowed. False where nothing is under way, nor waits for its host only."""
        if self._reader is None:
            return False
        now = self._clock()
        await self._sweep(now)
        due = await self._engine.store(self._store.due_pages, now, HOSTS)
        if not due:
            return bool(self._tasks)
        asked = await self._engine.store(self._store.pages_asked, now - HOUR)
        left = self._limits.per_hour - asked - len(self._tasks)
        self._rest = {host: until for host, until in self._rest.items() if until > now}
        free = [page for page in due if page.host not in self._tasks and page.host not in self._rest]
        for page in free[: max(0, min(left, SLOTS - len(self._tasks)))]:
            self._begin(page, self._reader)
        return bool(self._tasks) or (left > 0 and any(page.host in self._rest for page in due))

    async def drain(self, patience: timedelta) -> None:
        """Read all that is due and allowed, but for no longer than `patience`; the rest stays in the store."""
        end = asyncio.get_running_loop().time() + patience.total_seconds()
        while await self.look() and asyncio.get_running_loop().time() < end:
            tasks = [task for task, _ in self._tasks.values()]
            if tasks:
                done, _ = await asyncio.wait(tasks, timeout=DRAIN_STEP, return_when="FIRST_COMPLETED")
                for task in done:
                    task.result()
            else:
                await asyncio.sleep(DRAIN_STEP)

    async def close(self) -> None:
        """Give up what is under way: it will be asked for again."""
        tasks = [task for task, _ in self._tasks.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, page: Page, reader: PageReader) -> None:
        task = asyncio.create_task(self._read(page, reader))
        self._tasks[page.host] = task, reader
        task.add_done_callback(lambda done: self._ended(page, done))

    def _ended(self, page: Page, task: asyncio.Task[None]) -> None:
        self._tasks.pop(page.host, None)
        if not task.cancelled() and (fault := task.exception()) and self._patience is not None:
            log.error("%s: %s: %s", page.url, type(fault).__name__, fault)

    async def _read(self, page: Page, reader: PageReader) -> None:
        now, delay = self._clock(), timedelta(0)
        try:
            told = await reader.read(page.url, now)
        except FeedError as fault:
            outcome = failed(page, fault, now)
        except Exception as fault:  # a fault of ours: this page is given up, not the others
            log.debug("reading %s", page.url, exc_info=fault)
            error = f"could not be read: {type(fault).__name__}: {fault}"[:300]
            outcome = replace(page, state=PageState.FAILED, attempts=page.attempts + 1, asked=now, error=error)
        else:
            delay = timedelta(seconds=told.delay)
            outcome = fetched(page, told, now)
        log.debug("%s: %s %s", page.url, outcome.state, outcome.error or "")
        self._rest[page.host] = self._clock() + max(delay, self._limits.per_host_delay)
        if await self._keep(outcome):
            self._told()

    async def _keep(self, page: Page) -> list[str]:
        while True:
            try:
                return await self._engine.store(self._store.keep_page, page)
            except StoreError as fault:
                if self._patience is None:
                    raise
                log.error("%s; a page waits to be stored", fault)  # noqa: TRY400 - said, not traced
                await asyncio.sleep(self._patience.total_seconds())

    async def _sweep(self, now: datetime) -> None:
        if self._swept is None or not timedelta(0) <= now - self._swept < SWEEP:
            self._swept = now
            if missed := await self._engine.store(self._store.miss_pages, now - self._limits.max_age):
                log.warning("[fulltext] %d pages waited too long and are not asked for any more", missed)


def fetched(page: Page, told: PageText, now: datetime) -> Page:
    """The page after an answer."""
    return replace(
        page,
        state=PageState.FETCHED if told.text or told.reviews else PageState.EMPTY,
        attempts=page.attempts + 1,
        asked=now,
        status=told.status,
        error=told.error,
        final_url=told.final_url,
        text=told.text or page.text,
        reviews=told.reviews or page.reviews,
    )


def failed(page: Page, fault: FeedError, now: datetime) -> Page:
    """The page after a failure: forbidden, to be asked for again, or given up."""
    if isinstance(fault, Forbidden):
        return replace(page, state=PageState.REFUSED, error=str(fault))
    if isinstance(fault, Unready):  # robots.txt; the page itself was not asked for
        return replace(page, due=now + (fault.after or AGAIN), error=str(fault))
    attempts = page.attempts + 1
    passing = fault.outcome != "refused" and (fault.status in _MAY_PASS or (fault.status or 0) >= 500)
    again = passing and attempts < ATTEMPTS
    return replace(
        page,
        state=PageState.PENDING if again else PageState.FAILED,
        due=now + max(fault.after or timedelta(0), AGAIN * 2 ** (attempts - 1)) if again else page.due,
        attempts=attempts,
        asked=now,
        status=fault.status,
        error=str(fault)[:500],
    )
