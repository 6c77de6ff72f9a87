"""What the pipeline asks of whatever reads feeds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from monitor.model.source import Feed, FeedState, Item, Known, Outcome, Review


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What one poll of a feed brought. A failure is an outcome with an error, never an exception."""

    outcome: Outcome
    error: str | None = None  # for people; beside items: what is doubtful about them
    status: int | None = None  # HTTP
    final_url: str | None = None  # after redirects
    seconds: float = 0.0
    title: str | None = None  # the feed's own
    link: str | None = None
    language: str | None = None
    items: tuple[Item, ...] = ()  # new and edited ones, in the feed's order; all of them where nothing is known
    idle: frozenset[str] = frozenset()  # ids of new items that are surely about no claim; see `Source.sift`
    entries: int = 0  # how many the body holds
    overlap: int = 0  # how many of them were known
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    retry_after: timedelta | None = None  # asked for by the server
    moved_to: str | None = None  # where a chain of permanent redirects ended
    max_age: timedelta | None = None  # Cache-Control, or the feed's own ttl: asking sooner is pointless
    skim: str | None = None  # FeedState.skim of this body
    weight: float = 1.0  # of a failure: permanent 1, soft 1/2, name lookup 1/4
    host_held: bool = False  # `retry_after` is meant for the whole host
    hub: tuple[str, str] | None = None  # hub and topic that the feed names; None: it names none, or was not looked at


class Source(Protocol):
    """Reads feeds. Implementations guard addresses, sizes and time themselves."""

    async def read(
        self, feed: Feed, state: FeedState | None, now: datetime, known: Callable[[], Awaitable[Known]]
    ) -> Reading:
        """Fetch and parse. `known` is asked only when there is a body to compare with."""
        ...

    async def pushed(
        self,
        feed: Feed,
        state: FeedState,
        now: datetime,
        body: bytes,
        content_type: str,
        known: Callable[[], Awaitable[Known]],
    ) -> Reading:
        """What a hub sent, as if it had been fetched: new and edited items; a failure where it is no feed."""
        ...

    def sift(self, sieve: Callable[[], Awaitable[bytes | None]]) -> None:
        """From now on say which items are idle. Asked once, when first needed, for what `feeds.sieve.packed` made."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class PageText:
    """What the page behind an item holds."""

    final_url: str  # after redirects
    status: int
    text: str | None = None  # of the article, a paragraph a line; None: there is none
    reviews: tuple[Review, ...] = ()
    error: str | None = None  # why there is neither, for people
    delay: float = 0.0  # seconds that the host wants between two requests


class PageReader(Protocol):
    """Reads pages of items. Implementations heed robots.txt, and guard addresses, sizes and time themselves."""

    async def read(self, url: str, now: datetime) -> PageText:
        """Raises FeedError: `feeds.robots.Forbidden` by robots.txt, `Unready` where that cannot be known."""
        ...

    async def close(self) -> None: ...
