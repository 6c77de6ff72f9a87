"""The whole reading of one item for one claim, for `why` and `try`: also where nothing was said or found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.lexicon.passage import Found, Sentence, read
from monitor.lexicon.tables import tables
from monitor.lexicon.touch import Touch
from monitor.matching.claim import Compiled
from monitor.matching.pair import see, touch
from monitor.model.claim import Claim
from monitor.model.page import without_reviews
from monitor.model.source import Item
from monitor.model.verdict import Assessment, Gate
from monitor.pipeline.judge import Judge, language_of, match_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """Something a table, or the claim, found in a sentence: characters of the field, and what it is."""

    start: int
    end: int
    what: str  # "cue deny", "mask hedge", "event resign happened", "name Kremlin", "claim Trump", …


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One sentence as it was read."""

    field: str
    start: int
    end: int
    text: str
    about: bool  # it touches the claim's event
    marks: tuple[Mark, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """Why an item says what it says of a claim, or nothing."""

    claim: Claim
    language: str
    match: float  # 0..1
    needed: float  # from which on an item is about a claim
    missing: tuple[str, ...]  # what of the claim the item does not name, for people
    kinds: tuple[str, ...]  # kinds of event the claim is about
    lines: tuple[Line, ...]
    gates: tuple[Gate, ...]  # every step; those not passed say why there is no statement
    assessment: Assessment | None  # None: the item is not about the claim

    def told(self) -> Iterator[str]:
        """As plain lines."""
        yield f"claim {self.claim.id}: {self.claim.statement}"
        yield f"language {self.language}; kinds of event: {', '.join(self.kinds) or 'none known, its own words only'}"
        yield f"match {self.match:.2f} (needed {self.needed:.2f})" + (
            f"; not named: {', '.join(self.missing)}" if self.missing else ""
        )
        for line in self.lines:
            yield f"{line.field}: {line.text}"
            for mark in line.marks:
                yield f"    {line.text[mark.start - line.start : mark.end - line.start]!r}: {mark.what}"
        for gate in self.gates:
            score = "" if gate.score is None else f" {gate.score:.2f}"
            yield f"{'+' if gate.passed else '-'} {gate.name}{score}: {gate.detail}"
        if self.assessment is None:
            yield "not about the claim"
        else:
            yield f"relation: {self.assessment.relation}"


def explain(item: Item, claim: Claim, judge: Judge | None = None) -> Explanation:
    """Read one item for one claim and keep everything. `judge` is used as it is where it knows the claim."""
    judge = judge if judge and any(c.claim.id == claim.id for c in judge.index.compiled) else Judge([claim])
    compiled = next(c for c in judge.index.compiled if c.claim.id == claim.id)
    told = without_reviews(item)
    passage = read(told.fields(), tables(language_of(told)))
    touches = [touch(s, passage, compiled, judge.index.terms) for s in see(passage, judge.index.terms)]
    assessment = next((a for a in judge.judge_item(item) if a.claim == claim.id), None)
    return Explanation(
        claim=claim,
        language=passage.language,
        match=assessment.match if assessment else round(match_of(touches, compiled, 0.0), 3),
        needed=judge.index.floor,
        missing=tuple(_missing(compiled, touches)),
        kinds=tuple(sorted(compiled.asked.kinds)),
        lines=tuple(_line(s, t) for s, t in zip(passage.sentences, touches, strict=True)),
        gates=assessment.gates if assessment else (),
        assessment=assessment,
    )


def _missing(compiled: Compiled, touches: list[Touch]) -> Iterator[str]:
    """Names of the claim that no sentence touches, and its event where none tells of it."""
    given = compiled.claim.about
    hard = [n for n, g in enumerate(compiled.groups) if not g.predicate]
    for place, number in enumerate(hard):
        if not any(t.groups[place] for t in touches):
            yield " / ".join(given[number]) if number < len(given) else f"name {place + 1} of the statement"
    if not any(t.cores for t in touches):
        yield "what happened"


def _line(sentence: Sentence, touch: Touch) -> Line:
    marks = [_mark(sentence, f, _called(f)) for f in (*sentence.found, *sentence.names)]
    marks += [
        Mark(start=sentence.words[i].start, end=sentence.words[i].end, what="claim's name")
        for g in touch.groups
        for i in g
    ]
    return Line(
        field=sentence.field,
        start=sentence.start,
        end=sentence.end,
        text=sentence.text[sentence.start : sentence.end],
        about=bool(touch.cores),
        marks=tuple(sorted(marks, key=lambda m: (m.start, m.end))),
    )


def _mark(sentence: Sentence, found: Found, what: str) -> Mark:
    start, end = sentence.cut(found.first, found.last)
    return Mark(start=start, end=end, what=what)


def _called(found: Found) -> str:
    entry = found.entry
    if entry.table == "event":
        return f"event {entry.kind} {entry.type}"
    if entry.table == "name":
        return f"name {entry.kind}"
    return entry.table if entry.type == entry.table else f"{entry.table} {entry.type}"
