"""Every word that any claim cares about, and which of them a word of a text touches.

A term is a word of a claim in `fold.key` spelling. A text's word is compared once with all terms (by its first letters,
its consonants, and its inner parts in languages that glue words) and the answer is remembered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from monitor.text.alike import begins, inflected, one_name, skeleton
from monitor.text.fold import key, low, plain
from monitor.text.words import Word

_HEAD = 3  # letters that a word shares with every term it touches, but for names spelt otherwise
_STEM = 4  # letters at least that inflected forms share …
_ENDING = 2  # … but for so many of the shorter word …
_LONGER = 5  # … and so many of the longer one, after `alike.inflected`
_SPELT = 5  # letters from which on a name may be spelt differently
_REMEMBER = 40_000  # words of texts; a hundred bytes each
_FAR = 64  # letters of a word that are looked at
_GLUED = 5  # letters a term must have to be found inside a longer word


class Term(NamedTuple):
    """A word of some claim."""

    number: int
    key: str
    name: bool  # a name: meets other spellings, never as a part of a longer word's middle
    whole: bool = False  # no more than a letter is added to it: Rome and Romes, not Romero


class Terms:
    """Numbers terms while claims are compiled; afterwards finds those a word touches."""

    def __init__(self) -> None:
        self.all: list[Term] = []
        self.glue = False  # some claim is in a language that glues words together
        self._numbers: dict[tuple[str, bool, bool], int] = {}
        self._short: dict[str, list[int]] = defaultdict(list)
        self._filed: dict[str, list[int]] = defaultdict(list)  # stem -> terms, none longer than the word
        self._longer: dict[str, list[int]] = defaultdict(list)  # stem of a shorter word -> terms
        self._inside: dict[str, list[int]] = defaultdict(list)  # first letters -> terms that may stand in longer words
        self._bones: dict[str, list[int]] = defaultdict(list)
        self._as_written: dict[str, tuple[int, ...]] = {}
        self._heads: set[str] = set()  # the first letters of all terms
        self._foreign: set[int] = set()  # terms written in another script than Latin
        self._idle: set[str] = set()  # words as written that touch nothing

    def number_of(self, word: Word, *, name: bool) -> int:
        """The number of a word of a claim, new or known."""
        number = self.number(key(word.low), name=name)
        if not _latin(word.low):
            self._foreign.add(number)
        return number

    def number(self, word_key: str, *, name: bool, whole: bool = False) -> int:
        """The number of a term in `fold.key` spelling, new or known."""
        known = self._numbers.get((word_key, name, whole))
        if known is not None:
            return known
        number = self._numbers[word_key, name, whole] = len(self.all)
        self.all.append(Term(number, word_key, name, whole))
        self._file(word_key, number)
        if name and len(word_key) >= _SPELT and skeleton(word_key):
            self._bones[skeleton(word_key)].append(number)
        self._as_written.clear()
        self._idle.clear()
        self._heads.add(word_key[:_HEAD])
        return number

    def _file(self, word_key: str, number: int) -> None:
        """Under what a word must begin with to touch the term, as long as can be: few terms share it.

        Of two inflected forms all but the last `_ENDING` letters of the shorter are shared, and all but the last
        `_LONGER` of the longer.
        """
        size = len(word_key)
        if size < _HEAD:
            self._short[word_key].append(number)
            return
        self._filed[word_key[: size if size <= _STEM else max(_STEM, size - _ENDING)]].append(number)
        self._inside[word_key[:_STEM]].append(number)
        if size > _HEAD:
            stems = {word_key[:_HEAD]} if size == _STEM else set()
            stems |= {word_key[: max(_STEM, shared)] for shared in range(size - _LONGER - _ENDING, size - _ENDING)}
            for stem in stems:
                self._longer[stem].append(number)

    def touched(self, word: Word) -> tuple[int, ...]:
        """Numbers of the terms that a word of a text touches."""
        known = self._as_written.get(word.raw)
        if known is None:
            known = () if word.raw in self._idle else self._look(word.raw)
        return known

    def touched_by(self, spellings: AbstractSet[str]) -> set[int]:
        """Numbers of the terms that any of these words touches. Most items are dismissed by this look alone."""
        found: set[int] = set()
        heads = self._heads
        for raw in spellings - self._idle:
            if raw[:_HEAD].lower() not in heads and self._is_idle(raw):
                if len(self._idle) < _REMEMBER:  # the first ones are the frequent ones
                    self._idle.add(raw)
            else:
                found.update(self._as_written.get(raw) or self._look(raw))
        return found

    def _is_idle(self, raw: str) -> bool:
        """A plain word that no term begins like surely touches nothing, unless it may be a name spelt otherwise."""
        may_be_a_name = len(raw) >= _SPELT and not raw[0].islower()
        return raw.isascii() and raw.isalnum() and not self.glue and not (may_be_a_name and self._bones)

    def _look(self, raw: str) -> tuple[int, ...]:
        folded = low(raw)
        known = tuple(sorted(self._find(folded, not raw[:1].islower()))) if folded else ()
        if known:
            self._as_written[raw] = known
        elif len(self._idle) < _REMEMBER:
            self._idle.add(raw)
        if len(self._as_written) > _REMEMBER:
            self._as_written.clear()
        return known

    def touched_of(self, word: Word, some: AbstractSet[int]) -> set[int]:
        """Those of `some` terms that a word touches: `touched`, without a look at all the others.

        A watchlist is compiled claim by claim, and each asks for its own few names only.
        """
        spelt, capital = key(word.low[:_FAR]), not word.raw[:1].islower()
        found = {n for n in some if _begins_like(spelt, self.all[n], capital)}
        if capital and len(spelt) >= _SPELT:
            found |= some & self._other_spellings(spelt, latin=_latin(word.low))
        if self.glue:
            found |= {n for n in some if len(k := self.all[n].key) >= _GLUED and spelt.find(k, _HEAD) > 0}
        return found

    def _find(self, folded: str, capital: bool) -> set[int]:
        spelt = key(folded[:_FAR])
        found = {n for n in self._short.get(spelt, ()) if capital or not self.all[n].name}
        terms = self.all
        for number in self._alike(spelt):
            term = terms[number]
            if term.name and not capital:
                continue
            if _begins_like(spelt, term, capital):
                found.add(number)
        if capital and len(spelt) >= _SPELT:
            found |= self._other_spellings(spelt, latin=_latin(folded))
        return found | self._glued(spelt) if self.glue else found

    def _alike(self, spelt: str) -> list[int]:
        """Terms that may be inflected forms of a word, or its beginning."""
        size, filed, known = len(spelt), self._filed, self.all
        found: list[int] = []
        for shared in range(_HEAD, size + 1):
            terms = filed.get(spelt[:shared])
            if not terms:
                continue
            if shared + _LONGER < size:  # too much would be left of the word for an ending
                terms = [n for n in terms if spelt.startswith(known[n].key)]
            found += terms
        stem = spelt if size == _HEAD else spelt[: max(_STEM, size - _ENDING)]
        return found + self._longer.get(stem, [])

    def _other_spellings(self, spelt: str, *, latin: bool) -> set[int]:
        return {
            n
            for n in self._bones.get(skeleton(spelt), ())
            if one_name(spelt, self.all[n].key, same_script=latin and n not in self._foreign)
        }

    def _glued(self, spelt: str) -> set[int]:
        """Terms inside a longer word: Rücktrittsgerücht, Wendtnachfolge."""
        found: set[int] = set()
        for at in range(_HEAD, len(spelt) - _GLUED + 1):
            for number in self._inside.get(spelt[at : at + _STEM], ()):
                term = self.all[number]
                if len(term.key) >= _GLUED and spelt.startswith(term.key, at):
                    found.add(number)
        return found


def _begins_like(spelt: str, term: Term, capital: bool) -> bool:
    """One is the other with an ending. Names have capitals, and lose a letter at most: not Castro's cast."""
    if term.name and not (capital and len(spelt) >= len(term.key) - 1):
        return False
    if term.whole and len(spelt) > len(term.key) + 1:
        return False
    return begins(spelt, term.key) or inflected(spelt, term.key)


def _latin(folded: str) -> bool:
    return folded.isascii() or plain(folded[:_FAR]).isascii()
