"""Whose stance it is, seen from the whole item.

The reader of one sentence (`source`) looks where a speaker stands beside a cue. Newsrooms name the speaker elsewhere as
often: in the next sentence, after "according to", in the headline before a colon, or as "the club" of a party named
before. So all that is named anywhere in the item competes to be the speaker: a linear model of few readable features
(weights in attribution.toml, fitted by benchmarks/fit_attribution.py) weighs each mention, and what the reader found.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from monitor.lexicon.passage import Found
from monitor.lexicon.tables import among
from monitor.lexicon.touch import Asked
from monitor.model.verdict import Role, Stance
from monitor.stance.candidate import Candidate
from monitor.stance.links import Links
from monitor.stance.mentions import Mention, mentions
from monitor.stance.outlet import of_outlet, style
from monitor.stance.scope import Scene, masks, negated
from monitor.stance.speakers import NOBODY, OUTLET, Speaker, spelt

_NEAR = 3  # words between a speaker and what it says
_FAR = 3  # sentences; farther ones are all alike
_SENTENCES = 16  # of an item that are looked through
_OPENS = 3  # words before a mention that still opens its sentence
_FAMILY = {
    "deny": -1, "false": -1, "retract": -1, "confirm": 1, "true": 1,
}  # fmt: skip

Features = dict[str, float]


_CLOSE = 0.5  # of a score: so near, where somebody stands in the sentence decides


class Option(NamedTuple):
    """One who may be the speaker, and what speaks for it."""

    who: Speaker
    features: Features


class Cast:
    """All that are named in one item, for one claim."""

    def __init__(self, scenes: Sequence[Scene], asked: Asked) -> None:
        self._scenes = scenes[:_SENTENCES]
        self._asked = asked
        self._all: list[Mention] = [
            m for s in self._scenes for m in mentions(s.sentence, s.clauses, asked.parties, s.tables)
        ]
        links = Links([s.sentence for s in self._scenes], asked.parties, self._all)
        self._linked = {id(m): list(links.of(m)) for m in self._all}
        self._standing = {id(m): self._stands(m) for m in self._all}
        self._speaking: dict[str, float] = {}
        self._sides: dict[str, set[int]] = {}  # stances a name stands before the cues of: 1 confirms, -1 denies
        self._times: dict[str, int] = {}
        for m in self._all:
            name = _entity(m.who)
            here = self._standing[id(m)]
            voice = max((here.get(f, 0.0) for f in ("says", "said.by", "label", "tail")), default=0.0)
            self._sides.setdefault(name, set()).update(self._taken(m))
            self._speaking[name] = max(self._speaking.get(name, 0.0), voice)
            self._times[name] = self._times.get(name, 0) + 1

    def speaker(self, candidate: Candidate) -> Speaker:
        """Who takes the stance of a candidate."""
        options = self.options(candidate)
        if not options:
            return candidate.who
        top, mine = max(score(o.features) for o in options), _entity(candidate.who)
        held = [o for o in options if _framed(o) and (_entity(o.who) == mine or score(o.features) >= top - _CLOSE)]
        return max(held or options, key=lambda o: score(o.features)).who

    def options(self, candidate: Candidate) -> list[Option]:
        """Everybody who may have taken it: what the reader found, each mention, and the outlet itself."""
        at = self._sentence(candidate)
        if at is None:
            return []
        mine = _entity(candidate.who)
        found = []
        for m in self._all:
            features = self._of(m, candidate, at, mine)
            found.append(Option(m.who, features))
            found += [Option(link.who, features | link.features) for link in self._linked[id(m)]]
        if candidate.who not in (NOBODY, OUTLET):
            found.append(Option(candidate.who, {"base": 1.0} | style(candidate, "base") | _role(candidate.who)))
        found.append(Option(OUTLET, of_outlet(self._scenes, candidate, at, silent=not any(self._speaking.values()))))
        return found

    def _sentence(self, candidate: Candidate) -> int | None:
        evidence = candidate.evidence
        for n, s in enumerate(self._scenes):
            if s.sentence.field == evidence.field and s.sentence.start <= evidence.start < s.sentence.end:
                return n
        return None

    # -- features

    def _of(self, mention: Mention, candidate: Candidate, at: int, mine: str) -> Features:
        scene = self._scenes[mention.number - self._scenes[0].sentence.number]
        features: Features = {"bias": 1.0}
        features |= self._standing[id(mention)] | self._kind(mention, scene) | _role(mention.who)
        features |= self._place(mention, scene, candidate, at)
        features |= self._cues(mention, scene, candidate)
        name = _entity(mention.who)
        features["speaks"] = self._speaking[name]
        features["often"] = min(self._times[name], 4) / 4
        if name and name == mine:
            features |= {"same": 1.0} | style(candidate, "same")
        where = "here" if features.get("here") else "title" if features.get("title") else "away"
        sides, wanted = self._sides[name], -1 if candidate.stance is Stance.DENIES else 1
        features["sided"] = float(wanted in sides)
        features["sided.other"] = float(-wanted in sides and wanted not in sides)
        if where != "here":
            spoken = [m for m in self._all if m.number == self._scenes[at].sentence.number]
            dumb = not any(self._voiced(m) for m in spoken)
            features[f"{where}.dumb"] = float(dumb)
            if dumb and "apart.-1" in features:
                features["dumb.before"] = 1.0
            if dumb and "apart.1" in features:
                features["dumb.after"] = 1.0
            if self._he(at) and "apart.-1" in features:
                features["he"] = 1.0
                features["he.names"] = float("names" in mention.kinds)
        for kept in (
            "says",
            "said.by",
            "label",
            "quoted",
            "own",
            "party",
            "after.in",
            "opens",
            "cue.left",
            "heads",
            "heads.cue",
        ):
            if kept in features:
                features[f"{where}.{kept}"] = features[kept]
        return features

    def _quotation(self, mention: Mention, at: int, candidate: Candidate) -> Features:
        """Where the quotation that the evidence stands in begins and ends, outside it."""
        first = self._scenes[at].sentence
        start = next((i for i, w in enumerate(first.words) if w.start >= candidate.evidence.start), 0)
        if not first.quoted[start]:
            return {}
        scene = self._scenes[mention.number - self._scenes[0].sentence.number]
        if scene.sentence.field != first.field or scene.sentence.quoted[mention.first]:
            return {}
        a, before = self._edge(at, start, -1)
        b, after = self._edge(at, start, 1)
        here = mention.number - self._scenes[0].sentence.number
        if here == a and mention.first <= before:
            return {"quote.before": 1.0, "quote.before.same": float(a == at)}
        if here == b and mention.first >= after:
            return {"quote.after": 1.0, "quote.after.opens": float(after == 0)}
        return {"quote.elsewhere": 1.0}

    def _edge(self, at: int, word: int, step: int) -> tuple[int, int]:
        """The nearest word outside a quotation: its sentence and its number there; (-1, 0) where there is none."""
        field = self._scenes[at].sentence.field
        while 0 <= at < len(self._scenes) and self._scenes[at].sentence.field == field:
            quoted = self._scenes[at].sentence.quoted
            while 0 <= word < len(quoted):
                if not quoted[word]:
                    return at, word
                word += step
            at += step
            if 0 <= at < len(self._scenes):
                word = 0 if step > 0 else len(self._scenes[at].sentence.quoted) - 1
        return -1, 0

    def _voiced(self, mention: Mention) -> bool:
        here = self._standing[id(mention)]
        return any(f in here for f in ("says", "said.by", "label", "tail", "heads"))

    def _he(self, at: int) -> bool:
        scene = self._scenes[at]
        he = scene.tables.words.get("he", frozenset())
        return any(among(w.low, he) for w in scene.sentence.words)

    def _taken(self, mention: Mention) -> set[int]:
        """The stances whose cues it stands right before."""
        scene = self._scenes[mention.number - self._scenes[0].sentence.number]
        return {
            _FAMILY[c.entry.type]
            for c in scene.sentence.of("cue")
            if c.entry.type in _FAMILY
            and 0 < c.first - mention.last <= _NEAR
            and self._open(scene, mention.last, c.first)
            and not negated(scene, c.parts)
        }

    def _heads(self, mention: Mention, verb: Found, scene: Scene) -> bool:
        """The last one named before a verb, in its part of the sentence: its subject, most likely."""
        if not verb.first - mention.last > 0 or not self._open(scene, mention.last, verb.first):
            return False
        return not any(m.number == mention.number and mention.last < m.first < verb.first for m in self._all)

    def _stands(self, mention: Mention) -> Features:  # noqa: C901  one feature after the other
        """Beside verbs of speech, colons and dashes."""
        scene = self._scenes[mention.number - self._scenes[0].sentence.number]
        sentence, borders = scene.sentence, scene.clauses.borders
        features: Features = {}
        for say in sentence.of("say"):
            if say.entry.source == "after":
                if 0 < mention.first - say.last <= _NEAR + 1 and self._open(scene, say.last, mention.first):
                    features["said.by"] = 1.0
            elif say.entry.source == "before":
                if 0 < say.first - mention.last <= _NEAR and self._open(scene, mention.last, say.first):
                    features["said.by"] = 1.0
            elif self._beside(scene, mention, say):
                features["says.doubtful" if say.entry.doubtful else "says"] = 1.0
                features["says.before" if mention.last < say.first else "says.after"] = 1.0
            if say.entry.source not in ("after", "before") and self._heads(mention, say, scene):
                features["heads"] = 1.0
        if any(c.entry.type in _FAMILY and self._heads(mention, c, scene) for c in sentence.of("cue")):
            features["heads.cue"] = 1.0
        if mention.last + 1 < scene.size and borders[mention.last + 1] == "colon":
            features["label" if mention.first < _OPENS else "colon"] = 1.0
        if mention.first > 0 and borders[mention.first] == "dash" and mention.last + 1 >= scene.size - 1:
            features["tail"] = 1.0
        if mention.first > 0 and "(" in sentence.gaps[mention.first]:
            features["bracket"] = 1.0
        if sentence.quoted[mention.first]:
            features["quoted"] = 1.0
        elif any(sentence.quoted):
            features["outside"] = 1.0
            edge = [i for i in (mention.first - 1, mention.last + 1) if 0 <= i < scene.size]
            if any(sentence.quoted[i] for i in edge):
                features["edge"] = 1.0
        if scene.clauses.asked[mention.first]:
            features["asked"] = 1.0
        if mention.first == 0 or (mention.first < _OPENS and not sentence.words[0].raw[:1].isupper()):
            features["opens"] = 1.0
        elif mention.first < _OPENS:
            features["opens.late"] = 1.0
        before = sentence.words[mention.first - 1].low if mention.first else ""
        if before and _governed(before):
            features["after.in"] = 1.0
        if mention.last + 1 < scene.size and borders[mention.last + 1] == "comma":
            features["comma"] = 1.0
        return features

    def _beside(self, scene: Scene, mention: Mention, verb: Found) -> bool:
        gap = verb.first - mention.last if mention.last < verb.first else mention.first - verb.last
        low, high = min(mention.last, verb.last), max(mention.first, verb.first)
        return 0 < gap <= _NEAR and self._open(scene, low, high)

    @staticmethod
    def _open(scene: Scene, left: int, right: int) -> bool:
        return not any(b in ("colon", "dash", "but", "strong") for b in scene.clauses.borders[left + 1 : right + 1])

    def _kind(self, mention: Mention, scene: Scene) -> Features:
        features = {f"kind.{k}": 1.0 for k in mention.kinds}
        own = {i for g in scene.touch.groups for i in g} | set(scene.touch.words)
        inner = range(mention.first, mention.last + 1)
        if mention.met:
            features["party"] = 1.0
            features["met"] = mention.met
        shared = sum(i in own for i in inner) / len(inner)
        if shared:
            features["own"] = shared
            if not mention.met:
                features["own.strange"] = shared
        if any(i in c.parts for c in scene.touch.cores for i in inner):
            features["in.core"] = 1.0
        features["long"] = min(len(inner), 5) / 5
        if mention.who.party and mention.who.party != mention.who.name:
            features["has.party"] = 1.0
        return features

    def _place(self, mention: Mention, scene: Scene, candidate: Candidate, at: int) -> Features:
        apart = (mention.number - self._scenes[0].sentence.number) - at
        features: Features = {}
        if apart == 0:
            start, end = scene.sentence.cut(mention.first, mention.last)
            evidence = candidate.evidence
            inside = evidence.start <= start and end <= evidence.end
            features["here"] = 1.0
            features["inside" if inside else "before" if start < evidence.start else "after"] = 1.0
            if inside and start == evidence.start:
                features["starts"] = 1.0
            earlier = [m for m in self._all if m.number == mention.number and m.first < mention.first]
            features["first"] = float(not earlier)
            quoted = [
                q
                for w, q in zip(scene.sentence.words, scene.sentence.quoted, strict=True)
                if evidence.start <= w.start < evidence.end
            ]
            if sum(quoted) * 2 > len(quoted) and not scene.sentence.quoted[mention.first]:
                features["quotes"] = 1.0
        else:
            features[f"apart.{max(-_FAR, min(_FAR, apart))}"] = 1.0
        if scene.sentence.field == "title":
            features["title"] = 1.0
        if scene.sentence.field == candidate.evidence.field:
            features["field"] = 1.0
        return features

    def _cues(self, mention: Mention, scene: Scene, candidate: Candidate) -> Features:
        """Cues it stands beside: of the candidate's stance, or of the other one."""
        features: Features = {}
        wanted = -1 if candidate.stance is Stance.DENIES else 1
        for cue in scene.sentence.of("cue"):
            sign = _FAMILY.get(cue.entry.type, 0)
            if sign and negated(scene, cue.parts):
                sign = 0
            agrees = "cue" if sign == wanted else "other" if sign == -wanted else "mute"
            gap = cue.first - mention.last
            if gap > 0 and self._open(scene, mention.last, cue.first):
                features[f"{agrees}.left"] = max(features.get(f"{agrees}.left", 0.0), 1.0 if gap <= _NEAR else 0.5)
            gap = mention.first - cue.last
            if gap > 0 and self._open(scene, cue.last, mention.first):
                features[f"{agrees}.right"] = max(features.get(f"{agrees}.right", 0.0), 1.0 if gap <= _NEAR else 0.5)
            if cue.first <= mention.first <= cue.last:
                features[f"{agrees}.in"] = 1.0
        if masks(scene, (mention.first,)):
            features["masked"] = 1.0
        return features


def _framed(option: Option) -> bool:
    """A party or authority between the parts of the verb is its subject: „wies das Ministerium dies … zurück“."""
    here = option.features.get("inside", 0.0) and option.features.get("cue.in", 0.0)
    return bool(here) and option.who.role in (Role.PARTY, Role.AUTHORITY)


def _role(who: Speaker) -> Features:
    features: Features = {f"role.{who.role}": 1.0}
    if who.kind:
        features[f"is.{who.kind}"] = 1.0
    return features


def _governed(word: str) -> bool:
    return word in _PREPOSITIONS


# Words that put a name where no subject stands: "in Moskau", "against the Kremlin". Ten languages at once.
_PREPOSITIONS = frozenset({
    "in", "on", "at", "to", "for", "with", "from", "against", "about", "over", "between", "near", "im", "ins", "am",
    "an", "auf", "aus", "bei", "beim", "mit", "nach", "gegen", "über", "um", "vor", "für", "zu", "zum", "zur", "à",
    "au", "aux", "dans", "en", "sur", "avec", "contre", "chez", "pour", "vers", "sous", "a", "ad", "al", "alla",
    "nel", "nella", "nell'", "con", "contro", "per", "su", "sul", "sulla", "tra", "fra", "contra", "para", "por",
    "sobre", "entre", "hacia", "em", "no", "na", "nos", "nas", "ao", "com", "op", "bij", "met", "tegen", "naar",
    "voor", "uit", "w", "we", "z", "ze", "do", "o", "przeciw", "dla", "od", "przy", "pod", "nad", "в", "во", "на",
    "с", "со", "к", "о", "об", "от", "из", "за", "для", "против", "по", "у", "при", "под", "із", "зі", "до", "від",
    "про", "проти", "над", "та",
})  # fmt: skip


def _entity(who: Speaker) -> str:
    """The same for all mentions of one speaker: its party, else the last word of its name."""
    if who.role is Role.PARTY and who.party:
        return who.party.casefold()
    words = spelt(who.party or who.name or "")
    return words[-1] if words else ""


@lru_cache(maxsize=1)
def weights() -> Mapping[str, float]:
    """Weights by feature."""
    return tomllib.loads(Path(__file__).with_name("attribution.toml").read_text(encoding="utf-8"))


def score(features: Features, held: Mapping[str, float] | None = None) -> float:
    """How well one fits as the speaker; only the order of scores counts."""
    held = weights() if held is None else held
    return sum(held.get(f, 0.0) * v for f, v in features.items())


def names(features: Iterable[Features]) -> list[str]:
    """All features that occur, sorted."""
    return sorted({f for some in features for f in some})
