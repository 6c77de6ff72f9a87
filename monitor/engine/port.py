"""What the pipeline asks of whoever runs its blocking work."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Kept:
    """A value that is large to carry and the same in many calls: whoever computes is given it once, and keeps it."""


class Failed(Exception):
    """Stands for an exception of another process that cannot be carried over; the text tells which."""


class Engine(Protocol):
    """Runs blocking calls off the event loop. Calls of one lane keep their order."""

    async def store(self, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a call that touches the store."""
        ...

    async def think(self, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a call that only computes, perhaps in another process: call, arguments and answer must be picklable.

        Raises WorkLost where that process ended twice before it had answered.
        """
        ...

    def close(self) -> None: ...
