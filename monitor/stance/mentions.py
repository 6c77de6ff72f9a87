"""Everybody and everything in a sentence that could speak: parties, institutions, roles, names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from monitor.lexicon.passage import Sentence
from monitor.lexicon.tables import Tables, among
from monitor.model.claim import Party
from monitor.stance.clauses import Clauses
from monitor.stance.speakers import NOBODY, Speaker, party_words, speaker, spelt
from monitor.text.fold import key

_LINKS = frozenset({
    "of", "the", "de", "la", "le", "les", "du", "des", "der", "die", "das", "dem", "den", "von", "van", "het",
    "del", "della", "dell", "di", "do", "da", "dos", "delle", "dello", "degli", "dei", "al", "a", "im", "in", "bei",
    "beim", "am", "zu", "zum", "zur", "für", "for", "at", "pour", "per", "в", "у", "з", "із", "na", "w", "z", "ze",
})  # fmt: skip
_PARTS_OF_NAMES = frozenset({
    "de", "la", "du", "des", "von", "van", "der", "den", "di", "da", "do", "dos", "del", "bin", "al", "el", "ibn",
    "ter", "ten", "le",
})  # fmt: skip
_APPOSITION = 4  # words between "Moritz Keil," and "chief of …"
_ADJECTIVES = 1  # words that may stand inside a name's group: "Kremlin's veteran spokesman"
_LEAST_MET = 0.3  # of a party's name


class Mention(NamedTuple):
    """A run of words that names one speaker. Word numbers are the sentence's own, both ends included."""

    number: int  # of the sentence
    first: int
    last: int
    kinds: frozenset[str]  # source nouns and gazetteer types in it; "party"; "name", "names" of several words
    met: float  # 0..1: how much of a party's name stands here
    who: Speaker


class _Atom(NamedTuple):
    first: int
    last: int
    kind: str
    met: float = 0.0


def mentions(sentence: Sentence, clauses: Clauses, parties: Sequence[Party], tables: Tables) -> list[Mention]:
    """All mentions of a sentence in text order."""
    atoms = sorted({*_parties(sentence, parties), *_sources(sentence), *_known(sentence), *_capitals(sentence, tables)})
    found = []
    for group in _grouped(atoms, sentence, clauses, tables):
        first, last = min(a.first for a in group), max(a.last for a in group)
        who = speaker(sentence, first, last, parties, tables)
        if who is NOBODY:
            start, end = sentence.cut(first, last)
            text = sentence.text[start:end]
            who = Speaker(text, text, NOBODY.role, "name")
        kinds = frozenset(a.kind for a in group)
        found.append(Mention(sentence.number, first, last, kinds, max(a.met for a in group), who))
    return found


def _parties(sentence: Sentence, parties: Sequence[Party]) -> Iterator[_Atom]:
    """Words of a party's names, neighbours together."""
    small = [key(w.low) for w in sentence.words]
    for party in parties:
        for text in (party.name, *party.aliases, *party.speakers):
            wanted = spelt(text)
            if not wanted:
                continue
            hits = [
                (i, w) for i, k in enumerate(small) if (w := party_words(wanted, k, sentence.words[i].raw)) is not None
            ]
            for _, run in groupby(enumerate(hits), lambda e: e[1][0] - e[0]):
                some = [hit for _, hit in run]
                met = len({w for _, w in some}) / len(wanted)
                if met >= _LEAST_MET:
                    yield _Atom(some[0][0], some[-1][0], "party", round(met, 2))


def _sources(sentence: Sentence) -> Iterator[_Atom]:
    for f in sentence.of("source"):
        yield _Atom(f.first, f.last, f.entry.type)


def _known(sentence: Sentence) -> Iterator[_Atom]:
    for f in sentence.names:
        yield _Atom(f.first, f.last, f"known.{f.entry.type}")


def _capitals(sentence: Sentence, tables: Tables) -> Iterator[_Atom]:
    """Runs of capitals; in German, where every noun has one, a single word only where it is no plain noun."""
    tabled = {
        i for f in sentence.found for i in f.parts if f.entry.table in ("say", "cue", "mask", "negator", "anaphor")
    }
    small = frozenset[str]().union(*(tables.words.get(k, ()) for k in ("stop", "aside", "ask", "he", "that", "but")))
    words, gaps = sentence.words, sentence.gaps
    runs: list[list[int]] = []
    for i, word in enumerate(words):
        linked = runs and runs[-1][-1] == i - 1 and gaps[i] in (" ", "-", "'", "’", ". ")
        if linked and word.low in _PARTS_OF_NAMES and i + 1 < len(words) and words[i + 1].raw[:1].isupper():
            runs[-1].append(i)
        elif not word.raw[:1].isupper() or i in tabled or among(word.low, small):
            continue
        elif linked:
            runs[-1].append(i)
        else:
            runs.append([i])
    for run in runs:
        if len(run) > 1:
            yield _Atom(run[0], run[-1], "names")
        elif words[run[0]].raw.isupper() and len(words[run[0]].raw) > 1:
            yield _Atom(run[0], run[0], "letters")
        else:
            yield _Atom(run[0], run[0], "noun" if tables.code == "de" else "name" if run[0] else "opens")


def _grouped(atoms: list[_Atom], sentence: Sentence, clauses: Clauses, tables: Tables) -> list[list[_Atom]]:
    """Atoms that name one speaker together: overlapping, side by side, linked by small words, in apposition."""
    groups: list[list[_Atom]] = []
    for atom in atoms:
        if groups and _joined(groups[-1], atom, sentence, clauses, tables):
            groups[-1].append(atom)
        else:
            groups.append([atom])
    return groups


def _joined(group: list[_Atom], atom: _Atom, sentence: Sentence, clauses: Clauses, tables: Tables) -> bool:
    last = max(a.last for a in group)
    if atom.first <= last:
        return True
    borders = clauses.borders[last + 1 : atom.first + 1]
    between = range(last + 1, atom.first)
    if any(b in ("colon", "dash", "but", "strong", "quote") for b in borders):
        return False
    tabled = {i for f in sentence.found for i in f.parts if f.entry.table in ("say", "cue", "negator")}
    if any(i in tabled for i in between) or sentence.quoted[last] != sentence.quoted[atom.first]:
        return False
    if "comma" in borders:
        return (
            borders[0] == "comma" and "comma" not in borders[1:] and len(between) <= _APPOSITION and _apart(group, atom)
        )
    if not between or all(sentence.words[i].low in _LINKS for i in between):
        return True
    stop = tables.words.get("stop", frozenset())
    return len(between) <= _ADJECTIVES and not any(among(sentence.words[i].low, stop) for i in between)


def _apart(group: list[_Atom], atom: _Atom) -> bool:
    """A name and what its bearer is."""
    roles = {"spokesperson", "person", "authority", "company", "experts", "witness"}
    kinds = {a.kind for a in group}
    return ("names" in kinds and not kinds & roles and atom.kind in roles) or (
        bool(kinds & roles) and "names" not in kinds and atom.kind == "names"
    )
