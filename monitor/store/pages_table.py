"""Pages behind items: which are to be asked for, what became of them, and the items that take their text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.model.page import Page, PageState, with_page
from monitor.model.source import Item, Review
from monitor.store.items import ItemsTable
from monitor.store.port import Row
from monitor.store.rows import PAGE, load, moment, printed

FRESH = timedelta(hours=6)  # how long an answer serves items that come later with the same address

_COLUMNS = PAGE.names()
# Built from column names; no value from outside is ever part of a statement's text.
OF_ITEM = f"""SELECT page, {PAGE.names("pages.")} FROM pages JOIN page_items USING (page) JOIN items USING (item)
WHERE items.id = ?"""  # noqa: S608
# One page of a host at a time: the likeliest to answer first, the newest among those; what is news before the past.
DUE = f"""SELECT page, {_COLUMNS} FROM (SELECT *, row_number() OVER (
    PARTITION BY host ORDER BY baseline, match DESC, made DESC, page) AS turn FROM pages
    WHERE state = 'pending' AND due <= ?) WHERE turn = 1 ORDER BY baseline, match DESC, made DESC LIMIT ?"""  # noqa: S608
KEEP = f"""INSERT INTO pages ({_COLUMNS}, baseline, match) VALUES ({", ".join("?" * len(PAGE.columns))}, ?, ?)
ON CONFLICT (url) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in PAGE.columns[1:])},
    baseline = min(baseline, excluded.baseline), match = max(match, excluded.match)"""  # noqa: S608
WAITING = "SELECT items.id, page_items.baseline FROM page_items JOIN items USING (item) WHERE page = ? AND waits = 1"
WAIT = """INSERT INTO page_items (item, page, baseline, waits)
SELECT item, (SELECT page FROM pages WHERE url = ?), ?, 1 FROM items WHERE id = ?
ON CONFLICT (item) DO UPDATE SET page = excluded.page, baseline = excluded.baseline, waits = 1"""
LIST = "SELECT made, page, url, host, state, due, asked, attempts, status, error, length(text), reviews FROM pages"
LISTED = f"{LIST} ORDER BY made DESC, page DESC LIMIT ?"
LISTED_ON = f"{LIST} WHERE (made, page) < (?, ?) ORDER BY made DESC, page DESC LIMIT ?"


class PagesTable(ItemsTable):
    """The part of `Store` that is about pages."""

    def want_page(self, item: Item, match: float, now: datetime) -> None:
        if item.link is None or item.page is not None:
            return
        with self.transaction():
            page = self._page_at(item.link)
            if page is None:
                page = Page(url=item.link, host=host_of(item.link), due=now, made=now)
            elif _old(page, now):  # its text stays until there is another: items that have it may be edited meanwhile
                page = replace(page, state=PageState.PENDING, due=now, made=now, attempts=0, error=None)
            self._run(KEEP, (*PAGE.encode(page), int(item.baseline), match))
            self._run(WAIT, (page.url, int(item.baseline), item.id))
            if page.state is not PageState.PENDING:
                self._give(page)

    def due_pages(self, now: datetime, limit: int) -> list[Page]:
        return self._pages_of(self._all(DUE, (moment(now), limit)))

    def pages_asked(self, since: datetime) -> int:
        line = self._one("SELECT count(*) FROM pages WHERE asked > ?", (moment(since),))
        return int(line[0]) if line else 0

    def keep_page(self, page: Page) -> list[str]:
        with self.transaction():
            self._run(KEEP, (*PAGE.encode(page), 1, 0.0))
            return self._give(page) if page.state is not PageState.PENDING else []

    def miss_pages(self, before: datetime) -> int:
        missed = str(PageState.MISSED)
        with self.transaction():
            done = self._run(
                "UPDATE pages SET state = ? WHERE state = 'pending' AND made < ?", (missed, moment(before))
            )
            return done.rowcount

    def page_of(self, item_id: str) -> Page | None:
        return next(iter(self._pages_of(self._all(OF_ITEM, (item_id,)))), None)

    def count_pages(self) -> dict[str, int]:
        return dict(self._all("SELECT state, count(*) FROM pages GROUP BY state ORDER BY state"))

    def list_pages(self, limit: int | None = None) -> Iterator[Row]:
        for made, _, url, host, state, due, asked, attempts, status, error, length, reviews in self._pages(
            LISTED, LISTED_ON, (), limit
        ):
            yield {
                "url": url,
                "host": host,
                "state": state,
                "made": printed(made),
                "due": printed(due) if state == PageState.PENDING else None,
                "asked": printed(asked),
                "attempts": attempts,
                "status": status,
                "error": error,
                "characters": length,
                "reviews": [review.rating for review in load(tuple[Review, ...], reviews)],
            }

    def _give(self, page: Page) -> list[str]:
        """The page's text, if any, to all who wait for it; each becomes a version that is to be judged."""
        number = (self._one("SELECT page FROM pages WHERE url = ?", (page.url,)) or (None,))[0]
        changed = []
        for item_id, baseline in self._all(WAITING, (number,)):
            item = self.item(item_id)
            if page.state is PageState.FETCHED and item is not None:
                told = with_page(item, page)
                self._replace(replace(told, added=True, baseline=item.baseline or bool(baseline)))
                changed.append(item_id)
        self._run("UPDATE page_items SET waits = 0 WHERE page = ?", (number,))
        return changed

    def _pages_of(self, lines: Sequence[Sequence[object]]) -> list[Page]:
        with self._reading("a page"):
            return [PAGE.decode(line[1:]) for line in lines]


def _old(page: Page, now: datetime) -> bool:
    """Asked for so long ago that it is to be asked for again, with fresh attempts."""
    return page.state is not PageState.PENDING and now - (page.asked or page.made) > FRESH


def host_of(url: str) -> str:
    """Whose page it is, for limits: name and port."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url[:200]
    name = (parts.hostname or "").lower()
    return name if port in (None, 80, 443) else f"{name}:{port}"
