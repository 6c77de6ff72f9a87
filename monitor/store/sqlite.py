"""The store in one SQLite file, for the daemon and whoever looks over its shoulder.

    Session ◀ FeedsTable ◀ ItemsTable ◀ StoryTables ◀ Outbox ◀ People ◀ Lists ◀ SqliteStore
                               └────── ◀ PagesTable, PushTable ◀ ───────────────────┤
      └─────────────────────────────── ◀ OpinionsTable ◀ ───────────────────────────┘

Each is one part of `port.Store` with the tables it is about; a part uses those before it.
"""

from __future__ import annotations

from monitor.store.connection import MEMORY, open_reader, open_writer, path_of
from monitor.store.lists import Lists
from monitor.store.opinions_table import OpinionsTable
from monitor.store.pages_table import PagesTable
from monitor.store.pushes import PushTable


class SqliteStore(OpinionsTable, PagesTable, PushTable, Lists):
    """`port.Store` on SQLite. Safe to share between threads; each call blocks until it is done."""


def open_store(url: str, *, readonly: bool = False) -> SqliteStore:
    """Open `sqlite:PATH` or `sqlite::memory:`, creating or upgrading it unless `readonly`.

    Raises StoreLocked, StoreNewer, StoreCorrupt, StoreFull, or StoreError where it cannot be opened at all.
    """
    path = path_of(url)
    if readonly and path != MEMORY:
        return SqliteStore(open_reader(path), path)
    return SqliteStore(open_writer(path), path)
