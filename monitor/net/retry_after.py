"""What a server asks for with Retry-After."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(days=1)  # no server is obeyed for longer, unless the caller has its own patience


def retry_after(value: str | None, now: datetime, longest: timedelta = LONGEST) -> timedelta | None:
    """Seconds, or a date (RFC 9110, 10.2.3), at most `longest`. None: absent, or garbage."""
    value = (value or "").strip()
    if value.isascii() and value.isdigit():
        return min(timedelta(seconds=int(value[:9])), longest)
    try:
        at = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError):
        return None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return min(max(timedelta(0), at - now), longest)
