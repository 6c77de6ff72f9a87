"""Language files: what is known of how a language confirms, denies, declines, hedges, negates and attributes.

docs/languages.md explains every row to those who write them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from monitor.text.fold import low
from monitor.text.pattern import Phrase
from monitor.text.table import Table

HERE = Path(__file__).parent

# Row tables, the types each knows (the first is the default where `type` may be left out), and its further keys.
CUES = ("deny", "confirm", "false", "true", "decline", "unsaid", "retract", "nothing")
MASKS = ("hedge", "condition", "question", "modal", "demand", "plan", "accuse", "fiction", "background")
SOURCES = ("person", "spokesperson", "authority", "company", "insider", "witness", "media", "web", "experts")
ANAPHORS = ("report", "pronoun")
TYPES: Mapping[str, tuple[str, ...]] = {
    "cue": CUES,
    "mask": MASKS,
    "negator": ("negator",),
    "say": ("say",),
    "source": SOURCES,
    "anaphor": ANAPHORS,
}
CHOICES: Mapping[str, tuple[str, ...]] = {
    "strength": ("strong", "weak"),
    "content": ("any", "after", "before"),
    "basis": ("said", "shown"),
    "reach": ("clause", "after", "sentence"),
    "side": ("after", "before", "both"),
    "source": ("around", "after", "before"),
}
FLAGS = ("hedged", "answer", "doubtful")
KEYS: Mapping[str, tuple[str, ...]] = {
    "cue": ("strength", "content", "basis", "hedged", "answer"),
    "mask": ("reach",),
    "negator": ("side", "words"),
    "say": ("source", "doubtful"),
    "source": (),
    "anaphor": (),
}
WORDS = ("stop", "that", "but", "and", "ask", "he", "titles")
META = ("code", "name", "also", "verb_final", "compounds", "endings")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row of a language file."""

    table: str  # cue | mask | negator | say | source | anaphor
    type: str
    patterns: tuple[str, ...]  # as written
    phrases: tuple[Phrase, ...]
    examples: tuple[str, ...]
    nots: tuple[str, ...]
    line: int | None
    file: str = ""
    weak: bool = False
    content: str = "any"
    shown: bool = False
    hedged: bool = False
    answer: bool = False
    reach: str = "clause"
    side: str = "after"
    words: int = 6
    source: str = "around"
    doubtful: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Language:
    """Everything one language file says."""

    code: str  # ISO 639-1
    name: str
    rows: tuple[Row, ...]
    also: tuple[str, ...] = ()  # codes of languages so near that this file reads them too
    verb_final: bool = False
    compounds: bool = False
    endings: tuple[str, ...] = ()  # longest first
    words: Mapping[str, tuple[Phrase, ...]] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)
    compare: Mapping[str, tuple[Phrase, ...]] = field(default_factory=dict)  # more | less | about
    months: tuple[tuple[Phrase, ...], ...] = ()  # January first
    asides: frozenset[str] = frozenset()  # atoms: words that stand beside a stance without being its content


def codes(folder: Path = HERE) -> tuple[str, ...]:
    """Languages there is a file for: two letters and .toml."""
    return tuple(sorted(p.stem for p in folder.glob("??.toml")))


def aliases(folder: Path = HERE) -> dict[str, str]:
    """Code of a language without a file -> code of the file that reads it too (`also`): no -> nb, sr -> hr."""
    own = codes(folder)
    found = {}
    for code in own:
        table = Table(folder / f"{code}.toml")
        also = _meta(table, code)["also"]
        table.finish()
        found.update({other: code for other in also if other not in own})
    return found


def load(code: str, folder: Path = HERE) -> Language:
    """Read a language: xx.toml and the further rows of any xx-*.toml. Raises ConfigError with all faults of a file."""
    language = _read(folder / f"{code}.toml", code, folder)
    for path in sorted(folder.glob(f"{code}-*.toml")):
        more = _read(path, code, folder)
        language = replace(
            language,
            rows=language.rows + more.rows,
            words=_joined(language.words, more.words),
            numbers={**more.numbers, **language.numbers},
            compare=_joined(language.compare, more.compare),
        )
    return language


def _read(path: Path, code: str, folder: Path) -> Language:
    table = Table(path)
    table.keys("", table.data, ("meta", "words", "numbers", "compare", "months", *TYPES))
    language = Language(
        rows=tuple(_row(table, name, row) for name in TYPES for row in _rows(table, name)),
        words=_lists(table, "words", WORDS),
        numbers=_numbers(table),
        compare=_lists(table, "compare", ("more", "less", "about")),
        months=_months(table),
        asides=_asides(code, folder),
        **_meta(table, code),
    )
    table.finish()
    return language


def _joined(
    one: Mapping[str, tuple[Phrase, ...]], other: Mapping[str, tuple[Phrase, ...]]
) -> dict[str, tuple[Phrase, ...]]:
    return {k: one.get(k, ()) + other.get(k, ()) for k in dict.fromkeys((*one, *other))}


def _asides(code: str, folder: Path) -> frozenset[str]:
    path = folder / "asides.toml"
    if not path.exists():
        return frozenset()
    table = Table(path)
    phrases = table.phrases(code, table.texts(code, table.data.get(code, [])))
    table.finish()
    return frozenset(a for p in phrases for element in p if not isinstance(element, int) for a in element)


def _meta(table: Table, code: str) -> dict[str, Any]:
    meta = table.data.get("meta", {})
    table.keys("meta", meta, META)
    if meta.get("code") != code and table.path.stem == code:
        table.fault("meta.code", f"must be {code!r}, as the file is named", near="code")
    endings = [low(ending) for ending in table.texts("meta.endings", meta.get("endings", []))]
    also = table.texts("meta.also", meta.get("also", []))
    for other in also:
        if not re.fullmatch("[a-z]{2}", other):
            table.fault("meta.also", f"{other!r} is no language: two small letters are wanted (ISO 639-1)", near="also")
    return {
        "code": code,
        "name": str(meta.get("name", code)),
        "also": also,
        "verb_final": bool(meta.get("verb_final", False)),
        "compounds": bool(meta.get("compounds", False)),
        "endings": tuple(sorted(endings, key=lambda e: -len(e))),
    }


def _rows(table: Table, name: str) -> list[Mapping[str, Any]]:
    rows = table.data.get(name, [])
    if not isinstance(rows, list):
        table.fault(name, f"rows begin with [[{name}]]", near=f"[{name}")
        return []
    return rows


def _row(table: Table, name: str, row: Mapping[str, Any]) -> Row:
    patterns = table.texts(f"{name}.pattern", row.get("pattern"))
    near = patterns[0] if patterns else name
    where = f"{name} {near!r}"
    table.keys(where, row, ("type", "pattern", "example", "not", *KEYS[name]), near=near)
    types = TYPES[name]
    examples = table.texts(f"{where}.example", row.get("example"))
    chosen = {
        k: table.one_of(f"{where}.{k}", row[k], CHOICES[k], near=near) for k in KEYS[name] if k in row and k in CHOICES
    }
    for flag in FLAGS:
        if not isinstance(row.get(flag, False), bool):
            table.fault(f"{where}.{flag}", "true or false is wanted", near=near)
    return Row(
        table=name,
        type=table.one_of(f"{where}.type", row.get("type", types[0] if len(types) == 1 else None), types, near=near),
        patterns=patterns,
        phrases=table.phrases(where, patterns),
        examples=examples,
        nots=table.texts(f"{where}.not", row.get("not", [])),
        line=table.line_of(near),
        file=table.path.name,
        weak=chosen.get("strength") == "weak",
        content=chosen.get("content", "any"),
        shown=chosen.get("basis") == "shown",
        hedged=row.get("hedged") is True,
        answer=row.get("answer") is True,
        reach=chosen.get("reach", "clause"),
        side=chosen.get("side", "after"),
        words=int(row.get("words", 6)),
        source=chosen.get("source", "around"),
        doubtful=row.get("doubtful") is True,
    )


def _lists(table: Table, name: str, keys: tuple[str, ...]) -> dict[str, tuple[Phrase, ...]]:
    given = table.data.get(name, {})
    table.keys(name, given, keys)
    return {k: table.phrases(f"{name}.{k}", table.texts(f"{name}.{k}", given[k])) for k in keys if k in given}


def _numbers(table: Table) -> dict[str, float]:
    numbers = table.data.get("numbers", {})
    for word, value in numbers.items():
        if not isinstance(value, int | float):
            table.fault(f"numbers.{word}", "a number is wanted", near=word)
    return {low(str(w)): float(v) for w, v in numbers.items() if isinstance(v, int | float)}


def _months(table: Table) -> tuple[tuple[Phrase, ...], ...]:
    months = table.data.get("months", {})
    table.keys("months", months, ("names",))
    names = months.get("names", [])
    if names and len(names) != 12:
        table.fault("months.names", "twelve are wanted, January first", near="names")
    return tuple(table.phrases("months.names", table.texts("months.names", n)) for n in names)
