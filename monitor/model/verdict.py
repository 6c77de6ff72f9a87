"""What an item says of a claim: statements with their evidence, and the assessment that holds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Stance(StrEnum):
    """What a speaker does to a claim. A declined answer ("no comment") never makes the relation."""

    CONFIRMS = "confirms"
    DENIES = "denies"
    DECLINES = "declines"


class Relation(StrEnum):
    """What an item as a whole does to a claim it is about."""

    CONFIRMS = "confirms"
    DENIES = "denies"
    MIXED = "mixed"
    REPORTS = "reports"


class Basis(StrEnum):
    """What a stance rests on."""

    SAID = "said"  # someone says so
    SHOWN = "shown"  # document, court, fact-check, the outlet's own verification, a retraction
    ASSERTED = "asserted"  # the outlet states it as plain fact, with nobody standing behind it


class Role(StrEnum):
    """Who a speaker is to the claim."""

    PARTY = "party"  # of the claim: its word settles it
    AUTHORITY = "authority"  # court, police, regulator, ministry: in a position to know
    OUTLET = "outlet"  # a news organisation on its own account
    OTHER = "other"
    UNNAMED = "unnamed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """The words that show a stance: `text == fields[field][start:end]` of the item's plain text."""

    text: str
    field: str  # title | summary | content
    start: int  # characters
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """Someone takes a stance on a claim."""

    stance: Stance
    basis: Basis
    evidence: Evidence
    confidence: float  # 0..1: share of such statements that are right
    speaker: str | None = None  # the name as printed
    party: str | None = None  # the institution or person spoken for, by the claim's own name of it where it has one
    role: Role = Role.UNNAMED
    hedged: bool = False  # "appeared to confirm"
    anonymous: bool = False  # insiders, "a person familiar with the matter"

    @property
    def answers(self) -> bool:
        """It confirms or denies; a bare assertion of the claim itself does not confirm it."""
        if self.stance is Stance.CONFIRMS:
            return self.basis is not Basis.ASSERTED
        return self.stance is Stance.DENIES


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """One step of the reading, kept so that silence can be explained."""

    name: str  # "names", "terms", "since", "cue", "scope", …
    passed: bool
    detail: str  # what was found or missing, for people
    score: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessment:
    """All that one item says of one claim it is about."""

    item: str  # Item.id
    claim: str  # Claim.id
    relation: Relation
    match: float  # 0..1: how surely the item is about this claim
    statements: tuple[Statement, ...] = ()
    gates: tuple[Gate, ...] = ()


def relation_of(statements: Iterable[Statement]) -> Relation:
    """`mixed` where the statements answer both ways, `reports` where none answers."""
    stances = {s.stance for s in statements if s.answers}
    if len(stances) > 1:
        return Relation.MIXED
    return Relation(stances.pop().value) if stances else Relation.REPORTS
