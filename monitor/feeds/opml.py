"""Feeds of other readers, as OPML 1.0 and 2.0 (http://opml.org/spec2.opml), in and out. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring
from xml.parsers import expat

from monitor.errors import InputError
from monitor.feeds.charset import to_utf8
from monitor.feeds.entry import web_link
from monitor.model.source import Feed
from monitor.text.plain import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["export_opml", "import_opml"]

_DEEPEST = 50  # folders within folders


class _Outlines:
    """Collects the outlines that name a feed, in the document's order; folders are of no interest."""

    def __init__(self) -> None:
        self.feeds: dict[str, Feed] = {}
        self.depth = 0
        self.is_opml = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        if self.depth == 1:
            self.is_opml = name.lower() == "opml"
        if self.depth > _DEEPEST:
            raise InputError("OPML: nested too deeply")
        if name.lower() == "outline":
            self._outline({key.lower(): value for key, value in attributes.items()})

    def end(self, _: str) -> None:
        self.depth -= 1

    def doctype(self, *_: object) -> None:
        raise InputError("OPML: a document type declaration is not read")

    def _outline(self, found: Mapping[str, str]) -> None:
        url = web_link(found.get("xmlurl"), "")
        if url is None:
            return
        name = one_line(found.get("title") or found.get("text") or "")[:200] or None
        language = (found.get("language") or "").strip()[:2].lower()
        self.feeds.setdefault(url, Feed(url=url, publisher=name, language=language if language.isalpha() else None))


def import_opml(body: bytes) -> tuple[Feed, ...]:
    """The feeds that an OPML document names, each once, in its order. Raises InputError where it is none."""
    found = _Outlines()
    parser = expat.ParserCreate(encoding="utf-8")
    parser.StartElementHandler = found.start
    parser.EndElementHandler = found.end
    parser.StartDoctypeDeclHandler = found.doctype
    try:
        parser.Parse(to_utf8(body).body, True)
    except expat.ExpatError as error:
        raise InputError(f"OPML: not well-formed: {error}") from None
    if not found.is_opml:
        raise InputError("OPML: the document's root is not <opml>")
    return tuple(found.feeds.values())


def export_opml(feeds: Iterable[Feed], title: str = "dementi") -> bytes:
    """An OPML 2.0 document of these feeds, in their order. Feeds that are files are left out."""
    root = Element("opml", version="2.0")
    SubElement(SubElement(root, "head"), "title").text = title
    body = SubElement(root, "body")
    for feed in feeds:
        if feed.path is not None:
            continue
        name = feed.publisher or feed.url
        outline = SubElement(body, "outline", type="rss", text=name, title=name, xmlUrl=feed.url)
        if feed.language:
            outline.set("language", feed.language)
    indent(root)
    text: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"
