"""A real process that computes, and is killed while it does."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from monitor.engine import apart
from monitor.engine.apart import ApartEngine
from monitor.engine.port import Failed, Kept
from monitor.errors import StoreFull, WorkLost


@pytest.fixture
async def engine() -> AsyncIterator[ApartEngine]:
    made = ApartEngine()
    yield made
    made.close()


class Word(Kept):
    """Leaves a mark in its file each time it is carried over."""

    def __init__(self, file: str, text: str) -> None:
        self.file, self.text = file, text

    def __reduce__(self) -> tuple[type[Word], tuple[str, str]]:
        with Path(self.file).open("a") as marks:
            marks.write(f"{self.text}\n")
        return Word, (self.file, self.text)


def said(word: Word, times: int) -> tuple[int, str]:
    return os.getpid(), word.text * times


def die_once(file: str) -> int:
    """Killed the first time, as if from outside; the second time it answers."""
    if Path(file).exists():
        return os.getpid()
    Path(file).touch()
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail(how: type[Exception]) -> None:
    raise how("no space left")


class Unspeakable(Exception):
    def __init__(self, one: str, two: str = "") -> None:
        super().__init__()
        self.told = lambda: one + two  # cannot be pickled


async def test_it_computes_in_one_process_that_is_not_this_one(engine: ApartEngine, tmp_path: Path) -> None:
    assert engine.pid is None  # not started before there is something to do
    word = Word(str(tmp_path / "marks"), "ha")
    (first, laugh), (second, _) = await engine.think(said, word, 2), await engine.think(said, word, times=1)
    assert laugh == "haha"
    assert first == second == engine.pid != os.getpid()


async def test_what_is_kept_is_carried_once_to_each_process(engine: ApartEngine, tmp_path: Path) -> None:
    words = [Word(str(tmp_path / "marks"), f"w{n}") for n in range(5)]
    for word in (*words, words[4], words[4], words[0]):
        assert (await engine.think(said, word, 1))[1] == word.text
    marks = (tmp_path / "marks").read_text().split()
    assert marks == ["w0", "w1", "w2", "w3", "w4", "w0"]  # the one used longest ago had been let go
    os.kill(engine.pid or 0, signal.SIGKILL)
    assert (await engine.think(said, words[4], 1))[1] == "w4"


async def test_what_a_killed_process_was_asked_is_asked_again(engine: ApartEngine, tmp_path: Path) -> None:
    assert await engine.think(die_once, str(tmp_path / "died")) == engine.pid
    for _ in range(3):
        os.kill(engine.pid or 0, signal.SIGKILL)
        assert await engine.think(os.getpid) == engine.pid


async def test_what_ends_every_process_is_an_error_and_the_next_call_is_answered(engine: ApartEngine) -> None:
    with pytest.raises(WorkLost):
        await engine.think(die)
    assert await engine.think(os.getpid) == engine.pid


async def test_what_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = ApartEngine(deadline=0.2)
    monkeypatch.setattr(apart, "_GETTING_READY", 0.5)
    try:
        with pytest.raises(WorkLost):
            await engine.think(time.sleep, 60)
    finally:
        engine.close()


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_process_that_nobody_asks_is_let_go(engine: ApartEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_IDLE", 0.05)
    monkeypatch.setattr(apart, "_IDLE_AT_FIRST", 0.05)
    for _ in range(2):
        pid = await engine.think(os.getpid)
        while engine.pid is not None or lives(pid):  # noqa: ASYNC110 - the engine has no event for it
            await asyncio.sleep(0.01)  # a busy machine takes its time to end a process
    calls = [engine.think(time.sleep, 0.06) for _ in range(3)]  # queued ones count as asked
    await asyncio.gather(*calls, engine.think(os.getpid))


async def test_errors_are_carried_over(engine: ApartEngine) -> None:
    with pytest.raises(StoreFull, match="no space left"):
        await engine.think(fail, StoreFull)
    with pytest.raises(Failed, match="Unspeakable"):
        await engine.think(fail, Unspeakable)


async def test_the_end_does_not_wait_for_a_call_that_computes() -> None:
    engine = ApartEngine()
    work = asyncio.create_task(engine.think(time.sleep, 60))
    while engine.pid is None:  # noqa: ASYNC110 - the engine has no event for it
        await asyncio.sleep(0.01)
    engine.close()
    with pytest.raises(WorkLost):
        await work
