"""Where items come from: feeds, what is remembered of a feed between polls, and the items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from monitor.model.times import aware


class Outcome(StrEnum):
    """How a poll of a feed ended. The same word stands in store, log, metric and `feeds show`."""

    ITEMS = "items"  # read; at least one entry
    EMPTY = "empty"  # a feed, without entries
    UNCHANGED = "unchanged"  # 304 to a question of ours, or the same bytes as last time
    NOT_A_FEED = "not-a-feed"
    GONE = "gone"  # 410
    BACKOFF = "backoff"  # 429, or 503 with Retry-After
    AUTH = "auth"  # 401, 403, a login page
    REFUSED = "refused"  # by our own guard
    ERROR = "error"  # all else: other statuses, deadlines, sizes, too many hops

    @property
    def fine(self) -> bool:
        """The feed was read, or is known not to have changed."""
        return self in (Outcome.ITEMS, Outcome.EMPTY, Outcome.UNCHANGED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """One feed as the config names it."""

    url: str  # as configured; the feed's key everywhere
    publisher: str | None = None  # the outlet's name; else the feed's own title is shown
    language: str | None = None  # ISO 639-1, where all items are in one
    every: timedelta = timedelta(minutes=10)  # longest pause between two polls
    alert_on_first_fetch: bool = False  # else the first fetch is baseline: judged and told, not alerted
    path: Path | None = None  # for `file:` feeds the file, resolved against the config file that names it
    fulltext: bool = True  # pages of its items may be asked for, where the config does that at all


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedState:
    """What is remembered of a feed from one poll to the next."""

    url: str
    next_due: datetime  # when the next poll is due
    first_read: datetime | None = None  # first time it was read; None: the next reading is the baseline
    last_tried: datetime | None = None
    last_read: datetime | None = None  # last poll with a fine outcome
    last_new: datetime | None = None  # last poll that brought a new item
    outcome: Outcome | None = None  # of the last poll
    error: str | None = None  # of the last poll, for people
    failing_since: datetime | None = None  # first failure of the present run of failures
    failures: float = 0.0  # weighted: permanent 1, soft 1/2, name lookup 1/4
    held_until: datetime | None = None  # Retry-After: not asked before, not even by `run --once`
    gone: bool = False  # 410: not asked any more
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None  # of the last body read in full
    moved_to: str | None = None  # the address that a permanent redirect named
    moved_times: int = 0  # how many polls in a row named it; it is used from the second on
    title: str | None = None  # the feed's own title
    status: int | None = None  # HTTP status of the last poll
    max_age: timedelta | None = None  # Cache-Control, or the feed's own ttl, as last told
    skim: str | None = (
        None  # fingerprints of the items of the last body, in the notation of feeds/: not to be parsed again
    )
    entries: int = 0  # how many items the last body held
    rate: float | None = None  # new items a day, smoothed; None: not known yet
    days: tuple[int, ...] = ()  # new items on each of the last days (UTC), oldest first; the last one is `last_day`
    last_day: date | None = None
    gap_at: datetime | None = None  # last time that no item of the body was known: some have probably rolled off
    pushed: bool = False  # a hub sends what is new: there is no hurry to ask
    silent_since: datetime | None = None  # it has been quiet for far longer than is usual for it; None: it has not

    def __post_init__(self) -> None:
        aware(next_due=self.next_due, held_until=self.held_until, last_tried=self.last_tried, last_read=self.last_read)
        aware(gap_at=self.gap_at, silent_since=self.silent_since)


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """One fact-check as a page marks it up (schema.org ClaimReview), and where its rating stands in the item."""

    claim: str  # what was claimed, one line of plain text
    rating: str  # the verdict in the outlet's words, else as a number: "False", "1 / 5"
    author: str | None = None  # who rates
    value: float | None = None  # the rating as a number, between …
    worst: float | None = None
    best: float | None = None
    named: bool = True  # `rating` holds words; else it is made of the numbers
    at: int = 0  # its line in Item.content: characters
    start: int = 0  # Item.content[start:end] == rating
    end: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """What a feed delivers, in plain text: no markup, no control characters."""

    id: str  # stable over polls and edits
    feed: str  # Feed.url
    title: str = ""
    summary: str | None = None
    content: str | None = None
    link: str | None = None  # absolute, http(s)
    canonical: str | None = None  # the link without what changes between polls: the second layer of identity
    guid: str | None = None  # as printed
    author: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    publisher: str | None = None
    language: str | None = None  # ISO 639-1, where known before reading the text
    seen: datetime | None = None  # when this version was fetched
    version: int = 1  # counts the edits of this item
    digest: str = ""  # hash of title, summary and content: another digest is another version
    baseline: bool = False  # came with a feed's first fetch: judged and told, not alerted
    added: bool = False  # this version only adds the text of the page: nothing of the one before was taken back
    page: str | None = None  # the address whose text is in `content`; None: all of it is the feed's
    own: int = 0  # characters of `content` that are the feed's, where a page follows
    reviews: tuple[Review, ...] = ()  # fact-checks that this page holds; their lines end `content`

    def __post_init__(self) -> None:
        aware(published=self.published, updated=self.updated, seen=self.seen)

    def fields(self) -> tuple[tuple[str, str], ...]:
        """(name, text) of the fields that hold text, in reading order."""
        named = (("title", self.title), ("summary", self.summary), ("content", self.content))
        return tuple((name, text) for name, text in named if text)


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What the store already holds of one feed, in the three layers of identity. Values are item ids."""

    guids: Mapping[str, str] = field(default_factory=dict)  # guid as printed
    links: Mapping[str, str] = field(default_factory=dict)  # canonical link
    digests: Mapping[str, str] = field(default_factory=dict)  # Item.digest, of every version
    newest: Mapping[str, tuple[int, str]] = field(default_factory=dict)  # item id -> (version, digest)
