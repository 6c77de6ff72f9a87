"""Alerts on the console: a panel on a terminal, plain lines in a pipe."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

from monitor.errors import NotifyError
from monitor.model.alert import Message, Target
from monitor.notify.render import fold_title, ordered
from monitor.notify.view import View, view

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.panel import Panel
    from rich.text import Text

_COLOURS = {"confirmed": "green", "denied": "red", "reversed": "magenta", "service": "yellow", "test": "blue"}
_WIDEST = 100  # columns: longer lines are hard to read


class ConsoleChannel:
    """Writes to a stream; NO_COLOR is honoured, and a stream that is no terminal gets plain lines."""

    def __init__(self, *, name: str, stream: TextIO | None = None, zone: str = "UTC") -> None:
        """`stream`: None is standard output, as it is when something is written. `zone` (IANA): the clock of times."""
        self.name = name
        self._stream, self._zone = stream, zone
        self._turn = asyncio.Lock()  # messages do not mix
        self._writing: asyncio.Future[None] | None = None  # goes on though its send was given up

    def __repr__(self) -> str:
        return f"ConsoleChannel({self.name!r})"

    def recipients(self) -> tuple[str, ...]:
        return (self.name,)

    async def send(self, message: Message, target: Target) -> None:
        """Raises NotifyError where the stream is closed; it may be tried again."""
        views = [view(alert, target, self._zone, message.repeat) for alert in ordered(message.alerts)]
        title = fold_title(message, views) if len(views) > 1 else None
        async with self._turn:
            if self._writing is not None:
                await asyncio.wait([self._writing])
            # In a thread: a pipe that nobody reads blocks whoever writes to it, and must not block the other channels.
            self._writing = asyncio.ensure_future(asyncio.to_thread(self._show, views, title))
            try:
                await asyncio.shield(self._writing)
            except (OSError, ValueError) as fault:
                raise NotifyError(f"{self.name}: the console took nothing: {fault}", retry=True) from None

    async def close(self) -> None:
        pass

    def _show(self, views: list[View], title: str | None) -> None:
        stream = self._stream or sys.stdout
        if stream.isatty():
            show(views, _console(stream), title)
        else:
            _write(stream, [*([title] if title else []), *(line for each in views for line in plain_lines(each))])
        stream.flush()


def plain_lines(each: View) -> Iterator[str]:
    """What a pipe gets: one line that can be searched, and the words, source and link under it."""
    yield f"{each.badge} | {each.found} | {each.headline}"
    yield f"  {each.standing}"
    for paragraph in each.detail:
        yield f"  {paragraph}"
    for label, value in each.facts:
        if label == "Second opinion":
            yield f"  {label.lower()}: {value}"
    if source := " | ".join(filter(None, (each.outlet, each.title, each.link))):
        yield f"  {source}"


def show(views: list[View], console: Console, title: str | None = None) -> None:
    """Print the alerts as panels on a rich console."""
    if title:
        console.rule(_text(title))
    for each in views:
        console.print(panel(each))


def panel(each: View) -> Panel:
    """One alert as a panel: who, what, which claim, since when; the words; where they stand."""
    from rich import box
    from rich.console import Group
    from rich.panel import Panel
    from rich.table import Table

    colour = _COLOURS.get(each.tone, "white")
    facts = Table.grid(padding=(0, 1))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    for label, value in _facts(each):
        facts.add_row(_text(label), _text(value))
    return Panel(
        Group(*_top(each), *_words(each, colour), facts),
        title=_text(f" {each.badge} ", f"bold white on {colour}"),
        title_align="left",
        subtitle=_text(each.found, "dim"),
        subtitle_align="right",
        border_style=colour,
        box=box.ROUNDED,
        padding=(0, 1),
    )


def _top(each: View) -> Iterator[RenderableType]:
    yield _text(each.headline, "bold")
    if each.claim:
        yield _text(f"Claim: {each.claim}")
    yield _text(each.stands)
    yield from map(_text, each.detail)


def _words(each: View, colour: str) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.text import Text

    if each.excerpt is None:
        return
    shown = each.excerpt
    words = Text.assemble((shown.before, "dim"), (shown.evidence, f"bold {colour}"), (shown.after, "dim"))
    yield Padding(words, (1, 2))


def _facts(each: View) -> list[tuple[str, str]]:
    source = [("Source", each.outlet), ("Title", each.title), ("Link", each.link or "")]
    return [(label, value) for label, value in (*source, *each.facts) if value]


def _text(text: str, style: str = "") -> Text:
    """As it stands: rich reads neither markup nor emoji names in it."""
    from rich.text import Text

    return Text(text, style=style)


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    console = Console(file=stream, highlight=False, emoji=False, markup=False)
    console.width = min(console.width, _WIDEST)
    return console


def _write(stream: TextIO, lines: list[str]) -> None:
    text = "\n".join(lines) + "\n"
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
