"""Everything in this process: one thread for the store (it has one writer), one for judging.

Two threads rather than a pool: more writers would only queue at SQLite's lock, more thinkers at the interpreter's.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class LocalEngine:
    """`Engine` on two threads of this process."""

    def __init__(self) -> None:
        self._store = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._think = ThreadPoolExecutor(1, thread_name_prefix="judge")

    async def store(self, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await _run(self._store, call, *args, **kwargs)

    async def think(self, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await _run(self._think, call, *args, **kwargs)

    def close(self) -> None:
        """Finish what was begun: a transaction under way is never cut off."""
        self._think.shutdown(wait=True)
        self._store.shutdown(wait=True)


async def _run(pool: ThreadPoolExecutor, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    return await asyncio.get_running_loop().run_in_executor(pool, functools.partial(call, *args, **kwargs))
