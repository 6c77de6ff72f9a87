"""Reading items whose page was read; fact-checks it marks up become statements: what the outlet shows, nobody says.

A fact-check counts where the claim that was checked is the claim that is watched. That is put to the same reading as
every item: the words of the checked claim, read alone, must state the claim as plain fact. Words that only mention it,
deny it, quote somebody on it, or show a photo of it are rated for something else, and nothing follows from them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from monitor.feeds.claimreview import Rated, rated
from monitor.model.claim import Claim
from monitor.model.page import without_page, without_reviews
from monitor.model.source import Item, Review
from monitor.model.verdict import Assessment, Basis, Evidence, Gate, Relation, Role, Stance, Statement, relation_of
from monitor.pipeline.judge import Judge
from monitor.text.words import words

__all__ = ["ReviewingJudge", "reviewed"]

SURE = 0.9  # of a fact-check's own rating; the pairing with the claim may be less sure
STATED = 0.6  # how surely the checked claim must state the watched one
_STANCES = {Rated.CONFIRMS: Stance.CONFIRMS, Rated.DENIES: Stance.DENIES}
_SAYS = {
    Rated.MIXED: "neither confirms nor denies it",
    Rated.NONE: "is no verdict on whether it is true",
    None: "is in no table of ratings",
}


class ReviewingJudge(Judge):
    """A judge that knows what of an item its feed gave, and what stands on its page.

    A page only adds. A claim that the feed's own words answer is read in them alone: more words around an answer may
    change how it is read, and that is no news, for the outlet has taken nothing back.
    """

    def __init__(self, claims: Sequence[Claim]) -> None:
        super().__init__(claims)
        self._claims = {claim.id: claim for claim in claims}

    def judge_item(self, item: Item) -> list[Assessment]:
        if item.page is None:
            return super().judge_item(item)
        own = super().judge_item(without_page(item))
        answered = {found.claim: found for found in own if found.relation is not Relation.REPORTS}
        found = {found.claim: found for found in super().judge_item(without_reviews(item))}
        open_ = {claim_id: claim for claim_id, claim in self._claims.items() if claim_id not in answered}
        found |= reviewed(item, found, open_, super().judge_item)
        found |= answered
        return [found[claim] for claim in self._claims if claim in found]


def reviewed(
    item: Item,
    found: Mapping[str, Assessment],
    claims: Mapping[str, Claim],
    read: Callable[[Item], Sequence[Assessment]],
) -> dict[str, Assessment]:
    """What the item's reviews make of these claims; `found`: what it says without them, `read`: the bare reading."""
    made: dict[str, Assessment] = {}
    for review in item.reviews:
        for about in read(Item(id=item.id, feed=item.feed, title=review.claim, published=item.published)):
            if about.claim not in claims:
                continue
            bare = replace(about, relation=Relation.REPORTS, statements=(), gates=about.gates[:1])
            known = made.get(about.claim) or found.get(about.claim) or bare
            gate, statement = _read(review, about, claims[about.claim], item)
            statements = known.statements if statement is None else _joined(known.statements, statement)
            made[about.claim] = replace(
                known,
                match=max(known.match, about.match),
                relation=relation_of(statements),
                statements=statements,
                gates=(*known.gates, gate),
            )
    return made


def _read(review: Review, about: Assessment, claim: Claim, item: Item) -> tuple[Gate, Statement | None]:
    """What one review says of one claim, and how that was found."""
    checked = f"“{review.claim[:120]}” rated “{review.rating[:60]}”"
    sure = _stated(about, claim, review.claim)
    if sure < STATED:
        return Gate(
            name="review", passed=False, detail=f"{checked}: not this claim, or not as plain fact", score=sure
        ), None
    rating = rated(review)
    if rating not in _STANCES:
        return Gate(name="review", passed=False, detail=f"{checked}: that {_SAYS[rating]}", score=sure), None
    statement = Statement(
        stance=_STANCES[rating],
        basis=Basis.SHOWN,
        evidence=Evidence(text=review.rating, field="content", start=review.start, end=review.end),
        confidence=round(SURE * sure, 3),
        speaker=review.author or item.publisher,
        role=Role.OUTLET,
    )
    return Gate(name="review", passed=True, detail=checked, score=statement.confidence), statement


def _stated(about: Assessment, claim: Claim, words_of_it: str) -> float:
    """How surely the words state the claim as plain fact, and nothing else."""
    if any(gate.name == "since" and not gate.passed for gate in about.gates):
        return 0.0
    if _same_words(words_of_it, claim):
        return 1.0
    if len(about.statements) != 1:
        return 0.0
    (said,) = about.statements
    plain = said.stance is Stance.CONFIRMS and said.basis is Basis.ASSERTED and not said.hedged
    return said.confidence if plain else 0.0


def _same_words(checked: str, claim: Claim) -> bool:
    """The checked claim is the watched one word for word, in one of its phrasings."""
    wordings = (claim.statement, *(phrasing for phrasings in claim.phrasings.values() for phrasing in phrasings))
    return [w.low for w in words(checked)] in [[w.low for w in words(wording)] for wording in wordings]


def _joined(statements: tuple[Statement, ...], shown: Statement) -> tuple[Statement, ...]:
    """The rating is what the outlet means, whatever its running text was read to say for it, or for nobody."""
    own = {"", (shown.speaker or "").casefold()}
    others = (s for s in statements if s.anonymous or (s.speaker or s.party or "").casefold() not in own)
    return (*others, shown)
