"""SQLite's errors, said in our own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from monitor.errors import StoreCorrupt, StoreError, StoreFull, StoreLocked

# Primary result codes (https://sqlite.org/rescode.html): the low byte of what SQLite reports.
KINDS: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_BUSY: (StoreLocked, "another process is writing to it; try again"),
    sqlite3.SQLITE_LOCKED: (StoreLocked, "another process is writing to it; try again"),
    sqlite3.SQLITE_FULL: (StoreFull, "no space is left on its disk; free some, nothing stored is lost"),
    sqlite3.SQLITE_CORRUPT: (
        StoreCorrupt,
        "the database is damaged; stop dementi, keep a copy of the file, then restore a backup",
    ),
    sqlite3.SQLITE_NOTADB: (StoreCorrupt, "is not a database; name another file in `store.url`, or restore a backup"),
    sqlite3.SQLITE_READONLY: (StoreError, "may not be written to; give dementi's user the right to, folder included"),
    sqlite3.SQLITE_PERM: (StoreError, "may not be opened; give dementi's user the right to"),
    sqlite3.SQLITE_CANTOPEN: (StoreError, "cannot be opened; look at its folder and its permissions"),
    sqlite3.SQLITE_IOERR: (StoreError, "its disk fails to read or write; look at the system's log"),
}


def translate(fault: sqlite3.Error, name: str) -> StoreError:
    """The error of ours that fits, naming the file and what to do."""
    kind, advice = KINDS.get(getattr(fault, "sqlite_errorcode", 0) & 0xFF, (StoreError, str(fault)))
    return kind(f"{name}: {advice}")


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Let no error of SQLite's out."""
    try:
        yield
    except sqlite3.Error as fault:
        raise translate(fault, name) from fault
