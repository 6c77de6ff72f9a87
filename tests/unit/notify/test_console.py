from __future__ import annotations

import asyncio
import io
import os
import re
from typing import Any

import pytest

from monitor.notify.console import ConsoleChannel
from tests.support.channels import DESK, alert, message


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


async def shown(stream: Any, *alerts: Any) -> str:
    await ConsoleChannel(name="screen", stream=stream).send(message(*(alerts or (alert(),))), DESK)
    return str(stream.getvalue())


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")


async def test_a_pipe_gets_plain_lines() -> None:
    lines = (await shown(io.StringIO())).splitlines()
    assert lines[0].startswith("DENIED | ")
    assert lines[0].endswith("„Frau Ahlgren tritt nicht zurück“, sagte Sprecher Jonas Weir")
    assert lines[1].startswith("  Claim: Mayor Ahlgren of Larnwick resigns · now denied")
    assert "\x1b" not in "".join(lines)
    assert "│" not in "".join(lines)


async def test_a_terminal_gets_a_panel_in_colour() -> None:
    text = await shown(Terminal())
    assert "╭" in text
    assert "\x1b[" in text


async def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    text = await shown(Terminal())
    assert "╭" in text
    assert "\x1b[31m" not in text
    assert "\x1b[1;37;41m" not in text


async def test_markup_in_a_title_is_text() -> None:
    text = await shown(Terminal(), alert("[bold red]x[/bold red] :skull: [link=http://evil.example]y[/link]"))
    assert "[bold red]x[/bold red] :skull:" in text
    assert "\x1b]8" not in text


async def test_a_console_that_knows_no_unicode_gets_its_lines_all_the_same() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    await ConsoleChannel(name="screen", stream=stream).send(message(alert()), DESK)
    assert b"zur\\xfcck" in raw.getvalue()


async def test_a_pipe_that_nobody_reads_blocks_nothing_else() -> None:
    read, write = os.pipe()
    with os.fdopen(write, "w") as pipe:
        screen = ConsoleChannel(name="screen", stream=pipe)

        async def fill() -> None:
            while True:
                await screen.send(message(*(alert(number=number) for number in range(50))), DESK)

        with pytest.raises(TimeoutError):  # it would hang here, and the loop with it
            await asyncio.wait_for(fill(), 0.3)
        assert screen._writing is not None
        drained = asyncio.create_task(asyncio.to_thread(_drain, read))
        await asyncio.wait([screen._writing])
    assert b"DENIED" in await drained


def _drain(read: int) -> bytes:
    with os.fdopen(read, "rb") as pipe:
        return pipe.read()


async def test_a_narrow_terminal_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("NO_COLOR", "1")
    text = await shown(Terminal())
    lines = re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()
    joined = "".join(line.strip("│ ") for line in lines)
    assert "https://www.example.org/larnwick/ahlgren-bleibt" in joined
