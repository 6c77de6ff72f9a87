"""Judging: one item against all claims. Pure: the same item, claims and rules give the same answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.lexicon.passage import Passage, read
from monitor.lexicon.tables import tables
from monitor.lexicon.touch import Touch
from monitor.matching.claim import Compiled
from monitor.matching.index import Index
from monitor.matching.pair import touch
from monitor.model.claim import Claim
from monitor.model.source import Item
from monitor.model.verdict import Assessment, Gate, Relation, Statement, relation_of
from monitor.stance.assess import assess
from monitor.text.language import guess
from monitor.text.words import words

RULES_VERSION = "2026.11.1"  # changes with every change of rules or tables that may change a verdict

RELATED = 0.35  # how much of a claim an item must hold to be about it, where no names are given
_READ_AHEAD = 4000  # characters of content looked through for candidates
_EARLY = timedelta(days=1)  # an item this much older than a claim's moment does not answer it


class Judge:
    """Judges items against a fixed list of claims."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self._index = Index(claims)

    def judge_item(self, item: Item) -> list[Assessment]:
        """An assessment for each claim the item is about, in the order of the watchlist."""
        fields = item.fields()
        looked = [w for _, text in fields for w in words(text[:_READ_AHEAD])]
        candidates = self._index.candidates(looked)
        if not candidates:
            return []
        passage = read(fields, tables(language_of(item)))
        found = []
        for number, share in sorted(candidates):
            assessment = self._judge(item, passage, self._index.compiled[number], share)
            if assessment:
                found.append(assessment)
        return found

    def _judge(self, item: Item, passage: Passage, compiled: Compiled, share: float) -> Assessment | None:
        touches = [touch(s, passage, compiled, self._index.terms) for s in passage.sentences]
        match = match_of(touches, compiled, share)
        if match < max(RELATED, self._index.floor):
            return None
        gates = [Gate(name="match", passed=True, detail=f"language {passage.language}", score=round(match, 3))]
        if not passage.tables.known:
            gates.append(Gate(name="language", passed=False, detail=f"no tables for {passage.language}: names only"))
            return Assessment(
                item=item.id, claim=compiled.claim.id, relation=Relation.REPORTS, match=match, gates=tuple(gates)
            )
        early = too_early(item, compiled.claim)
        if early:
            gates.append(Gate(name="since", passed=False, detail=early))
            statements: tuple[Statement, ...] = ()
        else:
            made, more = assess(passage, touches, compiled.asked)
            statements, gates = tuple(made), gates + more
        return Assessment(
            item=item.id,
            claim=compiled.claim.id,
            relation=relation_of(statements),
            match=round(match, 3),
            statements=statements,
            gates=tuple(gates),
        )


def language_of(item: Item) -> str:
    """The item's language: as given, else guessed from title, summary and the beginning of its content."""
    if item.language:
        return item.language[:2].lower()
    return guess(" ".join(text for _, text in item.fields())[:600])


def too_early(item: Item, claim: Claim) -> str:
    """Why the item's date speaks against its answering the claim, or ""."""
    at: datetime | None = item.published
    if at is None or claim.since is None:
        return ""
    return f"published {at:%Y-%m-%d}, before {claim.since}" if at.date() < claim.since - _EARLY else ""


def match_of(touches: Sequence[Touch], compiled: Compiled, share: float) -> float:
    """How surely the item is about the claim: its best sentence, with the names of all."""
    cover = max((t.cover for t in touches), default=0.0)
    wide = max(cover, share)
    cores = max((c.score for t in touches for c in t.cores), default=0.0)
    hard = [g for g in compiled.groups if not g.predicate]
    named = [any(t.groups[n] for t in touches) for n in range(len(hard))]
    names = sum(named) / len(named) if named else 0.0
    if compiled.given:
        return 0.35 * names + 0.3 * cores + 0.35 * wide if all(named) else 0.0
    return max(cover, 0.4 * names + 0.3 * cores + 0.3 * wide if hard else 0.5 * cores + 0.5 * cover)
