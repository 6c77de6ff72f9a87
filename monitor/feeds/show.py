"""`feeds show`: feeds as the poller reads them, as JSON-ready lines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Any

from monitor.feeds.port import Reading, Source
from monitor.model.source import Feed, Item, Known, Outcome
from monitor.model.times import stamp

__all__ = ["line", "show"]

_AT_ONCE = 256  # feeds under way; the source keeps its own, lower limits


async def show(urls: Iterable[str], source: Source, now: datetime) -> AsyncIterator[dict[str, Any]]:
    """A line for every address, in the order they finish, whatever happens to one of them."""
    slots = asyncio.Semaphore(_AT_ONCE)

    async def one(url: str) -> dict[str, Any]:
        async with slots:
            try:
                reading = await source.read(Feed(url=url), None, now, _nothing)
            except Exception as error:  # noqa: BLE001 (a fault of ours must not cost the other lines)
                reading = Reading(outcome=Outcome.ERROR, error=f"{type(error).__name__}: {error}"[:200])
        return line(url, reading)

    tasks = [asyncio.ensure_future(one(url)) for url in urls]
    try:
        for done in asyncio.as_completed(tasks):
            yield await done
    finally:
        for task in tasks:
            task.cancel()


async def _nothing() -> Known:
    return Known()


def line(url: str, reading: Reading) -> dict[str, Any]:
    """One feed as `feeds show --json` prints it."""
    return {
        "url": url,
        "outcome": reading.outcome.value,
        "error": reading.error,
        "status": reading.status,
        "final_url": reading.final_url,
        "seconds": round(reading.seconds, 3),
        "feed": {"title": reading.title, "link": reading.link, "language": reading.language},
        "items": [_item(item) for item in reading.items],
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "id": item.guid,
        "title": _flat(item.title),
        "link": item.link,
        "published": stamp(item.published),
        "updated": stamp(item.updated),
        "summary": _flat(item.summary),
        "author": item.author,
    }


def _flat(text: str | None) -> str | None:
    """On one line; nothing is null."""
    return " ".join((text or "").split()) or None
