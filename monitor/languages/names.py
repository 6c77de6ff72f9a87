"""The gazetteer: countries, capitals and institutions under all their names, so that Kreml, Кремль and Moscow meet.

docs/languages.md explains the rows of names.toml.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

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
    """All rows of names*.toml. Raises ConfigError with every fault of a file."""
    entries: list[Entry] = []
    for path in sorted(HERE.glob("names*.toml")) if paths is None else paths:
        table = Table(path)
        table.keys("", table.data, ("entry",))
        for row in table.data.get("entry", []):
            name = str(row.get("name", ""))
            where, near = f"entry {name!r}", f'"{name}"'
            table.keys(where, row, ("name", "kind", "forms", "speaks", "of", "speakers"), near=near)
            entries.append(
                Entry(
                    name=name,
                    kind=table.one_of(f"{where}.kind", row.get("kind"), KINDS, near=near),
                    phrases=table.phrases(where, (name, *table.texts(f"{where}.forms", row.get("forms", [])))),
                    speaks=table.phrases(where, table.texts(f"{where}.speaks", row.get("speaks", []))),
                    of=table.texts(f"{where}.of", row.get("of", [])),
                    speakers=table.texts(f"{where}.speakers", row.get("speakers", [])),
                    line=table.line_of(near),
                )
            )
        table.finish()
    return tuple(entries)
