"""A connection to a database whose schema is the one this code knows.

WAL, so that lists read while the daemon writes. `synchronous = FULL`, so that a commit survives a power cut too:
with NORMAL the last commits may vanish, and an alert that was sent from one of them would be said again under
another id. The price is one fsync a transaction, which batches share.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from monitor.errors import StoreCorrupt, StoreError, StoreLocked, StoreNewer
from monitor.store.faults import translated

SCHEMA = 4  # PRAGMA user_version: how many migrations the code knows
APPLICATION = 0x64656D69  # PRAGMA application_id: "demi"
PATIENCE = 10.0  # seconds to wait for another writer
MEMORY = ":memory:"
PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = FULL",
    "PRAGMA cache_size = -4096",  # KiB; the system caches the file anyway
    "PRAGMA temp_store = MEMORY",
    "PRAGMA journal_size_limit = 67108864",  # a WAL that a long reader let grow shrinks again
    "PRAGMA trusted_schema = OFF",
)


def path_of(url: str) -> str:
    """`sqlite:PATH` or `sqlite::memory:` -> PATH or `:memory:`."""
    scheme, _, path = url.partition(":")
    if scheme != "sqlite" or not path:
        raise StoreError(f"{url}: not the address of an SQLite store; write sqlite:PATH")
    return path


def open_writer(path: str) -> sqlite3.Connection:
    """Create or upgrade what is there (a backup first), and return a connection that may write."""
    with translated(path):
        connection = connect(path)
        try:
            prepare(connection, path)
        except BaseException:
            connection.close()
            raise
        return connection


def prepare(connection: sqlite3.Connection, path: str) -> Path | None:
    """Bring the schema up to date; returns the backup that was made before, where there was something to lose."""
    version = schema_of(connection, path)
    _use_wal(connection)
    if version == SCHEMA:
        return None
    backup = _spare(Path(f"{path}.schema{version}.bak")) if version else None
    if backup:
        copy(connection, backup)
    _migrate(connection, path)
    return backup


def open_reader(path: str) -> sqlite3.Connection:
    """A connection that cannot write, to a database that exists and is up to date."""
    if not Path(path).exists():
        raise StoreError(f"{path}: there is no store yet; `dementi run` makes it")
    with translated(path):
        connection = connect(f"file:{quote(path)}?mode=ro", uri=True)
        try:
            _refuse_older(connection, path)
        except BaseException:
            connection.close()
            raise
        return connection


def schema_of(connection: sqlite3.Connection, path: str) -> int:
    """The schema's number, 0 for an empty database. Raises StoreNewer; StoreCorrupt where it is not ours."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if application != APPLICATION and (tables or version):
        raise StoreCorrupt(f"{path}: is a database of another program; name another file in `store.url`")
    if version > SCHEMA:
        raise StoreNewer(
            f"{path}: was written by a newer dementi (schema {version}, this one knows {SCHEMA}); "
            "install that version again, or restore a backup"
        )
    return version


def _refuse_older(connection: sqlite3.Connection, path: str) -> None:
    version = schema_of(connection, path)
    if version == 0:
        raise StoreLocked(f"{path}: is just being made; try again")
    if version < SCHEMA:
        raise StoreError(f"{path}: was written by an older dementi; upgrade it with `dementi db migrate`")


def copy(connection: sqlite3.Connection, target: Path) -> None:
    """A consistent copy of a database in use, complete or not there at all."""
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    try:
        with translated(str(target)), closing(sqlite3.connect(part)) as into:
            connection.backup(into)
            into.execute("PRAGMA journal_mode = DELETE")  # one file, no -wal beside it
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def connect(path: str, *, uri: bool = False) -> sqlite3.Connection:
    # Threads share the connection under the session's lock, see `session.py`.
    connection = sqlite3.connect(
        path, timeout=PATIENCE, isolation_level=None, check_same_thread=False, cached_statements=256, uri=uri
    )
    for pragma in PRAGMAS:
        connection.execute(pragma)
    return connection


def _use_wal(connection: sqlite3.Connection) -> None:
    # Switching needs the file for itself, and SQLite does not wait for that as it does for other locks.
    for attempt in range(100):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or attempt == 99:
                raise
            time.sleep(0.05)
        else:
            return


def _spare(path: Path) -> Path:
    """A name that nothing has yet: an earlier backup is never overwritten."""
    names = [path, *(path.with_name(f"{path.name}.{n}") for n in range(2, 1000))]
    return next(name for name in names if not name.exists())


def _migrate(connection: sqlite3.Connection, path: str) -> None:
    """All steps in one transaction; whoever comes second finds them done."""
    with _without_numpy():
        from sqlite_utils import Database  # costs 0.1 s, and only an upgrade needs it

        from monitor.store.migrations import schema

    connection.execute("PRAGMA foreign_keys = OFF")  # a table may be rebuilt; checked before the commit instead
    connection.execute("BEGIN IMMEDIATE")
    try:
        if schema_of(connection, path) < SCHEMA:
            schema.apply(Database(connection, execute_plugins=False, recursive_triggers=False))
            _refuse_orphans(connection, path)
            connection.execute(f"PRAGMA user_version = {SCHEMA}")
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("PRAGMA foreign_keys = ON")


@contextmanager
def _without_numpy() -> Iterator[None]:
    """sqlite-utils loads it for types that no table of ours has: 15 MB for as long as the process lives."""
    if "numpy" in sys.modules:
        yield
        return
    sys.modules["numpy"] = None  # type: ignore[assignment]  # what the import system takes for "not installed"
    try:
        yield
    finally:
        del sys.modules["numpy"]


def _refuse_orphans(connection: sqlite3.Connection, path: str) -> None:
    if connection.execute("PRAGMA foreign_key_check").fetchone():
        raise StoreCorrupt(f"{path}: rows refer to rows that are not there; restore a backup")
