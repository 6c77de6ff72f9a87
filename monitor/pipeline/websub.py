"""Subscriptions at hubs: found, asked for, verified, renewed; what hubs send goes the way of what is polled.

    a poll names a hub: wanted ─▶ the hub is asked: asked ─▶ it asks back: active ─▶ at four fifths of its lease: asked

Polling never ends: a hub that forgets us costs the pause between two polls, which is never longer than `every`. What is
not signed with our secret is not looked at; what cannot be read as a feed makes the feed due.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from monitor.engine.port import Engine
from monitor.errors import FeedError, StoreError
from monitor.feeds.websub import signed
from monitor.model.push import PushState, Subscription
from monitor.model.source import Feed
from monitor.pipeline.poll import Polled, Poller
from monitor.store.port import Store
from monitor.text.plain import one_line

__all__ = ["HubAsker", "Hubs"]

ANSWER = timedelta(hours=1)  # for a hub to ask back; W3C WebSub names no time
RETRY, LONGEST = timedelta(minutes=15), timedelta(days=1)  # after a failure, doubled each time; after a denial
SHORTEST, LONGEST_LEASE = timedelta(minutes=5), timedelta(days=30)  # taken of what a hub says
SIDE_BY_SIDE = 8  # hubs asked at once
WAITING = 16  # pushes that may wait for their feed; more are refused, and a hub sends again
STEP = 0.1  # seconds between two looks whether a feed is free

log = logging.getLogger(__name__)


class HubAsker(Protocol):
    """Asks a hub for a subscription."""

    async def subscribe(self, hub: str, topic: str, token: str, secret: str) -> None:
        """Raises FeedError where the hub does not take it."""
        ...

    async def close(self) -> None: ...


class Hubs:
    """Keeps subscriptions alive, and answers for the callback's addresses."""

    def __init__(
        self,
        *,
        asker: HubAsker,
        feeds: Callable[[], Mapping[str, Feed]],
        poller: Poller,
        store: Store,
        engine: Engine,
        clock: Callable[[], datetime],
    ) -> None:
        """`feeds`: those watched at present, by url."""
        self.asker = asker
        self._feeds, self._poller, self._store, self._engine, self._clock = feeds, poller, store, engine, clock
        self._known: dict[str, Subscription] = {}  # by feed; what the store holds
        self._asking: dict[str, asyncio.Task[None]] = {}  # by feed
        self._pushes: set[asyncio.Task[None]] = set()

    async def begin(self) -> None:
        """Remember what was subscribed to before."""
        self._known = {each.feed: each for each in await self._engine.store(self._store.subscriptions)}

    def active(self, url: str) -> bool:
        """The hub of this feed sends what is new."""
        found = self._known.get(url)
        return found is not None and found.active(self._clock())

    async def found(self, batch: Sequence[Polled]) -> None:
        """Want what polls have named. A feed that names another hub is subscribed to anew."""
        for feed, reading, _ in batch:
            known = self._known.get(feed.url)
            if reading.hub and (known is None or (known.hub, known.topic) != reading.hub):
                hub, topic = reading.hub
                await self._keep(
                    Subscription(
                        feed=feed.url,
                        hub=hub,
                        topic=topic,
                        token=secrets.token_urlsafe(24),
                        secret=secrets.token_hex(32),
                        due=self._clock(),
                    )
                )

    async def look(self) -> None:
        """Begin to ask the hubs that are due."""
        now = self._clock()
        for due in await self._engine.store(self._store.due_subscriptions, now, SIDE_BY_SIDE + len(self._asking)):
            if due.feed not in self._asking and due.feed in self._feeds() and len(self._asking) < SIDE_BY_SIDE:
                task = asyncio.create_task(self._ask(due, now))
                self._asking[due.feed] = task
                task.add_done_callback(partial(self._asked, due.feed))

    def _asked(self, feed: str, _: asyncio.Task[None]) -> None:
        self._asking.pop(feed, None)

    async def close(self) -> None:
        tasks = [*self._asking.values(), *self._pushes]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.asker.close()

    # -- the callback

    async def verify(self, token: str, query: Mapping[str, str]) -> tuple[int, str]:
        """A hub asks whether we meant it, or says that it will not (W3C WebSub, 5.2 and 5.3)."""
        held = await self._engine.store(self._store.subscription_at, token)
        mode = query.get("hub.mode")
        if held is None or query.get("hub.topic") != held.topic or held.feed not in self._feeds():
            # Of a feed that is watched no more nothing is wanted: that an unsubscription is meant is always true.
            return (200, query.get("hub.challenge", "")) if held and mode == "unsubscribe" else (404, "")
        if mode == "denied":
            reason = one_line(query.get("hub.reason", "")[:1_000])[:200]
            log.warning("the hub of %s denies the subscription: %s", held.feed, reason or "no reason given")
            due = self._clock() + LONGEST
            await self._keep(replace(held, state=PushState.DENIED, lease_until=None, due=due, error=reason or "denied"))
            return 200, ""
        if mode != "subscribe" or held.state is not PushState.ASKED:
            return 404, ""
        lease, now = _lease(query.get("hub.lease_seconds")), self._clock()
        verified = replace(held, state=PushState.ACTIVE, attempts=0, error=None)
        if not await self._keep(replace(verified, lease_until=now + lease, due=now + lease * 0.8)):
            return 503, ""
        log.info("%s: subscribed at %s for %s", held.feed, held.hub, lease)
        return 200, query.get("hub.challenge", "")

    async def take(self, token: str, headers: Mapping[str, str], read: Callable[[], Awaitable[bytes]]) -> int:
        """A hub sends what is new. 410 ends a subscription that nobody wants any more."""
        held = await self._engine.store(self._store.subscription_at, token)
        if held is None:
            return 404
        feed = self._feeds().get(held.feed)
        if feed is None:
            return 410
        if len(self._pushes) >= WAITING:
            return 503
        body = await read()
        if not signed(headers.get("X-Hub-Signature"), held.secret, body):
            log.warning("%s: what was sent to its callback is not signed by its hub; it is not looked at", held.feed)
            return 202  # W3C WebSub, 7.1.2: whoever forges learns nothing
        task = asyncio.create_task(self._hand_on(held, feed, body, headers.get("Content-Type", "")[:200]))
        self._pushes.add(task)
        task.add_done_callback(self._pushes.discard)
        return 202

    async def _hand_on(self, held: Subscription, feed: Feed, body: bytes, content_type: str) -> None:
        while not self._poller.push(feed, body, content_type):  # noqa: ASYNC110 - it is just being polled
            await asyncio.sleep(STEP)
        known = self._known.get(held.feed, held)
        if known.token == held.token:
            await self._keep(replace(known, pushes=known.pushes + 1, last_push=self._clock()))

    async def _ask(self, due: Subscription, now: datetime) -> None:
        renewed = due.active(now)
        # Before it is asked: it may ask back while we still wait for its answer.
        asked = replace(due, state=PushState.ASKED, asked=now, attempts=due.attempts + 1, due=now + ANSWER)
        if not await self._keep(asked):
            return
        try:
            await self.asker.subscribe(due.hub, due.topic, due.token, due.secret)
        except FeedError as fault:
            log.warning("%s: its hub %s: %s", due.feed, due.hub, fault)
            pause = min(RETRY * 2.0 ** min(due.attempts, 16), LONGEST)
            await self._keep(replace(asked, state=PushState.WANTED, due=now + pause, error=str(fault)[:300]))
        else:
            log.debug("%s: %s asked%s", due.feed, due.hub, " to renew" if renewed else "")

    async def _keep(self, subscription: Subscription) -> bool:
        """False where the store refused it; then nothing was done."""
        try:
            await self._engine.store(self._store.keep_subscription, subscription)
        except StoreError as fault:
            log.error("%s", fault)  # noqa: TRY400 - said, not traced
            return False
        self._known[subscription.feed] = subscription
        return True


def _lease(seconds: str | None) -> timedelta:
    text = (seconds or "").strip()
    lease = timedelta(seconds=int(text[:9])) if text.isascii() and text.isdigit() else timedelta(days=1)
    return min(max(lease, SHORTEST), LONGEST_LEASE)
