"""What one pass over an item finds, whatever the claims: sentences, words, hits of the tables, quotations, clauses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from monitor.lexicon.tables import Entry, Tables
from monitor.text.lexer import Hit, longest
from monitor.text.sentences import sentences
from monitor.text.words import Word, words

MOST_SENTENCES = 300  # of one item; a megabyte of text is read this far
MOST_CHARACTERS = 60_000
_QUOTES = (("„", '“”"»«'), ("“", "”"), ("«", "»"), ("»", "«"), ("‚", "‘"), ("‹", "›"), ("「", "」"), ("『", "』"))
_OPENING = dict(_QUOTES)
_LONGEST_QUOTE = 900  # characters; an opening mark without a closing one quotes nothing


class Found(NamedTuple):
    """A row of the tables found in a sentence, on the words `parts`."""

    entry: Entry
    parts: tuple[int, ...]

    @property
    def first(self) -> int:
        return self.parts[0]

    @property
    def last(self) -> int:
        return self.parts[-1]


class Sentence(NamedTuple):
    """One sentence of a field. Word indices are the sentence's own; characters are the field's."""

    field: str
    number: int  # over the whole item
    text: str  # the field's text
    start: int
    end: int
    words: Sequence[Word]
    gaps: Sequence[str]  # gaps[i] stands before word i; gaps[len(words)] ends the sentence
    quoted: Sequence[bool]  # by word
    found: Sequence[Found]  # without names
    names: Sequence[Found]

    def of(self, table: str) -> list[Found]:
        return [f for f in self.found if f.entry.table == table]

    def cut(self, first: int, last: int) -> tuple[int, int]:
        """Characters of the words first..last, both included."""
        return self.words[first].start, self.words[last].end


class Passage(NamedTuple):
    """An item as it is read."""

    language: str
    tables: Tables
    sentences: Sequence[Sentence]


def read(fields: Iterable[tuple[str, str]], tables: Tables) -> Passage:
    """Read the fields (name, plain text) of an item."""
    found: list[Sentence] = []
    left = MOST_CHARACTERS
    for name, text in fields:
        text = text[:left]
        left -= len(text)
        quotes = quotations(text)
        for start, end in sentences(text):
            if len(found) >= MOST_SENTENCES:
                break
            sentence = _sentence(name, len(found), text, start, end, quotes, tables)
            if sentence.words:
                found.append(sentence)
    return Passage(tables.code, tables, found)


def quotations(text: str) -> list[tuple[int, int]]:
    """(start, end) of what stands between quotation marks, marks excluded, outermost only."""
    spans: list[tuple[int, int]] = []
    at = 0
    while at < len(text):
        c = text[at]
        closing = '"' if c == '"' else _OPENING.get(c)
        if closing is None or not _opens(text, at):
            at += 1
            continue
        ends = [e for e in (text.find(mark, at + 1, at + _LONGEST_QUOTE) for mark in closing) if e > 0]
        if ends:
            spans.append((at + 1, min(ends)))
            at = min(ends) + 1
        else:
            at += 1
    return spans + _single(text, spans)


_SINGLE = re.compile(r"(?<![\w'’])['‘](?=\S)([^'‘’\n]*(?:['’]\w[^'‘’\n]*)*)['’](?!\w)")


def _single(text: str, taken: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """'Quotations' in single marks, as Dutch and British headlines have them."""
    found = [(m.start(1), m.end(1)) for m in _SINGLE.finditer(text) if " " in m[1] or m.end(1) - m.start(1) > 3]
    return [(a, b) for a, b in found if not any(s <= a < e for s, e in taken)]


def _opens(text: str, at: int) -> bool:
    """A mark opens where no word ends just before it."""
    return at == 0 or not text[at - 1].isalnum() or text[at] in "„«“‚"


def _sentence(
    field: str, number: int, text: str, start: int, end: int, quotes: list[tuple[int, int]], tables: Tables
) -> Sentence:
    found = words(text[start:end], start)
    edges = [start, *(e for w in found for e in (w.start, w.end)), end]
    gaps = [text[edges[i] : edges[i + 1]] for i in range(0, len(edges), 2)]
    walls = frozenset(i for i, gap in enumerate(gaps) if ";" in gap or ":" in gap)
    hits = tables.lexer.find(found, walls)
    entries = tables.entries
    named = longest(h for h in hits if entries[h.row].table == "name")
    rest = _settled(longest(h for h in hits if entries[h.row].table != "name"), entries)
    return Sentence(
        field=field,
        number=number,
        text=text,
        start=start,
        end=end,
        words=found,
        gaps=gaps,
        quoted=[any(a <= w.start < b for a, b in quotes) for w in found],
        found=rest,
        names=[Found(entries[h.row], h.parts) for h in named],
    )


def _settled(hits: list[Hit], entries: Sequence[Entry]) -> list[Found]:
    """Of hits on the very same words, one of each table; `nothing` has done its work by being longest."""
    silent = {h.parts for h in hits if entries[h.row].type == "nothing"}
    seen: set[tuple[str, str, tuple[int, ...]]] = set()
    kept = []
    for hit in hits:
        entry = entries[hit.row]
        key = (entry.table, entry.kind, hit.parts)
        if entry.type == "nothing" or (hit.parts in silent and entry.table == "cue") or key in seen:
            continue
        seen.add(key)
        kept.append(Found(entry, hit.parts))
    return kept
