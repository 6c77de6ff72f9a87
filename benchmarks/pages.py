"""Reading pages of items: seconds and memory of the process that does it. `python benchmarks/pages.py [MEGABYTES …]`

Pages are made of the same paragraph, in an article among navigation and teasers, of so many megabytes each (0.1, 1, 5
if none is given), and are read as the service reads them: a process for each. Nothing is asked of any network.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from monitor.feeds.fulltext import MEMORY

WORDS = "The mayor of Springfield said on Tuesday that the dam would hold, and that nobody had to leave the valley."
TEASER = (
    "<li><a href='/story?id=%d'><img src='/p.jpg'><span class='kicker'>Region</span> A teaser of another story</a></li>"
)


def page(size: int) -> bytes:
    """Half article, half what surrounds it."""
    half = size // 2
    article = "".join(f"<p class='text'>{n}. {WORDS}</p>" for n in range(half // (len(WORDS) + 30)))
    around = "".join(TEASER % n for n in range(half // len(TEASER)))
    body = f"<nav>{around}</nav><article>{article}</article>"
    return f"<html><head><title>x</title></head><body>{body}</body></html>".encode()


def read(body: bytes, memory: int = MEMORY) -> tuple[float, float, str]:
    """Seconds, megabytes at the peak, and what came out."""
    head = json.dumps({"content_type": "text/html", "url": "http://outlet.example/1"}).encode()
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "monitor.feeds.fulltext_worker", str(memory), "60"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(head + b"\n" + body)
    process.stdin.close()
    answer = process.stdout.read()
    _, _, used = os.wait4(process.pid, 0)
    told = json.loads(answer) if answer else {"error": "died"}
    what = told.get("error") or f"{len(told['text'] or '')} characters"
    return time.perf_counter() - started, used.ru_maxrss / 1024, what


def main() -> None:
    for size in map(float, sys.argv[1:] or ("0.1", "1", "5")):
        body = page(int(size * 1_000_000))
        runs = [read(body) for _ in range(3)]
        seconds, peak, what = min(runs)
        print(f"{size:5.1f} MB  {seconds:6.2f} s  {peak:6.0f} MiB  {what}")


if __name__ == "__main__":
    main()
