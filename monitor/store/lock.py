"""One daemon a store: a lock that dies with its holder, however that dies.

`flock` on a file beside the database. The kernel lets go of it when the holder ends; the file stays, with the name
of the last holder in it, because removing it would let two newcomers lock two different files.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from monitor.errors import StoreError, StoreLocked
from monitor.model.times import stamp

_held: set[int] = set()  # descriptors of locks of this process


def _let_go() -> None:
    # A forked worker inherits the descriptor, and would keep the lock after the daemon was killed.
    for descriptor in _held:
        with suppress(OSError):
            os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_let_go)


@contextmanager
def hold(database: str | Path, now: datetime) -> Iterator[None]:
    """Hold the store's daemon lock. Raises StoreLocked, naming who holds it, and StoreError where it cannot be made."""
    if str(database) == ":memory:":
        yield
        return
    path = Path(f"{database}.lock")
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as fault:
        raise StoreError(f"{path}: {fault.strerror}") from fault
    try:
        _take(descriptor, path)
        _held.add(descriptor)
        with suppress(OSError):  # the name is for people; a full disk is said by the first commit, in better words
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()} {stamp(now)}\n".encode(), 0)
        yield
    finally:
        _held.discard(descriptor)
        os.close(descriptor)


def _take(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as fault:
        pid, _, since = os.pread(descriptor, 100, 0).decode("ascii", "replace").strip().partition(" ")
        who = f"process {pid} holds it since {since}" if pid and since else "another process holds it"
        raise StoreLocked(f"{path}: {who}; stop that dementi first, or give this one another `store.url`") from fault
