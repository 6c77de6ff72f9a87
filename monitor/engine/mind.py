"""The process that computes: `python -m monitor.engine.mind`. Answers one call after the other on its pipes.

Calls come pickled, from the process that started this one and from nobody else. It ends when its parent does.
"""

from __future__ import annotations

import os
import pickle
import struct
from io import BytesIO
from typing import Any

from monitor.engine.memory import give_back
from monitor.engine.port import Failed

SIZE = struct.Struct("!Q")  # of the pickle that follows


class _Unpickler(pickle.Unpickler):
    def __init__(self, data: bytes, kept: dict[int, Any]) -> None:
        super().__init__(BytesIO(data))
        self._kept = kept

    def persistent_load(self, number: Any) -> Any:
        return self._kept[number]


def main() -> None:
    """Serve until stdin closes."""
    # What is computed must not write into our answers, nor read our requests.
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)
    kept: dict[int, Any] = {}
    while len(head := requests.read(SIZE.size)) == SIZE.size:
        lost, new, packed = pickle.loads(requests.read(SIZE.unpack(head)[0]))  # noqa: S301 - from our parent
        for number in lost:
            kept.pop(number, None)
        kept |= {number: pickle.loads(value) for number, value in new.items()}  # noqa: S301
        answer = _answer(packed, kept)
        try:
            answers.write(SIZE.pack(len(answer)) + answer)
            answers.flush()
        except BrokenPipeError:
            return
        if new:
            give_back()


def _answer(packed: bytes, kept: dict[int, Any]) -> bytes:
    try:
        call, args, kwargs = _Unpickler(packed, kept).load()
        return pickle.dumps((True, call(*args, **kwargs)), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        os._exit(9)  # what is left of this process cannot be trusted
    except Exception as error:  # noqa: BLE001 - the caller's to handle
        try:
            carried = pickle.dumps((False, error), pickle.HIGHEST_PROTOCOL)
            pickle.loads(carried)  # noqa: S301 - some can be written and not be read
        except Exception:  # noqa: BLE001
            return pickle.dumps((False, Failed(f"{type(error).__name__}: {error}")))
        return carried


if __name__ == "__main__":
    main()
