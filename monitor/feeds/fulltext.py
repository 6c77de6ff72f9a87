"""The text of an item's page: robots.txt asked first, then one guarded GET, then a process that reads the HTML."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.errors import FeedError
from monitor.feeds.http import Client, Limits, Page
from monitor.feeds.port import PageText
from monitor.feeds.robots import Robots
from monitor.feeds.workers import environment
from monitor.model.source import Review
from monitor.net.guard import Allow

__all__ = ["FullText", "available"]

MEMORY = 400 * 1024 * 1024  # bytes of address space: a page of 6 MB is read in it, see benchmarks/pages.py
_SIDE_BY_SIDE = 4  # pages asked for at once; one is read at a time, or a few hostile ones would take a gigabyte
_UNPACKED = 3  # times `max_bytes`
_ROBOTS = Limits(total=20.0, connect=10.0, read=10.0, raw=2_000_000, decoded=4_000_000)
_ACCEPT = "text/html, application/xhtml+xml, */*;q=0.1"
_PAGES = ("text/html", "application/xhtml+xml", "")


def available() -> bool:
    """The extra `dementi[fulltext]` is installed."""
    return importlib.util.find_spec("trafilatura") is not None


class FullText:
    """Implements `PageReader`. One for the life of a config; opened by its first use."""

    def __init__(
        self,
        *,
        allow: Iterable[str] = (),
        timeout: float = 30.0,
        max_bytes: int = 2_000_000,
        contact: str | None = None,
        trust_env: bool = False,
        parse_deadline: float = 15.0,
    ) -> None:
        """`timeout`: seconds for a page with all its redirects. `allow`, `contact`, `trust_env`: see `FeedSource`."""
        allowed = Allow.parse(allow)
        limits = Limits(total=timeout, raw=max_bytes, decoded=_UNPACKED * max_bytes)
        shared: dict[str, Any] = {"concurrency": _SIDE_BY_SIDE, "contact": contact, "trust_env": trust_env}
        self._client = Client(allowed, per_host=1, limits=limits, accept=_ACCEPT, **shared)
        # A client of its own: while it is asked, the page holds its host's only turn.
        self._robots_client = Client(allowed, per_host=2, limits=_ROBOTS, accept="text/plain, */*;q=0.5", **shared)
        self._robots = Robots(self._robots_client)
        self._deadline = parse_deadline
        self._reading = asyncio.Lock()

    async def read(self, url: str, now: datetime) -> PageText:
        """See `PageReader`."""
        delay = 0.0

        async def may(hop: str) -> None:
            nonlocal delay
            rules = await self._robots.rules(hop, now)
            delay = max(delay, rules.delay or 0.0)

        page = await self._client.get(url, now, may=may)
        told = PageText(final_url=page.url, status=page.status, delay=delay)
        if page.content_type.partition(";")[0].strip().lower() not in _PAGES:
            return replace(told, error=f"no web page: {page.content_type[:60]}")
        async with self._reading:
            return _answered(told, await self._parse(page))

    async def close(self) -> None:
        await self._client.close()
        await self._robots_client.close()

    async def _parse(self, page: Page) -> dict[str, Any]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "monitor.feeds.fulltext_worker", str(MEMORY), str(self._deadline)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is the daemon's to handle
            env=environment(),
        )
        head = json.dumps({"content_type": page.content_type, "url": page.url}).encode()
        try:
            answer, _ = await process.communicate(head + b"\n" + page.body)
            found: dict[str, Any] = json.loads(answer)
        except ValueError:  # it died
            raise FeedError("error", "reading it takes more time or memory than a page may have") from None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        return found


def _answered(told: PageText, answer: dict[str, Any]) -> PageText:
    if error := answer.get("error"):
        raise FeedError("error", error, status=told.status)
    reviews = tuple(Review(**review) for review in answer["reviews"])
    error = None if answer["text"] or reviews else "no text of an article in it"
    return replace(told, text=answer["text"], reviews=reviews, error=error)
