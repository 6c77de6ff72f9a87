"""How a claim stands, and the turns it takes.

The status follows from the events that stand (those not retracted), whatever the order in which they were found:

| events that stand | status |
|---|---|
| none, and no item about the claim | unverified |
| none, but items are about it | reported |
| confirmations only | confirmed |
| denials only | denied |
| both, from different parties | contested |
| both, from one party on the record | reversed |

A placed statement is a turn when it brings something new, and the first rule that fits names the reason:

| the statement | reason |
|---|---|
| retells a known event | none, except: |
| … in own words, from a second outlet that leans on another source | corroborated |
| is a party's word on the record, and the same party has answered the other way | reversed |
| is the first of its stance on the record (insiders: the first at all) | first-confirmation, first-denial |
| is somebody else's answer, like one given before | second-party |

An edit that takes an event's last telling away is `retracted`. A party's own older answer that is found late is
`reversed` too: that the party has changed its word is news the reader had not been given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.model.claim import Claim
from monitor.model.story import ClaimStatus, Event, Reason
from monitor.model.verdict import Basis, Stance
from monitor.story.cluster import Placed
from monitor.story.tellings import independent

_FIRST = {Stance.CONFIRMS: Reason.FIRST_CONFIRMATION, Stance.DENIES: Reason.FIRST_DENIAL}


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """What a statement did to the claim's status."""

    before: ClaimStatus
    after: ClaimStatus
    reason: Reason | None  # None: nothing to say
    against: Event | None = None  # where reversed: the same party's other answer


def turn(status: ClaimStatus, events_before: Sequence[Event], placed: Placed, claim: Claim) -> Turn:
    """The turn that a placed statement makes. `events_before`: the claim's events before it was placed."""
    others = [e for e in events_before if e.id != placed.event.id and e.claim == claim.id and not e.retracted]
    after = status_of([*others, placed.event], reported(status))
    against = _own_other_answer(placed.event, others)
    return Turn(before=status, after=after, reason=_reason(placed, others, against), against=against)


def retract(status: ClaimStatus, events_before: Sequence[Event], placed: Placed, claim: Claim) -> Turn:
    """The turn that a withdrawn telling makes (`cluster.withdraw`): none while others still tell the event."""
    others = [e for e in events_before if e.id != placed.event.id and e.claim == claim.id]
    after = status_of([*others, placed.event], reported(status))
    return Turn(before=status, after=after, reason=Reason.RETRACTED if placed.event.retracted else None)


def reported(status: ClaimStatus) -> ClaimStatus:
    """The status once an item is about the claim, whoever answers."""
    return ClaimStatus.REPORTED if status is ClaimStatus.UNVERIFIED else status


def status_of(events: Iterable[Event], without: ClaimStatus = ClaimStatus.REPORTED) -> ClaimStatus:
    """The status that a claim's events give it; `without` any that stands, it is unverified or reported."""
    standing = [event for event in events if not event.retracted]
    stances = {event.stance for event in standing}
    if not stances:
        return without if without is ClaimStatus.UNVERIFIED else ClaimStatus.REPORTED
    if len(stances) == 1:
        return ClaimStatus.CONFIRMED if Stance.CONFIRMS in stances else ClaimStatus.DENIED
    if any(_own_other_answer(event, standing) for event in standing):
        return ClaimStatus.REVERSED
    return ClaimStatus.CONTESTED


def _reason(placed: Placed, others: Sequence[Event], against: Event | None) -> Reason | None:
    event, before = placed.event, placed.event_before
    if before is not None and (before.named or not event.named):
        more = independent(before) < 2 <= independent(event)
        return Reason.CORROBORATED if more and not placed.copy else None
    if against is not None:
        return Reason.REVERSED
    alike = [other for other in others if other.stance is event.stance and (other.named or not event.named)]
    if not alike:
        return _FIRST[event.stance]
    return Reason.SECOND_PARTY


def _own_other_answer(event: Event, others: Iterable[Event]) -> Event | None:
    """The other answer of the same party. Insiders, and what others show, do not take a party's word back."""
    if not _own_word(event):
        return None
    return next((e for e in others if e.stance is not event.stance and _own_word(e) and _one_party(e, event)), None)


def _one_party(one: Event, other: Event) -> bool:
    """The same party, also where one event knows it by its speaker only."""
    if one.party == other.party:
        return True
    return (one.by_speaker and one.party in other.voices) or (other.by_speaker and other.party in one.voices)


def _own_word(event: Event) -> bool:
    return event.named and event.basis is not Basis.SHOWN
