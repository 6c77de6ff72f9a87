"""Fact-checks that a page marks up: schema.org ClaimReview as JSON-LD or microdata, and what its rating says.

    page ─▶ objects of type ClaimReview, wherever they are nested ─▶ Review: what was claimed, how it is rated, by whom
    rating ─▶ confirms, denies, mixed or none, by the table claimreview.toml; None where the table does not know it

The markup is as hostile and as broken as the rest of the page: everything is bounded, nothing raises.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from monitor.model.source import Review
from monitor.text.plain import one_line

__all__ = ["Rated", "rated", "reviews_of"]

MOST = 20  # reviews of one page
_LONGEST_CLAIM, _LONGEST_NAME = 1_000, 200  # characters
_MOST_NODES = 20_000  # of one page's JSON
_DEEPEST = 30  # microdata in microdata
_LONGEST_SCRIPT = 1_000_000  # characters
_SCRIPTS = "//script[contains(translate(@type, 'LDJSON', 'ldjson'), 'ld+json')]"
_ITEMS = "//*[@itemtype and contains(@itemtype, 'ClaimReview')]"
_WRAPPED = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>|;)\s*$")
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_LINK = re.compile(r"^https?://(?:www\.)?schema\.org/|^schema:", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d{1,6}(?:[.,]\d{1,4})?")
_MARK = re.compile(r"[.:;,!?–—(\[|/]|\s-\s")
_WORDS = re.compile(r"[\w]+")


class Rated(StrEnum):
    """What a rating says of the claim that was checked."""

    CONFIRMS = "confirms"
    DENIES = "denies"
    MIXED = "mixed"
    NONE = "none"


# -- ratings


def rated(review: Review) -> Rated | None:
    """By its words; by its number only where it has none. None: the table does not know it."""
    if review.named:
        return next((found for words in _readings(review.rating) if (found := _table().get(_key(words)))), None)
    return _by_number(review)


def _by_number(review: Review) -> Rated | None:
    value, worst, best = review.value, review.worst, review.best
    if value is None or worst is None or best is None or not worst <= value <= best or worst == best:
        return None
    place = (value - worst) / (best - worst)
    for stance, (low, high) in _numbers().items():
        if low <= place <= high:
            return Rated(stance)
    return Rated.MIXED


def _readings(words: str) -> Iterator[str]:
    """The whole rating; what stands before its first mark ("False: an old video"); what follows ("Verdict: false")."""
    yield words
    yield _MARK.split(words.strip(" .:!«»“”\"'"), maxsplit=1)[0]
    yield _MARK.split(words.partition(":")[2].strip(" «»“”\"'"), maxsplit=1)[0]


def _key(words: str) -> str:
    return " ".join(_WORDS.findall(words.casefold()))


@cache
def _read() -> Mapping[str, Any]:
    return tomllib.loads((files("monitor.feeds") / "claimreview.toml").read_text("utf-8"))


@cache
def _table() -> Mapping[str, Rated]:
    return {
        _key(words): rating
        for rating in Rated
        for language in _read().get(rating.value, {}).values()
        for words in language
    }


@cache
def _numbers() -> Mapping[str, tuple[float, float]]:
    return {stance: (low, high) for stance, (low, high) in _read()["numbers"].items()}


# -- markup


def reviews_of(tree: Any) -> list[Review]:
    """Reviews of a page (an lxml tree), each once, in the order of the page."""
    found: dict[tuple[str, str], Review] = {}
    for thing in (*_json_things(tree), *_microdata(tree)):
        review = _review(thing)
        if review is not None:
            found.setdefault((review.claim, review.rating), review)
        if len(found) >= MOST:
            break
    return list(found.values())


def _review(thing: Mapping[str, Any]) -> Review | None:
    claimed = _first_text(thing, "claimReviewed") or _first_text(_thing(thing.get("itemReviewed")), "text", "name")
    rating = _thing(thing.get("reviewRating"))
    value, words = _number(rating.get("ratingValue")), _first_text(rating, "alternateName", "name")
    if not words and value is None:
        words = _first_text(rating, "ratingValue")  # a word where a number belongs
    best, worst = _number(rating.get("bestRating")), _number(rating.get("worstRating"))
    if not claimed or not (words or value is not None):
        return None
    return Review(
        claim=claimed[:_LONGEST_CLAIM],
        rating=words[:_LONGEST_NAME] if words else f"{value:g}" + ("" if best is None else f" / {best:g}"),
        author=_author(thing),
        value=value,
        worst=worst,
        best=best,
        named=bool(words),
    )


def _author(thing: Mapping[str, Any]) -> str | None:
    """The organisation that rates; a person only where no organisation is named."""
    named = [
        (_type(maker), name)
        for key in ("author", "publisher", "creator", "sourceOrganization")
        for maker in _listed(thing.get(key))
        if (name := _name(maker))
    ]
    people = [name for kind, name in named if "Person" in kind]
    return next((name for kind, name in named if "Person" not in kind), people[0] if people else None)


def _name(maker: Any) -> str:
    text = _text(maker) if isinstance(maker, str) else _first_text(_thing(maker), "name", "legalName")
    return "" if text.startswith(("http://", "https://", "#")) else text[:_LONGEST_NAME]


def _type(thing: Any) -> str:
    kinds = _listed(thing.get("@type")) if isinstance(thing, dict) else []
    return " ".join(_LINK.sub("", kind) for kind in kinds if isinstance(kind, str))


def _thing(value: Any) -> Mapping[str, Any]:
    return next((each for each in _listed(value) if isinstance(each, dict)), {})


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _first_text(thing: Mapping[str, Any], *keys: str) -> str:
    return next((text for key in keys for value in _listed(thing.get(key)) if (text := _text(value))), "")


def _text(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("@value")
    return one_line(value[: 20 * _LONGEST_CLAIM]) if isinstance(value, str) else ""


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    text = f"{value:.4f}" if isinstance(value, int | float) and abs(value) < 1e6 else _text(value)
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


# -- JSON-LD


def _json_things(tree: Any) -> Iterator[Mapping[str, Any]]:
    """Objects of type ClaimReview in all JSON-LD of the page: alone, in lists, in @graph, nested in others."""
    left = _MOST_NODES
    for script in tree.xpath(_SCRIPTS):
        text = script.text_content()
        nodes = deque(_documents(text) if "ClaimReview" in text else ())
        while nodes and left:
            left -= 1
            node = nodes.popleft()
            if isinstance(node, list):
                nodes.extendleft(reversed(node[:left]))
            elif isinstance(node, dict):
                node = {_LINK.sub("", str(key)): value for key, value in node.items()}
                if "ClaimReview" in _type(node).split():
                    yield node
                nodes.extendleft(value for value in reversed(node.values()) if isinstance(value, dict | list))


def _documents(text: str) -> Iterator[Any]:
    """What of a script can be read as JSON: comments around it, several values in a row, commas too many."""
    text = _WRAPPED.sub("", _WRAPPED.sub("", text[:_LONGEST_SCRIPT].strip())).strip()
    for attempt in (text, _TRAILING_COMMA.sub("", text)):
        found = list(_values(attempt))
        if found:
            yield from found
            return


def _values(text: str) -> Iterator[Any]:
    decoder = json.JSONDecoder(strict=False)  # line breaks inside strings are common
    at = 0
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield value
        at += len(text[at:]) - len(text[at:].lstrip(" \t\r\n;,"))


# -- microdata


def _microdata(tree: Any) -> Iterator[Mapping[str, Any]]:
    for element in tree.xpath(_ITEMS)[:MOST]:
        yield _properties(element, 0)


def _properties(element: Any, depth: int) -> dict[str, Any]:
    """An item's properties (WHATWG HTML, 5.2.5), without itemref."""
    found: dict[str, Any] = {"@type": element.get("itemtype") or ""}
    for child in _own(element):
        nested = child.get("itemscope") is not None
        value: Any = _properties(child, depth + 1) if nested and depth < _DEEPEST else _value(child)
        for name in (child.get("itemprop") or "").split():
            found.setdefault(name, value)
    return found


def _own(element: Any) -> Iterator[Any]:
    """Elements that bear a property of this item, and of no item inside it."""
    waiting = deque(element)
    while waiting:
        child = waiting.popleft()
        if child.get("itemprop"):
            yield child
        if child.get("itemscope") is None:
            waiting.extendleft(reversed(child))


def _value(element: Any) -> str:
    given = (element.get(name) for name in ("content", "datetime", "href", "src"))
    return next((value for value in given if value), None) or _shown(element.itertext())


def _shown(texts: Iterable[str]) -> str:
    return "".join(texts)[: 20 * _LONGEST_CLAIM]
