"""Search feeds for a claim: what outlets that nobody subscribed to print about it. Pure: a claim in, feeds out.

Google News RSS (one address a language and edition), Bing News RSS and GDELT's DOC 2.0 API in its RSS form. None of
them promises anything; GDELT asks for at most one request in five seconds, which `every` and the per-host limit keep.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from urllib.parse import urlencode

from monitor.model.claim import Claim
from monitor.model.source import Feed

__all__ = ["EDITIONS", "query", "search_feeds"]

# Language -> (Google's hl, its gl, Bing's market)
EDITIONS: dict[str, tuple[str, str, str]] = {
    "de": ("de", "DE", "de-DE"),
    "en": ("en-US", "US", "en-US"),
    "fr": ("fr", "FR", "fr-FR"),
    "es": ("es", "ES", "es-ES"),
    "it": ("it", "IT", "it-IT"),
    "nl": ("nl", "NL", "nl-NL"),
    "pl": ("pl", "PL", "pl-PL"),
    "pt": ("pt-PT", "PT", "pt-PT"),
    "ru": ("ru", "RU", "ru-RU"),
    "uk": ("uk", "UA", "uk-UA"),
    "cs": ("cs", "CZ", "cs-CZ"),
}
_GDELT_LANGUAGES = {
    "de": "german",
    "en": "english",
    "fr": "french",
    "es": "spanish",
    "it": "italian",
    "nl": "dutch",
    "pl": "polish",
    "pt": "portuguese",
    "ru": "russian",
    "uk": "ukrainian",
    "cs": "czech",
}
_EVERY = timedelta(minutes=30)
_MOST_NAMES = 4  # of one group: longer queries are cut off silently
_LONGEST = 200  # characters of a query


def query(claim: Claim, language: str) -> str:
    """Search words: one name of every group the claim is about, or else its statement in this language.

    Names of one group are alternatives. `OR` in capitals and quotation marks mean the same to all three services.
    """
    if claim.about:
        return " ".join(_alternatives(group) for group in claim.about if group)[:_LONGEST]
    phrasings = claim.phrasings.get(language) or (claim.statement,)
    return phrasings[0][:_LONGEST]


def _alternatives(names: tuple[str, ...]) -> str:
    quoted = [f'"{name}"' if " " in name else name for name in (n.replace('"', "") for n in names[:_MOST_NAMES])]
    return quoted[0] if len(quoted) == 1 else f"({' OR '.join(quoted)})"


def search_feeds(claim: Claim, languages: Iterable[str] = ()) -> tuple[Feed, ...]:
    """Generated feeds for one claim; `languages` (ISO 639-1): all that the claim has phrasings in, if none is given.

    A language without an edition gets none. Feeds are ordinary ones: they can be polled, shown and exported.
    """
    wanted = list(languages) or [claim.language or "en", *claim.phrasings]
    return tuple(feed for language in dict.fromkeys(wanted) for feed in _feeds(claim, language))


def _feeds(claim: Claim, language: str) -> Iterator[Feed]:
    if language not in EDITIONS:
        return
    words = query(claim, language)
    hl, gl, market = EDITIONS[language]
    google = {"q": f"{words} when:7d", "hl": hl, "gl": gl, "ceid": f"{gl}:{hl}"}
    yield _feed(f"https://news.google.com/rss/search?{urlencode(google)}", language)
    yield _feed(
        f"https://www.bing.com/news/search?{urlencode({'q': words, 'format': 'rss', 'mkt': market})}",
        language,
    )
    gdelt = {
        "query": f"{words} sourcelang:{_GDELT_LANGUAGES[language]}",
        "mode": "artlist",
        "maxrecords": "75",
        "timespan": "1d",
        "sort": "datedesc",
        "format": "rss",
    }
    yield _feed(f"https://api.gdeltproject.org/api/v2/doc/doc?{urlencode(gdelt)}", language)


def _feed(url: str, language: str) -> Feed:
    # No publisher: the service is none, and each item names its own outlet.
    return Feed(url=url, language=language, every=_EVERY)
