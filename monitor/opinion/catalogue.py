"""Inference models that are known by name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from monitor.errors import InputError

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[\w.-]{1,96}")
_REVISION = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One model: where it is, and what is known of it."""

    name: str
    hub: str  # "owner/model", as the hub's client calls it
    revision: str | None = None  # 40 hexadecimal digits
    weights: str | None = None  # the graph's file on the hub; None: the first of the usual names that is there
    sha256: Mapping[str, str] = field(default_factory=dict)  # file on the hub -> hash of its content
    megabytes: int = 0  # fetched
    memory: int = 0  # MB of its weights
    licence: str = ""
    note: str = ""
    languages: tuple[str, ...] = ()  # ISO 639-1, it was trained on
    what: str = ""


@lru_cache(maxsize=1)
def entries() -> tuple[Entry, ...]:
    """All that the table names."""
    text = files(__package__).joinpath("models.toml").read_text(encoding="utf-8")
    return tuple(Entry(**row | {"languages": tuple(row["languages"])}) for row in tomllib.loads(text)["models"])


def entry(name: str, revision: str | None = None) -> Entry:
    """A model by its name here or its id on the hub, at the pinned revision or the one given. Raises InputError.

    Another revision than the pinned one has other files: its hashes are not known here.
    """
    if revision is not None and not _REVISION.fullmatch(revision):
        raise InputError("a revision is 40 hexadecimal digits: names of branches may point elsewhere tomorrow")
    known = next((e for e in entries() if e.name == name), None)
    if known is None:
        if not _HUB_ID.fullmatch(name):
            names = ", ".join(e.name for e in entries())
            raise InputError(f"no model is called {name!r}; known are {names}, or give OWNER/MODEL and --revision")
        return Entry(name=name.rpartition("/")[2], hub=name, revision=revision)
    if revision in (None, known.revision):
        return known
    return Entry(name=known.name, hub=known.hub, revision=revision, weights=known.weights)
