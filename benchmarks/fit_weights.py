"""Fit what the reading has learnt on labelled sets, and say how well it carries over to a set not fitted on.

    python -m benchmarks.fit_weights SET [SET …] [--write] [--plot FILE.svg]      (needs: pip install 'dementi[fit]')

Two steps. monitor/stance/weights.toml: each candidate of each labelled pair is one example, right where the pair's
label holds its stance; logistic regression with an L2 penalty, fitted by Newton's method, each head of its own.
monitor/stance/trees.json: each pair is one example for each stance, its signs are what `stance.signs` counts; gradient
boosted trees. With several sets every one is kept out of both steps in turn; inside each fold the candidates of the
trees' examples are weighed by weights that have not seen their set either. Then all are fitted together. --plot draws
whether the probabilities given to the sets kept out are what they say; --without shows what signs are worth.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.labelled import Pair, alerts_score, pairs
from benchmarks.reliability_picture import Bin, bins, draw, error
from monitor.model.verdict import Stance
from monitor.stance.signs import of_candidates
from monitor.stance.trees import Model, parse, probabilities
from monitor.stance.weigh import head

STANCE = Path(__file__).parents[1] / "monitor" / "stance"
# What the weights weigh. Few and readable; each can be argued for in one sentence.
FEATURES = (
    "cue", "rel.this", "rel.report", "rel.pronoun", "rel.none", "rel.other", "other.close", "other.bare",
    "other.all", "other.fresh", "type.false", "weak", "hedged", "core", "words", "mention", "turned", "asserted",
    "echo", "echo.this", "voiced", "quoted", "opens", "unexplained", "strangers", "missing", "near", "cover",
    "person", "clash.number", "clash.time", "clash.place", "clash.role", "fresh", "cored", "title", "late", "own",
    "negative", "who.party", "who.authority", "who.media", "who.insider", "who.nobody",
)  # fmt: skip
PENALTY = 6.0
SEEN = 12  # pairs a sign must be seen in to be asked for
TREES = {
    "n_estimators": 250, "learning_rate": 0.05, "max_leaf_nodes": 8, "min_samples_leaf": 15, "subsample": 0.6,
    "max_features": 0.1, "random_state": 0,
}  # fmt: skip

Weights = dict[str, np.ndarray]
Kept = tuple[Pair, dict[Stance, float]]  # a pair of a set kept out, and what is said of it


# -- weights


def fit_weights(some: Iterable[Pair]) -> Weights:
    """Weights by head, bias first. Claims as the watchlist gives them only."""
    grouped: dict[str, list[tuple[list[float], float]]] = defaultdict(list)
    for pair in some:
        if pair.mine and not pair.bare:
            for c in pair.found:
                grouped[head(c)].append((_vector(c.features), float(str(c.stance) in pair.expected)))
    return {h: _newton(np.array([x for x, _ in rows]), np.array([y for _, y in rows])) for h, rows in grouped.items()}


def _vector(features: dict[str, float]) -> list[float]:
    return [1.0, *(features.get(f, 0.0) for f in FEATURES)]


def _newton(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    w = np.zeros(x.shape[1])
    penalty = np.full(x.shape[1], PENALTY)
    penalty[0] = 0.01
    for _ in range(30):
        p = 1 / (1 + np.exp(-(x @ w)))
        step = np.linalg.solve((x.T * (p * (1 - p))) @ x + np.diag(penalty), x.T @ (p - y) + penalty * w)
        w -= step
        if np.abs(step).max() < 1e-6:
            break
    return w


# -- trees


def signs_of(pair: Pair, weights: Weights) -> dict[str, float]:
    """The pair's signs, its candidates weighed by these weights."""
    if not pair.signs:
        return {}
    sure = {h: lambda c, w=w: float(1 / (1 + np.exp(-(w @ np.array(_vector(c.features)))))) for h, w in weights.items()}
    kept = {k: v for k, v in pair.signs.items() if not k.startswith(("n.", "max.", "confirms-", "denies-"))}
    return kept | of_candidates(pair.found, lambda c: sure[head(c)](c) if head(c) in sure else 0.3)


def fit_trees(some: Sequence[Pair], signs: Sequence[dict[str, float]]) -> Model:
    """A forest for each stance."""
    from sklearn.ensemble import GradientBoostingClassifier

    seen = Counter(name for found in signs for name, value in found.items() if value)
    names = sorted(n for n, k in seen.items() if k >= SEEN)
    x = np.array([[found.get(n, 0.0) for n in names] for found in signs], dtype=np.float32)
    forests = {}
    for stance in (Stance.CONFIRMS, Stance.DENIES):
        y = np.array([str(stance) in pair.expected for pair in some])
        fitted = GradientBoostingClassifier(**TREES).fit(x, y)
        forests[str(stance)] = _exported(fitted, float(np.log(y.mean() / (1 - y.mean()))))
    return parse(_shortened(names, forests))


def _exported(fitted: Any, bias: float) -> dict[str, Any]:
    trees = []
    for (tree,) in fitted.estimators_:
        t = tree.tree_
        leaf = t.children_left < 0
        value = t.value[:, 0, 0] * fitted.learning_rate
        trees.append([
            np.where(leaf, -1, t.feature).tolist(), np.where(leaf, value, t.threshold).round(4).tolist(),
            np.where(leaf, 0, t.children_left).tolist(), np.where(leaf, 0, t.children_right).tolist(),
        ])  # fmt: skip
    return {"bias": round(bias, 4), "trees": trees}


def _shortened(names: Sequence[str], forests: dict[str, Any]) -> dict[str, Any]:
    """Only signs that some tree asks for."""
    used = sorted({s for f in forests.values() for t in f["trees"] for s in t[0] if s >= 0})
    number = {s: n for n, s in enumerate(used)} | {-1: -1}
    for forest in forests.values():
        for tree in forest["trees"]:
            tree[0] = [number[s] for s in tree[0]]
    return {"signs": [names[s] for s in used], "forests": forests}


# -- folds


def folds(some: Sequence[Pair], without: Sequence[str] = ()) -> Iterable[tuple[str, list[Kept], list[Kept]]]:
    """(set kept out, its pairs with their probabilities, the same by the weights alone).

    `without`: beginnings of the names of signs that the trees are not shown.
    """
    for name in sorted({p.set for p in some}):
        rest = [p for p in some if p.set != name]
        members, signs = _apart(rest)
        fitted = fit_trees(members, [_left(found, without) for found in signs])
        weights = fit_weights(rest)
        kept = [(p, signs_of(p, weights)) for p in some if p.set == name]
        yield name, [(p, probabilities(s, fitted)) for p, s in kept], [(p, _surest(s)) for p, s in kept]


def _left(signs: dict[str, float], without: Sequence[str]) -> dict[str, float]:
    return {name: value for name, value in signs.items() if not name.startswith(tuple(without))}


def _surest(signs: dict[str, float]) -> dict[Stance, float]:
    """How sure the surest candidate of a stance is, whatever else the item holds."""
    return {
        stance: max([v for name, v in signs.items() if name.startswith(f"max.{stance}")], default=0.0)
        for stance in (Stance.CONFIRMS, Stance.DENIES)
    }


def _apart(some: Sequence[Pair]) -> tuple[list[Pair], list[dict[str, float]]]:
    """Pairs and their signs, each weighed by weights that have not seen its set."""
    members, signs = [], []
    for name in sorted({p.set for p in some}):
        weights = fit_weights([p for p in some if p.set != name] or some)
        own = [p for p in some if p.set == name]
        members += own
        signs += [signs_of(p, weights) for p in own]
    return members, signs


def report(kept: Sequence[Kept], related: float, label: str) -> None:
    kinds: dict[str, Callable[[Pair], bool]] = {
        "full": lambda p: p.mine and not p.bare, "bare": lambda p: p.mine and p.bare,
    }  # fmt: skip
    for kind, chosen in kinds.items():
        for least in (0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7):
            rows = [(p.expected, said(p, sure, least, related)) for p, sure in kept if chosen(p)]
            alarms = sum(bool(said(p, s, least, related)) for p, s in kept if not p.mine and p.bare == (kind == "bare"))
            got = " ".join(f"{k} {v:.3f}" for k, v in alerts_score(rows).items())
            print(f"{label:10} {kind} @{least}: {got}  others' items: {alarms}")


def said(pair: Pair, sure: dict[Stance, float], least: float, related: float) -> list[str]:
    return [str(s) for s, p in sure.items() if p >= least and pair.signs and pair.match >= related]


def reliability(kept: Iterable[Kept], related: float) -> dict[str, list[Bin]]:
    """By stance, what was said of the pairs that are judged, and how much was so; claims as the watchlist has them."""
    judged = [(p, sure) for p, sure in kept if not p.bare and p.signs and p.match >= related]
    return {
        str(stance): bins((sure[stance], str(stance) in p.expected) for p, sure in judged)
        for stance in (Stance.CONFIRMS, Stance.DENIES)
    }


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("sets", nargs="+", type=Path)
    ap.add_argument("--write", action="store_true", help="keep what is fitted on all")
    ap.add_argument("--plot", type=Path, help="draw the reliability of what is said of the sets kept out")
    ap.add_argument("--without", nargs="+", default=(), help="beginnings of the names of signs left out")
    ap.add_argument("--quick", action="store_true", help="no sets kept out")
    ap.add_argument("--related", type=float, default=0.35, help="least match of a pair that is judged")
    args = ap.parse_args()
    some = [p for p in pairs(args.sets) if p.match >= min(args.related, 0.35) or p.mine]
    if len(args.sets) > 1 and not args.quick:
        every: list[Kept] = []
        alone: list[Kept] = []
        for name, kept, weighed in folds(some, args.without):
            every += kept
            alone += weighed
            rows = [(p.expected, said(p, s, 0.3, args.related)) for p, s in kept if p.mine and not p.bare]
            print(f"{name:14} @0.3", " ".join(f"{k} {v:.3f}" for k, v in alerts_score(rows).items()), flush=True)
        report(every, args.related, "kept out")
        report(alone, args.related, "weights")
        found = reliability(every, args.related)
        print("expected calibration error:", ", ".join(f"{name} {error(b):.3f}" for name, b in found.items()))
        if args.plot:
            args.plot.write_text(draw(found), encoding="utf-8")
    if args.write:
        write(fit_weights(some), fit_trees(*_apart(some)))


def write(weights: Weights, trees: Model) -> None:
    """Heads that were fitted; the others stay as they are."""
    path = STANCE / "weights.toml"
    kept = tomllib.loads(path.read_text(encoding="utf-8"))
    lines = ["# confirms, denies: fitted by benchmarks/fit_weights.py. asserted: set by hand, nothing alerts on it."]
    for name in sorted({*kept, *weights}):
        w = weights.get(name)
        rows = kept[name].items() if w is None else zip(("bias", *FEATURES), w, strict=True)
        lines += ["", f"[{name}]", *(f'"{f}" = {v:.4f}' for f, v in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    forests = {s: {"bias": f.bias, "trees": [list(t) for t in f.trees]} for s, f in trees.forests.items()}
    text = json.dumps({"signs": trees.signs, "forests": forests}, separators=(",", ":"))
    (STANCE / "trees.json").write_text(
        text.replace("[[[", "[\n[[").replace("]],[[", "]],\n[[") + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
