"""The process that parses: `python -m monitor.feeds.worker`. Answers one request after the other on its pipes.

It is expected to die now and then: of its own alarm, of its memory limit, of a fault in a parser. Whoever asked sees
the pipe close. Imports little, so that a new one starts in no time and weighs little.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import struct
import sys
import time
from typing import TYPE_CHECKING, BinaryIO

from monitor.feeds.entry import Parsed
from monitor.feeds.parse import parse

if TYPE_CHECKING:
    from monitor.feeds.sieve import Sieve

__all__ = ["FRAME", "PROGRESS", "REQUEST", "RESULT", "SIEVE", "main"]

FRAME = struct.Struct("!cII")  # kind, length of the JSON, length of the body
_GARBAGE = 5_000  # objects after which cycles are looked for: a feed makes thousands, and hardly any cycle
_ONE_ITEM = 3.0  # seconds for a single item
_ONE_BY_ONE = 2.0  # deadlines that all items of a feed may take together when they are read singly
REQUEST, SIEVE, RESULT, PROGRESS = b"Q", b"S", b"R", b"P"


def write_frame(out: BinaryIO, kind: bytes, message: object, body: bytes = b"") -> None:
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    out.write(FRAME.pack(kind, len(text), len(body)))
    out.write(text)
    out.write(body)
    out.flush()


def main() -> None:
    """Serve until stdin closes. argv: memory limit in bytes, deadline of one request in seconds."""
    memory, deadline = int(sys.argv[1]), float(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Parsers must not write into our answers, nor read our requests.
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    gc.freeze()
    gc.set_threshold(_GARBAGE)
    sieve: Sieve | None = None
    while head := requests.read(FRAME.size):
        kind, size, body_size = FRAME.unpack(head)
        message = json.loads(requests.read(size))
        body = requests.read(body_size)
        # The kernel keeps the deadline, also where no Python code runs; whoever asked sees the pipe close.
        signal.setitimer(signal.ITIMER_REAL, deadline)
        if kind == SIEVE:
            sieve = _sieve(body)
        else:
            _answer(answers, message, body, deadline, sieve)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _sieve(packed: bytes) -> Sieve | None:
    from monitor.feeds.sieve import Sieve  # of no use without claims

    try:
        return Sieve(packed) if packed else None
    except Exception:  # noqa: BLE001 (without it nothing is dismissed, and all is judged)
        return None


def _answer(answers: BinaryIO, message: dict[str, object], body: bytes, deadline: float, sieve: Sieve | None) -> None:
    end = time.monotonic() + deadline * _ONE_BY_ONE

    def progress(number: int) -> bool:
        signal.setitimer(signal.ITIMER_REAL, min(deadline, _ONE_ITEM))
        write_frame(answers, PROGRESS, number)
        return time.monotonic() < end

    try:
        result = parse(body, progress=progress, **message)  # type: ignore[arg-type]
        if sieve is not None and not message.get("careful"):
            _sift(result, sieve)
    except MemoryError:
        os._exit(9)  # what is left of this process cannot be trusted
    except Exception as error:  # noqa: BLE001 (a fault of ours costs this feed its answer, and is named)
        result = {"outcome": "error", "error": f"cannot be parsed: {type(error).__name__}: {error}"[:300]}
    write_frame(answers, RESULT, result)


def _sift(parsed: Parsed, sieve: Sieve) -> None:
    entries = parsed.get("entries") or []
    marks = sieve.idle(entries)
    parsed["entries"] = [e._replace(idle=True) if idle else e for e, idle in zip(entries, marks, strict=True)]


if __name__ == "__main__":
    main()
