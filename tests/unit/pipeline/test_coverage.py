"""Promise 4: "the key sources of this claim are dark" is told once, with hysteresis, and so is their return."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from monitor.engine.local import LocalEngine
from monitor.feeds.port import Reading
from monitor.model.alert import Message, Target
from monitor.model.claim import Claim, Watch
from monitor.model.route import Route
from monitor.model.source import Feed, FeedState, Outcome
from monitor.model.story import Reason
from monitor.notify.render import render
from monitor.pipeline.coverage import coverage_alert, tell_coverage
from monitor.pipeline.rule import Desk
from monitor.pipeline.service import Service
from monitor.pipeline.setup import Setup
from monitor.store.port import Poll
from monitor.store.sqlite import SqliteStore, open_store
from tests.support.values import CALL, NOW, FakeNotifier, FakeSource, item, reports

FEEDS = [Feed(url=f"https://outlet{n}.example/rss") for n in range(4)]
DESK = Desk(routes=(Route(channels=("desk",)),), recipients={"desk": ("desk",)}, kinds={"desk": "console"})
FINE = FeedState(url="https://outlet.example/rss", next_due=NOW)
FAILING = replace(FINE, failing_since=NOW - timedelta(hours=2), failures=5.0, error="the server answers 500")
SILENT = replace(FINE, silent_since=NOW - timedelta(days=1), title="Quiet Gazette")


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    made = open_store("sqlite::memory:")
    made.sync(Watch(feeds=tuple(FEEDS), claims=(CALL,)), NOW)
    yield made
    made.close()


def put(store: SqliteStore, feed: Feed, **changes: Any) -> None:
    store.keep_polls([Poll(state=replace(FINE, url=feed.url, **changes))])


def deliver_related(store: SqliteStore, *feeds: Feed, days_ago: int = 1) -> None:
    for feed in feeds:
        found = item(f"of {feed.url}", feed=feed.url, seen=NOW - timedelta(days=days_ago))
        store.keep_polls([Poll(state=replace(FINE, url=feed.url), items=(found,))])
        store.keep_assessments(found, [reports(found.id)], "1", NOW)


def tell(store: SqliteStore, *claims: Claim) -> list[Reason]:
    return [alert.reason for alert in tell_coverage({c.id: c for c in claims or (CALL,)}, DESK, NOW, store)]


def test_it_is_told_once_and_so_is_the_return(store: SqliteStore) -> None:
    deliver_related(store, *FEEDS)
    failing = {"failing_since": FAILING.failing_since, "failures": 5.0, "error": "x"}
    assert tell(store) == []
    for feed in FEEDS[:2]:
        put(store, feed, **failing)
    assert tell(store) == [], "half of them still tell"
    put(store, FEEDS[2], **failing)
    assert tell(store) == [Reason.COVERAGE_DARK]
    assert tell(store) == []
    put(store, FEEDS[2])
    assert tell(store) == [], "hysteresis: one that comes and goes is no news"
    put(store, FEEDS[2], **failing)
    assert tell(store) == []
    for feed in FEEDS[:3]:
        put(store, feed)
    assert tell(store) == [Reason.FEED_RECOVERED]
    assert tell(store) == []
    assert store.pending() == 2


def test_only_feeds_that_told_something_about_the_claim_lately_count(store: SqliteStore) -> None:
    deliver_related(store, FEEDS[0])
    deliver_related(store, FEEDS[1], days_ago=31)
    for feed in FEEDS[1:]:
        put(store, feed, gone=True)
    assert tell(store) == []
    put(store, FEEDS[0], gone=True)
    assert tell(store, replace(CALL, until=date(2024, 11, 10))) == [], "nothing can answer it any more"
    assert tell(store) == [Reason.COVERAGE_DARK]


def test_the_alert_says_who_is_out_and_why() -> None:
    alert = coverage_alert(CALL, [FINE, FAILING, SILENT], None, NOW)
    assert alert
    assert CALL.statement in alert.title
    assert "2 of 3 feeds" in alert.detail
    assert "the server answers 500" in alert.detail
    assert "Quiet Gazette: silent since" in alert.detail


async def test_the_service_tells_it_when_feeds_turn_and_not_again_after_a_restart(
    store: SqliteStore, engine: LocalEngine
) -> None:
    deliver_related(store, FEEDS[0])
    put(store, FEEDS[0], failing_since=NOW - timedelta(hours=2), failures=2.9, first_read=NOW, error="x")
    source, desk = FakeSource(), FakeNotifier("desk")
    source.readings[FEEDS[0].url] = Reading(outcome=Outcome.ERROR, error="the server answers 500", weight=0.5)
    setup = Setup(
        watch=Watch(feeds=(FEEDS[0],), claims=(CALL,)),
        read=lambda found: [reports(found.id)],
        reader_of=lambda _: lambda found: [reports(found.id)],
        rules="1",
        source=source,
        notifiers={"desk": desk},
        desk=DESK,
        concurrency=4,
    )
    for _ in range(2):
        service = Service(
            setup, store=store, engine=engine, teller=Quiet(), clock=lambda: NOW, jitter=lambda: 0.5, patient=False
        )
        await service.begin()
        await service.poll([(FEEDS[0], store.states()[FEEDS[0].url])])
        await service.rule()
        assert await service.drain(timedelta(seconds=10))
        await service.close()
    alerts = [alert for message, _ in desk.taken for alert in message.alerts]
    assert sorted(alert.reason for alert in alerts) == [Reason.COVERAGE_DARK, Reason.FEED_FAILING]
    (dark,) = (alert for alert in alerts if alert.claim)
    mail = render(Message(id=dark.id, alerts=(dark,)), Target(channel="desk", recipient="a@desk.example"))
    assert "cannot be heard" in mail.subject
    assert CALL.statement in mail.text
    assert "1 of 1 feeds" in mail.text


class Quiet:
    def polled(self, batch: object) -> None: ...
    def ruled(self, rulings: object) -> None: ...
    def delivered(self, outcome: object) -> None: ...
