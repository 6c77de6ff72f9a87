"""A strict reader for well-formed RSS 2.0 and Atom: ElementTree in C instead of feedparser's Python.

It reads what `skim` has accepted. Whatever it is not sure to read exactly as feedparser does, it declines: a whole
document (`Declined`), or single items (None in the result), which then go to feedparser.
tests/property/test_fast_reader.py compares the two.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError, fromstring

from monitor.feeds.entry import Raw
from monitor.feeds.skim import Declined

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["Declined", "Head", "read"]

ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
MEDIA = "{http://search.yahoo.com/mrss/}"
FEEDBURNER = "{http://rssnamespace.org/feedburner/ext/1.0}"
XML = "{http://www.w3.org/XML/1998/namespace}"

# Local names that feedparser knows in some namespace or other, and that could touch what is read here.
_TOUCHY_NAMES = """abstract author base body browserfriendly content contributor created creator date description email
    encoded entry expirationdate fullitem guid homepage id image info issued item language lastbuilddate link
    managingeditor modified name newlocation publisher published pubdate rights source subtitle summary tagline tags
    textinput title updated uri url valid webmaster"""
_TOUCHY = frozenset(_TOUCHY_NAMES.split())
# Elements of those names that are known to touch nothing, with all that is below them.
_HARMLESS = frozenset(
    {"enclosure", "category", "comments", "copyright", f"{ATOM}category", f"{ATOM}rights"}
    | {f"{DC}{name}" for name in ("publisher", "rights", "subject", "format", "type", "identifier", "source")}
    | {f"{MEDIA}{name}" for name in ("thumbnail", "keywords", "rating", "copyright", "category", "player")}
)
_PERSON = frozenset({f"{ATOM}name", f"{ATOM}email", f"{ATOM}uri"})
_TEXT_TYPES = frozenset({None, "text", "html", "text/plain", "text/html"})
_HTML_LINK_TYPES = frozenset({None, "text/html", "html", "application/xhtml+xml", "xhtml"})


class Head:
    """What the feed says of itself."""

    __slots__ = ("language", "link", "title", "ttl")

    def __init__(self) -> None:
        self.title: str | None = None
        self.link: str | None = None
        self.language: str | None = None
        self.ttl: str | None = None


def read(body: bytes, kind: str) -> tuple[Head, list[Raw | None]]:
    """Feed and items of a document that `skim` accepted (items may have been cut out of it).

    None stands for an item that feedparser must read. Raises Declined where the feed's own elements are odd.
    """
    try:
        root = fromstring(body)  # noqa: S314 (skim has refused DOCTYPEs, so there are no entities to expand)
    except (ParseError, RecursionError) as error:
        raise Declined(str(error)) from None
    if kind == "rss":
        channels = [child for child in root if child.tag == "channel"]
        if len(channels) != 1 or any(_odd_base(child) for child in (*root, *channels[0])):
            raise Declined("not one channel")
        head = _rss_head(root, channels[0])
        return head, [_entry(item, _RSS, permalink_ids=False) for item in channels[0].iterfind("item")]
    head = _atom_head(root)
    return head, [_entry(item, _ATOM, permalink_ids=True) for item in root.iterfind(f"{ATOM}entry")]


def _odd_base(element: Element) -> bool:
    for key in element.attrib:  # noqa: SIM110 - half the time of `any`, which would be a tenth of all here
        if key[-4:].lower() == "base" and key.lower() in (f"{XML}base", "base"):
            return True
    return False


class _Unsure(Exception):
    """The item is for feedparser."""


def _simple(element: Element, otherwise: type[Exception] = _Unsure) -> str:
    """The text of an element that holds nothing else."""
    if len(element):
        raise otherwise
    return (element.text or "").strip()


# What a feed says of itself; in another namespace or spelling it is a rival, and which wins is for feedparser to say.
_HEAD = frozenset({"title", "link", "language"})


def _rival(child: Element) -> bool:
    return child.tag.rpartition("}")[2].lower() in _HEAD


def _rss_head(root: Element, channel: Element) -> Head:
    head = Head()
    head.language = root.get(f"{XML}lang") or root.get("lang")
    for child in channel:
        if child.tag == "title":
            head.title = head.title or _simple(child, Declined)
        elif child.tag in ("link", "language", "ttl") and not child.attrib:
            setattr(head, child.tag, _simple(child, Declined))
        elif _rival(child) and not (child.tag == f"{ATOM}link" and child.get("rel", "alternate") != "alternate"):
            raise Declined("odd elements in the channel")
    return head


def _atom_head(root: Element) -> Head:
    head = Head()
    identity: str | None = None  # stands in for a link, as in entries
    head.language = root.get(f"{XML}lang") or root.get("lang")
    if (
        _odd_base(root)
        or any(map(_odd_base, root))
        or any(_rival(child) and child.tag not in (f"{ATOM}title", f"{ATOM}link") for child in root)
    ):
        raise Declined("odd elements in the feed")
    try:
        for child in root:
            if child.tag == f"{ATOM}title":
                head.title = head.title or _typed(child)
            elif child.tag == f"{ATOM}link":
                head.link = _alternate(child, head.link)
            elif child.tag == f"{ATOM}id":
                identity = _simple(child)
    except _Unsure:
        raise Declined("odd elements in the feed") from None
    head.link = head.link or identity
    return head


def _typed(element: Element) -> str:
    """Text of an Atom text construct that is text or escaped HTML."""
    kind = element.get("type")
    if (kind and kind.lower() not in _TEXT_TYPES) or element.get("mode") or element.get("src"):
        raise _Unsure
    return _simple(element)


def _alternate(element: Element, before: str | None) -> str | None:
    """The last link to a page wins, as in feedparser."""
    if len(element) or element.get("url") or element.get("uri"):
        raise _Unsure
    rel, kind, href = element.get("rel", "alternate").lower(), element.get("type"), element.get("href")
    if rel == "alternate" and not href:
        raise _Unsure
    if rel != "alternate" or (kind and kind.lower() not in _HTML_LINK_TYPES):
        return before
    return href


# -- items: a table of what each element does to the entry under way

Step = Callable[["_Reading", "Element"], None]


class _Reading:
    """One item while its elements are read in their order, which feedparser's rules depend on."""

    __slots__ = ("contents", "guid_link", "has_content", "link", "original", "raw", "title_settled")

    def __init__(self) -> None:
        self.raw: Raw = {}
        self.contents: list[str] = []
        self.has_content = False
        self.title_settled = False
        self.link: str | None = None
        self.guid_link: str | None = None
        self.original: str | None = None

    def once(self, key: str, value: str) -> None:
        if key in self.raw:
            raise _Unsure
        self.raw[key] = value  # type: ignore[literal-required]


def _title(reading: _Reading, element: Element) -> None:
    reading.once("title", _typed(element))
    reading.title_settled = bool(reading.raw["title"])


def _rss_link(reading: _Reading, element: Element) -> None:
    if element.attrib or reading.link is not None:
        raise _Unsure
    reading.link = _simple(element)


def _atom_link(reading: _Reading, element: Element) -> None:
    reading.link = _alternate(element, reading.link)


def _original(reading: _Reading, element: Element) -> None:
    if element.attrib or reading.original is not None:
        raise _Unsure
    reading.original = _simple(element)


def _guid(reading: _Reading, element: Element) -> None:
    flags = [value for key, value in element.attrib.items() if key.lower() == "ispermalink"]
    value = _simple(element)
    reading.once("id", value)
    if not flags or flags == ["true"]:
        reading.guid_link = value


def _summary(reading: _Reading, element: Element) -> None:
    reading.once("summary", _typed(element))


def _content(reading: _Reading, element: Element) -> None:
    reading.has_content = True
    reading.contents.append(_typed(element))


def _published(reading: _Reading, element: Element) -> None:
    reading.once("published", _simple(element))


def _updated(reading: _Reading, element: Element) -> None:
    reading.once("updated", _simple(element))


def _author(reading: _Reading, element: Element) -> None:
    reading.raw["author"] = _simple(element)  # the last one, as in feedparser


def _person(reading: _Reading, element: Element) -> None:
    found = {child.tag: _simple(child) for child in element}
    if len(found) != len(element) or not found.keys() <= _PERSON or (element.text or "").strip():
        raise _Unsure
    reading.raw["author"] = found.get(f"{ATOM}name", "")


_RSS: dict[str, Step] = {
    "title": _title,
    "link": _rss_link,
    "guid": _guid,
    "description": _summary,
    f"{CONTENT}encoded": _content,
    "pubDate": _published,
    f"{DC}date": _updated,
    "author": _author,
    f"{DC}creator": _author,
    f"{ATOM}link": _atom_link,
    f"{FEEDBURNER}origLink": _original,
}
_ATOM: dict[str, Step] = {
    f"{ATOM}title": _title,
    f"{ATOM}link": _atom_link,
    f"{ATOM}id": _guid,
    f"{ATOM}summary": _summary,
    f"{ATOM}content": _content,
    f"{ATOM}published": _published,
    f"{ATOM}updated": _updated,
    f"{ATOM}author": _person,
    f"{FEEDBURNER}origLink": _original,
}


def _entry(item: Element, table: dict[str, Step], *, permalink_ids: bool) -> Raw | None:
    """None where any element of the item is beyond this reader."""
    reading = _Reading()
    try:
        for child in item:
            if child.attrib and _odd_base(child):
                return None
            step = table.get(child.tag)
            if step is not None:
                step(reading, child)
            elif child.tag not in _HARMLESS:
                _pass_by(reading, child)
    except _Unsure:
        return None
    if item.attrib and (_odd_base(item) or any(key.lower().endswith("about") for key in item.attrib)):
        return None
    return _settled(reading, permalink_ids=permalink_ids)


def _settled(reading: _Reading, *, permalink_ids: bool) -> Raw:
    raw = reading.raw
    # A permalink stands in for a missing link element; an empty element is not a missing one.
    link = reading.guid_link if reading.link is None or (permalink_ids and not reading.link) else reading.link
    if reading.original or link:
        raw["link"] = reading.original or link or ""
    if reading.contents:
        raw["content"] = max(reading.contents, key=len)
        raw.setdefault("summary", reading.contents[0])
    return raw


def _pass_by(reading: _Reading, element: Element) -> None:
    """Raise _Unsure where the element, or anything below it, could mean something to feedparser."""
    if element.tag == "source" and not len(element):
        reading.title_settled = False  # feedparser forgets that it has a title
        return
    for part in element.iter():
        space, _, local = part.tag.rpartition("}")
        name = local.lower()
        if name not in _TOUCHY or part.tag in _HARMLESS:
            continue
        if space != MEDIA[:-1]:
            raise _Unsure
        if name == "description":
            _caption(reading, part, nested=part is not element)
        elif name != "content" and not (name == "title" and reading.title_settled):
            raise _Unsure


def _caption(reading: _Reading, element: Element, *, nested: bool) -> None:
    """Feedparser takes media:description for a content where a summary stands before it, else passes it by."""
    if "summary" not in reading.raw or (reading.has_content and not nested):
        raise _Unsure
    if not reading.has_content:
        reading.has_content = True
        reading.contents.append(_typed(element))
