"""`feeds find URL`: the feeds of a web page.

A page names its feeds in `<link rel="alternate">` (WHATWG HTML, 4.8.5); where it does not, links that look like feeds
and the usual addresses are tried. Everything found is read before it is named: what cannot be read is no feed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from monitor.errors import FeedError
from monitor.feeds.charset import to_utf8
from monitor.feeds.entry import web_link
from monitor.feeds.port import Reading, Source
from monitor.feeds.source import FeedSource
from monitor.model.source import Feed, Known, Outcome

__all__ = ["Found", "candidates", "find"]

_TAG = re.compile(r"<(link|a|base)\s([^<>]{1,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-z-]{1,30})\s{0,10}=\s{0,10}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"})
_FEED_ADDRESS = re.compile(r"(?:^|[/._?=-])(?:rss|feeds?|atom|rdf)(?:$|[/._?&=-])|\.(?:rss|rdf|atom)$", re.IGNORECASE)
# Where content management systems of news sites put their feeds.
_USUAL = ("/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feeds/posts/default")
_MOST = 12  # addresses asked for one page
_LOOKED_AT = 2_000_000  # characters of a page


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A feed that was found and could be read."""

    url: str
    title: str | None = None
    language: str | None = None
    entries: int = 0


def candidates(page: str, base: str) -> tuple[str, ...]:
    """Addresses that a page names as its feeds, the surest first; each once."""
    named: dict[str, None] = {}
    guessed: dict[str, None] = {}
    for tag, found in _tags(page[:_LOOKED_AT]):
        href = found.get("href")
        if tag == "base" and href:
            base = urljoin(base, href)
        url = web_link(href, base)
        if url is None:
            continue
        if tag == "link" and "alternate" in found.get("rel", "").lower().split() and _is_feed_type(found):
            named[url] = None
        elif tag == "a" and _FEED_ADDRESS.search(url.partition("//")[2].partition("/")[2]):
            guessed[url] = None
    usual = (urljoin(base, path) for path in _USUAL)
    return tuple(dict.fromkeys((*named, *(guessed if not named else ()), *(usual if not named else ()))))


def _tags(page: str) -> Iterator[tuple[str, dict[str, str]]]:
    for found in _TAG.finditer(page):
        values = (
            (name.lower(), html.unescape(double or single or bare))
            for name, double, single, bare in _ATTRIBUTE.findall(found[2])
        )
        yield found[1].lower(), dict(values)


def _is_feed_type(found: dict[str, str]) -> bool:
    return found.get("type", "").partition(";")[0].strip().lower() in _FEED_TYPES


async def find(url: str, source: FeedSource, now: datetime) -> tuple[Found, ...]:
    """The feeds of the page at `url`, or that address alone where it is a feed itself.

    Raises FeedError where the page cannot be fetched.
    """
    reading = await _read(url, source, now)
    if reading.outcome in (Outcome.ITEMS, Outcome.EMPTY):
        return (_found(url, reading),)
    if reading.outcome not in (Outcome.NOT_A_FEED, Outcome.AUTH):
        raise FeedError(reading.outcome.value, reading.error or "cannot be fetched", status=reading.status)
    page = await source.page(url, now)
    text = to_utf8(page.body, page.content_type).body.decode("utf-8", "replace")
    readings = [(link, await _read(link, source, now)) for link in candidates(text, page.url)[:_MOST]]
    return tuple(_found(link, read) for link, read in readings if read.outcome in (Outcome.ITEMS, Outcome.EMPTY))


async def _read(url: str, source: Source, now: datetime) -> Reading:
    async def known() -> Known:
        return Known()

    return await source.read(Feed(url=url), None, now, known)


def _found(url: str, reading: Reading) -> Found:
    return Found(url=reading.moved_to or url, title=reading.title, language=reading.language, entries=reading.entries)
