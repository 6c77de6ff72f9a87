"""Near-duplicate fingerprints of news texts: which items are reprints of one wire, whatever happened on the way.

    text ─▶ words (folded, marks gone) ─▶ shingles of three words, hashed ─▶ simhash · sketch · lead ─▶ likeness()

A reprint changes the headline, drops a paragraph, cuts the text to a teaser, adds an agency mark, normalises quotes.
No single measure stands all of that:

- SimHash of 64 bits (Charikar 2002; Manku et al. 2007 for its use on web pages) is near-equal for whole texts,
  and noise for texts of a few words or of different length;
- a bottom-k sketch (Cohen & Kaplan 2007): the k smallest hashes of all shingles. Below the smaller of two sketches'
  largest value both are complete samples, so Jaccard likeness *and* containment can be read from it;
- the hashes of the first shingles: a teaser is the beginning of its text, and too short to be sampled.

numpy is imported by the first text that needs a fingerprint: most items are about no claim, and need none.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    _Hashes = NDArray[np.uint64]

SHINGLE = 3  # words
SKETCH = 64  # hashes kept of the whole text
LEAD = 64  # hashes kept of its beginning: the first paragraphs, of which teasers are made
LONGEST = 500  # words read of a text: more tells nothing new, and hostile items may hold a megabyte
FEWEST = 6  # shingles two samples must offer before their overlap means anything
COPY = 0.5  # likeness from which on a text is a reprint: benchmarks/reprints.py shows the gap it stands in

_WORD = re.compile(r"[^\W_]+")
# Scripts without spaces between words: each character counts as a word.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_ODD = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9


@dataclass(frozen=True, kw_only=True, slots=True)
class Fingerprint:
    """What is kept of a text to recognise its reprints. All empty for a text without words."""

    simhash: int  # 64 bits, signed as SQLite keeps integers
    sketch: tuple[int, ...]  # up to SKETCH smallest 32-bit hashes of the shingles, ascending
    lead: tuple[int, ...]  # 32-bit hashes of the first LEAD shingles, in reading order


def fingerprint(text: str) -> Fingerprint:
    """Fingerprint of plain text; the same on every machine and in every process."""
    import numpy as np

    shingles = _shingles(_words(text))
    if not len(shingles):
        return Fingerprint(simhash=0, sketch=(), lead=())
    short = shingles >> np.uint64(32)
    return Fingerprint(
        simhash=_simhash(shingles), sketch=tuple(np.unique(short)[:SKETCH].tolist()), lead=tuple(short[:LEAD].tolist())
    )


def likeness(one: Fingerprint, other: Fingerprint) -> float:
    """How much of the shorter text stands in the longer one, 0..1. Texts of a few words are alike or not (0 or 1)."""
    if min(len(one.lead), len(other.lead)) < FEWEST:
        return float(bool(one.lead) and one.sketch == other.sketch)
    return max(_sampled(one.sketch, other.sketch), _leading(one, other), _leading(other, one))


def is_copy(one: Fingerprint, other: Fingerprint) -> bool:
    return likeness(one, other) >= COPY


def distance(one: int, other: int) -> int:
    """Bits in which two SimHashes differ, 0..64. Reprints of whole texts stay under 20, strangers lie around 32."""
    return ((one ^ other) & 0xFFFFFFFFFFFFFFFF).bit_count()


def _words(text: str) -> list[str]:
    """Words in lower case without accents; punctuation, and so every kind of quote and dash, is gone."""
    folded = unicodedata.normalize("NFKD", text[: LONGEST * 12]).casefold()
    if not folded.isascii():
        folded = "".join(c for c in folded if not unicodedata.combining(c))
        folded = _UNSPACED.sub(lambda found: f" {found[0]} ", folded)
    return _WORD.findall(folded)[:LONGEST]


@lru_cache(maxsize=65_536)
def _hash(word: str) -> int:
    return crc32(word.encode("utf-8", "surrogatepass"))


def _shingles(words: list[str]) -> _Hashes:
    """One 64-bit hash for each run of SHINGLE words; of all words together where there are fewer."""
    import numpy as np

    hashes = np.fromiter(map(_hash, words), dtype=np.uint64, count=len(words))
    width = min(SHINGLE, len(words))
    count = len(words) - width + 1
    mixed = np.zeros(count if words else 0, dtype=np.uint64)
    for place in range(width):
        mixed = _spread((mixed ^ hashes[place : place + count]) * np.uint64(_ODD[place]))
    return mixed


def _spread(hashes: _Hashes) -> _Hashes:
    """The finaliser of SplitMix64 (Steele, Lea & Flood 2014), shortened: every bit comes to depend on every other."""
    import numpy as np

    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    return hashes ^ (hashes >> np.uint64(27))


def _simhash(shingles: _Hashes) -> int:
    import numpy as np

    bits = np.unpackbits(shingles.astype("<u8").view(np.uint8).reshape(-1, 8), axis=1)
    majority = bits.sum(axis=0, dtype=np.uint32) * 2 > len(shingles)
    return int.from_bytes(np.packbits(majority).tobytes(), "little", signed=True)


def _sampled(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """Containment of the smaller text in the larger, estimated below the value up to which both sketches are whole."""
    whole = min(sketch[-1] if len(sketch) == SKETCH else 1 << 32 for sketch in (one, other))
    mine = {value for value in one if value <= whole}
    yours = {value for value in other if value <= whole}
    fewer = min(len(mine), len(yours))
    return len(mine & yours) / fewer if fewer >= FEWEST else 0.0


def _leading(short: Fingerprint, long: Fingerprint) -> float:
    """How much of a text's beginning stands in the beginning, or the sample, of another."""
    return len(set(short.lead).intersection((*long.lead, *long.sketch))) / len(short.lead)
