"""A day in the life of a feed, by script: it fails, moves, edits, rotates its guids, falls silent.

The clock is the test's, the server and the parsing processes are real. Promised: every new item comes out once, every
outage and recovery is told once.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from aiohttp import web

from monitor.feeds.health import TurnKind, after, turns
from monitor.feeds.source import FeedSource
from monitor.model.source import Feed
from tests.unit.feeds.conftest import Site, item, rss
from tests.unit.feeds.test_source import Memory

HOUR = 6  # polls


class Outlet:
    """What the server does at each poll."""

    def __init__(self) -> None:
        self.poll = 0
        self.number = 0
        self.printed: list[int] = []

    def publish(self) -> None:
        self.number += 1
        self.printed = [self.number, *self.printed[:9]]

    def body(self) -> bytes:
        rotated = f"-{self.poll}" if 8 * HOUR <= self.poll < 12 * HOUR else ""
        # In the third hour the headline of item 3 is edited, and stays so.
        titles = {3: "Report 3, corrected"} if self.poll >= 3 * HOUR else {}
        query = f"?utm_source=rss{self.poll}" if self.poll % 2 else ""
        return rss(
            *(
                item(n, titles.get(n), guid=f"id-{n}{rotated}", link=f"https://outlet.example/{n}{query}")
                for n in self.printed
            )
        )

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        if 5 * HOUR <= self.poll < 7 * HOUR:
            return web.Response(status=(500, 503, 404)[self.poll % 3])
        if self.poll >= 13 * HOUR and request.path == "/f":
            return web.Response(status=301, headers={"Location": "/new"})
        return web.Response(body=self.body(), content_type="application/rss+xml")


async def test_a_day(site: Site) -> None:
    outlet = Outlet()
    site.serve("/new", outlet)
    memory = Memory(Feed(url=site.serve("/f", outlet), every=timedelta(minutes=10)))
    source = FeedSource(allow=site.allow, workers=1)
    versions: Counter[str] = Counter()
    told: list[TurnKind] = []
    try:
        for poll in range(24 * HOUR):
            outlet.poll = poll
            if poll % 3 == 0 and poll < 16 * HOUR:
                outlet.publish()
            before = memory.state
            reading = await memory.poll(source)
            versions.update(one.title for one in reading.items)
            told += [turn.kind for turn in turns(before, memory.state, memory.now)]
            assert memory.state == after(before, memory.feed, reading, memory.now, 0.0)
    finally:
        await source.close()
    expected = {f"Report {n}" for n in range(1, outlet.number + 1)} | {"Report 3, corrected"}
    # Items that came and went while the server was down are lost to everybody; ten are printed, so none did.
    assert versions == Counter(dict.fromkeys(expected, 1))
    assert len(memory.newest) == outlet.number
    assert told == [TurnKind.FAILING, TurnKind.RECOVERED, TurnKind.MOVED]
    assert site.asked[-1][0] == "/new"
