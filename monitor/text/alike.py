"""Are two words one name, or one word inflected? Works on `fold.key` spellings, whatever the language and script."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

# How transcriptions of one sound differ: Chruschtschow, Khrushchev, Kroutchev; Selenskyj, Zelensky; Poutine, Putin.
_SOUNDS = (
    ("schtsch", "S"),
    ("shch", "S"),
    ("chtch", "S"),
    ("tsch", "C"),
    ("tch", "C"),
    ("tj", "C"),
    ("cz", "C"),
    ("sch", "S"),
    ("sz", "S"),
    ("sh", "S"),
    ("ch", "K"),
    ("kh", "K"),
    ("zh", "S"),
    ("gh", "g"),
    ("ph", "f"),
    ("th", "t"),
    ("ck", "k"),
    ("ts", "s"),
    ("tz", "s"),
    ("cs", "C"),
    ("dzh", "S"),
    ("dj", "S"),
    ("dsch", "S"),
    ("x", "ks"),
    ("qu", "k"),
)
_ONE = (("w", "f"), ("v", "f"), ("z", "s"), ("c", "k"), ("q", "k"), ("C", "S"), ("K", "k"), ("h", ""))
_VOWELS = re.compile(r"[aeiouyj]+")
_TWICE = re.compile(r"(.)\1+")
_VOWEL_SOUNDS = (("ou", "u"), ("oe", "o"), ("ae", "a"), ("ue", "u"), ("y", "i"), ("j", "i"), ("ie", "e"), ("ii", "i"))
_SHORTEST_SKELETON = 3
_OPEN = frozenset("aeiou")
_LONGER = 3  # letters by which one spelling of a name may be longer than the other
_LONG_NAME = 9  # sounds from which on two may differ instead of one
_ALIKE = 60  # of 100, for two spellings in different scripts


@lru_cache(maxsize=16_384)
def skeleton(key: str) -> str:
    """Consonants of a name, sounds that are transcribed differently made one; "" where too little is left to tell.

    A consonant written twice is one; the same consonant on both sides of a vowel is two (Musnau, Mosaznau).
    """
    initial = "a" if key[:1] in _OPEN else ""
    bones = initial + _VOWELS.sub("", _sounds(key))
    return bones if len(bones) >= _SHORTEST_SKELETON else ""


def skeletons(many: Sequence[str]) -> list[str]:
    """`[skeleton(key) for key in many]`, by the dozen."""
    if not many:
        return []
    bones = _VOWELS.sub("", _sounds("\n".join(many))).split("\n")
    spoken = ["a" + bone if key[:1] in _OPEN else bone for key, bone in zip(many, bones, strict=True)]
    return [bone if len(bone) >= _SHORTEST_SKELETON else "" for bone in spoken]


@lru_cache(maxsize=16_384)
def sounded(key: str) -> str:
    """A name as it is spoken, roughly: vowels that languages write differently made one, those of an ending dropped."""
    spoken = _sounds(key)
    for spelling, sound in _VOWEL_SOUNDS:
        spoken = spoken.replace(spelling, sound)
    return _TWICE.sub(r"\1", spoken).rstrip("aeiou")


def one_name(one: str, other: str, *, same_script: bool) -> bool:
    """Two spellings of one name: Poutine and Putin, not Potente; Selenskyj, Zelensky, but not Rulapim and Ralhaipiem.

    In one script inner vowels travel nearly unharmed, so the names must sound alike, from their first sound on. Between
    scripts they are often not written at all, and an ending stands for a case: there the bones tell, and half the rest.
    """
    from rapidfuzz import fuzz  # 4 MB that nobody needs who meets no name
    from rapidfuzz.distance import Levenshtein

    if skeleton(one) != skeleton(other) or not skeleton(one) or abs(len(one) - len(other)) > _LONGER:
        return False
    if (one[-1] in "ou") != (other[-1] in "ou"):  # Brandão is not Brand; a last e, a, i, y is transcription or case
        return False
    if not same_script:
        return fuzz.ratio(one, other, score_cutoff=_ALIKE) > 0
    spoken, heard = sounded(one), sounded(other)
    most = 1 if min(len(spoken), len(heard)) < _LONG_NAME else 2
    return spoken[0] == heard[0] and Levenshtein.distance(spoken, heard, score_cutoff=most) <= most


def _sounds(key: str) -> str:
    for spelling, sound in (*_SOUNDS, *_ONE):
        key = key.replace(spelling, sound)
    return _TWICE.sub(r"\1", key)


def inflected(one: str, other: str) -> bool:
    """Two spellings share a stem and differ in a short ending: trump, trumpa; bericht, berichts."""
    if one == other:
        return True
    shared = _shared(one, other)
    if shared < 3:
        return False
    longer, shorter = max(len(one), len(other)), min(len(one), len(other))
    if shared == 3:  # Iran, Irans; Рим, Рима: but not the, then
        return shorter == 3 and longer == 4 and (one if len(one) == 4 else other)[3] in "saeiouy"
    rest = (longer - shared) + (shorter - shared)
    return rest <= (3 if shared <= 5 else 5) and shorter - shared <= 2


def begins(word: str, stem: str) -> bool:
    """`word` is `stem` with anything after it; short stems must be nearly the whole word."""
    if not word.startswith(stem):
        return False
    more = len(word) - len(stem)
    return more == 0 or len(stem) >= 5 or (len(stem) == 4 and more <= 4) or (len(stem) == 3 and more <= 1)


def _shared(one: str, other: str) -> int:
    n = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        n += 1
    return n
