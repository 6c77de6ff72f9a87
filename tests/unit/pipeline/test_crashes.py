"""What a process that dies has sent and not settled is known again by those who took it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from monitor.engine.local import LocalEngine
from monitor.model.alert import Alert, Delivery, Message, Target
from monitor.model.story import Reason
from monitor.notify.storm import BURST
from monitor.pipeline.deliver import Deliverer
from monitor.store.sqlite import SqliteStore
from tests.support.values import NOW, FakeNotifier

DESK = Target(channel="desk", recipient="a@x")


class Silent(FakeNotifier):
    """Takes messages; its answer never arrives."""

    async def send(self, message: Message, target: Target) -> None:
        await super().send(message, target)
        await asyncio.Event().wait()


def deliverer(store: SqliteStore, engine: LocalEngine, desk: FakeNotifier) -> Deliverer:
    return Deliverer(
        notifiers={"desk": desk},
        store=store,
        engine=engine,
        clock=lambda: NOW,
        jitter=lambda: 0.5,
        about_gone=lambda *_: [],
        kinds={"desk": "email"},
        settled=lambda _: None,
    )


def keep_alerts(store: SqliteStore, first: int, count: int) -> None:
    for number in range(first, first + count):
        name = f"a{number:03}"
        alert = Alert(id=name, reason=Reason.TEST, at=NOW, title=name)
        store.keep_alert(alert, [Delivery(id=name, alert=name, target=DESK, message=name, due=NOW)])


@pytest.mark.parametrize("before", [5, BURST + 30])
async def test_a_storm_after_the_crash_renames_nothing_that_may_have_been_taken(
    store: SqliteStore, engine: LocalEngine, before: int
) -> None:
    keep_alerts(store, 0, before)
    dying = deliverer(store, engine, silent := Silent("desk", "a@x"))
    await dying.look()
    await asyncio.sleep(0)
    while len(silent.taken) < min(before, 8):  # noqa: ASYNC110 - as many as are under way at once
        await asyncio.sleep(0.01)
    await dying.close()
    keep_alerts(store, before, BURST + 30)
    again = deliverer(store, engine, desk := FakeNotifier("desk", "a@x"))
    assert await again.drain(timedelta(seconds=10))
    await again.close()
    told = [alert.id for message, _ in desk.taken for alert in message.alerts]
    assert sorted(told) == [f"a{number:03}" for number in range(before + BURST + 30)]
    names = {alert.id: message.id for message, _ in silent.taken for alert in message.alerts}
    known = {alert.id: message.id for message, _ in desk.taken for alert in message.alerts if alert.id in names}
    assert known == names
