"""Pairs of labelled sets as both readers meet them, and the score of what is heard in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.labelled import claim_of, item_of, lines
from monitor.model.claim import Claim
from monitor.model.source import Item
from monitor.model.verdict import Assessment, Relation, Stance
from monitor.pipeline.reviews import ReviewingJudge
from monitor.pipeline.second_see import Seer
from monitor.stance.doubt import Sight, answers

STANCES = (Stance.CONFIRMS, Stance.DENIES)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One item and one claim as the built-in reading sees them, with what the label says."""

    set: str
    item: Item
    claim: Claim
    sight: Sight
    labelled: bool  # the item was written for the claim; others have no label, and say nothing of it
    expected: frozenset[Stance]
    names: Mapping[Stance, tuple[str, ...]]  # speakers and parties that the label gives

    @property
    def heard(self) -> frozenset[Stance]:
        return frozenset(answers(self.sight.assessment))

    @property
    def wrong(self) -> bool:
        return self.heard != self.expected


# -- reading


def pairs_of(folder: Path) -> list[Pair]:
    """Every labelled pair, and every other that a question may be spent on. An item printed twice is read once."""
    claims = {c.id: c for c in map(claim_of, lines(folder / "claims.jsonl"))}
    judge, seer = ReviewingJudge(tuple(claims.values())), Seer(tuple(claims.values()))
    read: dict[tuple[Any, ...], tuple[Item, dict[str, Sight]]] = {}
    own: dict[tuple[Any, ...], set[str]] = {}
    found = []
    for gold in lines(folder / "items.jsonl"):
        key = gold["title"], gold["summary"], gold.get("body"), gold["outlet"]
        if key not in read:
            item = item_of(gold)
            read[key] = item, {s.assessment.claim: s for s in seer(item, judge.judge_item(item))}
        item, sights = read[key]
        own.setdefault(key, set()).add(gold["claim"])
        sight = sights.get(gold["claim"]) or _unseen(item, gold["claim"])
        found.append(_labelled(folder.name, gold, item, claims[gold["claim"]], sight))
    for key, (item, sights) in read.items():
        found += [
            Pair(set=folder.name, item=item, claim=claims[c], sight=s, labelled=False, expected=frozenset(), names={})
            for c, s in sights.items()
            if c not in own[key]
        ]
    return found


def _labelled(name: str, gold: dict[str, Any], item: Item, claim: Claim, sight: Sight) -> Pair:
    said = [(Stance(s["stance"]), s) for s in gold["statements"] if s["stance"] in STANCES]
    named = {
        st: tuple(n for other, s in said if other is st for n in (s.get("speaker"), s.get("party")) if n)
        for st, _ in said
    }
    return Pair(
        set=name, item=item, claim=claim, sight=sight, labelled=True,
        expected=frozenset(st for st, _ in said), names=named
    )  # fmt: skip


def _unseen(item: Item, claim: str) -> Sight:
    """A pair that the index never proposes: no question can be spent on it."""
    return Sight(assessment=Assessment(item=item.id, claim=claim, relation=Relation.REPORTS, match=-1.0), related=False)


def reachable(pair: Pair) -> bool:
    return pair.sight.assessment.match >= 0


# -- scoring


def score(rows: Iterable[tuple[Pair, frozenset[Stance]]]) -> dict[str, float]:
    """P, R, F1 of the alerts, flip, nothing: as the evaluation counts them, over labelled pairs."""
    kept = [(p.expected, heard) for p, heard in rows if p.labelled]
    right = sum(len(e & h) for e, h in kept)
    said, wanted = sum(len(h) for _, h in kept), sum(len(e) for e, _ in kept)
    quiet = [h for e, h in kept if not e]
    return {
        "P": right / max(said, 1),
        "R": right / max(wanted, 1),
        "F1": 2 * right / max(said + wanted, 1),
        "flip": sum(len(h - e) for e, h in kept if e) / max(said, 1),
        "nothing": sum(not h for h in quiet) / max(len(quiet), 1),
    }


def related(pairs: Sequence[Pair]) -> int:
    return sum(p.sight.related for p in pairs)
