"""When a held message may go: quiet hours and daily digests, by the wall clock of a zone. Pure.

A night is a span of instants: from its start to its end, each read once from the wall clock of its day. So a clock
that is set forward or back at night makes the night shorter or longer, and never makes a message wait twice.
A wall-clock time that a day skips is read as zoneinfo reads it: by the offset before the change (PEP 495, fold=0).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.model.route import QuietHours

_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def quiet_until(now: datetime, quiet: QuietHours) -> datetime | None:
    """When the quiet hours that `now` lies in end, in UTC; None outside. Equal start and end: never quiet."""
    today = now.astimezone(ZoneInfo(quiet.zone)).date()
    for day in (today - _DAY, today):
        start = instant(day, quiet.start, quiet.zone)
        end = instant(day + _DAY if quiet.start > quiet.end else day, quiet.end, quiet.zone)
        if start <= now < end:
            return end
    return None


def next_daily(now: datetime, at: time, zone: str) -> datetime:
    """The first instant after `now` at which the zone's clock shows `at`, in UTC."""
    today = now.astimezone(ZoneInfo(zone)).date()
    return next(due for days in range(4) if (due := instant(today + days * _DAY, at, zone)) > now)


def next_span(now: datetime, span: timedelta) -> datetime:
    """When the span that `now` lies in ends; spans follow one another without a gap since 1970.

    So alerts that arise side by side agree on one moment without knowing of each other.
    """
    return now + span - (now - _EPOCH) % span


def instant(day: date, at: time, zone: str) -> datetime:
    """When the zone's clock shows `at` on `day`; the first of two, where the clock is set back."""
    return datetime.combine(day, at.replace(fold=0), ZoneInfo(zone)).astimezone(UTC)
