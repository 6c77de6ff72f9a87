"""Where each key of a TOML text stands: `tomllib` does not say.

A scanner, not a parser: it walks a text that `tomllib` has already accepted, so it only has to know where tokens end.
Grammar: TOML 1.0, https://toml.io/en/v1.0.0.
"""

from __future__ import annotations

import contextlib
import re
import tomllib
from bisect import bisect_left

Path = tuple[str | int, ...]  # keys and list indices, as in the data: ("claims", 2, "since")

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BETWEEN = re.compile(r"(?:[ \t\r\n,]|#[^\n]*)*")  # inside lists and inline tables commas are blank as well
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_STRING = re.compile(
    r"""
      \"{3} (?: [^\\] | \\. )*? \"{3} "{0,2}    # up to two quotes may stand before the closing three
    | '{3} .*? '{3} '{0,2}
    | " (?: [^"\\\n] | \\. )* "
    | ' [^'\n]* '
    """,
    re.VERBOSE | re.DOTALL,
)
_SCALAR = re.compile(r"\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]*|[^\s,\]}#]+")  # a date and its time may be split by a space


def key_lines(text: str) -> dict[Path, int]:
    """The 1-based line of every key and list entry of a valid TOML text. A table is where its header is."""
    scanner = _Scanner(text)
    with contextlib.suppress(RecursionError):  # deeper than anybody writes: what was found so far still helps
        scanner.document()
    return scanner.found


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Path, int] = {}
        self.tables: dict[Path, int] = {}  # arrays of tables -> how many so far
        self.breaks = [match.start() for match in re.finditer("\n", text)]

    def document(self) -> None:
        prefix: Path = ()
        self.skip(_BLANK)
        while self.at < len(self.text):
            if self.text.startswith("[", self.at):
                prefix = self.header()
            else:
                self.pair(prefix)
            self.skip(_BLANK)

    def header(self) -> Path:
        double = self.text.startswith("[[", self.at)
        line = self.line()
        self.at += 2 if double else 1
        keys = self.keys()
        self.at += 2 if double else 1
        path: Path = ()
        for key in keys[:-1]:
            path = self.enter((*path, key))
            self.note(path, line)
        path = (*path, keys[-1])
        if double:
            self.note(path, line)
            self.tables[path] = self.tables.get(path, 0) + 1
        path = self.enter(path)
        self.note(path, line)
        return path

    def enter(self, path: Path) -> Path:
        """In an array of tables a header means its latest table."""
        return (*path, self.tables[path] - 1) if path in self.tables else path

    def pair(self, prefix: Path) -> None:
        line = self.line()
        path = prefix
        for key in self.keys():
            path = (*path, key)
            self.note(path, line)
        self.at += 1  # "="
        self.value(path)

    def keys(self) -> list[str]:
        """A dotted key, up to what follows it."""
        keys = []
        while True:
            self.skip(_BLANK)
            token = self.take(_KEY)
            keys.append(_unquoted(token) if token[:1] in {'"', "'"} else token)
            self.skip(_BLANK)
            if not self.text.startswith(".", self.at):
                return keys
            self.at += 1

    def value(self, path: Path) -> None:
        self.skip(_BLANK)
        self.note(path, self.line())
        opening = self.text[self.at : self.at + 1]
        if opening == "[":
            self.entries(path)
        elif opening == "{":
            self.inline(path)
        else:
            self.take(_STRING if opening in {'"', "'"} else _SCALAR)

    def entries(self, path: Path) -> None:
        index = 0
        self.at += 1
        self.skip(_BETWEEN)
        while not self.text.startswith("]", self.at):
            self.value((*path, index))
            self.skip(_BETWEEN)
            index += 1
        self.at += 1

    def inline(self, path: Path) -> None:
        self.at += 1
        self.skip(_BETWEEN)
        while not self.text.startswith("}", self.at):
            self.pair(path)
            self.skip(_BETWEEN)
        self.at += 1

    def skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:  # not reached for a valid text; a scanner that stands still would never end
            self.at = len(self.text)
            raise RecursionError
        self.at = match.end()
        return match.group()

    def note(self, path: Path, line: int) -> None:
        self.found.setdefault(path, line)

    def line(self) -> int:
        return bisect_left(self.breaks, self.at) + 1


def _unquoted(token: str) -> str:
    (key,) = tomllib.loads(f"{token} = 0")
    return key
