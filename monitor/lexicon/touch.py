"""Where a sentence touches what is asked about. Matching fills these values in, stance reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from monitor.model.claim import Party


class Core(NamedTuple):
    """The thing itself in a sentence: the claim's event, or the claim's own words."""

    parts: tuple[int, ...]
    sign: int  # 1: it is so; -1: undone, or the opposite
    force: str  # happened | mention | planned | words | frame (a call in which it is said to have been: only denied)
    score: float  # 0..1: how surely this is the claim's
    kind: str = ""

    @property
    def first(self) -> int:
        return self.parts[0]

    @property
    def last(self) -> int:
        return self.parts[-1]


class Clash(NamedTuple):
    """Something in a sentence that the claim says otherwise: another number, year, place."""

    first: int
    last: int
    what: str  # number | year | month | place | name
    text: str


class Touch(NamedTuple):
    """One sentence and one claim."""

    cores: Sequence[Core]
    groups: Sequence[Sequence[int]]  # for each name group of the claim the words that touch it
    words: Sequence[int]  # further words of the claim
    clashes: Sequence[Clash]
    cover: float  # 0..1: how much of the claim the sentence holds

    def named(self, first: int, last: int) -> int:
        """How many name groups are touched between two words, both included."""
        return sum(any(first <= w <= last for w in group) for group in self.groups)


class Asked(NamedTuple):
    """What stance has to know of a claim."""

    sign: int  # -1: the claim is a negative one
    plan: bool  # it speaks of something to come
    specific: bool  # its names are rare enough to show by themselves what an item is about
    rare: frozenset[int]  # of its name groups, those that hardly any other news holds
    given: bool  # its names were given with it, not guessed
    groups: int  # how many name groups it has
    parties: Sequence[Party]
    kinds: frozenset[str]
    cues: frozenset[str]  # types of cues that the claim itself is made of ("the helmet is a forgery")
