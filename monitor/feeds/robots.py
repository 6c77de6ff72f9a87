"""robots.txt: may this page be asked for? RFC 9309, fetched and remembered by host.

Not urllib.robotparser: it takes the first rule that fits instead of the longest, and `*` and `$` as letters, so that
`Disallow: /*?print` forbids nothing. Patterns are the server's own, and are matched in linear time.

| the server's answer | meaning |
|---|---|
| 200 | its rules, for a day |
| 400 … 499 | no rules |
| 429, 500 …, or none at all | wait: what is not known may be forbidden |
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import quote, urlsplit

from monitor.errors import FeedError
from monitor.feeds.http import Page

__all__ = ["AGENT", "Forbidden", "Robots", "Rules", "Unready", "parse"]

AGENT = "dementi"  # the product token of our User-Agent

_DAY = timedelta(days=1)  # RFC 9309, 2.4: no longer
_HOUR = timedelta(hours=1)
_WAIT = timedelta(minutes=30)  # until a server that failed is asked for its rules again
_LONGEST = 512_000  # bytes that are read; RFC 9309, 2.5 asks for 500 KiB
_MOST_RULES, _LONGEST_RULE = 5_000, 2_000
_MOST_HOSTS = 2_000  # whose rules are remembered
_SLOWEST = 300.0  # seconds; a Crawl-delay beyond this is taken as this
_TOKEN = re.compile(r"[A-Za-z_-]+")
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
_KEPT = "!#$%&'()*+,/:;=?@[]~"


class Forbidden(FeedError):
    """The site's robots.txt forbids the page."""

    def __init__(self, host: str) -> None:
        super().__init__("refused", f"robots.txt of {host} forbids it")


class Unready(FeedError):
    """The site's robots.txt cannot be known now; `after` says when it is asked for again."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a robots.txt says to us."""

    lines: tuple[tuple[str, bool], ...] = ()  # (pattern in canonical spelling, it allows)
    delay: float | None = None  # seconds between two requests

    def allow(self, url: str) -> bool:
        """The longest pattern that fits decides, `Allow` where two are as long; RFC 9309, 2.2.2."""
        parts = urlsplit(url)
        path = _spelt((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        if path == "/robots.txt":
            return True
        fitting = [(len(pattern), allows) for pattern, allows in self.lines if _fits(pattern, path)]
        return max(fitting, default=(0, True))[1]


def parse(text: str, agent: str = AGENT) -> Rules:
    """Rules of the groups for `agent`, else of those for everybody. Lines that mean nothing are passed over."""
    own: list[tuple[str, str]] = []
    everybody: list[tuple[str, str]] = []
    named = False  # a group is for us
    targets: list[list[tuple[str, str]]] = []
    naming = False  # the line before named an agent, too: they share a group
    for field, value in _lines(text):
        if field == "user-agent":
            targets = targets if naming else []
            naming = True
            token = _TOKEN.match(value)
            if value.startswith("*"):
                targets.append(everybody)
            elif token and token[0].lower() == agent:
                targets.append(own)
                named = True
        elif field in ("allow", "disallow", "crawl-delay"):
            naming = False
            for target in targets:
                target.append((field, value))
    return _rules(own if named else everybody)


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text[:_LONGEST].lstrip("\ufeff").splitlines():
        field, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield field.strip().lower(), value.strip()


def _rules(group: list[tuple[str, str]]) -> Rules:
    paths = [(value, field == "allow") for field, value in group if field != "crawl-delay" and value]
    delays = [number for field, value in group if field == "crawl-delay" and (number := _seconds(value)) is not None]
    lines = tuple(
        (_spelt(value), allows)
        for value, allows in paths[:_MOST_RULES]
        if value[0] in "/*" and len(value) <= _LONGEST_RULE
    )
    return Rules(lines, max(delays, default=None))


def _seconds(value: str) -> float | None:
    return min(float(value), _SLOWEST) if re.fullmatch(r"\d{1,6}(\.\d{1,6})?", value) else None


def _spelt(path: str) -> str:
    """One spelling of a path: letters that need no escape without one, all others with (RFC 9309, 2.2.2)."""

    def letter(found: re.Match[str]) -> str:
        character = chr(int(found[1], 16))
        fine = character.isascii() and (character.isalnum() or character in "-._~")
        return character if fine else found[0].upper()

    return quote(_ESCAPED.sub(letter, path), safe=_KEPT, errors="replace")


def _fits(pattern: str, path: str) -> bool:
    """`*` stands for any characters, `$` at the end for the end. Each piece is taken where it first fits."""
    ends = pattern.endswith("$")
    first, *others = (pattern[:-1] if ends else pattern).split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not others:
        return not ends or at == len(path)
    *middle, last = others
    for piece in middle:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return path.endswith(last) and len(path) - len(last) >= at if ends else path.find(last, at) >= 0


class Fetcher(Protocol):
    async def get(self, address: str, now: datetime) -> Page: ...


class Robots:
    """Asks each host for its rules once a day, through a client that guards addresses, sizes and time."""

    def __init__(self, client: Fetcher) -> None:
        self._client = client
        self._known: dict[str, tuple[Rules | FeedError, datetime]] = {}  # origin -> what it said, and until when

    async def rules(self, url: str, now: datetime) -> Rules:
        """Raises Unready where they cannot be known now, Forbidden for this very page; FeedError by our own guard."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()
        known, until = self._known.get(origin, (None, now))
        if known is None or until <= now:
            known, until = await self._ask(origin, now)
            if len(self._known) >= _MOST_HOSTS:
                self._known.pop(next(iter(self._known)))
            self._known[origin] = known, until
        if isinstance(known, FeedError):
            raise type(known)(known.outcome, str(known), status=known.status, after=until - now)
        if not known.allow(url):
            raise Forbidden(parts.hostname or origin)
        return known

    async def _ask(self, origin: str, now: datetime) -> tuple[Rules | FeedError, datetime]:
        try:
            page = await self._client.get(f"{origin}/robots.txt", now)
        except FeedError as error:
            status = error.status or 0
            if status == 204 or (400 <= status < 500 and status != 429):
                return Rules(), now + _DAY
            if error.outcome == "refused":  # our own guard; the page itself would be refused the same way
                return error, now + _HOUR
            told = f"robots.txt cannot be read, so nothing else is asked for: {error}"
            return Unready("backoff", told, status=error.status), now + max(error.after or _WAIT, _WAIT)
        age = page.max_age if page.max_age is not None else _DAY
        return parse(page.body.decode("utf-8", "replace")), now + min(max(age, _HOUR), _DAY)
