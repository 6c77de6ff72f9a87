"""Bytes of a feed to UTF-8, with the doubt said aloud.

RFC 3023 and RFC 7303 rank the names of HTTP header and XML declaration; in the wild both lie. What decodes as strict
UTF-8 and holds non-ASCII characters is UTF-8, whatever the labels say: other text passes that test by accident about
once in never. Names are widened to the supersets that browsers use (WHATWG Encoding Standard).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Decoded", "to_utf8"]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with theirs
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# "<?" or "<r", "<f" … without a mark (XML 1.0, appendix F)
_UNMARKED = (
    (re.compile(rb"<\0\0\0[^\0]"), "utf-32-le"),
    (re.compile(rb"\0\0\0<\0"), "utf-32-be"),
    (re.compile(rb"<\0[^\0]\0"), "utf-16-le"),
    (re.compile(rb"\0<\0[^\0]"), "utf-16-be"),
    (re.compile(rb"\x4c\x6f\xa7\x94"), "cp037"),
)
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
# Text in these is ASCII bytes, so that the UTF-8 test proves nothing; utf-7 is none of them: it only ever hides things.
_SEVEN_BIT = frozenset({"iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_3", "iso2022_kr", "hz"})
_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]*?\?>", re.DOTALL)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""")
_HTTP_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]+)""", re.IGNORECASE)
_LANGUAGE = re.compile(rb"<language>\s*([A-Za-z]{2})|xml:lang\s*=\s*[\"']([A-Za-z]{2})")
_UTF8_LETTERS = re.compile("[^\x00-\x7f\udc80-\udcff]+")
_CYRILLIC = frozenset({b"ru", b"uk", b"be", b"bg", b"sr", b"mk", b"kk"})
_CENTRAL = frozenset({b"pl", b"cs", b"sk", b"hu", b"sl", b"hr", b"ro"})


@dataclass(frozen=True, slots=True)
class Decoded:
    """A body as UTF-8 without byte order mark and without an encoding in its XML declaration."""

    body: bytes
    doubt: str | None = None  # what a reader should know about the characters


def _codec(name: str | None) -> str | None:
    """The Python codec behind a label, widened; None where there is none that makes text from bytes."""
    if not name:
        return None
    try:
        info = codecs.lookup(name)
    except LookupError:
        return None
    if not getattr(info, "_is_text_encoding", True) or info.name == "utf-7":
        return None
    return _SUPERSETS.get(info.name, info.name)


def _marked(body: bytes) -> tuple[str | None, bytes]:
    """The encoding that the first bytes prove, and the body without its mark."""
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return codec, body[len(mark) :]
    head = body[:8]
    return next((codec for shape, codec in _UNMARKED if shape.match(head)), None), body


def _strictly(body: bytes, codec: str) -> str | None:
    try:
        return body.decode(codec)
    except (UnicodeDecodeError, LookupError):
        return None


def _guess(body: bytes) -> str:
    """For bytes whose label is missing or wrong: by the feed's language, else by which letters would come out."""
    found = _LANGUAGE.search(body[:4000])
    language = (found[1] or found[2]).lower() if found else b""
    if language in _CYRILLIC:
        return "cp1251"
    if language in _CENTRAL:
        return "cp1250"
    start = body[:20_000]
    letters = sum(byte >= 0xC0 for byte in start)
    # Runs of letters above 0xC0 are Cyrillic words; in Western text such a letter stands alone among ASCII ones.
    runs = sum(a >= 0xC0 and b >= 0xC0 for a, b in pairwise(start))
    return "cp1251" if letters and runs > letters * 0.5 else "cp1252"


def to_utf8(body: bytes, content_type: str = "") -> Decoded:
    """`body` as UTF-8. Never raises: undecodable bytes become U+FFFD, and the doubt says so."""
    marked, body = _marked(body)
    declared = _DECLARED.match(body[:1000])
    http = _HTTP_CHARSET.search(content_type)
    names = [http[1] if http else None, declared[1].decode("ascii") if declared else None]
    codecs_named = [codec for codec in map(_codec, names) if codec]
    if marked in (None, "utf-8") and not any(codec in _SEVEN_BIT for codec in codecs_named):
        text = _strictly(body, "utf-8")
        if text is not None:
            return _plainly_utf8(body, text, declared)
    else:
        codecs_named = [marked] if marked else [codec for codec in codecs_named if codec in _SEVEN_BIT]
    for codec in codecs_named:
        text = _strictly(body, codec)
        if text is not None and codec != "utf-8":
            return _redeclared(text, None)
    return _forced(body, codecs_named, labelled=any(names))


def _plainly_utf8(body: bytes, text: str, declared: re.Match[bytes] | None) -> Decoded:
    """Most feeds: nothing to do but drop a declaration that says otherwise."""
    if declared is None or declared[1].lower() in (b"utf-8", b"utf8"):
        return Decoded(body)
    return _redeclared(text, None)


def _forced(body: bytes, named: list[str], *, labelled: bool) -> Decoded:
    """No label fits: mostly UTF-8 with other bytes in between, or something else altogether. A doubt either way."""
    wide = next((codec for codec in named if codec != "utf-8"), None)
    if wide and (text := body.decode(wide, "replace")).count("\ufffd") * 20 < len(text):
        return _redeclared(text, f"some bytes are not {wide}")
    codec = _guess(body)
    loose = body.decode("utf-8", "ignore")
    high = sum(byte >= 0x80 for byte in body)
    if len(loose.encode()) - sum(map(str.isascii, loose)) > high * 0.3:  # bytes that do make sense as UTF-8
        text, codec = _patched(body)
        return _redeclared(text, f"some bytes are not UTF-8; read as {codec}")
    reason = "the character set is not as declared" if labelled else "the character set is not declared"
    return _redeclared(body.decode(codec, "replace"), f"{reason}; read as {codec}")


def _patched(body: bytes) -> tuple[str, str]:
    """UTF-8 where it is that, and a guess (of one byte a character) where it is not; also the guess."""
    text = body.decode("utf-8", "surrogateescape")  # keeps each stray byte as U+DC80 … U+DCFF
    codec = _guess(_UTF8_LETTERS.sub("", text).encode("ascii", "surrogateescape"))
    strays = {0xDC00 + byte: bytes([byte]).decode(codec, "replace") for byte in range(0x80, 0x100)}
    return text.translate(strays), codec


def _redeclared(text: str, doubt: str | None) -> Decoded:
    text = _DECLARATION.sub("", text.lstrip("\ufeff"), count=1)
    return Decoded(text.encode("utf-8", "replace"), doubt)
