"""How likely the built-in reading errs on a pair: what ranks the questions to a second reader.

A logistic regression over what the reading already knows of the pair. Its weights stand in second.toml, fitted by
benchmarks/second_opinion.py --write on labelled sets; docs/second-opinion-figures.md says how well it carries over.
"""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from monitor.model.verdict import Assessment, Stance

FILE = Path(__file__).with_name("second.toml")
# Steps of the reading that dropped something: each may have dropped the answer.
_STEPS = ("argument", "content", "cover", "mask", "negation", "unsaid", "weak", "weigh")
_LONG = 8  # sentences: beyond them an item is simply long


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """One pair as the built-in reading sees it, related or nearly so."""

    assessment: Assessment
    related: bool  # False: below what the reading takes for related; nothing but the second reader looks at it
    likely: Mapping[Stance, float] = field(default_factory=dict)  # 0..1, the item as a whole; empty: it was not read
    sentences: int = 1
    language: str = ""


def answers(assessment: Assessment) -> dict[Stance, float]:
    """Confidence of the surest answer of each stance."""
    found: dict[Stance, float] = {}
    for s in assessment.statements:
        if s.answers:
            found[s.stance] = max(s.confidence, found.get(s.stance, 0.0))
    return found


def features(sight: Sight) -> dict[str, float]:
    """What the model weighs, by name."""
    given = answers(sight.assessment)
    told, silent = float(bool(given)), float(not given)
    sure = max(given.values(), default=0.0)
    best = max(sight.likely.values(), default=0.0)
    match = sight.assessment.match
    dropped = Counter(g.name for g in sight.assessment.gates if not g.passed)
    found = {
        "told": told, "both": float(len(given) > 1), "confirms": given.get(Stance.CONFIRMS, 0.0),
        "denies": given.get(Stance.DENIES, 0.0), "unsure": told * (1 - sure), "told.likely": told * best,
        "silent.likely": silent * best, "likely.confirms": sight.likely.get(Stance.CONFIRMS, 0.0),
        "likely.denies": sight.likely.get(Stance.DENIES, 0.0), "either": math.prod(sight.likely.values() or [0.0]),
        "told.match": told * match, "silent.match": silent * match, "match2": match * match,
        "unrelated": float(not sight.related), "unread": float(not sight.likely),
        "headline": float(sight.sentences == 1), "long": min(sight.sentences, _LONG) / _LONG,
        "nearly": max(_dropped_answers(sight), default=0.0),
    }  # fmt: skip
    for step in _STEPS:
        found[f"dropped.{step}"] = min(dropped[step], 3) / 3
        found[f"silent.{step}"] = silent * float(dropped[step] > 0)
    return found


def _dropped_answers(sight: Sight) -> list[float]:
    """How sure the answers were that were weighed too low."""
    return [gate.score or 0.0 for gate in sight.assessment.gates if gate.name == "weigh" and not gate.passed]


def doubt(sight: Sight, weights: Mapping[str, float] | None = None) -> float:
    """0..1: the share of such pairs that the built-in reading gets wrong."""
    held = weights if weights is not None else fitted()["doubt"]
    total = held.get("bias", 0.0) + sum(held.get(name, 0.0) * value for name, value in features(sight).items())
    return 1 / (1 + math.exp(-total))


@lru_cache(maxsize=1)
def fitted() -> Mapping[str, Mapping[str, Any]]:
    """second.toml, read once."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
