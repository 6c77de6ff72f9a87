"""Reading megabytes of TOML takes seconds; what came out of it is kept beside the tables, as Python keeps its bytecode.

A kept file is named after its tables' sizes and times, so a changed table is read anew. Where nothing may be written,
every start reads the tables. Kept files hold plain values only (marshal), never code.
"""

from __future__ import annotations

import contextlib
import marshal
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import monitor

try:
    from _blake2 import blake2b  # hashlib's own; hashlib itself loads OpenSSL, 4 MB in every process
except ImportError:
    from hashlib import blake2b

_FORMAT = "8"  # raise it when the shape of what is kept changes
_HOME = Path(monitor.__file__).parent
_TABLES = ("languages", "events")
_SPELLING = ("pattern.py", "words.py", "fold.py")  # what makes rows of what the tables say


def kept(name: str, make: Callable[[], Any]) -> Any:
    """`make()`, or what an earlier process kept of it."""
    for folder in _folders():
        with contextlib.suppress(OSError, ValueError, EOFError, TypeError):
            return marshal.loads((folder / f"{name}.{_stamp()}").read_bytes())  # noqa: S302  our own file
    made = make()
    _keep(name, marshal.dumps(made))
    return made


def _keep(name: str, data: bytes) -> None:
    for folder in _folders():
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            for old in folder.glob(f"{name}.*"):
                old.unlink(missing_ok=True)
            new = folder / f"{name}.{_stamp()}"
            part = new.with_suffix(f".part{os.getpid()}")
            part.write_bytes(data)
            part.replace(new)
            return


def _folders() -> tuple[Path, ...]:
    """Beside the package where that may be written, else the user's or the service's cache."""
    given = os.environ.get("CACHE_DIRECTORY") or os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    return _HOME / "lexicon" / "__pycache__", Path(given) / "dementi"


@lru_cache(maxsize=1)
def _stamp() -> str:
    found = blake2b(_FORMAT.encode())
    for path in sorted(p for room in _TABLES for p in (_HOME / room).glob("*.*") if p.suffix in {".toml", ".py"}):
        stat = path.stat()
        found.update(f"{path.name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    for name in _SPELLING:
        found.update(str((_HOME / "text" / name).stat().st_mtime_ns).encode())
    return found.hexdigest()[:16]
