"""How sure an item as a whole confirms or denies: boosted trees over its signs, in trees.json.

Fitted by benchmarks/fit_weights.py on labelled sets written for this project. A sum of small regression trees gives the
log odds (Friedman 2001, Greedy function approximation: a gradient boosting machine); what a tree asks is one sign and
one threshold at a time, so that `dementi why` can say which signs weighed most.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from monitor.model.verdict import Stance

FILE = Path(__file__).with_name("trees.json")
_LEAF = -1


class Tree(NamedTuple):
    """One tree as parallel lists. Node n asks `sign <= threshold`; a leaf has no sign and holds its value."""

    sign: list[int]  # number of the sign; -1: a leaf
    threshold: list[float]  # of a leaf: its value
    left: list[int]  # node for yes
    right: list[int]  # node for no


class Forest(NamedTuple):
    """The trees of one stance."""

    bias: float  # log odds before any tree
    trees: tuple[Tree, ...]


class Model(NamedTuple):
    """All that was fitted."""

    signs: tuple[str, ...]
    forests: Mapping[str, Forest]


@lru_cache(maxsize=1)
def model() -> Model:
    """The fitted model, read once."""
    return parse(json.loads(FILE.read_text(encoding="utf-8")))


def parse(data: Mapping[str, object]) -> Model:
    """A model from the JSON that `fit_trees` writes: {signs: […], forests: {stance: {bias, trees: [[…4 lists]]}}}."""
    signs, forests = data["signs"], data["forests"]
    assert isinstance(signs, list)  # noqa: S101  our own file
    assert isinstance(forests, dict)  # noqa: S101
    return Model(
        signs=tuple(signs),
        forests={s: Forest(float(f["bias"]), tuple(Tree(*t) for t in f["trees"])) for s, f in forests.items()},
    )


def probabilities(signs: Mapping[str, float], fitted: Model | None = None) -> dict[Stance, float]:
    """0..1 for `confirms` and for `denies`: the share of such items that do. Both may be high: a mixed item."""
    fitted = fitted or model()
    values = [signs.get(name, 0.0) for name in fitted.signs]
    return {stance: _probability(fitted.forests[stance], values) for stance in (Stance.CONFIRMS, Stance.DENIES)}


def _probability(forest: Forest, values: list[float]) -> float:
    total = forest.bias
    for sign, threshold, left, right in forest.trees:
        node = 0
        while (asked := sign[node]) != _LEAF:
            node = left[node] if values[asked] <= threshold[node] else right[node]
        total += threshold[node]
    return 1 / (1 + math.exp(-total))
