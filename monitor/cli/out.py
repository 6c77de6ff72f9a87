"""What commands print: rich tables on a terminal, plain text in a pipe, JSON lines where asked (NO_COLOR heeded)."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list: its heading, and how a row's value is shown."""

    heading: str
    show: Callable[[Row], str]
    style: Callable[[Row], str] | None = None
    wide: bool = False  # takes what room is left, and wraps


def console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False)


def harmless(text: object) -> str:
    """Text from a feed, fit for a terminal: no control characters, no bidi overrides."""
    return "".join(c if unicodedata.category(c)[0] != "C" or c in "\u200d\u200c" else " " for c in str(text))


def print_list(rows: Iterable[Row], columns: Sequence[Column], *, as_json: bool, empty: str) -> None:
    """Print rows in the order they come. JSON: one object a line, streaming; else a table."""
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    found = list(rows)
    if not found:
        click.echo(empty, err=True)
    elif sys.stdout.isatty():
        _rich(found, columns)
    else:
        for row in found:
            click.echo("\t".join(harmless(column.show(row)) for column in columns))


def _rich(rows: Sequence[Row], columns: Sequence[Column]) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column.heading, ratio=1 if column.wide else None, no_wrap=not column.wide)
    for row in rows:
        table.add_row(*(Text(harmless(c.show(row)), style=c.style(row) if c.style else "") for c in columns))
    console().print(table)
