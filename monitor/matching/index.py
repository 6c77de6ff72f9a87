"""The watchlist turned inside out: a few claims per item, whatever the number of claims.

Each wording of each claim is a row; each term points at the rows it stands in, with the share of the row's weight that
it makes. An item's terms add their shares up; rows above a floor name candidates. Claims with name groups of their own
must in addition have every group touched.

On a long list a name alone finds too much: a hundred of ten thousand claims are about the same minister. A claim that
names no kind of event can be told in its own words only, so there a sentence must hold enough of these; claims of a
kind of event, which is told in many words, are found by their rare names on any list.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from monitor.lexicon.tables import kinds
from monitor.matching.claim import Compiled, compile_claim
from monitor.matching.terms import Terms
from monitor.model.claim import Claim
from monitor.text.words import Word

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FLOOR = 0.3  # share of a wording from which on a claim without given names is looked at, on a short watchlist
_STEEP = 0.1  # by so much more must be shared for every tenfold of a hundred claims: chance finds more among more
MOST = 20  # candidates looked at closely, best first
_MANY = 2000  # rows from which on arrays beat dictionaries
_LONG_LIST = 500  # claims from which on the words that a claim without a kind of event is told in are asked for …
_TOLD = 0.45  # … so much of a wording, names left out, by the rarity of its words
_TWO = 2  # names that show by themselves, with such an event, what an item is about
_RARE = 50  # claims from which on rare words are told from common ones


class Index:
    """Candidate claims for an item."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self.terms = Terms()
        self.compiled = [compile_claim(c, self.terms) for c in claims]
        self._rows: list[int] = []  # row -> claim
        self.floor = FLOOR + _STEEP * max(0.0, math.log10(len(claims) / 100)) if claims else FLOOR
        self._rarities: dict[int, float] = {}  # term -> 1 for a word of one claim, falling to nothing for a word of all
        shares = self._shares()
        self._wordy = frozenset(n for n, c in enumerate(self.compiled) if _wordy(c)) if len(claims) > _LONG_LIST else ()
        self._dense = len(self._rows) > _MANY
        self._arrays: dict[int, tuple[NDArray[np.int32], NDArray[np.float32]]] = {}
        self._lists = shares
        if self._dense:
            self._arrays = {t: _arrays(p) for t, p in shares.items()}
            self._owner = _numbers(self._rows)
        self._grouped = self._by_group()

    def candidates(self, spellings: AbstractSet[str]) -> list[tuple[int, float]]:
        """(claim number, rough share) of claims that a text of these words may be about, best first."""
        touched = self.terms.touched_by(spellings)
        if not touched:
            return []
        found = self._dense_rows(touched) if self._dense else self._sparse_rows(touched)
        for number in self._by_names(touched):
            found.setdefault(number, self.floor)
        ranked = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
        return [(n, s) for n, s in ranked if self._may(n, touched)][:MOST]

    def near(
        self, candidates: list[tuple[int, float]], sentences: Iterable[AbstractSet[str]]
    ) -> list[tuple[int, float]]:
        """Those of `candidates` that one of the text's sentences may tell of; of a short list all. Words as written."""
        if not any(n in self._wordy for n, _ in candidates):
            return candidates
        touched = [self.terms.touched_by(s) for s in sentences]
        return [c for c in candidates if c[0] not in self._wordy or any(self._told(c[0], t) >= _TOLD for t in touched)]

    def language(self, candidates: Sequence[tuple[int, float]], words: Iterable[Word]) -> str | None:
        """The language of the wording that the words share most of: how headlines too short to tell show theirs."""
        touched = {n for w in words for n in self.terms.touched(w)}
        best: tuple[float, str | None] = (0.0, None)
        for number, _ in candidates:
            for wording in self.compiled[number].wordings:
                named = {t for g in self.compiled[number].groups if not g.predicate for run in g.names for t in run}
                share = sum(w for n, w in wording.weights.items() if n in touched and n not in named) / wording.total
                best = max(best, (share, wording.language), key=lambda pair: pair[0])
        return best[1]

    def _may(self, number: int, touched: set[int]) -> bool:
        compiled = self.compiled[number]
        if any(run and touched.issuperset(run) for run in compiled.excluded):
            return False
        if number in self._wordy and self._told(number, touched) < _TOLD:
            return False
        if not compiled.given:
            needed = [g for g in compiled.groups if g.rare]
            named = (any(touched.issuperset(run) for run in g.names) for g in needed or compiled.groups)
            enough = any(named) if needed else all(named)
            return enough or self._worded(number, touched)
        return missing(compiled, touched) <= compiled.spare

    def _worded(self, number: int, touched: set[int]) -> bool:
        """The words share enough of one wording, whatever the names."""
        return any(
            sum(w for n, w in wording.weights.items() if n in touched) >= self.floor * wording.total
            for wording in self.compiled[number].wordings
        )

    def _told(self, number: int, touched: AbstractSet[int]) -> float:
        """0..1: how much of the best wording is there by the rarity of its words, names left out."""
        compiled, rarities, best = self.compiled[number], self._rarities, 0.0
        named = {n for g in compiled.groups for run in g.names for n in run}
        for wording in compiled.wordings:
            total = held = 0.0
            for n, weight in wording.weights.items():
                if n not in named:
                    weight *= rarities[n]
                    total += weight
                    if n in touched:
                        held += weight
            best = max(best, held / total if total else 1.0)
        return best

    def _shares(self) -> dict[int, list[tuple[int, float]]]:
        spread = Counter(n for c in self.compiled for n in {n for w in c.wordings for n in w.weights})
        many = len(self.compiled)
        self._rarities = {n: self._rarity(times, many) for n, times in spread.items()}
        postings: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for number, compiled in enumerate(self.compiled):
            for wording in compiled.wordings:
                rarity = {n: w * self._rarities[n] for n, w in wording.weights.items()}
                total = sum(rarity.values()) or 1.0
                row = len(self._rows)
                self._rows.append(number)
                for n, w in rarity.items():
                    postings[n].append((row, w / total))
        return postings

    @staticmethod
    def _rarity(spread: int, many: int) -> float:
        """1 for a word of one claim, falling to nothing for a word of all."""
        return 1.0 if many < _RARE else math.log(1 + many / spread) / math.log(1 + many)

    def _by_group(self) -> dict[int, list[int]]:
        """Term -> claims with given names whose rarest group holds it."""
        found: dict[int, list[int]] = defaultdict(list)
        for number, compiled in enumerate(self.compiled):
            if number in self._wordy:
                continue
            if not compiled.given and not (compiled.groups and (compiled.kinds or compiled.asked.specific)):
                continue  # a claim without names of its own is found by its words alone
            if compiled.asked.specific and not compiled.given:
                for run in (run for group in compiled.groups if group.rare for run in group.names):
                    found[run[0]].append(number)
                continue
            hard = [g for g in compiled.groups if not g.predicate] or list(compiled.groups)
            rarest = [g for g in hard if g.rare] if compiled.spare else []
            for group in rarest or [min(hard, key=lambda g: len(g.names))] if hard else ():
                for run in group.names:
                    found[run[0]].append(number)
        return found

    def _by_names(self, touched: set[int]) -> set[int]:
        return {n for t in touched if t in self._grouped for n in self._grouped[t]}

    def _sparse_rows(self, touched: set[int]) -> dict[int, float]:
        rows: dict[int, float] = defaultdict(float)
        for term in touched:
            for row, share in self._lists.get(term, ()):
                rows[row] += share
        found: dict[int, float] = {}
        for row, share in rows.items():
            if share >= self.floor:
                found[self._rows[row]] = max(share, found.get(self._rows[row], 0.0))
        return found

    def _dense_rows(self, touched: set[int]) -> dict[int, float]:
        arrays = [self._arrays[t] for t in touched if t in self._arrays]
        if not arrays:
            return {}
        import numpy as np

        rows = np.concatenate([a[0] for a in arrays])
        mass = np.bincount(rows, np.concatenate([a[1] for a in arrays]))
        above = np.flatnonzero(mass >= self.floor)
        found: dict[int, float] = {}
        for row in above[np.argsort(-mass[above])][: 3 * MOST]:
            number = int(self._owner[row])
            found[number] = max(float(mass[row]), found.get(number, 0.0))
        return found


def _wordy(compiled: Compiled) -> bool:
    """Nothing but the claim's own words tells its event: one that is in all the news (X said, X met) tells nothing."""
    if compiled.given:
        return False
    told = {*compiled.kinds, *compiled.frames}
    facts = kinds()
    common = len(compiled.groups) < _TWO and all(facts[k].generic for k in told)
    return common or not told


def missing(compiled: Compiled, touched: set[int]) -> int:
    """How many of the claim's names are not there."""
    return sum(not g.predicate and not any(touched.issuperset(run) for run in g.names) for g in compiled.groups)


def _arrays(postings: list[tuple[int, float]]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    import numpy as np

    rows, shares = zip(*postings, strict=True)
    return _numbers(rows), np.array(shares, dtype=np.float32)


def _numbers(rows: Sequence[int]) -> NDArray[np.int32]:
    import numpy as np  # 15 MB that a short watchlist does without

    return np.array(rows, dtype=np.int32)
