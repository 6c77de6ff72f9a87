"""Patterns of the tables: words, wildcards, choices, gaps. docs/languages.md explains them to those who write tables.

A pattern becomes one or more phrases. A phrase is a tuple of elements: a frozenset of atoms (one word, any of them), or
an int (a gap of at most so many words). An atom is a word in `low` spelling: `word`, `begin*`, `*end`, `*part*`,
`begin*end`, or `=Word` where capitals count.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from monitor.text.words import CASED, WILD, words

Element: TypeAlias = "frozenset[str] | int"
Phrase: TypeAlias = "tuple[Element, ...]"

GAP = 12  # words that `…` may skip where it does not say
MOST_PHRASES = 400  # a pattern that unfolds to more is a slip of brackets
_GAP = re.compile(r"(?:…|\.\.\.)(\d*)")


class PatternError(ValueError):
    """A pattern that cannot be read; says what is wrong with it."""


def parse(pattern: str) -> tuple[Phrase, ...]:
    """All phrases a pattern stands for. Raises PatternError."""
    phrases: list[tuple[Element, ...]] = [()]
    for chunk in _chunks(pattern):
        gap = _GAP.fullmatch(chunk)
        choices: list[tuple[Element, ...]] = [(int(gap[1] or GAP),)] if gap else _choices(chunk)
        phrases = [head + tail for head in phrases for tail in choices]
        if len(phrases) > MOST_PHRASES:
            raise PatternError(f"stands for more than {MOST_PHRASES} phrases: write several patterns")
    phrases = [t for t in map(_trimmed, phrases) if t]  # where all is optional, all left out is nothing to find
    if not phrases:
        raise PatternError("holds no word")
    for phrase in phrases:
        _check(phrase)
    return tuple(dict.fromkeys(phrases))


def _chunks(pattern: str) -> list[str]:
    """Split at spaces outside brackets."""
    chunks, current, depth = [], "", 0
    for c in pattern:
        depth += (c in "([") - (c in ")]")
        if depth < 0:
            raise PatternError(f"a bracket is closed that was never opened: {c}")
        if c.isspace() and not depth:
            chunks.append(current)
            current = ""
        else:
            current += c
    if depth:
        raise PatternError("a bracket is never closed")
    return [c for c in [*chunks, current] if c]


def _choices(chunk: str) -> list[tuple[Element, ...]]:
    """The phrases one chunk may be; choices of single words stay together as one element."""
    if chunk[0] == "(" and _closing(chunk, 0) == len(chunk) - 1 and len(_split(chunk[1:-1])) == 1:
        return list(parse(chunk[1:-1]))  # brackets around all of it: mere grouping
    singles: set[str] = set()
    longer: list[tuple[Element, ...]] = []
    for text in _unfold(chunk):
        elements = _sequence(text)
        if len(elements) == 1 and isinstance(elements[0], frozenset):
            singles |= elements[0]
        else:
            longer.append(elements)
    return ([(frozenset(singles),)] if singles else []) + longer


def _sequence(text: str) -> tuple[Element, ...]:
    """Plain words and gaps, without brackets."""
    elements: list[Element] = []
    at = 0
    for gap in _GAP.finditer(text):
        elements += _atoms(text[at : gap.start()])
        elements.append(int(gap[1] or GAP))
        at = gap.end()
    return tuple(elements + _atoms(text[at:]))


def _atoms(text: str) -> list[Element]:
    marked = re.sub(r"(?<!\S)=", CASED, text).replace("*", WILD)
    found: list[Element] = []
    for word in words(marked):
        if word.raw.startswith(CASED):
            found.append(frozenset(["=" + word.raw[1:].replace(WILD, "*")]))
        else:
            found.append(frozenset([word.low.replace(WILD, "*")]))
    return found


def _unfold(chunk: str, before: str = "") -> list[str]:
    """`resign(s|ed)`, `report(s)` (with or without), `[no ]comment`, unfolded. Brackets may hold brackets."""
    opened = next((i for i, c in enumerate(chunk) if c in "(["), None)
    if opened is None:
        if "|" in chunk:
            raise PatternError("a choice with | needs brackets around it")
        return [chunk]
    closed = _closing(chunk, opened)
    options = _split(chunk[opened + 1 : closed])
    glued = (before + chunk[:opened])[-1:].strip(" |") or chunk[closed + 1 :][:1].strip(" |")
    if chunk[opened] == "[" or (len(options) == 1 and glued):  # report(s): with or without; (the report): grouping
        options.append("")
    tails = _unfold(chunk[closed + 1 :], before=")")
    return [chunk[:opened] + o + t for option in options for o in _unfold(option) for t in tails]


def _closing(chunk: str, opened: int) -> int:
    depth = 0
    for i in range(opened, len(chunk)):
        depth += (chunk[i] in "([") - (chunk[i] in ")]")
        if not depth:
            return i
    raise PatternError("a bracket is never closed")


def _split(inside: str) -> list[str]:
    """Split at | outside inner brackets."""
    parts, current, depth = [], "", 0
    for c in inside:
        depth += (c in "([") - (c in ")]")
        if c == "|" and not depth:
            parts.append(current)
            current = ""
        else:
            current += c
    return [*parts, current]


def _trimmed(phrase: Phrase) -> Phrase:
    """Without gaps at the ends, which optional words leave behind."""
    solid = [i for i, e in enumerate(phrase) if not isinstance(e, int)]
    return phrase[solid[0] : solid[-1] + 1] if solid else ()


def _check(phrase: Phrase) -> None:
    for atom in (a for e in phrase if isinstance(e, frozenset) for a in e):
        stem = atom.strip("*=")
        if stem.count("*") > (atom.count("*") == 1):
            raise PatternError(f"{atom} has more than one * in its middle")
        if "*" in atom and len(stem.replace("*", "")) < (2 if len(phrase) == 1 else 1):
            raise PatternError(f"{atom} matches nearly every word: at least two letters beside *")
