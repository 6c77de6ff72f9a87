from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.engine.local import LocalEngine
from monitor.errors import FeedError, StoreFull
from monitor.feeds.health import FLOOR
from monitor.feeds.port import Reading
from monitor.feeds.source import FeedSource
from monitor.model.claim import Watch
from monitor.model.push import PushState, Subscription
from monitor.model.source import Feed, Outcome
from monitor.pipeline.poll import Poller
from monitor.pipeline.websub import ANSWER, WAITING, Hubs
from monitor.store.port import Poll
from monitor.store.sqlite import SqliteStore
from tests.support.feeds import rss
from tests.support.values import NOW, FakeSource, item

FEED = Feed(url="https://outlet.example/rss", alert_on_first_fetch=True)
HUB = ("https://hub.example/", "https://outlet.example/self")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def sent(body: bytes) -> Callable[[], Awaitable[bytes]]:
    async def read() -> bytes:
        return body

    return read


async def never() -> bytes:
    raise AssertionError("of a stranger nothing is read")


class FakeAsker:
    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.fault: FeedError | None = None
        self.closed = False

    async def subscribe(self, hub: str, topic: str, token: str, secret: str) -> None:
        self.asked.append((hub, topic, token, secret))
        if self.fault:
            raise self.fault

    async def close(self) -> None:
        self.closed = True


class Rig:
    """Hubs over a real store and poller, under a clock set by hand. Feeds parse for real, and are never fetched."""

    def __init__(self, store: SqliteStore, engine: LocalEngine) -> None:
        self.store, self.engine, self.asker, self.now = store, engine, FakeAsker(), NOW
        self.feeds = {FEED.url: FEED}
        self.source: Any = FeedSource(workers=1)
        store.sync(Watch(feeds=(FEED,)), NOW)
        first = replace(store.states()[FEED.url], first_read=NOW, last_read=NOW, etag='"1"', entries=20, rate=4.0)
        store.keep_polls([Poll(state=replace(first, next_due=NOW + HOUR, last_tried=NOW))])
        self.poller = Poller(
            source=self.source,
            store=store,
            engine=engine,
            clock=lambda: self.now,
            jitter=lambda: 0.0,
            concurrency=4,
            tell=lambda *_: [],
            kept=lambda _: None,
            patience=None,
        )
        self.hubs = self.begin()

    def begin(self) -> Hubs:
        self.hubs = Hubs(
            asker=self.asker,
            feeds=lambda: self.feeds,
            poller=self.poller,
            store=self.store,
            engine=self.engine,
            clock=lambda: self.now,
        )
        return self.hubs

    async def named(self, hub: tuple[str, str] | None = HUB) -> None:
        """A poll that names a hub."""
        reading = Reading(outcome=Outcome.ITEMS, hub=hub)
        await self.hubs.found([(FEED, reading, Poll(state=self.store.states()[FEED.url]))])

    async def look(self) -> None:
        await self.hubs.look()
        await asyncio.gather(*self.hubs._asking.values())
        await asyncio.sleep(0)

    async def verified(self) -> Subscription:
        await self.named()
        await self.look()
        assert await self.verify() == (200, "c")
        return self.held

    async def verify(self, **changes: str) -> tuple[int, str]:
        query = {"hub.mode": "subscribe", "hub.topic": HUB[1], "hub.challenge": "c", "hub.lease_seconds": "864000"}
        query |= {f"hub.{name}": value for name, value in changes.items()}
        return await self.hubs.verify(self.held.token, query)

    async def take(self, body: bytes, secret: str | None = None, content_type: str = "application/rss+xml") -> int:
        key = (secret or self.held.secret).encode()
        headers = {"X-Hub-Signature": f"sha1={hmac.new(key, body, hashlib.sha1).hexdigest()}"}
        status = await self.hubs.take(self.held.token, headers | {"Content-Type": content_type}, sent(body))
        await asyncio.gather(*self.hubs._pushes)
        await self.poller.drain()
        return status

    @property
    def held(self) -> Subscription:
        found = self.store.subscription(FEED.url)
        assert found is not None
        return found


@pytest.fixture
async def rig(store: SqliteStore, engine: LocalEngine) -> AsyncIterator[Rig]:
    made = Rig(store, engine)
    yield made
    await made.hubs.close()
    await made.poller.close()
    await made.source.close()


async def test_a_hub_that_a_poll_names_is_asked_once_and_verified(rig: Rig) -> None:
    await rig.named()
    await rig.named()
    await rig.look()
    await rig.look()
    ((hub, topic, token, secret),) = rig.asker.asked
    assert (hub, topic) == HUB
    assert (len(token) > 30, len(secret) == 64, token != secret) == (True, True, True)
    assert rig.held.state is PushState.ASKED
    assert not rig.hubs.active(FEED.url)
    assert await rig.verify() == (200, "c")
    assert (rig.held.state, rig.held.lease_until) == (PushState.ACTIVE, NOW + 10 * DAY)
    assert rig.hubs.active(FEED.url)


@pytest.mark.parametrize(
    "changes",
    [{"topic": "https://other.example/"}, {"mode": "unsubscribe"}, {"mode": "publish"}, {"mode": ""}],
    ids=str,
)
async def test_nobody_else_verifies(rig: Rig, changes: dict[str, str]) -> None:
    await rig.named()
    await rig.look()
    assert (await rig.verify(**changes))[0] == 404
    assert rig.held.state is PushState.ASKED
    assert await rig.hubs.verify("unknown", {"hub.mode": "subscribe", "hub.topic": HUB[1]}) == (404, "")


async def test_what_was_not_asked_for_is_not_verified(rig: Rig) -> None:
    await rig.named()
    assert (await rig.verify())[0] == 404, "not asked yet"
    await rig.look()
    await rig.verify()
    assert (await rig.verify())[0] == 404, "once is enough"


async def test_it_is_renewed_before_the_lease_ends_under_the_same_address(rig: Rig) -> None:
    before = await rig.verified()
    rig.now = NOW + 8 * DAY - HOUR
    await rig.look()
    assert len(rig.asker.asked) == 1
    rig.now = NOW + 8 * DAY
    await rig.look()
    assert [asked[2] for asked in rig.asker.asked] == [before.token] * 2
    assert rig.hubs.active(FEED.url), "until then the old lease holds"
    assert await rig.verify(lease_seconds="3600") == (200, "c")
    assert rig.held.lease_until == rig.now + HOUR
    rig.now += HOUR + timedelta(minutes=1)
    assert not rig.hubs.active(FEED.url)


async def test_a_hub_that_does_not_answer_is_asked_again_at_growing_pauses(rig: Rig) -> None:
    rig.asker.fault = FeedError("error", "the hub answers 503")
    await rig.named()
    pauses = []
    for _ in range(9):
        await rig.look()
        pauses.append((rig.held.due - rig.now) / HOUR)
        rig.now = rig.held.due
    assert pauses == [0.25, 0.5, 1, 2, 4, 8, 16, 24, 24]
    assert rig.held.error == "the hub answers 503"


async def test_nobody_is_asked_while_the_store_cannot_remember_it(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    await rig.named()

    def full(_: Subscription) -> None:
        raise StoreFull("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(rig.store, "keep_subscription", full)
        await rig.look()
        assert rig.asker.asked == []
    await rig.look()
    assert len(rig.asker.asked) == 1
    with monkeypatch.context() as patch:
        patch.setattr(rig.store, "keep_subscription", full)
        assert (await rig.verify())[0] == 503
    assert (await rig.verify())[0] == 200


async def test_a_hub_that_never_asks_back_is_asked_again(rig: Rig) -> None:
    await rig.named()
    await rig.look()
    rig.now += ANSWER
    await rig.look()
    assert len(rig.asker.asked) == 2


async def test_a_denial_rests_for_a_day(rig: Rig) -> None:
    await rig.verified()
    assert await rig.verify(mode="denied", reason="\x1b[2Jtoo\nmany") == (200, "")
    assert (rig.held.state, rig.held.error, rig.held.due) == (PushState.DENIED, "[2Jtoo many", NOW + DAY)
    assert not rig.hubs.active(FEED.url)


async def test_another_hub_of_the_feed_takes_its_place(rig: Rig) -> None:
    before = await rig.verified()
    await rig.named(("https://new.example/", HUB[1]))
    assert (rig.held.hub, rig.held.state) == ("https://new.example/", PushState.WANTED)
    assert rig.held.token != before.token
    await rig.named(None)  # a 304 names none, and says nothing by that
    assert rig.held.hub == "https://new.example/"


async def test_a_restart_remembers(rig: Rig) -> None:
    await rig.verified()
    again = rig.begin()
    await again.begin()
    await rig.named()
    await rig.look()
    assert (again.active(FEED.url), len(rig.asker.asked)) == (True, 1)


# -- what hubs send


async def test_what_is_sent_is_stored_as_new_and_the_state_of_polling_stays(rig: Rig) -> None:
    await rig.verified()
    before = rig.store.states()[FEED.url]
    rig.now += HOUR
    assert await rig.take(rss(("g1", "A headline", "Some words"), ("g2", "Another"))) == 202
    assert sorted(found.title for found in rig.store.unjudged(9)) == ["A headline", "Another"]
    assert all(found.feed == FEED.url and found.seen == rig.now for found in rig.store.unjudged(9))
    after = rig.store.states()[FEED.url]
    assert (after.last_new, after.days[-1:]) == (rig.now, (2,))
    assert replace(after, last_new=None, days=(), last_day=None) == replace(before, last_new=None)
    assert (rig.held.pushes, rig.held.last_push) == (1, rig.now)
    assert await rig.take(rss(("g1", "A headline", "Some words"))) == 202
    assert len(rig.store.unjudged(9)) == 2, "sent again is not new"
    assert await rig.take(rss(("g1", "A corrected headline", "Some words"))) == 202
    assert [found.version for found in rig.store.versions(rig.store.unjudged(9)[0].id)] in ([1], [1, 2])
    assert {found.title for found in rig.store.unjudged(9)} == {"A corrected headline", "Another"}


async def test_what_is_not_signed_with_our_secret_is_not_looked_at(rig: Rig) -> None:
    await rig.verified()
    assert await rig.take(rss(("g1", "A headline")), secret="another") == 202
    assert await rig.hubs.take(rig.held.token, {}, sent(rss(("g1", "A headline")))) == 202
    assert (rig.store.unjudged(9), rig.held.pushes) == ([], 0)
    assert await rig.hubs.take("unknown", {}, never) == 404


@pytest.mark.parametrize("body", [b"", b"ping", b"<html>login</html>", b"\0" * 100])
async def test_what_is_no_feed_makes_the_feed_due(rig: Rig, body: bytes) -> None:
    await rig.verified()
    rig.now += timedelta(seconds=10)
    assert await rig.take(body) == 202
    state = rig.store.states()[FEED.url]
    assert (state.next_due, state.failures, state.outcome) == (NOW + FLOOR, 0.0, None)


async def test_a_feed_that_is_watched_no_more_ends_its_subscription(rig: Rig) -> None:
    await rig.verified()
    rig.feeds = {}
    assert await rig.take(rss(("g1", "A headline"))) == 410
    assert await rig.verify(mode="unsubscribe") == (200, "c")
    assert (await rig.verify())[0] == 404
    rig.now += 9 * DAY
    await rig.look()
    assert len(rig.asker.asked) == 1


async def test_what_is_sent_before_the_first_poll_is_left_to_it(rig: Rig) -> None:
    await rig.verified()
    rig.store.keep_polls([Poll(state=replace(rig.store.states()[FEED.url], first_read=None))])
    assert await rig.take(rss(("g1", "A headline"))) == 202
    assert rig.store.unjudged(9) == []


async def test_what_is_sent_while_the_feed_is_polled_waits_and_too_much_is_refused(rig: Rig) -> None:
    await rig.verified()
    go = asyncio.Event()

    async def slow() -> Reading:
        await go.wait()
        return Reading(outcome=Outcome.ITEMS, items=(item("polled", feed=FEED.url),), entries=1)

    fake = FakeSource()
    fake.readings[FEED.url] = slow
    fake.pushed = rig.source.pushed  # type: ignore[method-assign]
    rig.poller.source = fake
    rig.poller.submit(FEED, rig.store.states()[FEED.url])
    body = rss(("g1", "A headline"))
    headers = {"X-Hub-Signature": f"sha1={hmac.new(rig.held.secret.encode(), body, hashlib.sha1).hexdigest()}"}
    answers = [await rig.hubs.take(rig.held.token, headers, sent(body)) for _ in range(WAITING + 1)]
    assert answers == [202] * WAITING + [503]
    assert rig.store.unjudged(9) == []
    go.set()
    while not any(found.title == "A headline" for found in rig.store.unjudged(9)):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    assert len(rig.store.unjudged(9)) == 2


async def test_a_feed_with_a_hub_is_still_polled_but_in_no_hurry(rig: Rig) -> None:
    busy = replace(rig.store.states()[FEED.url], rate=400.0, next_due=NOW)
    fake = FakeSource()
    fake.readings[FEED.url] = Reading(outcome=Outcome.ITEMS, items=(item("a", feed=FEED.url),), entries=20, overlap=19)
    rig.poller.source = fake
    due = []
    for pushed in (False, True):
        rig.poller.pushed = lambda _, pushed=pushed: pushed  # type: ignore[misc]
        rig.poller.submit(FEED, busy)
        await rig.poller.drain()
        due.append(rig.store.states()[FEED.url].next_due - NOW)
    assert due[0] < due[1] == FEED.every
