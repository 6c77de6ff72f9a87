"""Which party a mention speaks for that does not name it: "the club", "federal prosecutors", "his wife"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from monitor.lexicon.passage import Found, Sentence, read
from monitor.lexicon.tables import names as gazetteer
from monitor.lexicon.tables import tables
from monitor.model.claim import Party
from monitor.model.verdict import Role
from monitor.stance.mentions import Mention
from monitor.stance.offices import offices, offices_of
from monitor.stance.speakers import Speaker, a_person

_HALF = 0.5  # of a party's name; where less is met, another may be meant
_ROLES = ("company", "authority", "spokesperson", "person", "experts", "witness", "insider")


class _Facts(NamedTuple):
    """What is known of a party from its names."""

    person: bool
    offices: frozenset[str]
    countries: frozenset[str]


class Linked(NamedTuple):
    """A mention taken to speak for a party."""

    who: Speaker
    features: dict[str, float]


class Links:
    """The parties of one claim in one item."""

    def __init__(self, sentences: Sequence[Sentence], parties: Sequence[Party], mentions: Sequence[Mention]) -> None:
        self._sentences = {s.number: s for s in sentences}
        self._parties = [(p, _facts((p.name, *p.aliases))) for p in parties]
        self._named: Mapping[str, list[Mention]] = {
            p.name: [m for m in mentions if m.who.party == p.name and m.met >= _HALF] for p in parties
        }

    def of(self, mention: Mention) -> Iterator[Linked]:
        """Parties it may speak for, where it names none itself."""
        if mention.who.role is Role.PARTY and mention.met >= _HALF:
            return
        sentence = self._sentences[mention.number]
        inner = range(mention.first, mention.last + 1)
        mine = offices(sentence.words[i].low for i in inner)
        countries = _countries(f for f in sentence.names if mention.first <= f.first and f.last <= mention.last)
        for party, facts in self._parties:
            if party.name != mention.who.party and (features := self._weigh(mention, mine, countries, party, facts)):
                who = mention.who._replace(party=party.name, role=Role.PARTY)
                yield Linked(who, features)

    def _weigh(
        self, mention: Mention, mine: frozenset[str], countries: frozenset[str], party: Party, facts: _Facts
    ) -> dict[str, float]:
        shared = mine & facts.offices
        features = {"link": 1.0}
        for role in _ROLES:
            if role in mention.kinds:
                features[f"link.{role}"] = 1.0
                features[f"link.{role}.person" if facts.person else f"link.{role}.body"] = 1.0
        if shared:
            features["link.office"] = 1.0
            features["link.office.share"] = len(shared) / len(mine | facts.offices)
            if sum(bool(shared & f.offices) for _, f in self._parties) == 1:
                features["link.office.only"] = 1.0
        elif mine and facts.offices:
            features["link.office.clash"] = 1.0
        if countries & facts.countries:
            features["link.country"] = 1.0
            features["link.country.office"] = float(bool(shared))
        elif countries and facts.countries:
            features["link.country.clash"] = 1.0
        features |= self._place(mention, party)
        if not facts.person and sum(not f.person for _, f in self._parties) == 1:
            features["link.only.body"] = 1.0
        if "names" in mention.kinds:
            features["link.names"] = 1.0
            features["link.names.office"] = float(bool(shared))
        told = {"link.office", "link.country", "link.beside", "link.here", "link.only.body"}
        return features if told & features.keys() else {}

    def _place(self, mention: Mention, party: Party) -> dict[str, float]:
        """Where the party is named, seen from the mention."""
        named = self._named[party.name]
        features: dict[str, float] = {"link.unnamed": 1.0} if not named else {}
        here = [m for m in named if m.number == mention.number]
        if here:
            features["link.here"] = 1.0
            gaps = [m.first - mention.last if m.first > mention.last else mention.first - m.last for m in here]
            if min(gaps) <= 3:  # words
                features["link.beside"] = 1.0
            if any(m.last < mention.first for m in here):
                features["link.here.before"] = 1.0
        if any(m.number == mention.number - 1 for m in named):
            features["link.before"] = 1.0
        if any(m.number == 0 for m in named):
            features["link.title"] = 1.0
        others = sum(bool(m) for n, m in self._named.items() if n != party.name)
        if named and not others:
            features["link.only.named"] = 1.0
        return features


def _facts(names: tuple[str, ...]) -> _Facts:
    held = frozenset[str]().union(*map(offices_of, names))
    return _Facts(not held and a_person(names[0]) and " " in names[0], held, _home(names))


@lru_cache(maxsize=4096)
def _home(names: tuple[str, ...]) -> frozenset[str]:
    """Countries that a party's names name, or that what they name is of."""
    passage = read([("title", n) for n in names], tables("und"))
    return _countries(f for s in passage.sentences for f in s.names)


def _countries(found: Iterator[Found]) -> frozenset[str]:
    known = gazetteer()
    of: set[str] = set()
    for f in found:
        facts = known[f.entry.kind]
        of |= {f.entry.kind} if facts.kind == "country" else set(facts.of)
    return frozenset(of)
