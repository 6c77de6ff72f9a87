"""A message laid out as subject, plain text and HTML, all from the same views. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from monitor.model.alert import Alert, Message, Target
from monitor.notify.view import View, subject, view
from monitor.notify.words import moment

if TYPE_CHECKING:
    from jinja2 import Template

WIDTH = 76  # columns of the plain text; RFC 3676 asks for less than 80
IN_FULL = 40  # alerts of a fold that HTML shows with source and link; the rest is short: Gmail clips a mail past 102 kB


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """One message, laid out."""

    subject: str  # one line
    text: str  # lines of at most WIDTH columns, except links
    html: str
    urgent: bool
    claim: str | None  # Claim.id where the whole message is about one claim: its thread


def render(message: Message, target: Target, zone: str = "UTC") -> Rendered:
    """Lay out one alert, or several folded into one. Times by the clock of `zone` (IANA)."""
    alerts = ordered(message.alerts)
    views = [view(alert, target, zone, message.repeat) for alert in alerts]
    claims = {each.claim_id for each in views}
    summary = _span(alerts, zone)
    line = subject(alerts[0]) if len(alerts) == 1 else fold_title(message, views)
    return Rendered(
        subject=line,
        text="\n".join(text_lines(views, line, summary)) + "\n",
        html=_template().render(subject=line, heading=_tally(views), views=views, in_full=IN_FULL, summary=summary),
        urgent=any(each.urgent for each in views),
        claim=claims.pop() or None if len(claims) == 1 else None,
    )


def ordered(alerts: Sequence[Alert]) -> list[Alert]:
    """By claim, the one that moved first first; within a claim in order of time; what is about the service last."""
    first: dict[str, Any] = {}
    for alert in sorted(alerts, key=lambda each: each.at):
        first.setdefault(_claim_key(alert), alert.at)
    return sorted(alerts, key=lambda each: (not _claim_key(each), first[_claim_key(each)], _claim_key(each), each.at))


def _claim_key(alert: Alert) -> str:
    return alert.claim.id if alert.claim else ""


def text_lines(views: Sequence[View], title: str = "", summary: str = "") -> Iterator[str]:
    """The plain text, line by line. Its first two lines answer who, what, which claim, since when.

    `title` and `summary` are the first two lines of a fold.
    """
    if len(views) == 1:
        yield from _whole(views[0])
        return
    yield from wrap(title, WIDTH)
    yield from wrap(summary, WIDTH)
    for claim, group in groupby(views, key=lambda each: each.claim):
        yield ""
        yield from wrap(claim or "About the service", WIDTH)
        yield "-" * min(WIDTH, len(claim) or 17)
        for each in group:
            yield from _brief(each)
    yield ""
    yield from _footer(views[0], why=False)


def _whole(each: View) -> Iterator[str]:
    yield each.headline
    yield each.standing
    yield ""
    for paragraph in each.detail:
        yield from wrap(paragraph, WIDTH)
    yield from _quote(each)
    yield from _source(each)
    for label, value in each.facts:
        yield from _fact(label, value)
    yield from _fact("Found", each.found)
    yield ""
    yield from _footer(each, why=True)


def _brief(each: View) -> Iterator[str]:
    yield from wrap(f"{each.badge} · {each.headline}", WIDTH, subsequent_indent="  ")
    yield from wrap(" · ".join(filter(None, (each.outlet, f"found {each.found}"))), WIDTH, initial_indent="  ")
    for paragraph in each.detail:
        yield from wrap(paragraph, WIDTH, initial_indent="  ", subsequent_indent="  ")
    if each.link:
        yield f"  {each.link}"


def _quote(each: View) -> Iterator[str]:
    if each.excerpt is None:
        return
    shown = each.excerpt
    evidence = f">>{shown.evidence}<<" if shown.before or shown.after else shown.evidence
    yield from wrap(f"{shown.before}{evidence}{shown.after}", WIDTH, initial_indent="> ", subsequent_indent="> ")
    yield ""


def _source(each: View) -> Iterator[str]:
    if each.outlet:
        yield from _fact("Source", each.outlet)
    if each.title:
        yield from _fact("Title", each.title)
    if each.link:
        yield f"{'Link':<9}{each.link}"  # never broken: a mail program must find it whole


def _fact(label: str, value: str) -> Iterator[str]:
    yield from wrap(f"{label:<8} {value}", WIDTH, subsequent_indent=" " * 9)


def _footer(each: View, *, why: bool) -> Iterator[str]:
    yield "-- "  # what follows is a signature to every mail program
    if why:
        yield from wrap(f"Why you get this: {each.why}", WIDTH)
    yield from wrap(each.silence, WIDTH)
    if why:
        yield f"Alert {each.id}" + (f", claim {each.claim_id}" if each.claim_id else "")


def fold_title(message: Message, views: Sequence[View]) -> str:
    return f"[{'Digest' if message.digest else 'Held for you'}] {_tally(views)}"


def _tally(views: Sequence[View]) -> str:
    """`5 alerts on 2 claims: 1 reversed, 3 denied, 1 confirmed`, the loudest first."""
    claims = {each.claim_id for each in views if each.claim_id}
    on = f" on {len(claims)} claim{'s' * (len(claims) != 1)}" if claims else ""
    kinds = Counter((not each.urgent, each.badge.lower()) for each in views)
    told = sorted(kinds.items(), key=lambda each: (each[0][0], -each[1]))
    return f"{len(views)} alerts{on}: " + ", ".join(f"{count} {kind}" for (_, kind), count in told)


def _span(alerts: Sequence[Alert], zone: str) -> str:
    """Between which times the alerts were found."""
    first, last = (moment(pick(each.at for each in alerts), zone) for pick in (min, max))
    return f"Found {first}" if first == last else f"Found between {first} and {last}"


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # only who sends mail loads it

    environment = Environment(
        loader=PackageLoader("monitor.notify"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("mail.html")
