"""What a second opinion buys and costs, on labelled sets: the built-in reading without it, and with it.

    python benchmarks/second_opinion.py SET [SET …]                      the labels stand in for a perfect model
    python benchmarks/second_opinion.py SET … --config dementi.toml      the model of that config is really asked
    python benchmarks/second_opinion.py SET … --write                    fit monitor/stance/second.toml again
    python benchmarks/second_opinion.py SET … --picture docs/x.svg --table docs/x.md

A SET is a folder with claims.jsonl and items.jsonl (see benchmarks/data/gold-own). Figures are those of the alerts:
one (item, claim, stance) each, over the pairs that have a label. `asked` is the share of the related pairs, those that
`dementi judge` prints; questions about pairs that the reading does not take for related count, too.

The doubt that ranks the questions is a logistic regression (L2, Newton's method) on `stance.doubt.features`. For the
figures each set is kept out of its fit in turn; with one set only, the weights of second.toml are used as they are.
The weights that join the two opinions need a model that errs. With --config it is that one; without, a made one: of
seeded chance, wrong in one answer of eight, as sure when wrong as when right in a third of those.
"""

from __future__ import annotations

import argparse
import asyncio
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.second_opinion_pairs import STANCES, Pair, pairs_of, reachable, related, score
from monitor.model.opinion import Opinion, Question, SecondOpinion
from monitor.model.verdict import Basis, Evidence, Stance, Statement
from monitor.stance.doubt import FILE, answers, doubt, features, fitted
from monitor.stance.second import band, combine

SHARE = 0.40  # of the related pairs that may be asked about
GOAL = 0.97
STEPS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
WRONG = 0.125  # of the made model's answers, where weights are fitted without a real one
PENALTY = 4.0

Ask = Callable[[Question], Opinion]


# -- fitting


def fit(x: np.ndarray, y: np.ndarray, penalty: float = PENALTY) -> np.ndarray:
    """Logistic regression, the first column its bias."""
    w = np.zeros(x.shape[1])
    bound = np.full(x.shape[1], penalty)
    bound[0] = 0.01
    for _ in range(50):
        p = 1 / (1 + np.exp(-(x @ w)))
        step = np.linalg.solve((x.T * (p * (1 - p))) @ x + np.diag(bound), x.T @ (p - y) + bound * w)
        w -= step
        if np.abs(step).max() < 1e-7:
            break
    return w


def fit_doubt(some: Sequence[Pair]) -> dict[str, float]:
    known = [p for p in some if reachable(p)]
    rows = [features(p.sight) for p in known]
    names = sorted({n for row in rows for n in row})
    x = np.array([[1.0, *(row[n] for n in names)] for row in rows])
    w = fit(x, np.array([float(p.wrong) for p in known]))
    return {n: round(float(v), 4) for n, v in zip(("bias", *names), w, strict=True)}


def fit_join(some: Sequence[Pair], ask: Ask) -> dict[str, float]:
    """How the two opinions are weighed against each other: one example a pair and stance."""
    from monitor.stance.second import _UNSEEN, _odds, _second

    rows, hit = [], []
    for p in some:
        if not reachable(p) or not p.labelled:
            continue
        mine, theirs = answers(p.sight.assessment), _second(ask(question_of(p)))
        for stance in STANCES:
            rows.append([1.0, _odds(mine.get(stance, _UNSEEN)), _odds(theirs.get(stance, _UNSEEN))])
            hit.append(float(stance in p.expected))
    w = fit(np.array(rows), np.array(hit), 1.0)
    return {n: round(float(v), 4) for n, v in zip(("bias", "built_in", "second"), w, strict=True)}


def least_for(some: Sequence[Pair], weights: Mapping[str, float], share: float) -> float:
    """The doubt from which on so great a share of the related pairs is asked about."""
    ranked = sorted((doubt(p.sight, weights) for p in some if reachable(p)), reverse=True)
    return round(ranked[min(int(share * related(some)), len(ranked) - 1)], 4)


# -- advisors


def question_of(pair: Pair) -> Question:
    return Question(item=pair.item, claim=pair.claim, assessment=pair.sight.assessment, language=pair.sight.language)


def oracle(pairs: Sequence[Pair], wrong: float = 0.0) -> Ask:
    """Answers as the labels do; with `wrong`, so many answers are made otherwise."""
    known = {(p.set, p.item.id, p.claim.id): p for p in pairs}
    by_item = {(p.item.id, p.claim.id, p.item.title): p for p in known.values()}

    def ask(question: Question) -> Opinion:
        p = by_item[question.item.id, question.claim.id, question.item.title]
        chance = random.Random(f"{p.set} {p.item.id} {p.claim.id}")
        stances, sure = set(p.expected), 0.95
        if chance.random() < wrong:
            other = chance.choice(STANCES)
            stances = stances ^ {other} or {other}
            sure = 0.95 if chance.random() < 1 / 3 else 0.7
        elif wrong:
            sure = chance.choice((0.8, 0.9, 0.97))
        return Opinion(by="oracle", statements=tuple(_statement(p, s, sure) for s in STANCES if s in stances))

    return ask


def _statement(pair: Pair, stance: Stance, sure: float) -> Statement:
    name, text = next(iter(pair.item.fields()), ("title", ""))
    who = next(iter(pair.names.get(stance, ())), None)
    evidence = Evidence(text=text[:80], field=name, start=0, end=min(80, len(text)))
    return Statement(stance=stance, basis=Basis.SAID, evidence=evidence, confidence=sure, speaker=who, party=who)


class Real:
    """The second reader of a config, asked one question at a time; what fails counts as not asked."""

    def __init__(self, file: Path) -> None:
        from monitor import app

        config = app.load(file)
        advisor, policy = app.advisor_of(config), app.policy_of(config)
        if advisor is None or policy is None:
            raise SystemExit(f"{file} has no [second_opinion]")
        self.advisor, self.policy = advisor, policy
        self.loop = asyncio.new_event_loop()
        self.seconds = self.cost = 0.0
        self.asked = self.failed = 0
        self._known: dict[tuple[str, str, str], Opinion] = {}

    def __call__(self, question: Question) -> Opinion:
        from monitor.errors import OpinionError

        key = question.item.title, question.item.id, question.claim.id
        if key not in self._known:
            self.asked += 1
            try:
                opinion = self.loop.run_until_complete(self.advisor.ask(question))
            except OpinionError as fault:
                self.failed += 1
                opinion = Opinion(by=self.advisor.name, void=(str(fault),))
            self.seconds += opinion.usage.seconds
            self.cost += opinion.usage.cost
            self._known[key] = opinion
        return self._known[key]


# -- what comes of asking


def asked_first(pairs: Sequence[Pair], weights: Mapping[str, float] | None, number: int) -> set[int]:
    """Positions of the pairs that are most in doubt."""
    ranked = sorted((n for n, p in enumerate(pairs) if reachable(p)), key=lambda n: -doubt(pairs[n].sight, weights))
    return set(ranked[:number])


def heard_with(
    pairs: Sequence[Pair], asked: set[int], ask: Ask, join: Mapping[str, float]
) -> Iterator[frozenset[Stance]]:
    for n, p in enumerate(pairs):
        if n not in asked:
            yield p.heard
            continue
        yield frozenset(answers(combine(p.sight.assessment, ask(question_of(p)), join).assessment))


def curve(
    pairs: Sequence[Pair], weights: Mapping[str, float] | None, ask: Ask, join: Mapping[str, float]
) -> dict[float, float]:
    """F1 by the share of related pairs that is asked about, the most doubtful first."""
    numbers = {share: round(share * related(pairs)) for share in STEPS}
    heard = {s: heard_with(pairs, asked_first(pairs, weights, n), ask, join) for s, n in numbers.items()}
    return {share: score(zip(pairs, found, strict=True))["F1"] for share, found in heard.items()}


def perfect(pairs: Sequence[Pair]) -> float:
    """Least share with which the goal could be met by whoever knew where the reading errs."""
    order = sorted(
        (n for n, p in enumerate(pairs) if p.labelled and p.wrong and reachable(p)),
        key=lambda n: -len(pairs[n].heard ^ pairs[n].expected),
    )
    for number in range(len(order) + 1):
        some = set(order[:number])
        if score((p, p.expected if n in some else p.heard) for n, p in enumerate(pairs))["F1"] >= GOAL:
            return number / related(pairs)
    return float("nan")


def by_the_band(pairs: Sequence[Pair], options: SecondOpinion) -> set[int]:
    """What the options ask about, alerts aside: they depend on what was known before."""
    return {n for n, p in enumerate(pairs) if reachable(p) and band(p.sight, options)}


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("sets", nargs="+", type=Path)
    ap.add_argument("--config", type=Path, help="ask the second reader of this config, instead of the labels")
    ap.add_argument("--share", type=float, default=SHARE, help="of the related pairs that may be asked about")
    ap.add_argument(
        "--write", action="store_true", help="keep what is fitted on all sets in monitor/stance/second.toml"
    )
    ap.add_argument("--table", type=Path, help="write the figures there, too")
    ap.add_argument("--picture", type=Path, help="draw the curve there (SVG)")
    args = ap.parse_args()
    sets = {folder.name: pairs_of(folder) for folder in args.sets}
    every = [p for some in sets.values() for p in some]
    real = Real(args.config) if args.config else None
    ask: Ask = real or oracle(every)
    if args.write:
        write(every, real or oracle(every, WRONG), args.share)
        fitted.cache_clear()
    options = real.policy if real else SecondOpinion(kind="oracle", model="labels")
    out = list(report(sets, ask, options, args.share))
    if real:
        out.append(f"\n{real.asked} questions, {real.failed} failed, {real.seconds:.0f} s, cost {real.cost:.2f}")
    print("\n".join(out))
    if args.table:
        args.table.write_text("\n".join(out) + "\n", encoding="utf-8")
    if args.picture:
        from benchmarks.second_opinion_picture import draw

        args.picture.write_text(draw(curves(sets, ask), args.share, GOAL), encoding="utf-8")


def kept_out(sets: Mapping[str, Sequence[Pair]], name: str) -> Mapping[str, float] | None:
    """Weights of the doubt that have not seen this set; those of the file where there is no other set."""
    rest = [p for other, some in sets.items() if other != name for p in some]
    return fit_doubt(rest) if rest else None


def curves(sets: Mapping[str, Sequence[Pair]], ask: Ask) -> dict[str, dict[float, float]]:
    join = fitted()["combine"]
    return {name: curve(some, kept_out(sets, name), ask, join) for name, some in sets.items()}


def report(sets: Mapping[str, Sequence[Pair]], ask: Ask, options: SecondOpinion, share: float) -> Iterator[str]:
    """Tables in Markdown."""
    join = fitted()["combine"]
    yield f"Without, and with {share:.0%} of the related pairs asked about, most doubtful first (the set kept out):\n"
    heads = (
        "set",
        "related",
        "P / R / F1 without",
        "with",
        "nothing",
        "flip",
        "share for .97",
        "were the errors known",
    )
    yield f"| {' | '.join(heads)} |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, some in sets.items():
        weights = kept_out(sets, name)
        asked = asked_first(some, weights, round(share * related(some)))
        before = score((p, p.heard) for p in some)
        after = score(zip(some, heard_with(some, asked, ask, join), strict=True))
        quiet, flip = (f"{before[k]:.3f} → {after[k]:.3f}" for k in ("nothing", "flip"))
        goal = f"{_least(some, weights, ask, join)} | {perfect(some):.0%}"
        yield f"| {name} | {related(some)} | {_three(before)} | {_three(after)} | {quiet} | {flip} | {goal} |"
    yield "\nF1 by the share of related pairs asked about (the set kept out of the fit):\n"
    found = curves(sets, ask)
    yield "| set | " + " | ".join(f"{s:.0%}" for s in STEPS) + " |"
    yield "|---" * (len(STEPS) + 1) + "|"
    for name, points in found.items():
        yield f"| {name} | " + " | ".join(f"{v:.3f}" for v in points.values()) + " |"
    yield "\nBy the options, with second.toml as it stands (fitted on these, or not); alerts come on top:\n"
    yield "| set | low | high | match | asked | F1 without | F1 with |\n|---|---|---|---|---|---|---|"
    for name, some in sets.items():
        for held in (options, replace(options, match=0.35), replace(options, low=0.4, high=0.9, match=0.5)):
            asked = by_the_band(some, held)
            after = score(zip(some, heard_with(some, asked, ask, join), strict=True))
            before = score((p, p.heard) for p in some)
            part = f"{len(asked) / max(related(some), 1):.0%} | {before['F1']:.3f} | {after['F1']:.3f}"
            yield f"| {name} | {held.low} | {held.high} | {held.match} | {part} |"


def _least(some: Sequence[Pair], weights: Mapping[str, float] | None, ask: Ask, join: Mapping[str, float]) -> str:
    for percent in range(0, 131, 2):
        asked = asked_first(some, weights, round(percent / 100 * related(some)))
        if score(zip(some, heard_with(some, asked, ask, join), strict=True))["F1"] >= GOAL:
            return f"{percent} %"
    return "never"


def _three(figures: Mapping[str, float]) -> str:
    return " / ".join(f"{figures[k]:.3f}" for k in ("P", "R", "F1"))


def write(every: Sequence[Pair], ask: Ask, share: float) -> None:
    """second.toml, fitted on all sets."""
    weights = fit_doubt(every)
    join = fit_join(every, ask)
    parts = ["# Fitted by benchmarks/second_opinion.py --write; see there what each part means."]
    parts += [
        "",
        "[band]",
        f"least = {least_for(every, weights, share)}",
        "",
        "[combine]",
        *(f"{n} = {v}" for n, v in join.items()),
    ]
    parts += ["", "[doubt]", *(f'"{n}" = {v}' for n, v in weights.items())]
    FILE.write_text("\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
