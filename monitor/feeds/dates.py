"""Dates as feeds print them, to UTC.

The two forms that nearly all feeds use are read here (RFC 822 as RSS uses it, RFC 3339 as Atom uses it), everything
else by feedparser's readers, and at last a few habits feedparser does not know: Unix time, foreign month names.
A date without a zone is taken as UTC. What lies outside 1971-2100, or is no real day, is no date.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

__all__ = ["parse_date"]

_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905 (reads better)
_MONTHS = {name: number for number, name in enumerate(_NAMES, start=1)}
# RFC 822 zones, and those that news feeds print; the same values as in feedparser where it knows them. Hours.
_ZONES = {
    "": 0,
    "z": 0,
    "gmt": 0,
    "ut": 0,
    "utc": 0,
    "bst": 1,
    "cet": 1,
    "cest": 2,
    "eet": 2,
    "eest": 3,
    "msk": 3,
    "est": -5,
    "edt": -4,
    "cst": -6,
    "cdt": -5,
    "mst": -7,
    "mdt": -6,
    "pst": -8,
    "pdt": -7,
}
_RFC822 = re.compile(
    r"""(?:[^\W\d_]{2,12}\.?,?\s+)?                # weekday, in any language
        (\d{1,2})\s+([A-Za-z]{3})[a-z]{0,6}\s+(\d{4})\s+
        (\d{1,2}):(\d{2})(?::(\d{2}))?
        \s*(?:([+-])(\d{2}):?(\d{2})|([A-Za-z]{1,4}))?""",
    re.VERBOSE,
)
_RFC3339 = re.compile(
    r"""(\d{4})-(\d{2})-(\d{2})[Tt\s]
        (\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?
        \s*(?:([+-])(\d{2}):?(\d{2})|([Zz]))?""",
    re.VERBOSE,
)
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_UNIX = re.compile(r"\d{9,10}(?:\.\d+)?")
_FOREIGN = re.compile(
    r"(\d{1,2})\.?\s+(?:de\s+)?([^\W\d_]{3,12})\.?,?\s+(?:de\s+)?(\d{4}),?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(.*)"
)
# First letters of month names that English does not share, folded: Russian, Ukrainian, German, French, Spanish,
# Italian, Portuguese, Polish, Dutch.
_FOREIGN_MONTHS = {
    "янв": 1,
    "фев": 2,
    "мар": 3,
    "апр": 4,
    "мая": 5,
    "май": 5,
    "июн": 6,
    "июл": 7,
    "авг": 8,
    "сен": 9,
    "окт": 10,
    "ноя": 11,
    "дек": 12,
    "січ": 1,
    "лют": 2,
    "бер": 3,
    "кві": 4,
    "тра": 5,
    "чер": 6,
    "лип": 7,
    "сер": 8,
    "вер": 9,
    "жов": 10,
    "лис": 11,
    "гру": 12,
    "jän": 1,
    "mär": 3,
    "mai": 5,
    "okt": 10,
    "dez": 12,
    "fév": 2,
    "avr": 4,
    "aoû": 8,
    "déc": 12,
    "ene": 1,
    "abr": 4,
    "ago": 8,
    "dic": 12,
    "gen": 1,
    "mag": 5,
    "giu": 6,
    "lug": 7,
    "set": 9,
    "ott": 10,
    "out": 10,
    "sty": 1,
    "lut": 2,
    "kwi": 4,
    "maj": 5,
    "cze": 6,
    "lip": 7,
    "sie": 8,
    "wrz": 9,
    "paź": 10,
    "lis": 11,
    "gru": 12,
    "mrt": 3,
    "mei": 5,
}
_ISO_SHORT = re.compile(r"-?\d{2,4}-?\d{2,3}(?:-\d{2})?|\d{4}-\d{2,3}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})")
_MAD_OFFSET = re.compile(r"[+-](?:2[5-9]|[3-9]\d):?\d\d$")  # more than a day from UTC
_LONGEST = 100  # characters; no date is longer, and some readers behind this are slow on long ones


def parse_date(text: str | None) -> datetime | None:
    """An aware datetime in UTC, or None where the text tells none. Never raises."""
    if not text:
        return None
    text = text.strip()
    if len(text) > _LONGEST or _MAD_OFFSET.search(text):
        return None
    try:
        found = _usual(text) or _by_feedparser(text) or _unusual(text)
    except (ValueError, OverflowError):
        return None
    return found if found is not None and 1971 <= found.year <= 2100 else None


def _usual(text: str) -> datetime | None:
    if found := _RFC3339.fullmatch(text):
        year, month, day, hour, minute, second, sign, hours, minutes, _ = found.groups()
        return _at((year, month, day, hour, minute, second), sign, hours, minutes)
    if found := _RFC822.fullmatch(text):
        day, name, year, hour, minute, second, sign, hours, minutes, zone = found.groups()
        month_number = _MONTHS.get(name.lower())
        if month_number is None or (zone or "").lower() not in _ZONES:
            return None
        at = _at((year, str(month_number), day, hour, minute, second or "0"), sign, hours, minutes)
        return at and at - timedelta(hours=_ZONES[(zone or "").lower()])
    return None


def _at(parts: tuple[str, ...], sign: str | None, hours: str | None, minutes: str | None) -> datetime | None:
    year, month, day, hour, minute, second = map(int, parts)
    if second == 60:  # a leap second
        second = 59
    try:
        at = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    if not sign:
        return at
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    if offset > timedelta(hours=24):
        return None
    return at - offset if sign == "+" else at + offset


def _by_feedparser(text: str) -> datetime | None:
    """Feedparser's readers, the particular ones first: its ISO 8601 reader takes bits of anything for a date."""
    if _DAY_FIRST.fullmatch(text) or _UNIX.fullmatch(text):
        return None  # feedparser would see a month first, or a year
    from feedparser.datetimes import asctime, greek, hungarian, iso8601, korean, perforce, rfc822, w3dtf

    readers = [greek._parse_date_greek, hungarian._parse_date_hungarian, korean._parse_date_onblog]
    readers += [korean._parse_date_nate, perforce._parse_date_perforce, rfc822._parse_date_rfc822]
    readers += [asctime._parse_date_asctime, w3dtf._parse_date_w3dtf]
    if _ISO_SHORT.fullmatch(text):
        readers.append(iso8601._parse_date_iso8601)
    for reader in readers:
        try:
            parts = reader(text)
        except Exception:  # noqa: BLE001, S112 (they index what they did not find, in many ways)
            continue
        if parts:
            year, month, day, hour, minute, second = parts[:6]
            return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    return None


def _unusual(text: str) -> datetime | None:
    if _UNIX.fullmatch(text):
        return datetime.fromtimestamp(float(text), UTC)
    if found := _DAY_FIRST.fullmatch(text):
        day, month, year, hour, minute, second = (int(part or 0) for part in found.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    if found := _FOREIGN.search(text):
        day_, name, year_, hour_, minute_, second_, zone = found.groups()
        month_ = _FOREIGN_MONTHS.get(name.lower()[:3]) or _MONTHS.get(name.lower()[:3])
        if month_ is None:
            return None
        english = next(key for key, number in _MONTHS.items() if number == month_)
        return _usual(f"{day_} {english} {year_} {hour_}:{minute_}:{second_ or '00'} {zone.strip()}".strip())
    return None
