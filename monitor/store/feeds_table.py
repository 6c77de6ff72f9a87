"""Feeds: what the watchlist names, and what is remembered of each between polls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from monitor.model.source import Feed, FeedState
from monitor.store.rows import FEED_STATE, moment
from monitor.store.session import Session

COLUMNS = FEED_STATE.names()
# Built from the column names above; no value from outside is ever part of a statement's text.
STATES = f"SELECT {COLUMNS} FROM feeds WHERE watched = 1"  # noqa: S608
STATE = f"SELECT {COLUMNS} FROM feeds WHERE url = ?"  # noqa: S608
DUE = f"""SELECT {COLUMNS} FROM feeds
WHERE watched = 1 AND gone = 0 AND next_due <= ? AND (held_until IS NULL OR held_until <= ?)
ORDER BY next_due LIMIT ?"""  # noqa: S608
KEEP = f"""INSERT INTO feeds ({COLUMNS}) VALUES ({", ".join("?" * len(FEED_STATE.columns))})
ON CONFLICT (url) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in FEED_STATE.columns[1:])}
RETURNING feed"""  # noqa: S608


class FeedsTable(Session):
    """The part of `Store` that is about feeds."""

    def states(self, urls: Sequence[str] | None = None) -> dict[str, FeedState]:
        lines = self._all(STATES) if urls is None else [line for url in urls for line in self._all(STATE, (url,))]
        return {state.url: state for state in self._states(lines)}

    def due(self, now: datetime, limit: int) -> list[FeedState]:
        at = moment(now)
        return self._states(self._all(DUE, (at, at, limit)))

    def _states(self, lines: Iterable[Sequence[object]]) -> list[FeedState]:
        with self._reading("a feed's state"):
            return [FEED_STATE.decode(line) for line in lines]

    def _keep_state(self, state: FeedState) -> int:
        """Returns the row's number."""
        number: int = self._run(KEEP, FEED_STATE.encode(state)).fetchone()[0]
        return number

    def _sync_feeds(self, feeds: Iterable[Feed], now: datetime) -> None:
        """A feed that is new, or back in the watchlist, is due at once; 410 is asked once more then."""
        held = {line[0]: line[1:] for line in self._all("SELECT url, watched, publisher, every FROM feeds")}
        wanted = {feed.url: feed for feed in feeds}
        for url, feed in wanted.items():
            _, publisher, every = held.get(url, (0, None, None))
            if url not in held or not held[url][0]:
                self._watch(feed, now)
            elif (publisher, every) != (feed.publisher, feed.every.total_seconds()):
                self._reword(feed, now, sooner=every is None or feed.every.total_seconds() < every)
        for url in held.keys() - wanted.keys():
            self._run("UPDATE feeds SET watched = 0 WHERE url = ? AND watched = 1", (url,))

    def _watch(self, feed: Feed, now: datetime) -> None:
        self._run(
            """INSERT INTO feeds (url, watched, publisher, every, next_due) VALUES (?, 1, ?, ?, ?)
            ON CONFLICT (url) DO UPDATE SET watched = 1, gone = 0, publisher = excluded.publisher,
            every = excluded.every, next_due = excluded.next_due""",
            (feed.url, feed.publisher, feed.every.total_seconds(), moment(now)),
        )

    def _reword(self, feed: Feed, now: datetime, *, sooner: bool) -> None:
        self._run(
            "UPDATE feeds SET publisher = ?, every = ? WHERE url = ?",
            (feed.publisher, feed.every.total_seconds(), feed.url),
        )
        if sooner:  # what was planned by the longer pause is too late now
            self._run(
                "UPDATE feeds SET next_due = min(next_due, ?) WHERE url = ?", (moment(_latest(feed, now)), feed.url)
            )


def _latest(feed: Feed, now: datetime) -> datetime:
    return now + min(feed.every, timedelta(days=365))
