"""What the pipeline asks of whoever runs its blocking work."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Engine(Protocol):
    """Runs blocking calls off the event loop. Calls of one lane keep their order."""

    async def store(self, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a call that touches the store."""
        ...

    async def think(self, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a call that only computes."""
        ...

    def close(self) -> None: ...
