from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from typing import Any

import pytest

from monitor.engine.local import LocalEngine
from monitor.errors import StoreFull
from monitor.feeds.port import Reading
from monitor.model.claim import Watch
from monitor.model.route import Route
from monitor.model.source import Feed, Outcome
from monitor.pipeline.poll import BATCH, WAITING, Poller
from monitor.pipeline.rule import Desk
from monitor.store.sqlite import SqliteStore
from tests.support.values import NOW, FakeSource, item

FEEDS = [Feed(url=f"https://outlet{n}.example/") for n in range(1_000)]


@pytest.fixture
def store(store: SqliteStore) -> SqliteStore:
    store.sync(Watch(feeds=tuple(FEEDS)), NOW)
    return store


def poller(source: FakeSource, store: Any, engine: LocalEngine, **more: Any) -> Poller:
    values = {"concurrency": 64, "patience": None, "kept": lambda _: None, "tell": lambda *_: []} | more
    return Poller(source=source, store=store, engine=engine, clock=lambda: NOW, jitter=lambda: 0.5, **values)


async def test_a_thousand_feeds_due_at_once_are_all_polled_in_few_transactions(
    store: SqliteStore, engine: LocalEngine
) -> None:
    batches: list[int] = []
    source = FakeSource()
    work = poller(source, store, engine, kept=lambda batch: batches.append(len(batch)))
    states = store.states()
    for feed in FEEDS:
        work.submit(feed, states[feed.url])
        work.submit(feed, states[feed.url])  # a second tick changes nothing
    await work.drain()
    await work.close()
    assert sorted(source.asked) == sorted(feed.url for feed in FEEDS)
    assert sum(batches) == 1_000
    assert len(batches) < 200
    assert all(state.outcome is Outcome.EMPTY for state in store.states().values())
    assert store.due(NOW, 10) == []


async def test_feeds_that_hang_hold_their_own_slot_only(store: SqliteStore, engine: LocalEngine) -> None:
    never = asyncio.Event()

    async def hang() -> Reading:
        await never.wait()
        return Reading(outcome=Outcome.EMPTY)

    source = FakeSource()
    source.readings = {feed.url: hang for feed in FEEDS[:7]}
    work = poller(source, store, engine, concurrency=8)
    states = store.states()
    for feed in FEEDS[:40]:
        work.submit(feed, states[feed.url])
    while len(work.under_way) > 7:  # noqa: ASYNC110 - another room's state
        await asyncio.sleep(0.01)
    assert work.under_way == {feed.url for feed in FEEDS[:7]}
    await work.close()
    assert work.under_way == frozenset()


async def test_a_host_that_hangs_holds_few_slots_however_many_feeds_it_has(
    store: SqliteStore, engine: LocalEngine
) -> None:
    never = asyncio.Event()

    async def hang() -> Reading:
        await never.wait()
        return Reading(outcome=Outcome.EMPTY)

    hung = [Feed(url=f"https://hung.example/{n}") for n in range(200)]
    store.sync(Watch(feeds=(*FEEDS, *hung)), NOW)
    source = FakeSource()
    source.readings = {feed.url: hang for feed in hung}
    work = poller(source, store, engine, concurrency=8, per_host=3)
    states = store.states()
    for feed in (*hung, *FEEDS[:40]):
        work.submit(feed, states[feed.url])
    while len(work.under_way) > 200:  # noqa: ASYNC110 - another room's state
        await asyncio.sleep(0.01)
    assert work.busy == 3, "what waits for its host takes no place in the queue of what is due"
    assert len([url for url in source.asked if "hung" in url]) == 3
    await work.close()


async def test_what_a_slow_store_has_not_taken_holds_its_slot(store: SqliteStore, engine: LocalEngine) -> None:
    begun, go_on = threading.Event(), threading.Event()

    class Slow:
        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

        def keep_polls(self, polls: Any) -> None:
            begun.set()
            go_on.wait(20)
            store.keep_polls(polls)

    source = FakeSource()
    work = poller(source, Slow(), engine, concurrency=8)
    states = store.states()
    for feed in FEEDS:
        work.submit(feed, states[feed.url])
    await asyncio.to_thread(begun.wait, 20)
    for _ in range(2_000):
        await asyncio.sleep(0)
    assert len(source.asked) <= BATCH + WAITING + 8 + 1, "one batch being stored, one waiting, and the slots"
    go_on.set()
    await work.drain()
    await work.close()
    assert len(source.asked) == 1_000


async def test_a_fault_in_reading_one_feed_is_that_feeds_error(store: SqliteStore, engine: LocalEngine) -> None:
    source = FakeSource()
    source.readings[FEEDS[0].url] = ZeroDivisionError("of ours")
    source.readings[FEEDS[1].url] = Reading(outcome=Outcome.ITEMS, items=(item("a", feed=FEEDS[1].url),), entries=1)
    work = poller(source, store, engine)
    states = store.states()
    for feed in FEEDS[:2]:
        work.submit(feed, states[feed.url])
    await work.drain()
    await work.close()
    after = store.states()
    assert after[FEEDS[0].url].outcome is Outcome.ERROR
    assert after[FEEDS[0].url].next_due > NOW
    assert [i.id for i in store.unjudged(9)] == ["a"]


async def test_a_batch_that_the_store_refuses_is_stored_when_it_can_be(store: SqliteStore, engine: LocalEngine) -> None:
    class Full:
        tries = 0

        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

        def keep_polls(self, polls: Any) -> None:
            self.tries += 1
            if self.tries < 3:
                raise StoreFull("no space left")
            store.keep_polls(polls)

    source = FakeSource()
    source.readings[FEEDS[0].url] = Reading(outcome=Outcome.ITEMS, items=(item("a", feed=FEEDS[0].url),), entries=1)
    state = store.states()[FEEDS[0].url]

    patient = poller(source, full := Full(), engine, patience=timedelta(milliseconds=10))
    patient.submit(FEEDS[0], state)
    await patient.drain()
    await patient.close()
    assert full.tries == 3
    assert [i.id for i in store.unjudged(9)] == ["a"]

    hasty = poller(source, Full(), engine)
    hasty.submit(FEEDS[1], store.states()[FEEDS[1].url])
    with pytest.raises(StoreFull):
        await hasty.drain()
    await hasty.close()


async def test_an_outage_and_its_end_are_alerted_once_each(store: SqliteStore, engine: LocalEngine) -> None:
    feed, source = FEEDS[0], FakeSource()
    now = NOW
    route = Desk(routes=(Route(channels=("desk",)),), recipients={"desk": ("a@x",)}, kinds={"desk": "email"})
    work = Poller(
        source=source,
        store=store,
        engine=engine,
        clock=lambda: now,
        jitter=lambda: 0.5,
        concurrency=4,
        tell=route.deliveries,
        kept=lambda _: None,
        patience=None,
    )
    for outcome in [Outcome.ITEMS, *[Outcome.ERROR] * 60, *[Outcome.ITEMS] * 3]:
        source.readings[feed.url] = Reading(outcome=outcome, error="the server is down", entries=1, overlap=1)
        work.submit(feed, store.states([feed.url])[feed.url])
        await work.drain()
        now += timedelta(minutes=30)
    await work.close()
    told = [(row["reason"], row["title"]) for row in store.list_deliveries()]
    assert told == [
        ("feed-recovered", f"{feed.url} can be read again"),
        ("feed-failing", f"{feed.url} cannot be read"),
    ]


async def test_a_reload_lets_more_feeds_in_beside_those_that_hang(store: SqliteStore, engine: LocalEngine) -> None:
    never = asyncio.Event()

    async def hang() -> Reading:
        await never.wait()
        return Reading(outcome=Outcome.EMPTY)

    one_host = [Feed(url=f"https://host.example/{number}") for number in range(6)]
    store.sync(Watch(feeds=tuple(one_host)), NOW)
    source = FakeSource()
    source.readings = {feed.url: hang for feed in one_host[:4]}
    work = poller(source, store, engine, per_host=2)
    states = store.states()
    for feed in one_host[:4]:
        work.submit(feed, states[feed.url])
    while len(source.asked) < 2:  # noqa: ASYNC110 - another room's state
        await asyncio.sleep(0.01)
    assert (len(work.under_way), work.busy) == (4, 2), "two wait for their host"
    work.resize(64, 3)
    assert work.busy == 2, "and still do"
    for feed in one_host[4:]:
        work.submit(feed, states[feed.url])
    while len(work.under_way) > 4:  # noqa: ASYNC110 - another room's state
        await asyncio.sleep(0.01)
    assert source.asked == [feed.url for feed in (*one_host[:2], *one_host[4:])]
    never.set()
    await work.drain()
    assert work.busy == 0
    await work.close()


async def test_items_about_no_claim_are_stored_as_judged_unless_the_claims_have_changed_since(
    store: SqliteStore, engine: LocalEngine
) -> None:
    def reading(feed: Feed) -> Reading:
        items = (item(f"idle of {feed.url}", feed=feed.url), item(f"busy of {feed.url}", feed=feed.url))
        return Reading(outcome=Outcome.ITEMS, items=items, idle=frozenset([items[0].id]), entries=2)

    go = asyncio.Event()

    async def slow() -> Reading:
        await go.wait()
        return reading(FEEDS[1])

    source = FakeSource()
    source.readings = {FEEDS[0].url: reading(FEEDS[0]), FEEDS[1].url: slow}
    work = poller(source, store, engine)
    states = store.states()
    work.submit(FEEDS[0], states[FEEDS[0].url])
    await work.drain()
    assert [i.id for i in store.unjudged(9)] == [f"busy of {FEEDS[0].url}"]
    work.submit(FEEDS[1], states[FEEDS[1].url])
    await asyncio.sleep(0)
    work.source = FakeSource()  # a reload: what is under way was sifted by the old claims
    go.set()
    await work.drain()
    await work.close()
    assert {i.id for i in store.unjudged(9) if i.feed == FEEDS[1].url} == {i.id for i in reading(FEEDS[1]).items}
