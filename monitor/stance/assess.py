"""What an item says of a claim: sentence by sentence, with memory of what it is about and who spoke last.

    sentence ─▶ clauses ─▶ candidates: each cue and what it governs; each telling of the claim's event without a cue
             ─▶ signs: what else in the item speaks for or against an answer
             ─▶ decision ─▶ statements, one for each stance and party

Hard rules stand in `reader`, the learnt parts in `weigh` (one candidate) and `trees` (the item as a whole).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from monitor.lexicon.passage import Passage, Sentence
from monitor.lexicon.touch import Asked, Touch
from monitor.model.verdict import Basis, Gate, Stance, Statement
from monitor.stance.attribution import Cast
from monitor.stance.candidate import Candidate, plain
from monitor.stance.clauses import clauses
from monitor.stance.decide import Decided, Tie, decide
from monitor.stance.memory import Memory
from monitor.stance.merge import merge, once
from monitor.stance.reader import Reader, held, strength
from monitor.stance.scope import Scene
from monitor.stance.signs import Signs, signs
from monitor.stance.source import Sources
from monitor.stance.speakers import NOBODY, OUTLET, Speaker
from monitor.stance.stand_in import StandIn, stand_ins

_TIED = 2.0  # of `strength`: two names, or a name and the event
_MORE = 1.5  # of `strength`: a rare name, and a word or the event beside it
_OPENING = 3  # sentences: title and the beginning of the summary


class Looked(NamedTuple):
    """An item looked through for one claim."""

    found: list[Candidate]  # every place where a stance may be taken
    gates: list[Gate]  # the steps taken on the way
    signs: Signs
    stand_ins: list[StandIn]  # what could be shown for a stance without a candidate
    tie: Tie
    scenes: list[Scene]
    asked: Asked

    def cast(self) -> Cast:
        """All who may speak in the item."""
        return Cast(self.scenes, self.asked)


def look(passage: Passage, touches: Sequence[Touch], asked: Asked, match: float) -> Looked:
    """Read all sentences. `match`: 0..1, how surely the item is about the claim."""
    cored = any(t.cores for t in touches)
    enough = asked.specific or any(held(t, asked) for t in touches)
    memory = Memory(cored=cored, held=enough, about=(cored or asked.specific) and _opens_with(touches, asked))
    found: list[Candidate] = []
    shown: list[StandIn] = []
    scenes: list[Scene] = []
    sources: list[Sources] = []
    strongest = 0.0
    for sentence, touch in zip(passage.sentences, touches, strict=True):
        reader = Reader(Scene(sentence, clauses(sentence, passage.tables), touch, passage.tables), asked, memory)
        strongest = max(strongest, strength(touch))
        if asked.specific or strength(touch) >= _tied(asked):
            shown += stand_ins(reader.scene, reader.sources, asked)
        found += reader.read()
        scenes.append(reader.scene)
        sources.append(reader.sources)
    if _by_insiders(passage):
        memory.reported = True
        found = [c for c in found if c.stance is not Stance.CONFIRMS or "cue" in c.features or plain(c)]
    seen = signs(scenes, sources, found, memory.gates, asked, match)
    shown = [s for s in shown if not _vetoed(s, memory)]
    return Looked(found, memory.gates, seen, shown, _tie(touches, strongest, asked), scenes, asked)


def _by_insiders(passage: Passage) -> bool:
    """The headline has it from insiders: what is told then is their report, and confirms only where it says so."""
    titles = (s for s in passage.sentences if s.field == "title")
    return any(f.entry.type == "insider" for s in titles for f in s.of("source"))


def _vetoed(shown: StandIn, memory: Memory) -> bool:
    """What the rules have understood is not said over again by the item as a whole."""
    return memory.argued or (memory.reported and shown.candidate.stance is Stance.CONFIRMS)


def _tie(touches: Sequence[Touch], strongest: float, asked: Asked) -> Tie:
    if asked.given and asked.specific:
        return Tie.GIVEN
    if any(t.groups[n] for t in touches for n in asked.rare):
        return Tie.RARE if strongest >= _MORE else Tie.NAMED
    return Tie.COMMON if strongest >= _tied(asked) else Tie.LOOSE


def _tied(asked: Asked) -> float:
    """What `strength` a sentence needs to be about a claim without rare names."""
    return _TIED if asked.groups > 1 else _TIED + 0.5


def _opens_with(touches: Sequence[Touch], asked: Asked) -> bool:
    """The item's first sentences name all that the claim names: until something else is said, it is about the claim."""
    first = touches[:_OPENING]
    named = sum(any(t.groups[n] for t in first) for n in range(asked.groups))
    return asked.groups > 0 and (named == asked.groups or (asked.specific and 2 * named >= asked.groups))


def assess(
    passage: Passage, touches: Sequence[Touch], asked: Asked, match: float
) -> tuple[list[Statement], list[Gate]]:
    """Statements, one for each stance and party, in text order; and how they came about."""
    if not any(t.cores for t in touches) and not any(map(_speaks, passage.sentences)):
        return [], [Gate(name="cue", passed=False, detail="nobody speaks, and the claim's event is not told")]
    other = _other_year(passage, touches)
    if other:
        return [], [Gate(name="year", passed=False, detail=f"the headline is about {other}")]
    looked = look(passage, touches, asked, match)
    decided, gates = decide(looked.found, looked.signs, looked.stand_ins, looked.tie)
    if not decided:
        return [], looked.gates + gates
    return _signed(decided, looked.cast()), looked.gates + gates


def _other_year(passage: Passage, touches: Sequence[Touch]) -> str:
    """The year that the headline puts the claim's event into, where the claim is about another: a look back."""
    for sentence, touch in zip(passage.sentences, touches, strict=True):
        years = [c.text for c in touch.clashes if c.what == "year"]
        if sentence.field == "title" and years and (touch.cores or all(touch.groups)):
            return years[0]
    return ""


def _speaks(sentence: Sentence) -> bool:
    return any(f.entry.table in ("cue", "negator", "say") for f in sentence.found) or any(sentence.quoted)


def _signed(decided: Sequence[Decided], cast: Cast) -> list[Statement]:
    """Statements with the speaker that the whole item tells; contradictions are settled before."""
    first = [_statement(d, d.candidate.who) for d in decided]
    kept = {id(s) for s in merge(first)}
    told = [_statement(d, _speaker(d.candidate, cast)) for d, s in zip(decided, first, strict=True) if id(s) in kept]
    return once(told)


def _speaker(candidate: Candidate, cast: Cast) -> Speaker:
    """A plain telling is the outlet's, a declined answer its own sentence's; the rest is the item's."""
    if plain(candidate) or candidate.stance is Stance.DECLINES:
        return candidate.who
    return cast.speaker(candidate)


def _basis(candidate: Candidate, who: Speaker) -> Basis:
    """Who is found for what nobody seemed to say says it; what the outlet found out by itself it shows."""
    if candidate.basis is Basis.SAID and who is OUTLET:
        return Basis.SHOWN
    return Basis.SAID if candidate.who is NOBODY and candidate.basis is Basis.SHOWN and who.kind else candidate.basis


def _statement(decided: Decided, who: Speaker) -> Statement:
    candidate, sure = decided
    return Statement(
        stance=candidate.stance,
        basis=_basis(candidate, who),
        evidence=candidate.evidence,
        confidence=round(min(sure, 0.99), 3),
        speaker=who.name,
        party=who.party,
        role=who.role,
        hedged=candidate.hedged,
        anonymous=who.anonymous,
    )
