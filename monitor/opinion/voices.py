"""Sentences of an item with who speaks in each, as the built-in reading finds speakers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from monitor.lexicon.passage import Found, Sentence, read
from monitor.lexicon.tables import tables
from monitor.lexicon.touch import Core, Touch
from monitor.matching.index import Index
from monitor.matching.pair import see, touch
from monitor.model.opinion import Question
from monitor.model.verdict import Basis, Evidence, Role, Statement
from monitor.stance.clauses import clauses
from monitor.stance.memory import Memory
from monitor.stance.scope import STANCES, Scene, Span
from monitor.stance.source import Sources
from monitor.stance.speakers import NOBODY, Speaker, speaker


class Voice(NamedTuple):
    """Who stands behind a sentence, and how."""

    name: str | None
    party: str | None
    role: Role
    basis: Basis
    anonymous: bool = False
    hedged: bool = False
    media: bool = False  # other outlets are said to report it: nobody has answered yet


class Heard(NamedTuple):
    """One sentence, where it stands, and who speaks."""

    text: str
    field: str
    start: int  # characters of the field
    end: int
    voice: Voice
    weight: float  # how likely it is to bear on the claim; to choose by where not all can be read

    @property
    def evidence(self) -> Evidence:
        return Evidence(text=self.text, field=self.field, start=self.start, end=self.end)


def heard(question: Question) -> list[Heard]:
    """All sentences of the item, in reading order."""
    index = Index([question.claim])
    compiled = index.compiled[0]
    passage = read(question.item.fields(), tables(question.language))
    memory = Memory()
    found = []
    for seen in see(passage, index.terms):
        sentence, touched = seen.sentence, touch(seen, passage, compiled, index.terms)
        scene = Scene(sentence, clauses(sentence, passage.tables), touched, passage.tables)
        sources = Sources(scene, compiled.asked.parties, memory)
        known = _known(sentence, question.assessment.statements)
        voice = _as_read(known) if known else _voice(scene, sources)
        sources.remember()
        memory.age = 0 if touched.cores or any(touched.groups) else memory.age + 1
        text = sentence.text[sentence.start : sentence.end]
        found.append(
            Heard(text, sentence.field, sentence.start, sentence.end, voice, _weight(sentence, touched, bool(known)))
        )
    return found


def who_is(name: str, question: Question) -> Speaker:
    """A speaker's printed name, as the built-in reading takes it: its party, its role."""
    index = Index([question.claim])
    passage = read([("title", name)], tables(question.language))
    parties = index.compiled[0].asked.parties
    found = (speaker(s, 0, len(s.words) - 1, parties, passage.tables) for s in passage.sentences)
    return next((who for who in found if who is not NOBODY), NOBODY)


def _known(sentence: Sentence, statements: Sequence[Statement]) -> Statement | None:
    """The built-in reading's own statement out of this sentence."""
    here = (s for s in statements if s.evidence.field == sentence.field)
    return next((s for s in here if sentence.start <= s.evidence.start and s.evidence.end <= sentence.end), None)


def _as_read(statement: Statement) -> Voice:
    return Voice(
        name=statement.speaker,
        party=statement.party,
        role=statement.role,
        basis=statement.basis,
        anonymous=statement.anonymous,
        hedged=statement.hedged,
    )


def _voice(scene: Scene, sources: Sources) -> Voice:
    """Whoever an answer's verb belongs to; else who stands behind the telling; else the outlet itself."""
    who, shown = NOBODY, False
    for cue in _cues(scene):
        who = sources.of_cue(cue, Span(cue.last + 1, scene.part(cue.first)[1]))
        shown = cue.entry.shown
        if who is not NOBODY:
            break
    if who is NOBODY:
        who = sources.of_telling(_telling(scene.touch))
    basis = Basis.SHOWN if shown else Basis.ASSERTED if who is NOBODY else Basis.SAID
    return Voice(who.name, who.party, who.role, basis, anonymous=who.anonymous, media=who.media)


def _cues(scene: Scene) -> Iterator[Found]:
    return (f for f in scene.sentence.of("cue") if f.entry.type in STANCES)


def _telling(touched: Touch) -> Core:
    """Where the claim stands in the sentence; its first word where it does not."""
    if touched.cores:
        return touched.cores[0]
    own = [*touched.words, *(i for group in touched.groups for i in group)]
    return Core((min(own, default=0),), 1, "voiced", 0.0)


def _weight(sentence: Sentence, touched: Touch, known: bool) -> float:
    """The headline, what was read as an answer, what tells of the claim, what names it, answers' words; then early."""
    named = sum(map(bool, touched.groups))
    cues = bool(sentence.of("cue"))
    title = sentence.field == "title"
    return 20.0 * title + 10.0 * known + 4.0 * bool(touched.cores) + 2.0 * named + 2.0 * cues - sentence.number / 1000
