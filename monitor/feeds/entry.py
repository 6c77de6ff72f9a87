"""One entry of a feed between its reader and its cleaning: what each of the readers must bring, and how it is cleaned.

`Raw` is what the feed says, `Entry` what dementi takes from it. Both are plain data, so that they travel between
processes as JSON.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple, TypedDict
from urllib.parse import urljoin, urlsplit

from monitor.feeds.dates import parse_date
from monitor.feeds.keys import canonical_link, digest_of
from monitor.model.times import stamp
from monitor.text.plain import one_line, plain

__all__ = ["Entry", "Parsed", "Raw", "clean", "repaired", "web_link"]

# Characters. What is longer is cut: an article's text is shorter, and matching must stay bounded.
LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_CONTENT, LONGEST_ID, LONGEST_LINK = 2_000, 20_000, 200_000, 2_000, 8_000

_BLANKS_IN_URL = re.compile(r"[\t\r\n]+")
_ENTITY_IN_LINK = re.compile(r"&([A-Za-z0-9_]+);")
_USUAL_LINK = re.compile(r"https?://[a-zA-Z0-9.-]+(?::\d{1,5})?(?:[/?#][!-~]*+)?")  # absolute, and nothing to repair
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_MAIL = re.compile(r"<?[\w.+-]+@[\w-]+\.[\w.-]+>?")
_MISREAD = re.compile("[\xc2-\xf4][\x80-\xbf]")


class Raw(TypedDict, total=False):
    """Strings as printed, white space stripped; absent where the feed has none."""

    id: str
    title: str
    link: str
    published: str
    updated: str
    summary: str
    content: str
    author: str


class Entry(NamedTuple):
    """Cleaned. Texts are plain; times are `YYYY-MM-DDTHH:MM:SSZ`."""

    id: str | None
    title: str | None
    link: str | None
    published: str | None
    updated: str | None
    summary: str | None
    content: str | None
    author: str | None
    canonical: str | None  # `link` by one spelling
    digest: str  # of title, summary and content
    idle: bool = False  # surely about no claim: nobody needs to judge it


class Parsed(TypedDict, total=False):
    """What parsing a body brings. All but `outcome` may be absent."""

    outcome: str  # Outcome: items, empty, not-a-feed, auth, error
    error: str | None  # why not, or what is doubtful
    title: str | None
    link: str | None
    language: str | None
    ttl: int | None  # minutes
    entries: list[Entry]  # all but those that were skipped, in the feed's order
    count: int  # of entries in the body
    skipped: int  # how many of them the skim knew
    skim: str | None  # to be given back at the next parsing


def clean(raw: Raw, base: str) -> Entry:
    """Plain texts, absolute web links, UTC times. `base` is the address that relative links start from."""
    title = _text(raw.get("title"), LONGEST_TITLE, one_line)
    summary = _text(raw.get("summary"), LONGEST_SUMMARY, plain)
    content = _text(raw.get("content"), LONGEST_CONTENT, plain)
    content = content if content != summary else None
    link = web_link(repaired(raw.get("link", "")), base)
    identity = " ".join(raw.get("id", "").split())[:LONGEST_ID]
    return Entry(
        id=repaired(identity) or None,
        title=title,
        link=link,
        published=_when(raw.get("published")),
        updated=_when(raw.get("updated")),
        summary=summary,
        content=content,
        author=_author(raw.get("author")),
        canonical=canonical_link(link) if link else None,
        digest=digest_of(title, summary, content),
    )


def _when(text: str | None) -> str | None:
    found: datetime | None = parse_date(text)
    return stamp(found)


def repaired(text: str) -> str:
    """UTF-8 that was read as Latin-1 and encoded again, a common mistake; the same repair as feedparser's."""
    if not text.isascii() and _MISREAD.search(text):
        try:
            return text.encode("latin-1").decode("utf-8")
        except UnicodeError:
            return text
    return text


def _text(markup: str | None, longest: int, to_text: object) -> str | None:
    if not markup:
        return None
    # Markup may be much longer than its text, but not without bound.
    text: str = to_text(repaired(markup[: longest * 20]))  # type: ignore[operator]
    return (text if len(text) <= longest else text[:longest].rstrip() + "…") or None


def _author(text: str | None) -> str | None:
    """The name of `mail@example.org (Name)` and the like; no addresses."""
    if not text:
        return None
    name = one_line(_MAIL.sub("", repaired(text[:2000]))).strip(" ,;")
    if name.startswith("(") and name.endswith(")"):
        name = name[1:-1]
    return name.replace("()", "").strip()[:300] or None


def web_link(text: str | None, base: str) -> str | None:
    """An absolute http(s) address, or None. Blanks inside are encoded, line ends dropped (WHATWG URL)."""
    link = _BLANKS_IN_URL.sub("", (text or "").strip())
    if not link or len(link) > LONGEST_LINK:
        return None
    if "&" in link and ";" in link:  # escaped once too often
        link = _ENTITY_IN_LINK.sub(r"&\1", link.replace("&amp;", "&"))
    if _USUAL_LINK.fullmatch(link):
        return link
    try:
        link = urljoin(base, link)
        parts = urlsplit(link)
        fine = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return None
    if not fine or _CONTROL.search(link):
        return None
    return link.replace(" ", "%20")
