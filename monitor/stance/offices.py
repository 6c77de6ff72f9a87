"""What an institution or a role is, whatever the language: ministry, police, family, club …

"Federal prosecutors" and "Bundesanwaltschaft" share no word, but an office. Knowledge in offices.toml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from monitor.text.fold import key
from monitor.text.words import words

_SHORTEST = 3  # letters of a beginning


@lru_cache(maxsize=1)
def _stems() -> tuple[Mapping[str, frozenset[str]], Mapping[str, frozenset[str]]]:
    """Offices by whole word, and by beginning of a word, both in `fold.key` spelling."""
    whole: dict[str, set[str]] = {}
    begin: dict[str, set[str]] = {}
    table = tomllib.loads(Path(__file__).with_name("offices.toml").read_text(encoding="utf-8"))
    for office, atoms in table.items():
        for atom in atoms:
            held = begin if atom.endswith("*") else whole
            held.setdefault(key(atom.strip("=*").casefold()), set()).add(office)
    return ({k: frozenset(v) for k, v in whole.items()}, {k: frozenset(v) for k, v in begin.items()})


@lru_cache(maxsize=16_384)
def _of_word(spelt: str) -> frozenset[str]:
    whole, begin = _stems()
    found = set(whole.get(spelt, ()))
    for n in range(_SHORTEST, len(spelt) + 1):
        found |= begin.get(spelt[:n], frozenset())
    return frozenset(found)


def offices(lows: Iterable[str]) -> frozenset[str]:
    """The offices that some words name."""
    return frozenset[str]().union(*(_of_word(key(low)) for low in lows))


@lru_cache(maxsize=4096)
def offices_of(name: str) -> frozenset[str]:
    """The offices in a name."""
    return offices(w.low for w in words(name))
