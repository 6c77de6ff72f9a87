"""Which names show by themselves what an item is about: those that are neither ordinary words nor famous."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from monitor.text.fold import key

_SHORTEST = 5  # letters; shorter names are often abbreviations or words
_ENDING = 3  # letters at most that a case adds to a name


def rare(name: Sequence[str]) -> bool:
    """A run of words as written, the surname last: is it a name that hardly any other news holds?"""
    keys = [key(word.casefold()) for word in name]
    return len(keys[-1]) >= _SHORTEST and name[-1][:1].isupper() and not any(map(_known, keys))


def _known(word: str) -> bool:
    """A famous name or ordinary word; of people's names in other cases, too: Trumpem, Путином."""
    cases = (word[:size] for size in range(max(_SHORTEST, len(word) - _ENDING), len(word)))
    return word in famous() or not _people().isdisjoint(cases)


@lru_cache(maxsize=1)
def famous() -> frozenset[str]:
    """Names in the news every day, and ordinary words that names are made of, in `fold.key` spelling."""
    return frozenset().union(*_tables().values())


@lru_cache(maxsize=1)
def _people() -> frozenset[str]:
    return _tables()["people"] | _tables()["cyrillic"]


@lru_cache(maxsize=1)
def _tables() -> dict[str, frozenset[str]]:
    data = tomllib.loads(Path(__file__).with_name("famous.toml").read_text(encoding="utf-8"))
    return {name: frozenset(key(word) for word in words.split()) for name, words in data.items()}
