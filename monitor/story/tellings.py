"""One item's telling of an event, copies told from own words, and the bounded list of tellings on an event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model.source import Item
from monitor.model.story import Event, Telling
from monitor.model.verdict import Statement
from monitor.story.origin import origin_of
from monitor.text.fingerprint import Fingerprint, fingerprint, is_copy

KEPT = 40  # tellings kept in full on one event; a mail shows fewer
COUNTED = 500  # ids of further items that are remembered, so that none is counted twice
OUTLETS = 200  # further outlets that are remembered by name
TITLE, EVIDENCE, NAME = 300, 1_000, 200  # characters kept with each telling: hostile items may hold a megabyte of each
TEASER = 12  # words; a body of fewer is fingerprinted together with its headline
AHEAD = timedelta(hours=1)  # a date further in the future than this is a feed's mistake


def moment(item: Item, now: datetime) -> datetime:
    """When the item said it: published, else first seen."""
    if item.published and item.published <= now + AHEAD:
        return item.published
    return item.seen or now


def telling_of(item: Item, statement: Statement, now: datetime) -> Telling:
    mark = fingerprint(body(item))
    return Telling(
        item=item.id,
        publisher=(item.publisher or item.feed)[:NAME],
        language=item.language,
        at=moment(item, now),
        title=item.title[:TITLE],
        link=item.link,
        fingerprint=mark.simhash,
        words=mark.sketch,
        lead=mark.lead,
        origin=origin_of(item, statement),
        speaker=statement.speaker and statement.speaker[:NAME],
        evidence=statement.evidence.text[:EVIDENCE],
    )


def body(item: Item) -> str:
    """The text a reprint keeps: without the headline, which every desk writes anew, unless there is little else."""
    summary, content = item.summary or "", item.content or ""
    text = content if summary[:40] and summary[:40] in content else f"{summary} {content}".strip()
    return text if len(text.split(None, TEASER)) > TEASER else f"{item.title} {text}"


def copies(telling: Telling, others: Iterable[Telling]) -> bool:
    """It is a reprint of one of the others, or they of it."""
    mark, title = _mark(telling), _headline(telling)
    return any(
        is_copy(mark, _mark(other)) or (len(title) > TEASER // 2 and title == _headline(other))
        for other in others
        if other.item != telling.item
    )


def add(event: Event, telling: Telling) -> Event:
    """The event with one more telling. Where the list is full it is counted, and own words take the place of a copy."""
    kept = event.tellings
    if len(kept) < KEPT:
        return replace(event, tellings=(*kept, telling))
    spare = next((t for t in reversed(kept[1:]) if t.copy), None)
    if spare is None or telling.copy:
        return _count(event, telling)
    rest = tuple(t for t in kept if t.item != spare.item)
    return _count(replace(event, tellings=(*rest, telling)), spare)


def update(event: Event, telling: Telling) -> Event:
    """The same item in another version takes the place of the old one. The event itself where nothing changed."""
    old = next((t for t in event.tellings if t.item == telling.item), None)
    if old is None:
        return event
    new = replace(telling, copy=old.copy, at=min(old.at, telling.at))
    if new.fingerprint == old.fingerprint and new.title == old.title:  # another statement of the same text
        new = replace(new, speaker=old.speaker or new.speaker, evidence=old.evidence or new.evidence)
    return event if new == old else replace(event, tellings=tuple(new if t is old else t for t in event.tellings))


def show(event: Event, telling: Telling) -> Event:
    """Put one item's telling first, with these words of it: the one that is shown."""
    first = next((t for t in event.tellings if t.item == telling.item), None)
    if first is None:
        return event
    shown = replace(first, speaker=telling.speaker, evidence=telling.evidence)
    return replace(event, tellings=(shown, *(t for t in event.tellings if t is not first)))


def remove(event: Event, item: str) -> Event:
    """The event without an item's telling; the next one is shown. A reprint that is left alone still tells it."""
    if item in event.more_items:
        others = tuple(i for i in event.more_items if i != item)
        return replace(
            event, more=event.more - 1, more_items=others, more_copies=min(event.more_copies, event.more - 1)
        )
    rest = tuple(t for t in event.tellings if t.item != item)
    if rest and rest[0] is not event.tellings[0]:
        event = replace(event, speaker=rest[0].speaker, evidence=rest[0].evidence or event.evidence)
    return replace(event, tellings=rest)


def independent(event: Event) -> int:
    """Outlets that tell it in their own words and lean on different sources."""
    own = [t for t in event.tellings if not t.copy]
    return min(len({t.publisher for t in own}), len({t.origin or t.publisher for t in own}))


def _count(event: Event, telling: Telling) -> Event:
    named = (*event.more_publishers, telling.publisher)
    fresh = telling.publisher not in event.publishers and len(event.more_publishers) < OUTLETS
    return replace(
        event,
        more=event.more + 1,
        more_copies=event.more_copies + telling.copy,
        more_items=(*event.more_items, telling.item)[-COUNTED:],
        more_publishers=named if fresh else event.more_publishers,
    )


def _mark(telling: Telling) -> Fingerprint:
    return Fingerprint(simhash=telling.fingerprint, sketch=telling.words, lead=telling.lead)


def _headline(telling: Telling) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in telling.title.casefold()).split()
