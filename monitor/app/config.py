"""What the config files say, after all checks."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.model.claim import Watch
    from monitor.model.source import Feed
    from monitor.settings import Settings
    from monitor.tomlfile.document import Document


@dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """Everything that the config files say, after all checks."""

    file: Path
    settings: Settings
    watch: Watch
    documents: tuple[Document, ...]  # the files themselves: to name a line in them


def load(given: Path | None) -> Config:
    """Read the config and all it includes. Raises ConfigError with every fault of every file."""
    from monitor.settings import find, name_faults, read_settings
    from monitor.tomlfile.document import in_order
    from monitor.watchlist.load import EVERY, SECTIONS, join, names

    path = find(given, os.environ, Path.cwd())
    read = read_settings(path)
    own = read.document.only(SECTIONS)
    documents = (own, *read.included)
    every = read.settings.poll.every if read.settings else EVERY
    watch, faults = join(documents, every)
    faults = [*read.faults, *faults, *name_faults(read.document, *names(documents))]
    if faults or read.settings is None:
        raise ConfigError(in_order(faults, documents))
    watch = _with_search_feeds(watch, read.settings)
    return Config(file=path, settings=read.settings, watch=watch, documents=documents)


def _with_search_feeds(watch: Watch, settings: Settings) -> Watch:
    """What `[search]` adds; a feed that the watchlist names itself stays as it is."""
    if not settings.search.engines:
        return watch
    from monitor.feeds.search import feeds_of_claims

    own = {feed.url for feed in watch.feeds}
    made = feeds_of_claims(watch.claims, settings.search.engines, settings.search.languages)
    return replace(watch, feeds=(*watch.feeds, *(feed for feed in made if feed.url not in own)))


def loader(given: Path | None) -> Callable[[], Config]:
    """Reads the config anew at each call; the search is for the file that was found first."""
    from monitor.settings import find

    path = find(given, os.environ, Path.cwd()).absolute()
    return lambda: load(path)


def load_watchlist(path: Path) -> Watch:
    """One watchlist file. Raises ConfigError."""
    from monitor.watchlist.load import load_watchlist as read

    return read(path)


def write_starter(folder: Path) -> list[Path]:
    """A commented config to start from; raises ConfigError where something of it is there already."""
    from monitor.settings.starter import write

    return write(folder)


def check_secrets(config: Config) -> None:
    """Look at every secret that a channel names. Raises ConfigError with all that are missing or of no use."""
    from monitor.settings import secret_faults

    if faults := secret_faults(config.settings, config.documents[0]):
        raise ConfigError(faults)


def watched_feeds(given: Path | None) -> tuple[Feed, ...]:
    """What the config watches; nothing where none was named and none is found. Raises ConfigError for a bad one."""
    from monitor.settings import find

    try:
        find(given, os.environ, Path.cwd())
    except ConfigError:
        return ()
    return load(given).watch.feeds
