"""Questions to a second reader: what waits, what was answered, what it did and what it cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from monitor.model.opinion import Opinion, Query, QueryState
from monitor.store.port import Row
from monitor.store.rows import QUERY, load, moment, printed
from monitor.store.session import Session

_COLUMNS = QUERY.names()
_SELECT = f"SELECT query, {_COLUMNS} FROM queries"  # noqa: S608  column names only
# An alert that somebody waits for comes first, then what is most in doubt.
DUE = f"{_SELECT} WHERE state = 'waiting' AND due <= ? ORDER BY why <> 'alert', doubt DESC, query LIMIT ?"
OF_ITEM = f"{_SELECT} WHERE item = ? ORDER BY version, query"
KEEP = f"""INSERT INTO queries ({_COLUMNS}) VALUES ({", ".join("?" * len(QUERY.columns))})
ON CONFLICT (id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in QUERY.columns[1:])}"""  # noqa: S608
KNOWN = """SELECT opinion FROM queries WHERE key = ? AND state = 'answered' AND opinion IS NOT NULL
ORDER BY query LIMIT 1"""
_TITLES = "(SELECT title FROM items WHERE items.id = queries.item)"
LIST = f"SELECT made, query, {_COLUMNS}, {_TITLES} FROM queries"  # noqa: S608
LISTED = f"{LIST} WHERE review >= ? ORDER BY made DESC, query DESC LIMIT ?"
LISTED_ON = f"{LIST} WHERE review >= ? AND (made, query) < (?, ?) ORDER BY made DESC, query DESC LIMIT ?"
COUNTS = """SELECT sum(asked IS NOT NULL), sum(state = 'answered'), sum(state = 'waiting'),
sum(state IN ('failed', 'missed')), sum(outcome = 'agreed'), sum(outcome IN ('raised', 'lowered', 'turned')),
sum(contested), sum(outcome = 'void'), sum(review), coalesce(sum(seconds), 0), coalesce(sum(cost), 0) FROM queries"""
_COUNTED = ("asked", "answered", "waiting", "unanswered", "agreed", "overturned", "contested", "void", "reviews")


class OpinionsTable(Session):
    """The part of `Store` that is about second opinions."""

    def keep_query(self, query: Query) -> None:
        seconds, cost = _spent(query)
        with self.transaction():
            self._run(KEEP, QUERY.encode(query))
            self._run("UPDATE queries SET seconds = ?, cost = ? WHERE id = ?", (seconds, cost, query.id))

    def query(self, query_id: str) -> Query | None:
        return next(iter(self._queries(self._all(f"{_SELECT} WHERE id = ?", (query_id,)))), None)

    def due_queries(self, now: datetime, limit: int) -> list[Query]:
        return self._queries(self._all(DUE, (moment(now), limit)))

    def queries_of(self, item_id: str) -> list[Query]:
        return self._queries(self._all(OF_ITEM, (item_id,)))

    def opinion_at(self, key: str) -> Opinion | None:
        line = self._one(KNOWN, (key,))
        with self._reading("an opinion"):
            return load(Opinion, line[0]) if line else None

    def questions_asked(self, since: datetime) -> int:
        line = self._one("SELECT coalesce(sum(attempts), 0) FROM queries WHERE asked > ?", (moment(since),))
        return int(line[0]) if line else 0

    def miss_queries(self, before: datetime) -> int:
        with self.transaction():
            missed = self._run(
                "UPDATE queries SET state = ?, error = coalesce(error, ?) WHERE state = 'waiting' AND made < ?",
                (str(QueryState.MISSED), "waited too long: the budget was spent, or nobody answered", moment(before)),
            )
            return missed.rowcount

    def count_opinions(self) -> Row:
        line = self._one(COUNTS) or ()
        counts = {name: int(value or 0) for name, value in zip(_COUNTED, line, strict=False)}
        seconds, cost = line[len(_COUNTED) :] or (0.0, 0.0)
        return {**counts, "seconds": round(seconds, 3), "cost": round(cost, 6)}

    def list_opinions(self, limit: int | None = None, *, review: bool = False) -> Iterator[Row]:
        for _, _, *rest in self._pages(LISTED, LISTED_ON, (int(review),), limit):
            with self._reading("a question"):
                yield _row(QUERY.decode(rest[:-1]), rest[-1])

    def _queries(self, lines: Sequence[Sequence[object]]) -> list[Query]:
        with self._reading("a question"):
            return [QUERY.decode(line[1:]) for line in lines]


def _spent(query: Query) -> tuple[float, float]:
    """What the answer took and cost; nothing where it was known already."""
    if query.asked is None or query.opinion is None:
        return 0.0, 0.0
    return query.opinion.usage.seconds, query.opinion.usage.cost


def _row(query: Query, title: str | None) -> Row:
    seconds, cost = _spent(query)
    return {
        "id": query.id,
        "item": query.item,
        "claim": query.claim,
        "why": str(query.why),
        "doubt": query.doubt,
        "state": str(query.state),
        "made": printed(moment(query.made)),
        "asked": printed(moment(query.asked)) if query.asked else None,
        "built_in": str(query.assessment.relation) if query.related else "unrelated",
        "second": _second(query.opinion),
        "by": query.opinion.by if query.opinion else None,
        "outcome": str(query.outcome) if query.outcome else None,
        "contested": query.contested,
        "review": query.review,
        "alerts": list(query.alerts),
        "seconds": round(seconds, 3),
        "cost": cost,
        "error": query.error or ("; ".join(query.opinion.void) if query.opinion and query.opinion.void else None),
        "title": title,
    }


def _second(opinion: Opinion | None) -> str | None:
    if opinion is None or not opinion.counts:
        return None
    return "; ".join(dict.fromkeys(str(s.stance) for s in opinion.statements)) or "reports"
