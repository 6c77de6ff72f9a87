"""Event files: what claims are about, and how each kind of event is said to have happened, to be undone, to be planned.

docs/languages.md explains every key to those who write them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from monitor.text.pattern import Phrase
from monitor.text.table import Table

HERE = Path(__file__).parent

GROUPS = ("happened", "mention", "opposite", "planned")
ROLES = ("who", "who-whom", "mutual", "thing")
KEYS = ("what", "roles", "generic", "implied_by", "excluded_by")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """How one language speaks of one kind of event."""

    patterns: Mapping[str, tuple[str, ...]]  # group -> as written
    phrases: Mapping[str, tuple[Phrase, ...]]  # group -> phrases
    examples: Mapping[str, tuple[str, ...]]  # group, or "not" -> sentences


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind of event."""

    id: str
    what: str  # one line for people
    roles: str = "who"
    generic: bool = False  # never enough alone: the claim's names must stand beside it
    implied_by: tuple[str, ...] = ()  # kinds whose happening means that this one happened
    excluded_by: tuple[str, ...] = ()  # kinds whose happening means that this one did not, or no longer holds
    wordings: Mapping[str, Wording] = field(default_factory=dict)  # language -> wording
    file: str = ""
    line: int | None = None


def files(folder: Path = HERE) -> tuple[Path, ...]:
    return tuple(sorted(folder.glob("*.toml")))


def load(paths: Iterable[Path] | None = None) -> dict[str, Kind]:
    """All kinds of event by id. Raises ConfigError with every fault of the first file that has one."""
    kinds: dict[str, Kind] = {}
    tables = []
    for path in files() if paths is None else paths:
        table = Table(path)
        tables.append(table)
        for name, given in table.data.items():
            kind = _kind(table, name, given, known=name in kinds)
            kinds[name] = _joined(kinds[name], kind) if name in kinds else kind
        table.finish()
    return kinds


def unknown(kinds: Mapping[str, Kind]) -> list[str]:
    """References between kinds that lead nowhere, as `kind: other`."""
    return [
        f"{k.id}: {other}" for k in kinds.values() for other in (*k.implied_by, *k.excluded_by) if other not in kinds
    ]


def _joined(one: Kind, more: Kind) -> Kind:
    """A kind that several files describe: their wordings together; the facts of the one that says what it is."""
    if not one.what and more.what:
        return _joined(more, one)
    wordings = dict(one.wordings)
    for code, wording in more.wordings.items():
        wordings[code] = _both(wordings[code], wording) if code in wordings else wording
    return replace(
        one,
        wordings=wordings,
        implied_by=tuple(dict.fromkeys((*one.implied_by, *more.implied_by))),
        excluded_by=tuple(dict.fromkeys((*one.excluded_by, *more.excluded_by))),
    )


def _both(one: Wording, more: Wording) -> Wording:
    groups = dict.fromkeys((*one.patterns, *more.patterns))
    shown = dict.fromkeys((*one.examples, *more.examples))
    return Wording(
        patterns={g: one.patterns.get(g, ()) + more.patterns.get(g, ()) for g in groups},
        phrases={g: one.phrases.get(g, ()) + more.phrases.get(g, ()) for g in groups},
        examples={g: one.examples.get(g, ()) + more.examples.get(g, ()) for g in shown},
    )


def _kind(table: Table, name: str, given: Mapping[str, Any], *, known: bool = False) -> Kind:
    languages = {k: v for k, v in given.items() if len(k) == 2 and isinstance(v, dict)}
    table.keys(name, {k: v for k, v in given.items() if k not in languages}, KEYS, near=f"[{name}]")
    facts = any(k in given for k in KEYS)  # a file that only continues a kind has none
    if facts and not known and not isinstance(given.get("what"), str):
        table.fault(f"{name}.what", "one line for people is wanted", near=f"[{name}]")
    return Kind(
        id=name,
        what=str(given.get("what", "")),
        roles=table.one_of(f"{name}.roles", given.get("roles", "who"), ROLES, near=f"[{name}]"),
        generic=given.get("generic") is True,
        implied_by=table.texts(f"{name}.implied_by", given.get("implied_by", [])),
        excluded_by=table.texts(f"{name}.excluded_by", given.get("excluded_by", [])),
        wordings={code: _wording(table, f"{name}.{code}", v) for code, v in languages.items()},
        file=table.path.name,
        line=table.line_of(f"[{name}]"),
    )


def _wording(table: Table, where: str, given: Mapping[str, Any]) -> Wording:
    near = f"[{where}]"
    table.keys(where, given, (*GROUPS, "examples"), near=near)
    patterns = {g: table.texts(f"{where}.{g}", given[g]) for g in GROUPS if g in given}
    shown = given.get("examples", {})
    table.keys(f"{where}.examples", shown, (*GROUPS, "not"), near=near)
    examples = {g: table.texts(f"{where}.examples.{g}", v) for g, v in shown.items()}
    for group in patterns:
        if patterns[group] and not examples.get(group):
            table.fault(f"{where}.examples", f"an example for {group} is wanted", near=near)
    return Wording(
        patterns=patterns,
        phrases={g: table.phrases(f"{where}.{g}", p) for g, p in patterns.items()},
        examples=examples,
    )
