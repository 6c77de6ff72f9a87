"""A second reader beside the built-in reading: when it is worth asking, and what the two say together. Pure.

A pair is worth a question where the built-in reading probably errs (`doubt`), or where somebody is about to be told.
Answers are joined in log odds, one stance at a time (weights in second.toml): what both see is surer than either, and
what only one sees stands where it is sure enough against the other's silence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from monitor.model.opinion import Opinion, Outcome, SecondOpinion, Why
from monitor.model.verdict import Assessment, Gate, Relation, Stance, Statement, relation_of
from monitor.stance.doubt import Sight, answers, doubt, fitted

STANDS = 0.5  # a joint answer from this confidence on is one: the floor of an event
_EDGE = 0.02  # nobody is surer than this: log odds have no end
_UNSEEN = 0.1  # taken for the confidence of a reader who sees no such answer
_CLOSED = frozenset({"since"})  # steps after which no answer could matter: the item is too old


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """Why a pair is worth a question, and how likely the built-in reading errs on it."""

    why: Why
    doubt: float  # 0..1


def band(sight: Sight, options: SecondOpinion, *, alerting: bool = False) -> Band | None:
    """None where the pair is not worth a question. `alerting`: somebody is about to be told on its account."""
    if options.languages and sight.language not in options.languages:
        return None
    if any(g.name in _CLOSED and not g.passed for g in sight.assessment.gates):
        return None
    likely = round(doubt(sight), 4)
    if alerting and options.before_alert:
        return Band(why=Why.ALERT, doubt=likely)
    given = answers(sight.assessment)
    if likely < fitted()["band"]["least"]:
        return None
    if any(options.low <= sure < options.high for sure in given.values()):
        return Band(why=Why.DOUBTFUL, doubt=likely)
    if not given and sight.assessment.match >= options.match:
        return Band(why=Why.SILENT, doubt=likely)
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Joint:
    """What both readers say together, and what became of the built-in reading by it."""

    assessment: Assessment
    outcome: Outcome
    raised: tuple[Statement, ...] = ()  # answers of the second reader that the built-in reading had not
    lowered: tuple[Statement, ...] = ()  # its answers that no longer stand
    contested: bool = False  # the second reader sees it otherwise, whatever stands in the end
    second: Relation | None = None  # what the second reader makes of the item; None: nothing that counts
    quote: str = ""  # its words


def combine(assessment: Assessment, opinion: Opinion, weights: Mapping[str, float] | None = None) -> Joint:
    """Join an opinion that counts to the built-in assessment. One that does not (`Opinion.counts`) changes nothing."""
    if not opinion.counts:
        return Joint(assessment=assessment, outcome=Outcome.VOID)
    held = weights if weights is not None else fitted()["combine"]
    mine, theirs = answers(assessment), _second(opinion)
    sure = {stance: _joined(stance, mine, theirs, held) for stance in (Stance.CONFIRMS, Stance.DENIES)}
    kept, lowered = _mine(assessment, sure)
    raised = tuple(_theirs(opinion, sure, mine))
    statements = (*kept, *raised)
    contested = {s for s, p in theirs.items() if p >= STANDS} != set(mine)
    said = _told(opinion, theirs)
    gate = Gate(name="second opinion", passed=not contested, detail=f"{opinion.by}: {said}", score=_top(theirs))
    joint = replace(
        assessment, relation=relation_of(statements), statements=statements, gates=(*assessment.gates, gate)
    )
    return Joint(
        assessment=joint,
        outcome=_outcome(raised, lowered),
        raised=raised,
        lowered=lowered,
        contested=contested,
        second=relation_of(opinion.statements),
        quote=next((s.evidence.text for s in opinion.statements if s.answers), ""),
    )


def _second(opinion: Opinion) -> dict[Stance, float]:
    """How sure the second reader is of each answer it gives."""
    found: dict[Stance, float] = {}
    for s in opinion.statements:
        if s.answers:
            sure = opinion.scores.get(str(s.stance), s.confidence)
            found[s.stance] = max(sure, found.get(s.stance, 0.0))
    return found


def _joined(
    stance: Stance, mine: Mapping[Stance, float], theirs: Mapping[Stance, float], held: Mapping[str, float]
) -> float:
    total = held["bias"] + held["built_in"] * _odds(mine.get(stance, _UNSEEN))
    total += held["second"] * _odds(theirs.get(stance, _UNSEEN))
    return 1 / (1 + math.exp(-total))


def _odds(sure: float) -> float:
    bounded = min(max(sure, _EDGE), 1 - _EDGE)
    return math.log(bounded / (1 - bounded))


def _mine(assessment: Assessment, sure: Mapping[Stance, float]) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """The built-in statements that stand, as sure as both readers are; and those that do not."""
    kept, lowered = [], []
    for s in assessment.statements:
        if not s.answers:
            kept.append(s)
        elif sure[s.stance] >= STANDS:
            kept.append(replace(s, confidence=round(sure[s.stance], 3)))
        else:
            lowered.append(s)
    return tuple(kept), tuple(lowered)


def _theirs(opinion: Opinion, sure: Mapping[Stance, float], mine: Mapping[Stance, float]) -> list[Statement]:
    """Answers that only the second reader sees, where they stand."""
    new = [s for s in opinion.statements if s.answers and s.stance not in mine and sure[s.stance] >= STANDS]
    return [replace(s, confidence=round(sure[s.stance], 3)) for s in new]


def _outcome(raised: tuple[Statement, ...], lowered: tuple[Statement, ...]) -> Outcome:
    if raised and lowered:
        return Outcome.TURNED
    if raised:
        return Outcome.RAISED
    return Outcome.LOWERED if lowered else Outcome.AGREED


def _told(opinion: Opinion, theirs: Mapping[Stance, float]) -> str:
    if not theirs:
        return "takes no stance"
    quotes = {s.stance: s.evidence.text for s in opinion.statements if s.answers}
    return "; ".join(f"{stance} “{quotes[stance][:120]}”" for stance in theirs)


def _top(theirs: Mapping[Stance, float]) -> float | None:
    return round(max(theirs.values()), 3) if theirs else None
