"""What the pipeline asks of a second reader."""

from __future__ import annotations

from typing import Protocol

from monitor.model.opinion import Opinion, Question


class Advisor(Protocol):
    """One second reader of the config. Answers once; when to ask, and what the answer does, is not its business."""

    name: str  # the model's name, as shown to people
    identity: str  # changes with everything that may change an answer (model, weights, prompt): the cache's key

    async def ask(self, question: Question) -> Opinion:
        """The opinion; else raise OpinionError, its text free of secrets and of what the feed wrote."""
        ...

    async def close(self) -> None: ...
