"""What tells items apart: the canonical form of a link, and a hash of the words. Computed where a feed is parsed."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit

try:
    from _blake2 import blake2b  # hashlib's own; hashlib itself loads OpenSSL, 4 MB in every worker
except ImportError:
    from hashlib import blake2b

__all__ = ["canonical_link", "digest_of"]

# Query parameters that say where a reader came from, not what the page is.
_TRACKING = re.compile(
    r"utm_.*|at_.*|mtm_.*|pk_.*|ns_.*|[fgt]bclid|fbclid|gclid|dclid|msclkid|yclid|twclid|igshid|mc_[ce]id|_hs\w+|wt_mc"
    r"|wt_zmc|wtmc|ref|ref_?src|source|src|cmpid?|cmp|campaign|ocid|xtor|ito|sh|smid|partner|rss|feed|from|via|spm"
)
_DEFAULT_PORTS = {"http": 80, "https": 443}
# An address in which nothing is to be dropped or reordered but `www.` and slashes at the end: nearly all of them.
_BARE = re.compile(r"https?://(?:www\.)?([a-z0-9-]++(?:\.[a-z0-9-]++)++)((?:/[A-Za-z0-9._~%!$&'()*+,;=:@-]*+)*+)")


def canonical_link(link: str) -> str:
    """The same page by one spelling: no `www.`, tracking, fragment or trailing slash; https; parameters sorted.

    The canonical form of a canonical link is itself. What cannot be taken apart stays as it is.
    """
    bare = _BARE.fullmatch(link)
    if bare is None or bare[1].startswith("www."):
        return _taken_apart(link)
    return f"https://{bare[1]}{bare[2].rstrip('/')}"


@lru_cache(maxsize=2048)
def _taken_apart(link: str) -> str:
    try:
        parts = urlsplit(link)
        port = parts.port if parts.port != _DEFAULT_PORTS.get(parts.scheme) else None
    except ValueError:
        return link
    host = (parts.hostname or "").removeprefix("www.")
    query = sorted(pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(pair[0]))
    # A fragment that holds a path is the page itself for sites that are one script.
    fragment = f"#{parts.fragment}" if parts.fragment.startswith(("!", "/")) else ""
    path = parts.path.rstrip("/")
    return f"https://{host}{f':{port}' if port else ''}{path}{'?' + urlencode(query) if query else ''}{fragment}"


def digest_of(title: str | None, summary: str | None, content: str | None) -> str:
    """Hash of the words of an item, whose texts are plain: broken into other lines it is the same text."""
    text = "\x1f".join([part.replace("\n", " ") if part else "" for part in (title, summary, content)])
    return blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest()
