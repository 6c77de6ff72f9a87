from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.model.claim import Watch
from monitor.model.route import Route
from monitor.model.source import Feed, Item
from monitor.model.story import ClaimStatus, Reason
from monitor.model.verdict import Stance
from monitor.pipeline.rule import Desk, Ruler
from monitor.store.port import Poll
from monitor.store.sqlite import SqliteStore
from tests.support.values import CALL, NOW, item, reports, says

FEED = Feed(url="https://outlet.example/rss")
DESK = Desk(routes=(Route(channels=("desk",)),), recipients={"desk": ("a@x", "b@x")}, kinds={"desk": "email"})


@pytest.fixture
def store(store: SqliteStore) -> SqliteStore:
    store.sync(Watch(feeds=(FEED,), claims=(CALL,)), NOW)
    return store


def keep(store: SqliteStore, *items: Item) -> None:
    state = store.states()[FEED.url]
    store.keep_polls([Poll(state=state, items=items)])


def ruler(store: SqliteStore, desk: Desk = DESK) -> Ruler:
    return Ruler({CALL.id: CALL}, desk, "test", NOW, store)


def test_one_transaction_holds_verdict_event_status_alert_and_deliveries(store: SqliteStore) -> None:
    keep(store, first := item("a"))
    (ruling,) = ruler(store).rule_items([(first, [says("a")])])
    assert [alert.reason for alert in ruling.alerts] == [Reason.FIRST_DENIAL]
    assert store.status_of("call") is ClaimStatus.DENIED
    assert [found.relation for found in store.assessments_of("a")] == ["denies"]
    assert [event.party_name for event in store.events_of("call")] == ["Kremlin"]
    assert [(d["recipient"], d["state"]) for d in store.list_deliveries()] == [("b@x", "pending"), ("a@x", "pending")]
    assert store.unjudged(9) == []


def test_a_fault_between_leaves_nothing_behind(store: SqliteStore) -> None:
    class Broken(Desk):
        def deliveries(self, *_: object) -> list[object]:  # type: ignore[override]
            raise RuntimeError("between event and outbox")

    keep(store, first := item("a"))
    with pytest.raises(RuntimeError):
        ruler(store, Broken(recipients={}, kinds={})).rule_items([(first, [says("a")])])
    assert store.events_of("call") == []
    assert store.status_of("call") is ClaimStatus.UNVERIFIED
    assert [i.id for i in store.unjudged(9)] == ["a"]


def test_reprints_are_counted_and_not_alerted(store: SqliteStore) -> None:
    items = [item(str(n), minutes=n) for n in range(5)]
    keep(store, *items)
    rulings = ruler(store).rule_items([(i, [says(i.id)]) for i in items])
    assert [len(ruling.alerts) for ruling in rulings] == [1, 0, 0, 0, 0]
    assert sum(ruling.retold for ruling in rulings) == 4
    assert store.pending() == 2


def test_a_baseline_item_is_found_and_not_sent_nor_is_its_retelling(store: SqliteStore) -> None:
    old, new = item("old", baseline=True), item("new", minutes=5)
    keep(store, old, new)
    past, later = ruler(store).rule_items([(old, [says("old")]), (new, [says("new")])])
    assert [alert.reason for alert in past.found] == [Reason.FIRST_DENIAL]
    assert past.alerts == later.alerts == ()
    assert store.pending() == 0


def test_unsure_statements_are_kept_and_make_no_event(store: SqliteStore) -> None:
    keep(store, first := item("a"))
    ruler(store).rule_items([(first, [says("a", confidence=0.4)])])
    assert store.events_of("call") == []
    assert len(store.assessments_of("a")[0].statements) == 1
    assert store.status_of("call") is ClaimStatus.REPORTED


def test_a_surer_retelling_reaches_the_route_that_asked_for_certainty(store: SqliteStore) -> None:
    keep(store, first := item("a"), second := item("b", minutes=1))
    alert, retold = ruler(store).rule_items(
        [(first, [says("a", confidence=0.55)]), (second, [says("b", confidence=0.9)])]
    )
    assert alert.alerts == ()
    assert retold.alerts == ()
    assert {d["recipient"] for d in store.list_deliveries()} == {"a@x", "b@x"}


def test_being_about_a_claim_ends_its_being_unverified(store: SqliteStore) -> None:
    keep(store, first := item("a"))
    ruler(store).rule_items([(first, [reports("a")])])
    assert store.status_of("call") is ClaimStatus.REPORTED


def test_a_confirmation_that_vanishes_in_an_edit_is_a_retraction(store: SqliteStore) -> None:
    keep(store, first := item("a"))
    ruler(store).rule_items([(first, [says("a", Stance.CONFIRMS)])])
    edited = replace(first, version=2, digest="edited", title="We took it back")
    keep(store, edited)
    (newest,) = store.unjudged(9)
    (ruling,) = ruler(store).rule_items([(newest, [reports("a")])])
    assert [alert.reason for alert in ruling.alerts] == [Reason.RETRACTED]
    assert store.status_of("call") is ClaimStatus.REPORTED


def test_ruling_twice_says_nothing_twice(store: SqliteStore) -> None:
    keep(store, first := item("a"))
    again = [ruler(store).rule_items([(first, [says("a")])])[0] for _ in range(3)]
    assert [len(ruling.alerts) for ruling in again] == [1, 0, 0]
    assert store.pending() == 2
    assert store.events_of("call")[0].told == 1


def test_a_reversal_recalls_what_was_said_before(store: SqliteStore) -> None:
    keep(store, first := item("a"), second := item("b", minutes=60))
    _, turned = ruler(store).rule_items([(first, [says("a")]), (second, [says("b", Stance.CONFIRMS)])])
    (alert,) = turned.alerts
    assert alert.reason is Reason.REVERSED
    assert [past.told for past in alert.history] == ["Kremlin (Dmitry Peskov) denied"]
