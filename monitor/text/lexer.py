"""One pass over a text's words that finds every phrase of a set of tables.

Each phrase is filed under the atoms of its longest word; a word of the text is turned into the atoms it satisfies once
and remembered, so that a text costs a few dictionary look-ups a word, however many thousand phrases there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from monitor.text.pattern import Phrase
from monitor.text.words import Word

REMEMBER = 200_000  # words whose atoms are remembered


class Hit(NamedTuple):
    """A phrase found: row `row`, on the words `parts` (indices into the text's words, ascending)."""

    row: int
    parts: tuple[int, ...]

    @property
    def first(self) -> int:
        return self.parts[0]

    @property
    def last(self) -> int:
        return self.parts[-1]


class Lexer:
    """Finds phrases. `rows[i]` are the phrases of row i; hits carry the row's index."""

    def __init__(self, rows: Iterable[Sequence[Phrase]]) -> None:
        self._anchored: dict[str, list[tuple[int, Phrase, int]]] = defaultdict(list)
        self._remembered: dict[str, tuple[tuple[int, Phrase, int], ...]] = {}
        self._atoms: dict[str, frozenset[str]] = {}
        for row, phrases in enumerate(rows):
            for phrase in phrases:
                self._file(row, phrase)
        self._sizes()

    def _file(self, row: int, phrase: Phrase) -> None:
        at = max(range(len(phrase)), key=lambda i: _weight(phrase[i]))
        element = phrase[at]
        assert isinstance(element, frozenset)  # noqa: S101  `parse` refuses phrases without a word
        for atom in element:
            self._anchored[atom].append((row, phrase, at))

    def _sizes(self) -> None:
        """Which lengths of beginning, end and part are worth looking up."""
        atoms = {
            a
            for entries in self._anchored.values()
            for _, p, _ in entries
            for e in p
            if not isinstance(e, int)
            for a in e
        }
        self._known = frozenset(atoms)
        self._begins = sorted({len(a) - 1 for a in atoms if a[-1] == "*" and a[0] not in "*="})
        self._split: dict[str, list[tuple[str, str]]] = defaultdict(list)  # begin -> (end, atom), of begin*end
        for atom in atoms:
            if "*" in atom[1:-1]:
                begin, end = atom.lstrip("=").split("*", 1)
                self._split[begin].append((end, atom))
        self._ends = sorted({len(a) - 1 for a in atoms if a[0] == "*" and a[-1] != "*"})
        self._inner = sorted({len(a) - 2 for a in atoms if a[0] == "*" and a[-1] == "*"})
        self._cased = any(a[0] == "=" for a in atoms)

    def find(self, text: Sequence[Word], walls: frozenset[int] = frozenset()) -> list[Hit]:
        """All phrases found, in no order. A gap does not cross a wall: the index of a word that begins a new part."""
        hits: set[Hit] = set()
        atoms = [self._satisfied(word) for word in text]
        for at, word in enumerate(text):
            for row, phrase, anchor in self._starts(word):
                parts = _match(phrase, anchor, at, atoms, walls)
                if parts:
                    hits.add(Hit(row, parts))
        return list(hits)

    def _starts(self, word: Word) -> tuple[tuple[int, Phrase, int], ...]:
        known = self._remembered.get(word.raw)
        if known is None:
            known = tuple(entry for atom in self._satisfied(word) for entry in self._anchored.get(atom, ()))
            if len(self._remembered) > REMEMBER:
                self._remembered.clear()
            self._remembered[word.raw] = known
        return known

    def _satisfied(self, word: Word) -> frozenset[str]:
        """The atoms a word satisfies."""
        known = self._atoms.get(word.raw)
        if known is None:
            if len(self._atoms) > REMEMBER:
                self._atoms.clear()
            known = self._atoms[word.raw] = self._known.intersection(self._possible(word))
        return known

    def _possible(self, word: Word) -> Iterable[str]:  # noqa: C901  one line for each form an atom may have
        low = word.low[:64]  # longer than any word of a table
        yield low
        size = len(low)
        for n in self._begins:
            if n <= size:
                yield low[:n] + "*"
        for n in range(1, size) if self._split else ():
            for end, atom in self._split.get(low[:n], ()):
                if low.endswith(end) and size >= n + len(end):
                    yield atom
        for n in self._ends:
            if n <= size:
                yield "*" + low[size - n :]
        for n in self._inner:
            for i in range(size - n + 1):
                yield "*" + low[i : i + n] + "*"
        if self._cased:
            yield "=" + word.raw
            for n in range(2, len(word.raw)):
                yield "=" + word.raw[:n] + "*"


def longest(hits: Iterable[Hit]) -> list[Hit]:
    """Without hits whose words all belong to a longer hit, in text order; equals stay together."""
    ordered = sorted(hits, key=lambda h: (-len(h.parts), h.parts[-1] - h.parts[0], h.parts, h.row))
    kept: list[Hit] = []
    owners: dict[int, list[int]] = defaultdict(list)  # word -> places in `kept`
    for hit in ordered:
        rivals = owners.get(hit.parts[0], ())
        mine = set(hit.parts)
        if any(len(kept[r].parts) > len(mine) and mine.issubset(kept[r].parts) for r in rivals):
            continue
        for part in hit.parts:
            owners[part].append(len(kept))
        kept.append(hit)
    return sorted(kept, key=lambda h: (h.parts, h.row))


def _weight(element: frozenset[str] | int) -> int:
    return -1 if isinstance(element, int) else min(len(a) for a in element)


def _match(
    phrase: Phrase, anchor: int, at: int, atoms: Sequence[frozenset[str]], walls: frozenset[int]
) -> tuple[int, ...] | None:
    if len(phrase) == 1:
        return (at,)
    left = _walk(phrase[:anchor][::-1], at, -1, atoms, walls) if anchor else ()
    if left is None:
        return None
    right = _walk(phrase[anchor + 1 :], at, 1, atoms, walls)
    return None if right is None else (*left[::-1], at, *right)


def _walk(
    elements: Phrase, at: int, step: int, atoms: Sequence[frozenset[str]], walls: frozenset[int]
) -> tuple[int, ...] | None:
    """Words that satisfy the elements, going from `at`; a gap takes as few words as it can."""
    parts: list[int] = []
    reach = 0
    for element in elements:
        if isinstance(element, int):
            reach = element
            continue
        for _ in range(reach + 1):
            wall = at + 1 if step > 0 else at
            at += step
            if not 0 <= at < len(atoms) or (wall in walls):
                return None
            if not element.isdisjoint(atoms[at]):
                break
        else:
            return None
        parts.append(at)
        reach = 0
    return tuple(parts)
