"""A text cut into words that know where they stand."""

from __future__ import annotations

import re
from typing import NamedTuple

from monitor.text.fold import INVISIBLE, low

WILD = "\ue000"  # stands for `*` while a pattern is cut into words
CASED = "\ue001"  # stands for `=`: the word counts as it is written, capitals included

# don't, can't: one word. об'єкт: one word (the apostrophe is a letter of Ukrainian). l'accord, Hale's: two words.
# Han, kana and hangul have no spaces: each character is a word, so that two in a row make a bigram.
_WORD = re.compile(
    rf"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
    rf"|[A-Za-z]+n['’]t\b"
    rf"|[{CASED}]?[\u0400-\u04ff{WILD}{INVISIBLE}]+(?:['’ʼ`][\u0400-\u04ff{WILD}]+)*(?![^\W\u0400-\u04ff])"
    rf"|[{CASED}]?(?:(?![\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af_])[\w{WILD}{INVISIBLE}\u0300-\u036f])+"
    rf"(?:[.,](?=\d)\d+)*"
)

_ASCII_WORD = re.compile(r"[A-Za-z]+n't\b|[A-Za-z0-9]+(?:[.,](?=\d)\d+)*")  # the same for plain ASCII, twice as fast


class Word(NamedTuple):
    """One word of a text: `text[start:end] == raw`."""

    raw: str
    low: str
    start: int
    end: int


def words(text: str, offset: int = 0) -> list[Word]:
    """All words of a text, in order; `offset` is added to every place."""
    found = []
    for match in (_ASCII_WORD if text.isascii() else _WORD).finditer(text):
        raw = match.group()
        folded = low(raw)
        if folded:
            found.append(Word(raw, folded, match.start() + offset, match.end() + offset))
    return found


def spellings(text: str) -> set[str]:
    """The different words of a text as they are written: `{word.raw for word in words(text)}`, five times as fast."""
    return set((_ASCII_WORD if text.isascii() else _WORD).findall(text))
