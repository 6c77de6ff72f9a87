"""Which entries are surely about no claim: nobody needs to look at them again, and nearly all news is such.

The answer is the judge's own (`Index.candidates`), asked of the few words that could touch a term of any claim. All
other words are dismissed by the hundred, most of them because they were dismissed before.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from monitor.feeds.entry import Entry
from monitor.text.alike import skeletons
from monitor.text.fold import keys
from monitor.text.words import spellings

if TYPE_CHECKING:
    from monitor.matching.index import Index

__all__ = ["READ_AHEAD", "Sieve", "packed"]

READ_AHEAD = 4000  # characters of a field in which the judge looks for candidates
_HEAD = 3  # letters that a word shares with every term it touches …
_SPELT = 5  # … but for names of so many letters, which may be spelt differently, …
_GLUED = 5  # … and for terms of so many letters inside a longer word
_FAR = 64  # letters of a word that are compared
_REMEMBERED = 40_000  # tokens; the first ones are the frequent ones, and more would gain little
_LONGEST = 24  # characters of a token that is likely to come again: without blanks between words none does
_LARGEST = 2_000_000  # bytes of an index that every worker may hold


def packed(index: Index) -> bytes | None:
    """The claims of this index for `Sieve`; None where they are so many that each worker would be too large."""
    found = pickle.dumps(index)
    return found if len(found) <= _LARGEST else None


class Sieve:
    """Dismisses entries of feeds for as long as the claims stay the same."""

    def __init__(self, index: bytes) -> None:
        """`index`: what `packed` returned, in this version of the program."""
        self._index: Index = pickle.loads(index)  # noqa: S301 - from the process that started this one
        terms = self._index.terms
        self._heads = frozenset(term.key[:_HEAD] for term in terms.all)
        self._bones = frozenset(skeletons([t.key for t in terms.all if t.name and len(t.key) >= _SPELT])) - {""}
        self._glued = [term.key for term in terms.all if len(term.key) >= _GLUED] if terms.glue else []
        self._idle: set[str] = set()  # tokens none of whose words touches a term
        self._busy: dict[str, frozenset[str]] = {}  # token -> its words that may touch one

    def idle(self, entries: Sequence[Entry]) -> list[bool]:
        """For each entry whether the judge would find no claim that it may be about."""
        held = [_tokens(entry) for entry in entries]
        fresh = self._learn(set().union(*held) - self._idle - self._busy.keys())
        found = []
        for tokens in held:
            words = [self._busy[token] for token in tokens & self._busy.keys()]
            words += [fresh[token] for token in tokens & fresh.keys()]
            found.append(not words or not self._index.candidates(frozenset().union(*words)))
        return found

    def _learn(self, novel: set[str]) -> Mapping[str, frozenset[str]]:
        """Those of the tokens that hold words which may touch a term; the others are remembered, as room allows."""
        bare = [token for token in novel if token.isascii() and token.isalnum()]  # one word, and nothing to fold
        rest = novel.difference(bare)
        fresh = {word: frozenset((word,)) for word in self._may_touch(bare, " ".join(bare).lower().split())}
        if rest:
            joined = f" {' '.join(rest)} "
            words = list(spellings(joined))
            may = frozenset(self._may_touch(words, keys(words)))
            fresh |= {token: may.intersection(spellings(token)) for word in may for token in _around(word, joined)}
        if len(self._idle) < _REMEMBERED:
            self._idle.update(bare, [token for token in rest if len(token) < _LONGEST])
            self._idle.difference_update(fresh)
        if len(self._busy) < _REMEMBERED:
            self._busy.update((token, own) for token, own in fresh.items() if len(token) < _LONGEST)
        return fresh

    def _may_touch(self, words: Sequence[str], folded: Sequence[str]) -> set[str]:
        """Words that may touch a term, after `matching.terms.Terms`; errs by taking too many. `folded`: their keys."""
        heads = self._heads
        found = {word for word, key in zip(words, folded, strict=True) if key[:_HEAD] in heads or len(key) > _FAR}
        if self._bones:
            names = [pair for pair in zip(words, folded, strict=True) if len(pair[1]) >= _SPELT]
            names = [pair for pair in names if not pair[0][0].islower()]
            bones = skeletons([key for _, key in names])
            found.update(name for (name, _), bone in zip(names, bones, strict=True) if bone in self._bones)
        if self._glued:
            joined = " ".join(folded)
            inside = [term for term in self._glued if term in joined]
            if inside:
                found.update(word for word, key in zip(words, folded, strict=True) if any(t in key for t in inside))
        return found


def _around(word: str, joined: str) -> Iterator[str]:
    """The tokens, set off by single blanks, that hold these letters."""
    at = joined.find(word)
    while at >= 0:
        end = joined.index(" ", at)
        yield joined[joined.rindex(" ", 0, at) + 1 : end]
        at = joined.find(word, end)


def _tokens(entry: Entry) -> set[str]:
    """What stands between blanks: no word reaches beyond one, nor over a comma or stop before one."""
    texts = [text[:READ_AHEAD] for text in (entry.title, entry.summary, entry.content) if text]
    return set("\n".join(texts).replace(", ", " ").replace(". ", " ").split())
