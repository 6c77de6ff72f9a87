"""What the sentences so far were about, and who spoke last."""

from __future__ import annotations

from dataclasses import dataclass, field

from monitor.model.verdict import Gate
from monitor.stance.speakers import NOBODY, Speaker

_FORGETS = 2  # sentences after which "the report" no longer means the claim
_MOST_GATES = 300


@dataclass
class Memory:
    """Carried from sentence to sentence of one item."""

    about: bool = False  # the claim is what the text is about now
    age: int = 0  # sentences since it was last touched
    sign: int = 0  # of the last bare telling of the claim's event: 1 it is so, -1 it is not
    polar: int = 0  # how the last sentence that touched the event told it, firmly or not: 1 it is so, -1 it is not
    headline: int = 0  # the same, of the title
    last: Speaker = NOBODY
    party: str | None = None  # of the claim, last named
    held: bool = True  # enough of the claim stands in one of its sentences
    argued: bool = False  # a stance was taken on another event, which has the claim's for its object
    reported: bool = False  # the event is told by those who only report it: media, insiders
    cored: bool = False  # the item tells of the claim's event somewhere
    people: dict[str, Speaker] = field(default_factory=dict)  # surname -> who was introduced by a full name
    gates: list[Gate] = field(default_factory=list)

    @property
    def fresh(self) -> bool:
        return self.about and self.age <= _FORGETS

    def note(self, name: str, passed: bool, detail: str) -> None:
        """Keep a step of the reading for people."""
        if len(self.gates) < _MOST_GATES:
            self.gates.append(Gate(name=name, passed=passed, detail=detail))
