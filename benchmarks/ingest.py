"""How fast items go through the store: new ones in, known ones looked up. Prints one table.

    python benchmarks/ingest.py [--feeds 2000] [--items 50] [--polls 64] [--bytes 400] [--folder DIR]

New: every feed brings its items in five rounds, `polls` feeds a transaction, as the poller stores them; each commit is
synced to the disk. Known: every feed is asked for what is held of it, which is what tells a known item from a new one.
Edited: every item comes again with another text. Looked up: `due` and `due_deliveries` are asked in between.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from monitor.model.claim import Watch
from monitor.model.source import Feed, FeedState, Item
from monitor.store.port import Poll, Store
from monitor.store.sqlite import open_store

ROUNDS = 5
START = datetime(2026, 1, 1, tzinfo=UTC)


def made_up(feed: int, number: int, size: int) -> Item:
    key = sha256(f"{feed}/{number}".encode()).hexdigest()[:32]
    seen = START + timedelta(seconds=feed)
    return Item(
        id=key,
        feed=url(feed),
        title=f"Headline {number} of feed {feed}, about as long as headlines are in the news",
        summary=(key * (size // len(key) + 1))[:size],
        link=f"https://www.example.org/{feed}/article-{number}-{key[:12]}.html",
        guid=f"https://www.example.org/?p={key[:16]}",
        published=seen - timedelta(minutes=number),
        seen=seen,
        digest=key,
    )


def url(feed: int) -> str:
    return f"https://www.example.org/feeds/{feed}.xml"


def batches(polls: list[Poll], size: int) -> Iterator[list[Poll]]:
    return (polls[i : i + size] for i in range(0, len(polls), size))


def measure(name: str, count: int, work: Callable[[], object]) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{name:<28}{count:>10,}{wall:>9.2f} s{cpu:>9.2f} s{count / wall:>14,.0f}/s")


def run(store: Store, feeds: int, items: int, batch: int, size: int) -> None:
    total = feeds * items
    store.sync(Watch(feeds=tuple(Feed(url=url(n)) for n in range(feeds))), START)
    state = {n: FeedState(url=url(n), next_due=START, last_tried=START) for n in range(feeds)}
    made = {n: [made_up(n, i, size) for i in range(items)] for n in range(feeds)}
    # Five rounds: items of one feed lie apart in the file, as they do in life.
    new = [Poll(state=state[n], items=tuple(made[n][part::ROUNDS])) for part in range(ROUNDS) for n in range(feeds)]
    edited = [replace(p, items=tuple(replace(i, digest=i.digest + "x", version=2) for i in p.items)) for p in new]
    order = random.Random(1).sample(range(feeds), feeds)

    def keep(polls: list[Poll]) -> None:
        for some in batches(polls, batch):
            store.keep_polls(some)

    def look_up() -> None:
        found = sum(len(store.known(url(n)).newest) for n in order)
        assert found == total

    print(f"{'':<28}{'count':>10}{'wall':>11}{'CPU':>11}{'':>14}")
    measure("new items", total, lambda: keep(new))
    measure("known items", total, look_up)
    measure("known items, stored again", total, lambda: keep(new))
    measure("polls that brought nothing", feeds, lambda: keep([Poll(state=state[n]) for n in range(feeds)]))
    measure("edited items", total, lambda: keep(edited))
    measure("known items, edited once", total, look_up)
    measure("unjudged items read", 10_000, lambda: [store.unjudged(500) for _ in range(20)])
    measure("items listed", total, lambda: sum(1 for _ in store.list_items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=2000)
    parser.add_argument("--items", type=int, default=50, help="items a feed")
    parser.add_argument("--polls", type=int, default=64, help="polls a transaction")
    parser.add_argument("--bytes", type=int, default=400, help="length of an item's summary")
    parser.add_argument("--folder", type=Path, help="where the database lies while it is measured")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        store = open_store(f"sqlite:{folder}/ingest.db")
        run(store, args.feeds, args.items, args.polls, args.bytes)
        store.close()
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{size / 2**20:,.0f} MiB on disk, {peak:,.0f} MiB of memory at the most (test data included)")


if __name__ == "__main__":
    main()
