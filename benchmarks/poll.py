"""What a poll of many feeds costs: `run --once` against a server on loopback, cold and when little or nothing changed.

    python benchmarks/poll.py [--feeds 2000] [--items 40] [--port 18990] [--command "dementi"]

cold      every feed is new, and all its items
304       nothing changed, the server says so
one new   one new item in every feed
same 200  nothing changed, the server knows no validators and sends all of it again

Feeds are made up while they are served, by a process of its own whose time does not count. Printed are feeds a second,
CPU time of the whole process tree by feed, without what one feed costs (starting up), and the tree's memory at its
peak: resident pages, shared ones counted for each process.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import multiprocessing
import os
import random
import shlex
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

PAGE = os.sysconf("SC_PAGE_SIZE")
ROUNDS = ("cold", "304", "one new", "same 200")
CLAIM = '[[claims]]\nstatement = "Ada Hale and Viktor Brandt spoke by telephone on 7 November 2024"\n'


# ---------------------------------------------------------------- the server


@lru_cache(maxsize=1)
def vocabulary() -> list[str]:
    """Made-up words, the first ones frequent, as in a language."""
    dice = random.Random(7)
    parts = ["ba", "den", "fol", "gri", "ha", "kel", "lo", "mur", "nis", "pra", "so", "tan", "ul", "vor", "wen", "zi"]
    return ["".join(dice.choices(parts, k=dice.randint(1, 4))) for _ in range(60_000)]


def text(dice: random.Random, words: int) -> str:
    known = vocabulary()
    chosen = [known[int(len(known) * dice.random() ** 4)] for _ in range(words)]
    return " ".join(word.capitalize() if dice.random() < 0.15 else word for word in chosen).capitalize() + "."


@lru_cache(maxsize=100_000)
def item(feed: int, number: int) -> str:
    dice = random.Random(f"{feed}/{number}")
    link = f"https://outlet{feed}.example.org/news/{number}"
    body = "".join(f"<p>{text(dice, 30)}</p>" for _ in range(3))
    return (
        f"<item><title>{text(dice, 9)}</title><link>{link}</link><guid>{link}</guid>"
        f"<pubDate>Thu, 07 Nov 2024 {number % 24:02}:30:00 GMT</pubDate>"
        f"<description><![CDATA[{body}]]></description></item>"
    )


@lru_cache(maxsize=100_000)
def page(feed: int, items: int, new: int) -> bytes:
    listed = "".join(item(feed, number) for number in range(items + new, new, -1))
    head = f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Outlet {feed}</title>'
    return f"{head}<link>https://outlet{feed}.example.org/</link>{listed}</channel></rss>".encode()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, items: int) -> None:
    """Addresses are /cond/FEED, with validators, and /plain/FEED, without any and always the same."""
    with suppress(OSError, asyncio.IncompleteReadError):
        while request := await reader.readuntil(b"\r\n\r\n"):
            lines = request.decode("latin-1").split("\r\n")
            kind, feed = lines[0].split()[1].strip("/").split("/")
            body = page(int(feed), items, STATE["new"] if kind == "cond" else 0)
            tag = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
            told = next((line[15:] for line in lines if line.lower().startswith("if-none-match: ")), "")
            fresh = kind == "cond" and told == tag
            extra = f"ETag: {tag}\r\n" if kind == "cond" else ""
            sent = b"" if fresh else body
            status = "304 Not Modified" if fresh else "200 OK"
            head = (
                f"HTTP/1.1 {status}\r\nContent-Type: application/rss+xml\r\n{extra}Content-Length: {len(sent)}\r\n\r\n"
            )
            writer.write(head.encode() + sent)
            await writer.drain()
    writer.close()


STATE = {"new": 0}


def serve(port: int, feeds: int, items: int, changes: multiprocessing.connection.Connection) -> None:
    async def main() -> None:
        def change() -> None:
            STATE["new"] = changes.recv()
            for feed in range(feeds):  # made before they are asked for: a poll must not wait for that
                page(feed, items, STATE["new"])
            changes.send(True)

        asyncio.get_running_loop().add_reader(changes.fileno(), change)
        server = await asyncio.start_server(lambda r, w: answer(r, w, items), "127.0.0.1", port, backlog=4096)
        changes.send(True)
        await server.serve_forever()

    asyncio.run(main())


# ---------------------------------------------------------------- the poll


class Cost(NamedTuple):
    wall: float  # seconds
    cpu: float  # seconds of the process and all it started
    mib: float


def tree(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from tree(int(child))


def resident(pid: int) -> float:
    total = 0
    for each in tree(pid):
        with suppress(OSError):
            total += int(Path(f"/proc/{each}/statm").read_text().split()[1])
    return total * PAGE / 2**20


def run(command: list[str], folder: Path) -> Cost:
    started, peak = time.perf_counter(), 0.0
    process = subprocess.Popen(
        [*command, "--config", folder / "dementi.toml", "run", "--once"], stderr=subprocess.DEVNULL
    )
    while True:
        done, status, used = os.wait4(process.pid, os.WNOHANG)
        if done:
            break
        peak = max(peak, resident(process.pid))
        time.sleep(0.05)
    process.returncode = status
    if status:
        raise SystemExit(f"{shlex.join(command)} failed")
    return Cost(time.perf_counter() - started, used.ru_utime + used.ru_stime, peak)


def desk(folder: Path, kind: str, feeds: int, port: int) -> Path:
    """A config over so many feeds of the server."""
    folder.mkdir()
    tables = "".join(f'[[feeds]]\nurl = "http://127.0.0.1:{port}/{kind}/{n}"\n' for n in range(feeds))
    settings = f'[poll]\nper_host = 64\n[http]\nallow_private = ["127.0.0.1:{port}"]\n'
    (folder / "dementi.toml").write_text(settings + tables + CLAIM)
    return folder


def rounds(
    command: list[str], folder: Path, feeds: int, port: int, changes: multiprocessing.connection.Connection
) -> dict[str, Cost]:
    found = {}
    cond, plain = desk(folder / f"c{feeds}", "cond", feeds, port), desk(folder / f"p{feeds}", "plain", feeds, port)
    for name, new in (("cold", 0), ("304", 0), ("one new", 1)):
        changes.send(new)
        changes.recv()
        found[name] = run(command, cond)
    run(command, plain)
    found["same 200"] = run(command, plain)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=2_000)
    parser.add_argument("--items", type=int, default=40)
    parser.add_argument("--port", type=int, default=18_990)
    parser.add_argument("--command", default="dementi")
    args = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(args.port, args.feeds, args.items, theirs), daemon=True)
    server.start()
    ours.recv()
    command = shlex.split(args.command)
    with tempfile.TemporaryDirectory() as folder:
        one = rounds(command, Path(folder), 1, args.port, ours)
        many = rounds(command, Path(folder), args.feeds, args.port, ours)
    server.terminate()
    print(f"{args.feeds:,} feeds of {args.items} items\n{'':10}{'feeds/s':>9}{'ms CPU a feed':>15}{'MiB':>6}")
    for name in ROUNDS:
        wall, cpu, _ = (m - o for m, o in zip(many[name], one[name], strict=True))
        print(f"{name:10}{(args.feeds - 1) / wall:9.0f}{1e3 * cpu / (args.feeds - 1):15.2f}{many[name].mib:6.0f}")


if __name__ == "__main__":
    main()
