"""Memory that is free in this process, given back to the system."""

from __future__ import annotations

import contextlib
import ctypes
import gc

_M_ARENA_MAX = -8  # of mallopt(3), glibc
_GARBAGE = 5_000  # objects after which cycles are looked for: a poll makes as many, and few of them are in one
_ARENAS = 2  # heaps; glibc would make eight for each core, one for each thread that happens to wait for another


def give_back() -> None:
    """Collect garbage and trim the heap, once all is loaded; what is left is not looked through by the collector again.

    The heap is left alone where the C library is not glibc.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GARBAGE)
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_ARENA_MAX, _ARENAS)
        libc.malloc_trim(0)
