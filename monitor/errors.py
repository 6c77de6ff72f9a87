"""Everything that can go wrong, as one tree. Foreign errors stop at the adapter that met them.

DementiError                 exit 1
├── ConfigError              78  a config file is refused; carries every fault found
├── InputError               65  data handed to a command is broken
├── FeedError                69  a feed could not be read; carries the outcome's name
├── StoreError                1  the store failed
│   ├── StoreLocked          75  another process holds it; try again
│   ├── StoreNewer           78  written by a newer dementi
│   ├── StoreFull             1  no space left on the device
│   └── StoreCorrupt          1  not a database, or a damaged one
├── NotifyError              69  a message was not taken; says whether, and when, to try again
├── OpinionError             69  a second reader gave no usable answer; says whether, and when, to ask again
├── WorkLost                  1  a process of ours ended before it had done what it was asked
└── Refused                  69  our own guard forbids the address
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar


class DementiError(Exception):
    """Root of the tree. `str()` is one line, fit for a user, without secrets."""

    exit_code: ClassVar[int] = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One thing wrong in a config file."""

    file: str
    line: int | None  # 1-based; None: the file as a whole
    path: str  # "claims[2].since"; empty: the file as a whole
    message: str  # what is wrong, with a suggestion where there is one

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {self.path}: {self.message}" if self.path else f"{where}: {self.message}"


class ConfigError(DementiError):
    """Config files are refused whole; `faults` holds everything that is wrong with them."""

    exit_code = 78

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


class InputError(DementiError):
    """Data handed to a command on stdin or in a file is broken."""

    exit_code = 65


class WorkLost(DementiError):
    """A process that computes for us ended, or had to be ended, before it had answered. Nothing else is lost."""


class FeedError(DementiError):
    """A feed could not be read. `outcome` is a name of `model.source.Outcome`."""

    exit_code = 69

    def __init__(
        self, outcome: str, message: str, *, status: int | None = None, after: timedelta | None = None
    ) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.status = status
        self.after = after  # what Retry-After asked for


class StoreError(DementiError):
    """The store failed. Nothing of the transaction under way was kept."""


class StoreLocked(StoreError):
    """Another process holds the store."""

    exit_code = 75


class StoreNewer(StoreError):
    """The store was written by a newer dementi; this one does not touch it."""

    exit_code = 78


class StoreFull(StoreError):
    """No space is left where the store lies."""


class StoreCorrupt(StoreError):
    """The file is no database, or a damaged one."""


class NotifyError(DementiError):
    """A message was not taken by its target."""

    exit_code = 69

    def __init__(self, message: str, *, retry: bool, after: timedelta | None = None, gone: bool = False) -> None:
        super().__init__(message)
        self.retry = retry  # trying again may help
        self.after = after  # the target asked for this pause
        self.gone = gone  # the target says it will never take messages again


class OpinionError(DementiError):
    """A second reader gave no usable answer."""

    exit_code = 69

    def __init__(self, message: str, *, lasting: bool = False, retry_after: timedelta | None = None) -> None:
        """`lasting`: asking again will not help (no such model, key refused). `retry_after`: not before."""
        super().__init__(message)
        self.lasting = lasting
        self.retry_after = retry_after


class Refused(DementiError):
    """Our own guard forbids the address: it is not public, or its scheme is neither http nor https."""

    exit_code = 69
