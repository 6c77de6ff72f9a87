"""Which language a text is in, by its small words and its letters.

Headlines are short: five words may hold one that tells. A trained guesser (py3langid) needs most of a second to start,
more than reading an item costs, so it is asked only where small words leave a long text undecided.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from functools import lru_cache
from pathlib import Path

from monitor.text.fold import low
from monitor.text.words import words

UNKNOWN = "und"  # ISO 639-2: undetermined
_LONG = 25  # words from which on the trained guesser is worth its start
_SCRIPTS = (
    ("zh", "\u4e00", "\u9fff"),
    ("ko", "\uac00", "\ud7af"),
    ("ar", "\u0600", "\u06ff"),
    ("he", "\u0590", "\u05ff"),
    ("hi", "\u0900", "\u097f"),
    ("th", "\u0e00", "\u0e7f"),
    ("ka", "\u10a0", "\u10ff"),
    ("hy", "\u0530", "\u058f"),
)
_CYRILLIC = ("ru", "uk", "bg")


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[str, tuple[tuple[str, float], ...]], dict[str, tuple[tuple[str, float], ...]]]:
    """Word -> (language, weight) and letter -> (language, weight); shared ones weigh less."""
    data = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return _weights({k: [low(w) for w in v.split()] for k, v in data["small"].items()}), _weights(
        {k: list(v) for k, v in data["letters"].items()}
    )


def _weights(table: dict[str, list[str]]) -> dict[str, tuple[tuple[str, float], ...]]:
    homes: dict[str, list[str]] = {}
    for language, members in table.items():
        for member in dict.fromkeys(members):
            homes.setdefault(member, []).append(language)
    return {m: tuple((home, 1.0 / len(where)) for home in where) for m, where in homes.items()}


def guess(text: str) -> str:
    """ISO 639-1, or "und". Reads the first 600 characters."""
    return weighed(text)[0]


@lru_cache(maxsize=4096)
def weighed(text: str) -> tuple[str, float]:
    """The guess, and how far ahead it is of the next: below 1 it hangs on a single small word."""
    text = text[:600]
    script = _by_script(text)
    if script:
        return script, 9.0
    small, letters = _tables()
    found = words(text)
    score: dict[str, float] = defaultdict(float)
    for word in found:
        for language, weight in small.get(word.low, ()):
            score[language] += weight
    for letter in text.casefold():
        for language, weight in letters.get(letter, ()):
            score[language] += 0.6 * weight
    language = _settle(text, score, len(found))
    others = [v for k, v in score.items() if k != language]
    return language, score.get(language, 0.0) - max(others, default=0.0)


def _by_script(text: str) -> str | None:
    if text.isascii():
        return None
    if any("\u3040" <= c <= "\u30ff" for c in text):
        return "ja"
    letters = sum(c.isalpha() for c in text)
    for language, first, last in _SCRIPTS:
        if letters and sum(first <= c <= last for c in text) > 0.3 * letters:
            return language
    return None


def _settle(text: str, score: dict[str, float], size: int) -> str:
    if sum("\u0400" <= c <= "\u04ff" for c in text) * 2 > sum(c.isalpha() for c in text):
        return max(_CYRILLIC, key=lambda k: (score[k], k == "ru"))
    ranked = [(k, v) for k, v in sorted(score.items(), key=lambda pair: -pair[1]) if k not in _CYRILLIC][:2]
    if not ranked:
        return "en" if text.isascii() and size < _LONG else UNKNOWN
    if len(ranked) == 2 and size >= _LONG and ranked[0][1] < 1.15 * ranked[1][1]:
        return _trained(text)
    return ranked[0][0]


def _trained(text: str) -> str:
    import py3langid

    return str(py3langid.classify(text)[0])
