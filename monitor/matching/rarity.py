"""Which names show by themselves what an item is about: those that are neither ordinary words nor famous."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from monitor.text.fold import key

_SHORTEST = 5  # letters; shorter names are often abbreviations or words


def rare(name: Sequence[str]) -> bool:
    """A run of words as written, the surname last: is it a name that hardly any other news holds?"""
    keys = [key(word.casefold()) for word in name]
    return len(keys[-1]) >= _SHORTEST and not famous().intersection(keys) and name[-1][:1].isupper()


@lru_cache(maxsize=1)
def famous() -> frozenset[str]:
    """Names in the news every day, and ordinary words that names are made of, in `fold.key` spelling."""
    data = tomllib.loads(Path(__file__).with_name("famous.toml").read_text(encoding="utf-8"))
    return frozenset(key(word) for words in data.values() for word in words.split())
