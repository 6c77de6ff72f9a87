"""A few replaceable processes that parse. One that hangs, swells or dies costs its feed an answer, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, cast

import monitor
from monitor.feeds.entry import Entry, Parsed
from monitor.feeds.worker import FRAME, PROGRESS, REQUEST, SIEVE

__all__ = ["Workers", "environment"]

_MEMORY = 512 * 1024 * 1024  # bytes of address space: a fair feed of the largest permitted size needs half of it
_BIG_BODY = 4 * 1024 * 1024  # bytes; memory that such a body took does not come back to the system
_AT_ONCE = 512 * 1024  # bytes that a pipe takes before anybody waits: more than nearly all bodies and answers
_LIFE = 5_000  # requests after which a worker is replaced
_LAST_WORDS = 5.0  # seconds between a closed pipe and the end of its process
_MOST_KILLS = 10  # by others, for one feed; after that it is taken for the feed's doing
_MOST_DEATHS = 3  # of one feed; the third item that kills ends it


class _Died(Exception):
    def __init__(self, at: int | None) -> None:
        super().__init__("the worker died")
        self.at = at  # which item it was reading
        self.outside = False  # somebody killed it: no fault of what it read


class _Worker:
    """One process and its two pipes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.asked = 0
        self.sieve: bytes | None = None  # what it was given

    @classmethod
    async def start(cls, deadline: float) -> _Worker:
        # Its own session: Ctrl-C is the daemon's to handle, and reaches workers as a closed pipe.
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "monitor.feeds.worker", str(_MEMORY), str(deadline)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            env=environment(),
            limit=_AT_ONCE,
            pipesize=_AT_ONCE,
        )
        return cls(process)

    async def ask(self, message: dict[str, Any], body: bytes, sieve: bytes | None) -> Parsed:
        """Raises _Died where the process ends before it has answered."""
        at: int | None = None
        self.asked += 1
        reader, writer = self.process.stdout, self.process.stdin
        if reader is None or writer is None:
            raise _Died(at)
        try:
            if sieve is not self.sieve:
                self.sieve = sieve
                writer.write(FRAME.pack(SIEVE, 2, len(sieve or b"")) + b"{}" + (sieve or b""))
            text = json.dumps(message).encode()
            writer.write(FRAME.pack(REQUEST, len(text), len(body)) + text)
            writer.write(body)
            await writer.drain()
            while True:
                kind, size, _ = FRAME.unpack(await reader.readexactly(FRAME.size))
                answer = json.loads(await reader.readexactly(size))
                if kind != PROGRESS:
                    return cast(Parsed, answer)
                at = answer
        except (asyncio.IncompleteReadError, ConnectionError):
            raise _Died(at) from None

    async def killed(self) -> bool:
        """After its pipe closed: was it somebody else, and not its own alarm or limit?"""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS):
                return -await self.process.wait() in (signal.SIGKILL, signal.SIGTERM)
        return False

    async def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()


def environment() -> dict[str, str]:
    """No more than a parser needs: what the service was given in its environment may be secret."""
    here = str(Path(monitor.__file__).parents[1])
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "PYTHONPATH": here, "PYTHONUTF8": "1"}


class Workers:
    """The pool. Processes are started when they are needed, and kept."""

    def __init__(self, *, size: int | None = None, deadline: float = 8.0) -> None:
        """`deadline`: seconds of wall time for one body, or for one item of a body that killed a worker."""
        self._size = size or min(4, os.cpu_count() or 1)
        self._deadline = deadline
        self._free: asyncio.Queue[_Worker | None] = asyncio.Queue()  # None: a place without a process
        for _ in range(self._size):
            self._free.put_nowait(None)
        self._closed = False
        self.sieve: bytes | None = None  # of `feeds.sieve`: entries that are about no claim come back as idle

    async def warm(self) -> None:
        """Start one process ahead of its first request."""
        place = await self._free.get()
        self._free.put_nowait(place or await _Worker.start(self._deadline))

    async def parse(self, body: bytes, content_type: str, base: str, skim: str | None = None) -> Parsed:
        """Parse in one of the processes. Never raises for what a feed does; the outcome tells."""
        message: dict[str, Any] = {"content_type": content_type, "base": base, "skim": skim}
        deaths: list[int] = []
        kills = 0
        while True:
            try:
                return _entries(await self._ask(message, body))
            except _Died as death:
                kills += death.outside
                if death.outside and kills <= _MOST_KILLS:
                    continue
                if message.get("careful") and (death.at is None or death.at in deaths):
                    return _hopeless()
                if death.at is not None:
                    deaths.append(death.at)
                if len(deaths) > _MOST_DEATHS:
                    return _hopeless()
                message |= {"careful": True, "skip": deaths}

    async def _ask(self, message: dict[str, Any], body: bytes) -> Parsed:
        worker = await self._free.get()
        try:
            if worker is None:
                worker = await _Worker.start(self._deadline)
            answer = await worker.ask(message, body, self.sieve)
        except BaseException as end:
            # Died, or its answer is not waited for any more: either way nobody knows what it would say next.
            self._free.put_nowait(None)
            if worker is not None:
                if isinstance(end, _Died):
                    end.outside = await worker.killed()
                await asyncio.shield(worker.stop())
            raise
        if worker.asked >= _LIFE or len(body) > _BIG_BODY or self._closed:
            self._free.put_nowait(None)
            await worker.stop()
        else:
            self._free.put_nowait(worker)
        return answer

    async def close(self) -> None:
        """End all processes; requests under way lose theirs."""
        self._closed = True
        while not self._free.empty():
            worker = self._free.get_nowait()
            if worker is not None:
                await worker.stop()


def _entries(parsed: Parsed) -> Parsed:
    """JSON has made lists of the entries."""
    parsed["entries"] = [Entry(*entry) for entry in parsed.get("entries") or ()]
    return parsed


def _hopeless() -> Parsed:
    return {"outcome": "error", "error": "parsing it takes more time or memory than a feed may have"}
