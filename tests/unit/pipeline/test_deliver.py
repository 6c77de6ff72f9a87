from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.engine.local import LocalEngine
from monitor.errors import NotifyError, StoreFull
from monitor.model.alert import Alert, Delivery, DeliveryState, Message, Target
from monitor.model.story import Reason
from monitor.notify.retry import acknowledged
from monitor.pipeline.deliver import Deliverer, messages_of, tally
from monitor.store.sqlite import SqliteStore
from tests.support.values import DOWN, NOW, FakeNotifier


def alert(name: str) -> Alert:
    return Alert(id=name, reason=Reason.TEST, at=NOW, title=f"Alert {name}")


def delivery(name: str, channel: str = "desk", recipient: str = "a@x", **more: Any) -> Delivery:
    values = {"message": name, "due": NOW} | more
    return Delivery(
        id=f"{name}-{channel}-{recipient}",
        alert=name,
        target=Target(channel=channel, recipient=recipient),
        **values,
    )


def deliverer(store: SqliteStore, engine: LocalEngine, *notifiers: FakeNotifier, seen: list[Any] | None = None) -> Any:
    return Deliverer(
        notifiers={n.name: n for n in notifiers},
        store=store,
        engine=engine,
        clock=lambda: NOW,
        jitter=lambda: 0.5,
        about_gone=lambda alert, gone, now: [
            delivery(alert.id, channel=name, due=now) for name in ("other",) if name != gone.channel
        ],
        kinds={n.name: "email" for n in notifiers},
        settled=(seen if seen is not None else []).extend,
    )


async def test_what_is_due_goes_out_once_and_is_settled(store: SqliteStore, engine: LocalEngine) -> None:
    store.keep_alert(alert("a"), [delivery("a"), delivery("a", recipient="b@x")])
    desk, seen = FakeNotifier("desk"), list[Delivery]()
    work = deliverer(store, engine, desk, seen=seen)
    await asyncio.gather(work.look(), work.look())
    assert await work.drain(timedelta(seconds=5))
    await work.close()
    assert sorted(target.recipient for _, target in desk.taken) == ["a@x", "b@x"]
    assert tally(seen) == {DeliveryState.SENT: 2, DeliveryState.PENDING: 0, DeliveryState.DEAD: 0}
    assert store.pending() == 0


async def test_what_is_held_stays(store: SqliteStore, engine: LocalEngine) -> None:
    store.keep_alert(alert("a"), [delivery("a", due=NOW + timedelta(hours=1))])
    work = deliverer(store, engine, desk := FakeNotifier("desk"))
    assert await work.drain(timedelta(seconds=5))
    await work.close()
    assert desk.taken == []
    assert store.pending() == 1


async def test_a_target_that_is_down_is_tried_again_later_and_a_refusal_is_final(
    store: SqliteStore, engine: LocalEngine
) -> None:
    store.keep_alert(alert("a"), [delivery("a")])
    store.keep_alert(alert("b"), [delivery("b", channel="other")])
    desk, other = FakeNotifier("desk"), FakeNotifier("other")
    desk.faults, other.faults = [DOWN], [NotifyError("no such recipient", retry=False)]
    work = deliverer(store, engine, desk, other)
    assert await work.drain(timedelta(seconds=5))
    await work.close()
    rows = {row["channel"]: row for row in store.list_deliveries()}
    assert (rows["desk"]["state"], rows["desk"]["attempts"]) == ("pending", 1)
    assert rows["desk"]["due"] > "2024-11-11T10:00:00Z"
    assert (rows["other"]["state"], rows["other"]["error"]) == ("dead", "no such recipient")


async def test_a_channel_that_hangs_delays_no_other(store: SqliteStore, engine: LocalEngine) -> None:
    class Hung(FakeNotifier):
        async def send(self, message: Message, target: Target) -> None:
            await asyncio.Event().wait()

    for n in range(600):
        store.keep_alert(alert(f"h{n}"), [delivery(f"h{n}", channel="hung")])
    store.keep_alert(alert("a"), [delivery("a")])
    work = deliverer(store, engine, Hung("hung"), desk := FakeNotifier("desk"))
    await work.look()
    while store.pending() > 600:  # noqa: ASYNC110 - another room's state
        await asyncio.sleep(0.01)
    assert len(desk.taken) == 1
    await work.close()
    assert store.pending() == 600, "what was under way goes out again under the same id"


async def test_a_fault_of_a_channel_loses_no_message(store: SqliteStore, engine: LocalEngine) -> None:
    store.keep_alert(alert("a"), [delivery("a")])
    desk = FakeNotifier("desk")
    desk.faults = [ZeroDivisionError("secret")]
    work = deliverer(store, engine, desk)
    assert await work.drain(timedelta(seconds=5))
    await work.close()
    (row,) = store.list_deliveries()
    assert row["state"] == "pending"
    assert "secret" not in row["error"]


async def test_an_outcome_that_the_store_refuses_is_kept_until_it_takes_it(
    store: SqliteStore, engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.pipeline.deliver.PAUSE", 0.01)

    class Full:
        """A store whose disk is full for the first two tries."""

        def __init__(self) -> None:
            self.refused = 0

        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

        def keep_deliveries(self, outcome: Any) -> None:
            if self.refused < 2 and any(one.settled for one in outcome):
                self.refused += 1
                raise StoreFull("no space left")
            store.keep_deliveries(outcome)

    store.keep_alert(alert("a"), [delivery("a")])
    full = Full()
    work = deliverer(full, engine, desk := FakeNotifier("desk"))  # type: ignore[arg-type]
    assert await work.drain(timedelta(seconds=5))
    await work.close()
    assert (full.refused, len(desk.taken), store.pending()) == (2, 1, 0)


def test_deliveries_of_one_message_go_out_together_oldest_first() -> None:
    late = replace(alert("late"), at=NOW + timedelta(minutes=1))
    due = [
        (delivery("late", message="fold", digest=True), late),
        (delivery("early", message="fold", digest=True), alert("early")),
        (delivery("early", recipient="b@x"), alert("early")),
    ]
    found = messages_of(due)
    assert [(m.id, [a.id for a in m.alerts], m.digest, t.recipient) for m, t, _ in found] == [
        ("fold", ["early", "late"], True, "a@x"),
        ("early", ["early"], False, "b@x"),
    ]


async def test_a_target_that_is_gone_is_asked_no_more_and_the_others_are_told(
    store: SqliteStore, engine: LocalEngine
) -> None:
    desk, other = FakeNotifier("desk"), FakeNotifier("other")
    desk.faults = [NotifyError("410 Gone", retry=False, gone=True)]
    work = deliverer(store, engine, desk, other)
    store.keep_alert(alert("a"), [delivery("a")])
    assert await work.drain(timedelta(seconds=5))
    store.keep_alert(alert("b"), [delivery("b"), delivery("b", channel="other")])
    assert await work.drain(timedelta(seconds=5))
    assert [message.alerts[0].reason for message, _ in other.taken] == [Reason.TARGET_GONE, Reason.TEST]
    assert desk.taken == []
    dead = [row for row in store.list_deliveries() if row["channel"] == "desk"]
    assert [(row["alert"], row["state"]) for row in dead] == [("b", "dead"), ("a", "dead")]
    assert "gone since" in dead[0]["error"]
    assert store.retry(dead[0]["id"], NOW)
    assert await work.drain(timedelta(seconds=5))
    await work.close()
    assert [message.id for message, _ in desk.taken] == ["b"]


async def test_a_storm_is_folded_into_one_message_after_the_first_twenty(
    store: SqliteStore, engine: LocalEngine
) -> None:
    for n in range(100):
        store.keep_alert(alert(f"s{n:03}"), [delivery(f"s{n:03}")])
    work = deliverer(store, engine, desk := FakeNotifier("desk"))
    assert await work.drain(timedelta(seconds=5))
    await work.close()
    sizes = sorted(len(message.alerts) for message, _ in desk.taken)
    assert sizes == [*[1] * 20, 80]
    assert store.pending() == 0


async def test_what_repeats_comes_again_as_a_message_of_its_own_until_somebody_has_seen_it(
    store: SqliteStore, engine: LocalEngine
) -> None:
    now = NOW
    desk = FakeNotifier("desk")
    work = Deliverer(
        notifiers={"desk": desk},
        store=store,
        engine=engine,
        clock=lambda: now,
        jitter=lambda: 0.5,
        about_gone=lambda *_: [],
        kinds={"desk": "email"},
        settled=lambda _: None,
    )
    store.keep_alert(alert("a"), [delivery("a", repeat=timedelta(minutes=30))])
    for _ in range(6):
        assert await work.drain(timedelta(seconds=5))
        now += timedelta(minutes=15)
    assert [message.id for message, _ in desk.taken] == ["a", "a-again1", "a-again2"]
    store.keep_deliveries([acknowledged(d, now) for d in store.deliveries_of("a")])
    for _ in range(4):
        assert await work.drain(timedelta(seconds=5))
        now += timedelta(minutes=15)
    await work.close()
    assert len(desk.taken) == 3
    assert store.pending() == 0


@pytest.mark.parametrize("taken", [True, False], ids=["taken", "refused"])
@pytest.mark.parametrize("repeats", [0, 1])
async def test_an_alert_acknowledged_while_it_is_on_its_way_comes_no_more(
    store: SqliteStore, engine: LocalEngine, taken: bool, repeats: int
) -> None:
    """Its outcome, made of what was known before, must not overwrite that somebody has seen it."""

    class Seen(FakeNotifier):
        async def send(self, message: Message, target: Target) -> None:
            store.keep_deliveries([acknowledged(d, NOW) for d in store.deliveries_of("a")])
            if not taken:
                self.faults.append(NotifyError("busy", retry=True))
            await super().send(message, target)

    work = deliverer(store, engine, Seen("desk"))
    store.keep_alert(alert("a"), [delivery("a", repeat=timedelta(minutes=30), repeats=repeats)])
    await work.look()
    await _settled(work)
    (kept,) = store.deliveries_of("a")
    await work.close()
    assert kept.repeat is None
    # What nobody has taken yet still goes out, once.
    assert kept.state is (DeliveryState.SENT if taken or repeats else DeliveryState.PENDING)


async def _settled(work: Deliverer) -> None:
    while work._busy:  # noqa: ASYNC110 - the deliverer makes no event of it
        await asyncio.sleep(0.01)
