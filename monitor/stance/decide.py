"""From candidates and signs to what is said.

The item as a whole confirms, or denies, with a probability (`trees`). Candidates of a stance share it: the surest has
it whole, the others less, as much as they are less sure themselves. Where no row found a candidate, the sentence that
most likely holds the answer stands in.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from monitor.model.verdict import Gate, Stance
from monitor.stance.candidate import Candidate, plain
from monitor.stance.signs import Signs
from monitor.stance.stand_in import StandIn, best
from monitor.stance.trees import probabilities
from monitor.stance.weigh import confidence


class Tie(Enum):
    """What shows that the item is about the claim."""

    GIVEN = "the claim's own names, given with it"
    RARE = "a rare name, and more of the claim"
    NAMED = "a rare name alone"
    COMMON = "names that are in all the news, and the claim's event or words"
    LOOSE = "names that are in all the news"


FLOOR = 0.3  # a statement less sure than this is not made; routes ask for more before they alert
# The same by what ties the item to the claim. Much of the news is nearly about a claim without rare names.
_LEAST = {Tie.GIVEN: FLOOR, Tie.RARE: FLOOR, Tie.NAMED: 0.5, Tie.COMMON: 0.5, Tie.LOOSE: FLOOR}
_HALF = 0.5  # of both stances, one that is less than half as likely is not told: it is mostly a slip
_LOOSE = 0.68  # of these, a candidate by itself, where hardly anything ties the item to the claim
_CLEAR = 0.7  # a cue so sure by itself …
_OF_ITS_OWN = 0.9  # … keeps so much of it
_ASSERTED = 0.4  # the same for a bare assertion of the claim, which alerts nobody


class Decided(NamedTuple):
    """A candidate that became a statement, and how sure it is: 0..1."""

    candidate: Candidate
    sure: float


def decide(
    found: Sequence[Candidate], signs: Signs, shown: Sequence[StandIn], tie: Tie
) -> tuple[list[Decided], list[Gate]]:
    """What is said, in text order, and a gate for each candidate."""
    decided: list[Decided] = []
    gates: list[Gate] = []
    likely = probabilities(signs)
    for stance in (Stance.CONFIRMS, Stance.DENIES):
        weaker = likely[stance] < _HALF * max(likely.values())
        least = max(_LEAST[tie], _HALF * max(likely.values())) if weaker else _LEAST[tie]
        own = [Decided(c, confidence(c)) for c in found if c.stance is stance and not plain(c)]
        if tie is Tie.LOOSE:
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
    return [Decided(d.candidate, max(likely * math.sqrt(d.sure / top), _outright(d))) for d in own]


def _outright(own: Decided) -> float:
    """A plain "denied that" with the claim behind it stands, whatever the rest of the item looks like."""
    return _OF_ITS_OWN * own.sure if "cue" in own.candidate.features and own.sure >= _CLEAR else 0.0


def _gate(decided: Decided, least: float) -> Gate:
    sure = round(decided.sure, 3)
    return Gate(name="weigh", passed=decided.sure >= least, detail=decided.candidate.reason, score=sure)
