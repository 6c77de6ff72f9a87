"""Who speaks: the party of the claim, the institution, the name or the role that stands where a speaker stands."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from monitor.lexicon.passage import Found, Sentence
from monitor.lexicon.tables import Tables, among
from monitor.lexicon.tables import names as gazetteer
from monitor.model.claim import Party
from monitor.model.verdict import Role
from monitor.text.alike import begins, inflected, skeleton
from monitor.text.fold import key
from monitor.text.words import words

_AUTHORITIES = {"institution"}
_ANONYMOUS = {"insider"}
_MEDIA = {"media", "web"}
# Small words that belong to no name and to no party.
_PLAIN = frozenset(
    [
        "the",
        "of",
        "and",
        "de",
        "la",
        "le",
        "les",
        "du",
        "des",
        "der",
        "die",
        "das",
        "dem",
        "den",
        "von",
        "van",
        "het",
        "del",
        "della",
        "di",
        "do",
        "da",
        "dos",
        "el",
        "los",
        "y",
        "e",
        "i",
    ]
)


class Speaker(NamedTuple):
    """Who a stance belongs to."""

    name: str | None  # as printed
    party: str | None
    role: Role
    kind: str  # person | spokesperson | authority | company | insider | witness | media | web | experts | name | ""

    @property
    def anonymous(self) -> bool:
        return self.kind in _ANONYMOUS

    @property
    def media(self) -> bool:
        return self.kind in _MEDIA


_NEXT = 4  # words between a party and the name of who speaks for it: "Kremlin's veteran chief spokesman Peskov"

NOBODY = Speaker(None, None, Role.UNNAMED, "")
OUTLET = Speaker(None, None, Role.OUTLET, "")  # the outlet itself, having looked: a fact-check, its own correction


@lru_cache(maxsize=8192)
def spelt(text: str) -> tuple[str, ...]:
    """The words of a name in `fold.key` spelling, small words left out."""
    return tuple(k for k in (key(w.low) for w in words(text)) if k not in _PLAIN)


def speaker(sentence: Sentence, first: int, last: int, parties: Sequence[Party], tables: Tables) -> Speaker:
    """The speaker between two words, both included; NOBODY where nothing there can speak."""
    if last < first:
        return NOBODY
    party = _party(sentence, first, last, parties)
    sources = [f for f in sentence.found if f.entry.table == "source" and first <= f.first and f.last <= last]
    known = [
        f for f in sentence.names if first <= f.first and f.last <= last and f.entry.type not in ("city", "region")
    ]
    name = _proper(sentence, first, last, tables, beside=party[1] if party else None)
    if party:
        shown = name or _shown(sentence, sources, party[1], first, last)
        return Speaker(shown, party[0].name, Role.PARTY, _kind(sources) or "name")
    if sources:
        return _by_source(sentence, sources, known, name, first, last)
    if known:
        return _by_gazetteer(sentence, known, name)
    if name:
        institution = _speaks_for(name)
        return Speaker(name, institution or name, Role.AUTHORITY if institution else Role.OTHER, "name")
    return NOBODY


def _by_source(
    sentence: Sentence, sources: list[Found], known: list[Found], name: str | None, first: int, last: int
) -> Speaker:
    kind = _kind(sources)
    phrase = _phrase(sentence, sources[0], first, last)
    institution = next((f.entry.kind for f in known if gazetteer()[f.entry.kind].kind != "person"), None)
    role = {
        "authority": Role.AUTHORITY,
        "insider": Role.UNNAMED,
        "media": Role.OUTLET,
        "web": Role.UNNAMED,
    }.get(kind, Role.OTHER)
    party = institution if kind in ("spokesperson", "authority", "company") and institution else None
    return Speaker(name or phrase, party or phrase or name, role, kind)


@lru_cache(maxsize=4096)
def _speaks_for(name: str) -> str | None:
    """The institution whose known speaker this is, by surname and, where printed, first name."""
    mine = spelt(name)
    for institution, facts in gazetteer().items():
        for speaker_name in facts.speakers:
            known = spelt(speaker_name)
            surname = known and mine and _same(known[-1], mine[-1], capital=True)
            if surname and (len(mine) == 1 or _same(known[0], mine[0], capital=True)):
                return institution
    return None


def _by_gazetteer(sentence: Sentence, known: list[Found], name: str | None) -> Speaker:
    found = min(known, key=lambda f: (f.entry.type != "speaks", f.first))
    start, end = sentence.cut(found.first, found.last)
    facts = gazetteer()[found.entry.kind]
    role = Role.OUTLET if facts.kind == "outlet" else Role.AUTHORITY if facts.kind in _AUTHORITIES else Role.OTHER
    kind = "media" if facts.kind == "outlet" else "authority" if facts.kind in _AUTHORITIES else "name"
    return Speaker(name or sentence.text[start:end], found.entry.kind, role, kind)


def _kind(sources: list[Found]) -> str:
    """An insider or a medium outweighs the institution it is of; else the first source noun tells."""
    kinds = [f.entry.type for f in sources]
    return next((k for k in kinds if k in ("insider", "web")), kinds[0] if kinds else "")


def _party(sentence: Sentence, first: int, last: int, parties: Sequence[Party]) -> tuple[Party, tuple[int, int]] | None:
    """The party of the claim named here, and the words that name it."""
    here = [(i, key(sentence.words[i].low), sentence.words[i].raw[:1].isupper()) for i in range(first, last + 1)]
    entries = {
        (f.entry.kind, f.entry.type): (f.first, f.last) for f in sentence.names if first <= f.first and f.last <= last
    }
    best: tuple[float, Party, tuple[int, int]] | None = None
    for party in parties:
        for names, worth in ((party.speakers, 1.0), ((party.name, *party.aliases), 0.9)):
            for text in names:
                found = _named(spelt(text), here, person=a_person(text))
                if found and (best is None or found[0] * worth > best[0]):
                    best = (found[0] * worth, party, found[1])
        at = _by_entry(party, entries)
        if at and (best is None or best[0] < 0.8):
            best = (0.8, party, at)
    return (best[1], best[2]) if best else None


def _by_entry(party: Party, entries: dict[tuple[str, str], tuple[int, int]]) -> tuple[int, int] | None:
    """The gazetteer knows another name of the party, or what stands for it when it speaks."""
    mine = {g for g in map(gazetteer_name, (party.name, *party.aliases)) if g}
    homes = {home for g in mine for home in gazetteer()[g].of}
    for (entry, kind), at in entries.items():
        if entry in mine or (kind == "speaks" and entry in homes):
            return at
    return None


@lru_cache(maxsize=4096)
def gazetteer_name(name: str) -> str | None:
    """The gazetteer's canonical name of a party's name in any language."""
    from monitor.lexicon.passage import read
    from monitor.lexicon.tables import tables

    passage = read([("title", name)], tables("und"))
    found = [f for s in passage.sentences for f in s.names]
    size = sum(len(s.words) for s in passage.sentences)
    whole = [f for f in found if len(f.parts) * 2 >= size and f.entry.type != "country"]
    return whole[0].entry.kind if whole else None


_MOST_NAMES = 3  # words of a person's name


def a_person(name: str) -> bool:
    """Written like a person's name: Jens Hagedorn, not Delegación del Gobierno en Melilla."""
    parts = name.split()
    return len(parts) <= _MOST_NAMES and all(p[:1].isupper() or p in ("van", "von", "de", "der", "da") for p in parts)


def _named(
    wanted: tuple[str, ...], here: list[tuple[int, str, bool]], *, person: bool
) -> tuple[float, tuple[int, int]] | None:
    """How well a party's name is met: all of its words, or the surname of a person."""
    if not wanted:
        return None
    met = {w: i for w in wanted for i, k, capital in here if _same(w, k, capital)}
    if len(met) == len(wanted):
        return 1.0 + 0.1 * len(met), (min(met.values()), max(met.values()))
    if person and wanted[-1] in met and len(wanted[-1]) >= 4:
        return 0.7, (met[wanted[-1]], met[wanted[-1]])
    if len(met) >= 2 or (met and len(max(met, key=len)) >= 5 and len(wanted) <= 2):
        return 0.5, (min(met.values()), max(met.values()))
    return None


def party_words(wanted: tuple[str, ...], folded: str, raw: str) -> str | None:
    """The word of a party's name that a word of the text is, small words apart."""
    if folded in _PLAIN:
        return None
    return next((w for w in wanted if _same(w, folded, raw[:1].isupper())), None)


@lru_cache(maxsize=65_536)  # a party's few words meet the same words of the news again and again
def _same(wanted: str, spelt: str, capital: bool) -> bool:
    if wanted == spelt or inflected(wanted, spelt) or (len(wanted) >= 4 and begins(spelt, wanted)):
        return True
    if len(wanted) >= 5 and wanted in spelt:
        return True
    bones = skeleton(wanted)
    return bool(capital and bones and bones == skeleton(spelt) and abs(len(wanted) - len(spelt)) <= 3)


def _proper(
    sentence: Sentence, first: int, last: int, tables: Tables, beside: tuple[int, int] | None = None
) -> str | None:
    """The longest run of capitalised words that are no source nouns, titles or places.

    `beside`: where a party is named; who speaks for it is named there or next to it, not anywhere in the sentence.
    """
    skip = {i for f in sentence.found for i in f.parts if f.entry.table in ("source", "say", "cue", "mask", "anaphor")}
    skip |= {i for f in sentence.names if f.entry.type in ("country", "city", "region", "outlet") for i in f.parts}
    skip |= {i for f in sentence.found if f.entry.table == "event" and len(f.parts) == 1 for i in f.parts}
    small = frozenset[str]().union(*(tables.words.get(k, ()) for k in ("stop", "titles", "aside", "ask")))
    runs: list[list[int]] = []
    for i in range(first, last + 1):
        word = sentence.words[i]
        if not word.raw[:1].isupper() or i in skip or among(word.low, small):
            continue
        if runs and runs[-1][-1] == i - 1 and sentence.gaps[i] in (" ", "-", "'", "’", ". "):
            runs[-1].append(i)
        else:
            runs.append([i])
    if tables.code == "de":  # one capital alone is a noun, unless the noun has no business there
        runs = [r for r in runs if len(r) > 1 or _titled(sentence, r[0], first)]
    if beside:
        runs = [r for r in runs if r[0] - beside[1] <= _NEXT and beside[0] - r[-1] <= _NEXT]
    else:  # the first word has a capital anyway: a name only where it speaks
        verbs = {i for f in sentence.found for i in f.parts if f.entry.table in ("say", "cue", "negator")}
        runs = [r for r in runs if len(r) > 1 or not _opens(sentence, r[0]) or r[0] + 1 in verbs]
    if not runs:
        return None
    run = max(runs, key=lambda r: (min(len(r), 2), -r[0]))
    start, end = sentence.cut(run[0], run[-1])
    return sentence.text[start:end]


def _phrase(sentence: Sentence, source: Found, first: int, last: int) -> str:
    """The source noun with what belongs to it: capitals before it, capitals and what links them after it."""
    words, gaps = sentence.words, sentence.gaps
    a, b = source.first, source.last
    while a > first and a > source.first - 3 and gaps[a] in (" ", "-") and _belongs(words[a - 1].raw):
        a -= 1
    end = b
    while end < last and end < source.last + 5 and gaps[end + 1] in (" ", "-", "'", "’"):
        end += 1
        if words[end].raw[:1].isupper():
            b = end
        elif words[end].low not in _PLAIN:
            break
    start, stop = sentence.cut(a, b)
    return sentence.text[start:stop]


def _belongs(raw: str) -> bool:
    return raw[:1].isupper() or raw.lower() in _PLAIN


def _shown(sentence: Sentence, sources: list[Found], at: tuple[int, int], first: int, last: int) -> str:
    a, b = at
    if sources:
        a, b = min(a, sources[0].first), max(b, sources[0].last)
    start, end = sentence.cut(max(a, first), min(b, last))
    return sentence.text[start:end]


def _opens(sentence: Sentence, at: int) -> bool:
    return at == 0 or any(c in sentence.gaps[at] for c in ".!?:\"“„«»”'‘")


def _titled(sentence: Sentence, at: int, first: int) -> bool:
    """A German surname alone stands after a title or a source noun, or opens its part before a verb."""
    if at == first:
        following = sentence.words[at + 1].raw if at + 1 < len(sentence.words) else ""
        return (
            at == 0 and following[:1].islower() and not sentence.words[at].raw.endswith(("ung", "heit", "keit", "en"))
        )
    before = sentence.words[at - 1]
    return before.raw[:1].isupper() or before.low in ("so", "von", "sagte", "erklärte", "laut")
