"""feedparser's answer in the shape all readers share. The judge of everything `fast` is not sure of.

HTML sanitising and the resolving of links inside HTML are off: their cost is most of feedparser's, and only plain
text leaves this room. Guids stay as printed, where feedparser would resolve them against the base.
"""

from __future__ import annotations

import re
from typing import Any
from xml.sax import SAXException

import feedparser
from feedparser import api

from monitor.feeds.entry import Raw

__all__ = ["Unreadable", "read"]

for _parser in (api.StrictFeedParser, api.LooseFeedParser):
    _parser.can_be_relative_uri = _parser.can_be_relative_uri - {"id"}

# What XML 1.0 forbids (2.2 Char): feedparser raises on such references instead of passing them by.
_REFERENCE = re.compile(rb"&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,8}));?")
_FORBIDDEN = bytes(n for n in range(0x20) if n not in (0x09, 0x0A, 0x0D))


class Unreadable(Exception):
    """feedparser gave up; the text says why."""


def _legal(found: re.Match[bytes]) -> bytes:
    number = int(found[1], 16) if found[1] else int(found[2])
    fine = 0x20 <= number < 0xD800 or number in (9, 10, 13) or 0xE000 <= number < 0xFFFE or 0x10000 <= number < 0x110000
    return found[0] if fine else b""


def _legible(body: bytes) -> bytes:
    """Without the characters that no XML may hold, written out or as references."""
    return _REFERENCE.sub(_legal, body.translate(None, _FORBIDDEN))


def read(body: bytes, content_type: str, base: str) -> tuple[dict[str, str | None], list[Raw], str | None]:
    """(the feed's title, link, language, ttl, version), its items, and why it is not well-formed if it is not.

    `body` is UTF-8. Raises Unreadable where feedparser fails on it.
    """
    headers = {"content-type": f"{_media_type(content_type)}; charset=utf-8", "content-location": base}
    try:
        found = feedparser.parse(
            _legible(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 (feedparser raises whatever its parsers raise)
        raise Unreadable(f"{type(error).__name__}: {error}"[:200]) from None
    feed = found.feed
    head = {key: _string(feed.get(key)) for key in ("title", "link", "language", "ttl")}
    head["link"] = head["link"] or _alternate(feed)
    head["version"] = found.get("version") or None
    return head, [_raw(entry) for entry in found.entries], _malformed(found)


def _alternate(feed: Any) -> str | None:
    """A link to a page that lacks the media type feedparser wants to see."""
    links = [*(dict.get(feed, "links") or ()), dict.get(feed, "atom_link")]  # the latter where its prefix is undeclared
    links = [link for link in links if isinstance(link, dict)]
    return next((_string(link.get("href")) for link in links if link.get("rel") == "alternate"), None)


def _media_type(content_type: str) -> str:
    """Feedparser flags other media types, and reads them all alike."""
    name = content_type.partition(";")[0].strip().lower()
    return name if name.endswith("xml") else "application/xml"


def _malformed(found: Any) -> str | None:
    error = found.get("bozo_exception")
    if not found.get("bozo") or not isinstance(error, SAXException):  # the others are about labels we set ourselves
        return None
    return " ".join(str(error).replace("<unknown>:", "line ").split())[:200]


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _raw(entry: Any) -> Raw:
    raw: Raw = {}
    for key in ("id", "title", "link", "published", "updated", "summary", "author"):
        # `get` would offer the date of publication for a missing date of update
        value = dict.get(entry, key)
        if isinstance(value, str):
            raw[key] = value
    if isinstance(original := entry.get("feedburner_origlink"), str) and original:
        raw["link"] = original  # the page itself, not the counter before it
    contents = [content.get("value") or "" for content in dict.get(entry, "content") or ()]
    if contents:
        raw["content"] = max(contents, key=len)
    if "created" in entry and "published" not in raw:
        raw["published"] = entry["created"]
    return raw
