"""HTML to plain text that is safe to show: no markup, no control characters, no characters that reorder a line.

Feeds are hostile and sloppy: the same field holds text, HTML, or HTML escaped once too often. One rule for all of
them: what a browser would take for a tag goes, entities are decoded once, blocks become line breaks. Every regular
expression here is possessive or cannot fail late, so the time is linear in the input.
"""

from __future__ import annotations

import html
import re
import unicodedata

__all__ = ["one_line", "plain", "visible"]

_BLOCKS = """address article aside blockquote body br caption center dd details div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hr html li main nav ol option p pre section summary table tbody tfoot thead
    title tr ul"""
_BREAKS = frozenset(_BLOCKS.split())
_SPACES = frozenset({"td", "th", "img", "iframe", "object", "video", "audio", "picture"})

# Content of these is never text for a reader; where the end tag is missing the rest goes too, as in a browser.
_TOKEN = re.compile(
    r"""<(?:
        (?P<raw>script|style|template|noscript|textarea|svg|math)(?=[\s/>]) .*? (?:</(?P=raw)\s*+>|\Z)
      | !--(?:-?>|.*?-->)
      | !\[CDATA\[ | \?[^>]*+(?:>|\Z) | ![A-Za-z][^<>]{0,2000}+>
      | /?+(?P<tag>[A-Za-z][A-Za-z0-9:_-]*+) (?:[^<>"']++|"[^"]*+"|'[^']*+')*+ (?:>|\Z)
      | /?+(?P<odd>[A-Za-z][A-Za-z0-9:_-]*+) [^<>]*+ (?:>|\Z)     # a stray quote inside the tag
    )""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_OPEN_COMMENT = re.compile(r"<!--[^>]*+(?:>|\Z)")

# C1 controls in HTML are Windows-1252 characters by mistake; a browser shows them as those (WHATWG HTML, 13.2.5.80).
_CP1252 = {n: c for n in range(0x80, 0xA0) if (c := bytes([n]).decode("cp1252", "ignore"))}
_SOFT_HYPHEN = 0xAD
_REMOVED = (
    *range(0x20),
    *range(0x7F, 0xA0),
    *(_SOFT_HYPHEN, 0x061C, 0x200B, 0x2060, 0xFEFF),
    *range(0x200E, 0x2010),  # direction marks
    *(*range(0x202A, 0x202F), *range(0x2066, 0x206A)),  # bidi embeddings, overrides and isolates
    *(*range(0x206A, 0x2070), *range(0xFFF9, 0xFFFC), 0xFFFE, 0xFFFF),
    *range(0xE0000, 0xE0080),  # invisible "tags", which smuggle text past a reader
)
_CLEAN: dict[int, str | None] = {
    **dict.fromkeys(_REMOVED),
    **_CP1252,
    **{ord(c): " " for c in "\t\x0b\x1c\x1d\x1e\x1f\xa0"},
    **{ord(c): "\n" for c in "\n\r\x0c\x85\u2028\u2029"},
}
_UNSAFE = re.compile("[" + "".join(map(re.escape, map(chr, [*_CLEAN, *range(0xD800, 0xE000)]))) + "]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_MARK = re.compile("[\u0300-\u036f]")
_STACKED = re.compile("([\u0300-\u036f]{4})[\u0300-\u036f]++")  # more marks on a letter than any language writes


def _replace(token: re.Match[str]) -> str:
    """What stands in the text where a tag stood."""
    name = (token["tag"] or token["odd"] or "").lower()
    if name in _BREAKS:
        return "\n"
    return " " if name in _SPACES else ""


def _close_comments(text: str) -> str:
    """A comment without end hides only what a reader of 1996 would have hidden; a browser would drop all the rest."""
    if "<!--" not in text:
        return text
    closed = text.rfind("-->") + 3 if "-->" in text else 0
    return text[:closed] + _OPEN_COMMENT.sub("", text[closed:])


def visible(text: str) -> str:
    """`text` without control, bidi and invisible characters, in NFC; white space kept, line ends as LF."""
    # What is printable to Python holds none of them; the reverse is not true (white space, joiners).
    if not text.isprintable() and not text.replace("\n", "").isprintable() and _UNSAFE.search(text):
        text = _SURROGATES.sub("", text.translate(_CLEAN))
    if text.isascii():
        return text
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return _STACKED.sub(r"\1", text) if _MARK.search(text) else text


def plain(markup: str) -> str:
    """Text of an HTML fragment: tags and scripts dropped, entities decoded once, blocks on lines of their own.

    Also right for what never was HTML: a lone `<` or `&` stays. Lines carry no outer blanks and none is empty.
    """
    text = markup.replace("\r\n", "\n")
    if "<![CDATA[" in text:  # escaped once too often: its text is meant
        text = text.replace("]]>", "")
    if "<" in text:
        text = _TOKEN.sub(_replace, _close_comments(text))
    if "&" in text:
        text = html.unescape(text)
    text = visible(text)
    if text.isprintable() and "  " not in text:  # one line, with single blanks
        return text.strip()
    lines = text.split("\n")
    if "  " in text or not "".join(lines).isprintable():  # other white space than single blanks
        return "\n".join([line for rough in lines if (line := " ".join(rough.split()))])
    return "\n".join([line for rough in lines if (line := rough.strip())])


def one_line(markup: str) -> str:
    """`plain` as a single line: for titles, summaries in lists, and anything that goes into a header."""
    return " ".join(plain(markup).split())
