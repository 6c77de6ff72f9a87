"""JSON Feed 1 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
from typing import Any

from monitor.feeds.entry import Raw

__all__ = ["looks_like_json", "read"]


def looks_like_json(body: bytes) -> bool:
    return body[:64].lstrip()[:1] in (b"{", b"[")


def read(body: bytes) -> tuple[dict[str, str | None], list[Raw]] | None:
    """(the feed's title, link, language), its items; None where this is no JSON Feed. Odd fields are passed by."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        return None
    if "jsonfeed.org/version" not in str(document.get("version", "")):
        return None
    head = {
        "title": _string(document.get("title")),
        "link": _string(document.get("home_page_url")),
        "language": _string(document.get("language")),
    }
    return head, [_raw(item) for item in document["items"] if isinstance(item, dict)]


def _string(value: Any) -> str | None:
    """Version 1.0 said that numbers may stand for ids: they are taken as text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip() or None


def _raw(item: dict[str, Any]) -> Raw:
    body = _string(item.get("content_html")) or _escaped(_string(item.get("content_text")))
    fields = {
        "id": _string(item.get("id")),
        "title": _escaped(_string(item.get("title"))),
        "link": _string(item.get("url")) or _string(item.get("external_url")),
        "published": _string(item.get("date_published")),
        "updated": _string(item.get("date_modified")),
        "summary": _escaped(_string(item.get("summary"))) or body,
        "content": body,
        "author": _authors(item),
    }
    return {key: value for key, value in fields.items() if value}  # type: ignore[return-value]


def _escaped(text: str | None) -> str | None:
    """Text that is no HTML, for a cleaner that takes everything for HTML."""
    return text and text.replace("&", "&amp;").replace("<", "&lt;")


def _authors(item: dict[str, Any]) -> str | None:
    people = item.get("authors") if isinstance(item.get("authors"), list) else [item.get("author")]
    names = [_string(person.get("name")) for person in people or () if isinstance(person, dict)]
    return ", ".join(name for name in names if name) or None
