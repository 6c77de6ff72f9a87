"""Reading items against a list of claims, wherever that is done: here, or in a process of its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from monitor.engine.port import Kept
from monitor.model.claim import Claim
from monitor.model.source import Item
from monitor.model.verdict import Assessment

if TYPE_CHECKING:
    from monitor.pipeline.judge import Judge


class Reader(Kept):
    """What one item says of these claims. Only they are carried over; they are compiled at the first question."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self.claims = tuple(claims)

    def __call__(self, item: Item) -> Sequence[Assessment]:
        return self._judge.judge_item(item)

    def prepare(self) -> Reader:
        """Compile the claims now, not at the first question."""
        _ = self._judge
        return self

    def __reduce__(self) -> tuple[type[Reader], tuple[Sequence[Claim]]]:
        return Reader, (self.claims,)

    @cached_property
    def _judge(self) -> Judge:
        from monitor.pipeline.reviews import ReviewingJudge  # the tables of all languages, for whoever reads

        return ReviewingJudge(self.claims)

    def sieve(self) -> bytes | None:
        """What dismisses items that no claim can be about; see `feeds.sieve`."""
        from monitor.feeds.sieve import packed

        return packed(self._judge.index)
