"""What works on a word: negators, hedges, conditions, demands; and what a cue governs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from monitor.lexicon.passage import Found, Sentence
from monitor.lexicon.tables import Tables
from monitor.lexicon.touch import Touch
from monitor.stance.clauses import Clauses

STANCES = ("deny", "confirm", "false", "true")
# Masks that work on all that follows in their part of the sentence, not only on their own comma's part.
_BACK = 5  # words a negator works backwards at most
_OF_NOUN = 3  # "not talk about private calls" negates the talking, "no private telephone calls" the calls
_FORWARD = frozenset(["demand", "accuse", "plan", "question"])


class Scene(NamedTuple):
    """One sentence with its borders and its touch of the claim."""

    sentence: Sentence
    clauses: Clauses
    touch: Touch
    tables: Tables

    @property
    def size(self) -> int:
        return len(self.sentence.words)

    def part(self, at: int, *, commas: bool = False) -> tuple[int, int]:
        return self.clauses.part(at, self.size, commas=commas)


def negated(scene: Scene, parts: Sequence[int], *, noun: bool = False) -> bool:
    """An odd number of negators works on the words; on a `noun` only what stands close before it ("no such call")."""
    return sum(_negates(scene, f, parts, noun=noun) for f in scene.sentence.of("negator")) % 2 == 1


def _negates(scene: Scene, negator: Found, parts: Sequence[int], *, noun: bool) -> bool:
    if set(negator.parts) & set(parts):
        return False
    side = negator.entry.side
    reach = min(negator.entry.words, _OF_NOUN) if noun else negator.entry.words
    first, last = parts[0], parts[-1]
    if first < negator.first < last:
        return side != "before" or len(parts) == 1
    if negator.last < first and side in ("after", "both"):
        return first - negator.last <= reach and _open(scene, negator.last, first)
    if negator.first > last and side in ("before", "both"):
        both = scene.tables.words.get("and", frozenset())
        joined = any(scene.sentence.words[i].low in both for i in range(last + 1, negator.first))
        return negator.first - last <= min(reach, _BACK) and not joined and _open(scene, last, negator.first)
    return False


def _open(scene: Scene, left: int, right: int) -> bool:
    """Nothing between two words keeps one from working on the other."""
    borders = scene.clauses.borders[left + 1 : right + 1]
    if any(b in ("colon", "dash", "but", "strong", "comma") for b in borders):
        return False
    return not any(left < f.first < right and f.entry.type in STANCES for f in scene.sentence.of("cue"))


def masks(scene: Scene, parts: Sequence[int]) -> set[str]:
    """Types of the masks that work on the words; a question mark counts as one."""
    found = {f.entry.type for f in scene.sentence.of("mask") if _covers(scene, f, parts)}
    if scene.clauses.asked[parts[0]] or scene.clauses.asked[parts[-1]]:
        found.add("question")
    return found


def _covers(scene: Scene, mask: Found, parts: Sequence[int]) -> bool:
    if set(mask.parts) & set(parts):
        return False
    if mask.entry.reach == "sentence":
        return True
    if mask.entry.reach == "after":
        first, last = scene.part(mask.last)
        return mask.last < parts[-1] and parts[0] <= last
    first, last = scene.part(mask.first, commas=True)
    if first <= parts[0] <= last or first <= parts[-1] <= last:
        return mask.entry.type not in _FORWARD or mask.first < parts[-1]
    if mask.entry.type in _FORWARD:
        _, last = scene.part(mask.first)
        return mask.last < parts[0] <= last
    return False


class Span(NamedTuple):
    """A run of words, both ends included; empty where last < first."""

    first: int
    last: int

    def holds(self, parts: Sequence[int]) -> bool:
        return self.first <= parts[0] and parts[-1] <= self.last


def right_of(scene: Scene, cue: Found) -> Span:
    """From the cue to the end of its part, or to the next stance that a comma or "and" opens."""
    _, last = scene.part(cue.last)
    first = cue.first + 1 if len(cue.parts) > 1 else cue.last + 1
    ends = [
        f.first - 1
        for f in scene.sentence.of("cue")
        if f.first > cue.last and f.entry.type in STANCES and f.first <= last and _starts_anew(scene, cue.last, f.first)
    ]
    return Span(first, min([last, *ends]))


def left_of(scene: Scene, cue: Found) -> Span:
    """From the beginning of the cue's part, or the last stance before it, to the cue."""
    first, _ = scene.part(cue.first)
    starts = [
        f.last + 1
        for f in scene.sentence.of("cue")
        if f.last < cue.first and f.entry.type in STANCES and f.last >= first
    ]
    return Span(max([first, *starts]), cue.first - 1)


def _starts_anew(scene: Scene, left: int, right: int) -> bool:
    both = scene.tables.words.get("and", frozenset()) | scene.tables.words.get("but", frozenset())
    between = range(left + 1, right + 1)
    return any(scene.clauses.borders[i] == "comma" or scene.sentence.words[i].low in both for i in between)
