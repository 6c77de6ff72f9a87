"""The process that judges may die at any moment: nothing is lost, and one item that kills it stops no other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from monitor.engine.local import LocalEngine
from monitor.errors import WorkLost
from monitor.model.claim import Watch
from monitor.model.source import Feed, Item
from monitor.pipeline import service as service_module
from monitor.pipeline.rule import Desk
from monitor.pipeline.service import Service
from monitor.pipeline.setup import Setup
from monitor.store.port import Poll
from monitor.store.sqlite import SqliteStore
from tests.support.values import CALL, NOW, FakeSource, item, says

FEED = Feed(url="https://outlet.example/rss")


class Quiet:
    def polled(self, batch: object) -> None: ...
    def ruled(self, rulings: object) -> None: ...
    def delivered(self, outcome: object) -> None: ...


class Dying(LocalEngine):
    """Loses calls as long as `dies` says so of the items in them."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.dies: Callable[[Sequence[Item]], bool] = lambda _: False
        self.asked: list[list[str]] = []

    async def think(self, call: Any, /, *args: Any, **kwargs: Any) -> Any:
        items = args[1]
        self.asked.append([each.id for each in items])
        if self.dies(items):
            raise WorkLost("the process that judges ended before it had answered")
        return await super().think(call, *args, **kwargs)


@pytest.fixture
def engine() -> Iterator[Dying]:
    made = Dying()
    yield made
    made.close()


@pytest.fixture
async def service(store: SqliteStore, engine: Dying, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    monkeypatch.setattr(service_module, "PAUSES", (0.0, 0.0))
    setup = Setup(
        watch=Watch(feeds=(FEED,), claims=(CALL,)),
        read=lambda found: [says(found.id)],
        reader_of=lambda _: lambda found: [says(found.id)],
        rules="1",
        source=FakeSource(),
        notifiers={},
        desk=Desk(recipients={}, kinds={}),
        concurrency=4,
    )
    made = Service(
        setup, store=store, engine=engine, teller=Quiet(), clock=lambda: engine.now, jitter=lambda: 0.0, patient=False
    )
    await made.begin()
    items = tuple(item(f"i{n}", feed=FEED.url) for n in range(5))
    store.keep_polls([Poll(state=store.states()[FEED.url], items=items)])
    yield made
    await made.close()


async def test_an_item_that_ends_the_process_waits_and_the_others_are_judged(
    service: Service, engine: Dying, store: SqliteStore
) -> None:
    engine.dies = lambda items: any(each.id == "i2" for each in items)
    await service.rule()
    assert [each.id for each in store.unjudged(9)] == ["i2"]
    before = len(engine.asked)
    await service.rule()
    assert len(engine.asked) == before  # it is not tried again and again
    assert {e.item for e in store.assessments_of("i4")} == {"i4"}
    engine.dies = lambda _: False  # it was the machine that had no memory left
    engine.now += timedelta(minutes=11)
    await service.rule()
    assert store.unjudged(9) == []


async def test_a_process_killed_from_outside_costs_nothing(service: Service, engine: Dying, store: SqliteStore) -> None:
    kills = iter([True, True, False, True])
    engine.dies = lambda _: next(kills, False)
    await service.rule()
    assert store.unjudged(9) == []
    assert all(store.assessments_of(f"i{n}") for n in range(5))
