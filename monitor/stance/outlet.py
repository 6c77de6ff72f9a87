"""When the outlet itself is the speaker: a fact-check, its own correction, what its reporters have seen."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model.verdict import Basis
from monitor.stance.candidate import Candidate
from monitor.stance.offices import offices
from monitor.stance.scope import Scene
from monitor.stance.speakers import NOBODY, OUTLET

_OPENING = 3  # sentences in which an outlet says that it is correcting or checking


def _newsroom(scenes: Sequence[Scene], at: int) -> bool:
    return "newsroom" in offices(w.low for w in scenes[at].sentence.words)


def of_outlet(scenes: Sequence[Scene], candidate: Candidate, at: int, *, silent: bool) -> dict[str, float]:
    """What speaks for the outlet as the speaker. `at`: the sentence of the evidence; `silent`: nobody named speaks."""
    features: dict[str, float] = {"outlet": 1.0}
    if candidate.who is OUTLET:
        features["outlet.base"] = 1.0
    if candidate.who is NOBODY:
        features["outlet.nobody"] = 1.0
    features |= style(candidate, "outlet")
    features["outlet.shown"] = float(candidate.basis is Basis.SHOWN)
    scene = scenes[at]
    features["outlet.title"] = float(scene.sentence.field == "title")
    features["outlet.quoted"] = float(any(scene.sentence.quoted))
    features["outlet.says"] = float(bool(scene.sentence.of("say")))
    cues = scene.sentence.of("cue")
    features["outlet.false"] = float(any(f.entry.type == "false" for f in cues))
    features["outlet.retract"] = float(any(f.entry.type == "retract" for s in scenes for f in s.sentence.of("cue")))
    features["outlet.shown.cue"] = float(any(f.entry.shown for f in cues))
    features["outlet.answer"] = float(any(f.entry.answer for f in cues))
    features["outlet.asked"] = float(any(s.clauses.question for s in scenes[:2]))
    features["outlet.web"] = float(any(f.entry.type == "web" for s in scenes for f in s.sentence.of("source")))
    features["outlet.media"] = float(any(f.entry.type == "media" for s in scenes for f in s.sentence.of("source")))
    features["outlet.newsroom.title"] = float(_newsroom(scenes, 0))
    features["outlet.newsroom"] = float(any(_newsroom(scenes, n) for n in range(min(_OPENING, len(scenes)))))
    features["outlet.newsroom.here"] = float(_newsroom(scenes, at))
    features["outlet.alone"] = float(silent)
    features["outlet.says.none"] = float(not any(s.sentence.of("say") for s in scenes))
    return features


def style(candidate: Candidate, what: str) -> dict[str, float]:
    """By what the candidate was found."""
    for family in ("stand-in", "cue", "bare", "voiced", "echo"):
        if family in candidate.features:
            return {f"{what}.{family}": 1.0}
    return {}
