"""All that the tables know of one language, joined into one lexer: cues, masks, sources, kinds of event, names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from monitor.events import load as event_files
from monitor.languages import load as language_files
from monitor.languages import names as name_files
from monitor.lexicon import cache
from monitor.text.fold import key
from monitor.text.lexer import Lexer
from monitor.text.pattern import Phrase

_SHORT_NAME = 4  # letters; shorter names of places are looked for by the lexer alone
UNREAD = "und"  # stands for every language without a file: names only


class Entry(NamedTuple):
    """What a lexer row means. For kinds of event `table` is "event", `type` the group, `kind` the kind's id."""

    table: str
    type: str
    kind: str = ""  # the event's kind; the canonical name of a gazetteer entry
    weak: bool = False
    content: str = "any"
    shown: bool = False
    hedged: bool = False
    answer: bool = False
    reach: str = "clause"
    side: str = "after"
    words: int = 6
    source: str = "around"
    doubtful: bool = False
    generic: bool = False


class KindFacts(NamedTuple):
    """What is known of a kind of event whatever the language."""

    roles: str
    generic: bool
    implied_by: tuple[str, ...]
    excluded_by: tuple[str, ...]


class NameFacts(NamedTuple):
    """A gazetteer entry."""

    kind: str
    of: tuple[str, ...]
    speakers: tuple[str, ...]
    stems: tuple[str, ...]  # beginnings of its names of one word, in `fold.key` spelling
    short: tuple[str, ...]  # its names of four letters, the same: Kyiv, Oslo


class Tables(NamedTuple):
    """One language, ready to read with."""

    code: str
    known: bool  # there is a file for it
    entries: tuple[Entry, ...]
    lexer: Lexer
    verb_final: bool
    compounds: bool
    endings: tuple[str, ...]
    words: Mapping[str, frozenset[str]]  # stop, that, but, …: single words as written in the table
    numbers: Mapping[str, float]
    months: Mapping[str, int]  # atom (`januar*`) -> 1..12
    compare: Mapping[str, frozenset[tuple[str, ...]]]  # more | less | about -> words before a number


Rows = list[tuple[Entry, tuple[Phrase, ...]]]


def tables(code: str) -> Tables:
    """The tables of a language, or of the one whose file reads it too; of a language without a file, names alone."""
    return _tables(_aliases().get(code, code))


@lru_cache(maxsize=1)
def _aliases() -> Mapping[str, str]:
    found: dict[str, str] = cache.kept("aliases", language_files.aliases)
    return found


@lru_cache(maxsize=64)
def _tables(code: str) -> Tables:
    known = code in language_files.codes()
    rows, language = cache.kept(f"rows-{code if known else UNREAD}", lambda: _gather(code, known))
    entries = tuple(Entry(*values) for values, _ in rows)
    return Tables(code=code, known=known, entries=entries, lexer=Lexer([phrases for _, phrases in rows]), **language)


@lru_cache(maxsize=1)
def kinds() -> Mapping[str, KindFacts]:
    """Facts of all kinds of event, by id."""
    facts = cache.kept(
        "kinds",
        lambda: {k.id: (k.roles, k.generic, k.implied_by, k.excluded_by) for k in _all_kinds().values()},
    )
    return {name: KindFacts(*values) for name, values in facts.items()}


@lru_cache(maxsize=1)
def names() -> Mapping[str, NameFacts]:
    """The gazetteer by canonical name."""
    facts = cache.kept(
        "names", lambda: {e.name: (e.kind, e.of, e.speakers, *_stems(e.phrases)) for e in name_files.load()}
    )
    return {name: NameFacts(*values) for name, values in facts.items()}


def _stems(phrases: tuple[Phrase, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    single = [a for p in phrases if len(p) == 1 and not isinstance(p[0], int) for a in p[0]]
    short = {key(a) for a in single if len(a) == _SHORT_NAME and a.isalpha()}
    stems = {key(a.strip("*=")) for a in single if len(a.lstrip("=")) > _SHORT_NAME}
    return tuple(sorted(stems)), tuple(sorted(short))


def _gather(code: str, known: bool) -> tuple[list[tuple[tuple[object, ...], tuple[Phrase, ...]]], dict[str, object]]:
    rows: Rows = []
    language: dict[str, object] = {
        "verb_final": False,
        "compounds": False,
        "endings": (),
        "words": {},
        "numbers": {},
        "months": {},
        "compare": {},
    }
    if known:
        file = language_files.load(code)
        rows += [(_entry(row), row.phrases) for row in file.rows]
        rows += _events(code)
        language = {
            "verb_final": file.verb_final,
            "compounds": file.compounds,
            "endings": file.endings,
            "words": {**{k: _singles(v) for k, v in file.words.items()}, "aside": file.asides},
            "numbers": dict(file.numbers),
            "compare": {k: _sequences(v) for k, v in file.compare.items()},
            "months": {a: n for n, month in enumerate(file.months, 1) for a in _singles(month)},
        }
    rows += _names()
    return [(tuple(entry), phrases) for entry, phrases in rows], language


def _entry(row: language_files.Row) -> Entry:
    return Entry(
        table=row.table,
        type=row.type,
        weak=row.weak,
        content=row.content,
        shown=row.shown,
        hedged=row.hedged,
        answer=row.answer,
        reach=row.reach,
        side=row.side,
        words=row.words,
        source=row.source,
        doubtful=row.doubtful,
    )


@lru_cache(maxsize=1)
def _all_kinds() -> Mapping[str, event_files.Kind]:
    return event_files.load()


def _events(code: str) -> Rows:
    return [
        (Entry(table="event", type=group, kind=kind.id, generic=kind.generic), phrases)
        for kind in _all_kinds().values()
        if code in kind.wordings
        for group, phrases in kind.wordings[code].phrases.items()
    ]


def _names() -> Rows:
    rows: Rows = []
    for entry in name_files.load():
        rows.append((Entry(table="name", type=entry.kind, kind=entry.name), entry.phrases))
        if entry.speaks:
            rows.append((Entry(table="name", type="speaks", kind=entry.name), entry.speaks))
    return rows


def _sequences(phrases: tuple[Phrase, ...]) -> frozenset[tuple[str, ...]]:
    """Phrases as plain runs of words, first choice of each."""
    return frozenset(tuple(sorted(e)[0] for e in p if not isinstance(e, int)) for p in phrases)


def _singles(phrases: tuple[Phrase, ...]) -> frozenset[str]:
    return frozenset(a for p in phrases if len(p) == 1 and not isinstance(p[0], int) for a in p[0])


def among(word: str, atoms: frozenset[str]) -> bool:
    """A word satisfies one of the atoms (whole words and beginnings)."""
    if word in atoms:
        return True
    return any(f"{word[:n]}*" in atoms for n in range(2, len(word) + 1))
