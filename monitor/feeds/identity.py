"""Which entries of a feed are new, which are edited, which are known. Pure.

Identity comes in layers: the guid as printed; else the canonical link; else the text itself. An entry that any layer
knows is known, so that rotating guids, tracking parameters and moved links make nothing new. No date has a say: what
is dated last year and was never seen is new. What a guid is worth shows in use: where one feed prints the same guid on
different items, guids of that feed's items do not tell them apart, and link and text do.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.feeds.entry import Entry
from monitor.feeds.keys import canonical_link
from monitor.model.source import Feed, Item, Known

__all__ = ["Sorted", "sort"]

_FUTURE = timedelta(days=2)  # a date further ahead is no date of publication
_MOST_TURNS = 5  # versions after which going back to an earlier text is no news
_WORDY = 60  # characters of summary and content that make a text an identity


@dataclass(frozen=True, kw_only=True, slots=True)
class Sorted:
    """What a body brought, compared with what was known."""

    items: tuple[Item, ...] = ()  # new and edited, in the feed's order
    known: int = 0  # entries that were there before, edited ones included
    idle: frozenset[str] = frozenset()  # ids of new items that are about no claim


@dataclass(slots=True)
class _Seen:
    """The three layers of `Known`, growing while the entries of one body are sorted."""

    guids: dict[str, str]
    links: dict[str, str]
    digests: dict[str, str]
    with_guid: set[str]  # ids of items that have one

    @classmethod
    def of(cls, known: Known) -> _Seen:
        links = {canonical_link(link): item_id for link, item_id in known.links.items()}
        return cls(dict(known.guids), links, dict(known.digests), set(known.guids.values()))

    def remember(self, key: _Keys, item_id: str) -> None:
        if key.guid is not None:
            self.guids.setdefault(key.guid, item_id)
            self.with_guid.add(item_id)
        if key.link is not None:
            self.links.setdefault(key.link, item_id)
        self.digests.setdefault(key.digest, item_id)


def sort(
    feed: Feed, entries: Sequence[Entry], known: Known, now: datetime, *, baseline: bool, repeats: bool = False
) -> Sorted:
    """New and edited items of one parsed body; each real item once, whatever its feed does to ids and links.

    `repeats`: what the body prints twice is returned twice, under one id.
    """
    keys = [_Keys.of(entry) for entry in entries]
    guids = Counter(key.guid for key in keys)
    links = Counter(key.link for key in keys)
    found: list[Item] = []
    fresh: set[str] = set()
    idle: set[str] = set()
    seen = _Seen.of(known)
    count = 0
    for entry, key in zip(entries, keys, strict=True):
        # A guid or link that stands on several items of this body is no identity of any.
        sure = key.without(guid=guids[key.guid] > 1, link=links[key.link] > 1)
        item_id = _known_as(sure, key, seen)
        if item_id is None:
            item_id = _new_id(feed.url, sure)
            found.append(_item(feed, entry, key, item_id, 1, now, baseline=baseline))
            fresh.add(item_id)
            if entry.idle:
                idle.add(item_id)
        elif item_id in fresh:
            if repeats:
                found.append(_item(feed, entry, key, item_id, 1, now, baseline=baseline))
        else:
            count += 1
            version, digest = known.newest.get(item_id, (1, key.digest))
            if digest != key.digest and _is_edit(seen, key, item_id, version):
                found.append(_item(feed, entry, key, item_id, version + 1, now, baseline=baseline))
                fresh.add(item_id)
        seen.remember(sure, item_id)
    return Sorted(items=tuple(found), known=count, idle=frozenset(idle))


@dataclass(frozen=True, slots=True)
class _Keys:
    """One entry in the three layers."""

    guid: str | None
    link: str | None
    digest: str
    wordy: bool

    @classmethod
    def of(cls, entry: Entry) -> _Keys:
        wordy = len(entry.summary or "") + len(entry.content or "") >= _WORDY
        return cls(entry.id, entry.canonical, entry.digest, wordy)

    def without(self, *, guid: bool, link: bool) -> _Keys:
        if not (guid or link):
            return self
        return replace(self, guid=None if guid else self.guid, link=None if link else self.link)


def _known_as(sure: _Keys, key: _Keys, seen: _Seen) -> str | None:
    """The id of the item that this entry is, by the first layer that knows it."""
    by_text = seen.digests.get(key.digest)
    by_guid, by_link = seen.guids.get(sure.guid or ""), seen.links.get(sure.link or "")
    if by_text is not None and by_text in (by_guid, by_link):
        return by_text  # guid and link may name two items; the text says which
    if by_guid is not None:
        return by_guid
    # Another guid and another text at a known address: the next entry of a ticker, not an edit.
    if by_link is not None and (sure.guid is None or by_link not in seen.with_guid):
        return by_link
    # The text alone is an identity where there is enough of it, or nothing else: two live blogs share a title.
    return by_text if key.wordy or (sure.guid is None and sure.link is None) else None


def _is_edit(seen: _Seen, key: _Keys, item_id: str, version: int) -> bool:
    """Another text than before. Back to an earlier one counts as well, for a retraction may do that; but two editions
    that take turns (a CDN, an A/B test) would go on for ever.
    """
    return version < _MOST_TURNS or seen.digests.get(key.digest) != item_id


def _new_id(url: str, key: _Keys) -> str:
    """Stable over polls and machines: the feed and the strongest layer."""
    strongest = key.guid or key.link or key.digest
    return hashlib.blake2b(f"{url}\n{strongest}".encode("utf-8", "replace"), digest_size=12).hexdigest()


def _item(feed: Feed, entry: Entry, key: _Keys, item_id: str, version: int, now: datetime, *, baseline: bool) -> Item:
    return Item(
        id=item_id,
        feed=feed.url,
        title=entry.title or "",
        summary=entry.summary,
        content=entry.content,
        link=entry.link,
        canonical=key.link,
        guid=entry.id,
        author=entry.author,
        published=_date(entry.published, now),
        updated=_date(entry.updated, now),
        publisher=feed.publisher,
        language=feed.language,
        seen=now,
        version=version,
        digest=key.digest,
        baseline=baseline,
    )


def _date(stamp: str | None, now: datetime) -> datetime | None:
    at = datetime.fromisoformat(stamp) if stamp else None
    return at if at is None or at <= now + _FUTURE else None
