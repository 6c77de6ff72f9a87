"""An alert as it is told: the plain strings that every message shows, whatever lays them out. Pure.

All strings are clean (see clean.py) and short; escaping them for HTML or a chat service is the layout's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model.alert import Alert, Past, Second, SecondState, Target
from monitor.model.story import Event, Reason
from monitor.model.verdict import Basis
from monitor.notify.clean import host, line, link, paragraph
from monitor.notify.excerpt import Excerpt, excerpt
from monitor.notify.words import ROLES, capital, moment, publisher, verb, who, wording

_OUTLETS_SHOWN = 6
_PAST_SHOWN = 3
_OLDEST_BELIEVED = timedelta(days=7)  # a telling published longer before it was found carries a date nobody can trust


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """One alert, ready to be laid out."""

    id: str
    tone: str  # confirmed | denied | reversed | service | test: which colours
    badge: str  # "DENIED"
    headline: str  # who does what, with the words: the first line
    stands: str  # how the claim stands, since when
    claim: str  # the statement; empty for alerts about the service
    claim_id: str
    excerpt: Excerpt | None
    language: str | None  # of the excerpt, ISO 639-1
    outlet: str  # who printed it, and when
    title: str  # of the item
    link: str | None
    host: str  # of the link, for people
    facts: tuple[tuple[str, str], ...]  # (label, text), in reading order
    detail: tuple[str, ...]  # lines of an alert about the service
    why: str
    silence: str
    found: str  # when dementi found it
    urgent: bool

    @property
    def standing(self) -> str:
        """Which claim, how it stands, since when: the second line."""
        return f"Claim: {self.claim} · {self.stands}" if self.claim else self.stands


def view(alert: Alert, target: Target, zone: str = "UTC", repeat: timedelta | None = None) -> View:
    """What there is to tell; times by the clock of `zone` (IANA). `repeat`: it comes again after this."""
    words = wording(alert)
    item = alert.item
    return View(
        id=line(alert.id, 100),
        tone=words.tone,
        badge=words.badge.upper(),
        headline=headline(alert),
        stands=_stands(alert, zone),
        claim=line(alert.claim.statement, 250) if alert.claim else "",
        claim_id=line(alert.claim.id, 100) if alert.claim else "",
        excerpt=excerpt(alert),
        language=item.language if item and item.language and item.language.isalpha() else None,
        outlet=_outlet(alert, zone),
        title=line(item.title) if item else "",
        link=link(item.link) if item else None,
        host=line(host(item.link), 60) if item else "",
        facts=tuple(_facts(alert, zone)),
        detail=tuple(paragraph(alert.detail)[:30]),
        why=f"{words.why} Sent to {line(target.recipient, 100)} by channel “{line(target.channel, 60)}”.",
        silence=_silence(alert, target, repeat),
        found=moment(alert.at, zone),
        urgent=alert.reason in (Reason.REVERSED, Reason.RETRACTED),
    )


def subject(alert: Alert) -> str:
    """`[Kremlin denies] Donald Trump and Vladimir Putin spoke …`.

    What is new stands in brackets: a mail program that threads by subject takes it off (RFC 5256, 2.1, subj-blob),
    so all mail on one claim has the same base subject, as it has the same References.
    """
    if alert.claim is None or alert.event is None:
        return f"[{wording(alert).badge.upper()}] {line(alert.title, 150)}"
    return f"[{line(news(alert), 100).translate(_ROUND)}] {line(alert.claim.statement, 150)}"


_ROUND = str.maketrans("[]", "()")


def news(alert: Alert) -> str:
    """Who does what, without the claim: `Kremlin (Dmitri Peskow) denies`.

    The alert's title says so, and knows more than its values do: which of two answers was first, whether it was hedged.
    """
    claim = line(alert.claim.statement if alert.claim else "", 1000).rstrip(" .")
    title = line(alert.title, 1000)
    if claim and title.endswith(f": {claim}"):
        return title.removesuffix(f": {claim}")
    words = wording(alert)
    return f"{capital(who(alert))} {words.brief or verb(alert)}"


def headline(alert: Alert) -> str:
    """Who does what, with the words it rests on: the answer in one line."""
    if alert.event is None:
        return line(alert.title, 200)
    told = line(news(alert), 150)
    evidence = line(alert.event.evidence or (alert.statement.evidence.text if alert.statement else ""), 180)
    return f"{told}: {quoted(evidence)}" if evidence else told


def quoted(text: str) -> str:
    """In quotation marks, unless it brings its own."""
    return text if text[:1] in "\"„“«»'‘‚" and text else f"“{text}”"


def _stands(alert: Alert, zone: str) -> str:
    if alert.claim is None:
        return f"{capital(wording(alert).badge)} since {moment(alert.at, zone)}"
    parts = []
    if alert.after is not None:
        was = f", was {alert.before.value}" if alert.before not in (None, alert.after) else ""
        parts.append(f"now {alert.after.value}{was}")
    parts.append(f"since {moment(_since(alert), zone)}")
    return " · ".join(parts)


def _since(alert: Alert) -> datetime:
    """When the answer was first printed, where that date can be believed; else when it was first seen."""
    first = alert.event.first_seen if alert.event else alert.at
    if alert.event is None or alert.item is None or alert.item.published is None:
        return first
    early = first - alert.item.published
    return alert.item.published if timedelta(0) <= early <= _OLDEST_BELIEVED else first


def _outlet(alert: Alert, zone: str) -> str:
    if alert.item is None:
        return publisher(alert)
    outlet = publisher(alert) or line(host(alert.item.feed), 60)
    at = alert.item.published
    return f"{outlet}, {moment(at, zone)}" if at else outlet


def _facts(alert: Alert, zone: str) -> list[tuple[str, str]]:
    found = []
    if alert.before is not None and alert.after is not None:
        same = alert.before is alert.after
        found.append(("Status", alert.after.value if same else f"{alert.before.value} → {alert.after.value}"))
    if alert.history:
        found.append(("Before", "; ".join(_past(past, zone) for past in alert.history[-_PAST_SHOWN:])))
    if alert.event is not None:
        found.append(("Said by", f"{capital(who(alert))}, {ROLES[alert.event.role]}"))
        found += _doubts(alert)
        found.append(("Told by", _tellings(alert.event)))
    if alert.second is not None:
        found.append(("Second opinion", second_told(alert.second)))
    return found


def second_told(second: Second) -> str:
    """`pending, by NAME`, `NAME agrees: “…”`, `found by NAME: “…”`, `NAME disagrees: it reads …`."""
    by, quote = line(second.by, 60), line(second.quote, 160)
    words = f": {quoted(quote)}" if quote else ""
    if second.state is SecondState.PENDING:
        return f"pending, by {by}"
    if second.state is SecondState.AGREES:
        return f"{by} agrees{words}"
    if second.state is SecondState.FOUND:
        return f"found by {by}{words}"
    reads = second.relation.value if second.relation else "nothing"
    return f"{by} disagrees: it reads “{reads}”, the built-in reading “{second.built_in.value}”{words}"


def _past(past: Past, zone: str) -> str:
    return f"{line(past.told, 100)}, {moment(past.at, zone)}"


def _doubts(alert: Alert) -> list[tuple[str, str]]:
    event, statement = alert.event, alert.statement
    notes = []
    if event is not None and event.basis is Basis.SHOWN:
        notes.append("rests on a document, a court, a check or a correction")
    if event is not None and event.basis is Basis.ASSERTED:
        notes.append("stated by the outlet, nobody stands behind it")
    if statement is not None and statement.hedged:
        notes.append("hedged wording")
    if statement is not None and statement.anonymous:
        notes.append("anonymous source")
    if event is not None:
        notes.append(f"{event.confidence:.0%} sure that it is read right")
    return [("Reading", "; ".join(notes))] if notes else []


def _tellings(event: Event) -> str:
    """`7 items of 5 outlets, 2 in their own words, leaning on Interfax: Tagesschau, …`."""
    outlets = [line(name, 60) for name in event.publishers]
    if event.told <= 1:
        only = outlets[0] if outlets else "one item"
        return f"{only} alone, so far" + _leaning(event)
    most = _OUTLETS_SHOWN if len(outlets) > _OUTLETS_SHOWN + 1 else len(outlets)  # "and 1 more" is no shorter
    shown = ", ".join(outlets[:most])
    rest = f" and {len(outlets) - most} more" if len(outlets) > most else ""
    return f"{event.told} items of {_count(outlets)}, {event.own_words} in own words{_leaning(event)}: {shown}{rest}"


def _leaning(event: Event) -> str:
    names = ", ".join(line(name, 40) for name in event.origins[:3])
    return f", leaning on {names}" if names else ""


def _count(outlets: list[str]) -> str:
    return "1 outlet" if len(outlets) == 1 else f"{len(outlets)} outlets"


def _silence(alert: Alert, target: Target, repeat: timedelta | None) -> str:
    routes = f"the [[routes]] of channel “{line(target.channel, 60)}” in dementi.toml"
    less = f"To hear less: narrow {routes} (claims, stances, min_confidence)."
    if alert.claim is not None:
        less = f"To hear less: dementi silence add {line(alert.claim.id, 100)} --for 8h, or narrow {routes}."
    if repeat is None:
        return less
    minutes = round(repeat.total_seconds() / 60)
    return f"Comes again every {minutes} min until somebody runs: dementi ack {line(alert.id, 100)}. {less}"
