"""Mutated feeds: whatever a feed becomes, parsing it raises nothing, ends soon and leaves only safe text."""

from __future__ import annotations

import random
import re
import unicodedata
from pathlib import Path

from monitor.feeds.parse import parse

FOLDER = Path(__file__).parents[1] / "cases/feeds/parse"
SEEDS = [path.read_bytes() for path in sorted(FOLDER.iterdir()) if path.suffix in (".xml", ".html", ".json_")]
SPLICES = [
    b"<",
    b">",
    b"&",
    b"<item>",
    b"</item>",
    b"<![CDATA[",
    b"]]>",
    b"\x00",
    b"\xff\xfe",
    b"&#xD800;",
    b"&x;",
    b'"',
]
SPLICES += [b"<!--", b"<!DOCTYPE r [", b"<title>", b"xmlns:a='b'", b"<?xml encoding='utf-16'?>", "\u202eЖ".encode()]
OUTCOMES = {"items", "empty", "not-a-feed", "auth", "error"}
INPUTS = 2_000


def mutated(dice: random.Random) -> bytes:
    body = bytearray(dice.choice(SEEDS))
    for _ in range(dice.randint(1, 4)):
        at, end = sorted((dice.randrange(len(body) + 1), dice.randrange(len(body) + 1)))
        match dice.randrange(5):
            case 0:
                del body[at:end]
            case 1:
                body[at:at] = dice.choice(SPLICES)
            case 2:
                body[at:at] = body[at:end]
            case 3:
                body[at : at + 1] = bytes([dice.randrange(256)])
            case _:
                body[at:end] = dice.choice(SEEDS)[at:end]
        body = body[:20_000]
    return bytes(body)


def test_mutated_feeds() -> None:
    dice = random.Random(20241111)
    for number in range(INPUTS):
        body = mutated(dice)
        found = parse(body, dice.choice(["", "text/xml; charset=koi8-r", "text/html"]), "https://feeds.example/rss")
        assert found["outcome"] in OUTCOMES, (number, body)
        assert bool(found.get("entries")) == (found["outcome"] == "items"), (number, body)
        for entry in found.get("entries") or []:
            assert entry.link is None or re.match(r"https?://", entry.link), (number, body)
            texts = "".join(text or "" for text in entry)
            assert not [c for c in texts if c != "\n" and unicodedata.category(c) in ("Cc", "Cs")], (number, body)
