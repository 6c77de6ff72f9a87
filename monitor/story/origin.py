"""Which wire or outlet an item leans on, from its text.

What stands beside the evidence counts first ("told Interfax": its sentence, then the ones next to it), because a text
may name several outlets; then the mark of the agency whose text it is ("(dpa)", "WASHINGTON (AP) —", "/TASS/").
The report that a denial answers ("the Washington Post had reported …") is not its origin: far-off names do not count,
and of those that "report" only agencies do.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from monitor.model.source import Item
from monitor.model.verdict import Statement

NEAR = 200  # characters beside the evidence: about a sentence
HEAD, TAIL = 120, 60  # characters at a text's ends where agencies put their mark
REACH = 90  # characters before a name that may hold the phrase which makes it a source

_UPPER = "A-ZÀ-ÞА-ЯЄІЇҐ"
_STOP = re.compile(rf"[.!?…][\"'”“»)]*\s+(?=[\"'„“«(]*[{_UPPER}])")
_OPEN, _CLOSE = "[\"'„“«‚‘’”]", "[\"'“”»‘’]"


def origin_of(item: Item, statement: Statement | None) -> str | None:
    """The name of the wire or outlet behind a statement; None where nobody, or only the item's own outlet, is named."""
    fields = dict(item.fields())
    found = None
    if statement is not None and statement.evidence.field in fields:
        found = _beside(fields[statement.evidence.field], statement.evidence.start, statement.evidence.end)
    found = found or next((mark for text in fields.values() if (mark := _mark(text))), None)
    return None if found is None or _own(found, item.publisher) else found


def leaned_on(sentence: str) -> str | None:
    """The wire or outlet that a sentence names as its source."""
    for match in _names().finditer(sentence):
        name, agency = _wires().get(match["name"] or match["quoted"], (match["quoted"], False))
        before = sentence[max(0, match.start() - REACH) : match.start()]
        if _before(quoted=match["quoted"] is not None).search(before):
            return name
        if agency and (_after().match(sentence, match.end()) or _kind().search(before)):
            return name
    return None


def _beside(text: str, start: int, end: int) -> str | None:
    """From the sentence that holds the evidence, else from the ones after and before it."""
    left = max(0, start - NEAR)
    window = text[left : min(end, start + NEAR) + NEAR]
    cuts = [0, *(match.end() for match in _STOP.finditer(window)), len(window)]
    spans = list(pairwise(cuts))
    inside = [n for n, (first, last) in enumerate(spans) if first < end - left and last > start - left] or [0]
    near = [n for n in (inside[-1] + 1, inside[0] - 1) if 0 <= n < len(spans)]
    return next((name for n in (*inside, *near) if (name := leaned_on(window[slice(*spans[n])]))), None)


def _mark(text: str) -> str | None:
    """The agency's own mark at the beginning or the end of a text."""
    for part in (text[:HEAD], text[HEAD:][-TAIL:]):
        if match := _marks().search(part):
            return _wires()[match["inside"] or match["after"] or match["last"]][0]
    return None


def _own(name: str, publisher: str | None) -> bool:
    return publisher is not None and name.casefold() in (publisher.casefold(), f"the {publisher}".casefold())


@cache
def _wires() -> dict[str, tuple[str, bool]]:
    """Printed form -> the name it is kept under, and whether it is an agency."""
    return {form: (wire["name"], wire.get("mark", False)) for wire in _table()["wires"] for form in wire["forms"]}


@cache
def _names() -> re.Pattern[str]:
    """A known name, quoted or not, or any name in quotes."""
    quoted = rf"{_OPEN}(?P<quoted>[{_UPPER}][^\"'“”»‘’.,!?:;]{{2,40}}){_CLOSE}"
    return re.compile(rf"(?:(?<!\w){_OPEN})?(?<!\w)(?P<name>{_any(_wires())})(?!\w){_CLOSE}?|(?<!\w){quoted}")


@cache
def _before(*, quoted: bool) -> re.Pattern[str]:
    """The phrase that makes the name after it a source. A name that only quotes mark must be called an outlet."""
    phrases = [p.removesuffix("{}").strip() for row in _table()["lean"] for p in row["patterns"] if p.endswith("{}")]
    kinds, walls = _any(_table()["kinds"]), _any(_table()["walls"])
    elided = r"(?:[a-zA-Z]{1,4}['’])?"
    word = rf"{elided}(?:{kinds}|(?!(?:{walls})\b)[a-zß-ÿа-яєіїґąćęłńóśźż]+)"
    between = rf"(?:{word}\s+){{0,3}}{elided}{kinds}\s+" if quoted else rf"(?:{word}\s+){{0,4}}"
    return re.compile(rf"(?<!\w)(?i:{_any(phrases)})(?:\s+|(?<=['’])){between}{elided}$")


@cache
def _after() -> re.Pattern[str]:
    phrases = [p.removeprefix("{}").strip() for row in _table()["lean"] for p in row["patterns"] if p.startswith("{}")]
    return re.compile(rf"\s+(?:{_any(phrases)})(?!\w)")


@cache
def _kind() -> re.Pattern[str]:
    """What an agency is called before its name ("der Agentur Interfax"): it is named for what it passes on."""
    return re.compile(rf"(?<!\w)(?:[a-zA-Z]{{1,4}}['’])?{_any(_table()['kinds'])}\s+$")


@cache
def _marks() -> re.Pattern[str]:
    known = _any(form for form, (_, agency) in _wires().items() if agency)
    return re.compile(
        rf"[(/\[](?:[\w .-]+[/,] ?)??(?P<inside>{known})(?:[/,-][\w/ -]+)?[)/\]]"
        rf"|^[{_UPPER}][^.:]{{2,60}}[,.–—-] ?(?P<after>{known})\s?[.:–—-]"
        rf"|[–—-] ?(?P<last>{known})\s*$"
    )


def _any(words: Any) -> str:
    """Alternatives, longest first."""
    return "(?:" + "|".join(sorted(map(re.escape, words), key=len, reverse=True)) + ")"


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("monitor.story") / "wires.toml").read_text(encoding="utf-8"))
