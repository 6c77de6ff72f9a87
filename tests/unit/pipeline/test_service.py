"""The corridor as a whole, from a poll to a page, over a real store."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.engine.local import LocalEngine
from monitor.feeds.port import Reading
from monitor.model.claim import Watch
from monitor.model.route import Route
from monitor.model.source import Feed, Outcome
from monitor.pipeline.fulltext import PageLimits
from monitor.pipeline.reviews import ReviewingJudge
from monitor.pipeline.rule import Desk
from monitor.pipeline.service import Service
from monitor.pipeline.setup import Setup
from monitor.store.sqlite import SqliteStore
from tests.support.values import CALL, NOW, FakeNotifier, FakeSource
from tests.unit.pipeline.test_fulltext import FakeReader, teaser

FEED = Feed(url="https://outlet.example/rss")


class Quiet:
    def polled(self, batch: Any) -> None: ...
    def ruled(self, rulings: Any) -> None: ...
    def delivered(self, outcome: Any) -> None: ...


def setup(reader: FakeReader | None, notifier: FakeNotifier, source: FakeSource, **more: Any) -> Setup:
    return Setup(
        watch=Watch(feeds=(FEED,), claims=(CALL,)),
        read=ReviewingJudge([CALL]).judge_item,
        reader_of=lambda claims: ReviewingJudge(claims).judge_item,
        rules="test",
        source=source,
        notifiers={notifier.name: notifier},
        desk=Desk(
            routes=(Route(channels=("desk",), min_confidence=0.1),),
            recipients={"desk": ("a@x",)},
            kinds={"desk": "email"},
        ),
        **({"concurrency": 4, "pages": reader, "page_limits": PageLimits(per_host_delay=timedelta(0))} | more),
    )


def service(store: SqliteStore, engine: LocalEngine, made: Setup) -> Service:
    return Service(
        made, store=store, engine=engine, teller=Quiet(), clock=lambda: NOW, jitter=lambda: 0.0, patient=True
    )


@pytest.fixture
def source() -> FakeSource:
    made = FakeSource()
    made.readings[FEED.url] = Reading(outcome=Outcome.ITEMS, items=(teaser(feed=FEED.url),), entries=1)
    return made


async def until(true: Any) -> None:
    while not true():  # noqa: ASYNC110 - another room's state
        await asyncio.sleep(0.01)


async def test_a_page_that_was_read_is_judged_and_told_without_waiting_for_the_next_look(
    store: SqliteStore, engine: LocalEngine, source: FakeSource
) -> None:
    reader, desk = FakeReader(), FakeNotifier("desk", "a@x")
    work = service(store, engine, setup(reader, desk, source))
    await work.begin()
    await work.tick()
    await until(lambda: store.count_pages())
    assert desk.taken == []
    await work.beside()
    await until(lambda: desk.taken)
    assert desk.taken[0][0].alerts[0].title.startswith("Kremlin")
    await work.end(timedelta(seconds=5))
    assert reader.closed


async def test_a_reload_switches_pages_off_and_on_and_ends_what_is_under_way_first(
    store: SqliteStore, engine: LocalEngine, source: FakeSource
) -> None:
    old, new, desk = FakeReader(), FakeReader(), FakeNotifier("desk", "a@x")
    old.hold = asyncio.Event()
    first = setup(old, desk, source)
    work = service(store, engine, first)
    await work.begin()
    await work.tick()
    await until(lambda: store.count_pages())
    await work.beside()
    await until(lambda: old.asked)
    await work.change(setup(None, FakeNotifier("desk", "a@x"), FakeSource()))
    await asyncio.sleep(0.1)
    assert not old.closed, "a page is being read with it"
    old.hold.set()
    await until(lambda: old.closed)
    assert store.count_pages() == {"fetched": 1}
    store.keep_polls([])
    third = setup(new, FakeNotifier("desk", "a@x"), source)
    await work.change(third)
    source.readings[FEED.url] = Reading(outcome=Outcome.ITEMS, items=(teaser("b", feed=FEED.url),), entries=1)
    await work.poll([(FEED, store.states()[FEED.url])])
    await until(lambda: store.count_pages() == {"fetched": 1, "pending": 1})
    await work.beside()
    await until(lambda: new.asked)
    assert new.asked == ["https://outlet.example/b"]
    await work.close()


async def test_a_claim_added_later_asks_for_pages_of_the_past_and_tells_them_as_that(
    store: SqliteStore, engine: LocalEngine, source: FakeSource
) -> None:
    reader, desk = FakeReader(), FakeNotifier("desk", "a@x")
    made = setup(reader, desk, source)
    work = service(store, engine, replace(made, watch=Watch(feeds=(FEED,)), read=ReviewingJudge([]).judge_item))
    await work.begin()
    await work.poll([(FEED, store.states()[FEED.url])])
    await work.rule()
    assert store.count_pages() == {}
    await work.change(made)
    await work.read_pages(timedelta(seconds=5))
    assert reader.asked == ["https://outlet.example/a"]
    assert [event.baseline for event in store.events_of("call")] == [True]
    await work.drain(timedelta(seconds=5))
    assert desk.taken == []
    await work.close()


async def test_a_reload_changes_how_many_are_polled_side_by_side(
    store: SqliteStore, engine: LocalEngine, source: FakeSource
) -> None:
    desk = FakeNotifier("desk", "a@x")
    never = asyncio.Event()

    async def hang() -> Reading:
        await never.wait()
        return Reading(outcome=Outcome.EMPTY)

    feeds = tuple(Feed(url=f"https://host.example/{number}") for number in range(6))
    source.readings = {feed.url: hang for feed in feeds}
    made = replace(setup(None, desk, source, per_host=1), watch=Watch(feeds=feeds))
    work = service(store, engine, made)
    await work.begin()
    await work.tick()
    await until(lambda: source.asked)
    assert len(source.asked) == 1
    later = FakeSource()
    later.readings = source.readings
    added = tuple(Feed(url=f"https://other.example/{number}") for number in range(6))
    later.readings |= {feed.url: hang for feed in added}
    await work.change(replace(made, watch=Watch(feeds=(*feeds, *added)), source=later, per_host=3))
    await work.tick()
    await until(lambda: sum("other" in url for url in later.asked) == 3)
    never.set()
    await work.close()
