"""Items for commands that judge without a store: JSON lines, feed files, stdin. What is broken is named."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from monitor.errors import InputError

if TYPE_CHECKING:
    from monitor.model.source import Item

STDIN = Path("-")


class Input:
    """Reads items from files of either kind, names what is broken on stderr and goes on."""

    def __init__(self) -> None:
        self.broken = 0

    def all(self, paths: Sequence[Path]) -> Iterator[Item]:
        """Items of these files, in order. Raises InputError where a file cannot be read at all."""
        for path in paths:
            yield from self._items(path)

    def end(self) -> None:
        """Exit with 65 where something was broken."""
        if self.broken:
            sys.exit(InputError.exit_code)

    def _items(self, path: Path) -> Iterator[Item]:
        if path == STDIN:
            yield from self._lines(sys.stdin.buffer, "stdin")
            return
        try:
            with path.open("rb") as stream:
                if _is_feed(path, stream):
                    yield from self._feed(path)
                else:
                    yield from self._lines(stream, str(path))
        except OSError as fault:
            raise InputError(f"{path}: {(fault.strerror or '').lower()}") from fault

    def _lines(self, stream: IO[bytes], name: str) -> Iterator[Item]:
        from monitor.pipeline.judge_lines import read_item

        for number, line in enumerate(stream, 1):
            if line.strip():
                try:
                    item = read_item(json.loads(line))
                except (ValueError, RecursionError, InputError) as fault:
                    self._complain(f"{name}: line {number}: {fault}")
                else:
                    yield item

    def _feed(self, path: Path) -> Iterator[Item]:
        from monitor import app

        reading = app.read_feed_file(path)
        if not reading.outcome.fine:
            self._complain(f"{path}: {reading.error}")
        yield from reading.items

    def _complain(self, words: str) -> None:
        self.broken += 1
        click.echo(f"dementi: {words}", err=True)


def _is_feed(path: Path, stream: IO[bytes]) -> bool:
    """A feed begins with markup; a JSON Feed is one object that names its format near the beginning."""
    head = stream.read(4096).lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    stream.seek(0)
    return head.startswith(b"<") or path.suffix in {".xml", ".rss", ".atom"} or b"jsonfeed.org/version" in head
