"""Where the items of a well-formed feed lie: one pass of expat that notes the byte range of each.

Items whose bytes were seen at the last poll are cut out before anything is parsed.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Iterable, Sequence
from xml.parsers import expat

try:
    from _blake2 import blake2b  # hashlib's own; hashlib itself loads OpenSSL, 4 MB in every worker
except ImportError:
    from hashlib import blake2b

__all__ = ["Declined", "Skim", "cut", "fingerprints", "skim", "tokens"]

_MOST_ATTRIBUTES = 64  # of an element; more are an attack on readers that compare each with each
_DEEPEST = 200


class Declined(Exception):
    """The document is not for this reader; feedparser may read it."""


class Skim:
    """Where the items of a well-formed document lie."""

    __slots__ = ("kind", "ranges")

    def __init__(self, kind: str, ranges: list[tuple[int, int]]) -> None:
        self.kind = kind  # "rss" | "atom"
        self.ranges = ranges  # byte offsets [start, end) of the items, in the document's order


def skim(body: bytes) -> Skim:
    """One pass of expat. Raises Declined for what is not well-formed, has a DOCTYPE, or is neither RSS 2.0 nor Atom."""
    parser = expat.ParserCreate(encoding="utf-8", namespace_separator="}")
    walk = _Walk(parser, body)
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    parser.StartDoctypeDeclHandler = walk.doctype
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise Declined(str(error)) from None
    finally:  # or the two hold one another, and the body, until cycles are looked for
        parser.StartElementHandler = parser.EndElementHandler = parser.StartDoctypeDeclHandler = None
    return Skim(walk.kind, walk.ranges)


class _Walk:
    """expat's handlers: keeps the depth, and the byte ranges of items."""

    def __init__(self, parser: expat.XMLParserType, body: bytes) -> None:
        self.parser = parser
        self.body = body
        self.kind = ""
        self.item = ""
        self.depth = 0
        self.level = 0  # the depth that items stand at
        self.opened = -1
        self.ranges: list[tuple[int, int]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth == self.level and name == self.item:
            self.opened = self.parser.CurrentByteIndex
        elif self.depth == 1:
            self._root(name, attributes)
        elif (name == self.item and self.depth != self.level) or self.depth > _DEEPEST:
            raise Declined("items where none belong")
        if len(attributes) > _MOST_ATTRIBUTES:
            raise Declined("too many attributes")

    def end(self, name: str) -> None:
        if self.depth == self.level and name == self.item:
            at = self.parser.CurrentByteIndex
            if at <= self.opened:
                raise Declined("an empty item")
            self.ranges.append((self.opened, self.body.index(b">", at) + 1))
        self.depth -= 1

    def doctype(self, *_: object) -> None:
        raise Declined("has a DOCTYPE")

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        if name == "rss" and not any("base" in key.lower() for key in attributes):
            self.kind, self.item, self.level = "rss", "item", 3
        elif name == "http://www.w3.org/2005/Atom}feed":
            self.kind, self.item, self.level = "atom", "http://www.w3.org/2005/Atom}entry", 2
        else:
            raise Declined(f"root element {name[-40:]}")


def fingerprints(body: bytes, ranges: Iterable[tuple[int, int]]) -> list[str]:
    """A short hash of each item's bytes: enough to see that nothing changed in this feed since the last poll."""
    return [b2a_base64(blake2b(body[start:end], digest_size=9).digest())[:12].decode("ascii") for start, end in ranges]


def cut(body: bytes, gone: Sequence[tuple[int, int]]) -> bytes:
    """`body` without these byte ranges (ascending, not overlapping)."""
    if not gone:
        return body
    pieces, at = [], 0
    for start, end in gone:
        pieces.append(body[at:start])
        at = end
    return b"".join((*pieces, body[at:]))


def tokens(text: str | None) -> frozenset[str]:
    """The fingerprints in a skim as it is kept between polls."""
    return frozenset((text or "").split())
