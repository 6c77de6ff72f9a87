"""The gazetteer: countries, capitals and institutions under all their names, so that Kreml, Кремль and Moscow meet.

docs/languages.md explains the rows of names.toml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from monitor.text.pattern import Phrase
from monitor.text.table import Table

HERE = Path(__file__).parent
KINDS = ("country", "region", "city", "institution", "company", "club", "outlet", "person")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One thing with many names."""

    name: str  # canonical
    kind: str
    phrases: tuple[Phrase, ...]  # every name of it, demonyms included
    speaks: tuple[Phrase, ...]  # what else stands for it when it speaks: "Moscow" for the Kremlin
    of: tuple[str, ...]  # what it belongs to: the country of an institution, of a city
    speakers: tuple[str, ...]  # people known to speak for it
    line: int | None


def load(paths: tuple[Path, ...] | None = None) -> tuple[Entry, ...]:
    """All entries of names*.toml, those of one name joined. Raises ConfigError with every fault of a file."""
    entries: dict[str, Entry] = {}
    for path in _files() if paths is None else paths:
        table = Table(path)
        table.keys("", table.data, ("entry",))
        for row in table.data.get("entry", []):
            entry = _entry(table, row, entries.get(str(row.get("name", ""))))
            entries[entry.name] = entry
        table.finish()
    return tuple(entries.values())


def _files() -> tuple[Path, ...]:
    """names.toml first: the others continue it."""
    return tuple(sorted(HERE.glob("names*.toml"), key=lambda path: (path.stem != "names", path.name)))


def _entry(table: Table, row: Mapping[str, Any], known: Entry | None) -> Entry:
    name = str(row.get("name", ""))
    where, near = f"entry {name!r}", f'"{name}"'
    table.keys(where, row, ("name", "kind", "forms", "speaks", "of", "speakers"), near=near)
    kind = row.get("kind", known.kind if known else None)
    if known and kind != known.kind:
        table.fault(f"{where}.kind", f"{kind!r}, but elsewhere it is a {known.kind}", near=near)
    entry = Entry(
        name=name,
        kind=table.one_of(f"{where}.kind", kind, KINDS, near=near),
        phrases=table.phrases(where, (name, *table.texts(f"{where}.forms", row.get("forms", [])))),
        speaks=table.phrases(where, table.texts(f"{where}.speaks", row.get("speaks", []))),
        of=table.texts(f"{where}.of", row.get("of", [])),
        speakers=table.texts(f"{where}.speakers", row.get("speakers", [])),
        line=table.line_of(near),
    )
    return _joined(known, entry) if known else entry


def _joined(one: Entry, more: Entry) -> Entry:
    """An entry that is written in several places: all its names, all that belongs to it."""
    return replace(
        one,
        phrases=tuple(dict.fromkeys((*one.phrases, *more.phrases))),
        speaks=tuple(dict.fromkeys((*one.speaks, *more.speaks))),
        of=tuple(dict.fromkeys((*one.of, *more.of))),
        speakers=tuple(dict.fromkeys((*one.speakers, *more.speakers))),
    )
