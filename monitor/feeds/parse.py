"""From the bytes of a feed to clean entries. Runs in a worker process, which may be killed at any moment.

    charset → JSON Feed? → skim (byte ranges of items) → cut what was seen → fast reader → feedparser for the rest

Where expat refuses the document it goes to feedparser whole. Where feedparser fails on it, its items are read one by
one: a poisonous one is set aside with its error, the others go on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from monitor.feeds import fast, jsonfeed
from monitor.feeds import skim as skimming
from monitor.feeds.charset import to_utf8
from monitor.feeds.entry import Parsed, Raw, clean, repaired, web_link
from monitor.text.plain import one_line

__all__ = ["parse"]

Range = tuple[int, int]
Progress = Callable[[int], bool]  # which item comes next (-1: the feed's own elements); False: no time left

_FEEDISH = re.compile(rb"<(?:[A-Za-z][\w.-]{0,30}:)?(?:rss|feed|rdf|channel|item|entry)[\s>/]", re.IGNORECASE)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_LOGIN = re.compile(
    rb"""type\s*=\s*["']?password|<title[^>]{0,200}>[^<]{0,80}(?:sign[ -]?in|log[ -]?in|anmeld|connexion)""",
    re.IGNORECASE,
)
_ALTERNATE = re.compile(rb"""<link\b[^<>]*?type\s*=\s*["']application/(?:rss|atom)\+xml["'][^<>]*>""", re.IGNORECASE)
_HREF = re.compile(rb"""href\s*=\s*["']([^"'<>\s]+)""", re.IGNORECASE)
_ITEM = re.compile(rb"<(?:[A-Za-z][\w.-]{0,30}:)?(?:item|entry)[\s>]", re.IGNORECASE)
_CHANNEL = re.compile(rb"(?:\s|<\?[^>]*>|<!--.*?-->)*<channel[\s>]", re.IGNORECASE | re.DOTALL)  # CDF has no version
_LOOKED_AT = 200_000  # bytes in which a document that is no feed shows what it is
_MOST_FINGERPRINTS = 2_000


def parse(
    body: bytes,
    content_type: str,
    base: str,
    *,
    skim: str | None = None,
    careful: bool = False,
    skip: Sequence[int] = (),
    progress: Progress = lambda _: True,
) -> Parsed:
    """Read `body` as a feed. Pure but for `progress`; raises MemoryError only.

    `skim` is what the last parsing returned: items whose bytes it knows are counted, not read.
    `careful` reads items one at a time, telling `progress` which comes next; those in `skip` are set aside. It is the
    way to read a feed that a worker has died of.
    """
    decoded = to_utf8(body, content_type)
    text = decoded.body
    if jsonfeed.looks_like_json(text):
        parsed = _json(text, base)
    elif not text.strip():
        return {"outcome": "error", "error": "the body is empty"}
    elif not _FEEDISH.search(text):
        return _no_feed(text, base)
    elif careful:
        parsed = _one_by_one(text, content_type, base, skip, progress)
    else:
        parsed = _xml(text, content_type, base, skim)
    doubts = [doubt for doubt in (decoded.doubt, parsed.get("error")) if doubt]
    parsed["error"] = "; ".join(doubts) or None
    return parsed


def _json(body: bytes, base: str) -> Parsed:
    found = jsonfeed.read(body)
    if found is None:
        return {"outcome": "not-a-feed", "error": "JSON, but no JSON Feed"}
    return _told(*found, base)


def _xml(body: bytes, content_type: str, base: str, skim: str | None) -> Parsed:
    try:
        found = skimming.skim(body)
        return _by_ranges(body, found, content_type, base, skim)
    except skimming.Declined:
        return _whole(body, content_type, base)


def _by_ranges(body: bytes, found: skimming.Skim, content_type: str, base: str, skim: str | None) -> Parsed:
    """Only items whose bytes are new are read; those that the fast reader declines go to feedparser together."""
    marks = skimming.fingerprints(body, found.ranges)
    seen = skimming.tokens(skim)
    fresh = [place for place, mark in zip(found.ranges, marks, strict=True) if mark not in seen]
    gone = [place for place, mark in zip(found.ranges, marks, strict=True) if mark in seen]
    rest = {"count": len(marks), "skipped": len(gone), "skim": " ".join(marks[:_MOST_FINGERPRINTS])}
    if gone and not fresh:
        return {"outcome": "items", "entries": [], **rest}  # type: ignore[typeddict-item]
    head, raws = fast.read(skimming.cut(body, gone), found.kind)
    doubt = None
    if None in raws:
        wanted = {place for place, raw in zip(fresh, raws, strict=True) if raw is None}
        others = [place for place in found.ranges if place not in wanted]
        answer = _by_feedparser(skimming.cut(body, others), content_type, base)
        if answer is None or len(answer[1]) != len(wanted):
            raise skimming.Declined("feedparser counts other items")
        declined, doubt = iter(answer[1]), answer[2]
        raws = [next(declined) if raw is None else raw for raw in raws]
    said = {"title": head.title, "link": head.link, "language": head.language, "ttl": head.ttl}
    parsed = _told(said, [raw for raw in raws if raw is not None], base)
    parsed.update(rest)  # type: ignore[typeddict-item]
    parsed["outcome"] = "items" if marks else "empty"
    parsed["error"] = doubt
    return parsed


Answer = tuple[dict[str, str | None], list[Raw], str | None]


def _by_feedparser(body: bytes, content_type: str, base: str) -> Answer | None:
    """Feedparser's answer, None where it raised."""
    from monitor.feeds import byfeedparser  # slow to import, and not needed for most feeds

    try:
        return byfeedparser.read(body, content_type, base)
    except byfeedparser.Unreadable:
        return None


def _whole(body: bytes, content_type: str, base: str) -> Parsed:
    answer = _by_feedparser(body, content_type, base)
    if answer is None:
        return _one_by_one(body, content_type, base, (), lambda _: True)
    head, raws, malformed = answer
    if not raws and not head.get("version") and not _CHANNEL.match(body):
        return _no_feed(body, base)
    parsed = _told(head, raws, base)
    parsed["error"] = malformed and f"not well-formed: {malformed}"
    return parsed


def _told(head: dict[str, str | None], raws: Sequence[Raw], base: str) -> Parsed:
    ttl = (head.get("ttl") or "").strip()
    title = head.get("title")
    return {
        "outcome": "items" if raws else "empty",
        "error": None,
        "title": (title and one_line(repaired(title[:5000]))[:500]) or None,
        "link": web_link(head.get("link"), base),
        "language": (head.get("language") or "").strip()[:20] or None,
        "ttl": int(ttl) if ttl.isascii() and ttl.isdigit() and len(ttl) < 10 else None,
        "entries": [clean(raw, base) for raw in raws],
        "count": len(raws),
        "skipped": 0,
        "skim": None,
    }


def _no_feed(body: bytes, base: str) -> Parsed:
    """Say what it is instead, and where the feed may be."""
    start = body[:_LOOKED_AT]
    if not _HTML.search(start):
        return {"outcome": "not-a-feed", "error": "neither RSS, Atom nor JSON Feed"}
    if _LOGIN.search(start):
        return {"outcome": "auth", "error": "a login page"}
    alternate = _ALTERNATE.search(start)
    href = alternate and _HREF.search(alternate[0])
    link = web_link(href[1].decode("utf-8", "replace"), base) if href else None
    hint = f"; it names the feed {link}" if link else ""
    return {"outcome": "not-a-feed", "error": f"a web page{hint}"}


# -- the careful way


def _one_by_one(body: bytes, content_type: str, base: str, skip: Sequence[int], progress: Progress) -> Parsed:
    """Each item in a document of its own. Slow, and proof against all that one item can do."""
    ranges = _item_ranges(body)
    start, end = (ranges[0][0], ranges[-1][1]) if ranges else (len(body), len(body))
    progress(-1)
    answer = None if -1 in skip else _by_feedparser(body[:start] + body[end:], content_type, base)
    head = answer[0] if answer else {}
    raws: list[Raw] = []
    aside: list[int] = []
    for number, (first, last) in enumerate(ranges):
        if number in skip or not progress(number):
            aside.append(number)
            continue
        found = _by_feedparser(body[:start] + body[first:last] + body[end:], content_type, base)
        if found is None or not found[1]:
            aside.append(number)
        else:
            raws += found[1]
    if not raws and not (head.get("version") and not ranges):
        return {"outcome": "error", "error": "no item of it can be read"}
    parsed = _told(head, raws, base)
    if aside:
        named = ", ".join(str(number + 1) for number in aside[:10])
        parsed["error"] = f"{len(aside)} of {len(ranges)} items set aside, unreadable: {named}"
    return parsed


def _item_ranges(body: bytes) -> list[Range]:
    """Byte ranges of items: exact where the document is well-formed, else from one start tag to the next."""
    try:
        return skimming.skim(body).ranges
    except skimming.Declined:
        starts = [found.start() for found in _ITEM.finditer(body)]
        return list(zip(starts, [*starts[1:], _tail(body)], strict=True)) if starts else []


def _tail(body: bytes) -> int:
    """Where the last item ends."""
    return max((body.rfind(tag) + len(tag) for tag in (b"</item>", b"</entry>") if tag in body), default=len(body))
