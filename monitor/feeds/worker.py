"""The process that parses: `python -m monitor.feeds.worker`. Answers one request after the other on its pipes.

It is expected to die now and then: of its own alarm, of its memory limit, of a fault in a parser. Whoever asked sees
the pipe close. Imports little, so that a new one starts in no time and weighs little.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import struct
import sys
import time
from typing import BinaryIO

from monitor.feeds.parse import parse

__all__ = ["FRAME", "PROGRESS", "RESULT", "main"]

FRAME = struct.Struct("!cII")  # kind, length of the JSON, length of the body
_ONE_ITEM = 3.0  # seconds for a single item
_ONE_BY_ONE = 2.0  # deadlines that all items of a feed may take together when they are read singly
REQUEST, RESULT, PROGRESS = b"Q", b"R", b"P"


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
    while head := requests.read(FRAME.size):
        _, size, body_size = FRAME.unpack(head)
        message = json.loads(requests.read(size))
        body = requests.read(body_size)
        # The kernel keeps the deadline, also where no Python code runs; whoever asked sees the pipe close.
        signal.setitimer(signal.ITIMER_REAL, deadline)
        _answer(answers, message, body, deadline)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _answer(answers: BinaryIO, message: dict[str, object], body: bytes, deadline: float) -> None:
    end = time.monotonic() + deadline * _ONE_BY_ONE

    def progress(number: int) -> bool:
        signal.setitimer(signal.ITIMER_REAL, min(deadline, _ONE_ITEM))
        write_frame(answers, PROGRESS, number)
        return time.monotonic() < end

    try:
        result = parse(body, progress=progress, **message)  # type: ignore[arg-type]
    except MemoryError:
        os._exit(9)  # what is left of this process cannot be trusted
    except Exception as error:  # noqa: BLE001 (a fault of ours costs this feed its answer, and is named)
        result = {"outcome": "error", "error": f"cannot be parsed: {type(error).__name__}: {error}"[:300]}
    write_frame(answers, RESULT, result)


if __name__ == "__main__":
    main()
