"""Judging: one item against all claims. Pure: the same item, claims and rules give the same answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.lexicon.passage import Passage, read
from monitor.lexicon.tables import tables
from monitor.lexicon.touch import Touch
from monitor.matching.claim import Compiled
from monitor.matching.index import FLOOR, Index
from monitor.matching.pair import Seen, see, touch
from monitor.model.claim import Claim
from monitor.model.source import Item
from monitor.model.verdict import Assessment, Gate, Role, Statement, relation_of
from monitor.stance.assess import assess
from monitor.text.language import weighed
from monitor.text.sentences import sentences
from monitor.text.words import Word, spellings, words

RELATED = 0.35  # how much of a claim an item must hold to be about it
_ABSENT = 0.15  # what a name left out takes from that
_COVERED = 0.6  # the same for a claim without any name, of one sentence
_READ_AHEAD = 4000  # characters of a field looked through for candidates
_SURE = 0.6  # how far ahead a guessed language must be to be believed over the claims' own
_EARLY = timedelta(days=1)  # an item this much older than a claim's moment does not answer it


class Judge:
    """Judges items against a fixed list of claims."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self.index = Index(claims)

    def judge_item(self, item: Item) -> list[Assessment]:
        """An assessment for each claim the item is about, in the order of the watchlist."""
        fields = item.fields()
        looked = [text[:_READ_AHEAD] for _, text in fields]
        candidates = self.index.candidates(set().union(*map(spellings, looked)))
        if candidates:
            told = (spellings(text[start:end]) for text in looked for start, end in sentences(text))
            candidates = self.index.near(candidates, told)
        if not candidates:
            return []
        passage = read(fields, tables(self.language(item, candidates, (w for text in looked for w in words(text)))))
        seen = see(passage, self.index.terms)
        judged = (
            self.judge_pair(item, passage, seen, self.index.compiled[n], share) for n, share in sorted(candidates)
        )
        return [assessment for assessment in judged if assessment]

    def language(self, item: Item, candidates: Sequence[tuple[int, float]], looked: Iterable[Word]) -> str:
        """The item's language; where its text is too short to tell, that of the claim's wording it is closest to."""
        if item.language and item.language[:2].isalpha():
            return item.language[:2].lower()
        language, ahead = weighed(_head(item))
        if ahead >= _SURE:
            return language
        return self.index.language(candidates, looked) or language

    def judge_pair(
        self, item: Item, passage: Passage, seen: Sequence[Seen], compiled: Compiled, share: float
    ) -> Assessment | None:
        """What an item says of one claim; None where it is not about it."""
        match, touches = self.touch_pair(passage, compiled, share, seen)
        if match < max(RELATED, self.index.floor):
            return None
        gates = [Gate(name="match", passed=True, detail=f"language {passage.language}", score=round(match, 3))]
        statements: list[Statement] = []
        silent = silence(item, passage, compiled.claim)
        if silent:
            gates.append(silent)
        else:
            statements, more = assess(passage, touches, compiled.asked, match)
            statements = [_signed(s, item.publisher) for s in statements]
            gates += more
        return Assessment(
            item=item.id,
            claim=compiled.claim.id,
            relation=relation_of(statements),
            match=round(match, 3),
            statements=tuple(statements),
            gates=tuple(gates),
        )

    def touch_pair(
        self, passage: Passage, compiled: Compiled, share: float, seen: Sequence[Seen] | None = None
    ) -> tuple[float, list[Touch]]:
        """How surely the passage is about the claim, and where each of its sentences touches it.

        `seen`: what `see` made of the passage, where that is known from another claim.
        """
        seen = see(passage, self.index.terms) if seen is None else seen
        touches = [touch(s, passage, compiled, self.index.terms) for s in seen]
        return match_of(touches, compiled, share), touches


def _head(item: Item) -> str:
    return " ".join(text for _, text in item.fields())[:600]


def language_of(item: Item) -> str:
    """The item's language: as given, else guessed from title, summary and the beginning of its content."""
    if item.language and item.language[:2].isalpha():
        return item.language[:2].lower()
    return weighed(_head(item))[0]


def _signed(statement: Statement, publisher: str | None) -> Statement:
    """What the outlet has found out itself is said by the outlet."""
    if statement.role is not Role.OUTLET or statement.speaker or not publisher:
        return statement
    return replace(statement, speaker=publisher, party=publisher)


def silence(item: Item, passage: Passage, claim: Claim) -> Gate | None:
    """Why an item that is about a claim is not read any further."""
    if not passage.tables.known:
        return Gate(name="language", passed=False, detail=f"no tables for {passage.language}: names only")
    early = out_of_time(item, claim)
    return Gate(name="since", passed=False, detail=early) if early else None


def out_of_time(item: Item, claim: Claim) -> str:
    """Why the item's date speaks against its answering the claim, or ""."""
    at: datetime | None = item.published
    if at is None:
        return ""
    if claim.since and at.date() < claim.since - _EARLY:
        return f"published {at:%Y-%m-%d}, before {claim.since}"
    return f"published {at:%Y-%m-%d}, after {claim.until}" if claim.until and at.date() > claim.until else ""


def match_of(touches: Sequence[Touch], compiled: Compiled, share: float) -> float:
    """0..1, how surely the item is about the claim: its best sentence, with the names of all. `share`: the index's."""
    cover = max((t.cover for t in touches), default=0.0)
    wide = max(cover, share)
    cores = max((c.score for t in touches for c in t.cores), default=0.0)
    named = [any(t.groups[n] for t in touches) for n in range(sum(not g.predicate for g in compiled.groups))]
    if compiled.given:
        absent = sum(not n for n in named)
        told = cores > 0 or not any(g.predicate for g in compiled.groups)
        alone = any(named[n] for n in compiled.asked.rare)  # shows by itself what the item is about
        if (absent or not told) and not (alone and absent <= compiled.spare):
            return 0.0
        return max(RELATED * alone, RELATED - _ABSENT * (absent + (not told)) + 0.3 * cores + 0.35 * wide)
    if not named:
        kinds = any(c.kind for t in touches for c in t.cores)
        return max(cover, 0.5 * cores + 0.5 * cover) if cover >= _COVERED or (kinds and cover >= FLOOR) else 0.0
    if compiled.asked.rare and not any(named[n] for n in compiled.asked.rare):
        return 0.0  # a look-alike in the claim's own words: of somebody else
    if cover >= _COVERED:
        return cover  # the claim nearly word for word, whatever became of a name
    least = FLOOR + 0.1 if any(named[n] for n in compiled.asked.rare) else 0.0
    if not any(named) or (2 * sum(named) < len(named) and not least):
        return 0.0
    return max(least, cover, 0.3 * sum(named) / len(named) + 0.35 * cores + 0.35 * wide)
