"""Promise 17: a full disk is said clearly, costs nothing, and is over when there is room again."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.support.desk import DENIAL, Daemon, Desk
from tests.support.feeds import rss
from tests.support.servers import Answer, Feeds, Receiver, until

SIZE = 4 << 20  # bytes of the small disk


class Disk:
    """A small disk of its own, that can be filled to the last byte."""

    def __init__(self, path: Path) -> None:
        self.path, self._filler = path, path / "filler"

    def fill(self) -> None:
        with self._filler.open("ab", buffering=0) as filler, suppress(OSError):
            while True:
                filler.write(b"x" * 4096)
        assert os.statvfs(self.path).f_bavail == 0

    def free(self) -> None:
        self._filler.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    path = tmp_path / "small"
    path.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", path], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a disk to fill must be mounted, and that is not allowed here: {mounted.stderr.strip()}")
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "-l", path], check=True)


def write(desk: Desk, disk: Disk, feeds: Feeds, receiver: Receiver, *more: str) -> None:
    tables = "".join(desk.feed(feeds, path) for path in ("/a", *more))
    desk.write(feeds=tables, channels=desk.webhook(receiver), store=f"sqlite:{disk.path}/dementi.db")


def told_once(desk: Desk, daemon: Daemon, receiver: Receiver) -> None:
    until(lambda: [row["state"] for row in desk.rows("deliveries")] == ["sent"])
    assert daemon.end() == 0
    assert list(receiver.taken.values()) == [1]
    assert "Traceback" not in daemon.log
    assert desk("db", "check").returncode == 0


def test_items_that_find_no_room_are_stored_when_there_is_some(
    desk: Desk, disk: Disk, feeds: Feeds, receiver: Receiver
) -> None:
    full = threading.Event()

    def answer(_: BaseHTTPRequestHandler) -> Answer | None:
        full.wait(30)
        return 200, {"Content-Type": "application/rss+xml"}, rss(("g1", *DENIAL))

    feeds.pages["/a"] = answer
    write(desk, disk, feeds, receiver)
    with desk.daemon() as daemon:
        until(lambda: feeds.asked("/a"))
        disk.fill()
        full.set()
        daemon.says("no space is left on its disk")
        assert daemon.process.poll() is None
        assert not receiver.taken
        disk.free()
        told_once(desk, daemon, receiver)
    assert feeds.asked("/a") == 1, "what was fetched is kept"


def test_a_message_whose_outcome_finds_no_room_is_not_sent_again(
    desk: Desk, disk: Disk, feeds: Feeds, receiver: Receiver
) -> None:
    feeds.pages["/a"] = rss(("g1", *DENIAL))
    write(desk, disk, feeds, receiver)
    receiver.hook = disk.fill
    with desk.daemon() as daemon:
        daemon.says("outcomes wait to be stored")
        assert "no space is left on its disk" in daemon.log
        disk.free()
        told_once(desk, daemon, receiver)


def test_a_reload_that_finds_no_room_is_refused_and_goes_through_later(
    desk: Desk, disk: Disk, feeds: Feeds, receiver: Receiver
) -> None:
    feeds.pages["/a"] = rss(("g1", "The weather stays fine"))
    feeds.pages["/b"] = rss(("g2", *DENIAL))
    write(desk, disk, feeds, receiver)
    with desk.daemon() as daemon:
        daemon.says("watching")
        until(lambda: desk.rows("items"))
        disk.fill()
        write(desk, disk, feeds, receiver, "/b")
        daemon.process.send_signal(signal.SIGHUP)
        daemon.says("reload failed")
        disk.free()
        daemon.process.send_signal(signal.SIGHUP)
        daemon.says("reloaded: watching 1 claims in 2 feeds")
        told_once(desk, daemon, receiver)


def test_a_start_that_finds_no_room_says_so(desk: Desk, disk: Disk, feeds: Feeds, receiver: Receiver) -> None:
    feeds.pages["/a"] = rss(("g1", *DENIAL))
    write(desk, disk, feeds, receiver)
    disk.fill()
    done = desk("run", "--once")
    assert done.returncode == 1
    assert "no space is left on its disk" in done.stderr
    assert "Traceback" not in done.stderr
    disk.free()
    assert desk("run", "--once").returncode == 0
    assert list(receiver.taken.values()) == [1]
