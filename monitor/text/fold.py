"""One spelling for what readers take as the same: case, width, accents, script, look-alike letters.

`low` keeps accents, because grammar hangs on them (würde / wurde, confirmó / confirmo): the tables compare with it.
`key` drops accents and script, because names travel without them (Зеленський, Selenskyj): names compare with it.
"""

from __future__ import annotations

import unicodedata
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
_SAME = {ord("ё"): "е", ord("ґ"): "г", ord("'"): None, ord("’"): None, ord("ʼ"): None, ord("`"): None}

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
