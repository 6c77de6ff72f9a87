"""Fit monitor/stance/weights.toml on labelled sets, and say how well it carries over to a set not fitted on.

    python benchmarks/fit_weights.py SET [SET …] [--write]

A SET is a folder with claims.jsonl and items.jsonl (see tests/cases/gold). Each candidate of each labelled pair is one
example, right where the pair's label holds its stance. Logistic regression with an L2 penalty, fitted by Newton's
method; each head of its own. With several sets every one is kept out in turn, then all are fitted together.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from monitor.lexicon.passage import read
from monitor.lexicon.tables import tables
from monitor.matching.pair import touch
from monitor.model.claim import Claim, Party
from monitor.model.verdict import Basis, Stance
from monitor.pipeline.judge import RELATED, Judge, match_of, out_of_time
from monitor.pipeline.judge_lines import read_item
from monitor.stance.assess import candidates
from monitor.stance.weigh import head
from monitor.text.words import words

WEIGHTS = Path(__file__).parents[1] / "monitor" / "stance" / "weights.toml"
# What is fitted. Few and readable; each can be argued for in one sentence.
FEATURES = (
    "cue", "rel.this", "rel.report", "rel.pronoun", "rel.none", "rel.other", "other.close", "other.bare",
    "other.all", "other.fresh", "type.false", "weak", "hedged", "core", "words", "mention", "turned", "asserted",
    "echo", "echo.this", "voiced", "quoted", "opens", "unexplained", "strangers", "missing", "near", "cover",
    "person", "clash.number", "clash.time", "clash.place", "clash.role", "fresh", "cored", "title", "late", "own",
    "negative", "who.party", "who.authority", "who.media", "who.insider", "who.nobody",
)  # fmt: skip
PENALTY = 6.0


def rows(folder: Path) -> list[dict[str, Any]]:
    """Candidates of a set: {set, pair, lang, head, stance, asserted, x, y}, and pairs without any."""
    claims = [json.loads(line) for line in (folder / "claims.jsonl").open(encoding="utf-8")]
    judge = Judge([claim_of(c) for c in claims])
    index = judge.index
    number = {c["id"]: i for i, c in enumerate(claims)}
    found = []
    for line in (folder / "items.jsonl").open(encoding="utf-8"):
        gold = json.loads(line)
        expected = {s["stance"] for s in gold["statements"]}
        base = {
            "set": folder.name,
            "pair": gold["id"],
            "lang": gold["lang"],
            "expected": expected,
            "claim": gold["claim"],
        }
        found.append({**base, "head": None})
        item = read_item({**gold, "content": gold.get("body")} | {"language": None, "link": None, "publisher": None})
        compiled = index.compiled[number[gold["claim"]]]
        looked = [w for _, text in item.fields() for w in words(text[:4000])]
        passage = read(item.fields(), tables(judge.language(item, [(number[gold["claim"]], 1.0)], looked)))
        touches = [touch(s, passage, compiled, index.terms) for s in passage.sentences]
        if match_of(touches, compiled, 0.0) < RELATED or not passage.tables.known or out_of_time(item, compiled.claim):
            continue
        for c in candidates(passage, touches, compiled.asked)[0]:
            if c.stance is not Stance.DECLINES:
                x = [c.features.get(f, 0.0) for f in FEATURES]
                skip = c.basis is Basis.ASSERTED and c.stance is Stance.CONFIRMS
                found.append(
                    {
                        **base,
                        "head": head(c),
                        "stance": str(c.stance),
                        "x": x,
                        "y": str(c.stance) in expected,
                        "skip": skip,
                    }
                )
    return found


def claim_of(row: dict[str, Any]) -> Claim:
    parties = tuple(
        Party(name=p) if isinstance(p, str) else Party(**{k: v if k == "name" else tuple(v) for k, v in p.items()})
        for p in row.get("parties") or ()
    )
    return Claim(
        id=row["id"],
        statement=row["statement"],
        language=row.get("lang") or row.get("language"),
        phrasings={k: tuple(v) for k, v in (row.get("phrasings") or {}).items()},
        about=tuple(tuple(g) for g in row.get("about") or ()),
        parties=parties,
        since=date.fromisoformat(row["since"]) if row.get("since") else None,
    )


def fit(data: Iterable[dict[str, Any]]) -> dict[str, np.ndarray]:
    """Weights by head, bias first."""
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in data:
        if row["head"] and not row["skip"]:
            grouped[row["head"]].append(row)
    return {
        name: _newton(np.array([[1.0, *r["x"]] for r in some]), np.array([float(r["y"]) for r in some]))
        for name, some in grouped.items()
    }


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


def score(data: Iterable[dict[str, Any]], weights: dict[str, np.ndarray], threshold: float) -> dict[str, float]:
    """P, R, F1 of alerts, as the evaluation counts them."""
    best: dict[tuple[str, str], float] = defaultdict(float)
    wanted: set[tuple[str, str]] = set()
    for row in data:
        wanted |= {(row["pair"], s) for s in row["expected"] if s in ("confirms", "denies")}
        if row["head"] and not row["skip"]:
            p = 1 / (1 + np.exp(-(weights[row["head"]] @ np.array([1.0, *row["x"]]))))
            best[row["pair"], row["stance"]] = max(best[row["pair"], row["stance"]], float(p))
    said = {k for k, p in best.items() if p >= threshold}
    right = len(said & wanted)
    reach = len(set(best) & wanted)
    return {
        "P": right / max(len(said), 1), "R": right / max(len(wanted), 1),
        "F1": 2 * right / max(len(said) + len(wanted), 1), "reach": reach / max(len(wanted), 1),
    }  # fmt: skip


def folds(data: list[dict[str, Any]]) -> list[tuple[str, set[str]]]:
    """Sets kept out in turn; of one set alone, every fifth claim."""
    names = sorted({r["set"] for r in data})
    if len(names) > 1:
        return [(n, {r["pair"] for r in data if r["set"] == n}) for n in names]
    claims = sorted({r["claim"] for r in data})
    return [(f"fold {k}", {r["pair"] for r in data if r["claim"] in claims[k::5]}) for k in range(5)]


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("sets", nargs="+", type=Path)
    ap.add_argument("--write", action="store_true")
    args = ap.parse_args()
    data = [r for folder in args.sets for r in rows(folder)]
    for name, pairs in folds(data):
        weights = fit(r for r in data if r["pair"] not in pairs or (len(args.sets) > 1 and r["set"] != name))
        kept = [r for r in data if r["pair"] in pairs and (len(args.sets) == 1 or r["set"] == name)]
        print(
            f"{name:12}",
            *(
                f"@{t}: " + " ".join(f"{k} {v:.3f}" for k, v in score(kept, weights, t).items())
                for t in (0.4, 0.5, 0.6)
            ),
        )
    weights = fit(data)
    print(
        "fitted      ",
        *(f"@{t}: " + " ".join(f"{k} {v:.3f}" for k, v in score(data, weights, t).items()) for t in (0.4, 0.5, 0.6)),
    )
    for name, w in weights.items():
        print(
            name,
            " ".join(
                f"{f} {v:+.2f}" for f, v in sorted(zip(("bias", *FEATURES), w, strict=True), key=lambda p: -abs(p[1]))
            ),
        )
    if args.write:
        write(weights)


def write(weights: dict[str, np.ndarray]) -> None:
    """Heads that were fitted; the others stay as they are."""
    kept = tomllib.loads(WEIGHTS.read_text(encoding="utf-8"))
    lines = ["# confirms, denies: fitted by benchmarks/fit_weights.py. asserted: set by hand, nothing alerts on it."]
    for name in sorted({*kept, *weights}):
        w = weights.get(name)
        if w is None:
            lines += ["", f"[{name}]", *(f'"{f}" = {v:.4f}' for f, v in kept[name].items())]
            continue
        lines += ["", f"[{name}]", *(f'"{f}" = {v:.4f}' for f, v in zip(("bias", *FEATURES), w, strict=True))]
    WEIGHTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
