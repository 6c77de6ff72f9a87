"""Finds a quotation in an item, word for word.

Only this is not held against a quotation, because copying changes it without changing what is said: runs of white space
are one space; every kind of quotation mark and apostrophe is the same, runs of them are one, and white space beside one
is none (« Non » is "Non"); characters that nobody sees are none. Letters, case, digits and all other marks must be the
same, and words must be whole.
"""

from __future__ import annotations

import re
import unicodedata

from monitor.lexicon.passage import MOST_CHARACTERS
from monitor.model.source import Item
from monitor.model.verdict import Evidence

_MARKS = frozenset("\"'`´′″‚„‘’‛“”‟«»‹›「」『』《》〈〉＂＇")
_UNSEEN = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
_SHORTEST, _LONGEST = 6, 1_000  # a word or two of letters; a paragraph


def find(quote: str, item: Item) -> Evidence | None:
    """Where the item holds these words, first place first; None where it does not, or where they are too few."""
    wanted, _ = plain(quote[: 2 * _LONGEST])
    wanted = wanted.strip("' ")
    if _width(wanted) < _SHORTEST or len(wanted) > _LONGEST:
        return None
    for field, text in item.fields():
        text = text[:MOST_CHARACTERS]
        held, places = plain(text)
        for at in _all(wanted, held):
            if _whole(held, at, at + len(wanted)):
                start, end = places[at], places[at + len(wanted) - 1] + 1
                return Evidence(text=text[start:end], field=field, start=start, end=end)
    return None


def occurs(name: str, item: Item) -> bool:
    """The item names it, in upper or lower case, as whole words."""
    wanted = plain(name)[0].strip("' ").casefold()
    held = [plain(text[:MOST_CHARACTERS])[0].casefold() for _, text in item.fields()]
    return bool(wanted) and any(_whole(h, at, at + len(wanted)) for h in held for at in _all(wanted, h))


def plain(text: str) -> tuple[str, list[int]]:
    """The text without what copying changes, and for each of its characters the place it had."""
    made: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if character in _UNSEEN:
            continue
        kind = " " if character.isspace() else "'" if character in _MARKS else character
        last = made[-1] if made else " "
        if kind == " " and last in " '":
            continue
        if kind == "'" and last == "'":
            continue
        if kind == "'" and made and last == " ":
            made.pop()
            places.pop()
            if made and made[-1] == "'":
                continue
        made.append(kind)
        places.append(place)
    return "".join(made), places


def _all(wanted: str, held: str) -> list[int]:
    return [found.start() for found in re.finditer(re.escape(wanted), held)]


def _whole(held: str, start: int, end: int) -> bool:
    """No word is cut at either end. Scripts without gaps between words have no such ends."""
    return not (_joined(held, start) or _joined(held, end))


def _joined(held: str, at: int) -> bool:
    if not 0 < at < len(held):
        return False
    left, right = held[at - 1], held[at]
    return left.isalnum() and right.isalnum() and not (_wide(left) and _wide(right))


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def _width(text: str) -> int:
    """Letters and digits; an ideograph says as much as two letters."""
    return sum(2 if _wide(c) else 1 for c in text if c.isalnum())
