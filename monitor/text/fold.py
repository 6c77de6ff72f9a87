"""One spelling for what readers take as the same: case, width, accents, script, look-alike letters.

`low` keeps accents, because grammar hangs on them (würde / wurde, confirmó / confirmo): the tables compare with it.
`key` drops accents and script, because names travel without them (Зеленський, Selenskyj): names compare with it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

from anyascii import anyascii

# Invisible characters: soft hyphen, zero-width space and joiners, bidi marks and overrides, byte order mark.
INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
_DROP = {
    code: None
    for first, last in (
        (0xAD, 0xAD),
        (0x34F, 0x34F),
        (0x61C, 0x61C),
        (0x180E, 0x180E),
        (0x200B, 0x200F),
        (0x202A, 0x202E),
        (0x2060, 0x206F),
        (0xFEFF, 0xFEFF),
    )
    for code in range(first, last + 1)
}
# Romanian writes ş ţ where a machine knows no ș ț. Turkish has İ and ı, but capitals are typed I: İ falls apart into i
# and a dot when capitals go, and SAVCILIK must meet savcılık.
_SAME: dict[int, str | None] = {
    **dict(zip(map(ord, "ёґşţı"), "егșți", strict=True)),
    **dict.fromkeys(map(ord, "'’ʼ`\u0307")),
}

# Letters of Latin and Cyrillic that look alike (Unicode TR 39, the pairs seen in words).
_LATIN, _CYRILLIC = "aceopxyikmthbAEOPXCTKMHBI", "асеорхуікмтнвАЕОРХСТКМНВІ"
_TO_LATIN = str.maketrans(_CYRILLIC, _LATIN)
_TO_CYRILLIC = str.maketrans(_LATIN, _CYRILLIC)
_TABLE_STRIP = {ord("ł"): "l", ord("ø"): "o", ord("đ"): "d", ord("ı"): "i", ord("æ"): "ae", ord("œ"): "oe"}


@lru_cache(maxsize=16_384)
def low(word: str) -> str:
    """Case, width and look-alike letters gone; accents kept."""
    if word.isascii():
        return word.lower().replace("'", "").replace("`", "")
    word = unicodedata.normalize("NFKC", word.translate(_DROP))
    return _one_script(word).casefold().translate(_SAME)


@lru_cache(maxsize=16_384)
def plain(word: str) -> str:
    """`low` without accents; the script stays."""
    word = low(word)
    if word.isascii():
        return word
    marks = unicodedata.normalize("NFKD", word)
    return "".join(c for c in marks if not unicodedata.combining(c)).translate(_TABLE_STRIP)


@lru_cache(maxsize=16_384)
def key(word: str) -> str:
    """`plain` in Latin letters, whatever the script."""
    word = plain(word)
    return word if word.isascii() else anyascii(word).lower().replace("'", "").replace('"', "")


def _one_script(word: str) -> str:
    """A word that mixes Latin and Cyrillic letters is written in the script of those that have no double."""
    latin = sum("LATIN" in unicodedata.name(c, "") for c in word)
    cyrillic = sum("CYRILLIC" in unicodedata.name(c, "") for c in word)
    if not latin or not cyrillic:
        return word
    sure_latin = sum(c.isascii() and c.isalpha() and c not in _LATIN for c in word)
    sure_cyrillic = sum("\u0400" <= c <= "\u04ff" and c not in _CYRILLIC for c in word)
    if (sure_latin, latin) >= (sure_cyrillic, cyrillic):
        return word.translate(_TO_LATIN)
    return word.translate(_TO_CYRILLIC)


# -- many words at once: the same answers by the hundred, each step one call in C over all of them


class _Transcribed(dict[int, str]):
    """anyascii, a letter at a time: it looks at no letter's neighbours."""

    def __missing__(self, code: int) -> str:
        found = self[code] = anyascii(chr(code)).lower().replace("'", "").replace('"', "")
        return found


_LATIN_LETTERS = _Transcribed({ord(" "): " "})
_CYRILLIC = "\u0400-\u052f\u1c80-\u1c8f\u1d2b\u1d78\u2de0-\u2dff\ua640-\ua69f"
_TWO_SCRIPTS = re.compile(f"[{_CYRILLIC}][^{_CYRILLIC} ]|[^{_CYRILLIC} ][{_CYRILLIC}]")
_MARKS = re.compile("[" + "".join(chr(c) for c in range(0x300, 0x10000) if unicodedata.combining(chr(c))) + "]+")


def keys(many: Sequence[str]) -> list[str]:
    """`[key(word) for word in many]` for words as `text.words` cuts them."""
    if not many:
        return []
    found = " ".join(many)
    if found.isascii():
        return found.lower().replace("'", "").replace("`", "").split(" ")
    foreign = {word for word in many if not word.isascii()}
    known = dict(zip(foreign, _foreign_keys(list(foreign)), strict=True))
    return [known[w] if w in foreign else w.lower().replace("'", "") for w in many]


def _odd(text: str) -> bool:
    """Look-alikes of two scripts in one word, invisible characters, and what lies beyond the first plane."""
    return not text.isprintable() or max(text) > "\uffff" or _TWO_SCRIPTS.search(text) is not None


def _foreign_keys(many: Sequence[str]) -> list[str]:
    if not many:
        return []
    found = " ".join(many)
    if _odd(found):
        rest = [word for word in many if not _odd(word)]
        known = dict(zip(rest, _foreign_keys(rest), strict=True))
        return [known[word] if word in known else key(word) for word in many]
    found = unicodedata.normalize("NFKC", found).casefold()
    found = _replaced(found, _SAME)
    found = _replaced(_MARKS.sub("", unicodedata.normalize("NFKD", found)), _TABLE_STRIP)
    if not found.isascii():
        found = found.translate(_LATIN_LETTERS)
    folded = found.split(" ")
    return folded if len(folded) == len(many) else [key(w) for w in many]


def _replaced(text: str, letters: Mapping[int, str | None]) -> str:
    """`text.translate(letters)` for a few letters that are rare: four times as fast."""
    for code, other in letters.items():
        text = text.replace(chr(code), other or "")
    return text
