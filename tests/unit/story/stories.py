"""Cases of the story room as values: items with statements, and a story told in one line a step."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from monitor.model.claim import Claim, Party
from monitor.model.source import Item
from monitor.model.verdict import Assessment, Basis, Evidence, Role, Stance, Statement, relation_of

CASES = Path(__file__).parents[2] / "cases" / "story"
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
CLAIM = Claim(id="c", statement="The bridge is closed")
WORDS = (
    "ochre lantern drifts beyond the quarry while seven clerks count the empty barrels in the yard before anyone asks "
    "whether the mayor had signed that order on the evening of the storm or left it lying among older letters for "
    "months, as several of his neighbours now say they had always suspected without ever daring to ask him"
)


def claims() -> tuple[Claim, ...]:
    return tuple(
        Claim(id=row["id"], statement=row["statement"], parties=tuple(Party(**party) for party in row["parties"]))
        for row in table("call")["claims"]
    )


def table(name: str) -> dict[str, Any]:
    return tomllib.loads((CASES / f"{name}.toml").read_text(encoding="utf-8"))


def told() -> list[tuple[Item, list[Assessment]]]:
    """The items of call.jsonl with their statements as assessments."""
    lines = (CASES / "call.jsonl").read_text(encoding="utf-8").splitlines()
    return [_told(json.loads(line)) for line in lines]


def _told(row: dict[str, Any]) -> tuple[Item, list[Assessment]]:
    item = Item(
        id=row["id"],
        feed=f"https://{row['publisher']}.example/rss",
        title=row["title"],
        summary=row["summary"],
        publisher=row["publisher"],
        language=row["language"],
        published=datetime.fromisoformat(row["published"]),
    )
    said = [(s["claim"], statement_in(item, s)) for s in row["statements"]]
    about = dict.fromkeys(["call", *(claim for claim, _ in said)])
    return item, [
        Assessment(item=item.id, claim=claim, relation=relation_of(own), match=0.9, statements=own)
        for claim in about
        for own in [tuple(s for c, s in said if c == claim)]
    ]


def statement_in(item: Item, row: dict[str, Any]) -> Statement:
    field, text = next((name, text) for name, text in item.fields() if row["evidence"] in text)
    start = text.index(row["evidence"])
    return Statement(
        stance=Stance(row["stance"]),
        basis=Basis.SAID,
        evidence=Evidence(text=row["evidence"], field=field, start=start, end=start + len(row["evidence"])),
        confidence=0.9,
        speaker=row.get("speaker"),
        party=row.get("party"),
        role=Role.PARTY if row.get("party") else Role.UNNAMED,
        anonymous=row.get("anonymous", False),
    )


def statement(
    stance: str = "denies", party: str | None = "Alder", speaker: str | None = None, **more: Any
) -> Statement:
    said = Evidence(text="said", field="title", start=0, end=4)
    fields: dict[str, Any] = {"basis": Basis.SAID, "confidence": 0.9, "role": Role.PARTY, "evidence": said, **more}
    return Statement(stance=Stance(stance), party=party, speaker=speaker, **fields)


def item(name: str, publisher: str = "One", *, hours: float = 0, text: int = 0, **more: Any) -> Item:
    """An item whose words are its own for each `text`: another number is another text."""
    words = WORDS.split()
    cut = text * 7 % len(words)
    turned = words[cut:] + words[:cut]
    summary = " ".join(word if n % 2 else f"{word}{text}" for n, word in enumerate(turned))
    fields: dict[str, Any] = {"title": f"said {text}", "summary": summary, "published": START + timedelta(hours=hours)}
    return Item(id=name, feed=f"https://{publisher}.example/rss", publisher=publisher, **(fields | more))


def assessed(item: Item, *statements: Statement, claim: str = "c") -> list[Assessment]:
    return [
        Assessment(item=item.id, claim=claim, relation=relation_of(statements), match=0.9, statements=tuple(statements))
    ]


def step(text: str, number: int) -> tuple[Item, list[Assessment]]:
    """One step of turns.toml."""
    if text == ".":
        return (plain := item(f"i{number}", hours=number, text=number)), assessed(plain)
    if text == "-":
        gone = item("i0", "One", text=90, version=2)
        return gone, assessed(gone)
    who, stance, *rest = text.split()
    outlet = rest[0][1:] if rest and rest[0][0] in "=*" else "One"
    copied = bool(rest) and rest[0][0] == "*"
    party = {"?": None, "~": None}.get(who, who.lstrip("~"))
    said = statement(stance, party=party and f"{party} Works", anonymous=who.startswith("~"))
    said = replace(said, basis=Basis.SHOWN) if rest and rest[0] == "!" else said
    said = replace(said, role=Role.UNNAMED) if party is None else said
    told = item(f"i{number}", outlet, hours=number, text=0 if copied else number)
    return told, assessed(told, said)
