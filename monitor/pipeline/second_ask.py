"""Asks the second reader what waits in the store, within the budget; keeps what it says.

    due ─▶ known already? ─▶ asked, with a deadline ─▶ settled
                                   └─▶ failed: again later, with growing pauses; given up after a while

What is asked is written down before it is asked, so that a process that dies in between has spent its budget.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from monitor.engine.port import Engine
from monitor.errors import OpinionError, StoreError
from monitor.model.claim import Claim
from monitor.model.opinion import Opinion, Query, QueryState, Question, Why
from monitor.pipeline.second import DAY, budget_left, key_of
from monitor.store.port import Store

if TYPE_CHECKING:
    from monitor.pipeline.second import SecondReader
    from monitor.pipeline.second_settle import Settler

SLOTS = 2  # questions under way at once: a model on this machine has one processor, a hosted one a rate
LOOK = 50  # questions looked through for some that may be asked now
AGAIN = timedelta(seconds=30)  # after a failure; twice as long after each further one
REST = timedelta(minutes=10)  # where asking does not help: no such model, key refused
ATTEMPTS = 4
PATIENCE = 5.0  # seconds before what the store refused is stored again
SWEEP = timedelta(minutes=1)  # between two looks for questions that waited too long
STEP = 0.05  # seconds between two looks while somebody waits for the end

log = logging.getLogger(__name__)


class _Due(NamedTuple):
    """A question that may be begun."""

    query: Query
    question: Question | None  # None: what it was about is not there any more
    known: Opinion | None  # the answer that the same words got before

    @property
    def stale(self) -> bool:
        return self.question is None


class Asker:
    """Asks one second reader."""

    def __init__(
        self,
        reader: SecondReader,
        *,
        store: Store,
        engine: Engine,
        clock: Callable[[], datetime],
        settler: Callable[[], Settler],
        claims: Callable[[], Mapping[str, Claim]],
        settled: Callable[[], None],
    ) -> None:
        """`settled` is called when an answer may have put something into the outbox."""
        self.reader = reader
        self._store, self._engine, self._clock = store, engine, clock
        self._settler, self._claims, self._settled = settler, claims, settled
        self._tasks: dict[str, asyncio.Task[None]] = {}  # by question
        self._rest: datetime | None = None  # nobody is asked before
        self._swept: datetime | None = None
        self._fault = ""  # what was said last of why it does not answer

    @property
    def ready(self) -> bool:
        """Somebody may be asked now: it pays to wait for an answer."""
        return self._rest is None or self._rest <= self._clock()

    async def look(self) -> bool:
        """Begin to ask what is due and allowed. False where nothing is under way."""
        if self.ready:
            free = SLOTS - len(self._tasks)
            for next_one in await self._engine.store(self._due, self._clock(), frozenset(self._tasks), free):
                self._begin(next_one)
        return bool(self._tasks)

    async def drain(self, patience: timedelta) -> None:
        """Ask all that is due and allowed, for no longer than `patience`; then let go of what still waits."""
        end = asyncio.get_running_loop().time() + patience.total_seconds()
        while await self.look() and asyncio.get_running_loop().time() < end:
            await asyncio.wait([*self._tasks.values()], timeout=STEP, return_when="FIRST_COMPLETED")
        await self.close()

    async def close(self) -> None:
        """Give up what is under way, and let the alerts go that wait for it: they are marked as pending."""
        tasks = [*self._tasks.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if await self._engine.store(lambda: self._settler().release()):
            self._settled()

    def _due(self, now: datetime, busy: frozenset[str], free: int) -> list[_Due]:
        """What may be begun: beyond the budget only what needs no question."""
        self._sweep(now)
        found: list[_Due] = []
        waiting = [query for query in self._store.due_queries(now, LOOK) if query.id not in busy] if free > 0 else []
        left = budget_left(self.reader.options, self._store, now) - len(busy) if waiting else 0
        for query in waiting:
            one = self._prepared(query)
            if one.stale or one.known or left > 0:
                found.append(one)
                left -= not (one.stale or one.known)
            if len(found) >= free:
                break
        return found

    def _sweep(self, now: datetime) -> None:
        if self._swept is None or not timedelta(0) <= now - self._swept < SWEEP:
            self._swept = now
            if missed := self._store.miss_queries(now - DAY):
                log.warning("[second_opinion] %d questions waited too long and are not asked any more", missed)

    def _prepared(self, query: Query) -> _Due:
        item, claim = self._store.item(query.item), self._claims().get(query.claim)
        if item is None or item.version != query.version or claim is None:
            return _Due(query, None, None)
        key = key_of(item, claim, query.assessment, self.reader.advisor.identity)
        question = Question(item=item, claim=claim, assessment=query.assessment, language=query.language)
        return _Due(replace(query, key=key), question, self._store.opinion_at(key))

    def _begin(self, due: _Due) -> None:
        task = asyncio.create_task(self._work(due))
        self._tasks[due.query.id] = task
        task.add_done_callback(lambda done: self._ended(due.query, done))

    def _ended(self, query: Query, task: asyncio.Task[None]) -> None:
        self._tasks.pop(query.id, None)
        if not task.cancelled() and (fault := task.exception()):
            log.error("second opinion on item %s: %s: %s", query.item, type(fault).__name__, fault)

    async def _work(self, due: _Due) -> None:
        if due.question is None:
            await self._keep(replace(due.query, state=QueryState.MISSED, error="the item or the claim is another"))
        elif due.known is not None:
            await self._settle(replace(due.query, asked=None), due.known)
        else:
            await self._ask(due.query, due.question)

    async def _ask(self, query: Query, question: Question) -> None:
        asked = replace(query, attempts=query.attempts + 1, asked=self._clock())
        await self._keep(asked)
        try:
            async with asyncio.timeout(self.reader.options.timeout.total_seconds()):
                opinion = await self.reader.advisor.ask(question)
        except OpinionError as fault:
            await self._failed(asked, fault)
        except TimeoutError:
            await self._failed(asked, OpinionError("no answer in time"))
        except Exception as fault:  # a fault of ours in one question must not end the others
            log.debug("asking about %s", query.item, exc_info=fault)
            await self._failed(asked, OpinionError(f"could not be asked: {type(fault).__name__}"))
        else:
            self._fault = ""
            await self._settle(asked, opinion)

    async def _failed(self, query: Query, fault: OpinionError) -> None:
        now = self._clock()
        pause = fault.retry_after or AGAIN * 2 ** (query.attempts - 1)
        if fault.lasting:
            pause = max(pause, REST)
        if fault.lasting or fault.retry_after:
            self._rest = now + pause
        if str(fault) != self._fault:
            self._fault = str(fault)
            log.warning("second opinion: %s; the built-in verdicts stand meanwhile", fault)
        if query.attempts >= ATTEMPTS and not fault.lasting:
            await self._keep(replace(query, state=QueryState.FAILED, settled=now, error=str(fault)))
        else:
            await self._keep(replace(query, due=now + pause, error=str(fault)))

    async def _settle(self, query: Query, opinion: Opinion) -> None:
        done = await self._patiently(lambda: self._settler().settle(query, opinion))
        log.debug("second opinion on %s: %s", query.item, done.outcome)
        if done.alerts or done.review or done.why is Why.ALERT or done.outcome:
            self._settled()

    async def _keep(self, query: Query) -> None:
        await self._patiently(lambda: self._unless_settled(query))

    def _unless_settled(self, query: Query) -> Query:
        with self._store.transaction():
            held = self._store.query(query.id)
            if held is not None and held.state is QueryState.WAITING:
                self._store.keep_query(query)
        return query

    async def _patiently(self, call: Callable[[], Query]) -> Query:
        while True:
            try:
                return await self._engine.store(call)
            except StoreError as fault:
                log.error("%s; a second opinion waits to be stored", fault)  # noqa: TRY400 - said, not traced
                await asyncio.sleep(PATIENCE)
