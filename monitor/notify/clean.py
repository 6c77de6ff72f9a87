"""Texts from feeds are untrusted: what may be shown of them, whatever shows it. Pure.

Escaping for a medium (HTML, JSON, markup of a chat service) is that medium's business and comes after this.
"""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit

# Format characters (Unicode category Cf) go: bidi overrides turn the reading direction of their surroundings (UAX 9),
# zero-width ones hide. These few stay: they are spelling in Arabic, Hebrew, Persian and emoji.
_JOINERS = frozenset("\u200c\u200d\u200e\u200f\u061c")  # ZWNJ, ZWJ, LRM, RLM, ALM
_MARKS_IN_A_ROW = 4  # more combining marks on one letter are no writing, they are "zalgo" that covers other lines


def line(text: str | None, limit: int = 300) -> str:
    """One line of plain text: no control characters, no line breaks, no bidi overrides, at most `limit` characters."""
    # Cut before cleaning as well as after: a title of a megabyte must not cost a megabyte's work.
    kept = "".join(_harmless((text or "")[: limit * 8]))
    return cut(" ".join(kept.split()), limit)


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, ending in … where something is missing; at the end of a word where one is near."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    word = head.rfind(" ", limit * 3 // 4)
    return (head[:word] if word > 0 else head).rstrip(" ,;:-") + "…"


def paragraph(text: str | None, limit: int = 4000) -> list[str]:
    """The lines of a longer text, each cleaned like `line`; empty ones left out."""
    return [clean for raw in (text or "")[: limit * 2].splitlines() if (clean := line(raw, limit))]


def link(url: str | None) -> str | None:
    """The URL, where it is http(s) and fit to be shown and clicked; else None."""
    if not url or len(url) > 2000 or line(url, 2000) != url or any(c in url for c in "<>\"' \\`"):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def host(url: str | None) -> str:
    """The host a URL leads to, for people; empty where there is none."""
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _harmless(text: str) -> list[str]:
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if category in ("Cc", "Zl", "Zp"):
            kept.append(" ")  # a line break between two words stays a gap
        elif marks <= _MARKS_IN_A_ROW and (character in _JOINERS or category not in ("Cf", "Cs")):
            kept.append(character)
    return kept
