"""The clock jumps: no feed is left alone for longer than promised, no delivery is lost or sent twice."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from monitor.daemon import Daemon
from monitor.engine.local import LocalEngine
from monitor.feeds.port import Reading
from monitor.model.claim import Watch
from monitor.model.route import Route
from monitor.model.source import Feed, FeedState, Outcome
from monitor.pipeline.rule import Desk, Ruler
from monitor.pipeline.service import Service
from monitor.pipeline.setup import Setup
from monitor.store.port import Poll
from monitor.store.sqlite import SqliteStore
from tests.support.values import CALL, DOWN, NOW, FakeNotifier, FakeSource, item, says

HOUR = timedelta(hours=1)
FEED = Feed(url="https://outlet.example/rss", every=timedelta(minutes=10), alert_on_first_fetch=True)


class Clock:
    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Quiet:
    def polled(self, batch: object) -> None: ...
    def ruled(self, rulings: object) -> None: ...
    def delivered(self, outcome: object) -> None: ...


class Rig:
    """A service over fakes, and the clock that it reads."""

    def __init__(self, store: SqliteStore, engine: LocalEngine) -> None:
        self.clock, self.source, self.desk, self.store = Clock(), FakeSource(), FakeNotifier("desk"), store
        self.setup = Setup(
            watch=Watch(feeds=(FEED,), claims=(CALL,)),
            read=lambda found: [says(found.id)],
            reader_of=lambda _: lambda found: [says(found.id)],
            rules="1",
            source=self.source,
            notifiers={"desk": self.desk},
            desk=Desk(routes=(Route(channels=("desk",)),), recipients={"desk": ("desk",)}, kinds={"desk": "email"}),
            concurrency=4,
        )
        self.service = self.start(engine, self.clock)

    def start(self, engine: LocalEngine, clock: Callable[[], datetime]) -> Service:
        return Service(
            self.setup, store=self.store, engine=engine, teller=Quiet(), clock=clock, jitter=lambda: 0.0, patient=True
        )

    async def turn(self) -> int:
        """One round of the daemon's jobs; how often the feed was asked in it."""
        before = len(self.source.asked)
        await self.service.tick()
        await self.service.poll([])
        await self.service.rule()
        await self.service.deliver()
        assert await self.service.drain(timedelta(seconds=5))
        return len(self.source.asked) - before

    def state(self, **changes: Any) -> FeedState:
        state = replace(self.store.states()[FEED.url], **changes)
        self.store.keep_polls([Poll(state=state)])
        return state


@pytest.fixture
async def rig(store: SqliteStore, engine: LocalEngine) -> AsyncIterator[Rig]:
    made = Rig(store, engine)
    await made.service.begin()
    yield made
    await made.service.close()


async def test_a_feed_is_not_left_alone_for_the_hour_that_the_clock_was_set_back(rig: Rig) -> None:
    assert await rig.turn() == 1
    rig.clock.now += timedelta(minutes=1) - HOUR
    assert await rig.turn() == 1, "it was due in nine minutes and an hour"
    assert await rig.turn() == 0, "once, not at every tick"
    rig.clock.now += FEED.every
    assert await rig.turn() == 1


async def test_what_a_time_server_corrects_asks_nobody_sooner(rig: Rig) -> None:
    assert await rig.turn() == 1
    rig.clock.now -= timedelta(seconds=1)
    assert await rig.turn() == 0
    rig.clock.now -= timedelta(minutes=2)
    rig.state(next_due=rig.clock.now + timedelta(minutes=5))
    assert await rig.turn() == 0, "five minutes are within its ten"


@pytest.mark.parametrize("jump", [-HOUR, timedelta(days=-400)])
async def test_pauses_that_servers_asked_for_are_kept(rig: Rig, jump: timedelta) -> None:
    held = NOW + timedelta(minutes=30)
    rig.state(held_until=held, next_due=held)
    rig.clock.now += jump
    assert await rig.turn() == 0
    rig.state(gone=True, held_until=None, next_due=NOW + timedelta(days=7))
    rig.clock.now += jump
    assert await rig.turn() == 0


async def test_a_feed_that_fails_keeps_its_longer_pause_and_no_longer_one(rig: Rig) -> None:
    rig.state(failures=3.0, next_due=NOW + timedelta(minutes=40))
    rig.clock.now -= timedelta(seconds=30)
    await rig.turn()
    rig.state(failures=3.0, next_due=rig.clock.now + timedelta(minutes=40))
    asked = await rig.turn()
    rig.clock.now -= HOUR
    assert (asked, await rig.turn()) == (0, 1)


async def test_a_clock_set_back_while_dementi_was_off_is_noticed_at_the_start(
    rig: Rig, store: SqliteStore, engine: LocalEngine
) -> None:
    assert await rig.turn() == 1
    rig.clock.now -= HOUR
    later = rig.start(engine, rig.clock)
    await later.begin()
    assert [state.url for state in store.due(rig.clock.now, 10)] == [FEED.url]
    await later._poller.close()
    await later._deliverer.close()


async def test_a_poll_under_way_meanwhile_plans_by_the_new_time(rig: Rig, store: SqliteStore) -> None:
    async def jump() -> Reading:
        rig.clock.now -= HOUR
        return Reading(outcome=Outcome.EMPTY)

    rig.source.readings[FEED.url] = jump
    assert await rig.turn() == 1
    assert store.states()[FEED.url].next_due == rig.clock.now + FEED.every


async def test_what_was_to_be_sent_goes_out_at_once_and_once(rig: Rig, store: SqliteStore) -> None:
    found = item("a", feed=FEED.url)
    store.keep_polls([Poll(state=rig.state(next_due=NOW + FEED.every), items=(found,))])
    Ruler(rig.setup.claims, rig.setup.desk, "1", NOW, store).rule_items([(found, [says("a")])])
    rig.clock.now -= HOUR  # just before it was sent
    await rig.turn()
    assert len(rig.desk.taken) == 1
    for _ in range(3):
        rig.clock.now += timedelta(minutes=30)
        await rig.turn()
    assert len(rig.desk.taken) == 1
    assert store.pending() == 0


async def test_a_retry_waits_at_most_the_hour_longer(rig: Rig, store: SqliteStore) -> None:
    rig.source.readings[FEED.url] = Reading(outcome=Outcome.ITEMS, items=(item("a"),), entries=1)
    rig.desk.faults = [DOWN]
    await rig.turn()
    assert store.pending() == 1
    rig.clock.now -= HOUR
    await rig.turn()
    rig.clock.now += HOUR + timedelta(minutes=1)
    await rig.turn()
    assert (len(rig.desk.taken), store.pending()) == (1, 0)


async def test_a_clock_that_jumps_ahead_asks_every_feed_once(rig: Rig) -> None:
    assert await rig.turn() == 1
    rig.clock.now += timedelta(days=1)
    assert await rig.turn() == 1
    assert await rig.turn() == 0


async def test_the_daemon_goes_on_when_its_clock_is_set_back(store: SqliteStore, engine: LocalEngine) -> None:
    rig = Rig(store, engine)
    with time_machine.travel(datetime(2024, 11, 11, 10, tzinfo=UTC)) as time:
        daemon = Daemon(rig.start(engine, lambda: datetime.now(UTC)), lambda: None)  # type: ignore[arg-type, return-value]
        steps = daemon._service.progress
        running = asyncio.create_task(daemon.run())
        await _reaches(steps, "tick", 2)
        time.shift(-HOUR)
        await _reaches(steps, "tick", steps["tick"] + 4)
        signal.raise_signal(signal.SIGTERM)
        assert await running == 0
    await rig.service.close()
    assert len(rig.source.asked) == 2, "once at the start, once when it was planned anew"


async def _reaches(steps: dict[str, int], stage: str, count: int) -> None:
    async with asyncio.timeout(15):
        while steps[stage] < count:  # noqa: ASYNC110 - a counter, not an event
            await asyncio.sleep(0.05)
