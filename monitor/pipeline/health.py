"""A feed that fails, recovers or falls silent is told like an answer is: once, through the same outbox."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from monitor.feeds.health import Turn, TurnKind
from monitor.model.alert import Alert
from monitor.model.source import Feed, FeedState
from monitor.model.story import Reason

# What is alerted; a move and a gap are said in the log and shown by `dementi feeds`.
REASONS = {
    TurnKind.FAILING: Reason.FEED_FAILING,
    TurnKind.GONE: Reason.FEED_FAILING,
    TurnKind.SILENT: Reason.FEED_FAILING,
    TurnKind.RECOVERED: Reason.FEED_RECOVERED,
    TurnKind.SPEAKS: Reason.FEED_RECOVERED,
}
WORDS = {
    TurnKind.FAILING: "cannot be read",
    TurnKind.GONE: "is gone for good",
    TurnKind.SILENT: "has fallen silent",
    TurnKind.RECOVERED: "can be read again",
    TurnKind.SPEAKS: "speaks again",
}


def alert_of(feed: Feed, turn: Turn, state: FeedState, now: datetime) -> Alert | None:
    """The alert of a feed's turn, where it is one to alert on. The same turn made twice is the same alert."""
    if turn.kind not in REASONS:
        return None
    name = feed.publisher or state.title or feed.url
    return Alert(
        id=sha256(f"feed\0{feed.url}\0{turn.kind}\0{now.isoformat()}".encode()).hexdigest()[:24],
        reason=REASONS[turn.kind],
        at=now,
        title=f"{name} {WORDS[turn.kind]}",
        detail=f"{turn.text}\n{feed.url}",
    )
