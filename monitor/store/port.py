"""What the pipeline and the lists ask of a store. All calls block; one writer at a time.

Reads that a write depends on stand inside the same `transaction()`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from monitor.model.alert import Alert, Delivery, Target
from monitor.model.claim import Watch
from monitor.model.opinion import Opinion, Query
from monitor.model.page import Page
from monitor.model.push import Subscription
from monitor.model.route import Silence
from monitor.model.source import FeedState, Item, Known
from monitor.model.story import ClaimStatus, Event, Reason
from monitor.model.verdict import Assessment

Row = dict[str, Any]  # one line of a list, as `--json` prints it: keys of interfaces, times as strings
DAYS = 14  # of the line that shows a feed's items a day


@dataclass(frozen=True, kw_only=True, slots=True)
class Poll:
    """What a poll leaves behind: the feed's new state, and items not seen before (or edited)."""

    state: FeedState
    items: tuple[Item, ...] = ()
    idle: frozenset[str] = frozenset()  # ids of new items that are surely about no claim: kept as judged
    alerts: tuple[tuple[Alert, tuple[Delivery, ...]], ...] = ()  # what the feed itself gives to say, with whom to tell


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """A change of a claim's status."""

    at: datetime
    before: ClaimStatus
    after: ClaimStatus


class Store(Protocol):
    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing. Raises StoreLocked, StoreFull, StoreCorrupt, StoreError; nests as one."""
        ...

    # -- feeds and items
    def sync(self, watch: Watch, now: datetime) -> list[str]:
        """Bring feeds and claims in line with the watchlist.

        Returns ids of claims not seen before (or restated, or back) that have not `caught_up` since: a process that
        dies while it judges what the store holds finds the same ids when it comes back.
        """
        ...

    def caught_up(self, claims: Collection[str]) -> None:
        """These claims have been judged against all that the store holds."""
        ...

    def states(self, urls: Sequence[str] | None = None) -> dict[str, FeedState]:
        """By Feed.url: of these feeds, or of all that the watchlist names."""
        ...

    def due(self, now: datetime, limit: int) -> list[FeedState]:
        """Feeds whose time has come, longest waiting first; none that is held or gone."""
        ...

    def known(self, url: str) -> Known:
        """What is held of this feed: the latest 20,000 items, with every version of them.

        Links are `Item.canonical`, or `Item.link` where there is none. For what is older still, ids have the last
        word: see `keep_polls`.
        """
        ...

    def keep_polls(self, polls: Sequence[Poll]) -> None:
        """One transaction for the whole batch: states, items, alerts. Items are stored unjudged, but for `Poll.idle`.

        An item whose id is there with the same digest changes nothing; with another digest it becomes the next
        version, to be judged again, and what it replaces is kept.
        """
        ...

    def unjudged(self, limit: int) -> list[Item]:
        """Newest version of items not yet judged, oldest first."""
        ...

    def recent_items(self, since: datetime) -> Iterator[Item]:
        """Newest version of items seen since then, oldest first: what a claim added later is judged against.

        Judged ones only: the others are about to be judged against every claim.
        """
        ...

    def item(self, item_id: str) -> Item | None:
        """Its newest version."""
        ...

    def versions(self, item_id: str) -> list[Item]:
        """Every version, oldest first."""
        ...

    # -- pages behind items
    def want_page(self, item: Item, match: float, now: datetime) -> None:
        """The page that the item links to is to be asked for; nothing for an item that has no link, or its text.

        A page that was asked for in the last hours is not asked for again: the item gets its text at once. `match`:
        0..1, the surest first. Items of a baseline come last, and the version with the text is baseline again.
        """
        ...

    def due_pages(self, now: datetime, limit: int) -> list[Page]:
        """Pages to be asked for, in that order: at most one of a host."""
        ...

    def pages_asked(self, since: datetime) -> int:
        """How many were asked for since then, robots.txt not counted."""
        ...

    def keep_page(self, page: Page) -> list[str]:
        """What became of a page. Returns ids of the items that now have its text: new versions, to be judged.

        They keep their digest, so that to the feed they are not edited, and are `Item.added`. When the feed edits one,
        the text stays.
        """
        ...

    def miss_pages(self, before: datetime) -> int:
        """Pages wanted before then are not asked for any more; returns how many those are."""
        ...

    def page_of(self, item_id: str) -> Page | None:
        """The page that was wanted for this item."""
        ...

    def count_pages(self) -> dict[str, int]:
        """By PageState."""
        ...

    # -- second opinions
    def keep_query(self, query: Query) -> None:
        """New, or its new state: one for each version of an item and each claim."""
        ...

    def query(self, query_id: str) -> Query | None: ...
    def due_queries(self, now: datetime, limit: int) -> list[Query]:
        """Questions that wait and may be asked now: those about alerts first, then the most doubtful."""
        ...

    def queries_of(self, item_id: str) -> list[Query]:
        """Of all its versions, oldest first."""
        ...

    def opinion_at(self, key: str) -> Opinion | None:
        """The answer that a question with this `Query.key` got."""
        ...

    def questions_asked(self, since: datetime) -> int:
        """How many questions were put to a reader since then, at the least; answers known already are none."""
        ...

    def miss_queries(self, before: datetime) -> int:
        """Questions made before then are not asked any more; returns how many those are."""
        ...

    def count_opinions(self) -> Row:
        """asked, answered, waiting, unanswered, agreed, overturned, contested, void, reviews; seconds and cost."""
        ...

    # -- subscriptions at hubs
    def subscription(self, feed: str) -> Subscription | None:
        """Of this feed (Feed.url)."""
        ...

    def subscription_at(self, token: str) -> Subscription | None:
        """By the end of our callback's address."""
        ...

    def subscriptions(self) -> list[Subscription]:
        """Those of watched feeds."""
        ...

    def due_subscriptions(self, now: datetime, limit: int) -> list[Subscription]:
        """Those of watched feeds whose hub is to be asked now, longest waiting first."""
        ...

    def keep_subscription(self, subscription: Subscription) -> None:
        """New, or its new state: one for each feed."""
        ...

    # -- story
    def events_of(self, claim: str) -> list[Event]: ...
    def status_of(self, claim: str) -> ClaimStatus: ...
    def turns_of(self, claim: str) -> list[Turn]:
        """The claim's history, oldest first."""
        ...

    def keep_assessments(
        self,
        item: Item,
        assessments: Sequence[Assessment],
        rules: str,
        now: datetime,
        claims: Collection[str] | None = None,
    ) -> None:
        """What a version of an item says of the claims it is about. Replaces what was kept for that version.

        `claims`: only these were asked about, what is kept of others stays.
        """
        ...

    def assessments_of(self, item_id: str, version: int | None = None) -> list[Assessment]:
        """What was kept for this version, the newest by default: to tell what an edit took back, and to explain."""
        ...

    def sources_of(self, claims: Collection[str], since: datetime) -> dict[str, list[str]]:
        """Claim id -> Feed.url of watched feeds that delivered an item about it since then; claims without any are
        left out.
        """
        ...

    def keep_event(self, event: Event) -> None:
        """New, or its new state: tellings included."""
        ...

    def keep_status(self, claim: str, status: ClaimStatus, now: datetime) -> None: ...
    def mark_judged(self, item: Item, now: datetime) -> None:
        """Only this version of it: an edit that arrived meanwhile stays unjudged."""
        ...

    # -- outbox
    def keep_alert(self, alert: Alert, deliveries: Sequence[Delivery]) -> None:
        """Alert and deliveries that exist already stay as they are: (alert, channel, recipient) is unique."""
        ...

    def amend_alert(self, alert: Alert, deliveries: Sequence[Delivery]) -> bool:
        """Say an alert otherwise, to whom these deliveries name, where no message of it was tried yet.

        False, and nothing is changed, where one was, or where there is no such alert.
        """
        ...

    def alert(self, alert_id: str) -> Alert | None: ...
    def alerts_of(self, event: str) -> list[Alert]:
        """Alerts that turns of this event made, oldest first."""
        ...

    def last_alert(self, claim: str, reasons: Collection[Reason]) -> Alert | None:
        """The newest alert about this claim for one of these reasons."""
        ...

    def due_deliveries(self, now: datetime, limit: int, channel: str | None = None) -> list[tuple[Delivery, Alert]]:
        """Pending ones whose time has come, oldest first; of one channel, so that a dead one hides no other's."""
        ...

    def sent_since(self, channel: str, since: datetime) -> dict[Target, int]:
        """How many messages each target of a channel took since then."""
        ...

    def keep_deliveries(self, deliveries: Sequence[Delivery]) -> None:
        """New state of deliveries that exist."""
        ...

    def hasten(self, now: datetime) -> None:
        """The clock was set back: what was to go out at once when its alert arose, and was not tried, goes now."""
        ...

    def retry(self, delivery: str, now: datetime) -> bool:
        """Make a dead delivery pending again, and its target one to be asked; False where there is none of that id."""
        ...

    def keep_gone(self, target: Target, error: str, now: datetime) -> bool:
        """A target takes nothing any more: later deliveries to it are dead at once. False where that was known."""
        ...

    # -- people
    def keep_silence(self, silence: Silence, now: datetime) -> int:
        """Returns its number."""
        ...

    def end_silence(self, number: int, now: datetime) -> bool:
        """End it now; False where there is none of that number that lasts."""
        ...

    def silences(self, now: datetime) -> list[Silence]:
        """Those that last."""
        ...

    def keep_mark(
        self,
        verdict: str,
        note: str,
        now: datetime,
        *,
        alert: str | None = None,
        item: str | None = None,
        claim: str | None = None,
    ) -> None:
        """What somebody thinks of an alert, or of an item that made none."""
        ...

    def deliveries_of(self, alert: str) -> list[Delivery]: ...
    def pending(self) -> int:
        """How many deliveries are still to be sent, held ones included."""
        ...

    # -- lists: newest first, as JSON-ready rows
    def list_items(self, limit: int | None = None) -> Iterator[Row]: ...
    def list_events(self, limit: int | None = None) -> Iterator[Row]: ...
    def list_claims(self, limit: int | None = None) -> Iterator[Row]: ...
    def list_feeds(self, limit: int | None = None, now: datetime | None = None) -> Iterator[Row]:
        """`days`: new items on each of the last DAYS days (UTC), up to `now`, else up to the newest item's day."""
        ...

    def list_deliveries(self, limit: int | None = None) -> Iterator[Row]: ...
    def list_silences(self) -> Iterator[Row]: ...
    def list_marks(self) -> Iterator[Row]: ...
    def list_pages(self, limit: int | None = None) -> Iterator[Row]: ...
    def list_opinions(self, limit: int | None = None, *, review: bool = False) -> Iterator[Row]:
        """`review`: only what people are to look at."""
        ...

    def close(self) -> None: ...
