"""Fit who is taken for the speaker on labelled sets, and say how well it carries over to a set not fitted on.

    python benchmarks/fit_attribution.py SET [SET …] [--write]      (needs: pip install 'dementi[fit]')

Every statement of the right stance is one example: all that its item names compete for it, and those that share a word
with a labelled speaker or party are right. The weights of monitor/stance/attribution.toml make the right ones likely
together (a conditional logit with an L2 penalty). Places that were looked at and not taken teach too, at less weight.
With several sets every one is kept out in turn; then all are fitted together.
"""

from __future__ import annotations

import argparse
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from benchmarks.labelled import claim_of, item_of, lines
from monitor.lexicon.passage import read
from monitor.lexicon.tables import tables
from monitor.matching.pair import see
from monitor.model.verdict import Role, Stance
from monitor.pipeline.judge import Judge, silence
from monitor.stance.assess import look
from monitor.stance.attribution import Features, Option, score
from monitor.stance.candidate import Candidate, plain
from monitor.stance.decide import decide
from monitor.stance.speakers import Speaker, spelt
from monitor.text.words import spellings, words

FILE = Path(__file__).parents[1] / "monitor" / "stance" / "attribution.toml"
PENALTY = 3.0
SEEN = 12  # options a feature must be seen in to be weighed
LOOKED_AT = 0.3  # weight of a place that was looked at and not taken
_AHEAD = 4000  # characters of a field looked through for candidates, as the judge does

Weights = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Example:
    """One statement of the right stance."""

    set: str
    answer: tuple[str, str, str]  # set, item, stance: what is counted
    weight: float
    options: Sequence[Features]
    right: Sequence[bool]  # taught
    called: Sequence[bool]  # shares a word with a labelled speaker or party: counted
    found: bool  # the reader of one sentence had it right


def examples(folders: Sequence[Path]) -> list[Example]:
    """All examples of the sets."""
    return [e for folder in folders for e in _of_set(folder)]


def _of_set(folder: Path) -> Iterator[Example]:
    claims = [claim_of(c) for c in lines(folder / "claims.jsonl")]
    judge = Judge(claims)
    number = {c.id: n for n, c in enumerate(claims)}
    for gold in lines(folder / "items.jsonl"):
        if gold["statements"]:
            yield from _of_item(folder.name, gold, judge, number[gold["claim"]])


def _of_item(name: str, gold: dict[str, Any], judge: Judge, own: int) -> Iterator[Example]:
    item, compiled = item_of(gold), judge.index.compiled[own]
    texts = [text[:_AHEAD] for _, text in item.fields()]
    near = judge.index.candidates({raw for text in texts for raw in spellings(text)})
    language = judge.language(item, near, [w for text in texts for w in words(text)])
    passage = read(item.fields(), tables(language))
    if silence(item, passage, compiled.claim):
        return
    match, touches = judge.touch_pair(passage, compiled, dict(near).get(own, 0.0), see(passage, judge.index.terms))
    looked = look(passage, touches, compiled.asked, match)
    taken = [d.candidate for d in decide(looked.found, looked.signs, looked.stand_ins, looked.tie)[0]]
    others = [c for c in (*looked.found, *(s.candidate for s in looked.stand_ins)) if c not in taken]
    cast = looked.cast()
    for candidate, weight in (*((c, 1.0) for c in taken), *((c, LOOKED_AT) for c in others)):
        wanted = _wanted(gold, candidate)
        if not wanted or plain(candidate) or candidate.stance is Stance.DECLINES:
            continue
        options = cast.options(candidate)
        right = [_right(o, wanted, _wanted(gold, candidate, ("party",)), item.publisher) for o in options]
        right = _fullest(options, right)
        called = [bool(_called(o.who, item.publisher) & wanted) for o in options]
        yield Example(
            set=name, answer=(name, gold["id"], str(candidate.stance)), weight=weight, right=right, called=called,
            options=[o.features for o in options], found=bool(_called(candidate.who, item.publisher) & wanted),
        )  # fmt: skip


def _right(option: Option, wanted: set[str], parties: set[str], publisher: str | None) -> bool:
    """A word shared; where a party was only concluded, the party must be right."""
    if "link" in option.features:
        return bool(_folded(option.who.party) & parties)
    return bool(_called(option.who, publisher) & wanted)


def _fullest(options: Sequence[Option], right: Sequence[bool]) -> list[bool]:
    """Where the party could be concluded, the mention alone is not enough."""
    fuller = [False, *("link" in o.features and r for o, r in zip(options, right, strict=True))]
    kept, alone = list(right), 0
    for n, option in enumerate(options):
        alone = alone if "link" in option.features else n
        if fuller[n + 1]:
            kept[alone] = False
    return kept


def _wanted(gold: dict[str, Any], candidate: Candidate, roles: Sequence[str] = ("speaker", "party")) -> set[str]:
    said = [s for s in gold["statements"] if s["stance"] == str(candidate.stance)]
    return set().union(*(_folded(s.get(of)) for s in said for of in roles))


def _called(who: Speaker, publisher: str | None) -> set[str]:
    if who.role is Role.OUTLET and not who.name:
        return _folded(publisher)
    return _folded(who.name) | _folded(who.party)


def _folded(text: str | None) -> set[str]:
    """Words of a name without accents; small words tell nothing."""
    plain = unicodedata.normalize("NFKD", text or "").casefold()
    small = {w for w in re.findall(r"\w+", text or "") if not spelt(w)}
    return set(re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c)))) - {
        s.casefold() for s in small
    }


# -- the model


def fit(some: Iterable[Example]) -> Weights:
    """Weights by feature."""
    used = [e for e in some if any(e.right) and not all(e.right)]
    seen = Counter(f for e in used for o in e.options for f in o)
    features = sorted(f for f, n in seen.items() if n >= SEEN)
    x = np.array([[o.get(f, 0.0) for f in features] for e in used for o in e.options])
    right = np.array([r for e in used for r in e.right])
    sizes = np.array([len(e.right) for e in used])
    starts, owner = np.cumsum(sizes) - sizes, np.repeat(np.arange(len(used)), sizes)
    weight = np.array([e.weight for e in used])

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        z = x @ w
        odds = np.exp(z - np.maximum.reduceat(z, starts)[owner])
        every = np.add.reduceat(odds, starts)
        good = np.maximum(np.add.reduceat(odds * right, starts), 1e-12)
        slope = x.T @ ((odds / every[owner] - odds * right / good[owner]) * weight[owner])
        return float(-(weight * np.log(good / every)).sum() + PENALTY * (w @ w) / 2), slope + PENALTY * w

    fitted = minimize(loss, np.zeros(len(features)), jac=True, method="L-BFGS-B", options={"maxiter": 400}).x
    return {f: round(float(w), 2) for f, w in zip(features, fitted, strict=True) if abs(w) >= 0.01}


def rate(some: Iterable[Example], held: Mapping[str, float]) -> tuple[int, float, float, float]:
    """Answers; shares whose speaker the reader of one sentence had, the model has, and anything could have."""
    answers: dict[tuple[str, str, str], list[bool]] = defaultdict(lambda: [False, False, False])
    for e in some:
        if e.weight == 1.0:
            best = max(range(len(e.options)), key=lambda n: score(e.options[n], held))
            for n, hit in enumerate((e.found, e.called[best], any(e.called))):
                answers[e.answer][n] |= hit
    shares = (sum(a[n] for a in answers.values()) / max(len(answers), 1) for n in range(3))
    return (len(answers), *shares)  # type: ignore[return-value]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+", type=Path, metavar="SET")
    parser.add_argument("--write", action="store_true", help="write monitor/stance/attribution.toml")
    options = parser.parse_args()
    some = examples(options.sets)
    print(f"{'kept out':12} {'answers':>8} {'sentence':>9} {'item':>6} {'at most':>8}")
    for name in sorted({e.set for e in some}):
        n, before, after, most = rate([e for e in some if e.set == name], fit(e for e in some if e.set != name))
        print(f"{name:12} {n:8} {before:9.3f} {after:6.3f} {most:8.3f}")
    held = fit(some)
    n, before, after, most = rate(some, held)
    print(f"{'fitted on':12} {n:8} {before:9.3f} {after:6.3f} {most:8.3f}")
    if options.write:
        rows = "".join(f'"{name}" = {value}\n' for name, value in sorted(held.items()))
        FILE.write_text(
            f"# Fitted by benchmarks/fit_attribution.py; not for editing by hand.\n\n{rows}", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
