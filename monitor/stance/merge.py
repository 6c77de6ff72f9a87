"""Statements of one item, told once each.

| two statements of the same item | what becomes of them |
|---|---|
| the same stance by the same party | the one that shows it best: sure, and by a person's full name |
| both stances by the same party | the surer, if much surer: a party does not hold both, a speaker may be mistaken |
| one stance, by a party or authority, and by nobody in particular | the first: the other retells it |
| the claim merely asserted, and the same stance said or shown | what is said or shown |
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.model.verdict import Basis, Role, Stance, Statement

_SURER = 0.2  # by so much a party's one stance must be surer for its other to be dropped
_NAMED = 0.15  # so much surer may another statement of the party be, and the one with a name is shown still
_IN_A_POSITION_TO_KNOW = frozenset({Role.PARTY, Role.AUTHORITY})
_OPPOSITE = {Stance.CONFIRMS: Stance.DENIES, Stance.DENIES: Stance.CONFIRMS}


def merge(statements: Sequence[Statement]) -> list[Statement]:
    """One statement for each stance and party, in text order."""
    best = _best(statements)
    told = [s for s in best.values() if not _outdone(s, best)]
    return [s for s in told if not _retold(s, told)]


def once(statements: Sequence[Statement]) -> list[Statement]:
    """The same, but a party may hold both stances: which of them is mistaken is not asked again."""
    told = list(_best(statements).values())
    return [s for s in told if not _retold(s, told)]


def _best(statements: Iterable[Statement]) -> dict[tuple[Stance, str], Statement]:
    """By stance and party the statement that shows it best."""
    best: dict[tuple[Stance, str], Statement] = {}
    for s in statements:
        known = best.get((s.stance, _party(s)))
        if known is None or _shows(s) > _shows(known):
            best[s.stance, _party(s)] = s
    return best


def _party(statement: Statement) -> str:
    return (statement.party or statement.speaker or "").casefold()


def _shows(statement: Statement) -> float:
    """How well a statement stands for its party: sure, and by a person's full name rather than a city's."""
    return statement.confidence + _NAMED * _names_a_person(statement)


def _names_a_person(statement: Statement) -> bool:
    return len([w for w in (statement.speaker or "").split() if w[:1].isupper()]) > 1


def _outdone(statement: Statement, best: dict[tuple[Stance, str], Statement]) -> bool:
    """The same party takes the other stance in the same item, more surely."""
    if statement.stance not in _OPPOSITE or not _party(statement):
        return False
    other = best.get((_OPPOSITE[statement.stance], _party(statement)))
    return other is not None and other.confidence > statement.confidence + _SURER


def _retold(statement: Statement, told: Iterable[Statement]) -> bool:
    """Somebody in a position to know takes the same stance, and this is nobody in particular, or merely asserted."""
    same = [s for s in told if s.stance is statement.stance and s is not statement and s.basis is not Basis.ASSERTED]
    if statement.basis is Basis.ASSERTED:
        return bool(same)
    if statement.role in _IN_A_POSITION_TO_KNOW or statement.anonymous:
        return False
    if statement.role is Role.OTHER and _names_a_person(statement):
        return False
    return any(s.role in _IN_A_POSITION_TO_KNOW for s in same)
