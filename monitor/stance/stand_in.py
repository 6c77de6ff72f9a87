"""Words to show where no row of the tables says it: the sentence that most likely holds the answer, and its speaker.

Who answers a claim in words of his own mostly does so beside the claim's words, in quotation marks or in the headline,
and is the party or in a position to know.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from monitor.lexicon.touch import Asked, Core
from monitor.model.verdict import Basis, Evidence, Role, Stance
from monitor.stance.candidate import Candidate, about_speaker
from monitor.stance.scope import Scene, masks, negated
from monitor.stance.source import Sources
from monitor.stance.speakers import NOBODY, Speaker

_ROLE = {Role.PARTY: 1.0, Role.AUTHORITY: 0.8, Role.OTHER: 0.4, Role.OUTLET: -0.5, Role.UNNAMED: 0.0}
_TYPES = {Stance.DENIES: ("deny", "false", "retract"), Stance.CONFIRMS: ("confirm", "true")}
_OPPOSITE = {Stance.DENIES: Stance.CONFIRMS, Stance.CONFIRMS: Stance.DENIES}
_READABLE = 40  # words of evidence at most
_LEAST = 0.5  # of a stand-in's weight: below, nothing in the sentence is worth showing


class StandIn(NamedTuple):
    """A sentence that may be shown for a stance."""

    weight: float
    candidate: Candidate


def stand_ins(scene: Scene, sources: Sources, asked: Asked) -> list[StandIn]:
    """What this sentence could be shown for: at most one for each stance. Call it in reading order."""
    near = bool(scene.touch.cores) + (sum(bool(g) for g in scene.touch.groups) / asked.groups if asked.groups else 0.0)
    title = 0.3 * (scene.sentence.field == "title")
    found = []
    for stance in (Stance.CONFIRMS, Stance.DENIES):
        at, told = _told(scene, stance, asked)
        who = _who(scene, sources, at)
        weight = near + title + told + _ROLE[who.role] + 0.4 * scene.sentence.quoted[at]
        weight -= 0.6 * bool(masks(scene, (at,)))
        if weight >= _LEAST and not who.media and not who.anonymous:
            found.append(StandIn(weight, _candidate(scene, stance, at, who)))
    return found


def best(some: Iterable[StandIn], stance: Stance) -> Candidate | None:
    """The one to show for a stance; of equals the first."""
    fitting = [s for s in some if s.candidate.stance is stance]
    return max(fitting, key=lambda s: s.weight).candidate if fitting else None


def _told(scene: Scene, stance: Stance, asked: Asked) -> tuple[int, float]:
    """The word a stance hangs on in the sentence, and how much speaks for it there."""
    best: tuple[int, float] = (_middle(scene), 0.0)
    for cue in scene.sentence.of("cue"):
        turned = negated(scene, cue.parts)
        if cue.entry.type in _TYPES[_OPPOSITE[stance] if turned else stance]:
            best = max(best, (cue.first, 1.0 if turned or cue.entry.weak else 1.5), key=lambda b: b[1])
    wanted = asked.sign * (1 if stance is Stance.CONFIRMS else -1)
    for core in scene.touch.cores:
        sign = core.sign * (-1 if negated(scene, core.parts, noun=core.force == "mention") else 1)
        if sign == wanted and core.force != "planned":
            best = max(best, (core.first, 0.8 if core.force == "happened" else 0.3), key=lambda b: b[1])
    negators = scene.sentence.of("negator")
    if negators and stance is Stance.DENIES:
        best = max(best, (negators[0].first, 0.9), key=lambda b: b[1])
    return best


def _middle(scene: Scene) -> int:
    """The first quoted word, else the first word of the claim, else the first word."""
    quoted = next((i for i, q in enumerate(scene.sentence.quoted) if q), None)
    own = [*scene.touch.words, *(i for g in scene.touch.groups for i in g)]
    return quoted if quoted is not None else min(own, default=0)


def _who(scene: Scene, sources: Sources, at: int) -> Speaker:
    who = sources.of_telling(Core((at,), 1, "voiced", 0.0))
    return who if who is not NOBODY else sources.within(0, scene.size - 1)


def _candidate(scene: Scene, stance: Stance, at: int, who: Speaker) -> Candidate:
    first, last = scene.part(at)
    if last - first >= _READABLE:
        first, last = scene.part(at, commas=True)
    last = min(last, first + _READABLE)
    start, end = scene.sentence.cut(first, last)
    field = scene.sentence.field
    evidence = Evidence(text=scene.sentence.text[start:end], field=field, start=start, end=end)
    basis = Basis.SHOWN if who is NOBODY else Basis.SAID
    reason = f"the item as a whole {stance}: “{evidence.text[:60]}”"
    features = {"stand-in": 1.0} | about_speaker(who)
    return Candidate(stance=stance, basis=basis, evidence=evidence, who=who, features=features, reason=reason)
