"""What an operator does with the store: back up, check, migrate, export, import.

An export is JSON lines, in an order that needs no looking back: a head, every row of every table, an end that counts
them, so that a file cut off on its way is not taken for the whole.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from monitor.errors import InputError, StoreCorrupt, StoreError
from monitor.model.alert import DeliveryState
from monitor.model.story import ClaimStatus
from monitor.store.connection import SCHEMA, connect, copy, open_reader, open_writer, path_of, prepare
from monitor.store.faults import translated
from monitor.store.rows import DELIVERY, EVENT, FEED_STATE, ITEM, TELLING, load_alert, load_gates, load_statements

FORMAT = "dementi-export"
FAULTS = 100  # of one kind: enough to know
TABLES = (  # each after those it refers to
    *("feeds", "items", "item_versions", "assessments"),
    *(
        "claims",
        "claim_turns",
        "events",
        "tellings",
        "alerts",
        "deliveries",
        "gone_targets",
        "silences",
        "marks",
        "pages",
        "page_items",
        "subscriptions",
        "queries",
    ),
)
# What no constraint of the schema says. Each finds the rows that break it; the sentence takes their first column.
INVARIANTS = (
    (
        "SELECT id FROM events WHERE NOT EXISTS (SELECT 1 FROM tellings WHERE tellings.event = events.event)",
        "event {} has no telling",
    ),
    (
        """SELECT events.id FROM tellings JOIN events USING (event)
        GROUP BY event HAVING count(*) <> max(position) + 1""",
        "event {} misses a telling",
    ),
    (
        "SELECT items.id FROM item_versions AS old JOIN items USING (item) WHERE old.version >= items.version",
        "item {} has an old version that is not older",
    ),
    (
        """SELECT items.id FROM assessments JOIN items USING (item) WHERE assessments.version > items.version""",
        "item {} has a reading of a version that is not there",
    ),
    (
        """SELECT claims.id FROM claims JOIN claim_turns USING (claim)
        WHERE turn = (SELECT max(turn) FROM claim_turns AS last WHERE last.claim = claims.claim) AND after <> status""",
        "claim {} does not stand as its last turn says",
    ),
)
_STATES = ", ".join(f"'{state}'" for state in DeliveryState)
_STATUSES = ", ".join(f"'{status}'" for status in ClaimStatus)
WORDS = (
    (f"SELECT id FROM deliveries WHERE state NOT IN ({_STATES})", "delivery {} is in no known state"),  # noqa: S608
    (f"SELECT id FROM claims WHERE status NOT IN ({_STATUSES})", "claim {} has no known status"),  # noqa: S608
)
# Values that must be readable: what to select, after the name to call it by, and what reads it.
READERS: tuple[tuple[str, str, Callable[..., object]], ...] = (
    ("feed", f"SELECT url, {FEED_STATE.names()} FROM feeds", lambda *row: FEED_STATE.decode(row)),  # noqa: S608
    ("item", f"SELECT id, {ITEM.names()} FROM items", lambda *row: ITEM.decode(row, feed="")),  # noqa: S608
    ("old item", f"SELECT id, {ITEM.names()} FROM item_versions", lambda *row: ITEM.decode(row, feed="")),  # noqa: S608
    ("event", f"SELECT id, {EVENT.names()} FROM events", lambda *row: EVENT.decode(row)),  # noqa: S608
    ("telling", f"SELECT item, {TELLING.names()} FROM tellings", lambda *row: TELLING.decode(row)),  # noqa: S608
    ("statement", "SELECT claim, statements FROM assessments", load_statements),
    ("gate", "SELECT claim, gates FROM assessments", load_gates),
    ("alert", "SELECT id, body FROM alerts", load_alert),
    (
        "delivery",
        f"SELECT id, {DELIVERY.names()} FROM deliveries",  # noqa: S608
        lambda *row: DELIVERY.decode(row, alert="", target=None),
    ),
)


def backup(url: str, target: Path) -> None:
    """Copy the store, in use or not, to a file that is not there yet. Raises StoreError."""
    if target.exists():
        raise StoreError(f"{target}: is there already; name a new file")
    with closing(open_reader(path_of(url))) as connection:
        copy(connection, target)


def migrate(url: str) -> Path | None:
    """Bring the schema up to date; returns the backup made before, None where there was nothing to do or to lose."""
    path = path_of(url)
    with translated(path), closing(connect(path)) as connection:
        return prepare(connection, path)


def check(url: str) -> list[str]:
    """Everything wrong with the store, a sentence each; empty when it is sound."""
    path = path_of(url)
    try:
        with translated(path), closing(open_reader(path)) as connection:
            return [*_damage(connection), *_broken(connection), *_unreadable(connection)]
    except StoreCorrupt as fault:
        return [str(fault)]


def export_lines(url: str) -> Iterator[str]:
    """The store as it is now, line by line; a writer meanwhile changes nothing in it."""
    path = path_of(url)
    with translated(path), closing(open_reader(path)) as connection:
        connection.execute("BEGIN")
        yield json.dumps({"format": FORMAT, "schema": SCHEMA})
        counts: Counter[str] = Counter()
        for table in TABLES:
            rows = connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - a name of this module
            names = [column[0] for column in rows.description]
            for row in rows:
                counts[table] += 1
                yield json.dumps({"table": table, "row": dict(zip(names, row, strict=True))}, ensure_ascii=False)
        yield json.dumps({"end": {table: counts[table] for table in TABLES}})


def import_lines(url: str, lines: Iterable[str]) -> int:
    """Fill an empty store with an export; returns the number of rows. All or nothing.

    Raises InputError, naming the line, where the export is broken or incomplete; StoreError where the store is not
    empty.
    """
    path = path_of(url)
    with translated(path), closing(open_writer(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            count = _Import(connection, path).read(lines)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return count


class _Import:
    def __init__(self, connection: sqlite3.Connection, path: str) -> None:
        self._connection = connection
        self._columns = {table: [c[1] for c in connection.execute(f"PRAGMA table_info({table})")] for table in TABLES}
        self._counts: Counter[str] = Counter()
        full = [t for t in TABLES if connection.execute(f"SELECT 1 FROM {t} LIMIT 1").fetchone()]  # noqa: S608
        if full:
            raise StoreError(f"{path}: holds {', '.join(full)} already; import into a new file")

    def read(self, lines: Iterable[str]) -> int:
        numbered = enumerate(lines, 1)
        self._head(next(numbered, (1, "")))
        for number, line in numbered:
            entry = _parsed(number, line)
            if "end" in entry:
                self._compare(number, entry["end"])
                return self._counts.total()
            self._insert(number, entry)
        raise InputError("the export is cut off: its last line is missing")

    def _head(self, line: tuple[int, str]) -> None:
        head = _parsed(*line)
        if head.get("format") != FORMAT:
            raise InputError("line 1: is not the head of an export of dementi")
        if head.get("schema") != SCHEMA:
            raise InputError(
                f"line 1: an export of schema {head.get('schema')}, this dementi has {SCHEMA}; "
                "import it with the version that wrote it, then upgrade that store"
            )

    def _insert(self, number: int, entry: dict[str, Any]) -> None:
        table, row = entry.get("table"), entry.get("row")
        if table not in self._columns or not isinstance(row, dict) or list(row) != self._columns[table]:
            raise InputError(f"line {number}: is no row of a table that dementi has")
        places = ", ".join("?" * len(row))
        try:
            self._connection.execute(f"INSERT INTO {table} VALUES ({places})", list(row.values()))  # noqa: S608 - known
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError, OverflowError, UnicodeEncodeError) as fault:
            raise InputError(f"line {number}: does not fit into {table}: {fault}") from fault
        self._counts[table] += 1

    def _compare(self, number: int, promised: object) -> None:
        if promised != {table: self._counts[table] for table in TABLES}:
            raise InputError(f"line {number}: the export is incomplete: its end counts other rows than came")


def _parsed(number: int, line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError as fault:
        raise InputError(f"line {number}: is no JSON: {fault}") from fault
    if not isinstance(entry, dict):
        raise InputError(f"line {number}: is no row of an export")
    return entry


def _damage(connection: sqlite3.Connection) -> Iterator[str]:
    for (said,) in connection.execute(f"PRAGMA integrity_check({FAULTS})"):
        if said != "ok":
            yield f"the file is damaged: {said}"
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check").fetchmany(FAULTS):
        yield f"row {row} of {table} refers to a row of {parent} that is not there"


def _broken(connection: sqlite3.Connection) -> Iterator[str]:
    for query, sentence in (*INVARIANTS, *WORDS):
        for row in connection.execute(f"{query} LIMIT {FAULTS}"):
            yield sentence.format(row[0])


def _unreadable(connection: sqlite3.Connection) -> Iterator[str]:
    for what, query, read in READERS:
        for name, *row in connection.execute(query):
            try:
                read(*row)
            except ValueError as fault:  # pydantic's is one
                yield f"{what} {name} cannot be read: {str(fault).splitlines()[0]}"
