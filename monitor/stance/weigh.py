"""How sure a candidate is: a logistic model of few readable features, its weights in weights.toml.

The weights are fitted by benchmarks/fit_weights.py; each stance has its own, because denials and confirmations fail in
different ways. Confidence is the model's probability.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from monitor.model.verdict import Basis, Stance
from monitor.stance.candidate import Candidate

_DECLINES = 0.8  # a declined answer alerts nobody; nothing is fitted for it


@lru_cache(maxsize=1)
def weights() -> Mapping[str, Mapping[str, float]]:
    """Weights by head (confirms-cue, denies-told, …), then by feature; `bias` is always there."""
    return tomllib.loads(Path(__file__).with_name("weights.toml").read_text(encoding="utf-8"))


def confidence(candidate: Candidate) -> float:
    """0..1: the share of such candidates that are right."""
    if candidate.stance is Stance.DECLINES:
        return _DECLINES
    table = weights()[head(candidate)]
    return 1 / (1 + math.exp(-(table["bias"] + sum(table.get(f, 0.0) * v for f, v in candidate.features.items()))))


def head(candidate: Candidate) -> str:
    """Which weights weigh a candidate."""
    bare = candidate.basis is Basis.ASSERTED and candidate.stance is Stance.CONFIRMS
    if bare:
        return "asserted"
    family = "cue" if "cue" in candidate.features else "told" if "bare" in candidate.features else "voiced"
    return f"{candidate.stance}-{family}"
