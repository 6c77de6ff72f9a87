"""Feeds made for tests, as outlets print them."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape


def rss(*items: tuple[str, str] | tuple[str, str, str], title: str = "Test outlet", language: str = "en") -> bytes:
    """RSS 2.0 of (guid, title) or (guid, title, summary)."""
    return _channel(items, title, language).encode()


def _channel(items: Iterable[tuple[str, ...]], title: str, language: str) -> str:
    body = "".join(
        f"<item><guid isPermaLink='false'>{escape(guid)}</guid><title>{escape(rest[0])}</title>"
        f"<link>https://outlet.example/{escape(guid)}</link>"
        f"<description>{escape(rest[1] if len(rest) > 1 else '')}</description>"
        f"<pubDate>Mon, 11 Nov 2024 09:30:00 GMT</pubDate></item>"
        for guid, *rest in items
    )
    return (
        f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>{escape(title)}</title>"
        f"<link>https://outlet.example/</link><language>{language}</language>{body}</channel></rss>"
    )
