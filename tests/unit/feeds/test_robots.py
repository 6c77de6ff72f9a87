from __future__ import annotations

import time
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.robotparser import RobotFileParser

import pytest

from monitor.errors import FeedError
from monitor.feeds.http import Page
from monitor.feeds.robots import Forbidden, Robots, Rules, Unready, parse

NOW = datetime(2024, 11, 7, 12, 0, tzinfo=UTC)
FILES = tomllib.loads((Path(__file__).parents[2] / "cases/feeds/robots.toml").read_text())["files"]
SITE = "https://news.example.org"


@pytest.mark.parametrize("case", FILES, ids=lambda case: case["name"])
def test_rules(case: dict[str, Any]) -> None:
    rules = parse(case["text"])
    assert [path for path in case.get("allows", ()) if not rules.allow(SITE + path)] == []
    assert [path for path in case.get("forbids", ()) if rules.allow(SITE + path)] == []


@pytest.mark.parametrize("case", [case for case in FILES if case.get("peer")], ids=lambda case: case["name"])
def test_the_standard_library_agrees_where_it_knows_the_rules(case: dict[str, Any]) -> None:
    peer = RobotFileParser()
    peer.parse(case["text"].splitlines())
    paths = [*case.get("allows", ()), *case.get("forbids", ())]
    rules = parse(case["text"])
    assert [rules.allow(SITE + path) for path in paths] == [peer.can_fetch("dementi", SITE + path) for path in paths]


def test_a_delay_is_heard_and_bounded() -> None:
    assert parse("User-agent: *\nCrawl-delay: 2.5\n").delay == 2.5
    assert parse("User-agent: *\nCrawl-delay: 99999\n").delay == 300
    assert parse("User-agent: *\nCrawl-delay: soon\n").delay is None


def test_patterns_made_to_be_slow_are_not() -> None:
    rules = parse("User-agent: *\n" + ("Disallow: /" + "*a" * 500 + "b$\n") * 200)
    started = time.process_time()
    assert rules.allow(SITE + "/" + "a" * 4_000)
    assert time.process_time() - started < 5  # seconds; by backtracking it would be centuries


class Server:
    """Answers for /robots.txt, in turn."""

    def __init__(self, *answers: bytes | FeedError) -> None:
        self.answers, self.asked = list(answers), list[str]()
        self.max_age: timedelta | None = None

    async def get(self, address: str, now: datetime) -> Page:
        self.asked.append(address)
        answer = self.answers.pop(0)
        if isinstance(answer, FeedError):
            raise answer
        return Page(status=200, url=address, body=answer, max_age=self.max_age)


async def test_each_host_is_asked_once_a_day() -> None:
    server = Server(b"User-agent: *\nDisallow: /a", b"", b"")
    robots = Robots(server)
    with pytest.raises(Forbidden, match=r"robots.txt of news.example.org forbids it"):
        await robots.rules(f"{SITE}/a", NOW)
    assert (await robots.rules(f"{SITE}/b", NOW + timedelta(hours=23))).lines
    assert await robots.rules("https://news.example.org:8443/a", NOW) == Rules()
    assert await robots.rules(f"{SITE}/a", NOW + timedelta(days=1)) == Rules()
    assert server.asked == [f"{SITE}/robots.txt", "https://news.example.org:8443/robots.txt", f"{SITE}/robots.txt"]


async def test_the_server_may_say_how_long_its_rules_hold_between_an_hour_and_a_day() -> None:
    server = Server(b"", b"")
    server.max_age = timedelta(0)
    robots = Robots(server)
    await robots.rules(SITE, NOW)
    await robots.rules(SITE, NOW + timedelta(minutes=59))
    assert len(server.asked) == 1
    await robots.rules(SITE, NOW + timedelta(hours=1))
    assert len(server.asked) == 2


@pytest.mark.parametrize("status", [401, 403, 404, 410, 204])
async def test_where_there_are_no_rules_all_is_allowed(status: int) -> None:
    robots = Robots(Server(FeedError("error", "no", status=status)))
    assert (await robots.rules(f"{SITE}/a", NOW)).allow(f"{SITE}/a")


@pytest.mark.parametrize("status", [500, 503, 429, None])
async def test_where_the_rules_cannot_be_known_nothing_is_asked_for_yet(status: int | None) -> None:
    server = Server(FeedError("error", "no answer", status=status), b"")
    robots = Robots(server)
    with pytest.raises(Unready, match="so nothing else is asked for: no answer") as first:
        await robots.rules(f"{SITE}/a", NOW)
    assert first.value.after == timedelta(minutes=30)
    with pytest.raises(FeedError) as second:
        await robots.rules(f"{SITE}/b", NOW + timedelta(minutes=20))
    assert (second.value.after, len(server.asked)) == (timedelta(minutes=10), 1)
    assert await robots.rules(f"{SITE}/a", NOW + timedelta(minutes=30)) == Rules()


async def test_a_pause_that_the_server_asks_for_is_kept() -> None:
    robots = Robots(Server(FeedError("backoff", "busy", status=503, after=timedelta(hours=2))))
    with pytest.raises(FeedError) as refused:
        await robots.rules(SITE, NOW)
    assert refused.value.after == timedelta(hours=2)


async def test_what_the_guard_refuses_is_refused_as_that() -> None:
    robots = Robots(Server(FeedError("refused", "10.0.0.1 is not a public address")))
    with pytest.raises(FeedError, match="not a public address") as refused:
        await robots.rules("http://10.0.0.1/a", NOW)
    assert (refused.value.outcome, type(refused.value)) == ("refused", FeedError)
