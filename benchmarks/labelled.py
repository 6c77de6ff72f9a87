"""Labelled sets, read as dementi reads them: what is fitted on them stands on this.

A SET is a folder with claims.jsonl and items.jsonl (see benchmarks/data/gold-own). Every claim meets the items written
for it, and every item of any set that the index takes for one of its candidates: those say nothing of it. All of it is
read twice, with what the watchlist gives (names, parties, phrasings) and with the claim's bare statement.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from monitor.lexicon.passage import read
from monitor.lexicon.tables import tables
from monitor.matching.pair import see
from monitor.model.claim import Claim, Party
from monitor.model.source import Item
from monitor.model.verdict import Basis, Stance
from monitor.pipeline.judge import Judge, silence
from monitor.pipeline.judge_lines import read_item
from monitor.stance.assess import look
from monitor.stance.candidate import Candidate
from monitor.stance.signs import Signs
from monitor.text.words import spellings, words

_AHEAD = 4000  # characters of a field looked through for candidates, as the judge does


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One item and one claim, looked through."""

    set: str
    item: str
    claim: str
    language: str
    mine: bool  # the item was written for the claim
    bare: bool  # the claim is its statement alone
    expected: frozenset[str]  # confirms, denies
    match: float
    signs: Signs  # empty where the reading is silent
    found: tuple[Candidate, ...]  # that alert: neither declines nor bare assertions


def pairs(folders: Sequence[Path]) -> list[Pair]:
    """All pairs of the sets."""
    claims = [replace(claim_of(c), id=f"{f.name}/{c['id']}") for f in folders for c in lines(f / "claims.jsonl")]
    bare = [Claim(id=c.id, statement=c.statement, language=c.language) for c in claims]
    return [p for watched in (claims, bare) for p in _read(folders, watched, bare=watched is bare)]


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def _read(folders: Sequence[Path], claims: Sequence[Claim], *, bare: bool) -> Iterator[Pair]:
    judge = Judge(claims)
    number = {c.id: n for n, c in enumerate(claims)}
    for folder in folders:
        for gold in lines(folder / "items.jsonl"):
            own = number[f"{folder.name}/{gold['claim']}"]
            yield from _pairs_of(judge, folder.name, gold, own, bare=bare)


def _pairs_of(judge: Judge, name: str, gold: dict[str, Any], own: int, *, bare: bool) -> Iterator[Pair]:
    item = item_of(gold)
    texts = [text[:_AHEAD] for _, text in item.fields()]
    near = dict(judge.index.candidates({raw for text in texts for raw in spellings(text)}))
    near.setdefault(own, 0.0)
    language = judge.language(item, list(near.items()), [w for text in texts for w in words(text)])
    passage = read(item.fields(), tables(language))
    seen = see(passage, judge.index.terms)
    said = frozenset(s["stance"] for s in gold["statements"]) & {"confirms", "denies"}
    for n, share in near.items():
        compiled = judge.index.compiled[n]
        match, touches = judge.touch_pair(passage, compiled, share, seen)
        silent = silence(item, passage, compiled.claim)
        looked = None if silent else look(passage, touches, compiled.asked, match)
        yield Pair(
            set=name, item=gold["id"], claim=compiled.claim.id, language=gold["lang"], mine=n == own, bare=bare,
            expected=said if n == own else frozenset(), match=match, signs=looked.signs if looked else {},
            found=tuple(_alerting(looked.found)) if looked else (),
        )  # fmt: skip


def _alerting(found: Iterable[Candidate]) -> Iterator[Candidate]:
    for c in found:
        if c.stance is not Stance.DECLINES and not (c.basis is Basis.ASSERTED and c.stance is Stance.CONFIRMS):
            yield c


def item_of(gold: dict[str, Any]) -> Item:
    """A labelled item as the judge gets it: its label's language, outlet and link are not told."""
    return read_item(
        {**gold, "content": gold.get("body"), "language": None, "link": None, "publisher": gold.get("outlet")}
    )


def claim_of(row: dict[str, Any]) -> Claim:
    parties = tuple(
        Party(name=p)
        if isinstance(p, str)
        else Party(name=p["name"], **{k: tuple(v) for k, v in p.items() if k != "name"})
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


def alerts_score(rows: Iterable[tuple[frozenset[str], Iterable[str]]]) -> dict[str, float]:
    """P, R, F1 of (expected stances, said stances), flip and nothing: as the evaluation counts them."""
    right = said = wanted = flips = quiet = still = 0
    for expected, heard in rows:
        heard = set(heard)
        right += len(expected & heard)
        said += len(heard)
        wanted += len(expected)
        flips += len(heard - expected) if expected else 0
        quiet += not expected
        still += not expected and not heard
    return {
        "P": right / max(said, 1), "R": right / max(wanted, 1), "F1": 2 * right / max(said + wanted, 1),
        "flip": flips / max(said, 1), "nothing": still / max(quiet, 1),
    }  # fmt: skip
