"""What else a name goes by: the gazetteer's other names for it, and a country's capital and government."""

from __future__ import annotations

from functools import lru_cache

from monitor.lexicon.passage import read
from monitor.lexicon.tables import names as gazetteer
from monitor.lexicon.tables import tables
from monitor.matching.terms import Terms
from monitor.text.words import words

PARTICLES = frozenset(
    ["al", "bin", "d", "da", "dal", "de", "del", "della", "den", "der", "di", "dos", "du", "el", "ibn", "la", "le",
     "ten", "ter", "van", "von", "zu", "zum"]
)  # fmt: skip


def in_small(name: str) -> bool:
    """Words of the event ("step down"), not a name, which has a capital behind its particle ("van der Aa")."""
    return name[:1].islower() and not (words(name)[0].low in PARTICLES and any(c.isupper() for c in name))


@lru_cache(maxsize=4096)
def entries(name: str) -> frozenset[str]:
    """The gazetteer's entries for a name."""
    sentences = read([("title", name)], tables("und")).sentences
    return frozenset(f.entry.kind for s in sentences for f in s.names if len(f.parts) == len(s.words))


def kin(some: frozenset[str], terms: Terms) -> list[tuple[int, ...]]:
    """Runs of terms for all that stands for these entries in headlines, in all languages.

    A country goes by its capital and government, these by their country: Kyiv and the Kremlin talk, Oman confirms the
    talks in Muscat.
    """
    return [(terms.number(stem, name=short, whole=short),) for stem, short in _stems(some)]


@lru_cache(maxsize=4096)
def _stems(some: frozenset[str]) -> tuple[tuple[str, bool], ...]:
    """(stem, False), and (name of four letters, True), which is no stem: Romero is not of Rome."""
    facts = gazetteer()
    known = {e for e in some if e in facts}
    for entry in tuple(known):
        if facts[entry].kind == "city":
            known |= {parent for parent in facts[entry].of if parent in facts and facts[parent].kind == "country"}
        elif facts[entry].kind == "country":
            known |= {n for n, f in facts.items() if f.kind in ("city", "institution") and f.of == (entry,)}
    stems = {(stem, False) for e in known for stem in facts[e].stems}
    return tuple(sorted(stems | {(name, True) for e in known for name in facts[e].short}))
