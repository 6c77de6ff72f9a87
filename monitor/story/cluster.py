"""Which event a statement tells: one real confirmation or denial = claim + stance + party, whoever prints it.

Rules, in this order; only events of the same claim and stance that are not retracted come into question:

| the statement comes from | it belongs to |
|---|---|
| an item that tells the party's event already | that event: an item is counted once |
| a party, or a speaker known to speak for it | the party's event nearest in time, within RETOLD: a retelling |
| a person of whom no institution is known, in words that an event has | that event: Peskov's words are the Kremlin's |
| nobody named, in a text that reprints a telling | the event of that telling |
| nobody named ("Call denied") | the event nearest in time within RETOLD, whoever's it is |
| somebody, when nobody was named so far | the event of nobody named, within NAMED_LATER: now it is known who answered |
| anybody else, and all the above in vain | a new event |

Insiders ("a person familiar with the matter") without an institution have one event of their own for each stance, and
a party's word on the record never disappears in it. Insiders *of* a party open that party's event with `named=False`;
its first word on the record makes it `named`, which is a turn of its own. What is shown (a court, a fact-check) belongs
to whoever shows it.

A party that answers the same way after a silence of more than RETOLD makes a new event. Within RETOLD it is taken as a
retelling, since a background mention and a fresh denial read alike; the longest such gap in the labelled stories of
the development set is 39 days.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from monitor.model.claim import Claim
from monitor.model.source import Item
from monitor.model.story import Event, Telling
from monitor.model.verdict import Basis, Statement
from monitor.story import tellings
from monitor.story.parties import ANONYMOUS, NOBODY, Voice, is_person, same, voice_of

RETOLD = timedelta(days=45)
NAMED_LATER = timedelta(days=3)
QUOTE = 4  # words; fewer are nobody's own
VOICES = 16  # names kept for one party


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """Where a statement, or the loss of one, left the event."""

    event_before: Event | None  # None: there was none
    event: Event
    new: bool
    copy: bool  # the item reprints an earlier telling


def place(item: Item, statement: Statement, claim: Claim, known_events: Sequence[Event], now: datetime) -> Placed:
    """The event that a statement of an item tells, with this telling added. Pure; placing it again changes nothing.

    `known_events` are the claim's events so far. Only statements that answer (`Statement.answers`) belong here.
    """
    voice = voice_of(statement, item, claim)
    telling = tellings.telling_of(item, statement, now)
    rivals = [e for e in known_events if (e.claim, e.stance) == (claim.id, statement.stance) and not e.retracted]
    before = _home(voice, telling, rivals, claim)
    if before is None:
        event = _as_known(_new(item, statement, claim, voice, telling), voice, known_events, claim)
        return Placed(event_before=None, event=event, new=True, copy=False)
    event = _told(before, telling)
    event = _heard(event, voice, statement)
    event = _shown(event, voice, statement, telling, claim)
    if event.named and not before.named:
        event = replace(event, baseline=item.baseline)
    return Placed(event_before=before, event=event, new=False, copy=_is_copy(event, item.id))


def withdraw(item: Item, event: Event, now: datetime) -> Placed:
    """The event after an edit of the item took its statement away. With its last telling gone it is retracted.

    A retracted event keeps that telling, as the record of what had been said.
    """
    after = tellings.remove(event, item.id)
    if not after.tellings:
        after = event if event.more else replace(event, retracted=now)
    return Placed(event_before=event, event=after, new=False, copy=False)


def in_order(statements: Iterable[Statement]) -> list[Statement]:
    """Statements of one item as they are best placed: the record before insiders, named before unnamed.

    What stands first in the item is its news and comes last: "X confirms. Until now X had denied it" is a reversal.
    """
    fields = ("content", "summary", "title")

    def rank(statement: Statement) -> tuple[bool, bool, int, int]:
        where = fields.index(statement.evidence.field) if statement.evidence.field in fields else 0
        nobody = not (statement.party or statement.speaker)
        return statement.anonymous, nobody, where, -statement.evidence.start

    return sorted(statements, key=rank)


def _home(voice: Voice, telling: Telling, rivals: Sequence[Event], claim: Claim) -> Event | None:
    """The known event that the statement belongs to."""
    own = [event for event in rivals if same(voice, event, claim)]
    nobody = voice.key == NOBODY
    told = [event for event in (rivals if nobody else own) if telling.item in event.items]
    if told:
        return _nearest(told, telling.at)
    near = [event for event in own if _gap(event, telling.at) <= RETOLD]
    if near and not nobody:
        return _nearest(near, telling.at)
    if nobody:
        reprinted = [event for event in rivals if tellings.copies(telling, event.tellings)]
        return _nearest(reprinted or [event for event in rivals if _gap(event, telling.at) <= RETOLD], telling.at)
    if voice.key != ANONYMOUS and (quoted := [event for event in rivals if _same_words(voice, telling, event)]):
        return _nearest(quoted, telling.at)
    headlines = [e for e in rivals if e.party == NOBODY and _gap(e, telling.at) <= NAMED_LATER]
    return _nearest(headlines, telling.at)


def _same_words(voice: Voice, telling: Telling, event: Event) -> bool:
    """The event has the very words, and one side knows its speaker only. One item's two speakers stay two."""
    if voice.by_speaker == event.by_speaker or telling.item in event.items:
        return False
    words = telling.evidence.casefold().split()
    return len(words) >= QUOTE and any(words == told.evidence.casefold().split() for told in event.tellings)


def _as_known(event: Event, voice: Voice, known_events: Iterable[Event], claim: Claim) -> Event:
    """The event under the party that another answer of the same voice has, so that a reversal is seen as one."""
    known = next((e for e in known_events if e.claim == claim.id and same(voice, e, claim)), None)
    if known is None:
        return event
    name = known.party_name if voice.by_speaker else event.party_name
    return replace(event, party=known.party, party_name=name, by_speaker=known.by_speaker and voice.by_speaker)


def _gap(event: Event, at: datetime) -> timedelta:
    """How far a moment lies outside the span of an event."""
    return max(event.first_seen - at, at - event.last_seen, timedelta(0))


def _nearest(events: Sequence[Event], at: datetime) -> Event | None:
    return min(events, key=lambda event: (_gap(event, at), event.id), default=None)


def _new(item: Item, statement: Statement, claim: Claim, voice: Voice, telling: Telling) -> Event:
    parts = (claim.id, statement.stance, voice.key, item.id)
    return Event(
        id=sha256("\0".join(parts).encode()).hexdigest()[:16],
        claim=claim.id,
        stance=statement.stance,
        party=voice.key,
        party_name=voice.name,
        speaker=telling.speaker,
        role=statement.role,
        basis=statement.basis,
        first_seen=telling.at,
        last_seen=telling.at,
        confidence=statement.confidence,
        evidence=telling.evidence,
        baseline=item.baseline,
        tellings=(telling,),
        named=voice.named,
        by_speaker=voice.by_speaker,
        voices=_voices((), voice),
    )


def _told(event: Event, telling: Telling) -> Event:
    """One more item tells it, or another version of one that did."""
    if telling.item in event.items:
        event = tellings.update(event, telling)
    else:
        event = tellings.add(event, replace(telling, copy=tellings.copies(telling, event.tellings)))
    first, last = min(event.first_seen, telling.at), max(event.last_seen, telling.at)
    return replace(event, first_seen=first, last_seen=last)


def _heard(event: Event, voice: Voice, statement: Statement) -> Event:
    """What the event learns about who answers, and how sure it is."""
    event = replace(event, confidence=max(event.confidence, statement.confidence), voices=_voices(event.voices, voice))
    if voice.key != NOBODY and (event.party == NOBODY or (event.by_speaker and not voice.by_speaker)):
        return replace(event, party=voice.key, party_name=voice.name, by_speaker=voice.by_speaker)
    return event


def _shown(event: Event, voice: Voice, statement: Statement, telling: Telling, claim: Claim) -> Event:
    """The better telling is shown: on the record before insiders, a speaker by name before an institution."""
    mine = (voice.named, is_person(statement.speaker, event.party_name, claim), statement.basis is Basis.SAID)
    shown = (event.named, is_person(event.speaker, event.party_name, claim), event.basis is Basis.SAID)
    if mine <= shown:
        return event
    event = replace(
        event,
        named=event.named or voice.named,
        speaker=telling.speaker,
        role=statement.role,
        basis=statement.basis,
        evidence=telling.evidence,
    )
    return tellings.show(event, telling)


def _voices(known: tuple[str, ...], voice: Voice) -> tuple[str, ...]:
    if voice.key in (NOBODY, ANONYMOUS):
        return known
    return tuple(dict.fromkeys(name for name in (*known, voice.key, voice.speaker) if name))[:VOICES]


def _is_copy(event: Event, item: str) -> bool:
    told = next((t for t in event.tellings if t.item == item), None)
    return told.copy if told else True
