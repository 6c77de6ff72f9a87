"""What the built-in reading knows of a pair and does not say: for whoever decides on a second opinion.

The reading itself stays as it is. Beside its assessments stand pairs that nearly were related, and for each pair how
likely the item as a whole confirms or denies.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from monitor.engine.port import Kept
from monitor.model.claim import Claim
from monitor.model.page import without_reviews
from monitor.model.source import Item
from monitor.model.verdict import Assessment, Gate, Relation, Stance
from monitor.stance.doubt import Sight

if TYPE_CHECKING:
    from monitor.lexicon.passage import Passage
    from monitor.matching.claim import Compiled
    from monitor.pipeline.reviews import ReviewingJudge

log = logging.getLogger(__name__)
Seen = tuple[Item, Sequence[Sight]]
MOST = 10  # claims looked at beside those that the index proposes
AHEAD = 4000  # characters of a field looked through for candidates, as the judge does


class Seer(Kept):
    """Looks at items beside a judge of the same claims. Only the claims are carried over, as with `Reader`."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self.claims = tuple(claims)

    def __call__(self, item: Item, assessments: Sequence[Assessment]) -> list[Sight]:
        """One sight for each assessment, then one for each pair that is nearly related, in the watchlist's order."""
        from monitor.text.words import spellings, words

        judge = self._judge
        told = without_reviews(item)
        texts = [text[:AHEAD] for _, text in told.fields()]
        spelt = {raw for text in texts for raw in spellings(text)}
        near = dict(judge.index.candidates(spelt))
        near |= dict.fromkeys(self._named(spelt, set(near)), 0.0)
        by_claim = {assessment.claim: assessment for assessment in assessments}
        numbers = {compiled.claim.id: n for n, compiled in enumerate(judge.index.compiled)}
        language = judge.language(told, list(near.items()), [w for text in texts for w in words(text)])
        passage = self._passage(told, language)
        related = [numbers[claim] for claim in by_claim if claim in numbers]
        order = [*related, *sorted(set(near) - set(related))]
        return [self._sight(told, passage, judge.index.compiled[n], near.get(n, 0.0), by_claim) for n in order]

    def __reduce__(self) -> tuple[type[Seer], tuple[Sequence[Claim]]]:
        return Seer, (self.claims,)

    def _named(self, spelt: set[str], known: set[int]) -> list[int]:
        """Further claims of which the text names somebody or something, most names first."""
        touched = self._judge.index.terms.touched_by(spelt)
        found: Counter[int] = Counter()
        for number in {n for term in touched for n in self._by_name.get(term, ())} - known:
            groups = [g for g in self._judge.index.compiled[number].groups if not g.predicate]
            found[number] = sum(any(touched.issuperset(run) for run in g.names) for g in groups)
        ranked = sorted(found, key=lambda n: (-found[n] / len(self._judge.index.compiled[n].groups), n))
        return [n for n in ranked if found[n]][:MOST]

    @cached_property
    def _by_name(self) -> dict[int, set[int]]:
        """Term -> numbers of claims with a name that begins with it."""
        found: dict[int, set[int]] = defaultdict(set)
        for number, compiled in enumerate(self._judge.index.compiled):
            for run in (run for g in compiled.groups if not g.predicate for run in g.names if run):
                found[run[0]].add(number)
        return found

    @cached_property
    def _judge(self) -> ReviewingJudge:
        from monitor.pipeline.reviews import ReviewingJudge

        return ReviewingJudge(self.claims)

    @staticmethod
    def _passage(item: Item, language: str) -> Passage:
        from monitor.lexicon.passage import read
        from monitor.lexicon.tables import tables

        return read(item.fields(), tables(language))

    def _sight(
        self, item: Item, passage: Passage, compiled: Compiled, share: float, by_claim: dict[str, Assessment]
    ) -> Sight:
        from monitor.pipeline.judge import silence

        match, touches = self._judge.touch_pair(passage, compiled, share)
        silent = silence(item, passage, compiled.claim)
        likely: dict[Stance, float] = {}
        steps: list[Gate] = [silent] if silent else []
        if silent is None:
            from monitor.stance.assess import look
            from monitor.stance.trees import probabilities

            looked = look(passage, touches, compiled.asked, match)
            likely, steps = probabilities(looked.signs), looked.gates
        mine = by_claim.get(compiled.claim.id)
        return Sight(
            assessment=mine or _near(item, compiled.claim, match, steps),
            related=mine is not None,
            likely=likely,
            sentences=len(passage.sentences),
            language=passage.language,
        )


def _near(item: Item, claim: Claim, match: float, steps: Sequence[Gate]) -> Assessment:
    """What stands for a pair that the reading does not take for related."""
    gate = Gate(name="match", passed=False, detail="too little of the claim stands in it", score=round(match, 3))
    return Assessment(
        item=item.id, claim=claim.id, relation=Relation.REPORTS, match=round(match, 3), gates=(gate, *steps)
    )


def see_all(seer: Seer, judged: Sequence[tuple[Item, Sequence[Assessment]]]) -> list[Seen]:
    """Look at a batch. What breaks here costs a second opinion, nothing else."""
    seen: list[Seen] = []
    for item, assessments in judged:
        try:
            seen.append((item, seer(item, assessments)))
        except Exception as fault:  # noqa: BLE001 - a fault of ours in one item; the verdict stands already
            log.error("item %s gets no second opinion: %s: %s", item.id, type(fault).__name__, fault)  # noqa: TRY400
    return seen
