"""What a second reader is asked about an item and a claim, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.model.claim import Claim
from monitor.model.source import Item
from monitor.model.verdict import Assessment, Statement


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One pair of item and claim, with what the built-in reading says of it."""

    item: Item
    claim: Claim
    assessment: Assessment
    language: str  # of the item, as the built-in reading took it


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """What an answer cost."""

    seconds: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0  # in the currency that the config gives its prices in


@dataclass(frozen=True, kw_only=True, slots=True)
class Opinion:
    """What the second reader makes of a pair. Its statements quote the item word for word; those that did not are void.

    No statement: the item takes no stance on the claim, in the second reader's view.
    """

    by: str  # the model's name, as shown to people
    statements: tuple[Statement, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)  # "confirms", "denies", "silent": 0..1
    void: tuple[str, ...] = ()  # why answers were thrown away: "the quotation is not in the item"
    usage: Usage = Usage()
