"""Subscriptions to feeds at their hubs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.model.push import Subscription
from monitor.store.rows import SUBSCRIPTION, moment
from monitor.store.session import Session

# Built from column names; no value from outside is ever part of a statement's text.
_ALL = f"SELECT {SUBSCRIPTION.names('subscriptions.')} FROM subscriptions"  # noqa: S608
OF_FEED = f"{_ALL} WHERE feed = ?"
BY_TOKEN = f"{_ALL} WHERE token = ?"
_WATCHED = f"{_ALL} JOIN feeds ON feeds.url = subscriptions.feed WHERE watched = 1"
WATCHED = f"{_WATCHED} ORDER BY subscriptions.feed"
DUE = f"{_WATCHED} AND gone = 0 AND subscriptions.due <= ? ORDER BY subscriptions.due LIMIT ?"
KEEP = f"""INSERT INTO subscriptions ({SUBSCRIPTION.names()})
VALUES ({", ".join("?" * len(SUBSCRIPTION.columns))})
ON CONFLICT (feed) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in SUBSCRIPTION.columns[1:])}"""  # noqa: S608


class PushTable(Session):
    """The part of `Store` that is about subscriptions."""

    def subscription(self, feed: str) -> Subscription | None:
        return next(iter(self._subscriptions(self._all(OF_FEED, (feed,)))), None)

    def subscription_at(self, token: str) -> Subscription | None:
        return next(iter(self._subscriptions(self._all(BY_TOKEN, (token,)))), None)

    def subscriptions(self) -> list[Subscription]:
        return self._subscriptions(self._all(WATCHED))

    def due_subscriptions(self, now: datetime, limit: int) -> list[Subscription]:
        return self._subscriptions(self._all(DUE, (moment(now), limit)))

    def keep_subscription(self, subscription: Subscription) -> None:
        with self.transaction():
            self._run(KEEP, SUBSCRIPTION.encode(subscription))

    def _subscriptions(self, lines: Sequence[Sequence[object]]) -> list[Subscription]:
        with self._reading("a subscription"):
            return [SUBSCRIPTION.decode(line) for line in lines]
