"""The engine of the service: the store in a thread of this process, computing in a process of its own.

Judging takes half of the memory of a busy poll. Apart from the event loop it delays nothing, is not even loaded where
nothing is to be judged, and may die or hang without harm: a new process is asked the same again.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import struct
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import monitor
from monitor.engine.local import LocalEngine
from monitor.engine.mind import SIZE
from monitor.engine.port import Kept
from monitor.errors import WorkLost

P = ParamSpec("P")
R = TypeVar("R")

_DEADLINE = 120.0  # seconds for a call: a batch of items takes one at the most
_GETTING_READY = 1_800.0  # the same for a call that first gets the process ready: tables, ten thousand claims
_MOST_KEPT = 3  # values held by the process: the present claims, those just replaced, those looked back for
_TRIES = 2
_IDLE = 60.0  # seconds without a call after which the process is let go …
_IDLE_AT_FIRST = 0.1  # … and after the only one: that was for the sieve, and perhaps nothing is to be judged


class ApartEngine(LocalEngine):
    """`LocalEngine`, but for calls that compute: those are pickled and carried over."""

    def __init__(self, *, deadline: float = _DEADLINE) -> None:
        super().__init__()
        self._deadline = deadline
        self._child: _Child | None = None
        self._starting = threading.Lock()
        self._closed = False
        self._calls = 0

    async def think(self, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        self._calls += 1
        number = self._calls
        try:
            return await super().think(self._carried, call, args, kwargs)
        finally:
            asyncio.get_running_loop().call_later(self._patience(), self._rest, number)

    @property
    def pid(self) -> int | None:
        """Of the process that computes, where there is one."""
        return self._child.process.pid if self._child else None

    def close(self) -> None:
        with self._starting:
            self._closed = True
            if self._child:
                self._child.process.kill()
        super().close()
        if self._child:
            self._child.end()

    def _patience(self) -> float:
        return _IDLE if self._child and self._child.answers > 1 else _IDLE_AT_FIRST

    def _rest(self, number: int) -> None:
        """End the process where nothing was asked since this call: it holds 30 MB, and a new one starts in no time."""
        if number == self._calls and not self._closed:
            self._think.submit(self._let_go)

    def _let_go(self) -> None:
        child, self._child = self._child, None
        if child:
            child.end()

    def _carried(self, call: Callable[..., R], args: Any, kwargs: Any) -> R:
        for _ in range(_TRIES):
            child = self._ready()
            try:
                return child.ask(call, args, kwargs, self._deadline)
            except _Died:
                self._child = None
                child.end()
        raise WorkLost("the process that judges ended before it had answered")

    def _ready(self) -> _Child:
        with self._starting:
            if self._closed:
                raise WorkLost("ending")
            if self._child is None:
                self._child = _Child()
            return self._child


class _Died(Exception):
    pass


class _Child:
    """One process, its two pipes, and what it keeps."""

    def __init__(self) -> None:
        here = str(Path(monitor.__file__).parents[1])
        names = ("PATH", "HOME", "LANG", "TZ", "LD_LIBRARY_PATH", "CACHE_DIRECTORY", "XDG_CACHE_HOME")
        kept = {name: os.environ[name] for name in names if name in os.environ}  # the rest may be secret
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "monitor.engine.mind"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is the daemon's to handle
            env={**kept, "PYTHONPATH": here, "PYTHONUTF8": "1"},
        )
        self._held: OrderedDict[int, Kept] = OrderedDict()  # id -> value, the one used last at the end
        self._lost: list[int] = []  # ids to be forgotten with the next call
        self._fresh = True
        self.answers = 0

    def ask(self, call: Callable[..., R], args: Any, kwargs: Any, deadline: float) -> R:
        """Raises _Died where the process ends, or has to be ended, before it has answered; else what `call` raises."""
        new: dict[int, bytes] = {}
        packed = self._packed((call, args, kwargs), new)
        patience = _GETTING_READY if self._fresh or new else deadline
        alarm = threading.Timer(patience, self.process.kill)
        alarm.daemon = True
        alarm.start()
        try:
            fine, answer = self._exchange(pickle.dumps((self._lost, new, packed)))
        finally:
            alarm.cancel()
        self._lost, self._fresh = [], False
        self.answers += 1
        if fine:
            return answer  # type: ignore[no-any-return]  # what the call returned there
        raise answer

    def end(self) -> None:
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            with suppress(OSError):  # what was not written is not needed any more
                if pipe:
                    pipe.close()
        self.process.wait()

    def _exchange(self, request: bytes) -> tuple[bool, Any]:
        writer, reader = self.process.stdin, self.process.stdout
        if writer is None or reader is None:
            raise _Died
        try:
            writer.write(SIZE.pack(len(request)) + request)
            writer.flush()
            (size,) = SIZE.unpack(reader.read(SIZE.size))
            answer = reader.read(size)
        except (OSError, struct.error):
            raise _Died from None
        if len(answer) < size:
            raise _Died
        fine, value = pickle.loads(answer)  # noqa: S301 - from a process of ours
        return fine, value

    def _packed(self, message: object, new: dict[int, bytes]) -> bytes:
        """The message, with `Kept` values as mere numbers; those that the process has not yet go into `new`."""
        out = BytesIO()
        pickler = pickle.Pickler(out, pickle.HIGHEST_PROTOCOL)

        def number(value: object) -> int | None:
            if not isinstance(value, Kept):
                return None
            if id(value) not in self._held:
                new[id(value)] = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
            self._held[id(value)] = value
            self._held.move_to_end(id(value))
            if len(self._held) > _MOST_KEPT:
                self._lost.append(self._held.popitem(last=False)[0])
            return id(value)

        pickler.persistent_id = number  # type: ignore[method-assign]
        pickler.dump(message)
        return out.getvalue()
