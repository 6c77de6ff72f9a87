"""One TOML file: read with clear faults, and able to say where in it something is wrong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from monitor.errors import ConfigError, Fault
from monitor.tomlfile.lines import key_lines
from monitor.tomlfile.pause import no_collecting

MAX_BYTES = 64 * 1024 * 1024  # some 200,000 claims; parsing more would take longer than anybody waits

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UTF8_MARK = b"\xef\xbb\xbf"  # Windows editors write it; it carries nothing
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
_TABLE_TWICE = re.compile(r"cannot declare \((.*)\) twice")
_AT_END = " (at end of document)"
_PLAINER = {  # what tomllib says -> what it means to somebody who writes the file
    "illegal character '\\n'": "text in quotes must end on its line",
    "cannot overwrite a value": "the key stands twice",
}


@dataclass(frozen=True, kw_only=True)
class Document:
    """A file's data beside its text."""

    path: Path  # absolute
    shown: str  # as faults name it
    text: str
    data: dict[str, Any]

    @cached_property
    def _lines(self) -> dict[tuple[str | int, ...], int]:
        return key_lines(self.text)

    def only(self, keys: Sequence[str]) -> Document:
        """The same file, of whose data only these top-level keys are looked at."""
        return replace(self, data={key: value for key, value in self.data.items() if key in keys})

    def line(self, loc: Sequence[str | int]) -> int | None:
        """The line of a key; of the nearest table around it where the key is not there; None for the file."""
        for length in range(len(loc), 0, -1):
            if (line := self._lines.get(tuple(loc[:length]))) is not None:
                return line
        return None

    def fault(self, loc: Sequence[str | int], message: str) -> Fault:
        return Fault(file=self.shown, line=self.line(loc), path=dotted(loc), message=message)

    def at(self, loc: Sequence[str | int]) -> str:
        """`FILE:LINE`, for messages about another place."""
        line = self.line(loc)
        return self.shown if line is None else f"{self.shown}:{line}"


def in_order(faults: Iterable[Fault], documents: Sequence[Document]) -> list[Fault]:
    """As one would meet them, reading the files from top to bottom."""
    rank = {document.shown: number for number, document in reversed(list(enumerate(documents)))}
    return sorted(faults, key=lambda fault: (rank.get(fault.file, len(rank)), fault.line or 0))


def dotted(loc: Sequence[str | int]) -> str:
    """`claims[2].since`; keys that are not bare stand in quotes."""
    parts: list[str] = []
    for part in loc:
        if isinstance(part, int):
            parts.append(f"[{part}]")
        else:
            bare = re.fullmatch(r"[\w-]+", part) is not None
            parts.append(("." if parts else "") + (part if bare else repr(part)))
    return "".join(parts)


@no_collecting()
def read(path: Path, shown: str) -> Document:
    """Read a TOML file. Raises ConfigError with one fault: what cannot be read or parsed has no second one."""
    text = _text(_bytes(path, shown), shown)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, message = _syntax(str(error), text)
        raise _refused(shown, f"not valid TOML: {message}", line) from None
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits; 1,000 brackets
        deep = isinstance(error, RecursionError)
        raise _refused(shown, "nested too deeply" if deep else f"not valid TOML: {error}") from None
    return Document(path=path, shown=shown, text=text.replace("\r\n", "\n"), data=data)


def _bytes(path: Path, shown: str) -> bytes:
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _refused(shown, f"cannot be read: {_why(error)}") from None
    except ValueError:  # a null byte in the name
        raise _refused(shown, "cannot be read: not a file name") from None
    if len(body) > MAX_BYTES:
        raise _refused(shown, f"is larger than {MAX_BYTES >> 20} MB; split it, `include` takes many files")
    return body


def _why(error: OSError) -> str:
    kinds = {FileNotFoundError: "no such file", IsADirectoryError: "it is a directory, not a file"}
    return kinds.get(type(error)) or (error.strerror or type(error).__name__).lower()


def _text(body: bytes, shown: str) -> str:
    if body.startswith(_UTF16):
        raise _refused(shown, "is written in UTF-16; save it as UTF-8", 1)
    body = body.removeprefix(_UTF8_MARK)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise _refused(shown, f"is not UTF-8: byte 0x{body[error.start]:02x}; save it as UTF-8", line) from None


def _syntax(message: str, text: str) -> tuple[int | None, str]:
    if found := _AT_LINE.search(message):
        return int(found[1]), _lower(message[: found.start()])
    if message.endswith(_AT_END):
        return max(1, len(text.splitlines())), _lower(message.removesuffix(_AT_END)) + ", at the end of the file"
    return None, _lower(message)


def _lower(message: str) -> str:
    message = message[:1].lower() + message[1:]
    if found := _TABLE_TWICE.fullmatch(message):
        keys = re.findall("'([^']*)'", found[1])
        return f"the table [{'.'.join(keys)}] stands twice"
    return _PLAINER.get(message, message)


def _refused(shown: str, message: str, line: int | None = None) -> ConfigError:
    return ConfigError([Fault(file=shown, line=line, path="", message=message)])
