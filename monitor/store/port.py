"""What the pipeline and the lists ask of a store. All calls block; one writer at a time.

Reads that a write depends on stand inside the same `transaction()`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from monitor.model.alert import Alert, Delivery
from monitor.model.claim import Watch
from monitor.model.source import FeedState, Item, Known
from monitor.model.story import ClaimStatus, Event
from monitor.model.verdict import Assessment

Row = dict[str, Any]  # one line of a list, as `--json` prints it: keys of interfaces, times as strings


@dataclass(frozen=True, kw_only=True, slots=True)
class Poll:
    """What a poll leaves behind: the feed's new state, and items not seen before (or edited)."""

    state: FeedState
    items: tuple[Item, ...] = ()


class Store(Protocol):
    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing. Raises StoreLocked, StoreFull, StoreCorrupt, StoreError; nests as one."""
        ...

    # -- feeds and items
    def sync(self, watch: Watch, now: datetime) -> list[str]:
        """Bring feeds and claims in line with the watchlist; returns ids of claims not seen before (or restated)."""
        ...

    def states(self, urls: Sequence[str] | None = None) -> dict[str, FeedState]:
        """By Feed.url: of these feeds, or of all that the watchlist names."""
        ...

    def due(self, now: datetime, limit: int) -> list[FeedState]:
        """Feeds whose time has come, longest waiting first; none that is held or gone."""
        ...

    def known(self, url: str) -> Known: ...

    def keep_polls(self, polls: Sequence[Poll]) -> None:
        """One transaction for the whole batch. Items are stored unjudged."""
        ...

    def unjudged(self, limit: int) -> list[Item]:
        """Newest version of items not yet judged, oldest first."""
        ...

    def recent_items(self, since: datetime) -> Iterator[Item]:
        """Newest version of all items seen since then: what a claim added later is judged against."""
        ...

    # -- story
    def events_of(self, claim: str) -> list[Event]: ...
    def status_of(self, claim: str) -> ClaimStatus: ...
    def keep_assessments(self, item: Item, assessments: Sequence[Assessment], rules: str, now: datetime) -> None:
        """What a version of an item says of the claims it is about. Replaces what was kept for that version."""
        ...

    def keep_event(self, event: Event) -> None: ...
    def keep_status(self, claim: str, status: ClaimStatus, now: datetime) -> None: ...
    def mark_judged(self, item: Item, now: datetime) -> None: ...

    # -- outbox
    def keep_alert(self, alert: Alert, deliveries: Sequence[Delivery]) -> None:
        """Alert and deliveries that exist already stay as they are: (alert, channel, recipient) is unique."""
        ...

    def alerts_of(self, event: str) -> list[Alert]:
        """Alerts that turns of this event made, oldest first."""
        ...

    def due_deliveries(self, now: datetime, limit: int, channel: str | None = None) -> list[tuple[Delivery, Alert]]:
        """Pending ones whose time has come, oldest first; of one channel, so that a dead one hides no other's."""
        ...

    def keep_deliveries(self, deliveries: Sequence[Delivery]) -> None:
        """New state of deliveries that exist."""
        ...

    def retry(self, delivery: str, now: datetime) -> bool:
        """Make a dead delivery pending again; False where there is none of that id."""
        ...

    def pending(self) -> int:
        """How many deliveries are still to be sent, held ones included."""
        ...

    # -- lists: newest first, as JSON-ready rows
    def list_items(self, limit: int | None = None) -> Iterator[Row]: ...
    def list_events(self, limit: int | None = None) -> Iterator[Row]: ...
    def list_claims(self, limit: int | None = None) -> Iterator[Row]: ...
    def list_feeds(self, limit: int | None = None) -> Iterator[Row]: ...
    def list_deliveries(self, limit: int | None = None) -> Iterator[Row]: ...

    def close(self) -> None: ...
