"""Feeds as text of a watchlist: what `feeds import` writes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pydantic import ValidationError

from monitor.model.source import Feed
from monitor.watchlist.load import same_feed
from monitor.watchlist.schema import FeedEntry

__all__ = ["Written", "write_feeds"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """The text, and what became of each feed."""

    text: str  # TOML; "" where no feed is new
    feeds: int  # how many stand in it
    known: int  # how many were left out because they are watched already
    refused: tuple[tuple[str, str], ...]  # address and reason: a watchlist may not hold them


def write_feeds(feeds: Iterable[Feed], watched: Iterable[Feed] = ()) -> Written:
    """`[[feeds]]` tables of those that are not watched yet, in their order. The text loads as a watchlist."""
    have = {same_feed(feed.url) for feed in watched}
    tables: list[str] = []
    refused: list[tuple[str, str]] = []
    known = 0
    for feed in map(_plain, feeds):
        if same_feed(feed.url) in have:
            known += 1
        elif reason := _refusal(feed):
            refused.append((feed.url, reason))
        else:
            have.add(same_feed(feed.url))
            tables.append("\n".join(_lines(feed)))
    text = "\n\n".join(tables)
    return Written(text=text + "\n" if text else "", feeds=len(tables), known=known, refused=tuple(refused))


def _plain(feed: Feed) -> Feed:
    """A name with characters that a watchlist refuses is not worth losing the feed."""
    name = "".join(c if c.isprintable() else " " for c in feed.publisher or "").strip()
    return replace(feed, publisher=name or None)


def _lines(feed: Feed) -> Iterator[str]:
    yield "[[feeds]]"
    for key, value in (("url", feed.url), ("publisher", feed.publisher), ("language", feed.language)):
        if value:
            yield f"{key} = {_string(value)}"


def _string(value: str) -> str:
    """A basic string of TOML. JSON's escapes are TOML's, but for DEL, which TOML wants escaped and JSON does not."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _refusal(feed: Feed) -> str:
    """Why a watchlist with this feed would be refused; "" where it would not."""
    try:
        FeedEntry(url=feed.url, publisher=feed.publisher, language=feed.language)
    except ValidationError as fault:
        return "; ".join(error["msg"].removeprefix("Value error, ") for error in fault.errors(include_input=False))
    return ""
