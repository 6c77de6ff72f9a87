"""Reads the TOML tables of languages and events: every fault at once, each with its line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from monitor.errors import ConfigError, Fault
from monitor.text.pattern import PatternError, Phrase, parse


class Table:
    """One file while it is read. Getters note a fault and go on; `finish` raises ConfigError with all of them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        self.faults: list[Fault] = []
        self.data: Mapping[str, Any] = {}
        self._lines = self.text.splitlines()
        try:
            self.data = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            line = getattr(error, "lineno", None)
            self.fault("", str(error), line=line)
            self.finish()

    def fault(self, where: str, message: str, *, near: str | None = None, line: int | None = None) -> None:
        """Note what is wrong; `near` is a text of the row, by which its line is found."""
        if line is None and near is not None:
            line = self.line_of(near)
        self.faults.append(Fault(file=str(self.path), line=line, path=where, message=message))

    def line_of(self, near: str) -> int | None:
        return next((n for n, line in enumerate(self._lines, 1) if near in line), None)

    def finish(self) -> None:
        if self.faults:
            raise ConfigError(sorted(self.faults, key=lambda f: f.line or 0))

    def keys(self, where: str, row: Mapping[str, Any], allowed: Iterable[str], *, near: str | None = None) -> None:
        """Every key of a row must be an allowed one."""
        known = list(allowed)
        for name in row:
            if name not in known:
                close = get_close_matches(name, known, 1)
                hint = f" (did you mean {close[0]}?)" if close else f" (known: {', '.join(known)})"
                self.fault(where, f"unknown key {name}{hint}", near=near or name)

    def texts(self, where: str, value: object) -> tuple[str, ...]:
        """A string, or a list of strings."""
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(v, str) and v.strip() for v in values):
            self.fault(where, "a text or a list of texts is wanted, none of them empty", near=where.rsplit(".", 1)[-1])
            return ()
        return tuple(values)

    def one_of(self, where: str, value: object, allowed: Iterable[str], *, near: str | None = None) -> str:
        known = list(allowed)
        if value in known:
            return str(value)
        close = get_close_matches(str(value), known, 1)
        hint = f" (did you mean {close[0]}?)" if close else ""
        self.fault(where, f"{value!r} is none of {', '.join(known)}{hint}", near=near)
        return known[0]

    def phrases(self, where: str, patterns: Iterable[str]) -> tuple[Phrase, ...]:
        """All phrases of some patterns."""
        found: list[Phrase] = []
        for pattern in patterns:
            try:
                found += parse(pattern)
            except PatternError as error:
                self.fault(where, f"pattern {pattern!r}: {error}", near=pattern)
        return tuple(dict.fromkeys(found))
