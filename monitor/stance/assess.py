"""What an item says of a claim: sentence by sentence, with memory of what it is about and who spoke last.

    sentence ─▶ clauses ─▶ candidates: each cue and what it governs; each telling of the claim's event without a cue
             ─▶ weights ─▶ statements, one for each stance and party

Hard rules stand in `reader`, the learnt part in `weigh`.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.lexicon.passage import Passage
from monitor.lexicon.touch import Asked, Touch
from monitor.model.verdict import Basis, Gate, Stance, Statement
from monitor.stance.candidate import Candidate
from monitor.stance.clauses import clauses
from monitor.stance.memory import Memory
from monitor.stance.merge import merge
from monitor.stance.reader import Reader, held
from monitor.stance.scope import Scene
from monitor.stance.weigh import confidence

_UNNAMED = 0.68  # the same for claims without rare names: much of the news is nearly about them
_OPENING = 3  # sentences: title and the beginning of the summary
FLOOR = 0.4  # a statement less sure than this is not made; routes ask for more before they alert


def candidates(passage: Passage, touches: Sequence[Touch], asked: Asked) -> tuple[list[Candidate], list[Gate]]:
    """Every place where a stance may be taken, and the steps that were taken on the way."""
    cored = any(t.cores for t in touches)
    enough = asked.specific or any(held(t, asked) for t in touches)
    memory = Memory(cored=cored, held=enough, about=(cored or asked.specific) and _opens_with(touches, asked))
    found: list[Candidate] = []
    for sentence, touch in zip(passage.sentences, touches, strict=True):
        scene = Scene(sentence, clauses(sentence, passage.tables), touch, passage.tables)
        found += Reader(scene, asked, memory).read()
    return found, memory.gates


def _opens_with(touches: Sequence[Touch], asked: Asked) -> bool:
    """The item's first sentences name all that the claim names: until something else is said, it is about the claim."""
    first = touches[:_OPENING]
    named = sum(any(t.groups[n] for t in first) for n in range(asked.groups))
    return asked.groups > 0 and (named == asked.groups or (asked.specific and 2 * named >= asked.groups))


def assess(passage: Passage, touches: Sequence[Touch], asked: Asked) -> tuple[list[Statement], list[Gate]]:
    """Statements, one for each stance and party, in text order; and how they came about."""
    found, gates = candidates(passage, touches, asked)
    weighed = [(c, confidence(c)) for c in found]
    for candidate, sure in weighed:
        passed = sure >= _needed(candidate, asked)
        gates.append(Gate(name="weigh", passed=passed, detail=candidate.reason, score=round(sure, 3)))
    return merge([_statement(c, sure) for c, sure in weighed if sure >= _needed(c, asked)]), gates


def _needed(candidate: Candidate, asked: Asked) -> float:
    """How sure a candidate must be. A bare assertion of the claim alerts nobody."""
    plain = candidate.basis is Basis.ASSERTED and candidate.stance is Stance.CONFIRMS
    return FLOOR if plain or asked.specific else _UNNAMED


def _statement(candidate: Candidate, sure: float) -> Statement:
    who = candidate.who
    return Statement(
        stance=candidate.stance,
        basis=candidate.basis,
        evidence=candidate.evidence,
        confidence=round(min(sure, 0.99), 3),
        speaker=who.name,
        party=who.party,
        role=who.role,
        hedged=candidate.hedged,
        anonymous=who.anonymous,
    )
