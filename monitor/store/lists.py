"""The lists: rows ready for JSON, newest first, page by page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from monitor.store.people import People
from monitor.store.port import DAYS, Row
from monitor.store.rows import moment, printed


def _paged(columns: str, source: str, keys: tuple[str, str]) -> tuple[str, str]:
    """First and following page, sorted by two keys, newest first. All parts are literals of this module."""
    select = f"SELECT {', '.join(keys)}, {columns} FROM {source}"  # noqa: S608
    order = f"ORDER BY {keys[0]} DESC, {keys[1]} DESC LIMIT ?"
    return f"{select} {order}", f"{select} WHERE ({', '.join(keys)}) < (?, ?) {order}"


ITEMS = _paged(
    """items.id, feeds.url, items.title, link, published, seen, coalesce(items.publisher, feeds.publisher), language,
    version, judged IS NOT NULL, (SELECT json_group_object(claim, relation) FROM assessments
        WHERE assessments.item = items.item AND assessments.version = items.version)""",
    "items JOIN feeds USING (feed)",
    ("items.seen", "items.item"),
)
EVENTS = _paged(
    """id, claim, stance, coalesce(party_name, nullif(party, '')), speaker, role, basis, first_seen, last_seen,
    confidence, evidence, baseline, retracted, publishers, own_words, told,
    (SELECT title FROM tellings WHERE event = events.event AND position = 0),
    (SELECT link FROM tellings WHERE event = events.event AND position = 0)""",
    "events",
    ("first_seen", "event"),
)
CLAIMS = _paged(
    """id, statement, status, first_seen, changed,
    (SELECT count(*) FROM events WHERE events.claim = shown.id),
    (SELECT count(DISTINCT item) FROM assessments WHERE assessments.claim = shown.id)""",
    "(SELECT * FROM claims WHERE watched = 1) AS shown",
    ("changed", "claim"),
)
FEEDS = _paged(
    """url, publisher, title, outcome, status, error, last_tried, last_read, last_new, next_due, failures,
    failing_since, held_until, gone, gap_at, silent_since,
    (SELECT count(*) FROM items WHERE items.feed = shown.feed),
    (SELECT lease_until FROM subscriptions WHERE subscriptions.feed = shown.url AND subscriptions.state <> 'denied')""",
    "(SELECT * FROM feeds WHERE watched = 1) AS shown",
    ("watched", "feed"),
)
DELIVERIES = _paged(
    """deliveries.id, alerts.id, channel, recipient, state, due, attempts, first_tried, settled, error, digest, message,
    alerts.title, claim, reason, at""",
    "deliveries JOIN alerts USING (alert)",
    ("delivery", "alert"),
)


class Lists(People):
    """The part of `Store` that people look at."""

    def list_items(self, limit: int | None = None) -> Iterator[Row]:
        for _, _, *row in self._pages(*ITEMS, (), limit):
            id_, feed, title, link, published, seen, publisher, language, version, judged, claims = row
            yield {
                "id": id_,
                "feed": feed,
                "title": title,
                "link": link,
                "published": printed(published),
                "seen": printed(seen),
                "publisher": publisher,
                "language": language,
                "version": version,
                "judged": bool(judged),
                "claims": json.loads(claims),
            }

    def list_events(self, limit: int | None = None) -> Iterator[Row]:
        for _, _, *row in self._pages(*EVENTS, (), limit):
            id_, claim, stance, party, speaker, role, basis, first, last, confidence, evidence = row[:11]
            baseline, retracted, publishers, tellings, items, title, link = row[11:]
            yield {
                "id": id_,
                "claim": claim,
                "stance": stance,
                "party": party,
                "speaker": speaker,
                "role": role,
                "basis": basis,
                "first_seen": printed(first),
                "last_seen": printed(last),
                "confidence": confidence,
                "evidence": evidence,
                "baseline": bool(baseline),
                "retracted": printed(retracted),
                "publishers": json.loads(publishers),
                "tellings": tellings,
                "items": items,
                "title": title,
                "link": link,
            }

    def list_claims(self, limit: int | None = None) -> Iterator[Row]:
        for _, _, id_, statement, status, first_seen, changed, events, items in self._pages(*CLAIMS, (), limit):
            yield {
                "id": id_,
                "statement": statement,
                "status": status,
                "events": events,
                "items": items,
                "first_seen": printed(first_seen),
                "changed": printed(changed),
            }

    def list_feeds(self, limit: int | None = None, now: datetime | None = None) -> Iterator[Row]:
        counts, last_day = self._days(now)
        days = [(last_day - timedelta(days=back)).isoformat() for back in reversed(range(DAYS))]
        for _, feed, *row in self._pages(*FEEDS, (), limit):
            url, publisher, title, outcome, status, error, tried, read, new, due, failures = row[:11]
            failing, held, gone, gap, silent, items, pushed = row[11:]
            yield {
                "url": url,
                "publisher": publisher or title,
                "outcome": outcome,
                "status": status,
                "error": error,
                "last_tried": printed(tried),
                "last_read": printed(read),
                "last_new": printed(new),
                "next_due": printed(due),
                "failures": failures,
                "failing_since": printed(failing),
                "held_until": printed(held),
                "gone": bool(gone),
                "gap_at": printed(gap),
                "silent_since": printed(silent),
                "items": items,
                "pushed_until": printed(pushed),
                "days": [counts[feed, day] for day in days],
            }

    def list_deliveries(self, limit: int | None = None) -> Iterator[Row]:
        for _, _, *row in self._pages(*DELIVERIES, (), limit):
            id_, alert, channel, recipient, state, due, attempts, tried, settled, error, digest, message = row[:12]
            title, claim, reason, at = row[12:]
            yield {
                "id": id_,
                "alert": alert,
                "channel": channel,
                "recipient": recipient,
                "state": state,
                "due": printed(due),
                "attempts": attempts,
                "error": error,
                "title": title,
                "claim": claim,
                "reason": reason,
                "at": printed(at),
                "first_tried": printed(tried),
                "settled": printed(settled),
                "digest": bool(digest),
                "message": message,
            }

    def _days(self, now: datetime | None) -> tuple[Counter[tuple[int, str]], date]:
        """New items by (feed's row, day in UTC), and the last of those days: today, or the newest item's."""
        if now is None:
            line = self._one("SELECT max(seen) FROM items")
            now = datetime.fromisoformat(line[0]) if line and line[0] else datetime.min.replace(year=2, tzinfo=UTC)
        first = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS - 1)
        lines = self._all(
            "SELECT feed, substr(seen, 1, 10) AS day, count(*) FROM items WHERE seen >= ? GROUP BY feed, day",
            (moment(first),),
        )
        return Counter({(feed, day): count for feed, day, count in lines}), now.astimezone(UTC).date()
