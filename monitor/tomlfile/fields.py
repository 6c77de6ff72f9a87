"""Kinds of value that config files share: what may be written, and what is made of it.

Types for pydantic models. A message is a whole sentence part: it follows the key ("every: must be …").
"""

from __future__ import annotations

import contextlib
import re
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StrictBool,
    StringConstraints,
    ValidationInfo,
)

MIN_EVERY = timedelta(seconds=60)  # asking a stranger's server more often is rude, and gets one locked out
MAX_EVERY = timedelta(days=31)


class Table(BaseModel):
    """A table of a config file: nothing unknown, nothing changed afterwards, no value in an error."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True, populate_by_name=False
    )


_DURATION = re.compile(r"(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def duration(value: Any) -> timedelta:
    """`90s`, `10m`, `2h`, `1d`, also joined: `1h30m`."""
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) and value.strip() else None
    if found is None:
        raise ValueError('must be a time span in quotes, like "90s", "10m", "2h" or "1d"')
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _pause(value: timedelta) -> timedelta:
    if not MIN_EVERY <= value <= MAX_EVERY:
        raise ValueError('must be from "60s" to "31d"')
    return value


def clock(value: Any) -> time:
    """`22:00`, in quotes or as TOML's own local time."""
    if isinstance(value, time):
        return value.replace(second=0, microsecond=0)
    found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError('must be a time of day in quotes, like "22:00"')
    return time(int(found[1]), int(found[2]))


def zone(value: str) -> str:
    """An IANA name that this machine, or the tzdata package, knows."""
    from zoneinfo import ZoneInfo, available_timezones

    from monitor.tomlfile.check import suggestion

    with contextlib.suppress(KeyError, ValueError, OSError):  # no such name; "../etc/passwd"; "Europe", a directory
        ZoneInfo(value)
        return value
    raise ValueError(f"no such time zone{suggestion(value, available_timezones())}; names are like Europe/Berlin")


def day(value: Any) -> date:
    """A TOML date, or the same in quotes."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("must be a date without a time, like 2024-11-07") from None


def language(value: str) -> str:
    """ISO 639 code in lower case; a region is cut off (`de-AT` is `de`)."""
    found = re.fullmatch(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9_-]{2,12})?", value.strip())
    if found is None:
        raise ValueError('must be a language code of two letters, like "de"')
    return found[1].lower()


def printable(value: str) -> str:
    """Text of one line: names end up in headers, terminals and addresses."""
    if not value.isprintable():
        raise ValueError("must be one line of text, without control characters")
    return value


def folder_of(info: ValidationInfo) -> Path:
    """The folder of the file that is read: `tomlfile.check` names it."""
    folder: Path = (info.context or {}).get("folder", Path())
    return folder


def file_path(value: object, info: ValidationInfo) -> Path:
    """A file, relative to the file that names it; `~` is the home of whoever runs dementi."""
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError("must be the name of a file, in quotes")
    try:
        return folder_of(info) / Path(value).expanduser()
    except RuntimeError:
        raise ValueError("begins with ~, and there is no such home") from None


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
Example = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50_000)]
Address = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000), AfterValidator(printable)
]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(printable)]
Flag = StrictBool
_SPAN = r"^(\d+d)?(\d+h)?(\d+m)?(\d+s)?$"
Span = Annotated[
    timedelta, BeforeValidator(duration, json_schema_input_type=Annotated[str, StringConstraints(pattern=_SPAN)])
]
Every = Annotated[Span, AfterValidator(_pause)]
Clock = Annotated[time, BeforeValidator(clock, json_schema_input_type=str)]
Zone = Annotated[str, AfterValidator(zone)]
Day = Annotated[date, BeforeValidator(day, json_schema_input_type=str)]
Language = Annotated[str, AfterValidator(language)]
FilePath = Annotated[Path, BeforeValidator(file_path, json_schema_input_type=str)]
