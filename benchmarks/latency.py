"""How long from a feed's answer to a mail that was accepted, and what a dead target beside it costs.

A real daemon, a real feed server and a real SMTP server on loopback. Each feed shows its one denial at its second
poll; measured is from the last byte of that answer to the end of DATA of the mail. The polls are spread, so that the
daemon is idle in between. Then the same once more, beside a webhook and a mail server that accept connections and
never say a word.

    python -m benchmarks.latency --count 100
"""

from __future__ import annotations

import argparse
import shlex
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from statistics import quantiles
from typing import Any

from benchmarks.crash import Story
from tests.support.desk import DEMENTI, Desk
from tests.support.feeds import rss
from tests.support.servers import Answer, Feeds, Mailbox, running, until

SPREAD = 60.0  # seconds over which the second polls are spread
GOAL, DELAY_GOAL = 2.0, 1.0  # seconds: p99, and what a dead target may cost


class Paper:
    """A feed with nothing in it, then with one denial."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sent: float | None = None
        self._asked = 0

    def __call__(self, request: BaseHTTPRequestHandler) -> Answer | None:
        self._asked += 1
        items = [("old", "The weather stays fine")]
        if self._asked > 1:
            items.insert(0, ("new", f"Minister {self.name} denies resignation"))
        body = rss(*items)
        request.send_response(200)
        request.send_header("Content-Type", "application/rss+xml")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)
        if self._asked == 2:
            self.sent = time.monotonic()
        return None


class Post(Mailbox):
    """Remembers when it took what."""

    def __init__(self) -> None:
        self.taken: list[tuple[float, str]] = []
        super().__init__()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        at = time.monotonic()
        said = await super().handle_DATA(server, session, envelope)
        self.taken.append((at, str(self.mails[-1]["Subject"])))
        return said


@contextmanager
def hung() -> Iterator[int]:
    """The port of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server:
        yield server.getsockname()[1]


def measure(folder: Path, command: list[str], count: int, *, dead: bool) -> list[float]:
    """Seconds of each item, in the order of the feeds."""
    story = Story(rounds=count, size=1)
    papers = [Paper(name) for name in story.names[:count]]
    with ExitStack() as stack:
        feeds, post = stack.enter_context(running(Feeds())), stack.enter_context(running(Post()))
        desk = Desk(folder)
        tables = []
        for number, paper in enumerate(papers):
            feeds.pages[f"/p{number}"] = paper
            every = f'every = "{60 + round(SPREAD * number / count)}s"'
            tables.append(desk.feed(feeds, f"/p{number}", first=False, more=every))
        channels = desk.email(post, "desk@news.example")
        if dead:
            channels += _dead_channels(desk, stack.enter_context(hung()))
        claims = "".join(f'[[claims]]\nid = "{p.name}"\nstatement = "Minister {p.name} resigns"\n' for p in papers)
        desk.write(feeds="".join(tables), claims=claims, channels=channels)
        _watch(folder, command, lambda: len(post.taken) >= count)
        return [_latency(paper, post) for paper in papers]


def _dead_channels(desk: Desk, port: int) -> str:
    desk.let(port)
    return (
        f'[[channels]]\nname = "dead-hook"\nkind = "webhook"\nurl = "http://127.0.0.1:{port}/"\n'
        '[[channels]]\nname = "dead-mail"\nkind = "email"\nto = ["a@b.example"]\nfrom = "d@b.example"\n'
        f'smtp = {{ host = "127.0.0.1", port = {port}, security = "none" }}\n'
        '[[routes]]\nchannels = ["dead-hook", "dead-mail"]\n'
    )


def _watch(folder: Path, command: list[str], done: Any) -> None:
    with (folder / "daemon.log").open("a") as log:
        full = [*command, "--config", str(folder / "dementi.toml"), "run"]
        daemon = subprocess.Popen(full, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder)
        try:
            with suppress(AssertionError):
                until(done, 90 + 2 * SPREAD)
        finally:
            daemon.kill()
            daemon.wait()


def _latency(paper: Paper, post: Post) -> float:
    came = [at for at, subject in post.taken if f"{paper.name} denies" in subject]
    if paper.sent is None or not came:
        raise SystemExit(f"the denial of {paper.name} was never told")
    return came[0] - paper.sent


def told(name: str, seconds: list[float]) -> float:
    """Print the figures; returns p99."""
    p = quantiles(seconds, n=100, method="inclusive")
    print(f"{name}: N {len(seconds)} p50 {p[49]:.3f} s p99 {p[98]:.3f} s max {max(seconds):.3f} s")
    return p[98]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--dementi", default=str(DEMENTI), help="the command, where it is not the installed one")
    asked = parser.parse_args()
    found = {}
    for name, dead in (("alone", False), ("beside dead targets", True)):
        with tempfile.TemporaryDirectory(prefix="latency-") as folder:
            found[dead] = told(name, measure(Path(folder), shlex.split(asked.dementi), asked.count, dead=dead))
    delay = found[True] - found[False]
    print(f"a dead target delays others by {max(delay, 0):.3f} s (p99)")
    return 0 if found[False] <= GOAL and delay <= DELAY_GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
