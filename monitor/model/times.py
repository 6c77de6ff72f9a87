"""Naive datetimes are refused wherever a value is made."""

from __future__ import annotations

from datetime import UTC, datetime


def aware(**times: datetime | None) -> None:
    """Raise ValueError, naming the field, where a time carries no zone."""
    for name, value in times.items():
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{name} is a naive datetime: {value!r}")


def stamp(value: datetime | None) -> str | None:
    """`YYYY-MM-DDTHH:MM:SSZ`, as all of dementi's JSON prints times; None stays None."""
    if value is None:
        return None
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
