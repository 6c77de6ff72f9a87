"""Where a sentence falls apart: strong borders (colon, semicolon, dash, "but"), commas, and the ends of its parts."""

from __future__ import annotations

import re
from typing import NamedTuple

from monitor.lexicon.passage import Sentence
from monitor.lexicon.tables import Tables

_STRONG = re.compile(r"[;:–—|•·…]|\s-\s|\s--\s|[?!]")
_DASH = re.compile(r"[–—|]|\s-\s|\s--\s")


class Clauses(NamedTuple):
    """Borders before words: `borders[i]` is "" | comma | quote | colon | dash | but | strong, before word i."""

    borders: tuple[str, ...]
    question: bool  # the sentence ends with a question mark
    asked: tuple[bool, ...]  # by word: stands in a part that ends with a question mark

    def part(self, at: int, size: int, *, commas: bool = False) -> tuple[int, int]:
        """(first, last) of the part around a word, between strong borders (and commas, if asked for)."""
        first, last = at, at
        while first > 0 and not self._closed(first, commas):
            first -= 1
        while last + 1 < size and not self._closed(last + 1, commas):
            last += 1
        return first, last

    def _closed(self, at: int, commas: bool) -> bool:
        border = self.borders[at]
        return border in ("colon", "dash", "but", "strong") or (commas and border == "comma")


def clauses(sentence: Sentence, tables: Tables) -> Clauses:
    """The borders of one sentence."""
    but = tables.words.get("but", frozenset())
    verbs = {f.last for f in sentence.found if f.entry.table in ("cue", "say")}  # bestreitet aber: no border
    borders = [""] * (len(sentence.words) + 1)
    for i in range(1, len(sentence.words)):
        borders[i] = _border(sentence.gaps[i])
        if borders[i] in ("", "comma") and sentence.words[i].low in but and i - 1 not in verbs:
            borders[i] = "but"
    asked = _asked(sentence)
    return Clauses(tuple(borders), "?" in sentence.gaps[-1] or "？" in sentence.gaps[-1], asked)


def _border(gap: str) -> str:
    if gap == " ":
        return ""
    if ":" in gap:
        return "colon"
    if _DASH.search(gap):
        return "dash"
    if _STRONG.search(gap):
        return "strong"
    if "," in gap or "、" in gap or "，" in gap:
        return "comma"
    return "quote" if any(c in gap for c in '"„“”«»()[]') else ""


def _asked(sentence: Sentence) -> tuple[bool, ...]:
    """Words that stand before a question mark, back to the sentence's beginning or the last strong border."""
    flags = [False] * len(sentence.words)
    start = 0
    for i in range(1, len(sentence.gaps)):
        gap = sentence.gaps[i]
        if "?" in gap or "？" in gap:
            flags[start:i] = [True] * (i - start)
        if _STRONG.search(gap) and ":" not in gap:
            start = i
    return tuple(flags)
