"""A turn as an alert: its id, and its one line in plain English."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from monitor.model.alert import Alert, Past
from monitor.model.claim import Claim
from monitor.model.source import Item
from monitor.model.story import Event, Reason
from monitor.model.verdict import Stance, Statement
from monitor.story.cluster import Placed
from monitor.story.parties import ANONYMOUS, NOBODY, is_person
from monitor.story.status import Turn

LONGEST = 300  # characters of a title
_SAYS = {Stance.CONFIRMS: "confirms", Stance.DENIES: "denies"}
_SAID = {Stance.CONFIRMS: "confirmed", Stance.DENIES: "denied"}
_HEDGED = {Stance.CONFIRMS: "appears to confirm", Stance.DENIES: "appears to deny"}
_PREFIX = {Reason.RETRACTED: "Retracted: ", Reason.CORROBORATED: "Told once more: "}


def alert_of(turn: Turn, placed: Placed, claim: Claim, statement: Statement | None, item: Item, now: datetime) -> Alert:
    """The alert of a turn that has a reason (ValueError otherwise). The same turn found again is the same alert.

    `statement` is None where one vanished.
    """
    if turn.reason is None:
        raise ValueError("a turn without a reason makes no alert")
    return Alert(
        id=_id(turn.reason, placed.event),
        reason=turn.reason,
        at=now,
        title=_title(turn, placed.event, claim, statement),
        claim=claim,
        event=placed.event,
        statement=statement,
        item=item,
        before=turn.before,
        after=turn.after,
    )


def history_of(events: Iterable[Event], claim: Claim, without: str) -> tuple[Past, ...]:
    """What was answered before, oldest first: one line for each event that stands, but for the one `without`."""
    standing = [e for e in events if e.id != without and not e.retracted]
    return tuple(
        Past(at=event.first_seen, told=f"{_who(event, claim)} {_SAID[event.stance]}")
        for event in sorted(standing, key=lambda event: (event.first_seen, event.id))
    )


def _id(reason: Reason, event: Event) -> str:
    """One event is told once, once more when it is known who answered, when corroborated and when retracted.

    Whether its answer counted as first, second or reversed depends on what else was known, so that does not enter.
    """
    kind = reason.value if reason in _PREFIX else ("answered" if event.named else "unnamed")
    return sha256(f"{event.id}\0{kind}".encode()).hexdigest()[:24]


def _title(turn: Turn, event: Event, claim: Claim, statement: Statement | None) -> str:
    who, hedged = _who(event, claim), statement is not None and statement.hedged
    says = (_HEDGED if hedged else _SAYS)[event.stance]
    what = claim.statement.rstrip(" .")
    line = f"{_PREFIX.get(turn.reason, '') if turn.reason else ''}{who} {says}: {what}"
    if turn.reason is Reason.REVERSED and turn.against is not None:
        line = _reversal(who, says, event, turn.against, what)
    line = " ".join("".join(c if c.isprintable() else " " for c in line).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"


def _reversal(who: str, says: str, event: Event, against: Event, what: str) -> str:
    if event.first_seen >= against.first_seen:
        return f"Reversal: {who} now {says}, after it had {_SAID[against.stance]} on {_day(against)}: {what}"
    return f"Reversal: {who} {_SAID[event.stance]} on {_day(event)}, before it {_SAID[against.stance]}: {what}"


def _day(event: Event) -> str:
    return f"{event.first_seen.day} {event.first_seen:%B %Y}"


def _who(event: Event, claim: Claim) -> str:
    if event.party == NOBODY:
        return "Someone not named"
    if event.party == ANONYMOUS:
        return "An anonymous source"
    name = event.party_name or event.party
    if not event.named:
        return f"An anonymous source for {name}"
    return f"{name} ({event.speaker})" if is_person(event.speaker, name, claim) else name
