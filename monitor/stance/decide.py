"""From candidates and signs to what is said.

The item as a whole confirms, or denies, with a probability (`trees`). Candidates of a stance share it: the surest has
it whole, the others less, as much as they are less sure themselves. Where no row found a candidate, the sentence that
most likely holds the answer stands in.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from monitor.lexicon.touch import Asked
from monitor.model.verdict import Gate, Stance
from monitor.stance.candidate import Candidate, plain
from monitor.stance.signs import Signs
from monitor.stance.stand_in import StandIn, best
from monitor.stance.trees import probabilities
from monitor.stance.weigh import confidence

FLOOR = 0.3  # a statement less sure than this is not made; routes ask for more before they alert
_UNNAMED = 0.5  # the same for claims without rare names: much of the news is nearly about them
_LOOSE = 0.68  # of these, a candidate by itself, where hardly anything ties the item to the claim
_ASSERTED = 0.4  # the same for a bare assertion of the claim, which alerts nobody


class Decided(NamedTuple):
    """A candidate that became a statement, and how sure it is: 0..1."""

    candidate: Candidate
    sure: float


def decide(
    found: Sequence[Candidate], signs: Signs, shown: Sequence[StandIn], asked: Asked, *, loose: bool
) -> tuple[list[Decided], list[Gate]]:
    """What is said, in text order, and a gate for each candidate."""
    decided: list[Decided] = []
    gates: list[Gate] = []
    likely = probabilities(signs)
    least = FLOOR if asked.specific or loose else _UNNAMED
    for stance in (Stance.CONFIRMS, Stance.DENIES):
        own = [Decided(c, confidence(c)) for c in found if c.stance is stance and not plain(c)]
        if loose:
            own = [d for d in own if d.sure >= _LOOSE and "voiced" not in d.candidate.features]
        if not own and likely[stance] >= least and (candidate := best(shown, stance)):
            own = [Decided(candidate, 1.0)]
        for share in _shared(own, likely[stance]):
            gates.append(_gate(share, least))
            decided += [share] if share.sure >= least else []
    for candidate in found:
        if plain(candidate) or candidate.stance is Stance.DECLINES:
            other = Decided(candidate, confidence(candidate))
            gates.append(_gate(other, _ASSERTED))
            decided += [other] if other.sure >= _ASSERTED else []
    order = {id(c): n for n, c in enumerate(found)}
    return sorted(decided, key=lambda d: order.get(id(d.candidate), len(order))), gates


def _shared(own: Sequence[Decided], likely: float) -> list[Decided]:
    """The geometric mean keeps a second party's answer in sight of the first."""
    top = max((d.sure for d in own), default=1.0)
    return [Decided(d.candidate, likely * math.sqrt(d.sure / top)) for d in own]


def _gate(decided: Decided, least: float) -> Gate:
    sure = round(decided.sure, 3)
    return Gate(name="weigh", passed=decided.sure >= least, detail=decided.candidate.reason, score=sure)
