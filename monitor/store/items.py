"""Items: the newest version of each in `items`, what an edit replaced in `item_versions`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.model.page import Page, with_page
from monitor.model.source import Item, Known
from monitor.store.feeds_table import FeedsTable
from monitor.store.port import Poll
from monitor.store.rows import ITEM, PAGE, moment
from monitor.store.session import Line

KNOWN = 20_000  # items of a feed that `known` tells, the latest ones: more than any body holds
COLUMNS = ITEM.names()
_PLACES = ", ".join("?" * len(ITEM.columns))
_TEXT = ", ".join(f"{name} = ?" for name in ITEM.columns[1:])
_ITEM = f"SELECT seen, item, feeds.url, {ITEM.names('items.')} FROM items JOIN feeds USING (feed)"  # noqa: S608

# Built from the column names above; no value from outside is ever part of a statement's text.
INSERT = f"INSERT INTO items (feed, judged, {COLUMNS}) VALUES (?, ?, {_PLACES}) ON CONFLICT (id) DO NOTHING"  # noqa: S608
REPLACE = f"UPDATE items SET judged = NULL, {_TEXT} WHERE item = ?"  # noqa: S608
ARCHIVE = f"""INSERT INTO item_versions (item, feed, judged, {COLUMNS})
SELECT item, feed, judged, {COLUMNS} FROM items WHERE item = ?"""  # noqa: S608
UNJUDGED = f"{_ITEM} WHERE judged IS NULL ORDER BY items.seen LIMIT ?"
NEWEST = f"{_ITEM} WHERE items.id = ?"
OLDER = f"""SELECT seen, item, feeds.url, {ITEM.names("item_versions.")} FROM item_versions JOIN feeds USING (feed)
WHERE item = (SELECT item FROM items WHERE id = ?) ORDER BY version"""  # noqa: S608
_JUDGED = f"{_ITEM} WHERE items.seen >= ? AND judged IS NOT NULL"
RECENT = f"{_JUDGED} ORDER BY items.seen, item LIMIT ?"
RECENT_ON = f"{_JUDGED} AND (items.seen, item) > (?, ?) ORDER BY items.seen, item LIMIT ?"
IDENTITY = "SELECT id, version, digest, guid, coalesce(canonical, link) FROM"
PAGE_AT = f"SELECT {PAGE.names()} FROM pages WHERE url = ?"  # noqa: S608
_LATEST = "WHERE feed = (SELECT feed FROM feeds WHERE url = ?) ORDER BY seen DESC LIMIT ?"
IDENTITIES = f"{IDENTITY} items {_LATEST}"
OLD_IDENTITIES = f"{IDENTITY} item_versions {_LATEST}"


class ItemsTable(FeedsTable):
    """The part of `Store` that is about items."""

    def known(self, url: str) -> Known:
        newest = self._all(IDENTITIES, (url, KNOWN))[::-1]  # later rows win
        lines = [*self._all(OLD_IDENTITIES, (url, KNOWN))[::-1], *newest]
        return Known(
            guids={guid: id_ for id_, _, _, guid, _ in lines if guid is not None},
            links={link: id_ for id_, _, _, _, link in lines if link is not None},
            digests={digest: id_ for id_, _, digest, _, _ in lines},
            newest={id_: (version, digest) for id_, version, digest, _, _ in newest},
        )

    def keep_polls(self, polls: Sequence[Poll]) -> None:
        with self.transaction():
            for poll in polls:
                feed = self._keep_state(poll.state)
                for item in poll.items:
                    seen = item.seen or poll.state.last_tried or poll.state.next_due
                    judged = moment(seen) if item.id in poll.idle else None
                    self._keep_item(feed, item if item.seen else replace(item, seen=seen), judged)

    def unjudged(self, limit: int) -> list[Item]:
        return self._items(self._all(UNJUDGED, (limit,)))

    def recent_items(self, since: datetime) -> Iterator[Item]:
        for line in self._pages(RECENT, RECENT_ON, (moment(since),)):
            yield from self._items([line])

    def item(self, item_id: str) -> Item | None:
        return next(iter(self._items(self._all(NEWEST, (item_id,)))), None)

    def versions(self, item_id: str) -> list[Item]:
        return self._items([*self._all(OLDER, (item_id,)), *self._all(NEWEST, (item_id,))])

    def mark_judged(self, item: Item, now: datetime) -> None:
        with self.transaction():  # an edit that arrived meanwhile stays unjudged
            self._run("UPDATE items SET judged = ? WHERE id = ? AND version = ?", (moment(now), item.id, item.version))

    def _items(self, lines: Sequence[Line]) -> list[Item]:
        with self._reading("an item"):
            return [ITEM.decode(line[3:], feed=line[2]) for line in lines]

    def _keep_item(self, feed: int, item: Item, judged: str | None) -> None:
        row = ITEM.encode(item)
        if self._run(INSERT, (feed, judged, *row)).rowcount == 0:
            self._edit(item)

    def _edit(self, item: Item) -> None:
        """The item is there: another text is a new version, the same text changes nothing."""
        line = self._one("SELECT digest FROM items WHERE id = ?", (item.id,))
        if line is not None and line[0] != item.digest:
            self._replace(self._with_page_of(item.id, item))

    def _with_page_of(self, item_id: str, item: Item) -> Item:
        """What was read on the item's page still holds when its feed rewords the teaser: it is no retraction."""
        before = self.item(item_id)
        page = self._page_at(before.page) if before is not None and before.page is not None else None
        return item if page is None else with_page(item, page)

    def _replace(self, item: Item) -> None:
        """Make this the newest version, to be judged; what it replaces is kept."""
        line = self._one("SELECT item, version FROM items WHERE id = ?", (item.id,))
        if line is not None:
            number, version = line
            self._run(ARCHIVE, (number,))
            self._run(REPLACE, (*ITEM.encode(replace(item, version=max(item.version, version + 1)))[1:], number))

    def _page_at(self, url: str) -> Page | None:
        with self._reading("a page"):
            return next((PAGE.decode(line) for line in self._all(PAGE_AT, (url,))), None)
