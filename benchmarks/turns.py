"""Does a labelled story, played in any order, make exactly one alert for each (claim, stance, party) turn?

    python benchmarks/turns.py FOLDER [--orders 100] [--seed 1]

FOLDER holds claims.jsonl and items.jsonl with labelled statements (as gold-dev). They are played in time order and in
random orders; `corroborated`, which no route sends unless asked, is not counted. A party that its insiders spoke for
before it did so itself may have two turns: what insiders say is not its word. Exit 1 where a turn is missing or told
twice. The last line sums up.
"""

from __future__ import annotations

import argparse
import html
import json
import random
import re
import sys
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from monitor.model.alert import Alert
from monitor.model.claim import Claim, Party
from monitor.model.source import Item
from monitor.model.story import Reason
from monitor.model.verdict import Assessment, Basis, Evidence, Role, Stance, Statement, relation_of
from monitor.story.play import Story

Judged = tuple[Item, list[Assessment]]
Turn = tuple[str, str, str]


def plain(markup: str | None) -> str | None:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup or "")).split()) or None


def rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def judged(row: dict) -> Judged:
    item = Item(
        id=row["id"],
        feed=f"https://{row['outlet']}.example/rss",
        title=plain(row["title"]) or "",
        summary=plain(row["summary"]),
        content=plain(row["body"]),
        publisher=row["outlet"],
        language=row["lang"],
        published=datetime.fromisoformat(row["published"]),
    )
    said = tuple(labelled(item, label) for label in row["statements"])
    found = Assessment(item=item.id, claim=row["claim"], relation=relation_of(said), match=1.0, statements=said)
    return item, [found]


def labelled(item: Item, label: dict) -> Statement:
    words = plain(label["evidence"]) or ""
    field, text = next(((name, text) for name, text in item.fields() if words in text), item.fields()[0])
    start = max(0, text.find(words))
    return Statement(
        stance=Stance(label["stance"]),
        basis=Basis.SAID,
        evidence=Evidence(text=words, field=field, start=start, end=start + len(words)),
        confidence=0.9,
        speaker=label["speaker"],
        party=label["party"],
        role=Role.PARTY,
        anonymous=label["anonymous"],
    )


def play(pairs: list[Judged], claims: tuple[Claim, ...]) -> tuple[Counter[Turn], list[Alert]]:
    """Alerts for each labelled turn, in the order given."""
    story, alerts = Story(claims=claims), []
    for item, found in pairs:
        alerts += [a for a in story.take(item, found, item.published) if a.reason is not Reason.CORROBORATED]
    return Counter((a.claim.id, a.statement.stance.value, a.statement.party) for a in alerts), alerts


def by_insiders(pairs: list[Judged]) -> set[Turn]:
    """Turns for which insiders and the party itself both speak."""
    said: dict[Turn, set[bool]] = {}
    for _, (found,) in pairs:
        for s in found.statements:
            said.setdefault((found.claim, s.stance.value, s.party or ""), set()).add(s.anonymous)
    return {turn for turn, kinds in said.items() if len(kinds) > 1}


def widest_gap(pairs: list[Judged]) -> timedelta:
    """The longest silence between two tellings of one turn: what RETOLD must outlast."""
    times: dict[Turn, list[datetime]] = {}
    for item, (found,) in pairs:
        for s in found.statements:
            times.setdefault((found.claim, s.stance.value, s.party or ""), []).append(item.published)
    return max(b - a for moments in map(sorted, times.values()) for a, b in pairwise(moments))


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--orders", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    args = options.parse_args()
    claims = tuple(
        Claim(id=row["id"], statement=row["statement"], parties=tuple(Party(name=name) for name in row["parties"]))
        for row in rows(args.folder / "claims.jsonl")
    )
    pairs = [judged(row) for row in rows(args.folder / "items.jsonl") if row["statements"]]
    want = {(found.claim, s.stance.value, s.party) for _, (found,) in pairs for s in found.statements}
    twice, chance = by_insiders(pairs), random.Random(args.seed)
    missing: Counter[Turn] = Counter()
    repeated: Counter[Turn] = Counter()
    for order in range(args.orders + 1):
        pairs.sort(key=lambda pair: pair[0].published) if order == 0 else chance.shuffle(pairs)
        turns, alerts = play(pairs, claims)
        missing.update(want - set(turns))
        repeated.update(turn for turn, count in turns.items() if count > 1 + (turn in twice))
        if order == 0:
            print("in time order:", *(f"{reason} {n}" for reason, n in Counter(a.reason for a in alerts).most_common()))
    for name, turns in (("missing", missing), ("repeated", repeated)):
        for turn, times in turns.items():
            print(f"{name} in {times} orders: {' · '.join(map(str, turn))}")
    print(
        f"longest silence inside one turn: {widest_gap(pairs).days} days; insiders and party both speak: {len(twice)}"
    )
    print(f"turns {len(want)} orders {args.orders + 1} missing {len(missing)} repeated {len(repeated)}")
    return int(bool(missing or repeated))


if __name__ == "__main__":
    sys.exit(main())
