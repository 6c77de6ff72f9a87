"""The schedule of many feeds: what it costs when nothing is due, and whether any is skipped when all fall due at once.

    python benchmarks/schedule.py [--feeds 10000] [--seconds 30]

Idle: a service over a real store file is asked every second what is due, as the daemon asks, and nothing is; its CPU
time is put in proportion to a core's. All at once: every feed falls due in the same second, a source answers each after
a moment that differs from feed to feed, a few never answer; counted is who was asked and stored, and how often.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from monitor.daemon import JOBS
from monitor.engine.local import LocalEngine
from monitor.feeds.port import Reading
from monitor.model.claim import Watch
from monitor.model.source import Feed, FeedState, Known, Outcome
from monitor.pipeline.rule import Desk
from monitor.pipeline.service import Service
from monitor.pipeline.setup import Setup
from monitor.store.port import Poll, Store
from monitor.store.sqlite import open_store

HUNG = 20  # feeds that never answer, of as many hosts


class Source:
    """Answers after up to 50 ms; the first HUNG feeds never do."""

    def __init__(self, feeds: tuple[Feed, ...]) -> None:
        self.asked: Counter[str] = Counter()
        self._hung = {feed.url for feed in feeds[:HUNG]}
        self._random = Random(1)

    async def read(
        self,
        feed: Feed,
        state: FeedState | None,  # noqa: ARG002 - the port's
        now: datetime,  # noqa: ARG002
        known: Callable[[], Awaitable[Known]],  # noqa: ARG002
    ) -> Reading:
        self.asked[feed.url] += 1
        if feed.url in self._hung:
            await asyncio.Event().wait()
        await asyncio.sleep(self._random.random() / 20)
        return Reading(outcome=Outcome.UNCHANGED, status=304)

    def sift(self, sieve: Callable[[], Awaitable[bytes | None]]) -> None: ...

    async def close(self) -> None:
        pass


class Quiet:
    def polled(self, batch: object) -> None: ...
    def ruled(self, rulings: object) -> None: ...
    def delivered(self, outcome: object) -> None: ...


def service_over(store: Store, engine: LocalEngine, source: Source, feeds: tuple[Feed, ...]) -> Service:
    setup = Setup(
        watch=Watch(feeds=feeds),
        read=lambda _: (),
        reader_of=lambda _: lambda _: (),
        rules="",
        source=source,
        notifiers={},
        desk=Desk(recipients={}, kinds={}),
        concurrency=64,
    )
    return Service(
        setup,
        store=store,
        engine=engine,
        teller=Quiet(),
        clock=lambda: datetime.now(UTC),
        jitter=lambda: 0.5,
        patient=True,
    )


async def idle(service: Service, store: Store, feeds: tuple[Feed, ...], seconds: int) -> None:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    later = datetime.now(UTC) + timedelta(hours=1)
    store.keep_polls([Poll(state=FeedState(url=feed.url, next_due=later, first_read=later)) for feed in feeds])
    scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=JOBS)
    for job in (service.tick, service.rule, service.deliver):
        scheduler.add_job(job, "interval", seconds=1)
    scheduler.start()
    await asyncio.sleep(1)
    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.sleep(seconds)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    scheduler.shutdown(wait=False)
    print(f"idle      {len(feeds):,} feeds: {100 * cpu / wall:.2f} % of a core over {wall:.0f} s")


async def all_at_once(service: Service, store: Store, feeds: tuple[Feed, ...], source: Source) -> None:
    now = datetime.now(UTC)
    store.keep_polls([Poll(state=FeedState(url=feed.url, next_due=now, first_read=now)) for feed in feeds])
    started = time.perf_counter()
    while len(source.asked) < len(feeds) and time.perf_counter() - started < 300:
        with suppress(TimeoutError):
            await asyncio.wait_for(service.tick(), 10)
        await asyncio.sleep(0.05)  # the daemon waits a second; here the question is who is forgotten, not when
    answered = [feed.url for feed in feeds[HUNG:]]
    while any(state.outcome is None for state in store.states(answered).values()):  # noqa: ASYNC110 - the store's state
        await asyncio.sleep(0.2)
    seconds = time.perf_counter() - started
    twice = sum(count > 1 for count in source.asked.values())
    print(
        f"at once   {len(source.asked):,} of {len(feeds):,} feeds asked and stored within {seconds:.1f} s"
        f" beside {HUNG} that hang; {len(feeds) - len(source.asked)} skipped, {twice} asked twice"
    )


async def run(folder: Path, count: int, seconds: int) -> None:
    feeds = tuple(Feed(url=f"https://host{n}.example.org/feed", every=timedelta(hours=2)) for n in range(count))
    store, engine, source = open_store(f"sqlite:{folder}/schedule.db"), LocalEngine(), Source(feeds)
    service = service_over(store, engine, source, feeds)
    await service.begin()
    await idle(service, store, feeds, seconds)
    await all_at_once(service, store, feeds, source)
    await service.close()
    engine.close()
    store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=30, help="how long idleness is watched")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder), args.feeds, args.seconds))


if __name__ == "__main__":
    main()
