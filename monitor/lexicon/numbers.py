"""Quantities in a sentence: digits in all groupings, number words, multipliers."""

from __future__ import annotations

import re
from typing import NamedTuple

from monitor.lexicon.passage import Sentence
from monitor.lexicon.tables import Tables

_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_SMALLEST_MULTIPLIER = 100


class Quantity(NamedTuple):
    """A number in a sentence, on the words first..last."""

    value: float
    first: int
    last: int
    year: bool
    more: bool = False  # "more than", "at least"
    less: bool = False


def quantities(sentence: Sentence, tables: Tables) -> list[Quantity]:
    """All numbers, in order: "4,1 Millionen" is one; "1" and number words of one ("ein") are no quantity."""
    found: list[Quantity] = []
    at = 0
    words = sentence.words
    while at < len(words):
        value = _value(words[at].low, tables)
        if value is None:
            at += 1
            continue
        first, digits = at, words[at].low[0].isdigit()
        while at + 1 < len(words) and sentence.gaps[at + 1] in (" ", "\u00a0", "\u202f", "-"):
            more = _joined(value, words[at + 1].low, digits, tables)
            if more is None:
                break
            value, at = more, at + 1
        year = digits and first == at and 1900 <= value <= 2100 and words[at].low.isdigit()
        bare = first == at and not digits and value >= _SMALLEST_MULTIPLIER  # "millions": how many, nobody says
        if value != 1 and not bare:
            more, less = (_preceded(sentence, first, tables.compare.get(k, frozenset())) for k in ("more", "less"))
            found.append(Quantity(value, first, at, year, more, less))
        at += 1
    return found


def _preceded(sentence: Sentence, at: int, phrases: frozenset[tuple[str, ...]]) -> bool:
    before = [w.low for w in sentence.words[max(0, at - 3) : at]]
    return any(tuple(before[-len(p) :]) == p for p in phrases)


def _joined(value: float, word: str, digits: bool, tables: Tables) -> float | None:
    """The number with the next word taken in: 8 000, 4 million, two hundred."""
    if digits and word.isdigit() and len(word) == 3 and value < 1_000_000 and value == int(value):
        return value * 1000 + int(word)
    factor = tables.numbers.get(word)
    if factor is not None and factor >= _SMALLEST_MULTIPLIER:
        return round(value * factor, 6)  # 4.1 million is 4,100,000
    return None


def _value(word: str, tables: Tables) -> float | None:
    match = _DIGITS.fullmatch(word)
    if match is None:
        return tables.numbers.get(word)
    return grouped(word)


def grouped(text: str) -> float:
    """8,000 and 8.000 are eight thousand; 4,1 and 4.1 are not."""
    parts = re.split(r"[.,]", text)
    if len(parts) > 1 and all(len(p) == 3 for p in parts[1:]) and len(parts[0]) <= 3 and parts[0] != "0":
        return float("".join(parts)[:15])
    if len(parts) == 2:
        return float(f"{parts[0][:15]}.{parts[1][:6]}")
    return float("".join(parts)[:15])
