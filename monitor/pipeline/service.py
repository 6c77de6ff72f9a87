"""Poller, ruling and deliverer at work together. Whoever runs it says when; the daemon does so by the clock."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from monitor.engine.port import Engine
from monitor.errors import StoreError, WorkLost
from monitor.feeds.websub import Listener
from monitor.model.alert import Delivery
from monitor.model.claim import Claim
from monitor.model.source import Feed, FeedState, Item
from monitor.pipeline.clock import SET_BACK, replan
from monitor.pipeline.coverage import tell_coverage
from monitor.pipeline.deliver import Deliverer
from monitor.pipeline.fulltext import Pages, Wishes
from monitor.pipeline.poll import Polled, Poller
from monitor.pipeline.rule import Judged, Ruler, Ruling
from monitor.pipeline.setup import Read, Setup, read_all
from monitor.pipeline.websub import Hubs
from monitor.store.port import Store

if TYPE_CHECKING:  # of a second reader nothing is imported where there is none
    from monitor.pipeline.second_ask import Asker

BATCH = 64  # items judged between two looks at the outbox
PATIENCE = timedelta(seconds=5)  # before a batch that the store refused is stored again
PAUSES = (0.0, 1.0, 5.0)  # seconds before an item that ended the process which judges is judged again
ASIDE = timedelta(minutes=10)  # … for which it is then left, lest it hold up the others
BREATH = 10.0  # seconds of judging after which it is looked whether it goes on
LOOK_BACK = timedelta(days=30)  # how far a claim added later is judged against what the store holds

log = logging.getLogger(__name__)


class Teller(Protocol):
    """Whoever shows people what goes on: a terminal, a log, nobody."""

    def polled(self, batch: Sequence[Polled]) -> None: ...
    def ruled(self, rulings: Sequence[Ruling]) -> None: ...
    def delivered(self, outcome: Sequence[Delivery]) -> None: ...


class Service:
    """The corridor over one store: `tick`, `rule` and `deliver` may be called at any time, and overlap."""

    def __init__(
        self,
        setup: Setup,
        *,
        store: Store,
        engine: Engine,
        teller: Teller,
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
        patient: bool,
    ) -> None:
        """`patient`: wait for a store that refuses to be written, instead of raising its error."""
        self.setup, self.store, self.engine, self.teller, self._clock = setup, store, engine, teller, clock
        self._patient = patient
        self.progress = Counter(tick=0, rule=0, deliver=0)  # steps made by each stage: standing still means stuck
        self._ruling = asyncio.Lock()
        # A feed failed, fell silent or came back since coverage was looked at: perhaps just before the last end.
        self._turned = True
        self._errands: set[asyncio.Task[Any]] = set()
        self._behind: set[str] = set()  # claims to be judged against what the store holds
        self._aside: dict[
            tuple[str, int], datetime
        ] = {}  # (id, version) of what ended the process that judges, and when
        self._latest = clock()  # the time of the last tick
        self._poller = Poller(
            source=setup.source,
            store=store,
            engine=engine,
            clock=clock,
            jitter=jitter,
            concurrency=setup.concurrency,
            per_host=setup.per_host,
            tell=setup.desk.deliveries,
            kept=self._kept,
            patience=PATIENCE if patient else None,
            pushed=lambda url: self._hubs is not None and self._hubs.active(url),
        )
        self._hubs: Hubs | None = None  # from `listen` on
        self._listener: Listener | None = None
        self._pages = Pages(
            reader=setup.pages,
            limits=setup.page_limits,
            store=store,
            engine=engine,
            clock=clock,
            told=lambda: self._errand(self.rule()),
            patience=PATIENCE if patient else None,
        )
        self._asker = self._asker_of(setup)
        self._deliverer = Deliverer(
            notifiers=setup.notifiers,
            store=store,
            engine=engine,
            clock=clock,
            jitter=jitter,
            about_gone=setup.desk.about_a_target,
            kinds=setup.desk.kinds,
            settled=teller.delivered,
        )

    async def begin(self) -> None:
        """Bring the store in line with the watchlist; judge what it holds against claims that are new to it."""
        await self._sync(self.setup)
        await self.engine.store(replan, self.setup.feeds, self._clock(), self.store)  # the clock may have been set back
        await self._catch_up()
        self._sift()

    async def listen(self) -> None:
        """Have hubs send what is new, where the config wants that. Raises ConfigError where the port is taken.

        As the first setup has it, also after a reload: hubs know its address.
        """
        if self.setup.asker is None or self.setup.listen is None:
            return
        self._hubs = Hubs(
            asker=self.setup.asker,
            feeds=lambda: self.setup.feeds,
            poller=self._poller,
            store=self.store,
            engine=self.engine,
            clock=self._clock,
        )
        await self._hubs.begin()
        self._listener = await self.setup.listen(self._hubs)

    async def tick(self) -> None:
        """Hand the feeds that are due to the poller."""
        await self._stage("tick", self._tick)

    async def beside(self) -> None:
        """Begin to read pages of items, and to ask hubs, that are due. Apart from `tick`, which nothing may hold up."""
        await self._stage("beside", self._beside)

    async def poll(self, feeds: Sequence[tuple[Feed, FeedState]]) -> None:
        """Poll these feeds now, due or not; return when what they bring is stored."""
        for feed, state in feeds:
            self._poller.submit(feed, state)
        await self._poller.drain()

    async def read_pages(self, patience: timedelta) -> None:
        """Read the pages that items leave questions to, as far as the limits allow, and judge them."""
        await self._pages.drain(patience)
        await self.rule()

    async def ask(self, patience: timedelta) -> None:
        """Ask for the second opinions that are due, as far as the budget allows; what still waits then goes out."""
        if self._asker:
            await self._asker.drain(patience)

    async def rule(self) -> None:
        """Judge all that is not judged, store what follows, and begin to deliver it."""
        async with self._ruling:
            await self._stage("rule", self._rule)

    async def deliver(self) -> None:
        """Begin to send what is due."""
        await self._stage("deliver", self._deliver)

    async def drain(self, patience: timedelta) -> bool:
        """Send until nothing is due; False where that takes longer than `patience`."""
        return await self._deliverer.drain(patience)

    async def change(self, setup: Setup) -> None:
        """Go on with another setup. What is under way ends with the old one, which is then let go.

        Raises StoreError where the store cannot take it; then all goes on with the old one.
        """
        async with self._ruling:  # or a batch read by the old claims would count as judged by the new ones, too
            await self._sync(setup)
            old, self.setup = self.setup, setup
            self._sift()
            self._poller.source, self._poller.tell = setup.source, setup.desk.deliveries
            if (setup.concurrency, setup.per_host) != (old.concurrency, old.per_host):
                self._poller.resize(setup.concurrency, setup.per_host)
            self._deliverer.notifiers, self._deliverer.kinds = setup.notifiers, setup.desk.kinds
            self._deliverer.about_gone = setup.desk.about_a_target
            self._pages.change(setup.pages, setup.page_limits)
            if self._asker:
                await self._asker.close()
            self._asker = self._asker_of(setup)
            self._errand(self._retire(old, self._poller.under_way))
            await self._stage("rule", self._catch_up)

    async def end(self, patience: timedelta) -> None:
        """Stop polling; judge and send what is there; let go of everything but the store."""
        await self._deaf()
        await self._poller.close()
        await self._pages.close()
        await self.rule()
        if self._asker:
            await self._asker.close()
        if not await self._deliverer.drain(patience):
            log.warning("some deliveries were still under way; they go out at the next start, under the same ids")
        await self.close()

    async def close(self) -> None:
        """Stop at once. What is not stored is fetched again, what is not settled is sent again."""
        await self._deaf()
        await self._poller.close()
        await self._pages.close()
        if self._asker:
            await self._asker.close()
        await self._deliverer.close()
        for errand in self._errands:
            errand.cancel()
        await self.setup.close()

    async def _deaf(self) -> None:
        """Take nothing more from hubs: they send it again, or the next poll brings it."""
        if self._listener:
            await self._listener.close()
        if self._hubs:
            await self._hubs.close()
        self._listener = self._hubs = None

    async def _stage(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except StoreError as fault:
            if not self._patient:
                raise
            log.error("%s", fault)  # noqa: TRY400 - said, not traced
        self.progress[name] += 1

    async def _tick(self) -> None:
        now = self._clock()
        if self._latest - now > SET_BACK:
            late = await self.engine.store(replan, self.setup.feeds, now, self.store)
            log.warning("the clock was set back by %s; %d feeds are planned anew", self._latest - now, late)
        self._latest = now
        room = 4 * self.setup.concurrency - self._poller.busy
        if room <= 0:
            return
        feeds = self.setup.feeds
        # Those under way are still due: beyond them there must be room for others.
        limit = len(self._poller.under_way) + room
        for state in await self.engine.store(self.store.due, now, limit):
            if feed := feeds.get(state.url):
                self._poller.submit(feed, state)

    async def _beside(self) -> None:
        await self._pages.look()
        if self._asker:
            await self._asker.look()
        if self._hubs:
            await self._hubs.look()

    async def _rule(self) -> None:
        await self._catch_up()
        while items := await self._unjudged():
            judged = await self._judge(self.setup.read, items)
            rulings = await self._keep(judged, self.setup.claims)
            self.progress["rule"] += 1
            if any(ruling.alerts for ruling in rulings):
                await self._deliverer.look()
        if self._turned:
            await self._cover()

    async def _unjudged(self) -> list[Item]:
        now = self._clock()
        self._aside = {key: since for key, since in self._aside.items() if timedelta(0) <= now - since < ASIDE}
        items = await self.engine.store(self.store.unjudged, BATCH + len(self._aside))
        return [item for item in items if (item.id, item.version) not in self._aside]

    async def _judge(self, read: Read, items: Sequence[Item]) -> list[Judged]:
        """Judge a batch. Where that ends the process that judges, each item by itself: at most one is to blame.

        Nothing is given up: an item that does it alone, and again after a pause, is tried again later.
        """
        try:
            return await self._thought(read, items)
        except WorkLost as fault:
            log.warning("%s; its %d items are judged one by one", fault, len(items))
        judged: list[Judged] = []
        for item in items:
            for pause in PAUSES:
                await asyncio.sleep(pause)
                try:
                    judged += await self._thought(read, [item])
                    break
                except WorkLost:
                    continue
            else:
                self._aside[item.id, item.version] = self._clock()
                log.error("item %s ends the process that judges; it is left for later", item.id)
        return judged

    async def _thought(self, read: Read, items: Sequence[Item]) -> list[Judged]:
        work = asyncio.ensure_future(self.engine.think(read_all, read, items))
        try:
            while not (await asyncio.wait([work], timeout=BREATH))[0]:
                self.progress["rule"] += 1  # the engine has a deadline of its own; getting ready may take minutes
            return work.result()
        finally:
            work.cancel()

    def _sift(self) -> None:
        if self.setup.sieve:
            self.setup.source.sift(partial(self.engine.think, self.setup.sieve))

    async def _cover(self) -> None:
        self._turned, setup = False, self.setup
        try:
            told = await self.engine.store(tell_coverage, setup.claims, setup.desk, self._clock(), self.store)
        except StoreError:
            self._turned = True
            raise
        if told:
            await self._deliverer.look()

    async def _keep(self, judged: Sequence[Judged], claims: Mapping[str, Claim]) -> list[Ruling]:
        setup = self.setup
        wishes = Wishes(setup.feeds, setup.page_limits) if setup.pages else None
        seen = await setup.second.look(self.engine, judged) if setup.second else ()
        now, ready = self._clock(), self._asker is not None and self._asker.ready

        def rule() -> list[Ruling]:
            second = setup.second.asking(seen, self.store, now, ready=ready) if setup.second else None
            return Ruler(claims, setup.desk, setup.rules, now, self.store, wishes, second).rule_items(judged)

        rulings = await self.engine.store(rule)
        self.teller.ruled(rulings)
        if self._asker:
            await self._asker.look()
        return rulings

    def _asker_of(self, setup: Setup) -> Asker | None:
        if setup.second is None:
            return None
        reader = setup.second
        return reader.asker(
            store=self.store,
            engine=self.engine,
            clock=self._clock,
            settler=lambda: reader.settler(self.setup, self._clock(), self.store),
            claims=lambda: self.setup.claims,
            settled=lambda: self._errand(self.deliver()),
        )

    async def _deliver(self) -> None:
        await self._deliverer.look()

    async def _sync(self, setup: Setup) -> None:
        self._behind = set(await self.engine.store(self.store.sync, setup.watch, self._clock()))

    async def _catch_up(self) -> None:
        if self._behind:
            await self._look_back(self._behind)
            self._behind = set()

    async def _look_back(self, new: set[str]) -> None:
        """Judge what the store holds against claims it has not met. What is found is told, not alerted."""
        claims = {claim.id: claim for claim in self.setup.watch.claims if claim.id in new}
        read = self.setup.reader_of(tuple(claims.values()))
        since = self._clock() - LOOK_BACK
        items = [
            replace(item, baseline=True)
            for item in await self.engine.store(lambda: list(self.store.recent_items(since)))
        ]
        for start in range(0, len(items), BATCH):
            judged = await self._judge(read, items[start : start + BATCH])
            await self._keep(judged, claims)
        await self.engine.store(self.store.caught_up, new)

    async def _retire(self, old: Setup, feeds: frozenset[str]) -> None:
        while (  # noqa: ASYNC110 - three rooms, no event
            feeds & self._poller.under_way or self._deliverer.uses(old.notifiers) or self._pages.uses(old.pages)
        ):
            await asyncio.sleep(0.5)
        await old.close()

    def _kept(self, batch: Sequence[Polled]) -> None:
        self.teller.polled(batch)
        self._turned |= any(poll.alerts for _, _, poll in batch)
        if any(item.id not in poll.idle for _, _, poll in batch for item in poll.items):
            self._errand(self.rule())
        if self._hubs and any(reading.hub for _, reading, _ in batch):
            self._errand(self._hubs.found(batch))

    def _errand(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._errands.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, errand: asyncio.Task[Any]) -> None:
        self._errands.discard(errand)
        if not errand.cancelled() and (fault := errand.exception()):
            log.error("%s", fault, exc_info=None if isinstance(fault, StoreError) else fault)
