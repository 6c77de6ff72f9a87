"""The files that `dementi init` writes: a commented config, a watchlist, and a feed that gives one alert at once."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from monitor.errors import ConfigError, Fault


def write(folder: Path) -> list[Path]:
    """Write them below `folder`, which need not be there. The paths written, in the order to read them.

    Overwrites nothing: raises ConfigError, naming each file that is there already, before anything is written; also
    where the folder cannot be written to.
    """
    texts = {folder / name: text for name, text in _templates()}
    there = [path for path in texts if path.is_symlink() or path.exists()]
    if there:
        raise ConfigError([_fault(path, "is there already; nothing was written") for path in there])
    for path, text in texts.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:  # "x": never over a file that came meanwhile
                file.write(text)
        except OSError as fault:
            raise ConfigError([_fault(path, f"cannot be written: {(fault.strerror or '').lower()}")]) from None
    return list(texts)


def _templates() -> Iterator[tuple[Path, str]]:
    return _below(files(__package__) / "files", Path())


def _below(folder: Traversable, name: Path) -> Iterator[tuple[Path, str]]:
    """Files first, then folders: the config stands above its watchlists."""
    for entry in sorted(folder.iterdir(), key=lambda entry: (entry.is_dir(), entry.name)):
        if entry.is_dir():
            yield from _below(entry, name / entry.name)
        else:
            yield name / entry.name, entry.read_text(encoding="utf-8")


def _fault(path: Path, message: str) -> Fault:
    return Fault(file=str(path), line=None, path="", message=message)
