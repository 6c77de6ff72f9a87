"""Watchlist files to a `Watch`, every fault of all files at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from monitor.errors import ConfigError, Fault
from monitor.model.claim import Watch
from monitor.tomlfile.check import check
from monitor.tomlfile.document import Document, read
from monitor.tomlfile.pause import no_collecting
from monitor.watchlist.schema import WatchlistFile, raw_id

SECTIONS = ("feeds", "claims")  # what a watchlist holds; dementi.toml may hold them too
_OURS = dict.fromkeys(
    ("include", "store", "poll", "http", "search", "channels", "routes", "web"),
    "belongs into dementi.toml, not into a watchlist",
)
EVERY = timedelta(minutes=10)

Found = tuple[str, Document, tuple[str, int]]  # a name, and where it stands


def load_watchlist(path: Path, *, every: timedelta = EVERY) -> Watch:
    """Read one watchlist file. Raises ConfigError with everything that is wrong with it."""
    document = read(path.absolute(), str(path))
    watch, faults = join([document], every)
    if faults:
        raise ConfigError(faults)
    return watch


@no_collecting()
def join(documents: Sequence[Document], every: timedelta) -> tuple[Watch, list[Fault]]:
    """All feeds and claims of these documents. `every` is the pause of feeds that name none.

    The first document may be a dementi.toml; of that only `SECTIONS` are looked at by the caller's choice of data.
    """
    feeds, claims, faults = [], [], []
    for document in documents:
        parsed, wrong = check(WatchlistFile, document.data, document, elsewhere=_OURS)
        faults += wrong
        if parsed is not None:
            feeds += [entry.feed(document.path.parent, every) for entry in parsed.feeds]
            claims += [entry.claim() for entry in parsed.claims]
    faults += _repeated(_found(documents, "claims", raw_id), _claim_words)
    faults += _repeated(_found(documents, "feeds", _same_feed), _feed_words)
    return Watch(feeds=tuple(feeds), claims=tuple(claims)), faults


def names(documents: Sequence[Document]) -> tuple[set[str], set[str]]:
    """Claim ids and tags as the files have them, also of claims with faults."""
    ids = {name for name, _, _ in _found(documents, "claims", raw_id)}
    lists = (entry.get("tags") for document in documents for _, entry in _entries(document, "claims"))
    return ids, {tag.strip() for tags in lists if isinstance(tags, list) for tag in tags if isinstance(tag, str)}


def _entries(document: Document, section: str) -> Iterator[tuple[int, dict[str, Any]]]:
    entries = document.data.get(section)
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            yield index, entry


def _found(
    documents: Sequence[Document], section: str, name_of: Callable[[dict[str, Any]], str | None]
) -> Iterator[Found]:
    for document in documents:
        for index, entry in _entries(document, section):
            if name := name_of(entry):
                yield name, document, (section, index)


def _repeated(found: Iterator[Found], words: Callable[[dict[str, Any], bool], tuple[str, str, str]]) -> list[Fault]:
    """`words` of an entry, and of whether the other one stands in the same folder: its key, what it is, a hint."""
    faults: list[Fault] = []
    first: dict[str, tuple[Document, tuple[str, int]]] = {}
    for name, document, loc in found:
        there, where = first.setdefault(name, (document, loc))
        if where != loc or there is not document:
            section, index = loc
            key, what, hint = words(document.data[section][index], there.path.parent == document.path.parent)
            message = f"{what} stands already at {there.at((*where, key))}; {hint}"
            faults.append(document.fault((*loc, key), message))
    return faults


def _claim_words(entry: dict[str, Any], _: bool) -> tuple[str, str, str]:
    if "id" in entry:
        return "id", "the id", "every claim needs one of its own"
    return "statement", "the claim", "one entry is enough"


def _feed_words(entry: dict[str, Any], beside: bool) -> tuple[str, str, str]:
    if entry["url"].strip().startswith("file:") and not beside:
        return "url", "a feed of this name", "feeds are told apart by what stands here: give one file another name"
    return "url", "the feed", "one entry is enough"


def _same_feed(entry: dict[str, Any]) -> str | None:
    url = entry.get("url")
    return same_feed(url) if isinstance(url, str) else None


def same_feed(url: str) -> str:
    """The address in one spelling: case of scheme and host, default port and fragment make no other feed."""
    try:
        parts = urlsplit(url.strip())
        port = "" if parts.port in {None, {"http": 80, "https": 443}.get(parts.scheme)} else f":{parts.port}"
    except ValueError:
        return url
    return urlunsplit((parts.scheme, f"{parts.hostname or ''}{port}", parts.path or "/", parts.query, ""))
