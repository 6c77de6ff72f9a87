"""The service under a clock: APScheduler's jobs, signals, reload, systemd. With `cli` the only reader of the clock.

    every second    tick       feeds that are due are handed to the poller
                    rule       items not yet judged are judged (at once where a poll has just brought some)
                    deliver    due deliveries are begun (at once where a ruling has just made some)
                    beside     pages of items are read, and hubs asked, where the config has that
    every 10 s      pulse      systemd's watchdog is fed if all of them went on

A job is never one feed: what is due is a column in the store. APScheduler's own defaults drop a run that is a second
late (`misfire_grace_time`); here a late run runs, once.
"""

from __future__ import annotations

import asyncio
import logging
import random
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor import app
from monitor.engine import sd
from monitor.errors import ConfigError, DementiError, WorkLost
from monitor.model.source import Feed, FeedState
from monitor.pipeline.service import Service, Teller
from monitor.pipeline.setup import Setup

DRAIN = timedelta(seconds=20)  # for what is under way when asked to end
ROUND = timedelta(minutes=5)  # for all deliveries of `run --once`
PAGES = timedelta(minutes=2)  # for pages of items in `run --once`; what is left comes at the next run
OPINIONS = timedelta(minutes=2)  # for second opinions in `run --once`; what they are about goes out all the same
STUCK = 60.0  # seconds without a step of one stage after which the watchdog goes hungry
PULSE = 10  # seconds between two heartbeats

JOBS = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}

log = logging.getLogger("dementi")
Load = Callable[[], "app.Config"]


def clock() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def _service(load: Load, teller: Teller, *, patient: bool) -> AsyncIterator[Service]:
    """A service over the store of the config, which nobody else may write to meanwhile."""
    config = load()
    setup = app.set_up(config)
    if config.settings.web is not None:
        log.warning("web.listen: this version has no page yet; all else works")
    with app.store_of(config) as store, app.engine() as engine:
        try:
            await app.check_examples_apart(config, engine, setup.read)
        except (ConfigError, WorkLost) as fault:  # no reason to be deaf: the reading may have changed, not the news
            log.error("%s\nstarted all the same; a reload would be refused", fault)  # noqa: TRY400 - said, not traced
        service = Service(
            setup, store=store, engine=engine, teller=teller, clock=clock, jitter=random.random, patient=patient
        )
        yield service


async def once(load: Load, teller: Teller) -> None:
    """One poll of every feed, due or not, all deliveries tried, then the end. Raises DementiError."""
    async with _service(load, teller, patient=False) as service:
        try:
            await service.begin()
            await service.poll(await _askable(service))
            await service.rule()
            await service.read_pages(PAGES)
            await service.ask(OPINIONS)
            await service.drain(ROUND)
        finally:
            await service.close()


async def _askable(service: Service) -> list[tuple[Feed, FeedState]]:
    """All feeds but those whose server asked to be left alone."""
    states = await service.engine.store(service.store.states)
    now = clock()
    feeds = service.setup.feeds
    return [
        (feeds[url], state)
        for url, state in states.items()
        if url in feeds and not state.gone and not (state.held_until and state.held_until > now)
    ]


async def serve(load: Load, teller: Teller) -> int:
    """Watch until SIGTERM (0) or Ctrl-C (130). SIGHUP reloads, all or nothing. Raises DementiError at the start."""
    async with _service(load, teller, patient=True) as service:
        daemon = Daemon(service, load)
        return await daemon.run()


class Daemon:
    """Jobs and signals around a service."""

    def __init__(self, service: Service, load: Load) -> None:
        self._service, self._load = service, load
        self._end: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._reloading = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._seen: dict[str, tuple[int, float]] = {}  # stage -> its steps, and when they were last other

    async def run(self) -> int:
        self._listen()
        await self._service.begin()
        await self._service.listen()
        scheduler = self._schedule()
        minding = asyncio.create_task(_mind_clock(scheduler))
        sd.notify(f"READY=1\nSTATUS={_status(self._service.setup)}")
        log.info("%s", _status(self._service.setup))
        code = await self._end
        sd.notify("STOPPING=1")
        log.info("ending: what is under way is finished first")
        minding.cancel()
        scheduler.shutdown(wait=False)  # wait=True would cancel coroutines in mid-air
        await self._service.end(DRAIN)
        return code

    def _schedule(self) -> AsyncIOScheduler:
        # a beat that finds its job still at work is no fault
        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
        scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=JOBS)
        for job in (self._service.tick, self._service.rule, self._service.deliver, self._service.beside):
            scheduler.add_job(job, "interval", seconds=1, next_run_time=clock())
        scheduler.add_job(self._pulse, "interval", seconds=PULSE)
        scheduler.start()
        return scheduler

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._stop, 0)
        loop.add_signal_handler(signal.SIGINT, self._stop, 130)
        loop.add_signal_handler(signal.SIGHUP, self._reload_soon)

    def _stop(self, code: int) -> None:
        if self._end.done():  # asked twice: at once, then; what is pending stays in the outbox
            raise SystemExit(code)
        self._end.set_result(code)

    def _reload_soon(self) -> None:
        task = asyncio.create_task(self._reload())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reload(self) -> None:
        async with self._reloading:
            sd.notify("RELOADING=1")
            try:
                config = await asyncio.to_thread(self._load)
                setup = await asyncio.to_thread(app.set_up, config)
                try:
                    await app.check_examples_apart(config, self._service.engine, setup.read)
                    await self._service.change(setup)
                except DementiError:
                    await setup.close()
                    raise
            except ConfigError as fault:
                log.error("%s", fault)  # noqa: TRY400 - said, not traced
                log.error("the new config is refused; the old one stays in force")  # noqa: TRY400
                status = "reload refused; the old config stays in force"
            except DementiError as fault:
                log.error("reload failed: %s", fault)  # noqa: TRY400
                status = "reload failed; the old config stays in force"
            else:
                status = _status(setup)
                log.info("reloaded: %s", status)
            sd.notify(f"READY=1\nSTATUS={status}")

    def _pulse(self) -> None:
        """Feed the watchdog, unless one of the stages has stood still for too long."""
        now = time.monotonic()
        for stage, steps in self._service.progress.items():
            if self._seen.get(stage, (None,))[0] != steps:
                self._seen[stage] = steps, now
        if stuck := [stage for stage, (_, since) in self._seen.items() if now - since > STUCK]:
            log.error("no progress in: %s", ", ".join(stuck))
        else:
            sd.notify("WATCHDOG=1")


async def _mind_clock(scheduler: AsyncIOScheduler) -> None:
    """APScheduler plans by the wall clock: when that is set back by an hour, it sleeps for one. So it is woken."""
    latest = clock()
    while True:
        await asyncio.sleep(1)  # by the loop's clock, which only goes forward
        if clock() < latest:
            for job in scheduler.get_jobs():
                job.modify(next_run_time=clock())
        latest = clock()


def _status(setup: Setup) -> str:
    return f"watching {len(setup.claims)} claims in {len(setup.feeds)} feeds"
