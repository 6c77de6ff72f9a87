"""The process that reads one page: `python -m monitor.feeds.fulltext_worker`. Lives for one page only.

HTML is the most hostile thing dementi reads, and libxml2 the largest parser it calls: whatever a page does to the
process, it does to nothing else. Starting one costs a quarter of a second, and pages are few.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import sys
from dataclasses import asdict
from typing import Any

from monitor.feeds.charset import to_utf8
from monitor.feeds.claimreview import reviews_of
from monitor.text.plain import visible

__all__ = ["main", "read_page"]

SHORTEST = 200  # characters; less is a notice, a login or a teaser, not an article
LONGEST = 100_000
_CHARSET = re.compile(
    rb"""<meta\b[^>]{0,200}?charset\s{0,5}=\s{0,5}["']?\s{0,5}([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE
)
_LABELLED = re.compile(r"charset\s*=", re.IGNORECASE)


def read_page(body: bytes, content_type: str, url: str) -> dict[str, Any]:
    """`text` of the article, None where there is none, and `reviews`. Raises whatever the parsers raise."""
    import trafilatura
    from trafilatura.utils import load_html

    tree = load_html(_decoded(body, content_type))
    if tree is None:
        return {"text": None, "reviews": []}
    reviews = reviews_of(tree)  # first: the extraction takes the tree apart
    text = trafilatura.extract(
        tree,
        url=url,
        favor_precision=True,  # a teaser of another article would answer in this one's name
        include_comments=False,  # readers are no source
        include_tables=False,
    )
    return {"text": _clean(text or ""), "reviews": [asdict(review) for review in reviews]}


def _decoded(body: bytes, content_type: str) -> str:
    """By mark, header, what the bytes prove, or the page's own label, in that order."""
    if not _LABELLED.search(content_type) and (named := _CHARSET.search(body[:4_096])):
        content_type = f"text/html; charset={named[1].decode('ascii')}"
    return to_utf8(body, content_type).body.decode("utf-8", "replace")


def _clean(text: str) -> str | None:
    """One paragraph a line, fit to be shown; None where there is too little of it."""
    lines = (" ".join(line.split()) for line in visible(text).splitlines())
    told = "\n".join(filter(None, lines))
    if len(told) > LONGEST:
        told = told[:LONGEST].rstrip() + "…"
    return told if len(told) >= SHORTEST else None


def main() -> None:
    """One request from stdin: a line of JSON, then the body. argv: memory in bytes, seconds. Answers JSON."""
    memory, deadline = int(sys.argv[1]), float(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_REAL, deadline)  # kept by the kernel, also where no Python code runs
    head, _, body = sys.stdin.buffer.read().partition(b"\n")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # parsers must not write into our answer
    try:
        answer = read_page(body, **json.loads(head))
    except MemoryError:
        os._exit(9)
    except Exception as error:  # noqa: BLE001 (a page that breaks a parser has no text, and says why)
        answer = {"error": f"cannot be parsed: {type(error).__name__}: {error}"[:300]}
    answers.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace"))
    answers.close()
    os._exit(0)  # nothing is left to tidy up


if __name__ == "__main__":
    main()
