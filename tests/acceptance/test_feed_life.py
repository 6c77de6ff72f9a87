"""Two days in the life of eight feeds, by a fake clock: promises 2 to 5 and 10 for the whole service.

Server, fetching, parsing processes, store and outbox are real. By script the feeds fail, move, edit items, rotate
their guids, ask for a pause, shrink, end and fall silent; the service is ended and started again every eight hours.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler

import pytest

from monitor.app import reading_of
from monitor.engine.local import LocalEngine
from monitor.feeds.source import FeedSource
from monitor.model.claim import Claim, Watch
from monitor.model.route import Route
from monitor.model.source import Feed
from monitor.pipeline.rule import Desk
from monitor.pipeline.service import Service
from monitor.pipeline.setup import Setup
from monitor.store.sqlite import SqliteStore, open_store
from tests.support.servers import Answer, Feeds, running
from tests.support.values import FakeNotifier

START = datetime(2024, 11, 11, tzinfo=UTC)
HOURS, EVERY, RESTART = 48, timedelta(minutes=10), 8
HELD = 10  # items that a body holds
RESIGNS = Claim(id="resigns", statement="Minister Torbal Verrinska resigns")
FEED_ITEM = "<item><guid isPermaLink='false'>{guid}</guid><title>{title}</title><link>{link}</link></item>"


class Outlet:
    """A feed that prints an item every half hour and does nothing else. Hours count from the start."""

    path = "/plain"
    told: tuple[str, ...] = ()  # what people are told of it, in order
    rate = 2  # items an hour
    edits: tuple[str, ...] = ()  # titles that replace others

    def __init__(self) -> None:
        self.hour = 0.0
        self.asked: list[float] = []  # hours

    def titles(self) -> list[str]:
        """All that was printed so far, oldest first."""
        return [self.title(number) for number in range(int(self.spoken() * self.rate) + 1)]

    def spoken(self) -> float:
        """Hours in which it printed items; in the last two it rests, so that all of them are fetched in the end."""
        return min(self.hour, HOURS - 2)

    def title(self, number: int) -> str:
        return f"Report {number} of {self.path}"

    def guid(self, number: int) -> str:
        return f"{self.path}-{number}"

    def link(self, number: int) -> str:
        return f"https://outlet.example{self.path}/{number}"

    def body(self) -> bytes:
        numbered = list(enumerate(self.titles()))[::-1][:HELD]
        items = (FEED_ITEM.format(guid=self.guid(n), title=title, link=self.link(n)) for n, title in numbered)
        return f"<rss version='2.0'><channel><title>{self.path}</title>{''.join(items)}</channel></rss>".encode()

    def answer(self, _: BaseHTTPRequestHandler) -> Answer | None:
        return 200, {"Content-Type": "application/rss+xml"}, self.body()

    def expected(self) -> set[str]:
        return {*self.titles(), *self.edits}

    def __call__(self, request: BaseHTTPRequestHandler) -> Answer | None:
        self.asked.append(self.hour)
        return self.answer(request)


class Failing(Outlet):
    """Down for hours in three ways, and three times for so short that nobody need know."""

    path = "/failing"
    told = ("cannot be read", "can be read again") * 3

    def answer(self, request: BaseHTTPRequestHandler) -> Answer | None:
        if 3 <= self.hour < 7:
            return 503, {}, b"down"
        if 12 <= self.hour < 15:
            return 200, {"Content-Type": "text/html"}, b"<html><form action=login><input type=password></form></html>"
        if 20 <= self.hour < 24:
            return None  # hangs up
        if self.hour % 10 < 0.3 and self.hour > 1:
            return 500, {}, b"oops"
        return super().answer(request)


class Moving(Outlet):
    path = "/moving"

    def answer(self, request: BaseHTTPRequestHandler) -> Answer | None:
        if self.hour >= 4 and request.path == self.path:
            return 301, {"Location": "/moved"}, b""
        return super().answer(request)


class Editing(Outlet):
    """Corrects headlines, and takes back what it had printed of a minister."""

    path = "/editing"
    edits = ("Report 9, corrected", "Minister Torbal Verrinska visits a school")

    def title(self, number: int) -> str:
        if number == 9 and self.hour >= 6:
            return self.edits[0]
        if number == 20:
            return "Minister Torbal Verrinska denies resignation" if self.hour < 12 else self.edits[1]
        return super().title(number)

    def expected(self) -> set[str]:
        return super().expected() | {"Report 9 of /editing", "Minister Torbal Verrinska denies resignation"}


class Rotating(Outlet):
    """New guids and new tracking parameters at every poll, for half a day."""

    path = "/rotating"

    def guid(self, number: int) -> str:
        return f"{number}-{self.hour}" if 6 <= self.hour < 18 else super().guid(number)

    def link(self, number: int) -> str:
        return f"{super().link(number)}?utm_source=rss&utm_campaign={self.hour}"


class Busy(Outlet):
    """Asks to be left alone for an hour."""

    path = "/busy"

    def answer(self, request: BaseHTTPRequestHandler) -> Answer | None:
        if 7 <= self.hour < 7.5:
            return 429, {"Retry-After": "3600"}, b""
        return super().answer(request)


class Shrinking(Outlet):
    """Prints an empty feed for an hour, then half of it, then all again."""

    path = "/shrinking"

    def body(self) -> bytes:
        if 9 <= self.hour < 10:
            return b"<rss version='2.0'><channel><title>t</title></channel></rss>"
        full = super().body()
        return full if not 10 <= self.hour < 11 else full[: full.index(b"</item>") + 7] + b"</channel></rss>"


class Silent(Outlet):
    """Has nothing to say for more than a day."""

    path = "/silent"
    rate = 6
    told = ("has fallen silent", "speaks again")

    def spoken(self) -> float:
        return min(self.hour, 10) + max(0, super().spoken() - 38)


class Ending(Outlet):
    path = "/ending"
    told = ("is gone for good",)

    def titles(self) -> list[str]:
        return super().titles()[:29]

    def answer(self, request: BaseHTTPRequestHandler) -> Answer | None:
        return (410, {}, b"gone") if self.hour >= 15 else super().answer(request)


KINDS = (Failing, Moving, Editing, Rotating, Busy, Shrinking, Silent, Ending)


class Life:
    """The world at one moment, and the service in it."""

    def __init__(self, server: Feeds, store: SqliteStore, engine: LocalEngine) -> None:
        self.now, self.server, self.store, self.engine = START, server, store, engine
        self.outlets = [kind() for kind in KINDS]
        self.desk = FakeNotifier("desk")
        self._chance = random.Random(1)
        for outlet in self.outlets:
            server.pages[outlet.path] = outlet
        server.pages["/moved"] = self.outlets[1]
        self.feeds = [Feed(url=server.url(outlet.path), every=EVERY) for outlet in self.outlets]

    def start(self) -> Service:
        setup = Setup(
            watch=Watch(feeds=tuple(self.feeds), claims=(RESIGNS,)),
            read=reading_of((RESIGNS,)),
            reader_of=reading_of,
            rules="1",
            source=FeedSource(allow=[f"127.0.0.1:{self.server.port}"], workers=1),
            notifiers={"desk": self.desk},
            desk=Desk(routes=(Route(channels=("desk",)),), recipients={"desk": ("desk",)}, kinds={"desk": "webhook"}),
            concurrency=8,
        )
        return Service(
            setup,
            store=self.store,
            engine=self.engine,
            teller=Quiet(),
            clock=lambda: self.now,
            jitter=self._chance.random,
            patient=False,
        )

    async def live(self, hours: Iterable[int]) -> None:
        service = self.start()
        await service.begin()
        try:
            for _ in hours:
                for _ in range(60):
                    self.now += timedelta(minutes=1)
                    await self._minute(service)
        finally:
            await service.close()

    async def _minute(self, service: Service) -> None:
        for outlet in self.outlets:
            outlet.hour = (self.now - START) / timedelta(hours=1)
        await service.tick()
        await service.poll([])
        await service.rule()
        await service.deliver()
        assert await service.drain(timedelta(seconds=10))


class Quiet:
    def polled(self, batch: object) -> None: ...
    def ruled(self, rulings: object) -> None: ...
    def delivered(self, outcome: object) -> None: ...


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """Lived once; the tests look at what is left of it."""
    with running(Feeds()) as server, closing(open_store(f"sqlite:{tmp_path_factory.mktemp('life')}/life.db")) as store:
        yield asyncio.run(_lived(server, store))


async def _lived(server: Feeds, store: SqliteStore) -> Life:
    engine = LocalEngine()
    life = Life(server, store, engine)
    for start in range(0, HOURS, RESTART):
        await life.live(range(start, start + RESTART))
    engine.close()
    return life


def test_every_item_is_stored_once_and_every_edit_is_a_version(life: Life) -> None:
    stored = defaultdict[str, Counter[str]](Counter)
    for row in life.store.list_items():
        for version in life.store.versions(row["id"]):
            stored[version.feed].update([version.title])
    for outlet, feed in zip(life.outlets, life.feeds, strict=True):
        assert stored[feed.url] == Counter(dict.fromkeys(outlet.expected(), 1)), outlet.path


def test_every_outage_silence_and_return_is_told_once(life: Life) -> None:
    told = defaultdict[str, list[str]](list)
    for message, _ in life.desk.taken:
        for alert in message.alerts:
            if alert.claim is None:
                told[alert.detail.splitlines()[-1]].append(alert.title.partition(" ")[2])
    for outlet, feed in zip(life.outlets, life.feeds, strict=True):
        assert tuple(told.pop(feed.url, ())) == outlet.told, outlet.path
    assert not told


def test_what_an_edit_takes_back_is_told_as_a_retraction(life: Life) -> None:
    answers = [alert for message, _ in life.desk.taken for alert in message.alerts if alert.claim]
    assert [str(alert.reason) for alert in answers] == ["first-denial", "retracted"]
    assert len({message.id for message, _ in life.desk.taken}) == len(life.desk.taken)


def test_no_feed_is_asked_later_than_promised_or_while_it_wants_to_be_left_alone(life: Life) -> None:
    asked = {outlet.path: outlet.asked for outlet in life.outlets}
    promise = EVERY / timedelta(hours=1) + 1 / 60  # the clock goes by minutes
    for path in ("/editing", "/rotating", "/shrinking", "/silent"):
        assert max(later - hour for hour, later in zip(asked[path], asked[path][1:], strict=False)) <= promise, path
    pauses = [(a, b) for a, b in zip(asked["/busy"], asked["/busy"][1:], strict=False) if b - a > promise]
    assert [round(b - a, 1) for a, b in pauses] == [1.0, pytest.approx(0.3, abs=0.2)][: len(pauses)]
    assert sum(hour >= 15 for hour in asked["/ending"]) == 1
    moved = [path for path, _ in life.server.log if path in ("/moving", "/moved")]
    assert moved[-50:] == ["/moved"] * 50
    gaps = [later - hour for hour, later in zip(asked["/failing"], asked["/failing"][1:], strict=False)]
    assert max(gaps) <= 6, "backoff has a cap"
