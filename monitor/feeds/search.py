"""Search feeds for a claim: what outlets that nobody subscribed to print about it. Pure: a claim in, feeds out.

Google News RSS (one address a language and edition), Bing News RSS and GDELT's DOC 2.0 API in its RSS form. None of
them promises anything. GDELT answers one request in five seconds (gate.py keeps that), so that it is asked once for
all languages in which the question is the same, and the less often the more questions there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from monitor.feeds.gate import PACES
from monitor.model.claim import Claim
from monitor.model.source import Feed
from monitor.text.language import guess

__all__ = ["EDITIONS", "ENGINES", "feeds_of_claims", "query", "search_feeds"]

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


def feeds_of_claims(claims: Iterable[Claim], engines: Sequence[str], languages: Sequence[str]) -> tuple[Feed, ...]:
    """Generated feeds for a watchlist, each address once. `engines`: of ENGINES; `languages` as for `search_feeds`.

    Feeds of a host that sets a pace are polled only as often as that allows for all of them together.
    """
    found = {feed.url: feed for claim in claims for feed in search_feeds(claim, languages, engines)}
    paced: dict[float, list[str]] = defaultdict(list)
    for url in found:
        paced[PACES.get(urlsplit(url).hostname or "", 0.0)].append(url)
    for pace, urls in paced.items():
        # A tenth more, or whoever comes last would be late for ever.
        every = max(_EVERY, timedelta(seconds=pace * len(urls) * 1.1))
        found |= {url: replace(found[url], every=every) for url in urls}
    return tuple(found.values())


def search_feeds(claim: Claim, languages: Iterable[str] = (), engines: Iterable[str] = ()) -> tuple[Feed, ...]:
    """Generated feeds for one claim; `languages` (ISO 639-1): all that the claim has phrasings in, if none is given.

    `engines`: keys of ENGINES, all if none is given. A language without an edition gets none. Feeds are ordinary ones:
    they can be polled, shown and exported.
    """
    wanted = list(languages) or [claim.language or guess(claim.statement), *claim.phrasings]
    known = [language for language in dict.fromkeys(wanted) if language in EDITIONS]
    return tuple(feed for engine in engines or ENGINES for feed in ENGINES[engine](claim, known))


def _google(claim: Claim, languages: Sequence[str]) -> Iterator[Feed]:
    for language in languages:
        hl, gl, _ = EDITIONS[language]
        asked = {"q": f"{query(claim, language)} when:7d", "hl": hl, "gl": gl, "ceid": f"{gl}:{hl}"}
        yield _feed(f"https://news.google.com/rss/search?{urlencode(asked)}", language)


def _bing(claim: Claim, languages: Sequence[str]) -> Iterator[Feed]:
    for language in languages:
        asked = {"q": query(claim, language), "format": "rss", "mkt": EDITIONS[language][2]}
        yield _feed(f"https://www.bing.com/news/search?{urlencode(asked)}", language)


def _gdelt(claim: Claim, languages: Sequence[str]) -> Iterator[Feed]:
    questions: dict[str, list[str]] = defaultdict(list)
    for language in languages:
        questions[query(claim, language)].append(language)
    for words, asked in questions.items():
        sources = [f"sourcelang:{_GDELT_LANGUAGES[language]}" for language in asked]
        asking = {
            "query": f"{words} {sources[0] if len(sources) == 1 else '(' + ' OR '.join(sources) + ')'}",
            "mode": "artlist",
            "maxrecords": "75",
            "timespan": "1d",
            "sort": "datedesc",
            "format": "rss",
        }
        only = asked[0] if len(asked) == 1 else None  # the items of several are each read in their own
        yield _feed(f"https://api.gdeltproject.org/api/v2/doc/doc?{urlencode(asking)}", only)


# What `[search] engines` may name.
ENGINES = {"google-news": _google, "bing-news": _bing, "gdelt": _gdelt}


def _feed(url: str, language: str | None) -> Feed:
    # No publisher: the service is none, and each item names its own outlet.
    # Google and Bing link to pages of their own, which lead on by script: there is no article behind them to be read.
    return Feed(url=url, language=language, every=_EVERY, fulltext=url.startswith("https://api.gdeltproject.org/"))
