"""Do reprints of a wire join it, and do different events stay apart?

2,000 reprints with the usual edits of 50 invented wire texts in ten languages (data/wires.jsonl), in random order:

    python benchmarks/reprints.py [--reprints 2000] [--seed 1]

Four figures, the last line sums them up:
  text    a reprint is recognised by its text alone as a copy of its own wire, among all 50
  long    the same with wires of some 300 words, the rest of which is filler of the same words
  events  every reprint, with the statement a good reading gives, stands in the event of its wire, marked as a copy
  unnamed the same where the reading names nobody: only the text can tell whose answer it is
Exit 1 where fewer than 99 % join, or any two events are one.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.model.claim import Claim
from monitor.model.source import Item
from monitor.model.story import Event
from monitor.model.verdict import Basis, Evidence, Role, Stance, Statement
from monitor.story.cluster import place
from monitor.story.tellings import body
from monitor.text.fingerprint import fingerprint, is_copy, likeness

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
CITIES = (
    "NORDHAVEN",
    "BERLIN",
    "PARIS",
    "Madrid",
    "ROMA",
    "Lisboa",
    "DEN HAAG",
    "Warszawa",
    "МОСКВА",
    "КИЇВ",
    "LONDON",
)
TAILS = (
    "Read more on our website.", "This story was supplied by a news agency and not edited.", "Mehr dazu in Kürze.",
    "Lire la suite", "Seguir leyendo", "Continua a leggere", "Читать далее", "Читайте також", "Lees verder", "Więcej",
)  # fmt: skip
HEADLINES = (
    "What we know so far", "Wirbel um Bericht: das steckt dahinter", "Ce que l'on sait", "Esto es lo que se sabe",
    "Cosa sappiamo", "Что известно", "Що відомо", "O que se sabe", "Dit weten we", "Co wiemy", "LIVE: the day's news",
)  # fmt: skip
QUOTES = str.maketrans("„“”«»–—’", '"""""--\'')
Edit = Callable[[list[str], random.Random, dict], list[str]]


def drop_paragraph(text: list[str], chance: random.Random, _: dict) -> list[str]:
    gone = chance.randrange(len(text))
    return [p for n, p in enumerate(text) if n != gone]


def drop_sentence(text: list[str], _: random.Random, __: dict) -> list[str]:
    last = text[-1].rstrip(".").rsplit(". ", 1)
    return [*text[:-1], last[0] + "."] if len(last) > 1 else text


def dateline(text: list[str], chance: random.Random, wire: dict) -> list[str]:
    mark = chance.choice(("{c} ({a}) — ", "{c} ({a}) - ", "{c}, 2. März ({a}).- ", "{c} /{a}/. ", "({a}) - "))
    return [mark.format(c=chance.choice(CITIES), a=wire["agency"]) + text[0], *text[1:]]


def signature(text: list[str], chance: random.Random, wire: dict) -> list[str]:
    return [*text[:-1], text[-1] + chance.choice((" ({a})", " – {a}", " /{a}/")).format(a=wire["agency"])]


def marks(text: list[str], _: random.Random, __: dict) -> list[str]:
    return [p.translate(QUOTES) for p in text]


def spaces(text: list[str], chance: random.Random, _: dict) -> list[str]:
    return [p.replace(" ", " \u00a0" if chance.random() < 0.5 else "\u00a0", 3) for p in text]


def tail(text: list[str], chance: random.Random, _: dict) -> list[str]:
    return [*text, chance.choice(TAILS)]


def reword(text: list[str], chance: random.Random, _: dict) -> list[str]:
    """A sub-editor changes up to three words."""
    words = [p.split() for p in text]
    for _n in range(chance.randint(1, 3)):
        paragraph = chance.choice(words)
        paragraph[chance.randrange(len(paragraph))] = chance.choice(("also", "noch", "aussi", "hoy", "oggi", "сегодня"))
    return [" ".join(p) for p in words]


def capitals(text: list[str], _: random.Random, __: dict) -> list[str]:
    words = text[0].split()
    return [" ".join([*(w.upper() for w in words[:3]), *words[3:]]), *text[1:]]


EDITS: tuple[Edit, ...] = (drop_paragraph, drop_sentence, dateline, signature, marks, spaces, tail, reword, capitals)


@dataclass(frozen=True, kw_only=True)
class Reprint:
    wire: dict
    item: Item


def reprint(wire: dict, number: int, chance: random.Random) -> Reprint:
    """One to five edits, another headline in two cases of three, and one of three ways to lay the text into a feed."""
    text = list(wire["paragraphs"])
    for edit in chance.sample(EDITS, chance.randint(1, 5)):
        text = edit(text, chance, wire)
    title = wire["title"]
    if chance.random() < 2 / 3:
        title = chance.choice((chance.choice(HEADLINES), title.rsplit(" ", 2)[0], f"{chance.choice(CITIES)}: {title}"))
    full = " ".join(text)
    teaser = " ".join(full.split()[: chance.randint(18, 40)]) + chance.choice(("…", " ...", " [...]"))
    summary, content = chance.choice(((teaser, None), (teaser, full), (None, full), (full, None)))
    item = Item(
        id=f"{wire['id']}-{number}",
        feed=f"https://outlet{number % 97}.example/rss",
        title=title,
        summary=summary,
        content=content,
        publisher=f"Outlet {number % 97}",
        language=wire["language"],
        published=START + timedelta(minutes=chance.randint(0, 60 * 72)),
    )
    return Reprint(wire=wire, item=item)


def original(wire: dict) -> Item:
    return Item(
        id=wire["id"],
        feed=f"https://{wire['id']}.example/rss",
        title=wire["title"],
        content=" ".join(wire["paragraphs"]),
        publisher=wire["agency"],
        language=wire["language"],
        published=START,
    )


def statement(wire: dict, item: Item) -> Statement:
    name, text = item.fields()[-1]
    evidence = Evidence(text=text[:40], field=name, start=0, end=min(40, len(text)))
    return Statement(
        stance=Stance(wire["stance"]),
        basis=Basis.SAID,
        evidence=evidence,
        confidence=0.9,
        speaker=wire["speaker"],
        party=wire["party"],
        role=Role.PARTY,
    )


def by_text(wires: list[dict], reprints: list[Reprint]) -> tuple[int, int]:
    """(recognised as a copy of the own wire, taken for nearer to a wire of another event)."""
    known = {wire["id"]: fingerprint(body(original(wire))) for wire in wires}
    joined = wrong = 0
    for one in reprints:
        mark = fingerprint(body(one.item))
        joined += is_copy(mark, known[one.wire["id"]])
        best = max(known, key=lambda name: likeness(mark, known[name]))
        wrong += is_copy(mark, known[best]) and key(_wire(wires, best)) != key(one.wire)
    return joined, wrong


def _wire(wires: list[dict], name: str) -> dict:
    return next(wire for wire in wires if wire["id"] == name)


def key(wire: dict) -> tuple[str, str, str]:
    return wire["claim"], wire["stance"], wire["party"]


def by_event(wires: list[dict], reprints: list[Reprint], *, named: bool) -> tuple[int, int]:
    """(placed as a copy in the event of the own wire, events that hold tellings of two)."""
    events: dict[str, dict[str, Event]] = {}
    home: dict[tuple[str, str, str], str] = {}
    inside: dict[str, set[tuple[str, str, str]]] = {}
    joined = 0
    for one in [*(Reprint(wire=wire, item=original(wire)) for wire in wires), *reprints]:
        known = events.setdefault(one.wire["claim"], {})
        said = statement(one.wire, one.item)
        first = one.item.id == one.wire["id"]
        if not (named or first):
            said = replace(said, speaker=None, party=None, role=Role.UNNAMED)
        claim = Claim(id=one.wire["claim"], statement=one.wire["claim"])
        placed = place(one.item, said, claim, list(known.values()), START + timedelta(days=4))
        known[placed.event.id] = placed.event
        inside.setdefault(placed.event.id, set()).add(key(one.wire))
        own = home.setdefault(key(one.wire), placed.event.id)
        joined += not first and placed.copy and placed.event.id == own
    return joined, sum(len(keys) > 1 for keys in inside.values())


def lengthened(wires: list[dict], chance: random.Random) -> list[dict]:
    """Every wire with five more paragraphs, of words drawn from all wires in its language."""
    words: dict[str, list[str]] = {}
    for wire in wires:
        words.setdefault(wire["language"], []).extend(" ".join(wire["paragraphs"]).split())

    def filler(language: str) -> str:
        return " ".join(chance.choice(words[language]) for _ in range(45))

    def longer(wire: dict) -> list[str]:
        first, second, *rest = wire["paragraphs"]
        return [first, filler(wire["language"]), second, *(filler(wire["language"]) for _ in range(4)), *rest]

    return [{**wire, "paragraphs": longer(wire)} for wire in wires]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--reprints", type=int, default=2000)
    options.add_argument("--seed", type=int, default=1)
    args = options.parse_args()
    lines = (Path(__file__).parent / "data" / "wires.jsonl").read_text(encoding="utf-8").splitlines()
    wires = [json.loads(line) for line in lines]
    chance = random.Random(args.seed)
    reprints = [reprint(chance.choice(wires), number, chance) for number in range(args.reprints)]

    long = lengthened(wires, chance)

    began = time.perf_counter()
    for one in reprints:
        fingerprint(body(one.item))
    print(f"fingerprint {1000 * (time.perf_counter() - began) / len(reprints):.3f} ms an item")
    figures = {
        "text": by_text(wires, reprints),
        "long": by_text(long, [reprint(chance.choice(long), number, chance) for number in range(args.reprints)]),
        "events": by_event(wires, reprints, named=True),
        "unnamed": by_event(wires, reprints, named=False),
    }
    for name, (joined, wrong) in figures.items():
        print(f"{name:8} joined {100 * joined / len(reprints):.2f} %  wrong {wrong}")
    joined, wrong = figures["events"]
    print(
        f"reprints {len(reprints)} joined {joined} ({100 * joined / len(reprints):.2f} %) events joined wrongly {wrong}"
    )
    return int(joined < 0.99 * len(reprints) or wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
