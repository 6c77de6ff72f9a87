"""`dementi judge`: items in, one JSON line out for each (item, claim) that are related."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from monitor.errors import InputError

if TYPE_CHECKING:
    from monitor.model.source import Item


@click.command()
@click.option("--watchlist", type=click.Path(path_type=Path), required=True, metavar="FILE", help="Claims to judge by.")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, allow_dash=True), metavar="[ITEMS…]")
def judge(watchlist: Path, files: tuple[Path, ...]) -> None:
    """Judge items from JSONL files, feed files (RSS, Atom, JSON Feed) or stdin. Stores and sends nothing."""
    from monitor import app
    from monitor.pipeline.judge_lines import assessment_row

    read = app.reading_of(app.load_watchlist(watchlist).claims)
    input_ = Input()
    for path in files or (Path("-"),):
        for item in input_.items(path):
            for assessment in read(item):
                click.echo(json.dumps(assessment_row(assessment), ensure_ascii=False))
    if input_.broken:
        sys.exit(InputError.exit_code)


class Input:
    """Reads items from files of either kind, names what is broken on stderr and goes on."""

    def __init__(self) -> None:
        self.broken = 0

    def items(self, path: Path) -> Iterator[Item]:
        if str(path) == "-":
            yield from self._lines(sys.stdin.buffer, "stdin")
            return
        try:
            with path.open("rb") as stream:
                if _is_feed(path, stream):
                    yield from self._feed(path)
                else:
                    yield from self._lines(stream, str(path))
        except OSError as fault:
            raise InputError(f"{path}: {fault.strerror}") from fault

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

    def _complain(self, words: Any) -> None:
        self.broken += 1
        click.echo(f"dementi: {words}", err=True)


def _is_feed(path: Path, stream: IO[bytes]) -> bool:
    """A feed begins with markup; a JSON Feed is one object that says so in its first lines."""
    head = stream.read(4096).lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    stream.seek(0)
    first = head.split(b"\n", 1)[0]
    return head.startswith(b"<") or path.suffix in {".xml", ".rss", ".atom"} or b"jsonfeed.org/version" in first[:4096]
