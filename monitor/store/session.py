"""One connection, one lock: transactions, queries and pages, for the parts of the store to build on."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from monitor.errors import StoreCorrupt, StoreError
from monitor.store.faults import translated
from monitor.store.rows import clean

PAGE = 500  # rows of a list read at once
Line = tuple[Any, ...]


class Session:
    """Threads take turns at one connection: SQLite has one writer anyway, and a turn lasts milliseconds.

    The lock is held for a whole transaction, so that another thread neither sees half of it nor joins it.
    """

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self.name = name  # of the file, for messages
        self._connection = connection
        self._lock = threading.RLock()
        self._depth = 0
        self._spoilt = False

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """See port. IMMEDIATE: a transaction that begins by reading could not be upgraded once another wrote."""
        with self._lock:
            if self._depth:
                yield from self._join()
            else:
                with translated(self.name):
                    yield from self._begin()

    def close(self) -> None:
        with self._lock:
            with suppress(sqlite3.Error):  # a locked or full store is closed all the same
                self._connection.execute("PRAGMA optimize")
            self._connection.close()

    def _begin(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        self._depth, self._spoilt = 1, False
        try:
            yield
            self._refuse_spoilt()
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:  # SQLite may have rolled back itself, on a full disk
                self._connection.execute("ROLLBACK")
            raise
        finally:
            self._depth = 0

    def _refuse_spoilt(self) -> None:
        if self._spoilt:
            raise StoreError(f"{self.name}: a part of the transaction failed; nothing of it is kept")

    def _join(self) -> Iterator[None]:
        self._depth += 1
        try:
            yield
        except BaseException:
            self._spoilt = True  # whoever catches this must not commit the half that was written
            raise
        finally:
            self._depth -= 1

    def _run(self, sql: str, args: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Write; inside a transaction only."""
        try:
            return self._connection.execute(sql, args)
        except UnicodeEncodeError:
            return self._connection.execute(sql, [clean(arg) for arg in args])

    def _all(self, sql: str, args: Sequence[Any] = ()) -> list[Line]:
        with self._lock, translated(self.name):
            return self._connection.execute(sql, args).fetchall()

    def _one(self, sql: str, args: Sequence[Any] = ()) -> Line | None:
        with self._lock, translated(self.name):
            line: Line | None = self._connection.execute(sql, args).fetchone()
            return line

    def _pages(self, first: str, following: str, args: Sequence[Any], limit: int | None = None) -> Iterator[Line]:
        """Rows page by page: no lock and no read transaction outlives a page, however slow the reader is.

        Both queries begin with the two columns that the rows are sorted by and end in `LIMIT ?`;
        `following` takes the last row's two after `args`.
        """
        sql, after, left = first, (), limit
        while left is None or left > 0:
            size = PAGE if left is None else min(PAGE, left)
            page = self._all(sql, (*args, *after, size))
            yield from page
            if len(page) < size:
                return
            sql, after = following, page[-1][:2]
            left = None if left is None else left - size

    @contextmanager
    def _reading(self, what: str) -> Iterator[None]:
        """A row whose values do not fit the model is a damaged one."""
        try:
            yield
        except ValueError as fault:
            raise StoreCorrupt(f"{self.name}: {what} cannot be read back; run `dementi db check`") from fault
