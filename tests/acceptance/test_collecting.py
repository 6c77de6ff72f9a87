"""Promises 1, 5 and 6: never deaf, identity in layers, hostile input costs nothing."""

from __future__ import annotations

import contextlib
import gzip
import os
import signal
import subprocess
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from tests.support.desk import DEMENTI, DENIAL, Desk
from tests.support.feeds import rss
from tests.support.servers import Answer, Feeds, Receiver, until

# ---------------------------------------------------------------- 1. never deaf


def test_a_server_that_never_answers_delays_no_other_feed(desk: Desk, feeds: Feeds, receiver: Receiver) -> None:
    silence = threading.Event()

    def hang(request: BaseHTTPRequestHandler) -> Answer | None:
        silence.wait(60)
        return None

    hung = [f"/hang{n}" for n in range(6)]
    feeds.pages |= dict.fromkeys(hung, hang)
    feeds.pages["/good"] = rss(("g1", *DENIAL))
    tables = "".join(desk.feed(feeds, path) for path in hung) + desk.feed(feeds, "/good")
    desk.write(feeds=tables, channels=desk.webhook(receiver), poll='every = "60s"\nper_host = 8')
    with desk.daemon() as daemon:
        until(lambda: receiver.bodies)
        silence.set()
        assert daemon.end() == 0


def test_a_host_that_never_answers_delays_no_other_however_many_feeds_it_has(
    desk: Desk, feeds: Feeds, receiver: Receiver
) -> None:
    """A hundred feeds wait for their host's turn; none of them may wait in the place of another host's."""
    silence = threading.Event()

    def hang(request: BaseHTTPRequestHandler) -> Answer | None:
        silence.wait(60)
        return None

    hung = [f"/hang{n}" for n in range(300)]
    feeds.pages |= dict.fromkeys(hung, hang)
    feeds.pages["/good"] = rss(("g1", *DENIAL))
    desk.allow.append(f"localhost:{feeds.port}")
    good = desk.feed(feeds, "/good").replace("127.0.0.1", "localhost")
    desk.write(
        feeds="".join(desk.feed(feeds, path) for path in hung) + good,
        channels=desk.webhook(receiver),
        poll='every = "60s"\nconcurrency = 8\nper_host = 2',
    )
    with desk.daemon() as daemon:
        until(lambda: receiver.bodies, 30)
        assert sum(feeds.asked(path) for path in hung) == 2
        silence.set()
        assert daemon.end() == 0


def test_slow_headers_end_at_the_deadline(desk: Desk, feeds: Feeds) -> None:
    """feedparser#263: a byte now and then keeps a read deadline happy for ever; only a total one helps."""

    def drip(request: BaseHTTPRequestHandler) -> Answer | None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        try:
            for _ in range(600):
                request.wfile.write(b"z")
                request.wfile.flush()
                time.sleep(0.1)
        except OSError:
            pass  # the poller hung up
        return None

    feeds.pages["/drip"] = drip
    desk.write(feeds=desk.feed(feeds, "/drip"))
    done = desk("run", "--once", seconds=55)
    assert done.returncode == 0
    assert "deadline" in done.stderr or "too long" in done.stderr or "within" in done.stderr, done.stderr


def test_hundreds_of_feeds_due_at_once_are_all_asked(desk: Desk, feeds: Feeds) -> None:
    paths = [f"/many{n}" for n in range(300)]
    feeds.pages |= {path: rss((f"{path}-1", f"News of {path}")) for path in paths}
    desk.write(feeds="".join(desk.feed(feeds, path) for path in paths), poll='every = "60s"\nper_host = 32')
    with desk.daemon() as daemon:
        until(lambda: all(feeds.asked(path) for path in paths))
        until(lambda: len(desk.rows("items")) == 300)
        assert daemon.end() == 0
    assert {row["feed"] for row in desk.rows("items")} == {feeds.url(path) for path in paths}


def test_a_feed_that_failed_is_asked_again_and_its_news_still_alerted(
    desk: Desk, feeds: Feeds, receiver: Receiver
) -> None:
    desk.write(feeds=desk.feed(feeds, "/a"), channels=desk.webhook(receiver))
    assert desk("run", "--once").returncode == 0
    assert desk.rows("feeds")[0]["outcome"] == "error"
    feeds.pages["/a"] = rss(("g1", *DENIAL))
    assert desk("run", "--once").returncode == 0
    assert [body["type"] for body in receiver.bodies] == ["claim.denied"]


def test_whatever_kills_our_processes_loses_nothing(desk: Desk, feeds: Feeds) -> None:
    """Parsing and judging are done in processes of their own. Both kinds are killed again and again at work."""
    paths = [f"/part{n}" for n in range(6)]
    desk.write(feeds="".join(desk.feed(feeds, path) for path in paths), poll='every = "60s"\nper_host = 8')
    killed: Counter[str] = Counter()
    for wave in range(4):
        denials = [(f"{wave}-{n}", DENIAL[0], f"{DENIAL[1]} Part {n} of {wave}.") for n in range(20)]
        feeds.pages |= {path: rss(*((f"{path}-{guid}", *rest) for guid, *rest in denials)) for path in paths}
        with subprocess.Popen([DEMENTI, "--config", desk.config, "run", "--once"], stderr=subprocess.DEVNULL) as once:
            for module in ("feeds.worker", "engine.mind", "engine.mind", "feeds.worker", "engine.mind"):
                while once.poll() is None and not children(once.pid, module):
                    time.sleep(0.01)
                time.sleep(0.08 * wave)
                for pid in children(once.pid, module):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                        killed[module] += 1
        assert once.returncode == 0
    items = desk.rows("items")
    assert len(items) == 4 * 20 * 6
    assert {item["claims"].get("call") for item in items} == {"denies"}
    assert min(killed["engine.mind"], killed["feeds.worker"]) >= 4, "too few were met at work"


def children(pid: int, module: str) -> list[int]:
    """Processes below `pid` that run this module of ours."""
    found = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                if f"monitor.{module}".encode() in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"):
                    found.append(child)
    return found


# ---------------------------------------------------------------- 5. identity in layers


def test_the_first_fetch_of_a_feed_is_told_but_not_alerted(desk: Desk, feeds: Feeds, receiver: Receiver) -> None:
    feeds.pages["/a"] = rss(("g1", *DENIAL))
    desk.write(feeds=desk.feed(feeds, "/a", first=False), channels=desk.webhook(receiver))
    done = desk("run", "--once")
    assert done.returncode == 0
    assert "found in the past" in done.stdout
    assert [event["stance"] for event in desk.rows("events")] == ["denies"]
    assert receiver.requests == 0


def test_rotated_guids_tracking_parameters_and_a_new_order_bring_no_flood(desk: Desk, feeds: Feeds) -> None:
    titles = [f"Council of Aldermere discusses budget item number {n} at length" for n in range(20)]

    def page(guid: str, link: str, order: int) -> bytes:
        items = "".join(
            f"<item><guid isPermaLink='false'>{guid.format(n=n)}</guid><title>{title}</title>"
            f"<link>{link.format(n=n)}</link><description>{title} again.</description></item>"
            for n, title in list(enumerate(titles))[::order]
        )
        return f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode()

    desk.write(feeds=desk.feed(feeds, "/a"))
    for guid, link, order in (
        ("a{n}", "https://outlet.example/{n}", 1),
        ("b{n}?session=77", "https://outlet.example/{n}", 1),
        ("b{n}?session=78", "https://outlet.example/{n}?utm_source=rss&amp;utm_medium=feed", -1),
    ):
        feeds.pages["/a"] = page(guid, link, order)
        assert desk("run", "--once").returncode == 0
    assert len(desk.rows("items")) == 20


def test_a_shrunken_feed_forgets_nothing_and_items_without_guid_come_once(desk: Desk, feeds: Feeds) -> None:
    items = [f"<item><title>Story number {n} from the harbour</title></item>" for n in range(5)]

    def page(part: list[str]) -> bytes:
        return f"<rss version='2.0'><channel><title>t</title>{''.join(part)}</channel></rss>".encode()

    desk.write(feeds=desk.feed(feeds, "/a"))
    for part in (items, items[:2], items[3:], items):
        feeds.pages["/a"] = page(part)
        assert desk("run", "--once").returncode == 0
    assert len(desk.rows("items")) == 5


def test_an_edited_item_is_judged_again(desk: Desk, feeds: Feeds, receiver: Receiver) -> None:
    desk.write(feeds=desk.feed(feeds, "/a"), channels=desk.webhook(receiver))
    feeds.pages["/a"] = rss(("g1", "Report: Trump and Putin spoke by phone", "The Kremlin did not comment at first."))
    assert desk("run", "--once").returncode == 0
    assert receiver.requests == 0
    feeds.pages["/a"] = rss(("g1", *DENIAL))
    assert desk("run", "--once").returncode == 0
    (row,) = desk.rows("items")
    assert (row["version"], row["title"]) == (2, DENIAL[0])
    assert [body["type"] for body in receiver.bodies] == ["claim.denied"]


# ---------------------------------------------------------------- 6. hostile input costs nothing


def test_hostile_feeds_end_as_errors_and_harm_no_other(desk: Desk, feeds: Feeds, receiver: Receiver) -> None:
    bomb = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 10))
    feeds.pages |= {
        "/bomb": f"<!DOCTYPE r [<!ENTITY e0 'ha'>{bomb}]><rss><channel><title>&e9;</title></channel></rss>".encode(),
        "/xxe": (
            f"<!DOCTYPE r [<!ENTITY x SYSTEM '{feeds.url('/canary')}'><!ENTITY f SYSTEM 'file:///etc/passwd'>]>"
            "<rss version='2.0'><channel><title>&f;</title><item><guid>1</guid><title>&x;&f;</title></item>"
            "</channel></rss>"
        ).encode(),
        "/gzip": lambda _: (200, {"Content-Encoding": "gzip"}, gzip.compress(b" " * 300_000_000, 9)),
        "/deep": b"<rss><channel>" + b"<a>" * 100_000,
        "/attributes": b"<rss " + b" ".join(b"a%d='1'" % n for n in range(50_000)) + b"><channel/></rss>",
        "/references": b"<rss><channel><item><title>&#0;&#xD800;&#99999999;</title></item></channel></rss>",
        "/html": b"<!doctype html><html><body>Please log in</body></html>",
        "/out": lambda _: (302, {"Location": "file:///etc/passwd"}, b""),
        "/good": rss(("g1", *DENIAL)),
    }
    feeds.pages["/canary"] = b"CANARY"
    tables = "".join(desk.feed(feeds, path) for path in feeds.pages if path != "/canary")
    desk.write(feeds=tables, channels=desk.webhook(receiver))
    done = desk("run", "--once", seconds=110)
    assert done.returncode == 0, done.stderr
    assert feeds.asked("/canary") == 0
    assert [body["type"] for body in receiver.bodies] == ["claim.denied"]
    kept = desk("items", "--json").stdout
    assert "root:" not in kept
    assert "CANARY" not in kept
    outcomes = {row["url"].rsplit("/", 1)[1]: row["outcome"] for row in desk.rows("feeds")}
    assert outcomes["good"] == "items"
    assert outcomes["html"] == "not-a-feed"
    assert outcomes["out"] == "refused"
    assert outcomes["gzip"] == "error"


def test_an_address_that_was_not_allowed_is_never_dialled(desk: Desk, feeds: Feeds) -> None:
    feeds.pages["/a"] = rss(("g1", "Secret of the inner network"))
    desk.write(feeds=f'[[feeds]]\nurl = "{feeds.url("/a")}"\n')
    done = desk("run", "--once")
    assert done.returncode == 0
    assert "allow_private" in done.stderr
    assert not feeds.log
    assert desk.rows("feeds")[0]["outcome"] == "refused"
