"""What an item holds that speaks for or against a stance on the claim, counted place by place.

A cue that governs the claim is a candidate (`reader`). But newsrooms also answer in words no table knows: then it is
the make of the item that tells. A quotation or a negation in the headline, a party who speaks beside the claim's words,
a declined answer, hedges and questions: none of these takes a stance alone, together they tell an answer from a report.
`decide` weighs them; here they are only counted.

Names of signs: `place.what`. Places: t title, l the first sentence below it, s the rest of the summary, b the body;
`near` a sentence that touches the claim, `spoken` one of these in which a party or an authority speaks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from monitor.lexicon.passage import Found
from monitor.lexicon.touch import Asked
from monitor.model.verdict import Gate, Role, Stance
from monitor.stance.candidate import Candidate, plain
from monitor.stance.foreign import strangers, unexplained
from monitor.stance.scope import Scene, Span, masks, negated
from monitor.stance.source import Sources
from monitor.stance.speakers import NOBODY, Speaker
from monitor.stance.weigh import confidence, head

MOST = 3.0  # more of the same in one place tells nothing more
_LOOKED_AT = ("t", "l")
_BODY = 12  # sentences of a body that are counted
# Features of the surest candidate of each head that are kept beside its confidence.
_KEPT = (
    "rel.this", "rel.report", "rel.other", "rel.none", "unexplained", "strangers", "near", "title", "late", "core",
    "turned", "who.party", "who.authority", "who.nobody", "person",
)  # fmt: skip

Signs = dict[str, float]


def signs(
    scenes: Sequence[Scene],
    sources: Sequence[Sources],
    found: Sequence[Candidate],
    gates: Sequence[Gate],
    asked: Asked,
    match: float,
) -> Signs:
    """Every sign of one item and one claim; what is absent counts 0.

    `scenes` and `sources`: one a sentence, in text order. `match`: 0..1, how surely the item is about the claim.
    """
    counted: dict[str, float] = defaultdict(float)
    _of_claim(counted, asked, match)
    body = 0
    for scene, source in zip(scenes, sources, strict=True):
        place = _place(scene, scenes)
        body += place == "b"
        if body > _BODY:
            break
        _of_sentence(counted, place, scene, source, asked)
    for gate in gates:
        counted[f"gate.{gate.name}"] += not gate.passed
    for name in counted:
        counted[name] = min(counted[name], MOST)
    return counted | of_candidates(c for c in found if c.stance is not Stance.DECLINES and not plain(c))


def _place(scene: Scene, scenes: Sequence[Scene]) -> str:
    field, number = scene.sentence.field, scene.sentence.number
    if field == "title":
        return "t"
    if number == sum(s.sentence.field == "title" for s in scenes):
        return "l"
    return "s" if field == "summary" else "b"


def _of_claim(counted: dict[str, float], asked: Asked, match: float) -> None:
    counted["match"] = match
    counted["specific"] = float(asked.specific)
    counted["given"] = float(asked.given)
    counted["groups"] = float(asked.groups)
    counted["negative"] = float(asked.sign < 0)
    counted["plan"] = float(asked.plan)
    counted["kinds"] = float(len(asked.kinds))
    counted["parties"] = float(len(asked.parties))


def _of_sentence(counted: dict[str, float], place: str, scene: Scene, source: Sources, asked: Asked) -> None:
    touch, sentence = scene.touch, scene.sentence
    named = sum(bool(g) for g in touch.groups)
    near = bool(touch.cores) or (named > 0 and 2 * named >= asked.groups)
    who = source.within(0, scene.size - 1)
    places = [place]
    if near:
        places.append("near")
        if who.role in (Role.PARTY, Role.AUTHORITY):
            places.append("spoken")
    names = [*_rows(scene), *_cores(scene, asked), *_make(scene, who)]
    for name in names:
        for where in places:
            counted[f"{where}.{name}"] += 1
    counted[f"{place}.near"] += near
    counted[f"{place}.words"] = max(counted[f"{place}.words"], len(touch.words))
    counted[f"{place}.cover"] = max(counted[f"{place}.cover"], touch.cover)
    if place in _LOOKED_AT:
        _of_what_else(counted, place, scene)
    counted["cover"] = max(counted["cover"], touch.cover)
    counted["core"] = max([counted["core"], *(c.score for c in touch.cores)])
    if asked.groups:
        counted[f"{place}.named"] = max(counted[f"{place}.named"], named / asked.groups)
    for clash in touch.clashes:
        counted[f"clash.{clash.what}"] += 1
    if sentence.number == 0 and any(b == "colon" for b in scene.clauses.borders):
        counted["t.colon"] = 1.0


def _of_what_else(counted: dict[str, float], place: str, scene: Scene) -> None:
    """What the headline and the lead tell beside the claim: of a look-alike they tell much."""
    whole = Span(0, scene.size - 1)
    counted[f"{place}.unexplained"] = unexplained(scene, whole) / 4
    counted[f"{place}.strangers"] = float(len(strangers(scene, whole)))
    own = {i for c in scene.touch.cores for i in c.parts}
    for f in scene.sentence.of("event"):
        if not own.intersection(f.parts) and not f.entry.generic:
            counted[f"{place}.event.{f.entry.type}"] += 1


def _rows(scene: Scene) -> list[str]:
    """Rows of the language's tables, with what works on them."""
    names = []
    for f in scene.sentence.found:
        table = f.entry.table
        if table == "cue":
            names.append(_cue(scene, f))
        elif table == "negator":
            names.append("negator.quoted" if scene.sentence.quoted[f.first] else "negator")
        elif table == "mask" or table == "anaphor":
            names.append(f"{table}.{f.entry.type}")
        elif table == "say":
            names.append("say.doubtful" if f.entry.doubtful else "say")
        elif table == "source":
            names.append(f"source.{f.entry.type}")
    return names


def _cue(scene: Scene, cue: Found) -> str:
    name = f"cue.{cue.entry.type}" + (".weak" if cue.entry.weak else "")
    if masks(scene, cue.parts):
        return name + ".masked"
    return name + ".negated" if negated(scene, cue.parts) else name


def _cores(scene: Scene, asked: Asked) -> list[str]:
    """How the claim's event is told: so (+), not so (-), under a mask."""
    names = []
    for core in scene.touch.cores:
        sign = core.sign * asked.sign * (-1 if negated(scene, core.parts, noun=core.force == "mention") else 1)
        masked = ".masked" if masks(scene, core.parts) else ""
        names.append(f"core.{core.force}.{'+' if sign > 0 else '-'}{masked}")
    return names


def _make(scene: Scene, who: Speaker) -> list[str]:
    """Who speaks, in quotation marks or not, and whether it is a question."""
    names = []
    if who is not NOBODY:
        names.append("insider" if who.anonymous else "media" if who.media else f"who.{who.role}")
    if any(scene.sentence.quoted):
        names.append("quote")
    if any(scene.clauses.asked) or scene.clauses.question:
        names.append("question")
    if "but" in scene.clauses.borders:
        names.append("but")
    return names


def of_candidates(found: Iterable[Candidate], sure: Callable[[Candidate], float] = confidence) -> Signs:
    """How many candidates of each head there are, and what the surest of them looks like."""
    counted: dict[str, float] = defaultdict(float)
    best: dict[str, tuple[float, Candidate]] = {}
    for candidate in found:
        name, value = head(candidate), sure(candidate)
        counted[f"n.{name}"] += 1
        if value > best.get(name, (0.0, candidate))[0]:
            best[name] = value, candidate
    for name, (value, candidate) in best.items():
        counted[f"max.{name}"] = value
        for kept in _KEPT:
            counted[f"{name}.{kept}"] = candidate.features.get(kept, 0.0)
    return dict(counted)
