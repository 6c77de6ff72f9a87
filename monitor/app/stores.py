"""The store, held by a daemon, written beside one, or only looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.app.config import Config
from monitor.errors import ConfigError, Fault

if TYPE_CHECKING:
    from monitor.store.sqlite import SqliteStore


@contextmanager
def store_of(config: Config) -> Iterator[SqliteStore]:
    """The store, held for us alone as a daemon. Raises StoreLocked where another daemon has it."""
    from monitor.store.connection import path_of
    from monitor.store.lock import hold
    from monitor.store.sqlite import open_store

    url = store_url(config)
    with hold(path_of(url), datetime.now(UTC)):
        store = open_store(url)
        try:
            yield store
        finally:
            store.close()


@contextmanager
def writer_of(config: Config) -> Iterator[SqliteStore]:
    """The store for one small change beside a running daemon."""
    from monitor.store.sqlite import open_store

    store = open_store(store_url(config))
    try:
        yield store
    finally:
        store.close()


@contextmanager
def reader_of(config: Config) -> Iterator[SqliteStore | None]:
    """The store for looking at; None where nothing was stored yet."""
    from monitor.store.connection import MEMORY, path_of
    from monitor.store.sqlite import open_store

    path = path_of(store_url(config))
    if path == MEMORY or not Path(path).exists():
        yield None
        return
    store = open_store(store_url(config), readonly=True)
    try:
        yield store
    finally:
        store.close()


def store_url(config: Config) -> str:
    """Address of the store. Raises ConfigError for one that no adapter knows."""
    url = config.settings.store.url
    if not url.startswith("sqlite:"):
        message = "this dementi keeps its store in SQLite only: write sqlite:FILE"
        raise ConfigError([Fault(file=str(config.file), line=None, path="store.url", message=message)])
    return url
