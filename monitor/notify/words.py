"""What every reason is called in a message: one table for subject, text, HTML, console, chat and webhook. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.model.alert import Alert
from monitor.model.story import Event, Reason
from monitor.model.verdict import Basis, Role, Stance, Statement
from monitor.notify.clean import line


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """How a reason is told. `{noun}` is confirmation or denial, `{done}` confirmed or denied."""

    type: str  # of the webhook
    badge: str  # one word or two, before everything else
    tone: str  # which colours it is shown in
    why: str  # a sentence: why this is worth a message
    brief: str | None = None  # in the subject, after the name; None: the plain verb


_STANCE = "{done}"  # the tone, badge and type of an ordinary answer are those of its stance

WORDINGS: dict[Reason, Wording] = {
    Reason.FIRST_CONFIRMATION: Wording(
        type="claim.{done}", badge=_STANCE, tone=_STANCE, why="It is the first {noun} of this claim."
    ),
    Reason.FIRST_DENIAL: Wording(
        type="claim.{done}", badge=_STANCE, tone=_STANCE, why="It is the first {noun} of this claim."
    ),
    Reason.SECOND_PARTY: Wording(
        type="claim.{done}", badge=_STANCE, tone=_STANCE, why="Somebody else has answered this claim as well."
    ),
    Reason.CORROBORATED: Wording(
        type="claim.corroborated",
        badge="{noun} corroborated",
        tone=_STANCE,
        why="Another outlet tells this {noun} in its own words; your route asks for that.",
        brief="{noun} corroborated",
    ),
    Reason.REVERSED: Wording(
        type="claim.reversed",
        badge="reversed",
        tone="reversed",
        why="A party that had answered this claim now answers the other way.",
        brief="now {verb}, reversing itself",
    ),
    Reason.RETRACTED: Wording(
        type="claim.reversed",
        badge="retracted",
        tone="reversed",
        why="A {noun} you were told of is no longer printed: it vanished in an edit, or its outlet took it back.",
        brief="{noun} retracted",
    ),
    Reason.REVIEW: Wording(
        type="claim.review",
        badge="to review",
        tone="service",
        why="Two readers of this item differ; your route asks for that.",
        brief="to review",
    ),
    Reason.AMENDED: Wording(
        type="claim.amended",
        badge="{noun} in doubt",
        tone="service",
        why="A {noun} you were told of does not stand on a second reading.",
        brief="{noun} in doubt",
    ),
    Reason.FEED_FAILING: Wording(
        type="feed.failing", badge="feed failing", tone="service", why="A feed you watch cannot be read."
    ),
    Reason.FEED_RECOVERED: Wording(
        type="feed.recovered", badge="feed is back", tone="confirmed", why="A feed that failed can be read again."
    ),
    Reason.COVERAGE_DARK: Wording(
        type="coverage.dark",
        badge="coverage dark",
        tone="service",
        why="The key sources of a claim cannot be read: silence says nothing now.",
    ),
    Reason.TARGET_GONE: Wording(
        type="target.gone",
        badge="channel gone",
        tone="service",
        why="A target of another channel refuses messages for good; it gets no more.",
    ),
    Reason.TEST: Wording(
        type="test", badge="test", tone="test", why="Somebody asked for a test message. Nothing happened in the world."
    ),
}

_DONE = {Stance.CONFIRMS: "confirmed", Stance.DENIES: "denied", Stance.DECLINES: "unanswered"}
_NOUN = {Stance.CONFIRMS: "confirmation", Stance.DENIES: "denial", Stance.DECLINES: "answer"}
_VERB = {
    (Stance.CONFIRMS, Basis.SAID): "confirms",
    (Stance.CONFIRMS, Basis.SHOWN): "shows it to be true",
    (Stance.CONFIRMS, Basis.ASSERTED): "states it as fact",
    (Stance.DENIES, Basis.SAID): "denies",
    (Stance.DENIES, Basis.SHOWN): "shows it to be false",
    (Stance.DENIES, Basis.ASSERTED): "states the opposite as fact",
}
ROLES = {
    Role.PARTY: "a party to the claim",
    Role.AUTHORITY: "an authority",
    Role.OUTLET: "a news outlet",
    Role.OTHER: "not a party to the claim",
    Role.UNNAMED: "unnamed",
}


def wording(alert: Alert) -> Wording:
    """The words of the alert's reason, its stance filled in."""
    raw = WORDINGS[alert.reason]
    stance = alert.event.stance if alert.event else None
    noun, done = (_NOUN[stance], _DONE[stance]) if stance else ("answer", "answered")
    fill = {"noun": noun, "done": done, "verb": verb(alert)}
    return Wording(
        type=raw.type.format(**fill),
        badge=raw.badge.format(**fill),
        tone=raw.tone.format(**fill),
        why=raw.why.format(**fill),
        brief=raw.brief.format(**fill) if raw.brief else None,
    )


def verb(alert: Alert) -> str:
    """What the one who answers does: "denies"."""
    event = alert.event
    return "answers" if event is None else _VERB.get((event.stance, event.basis), "answers")


def who(alert: Alert) -> str:
    """Who answers: "Kremlin (Dmitri Peskow)"."""
    answers: Event | Statement | None = alert.event or alert.statement
    if answers is None:
        return ""
    party = line(alert.event.party_name if alert.event else alert.statement.party if alert.statement else None, 80)
    speaker = line(answers.speaker, 80)
    if alert.event and not alert.event.named and alert.event.basis is Basis.SAID:
        return f"an anonymous source for {party}" if party else "an unnamed source"
    if party and speaker and party != speaker:
        return f"{party} ({speaker})"
    return party or speaker or _nobody(alert, answers)


def _nobody(alert: Alert, answers: Event | Statement) -> str:
    outlet = publisher(alert)
    if outlet and (answers.role is Role.OUTLET or answers.basis is not Basis.SAID):
        return outlet
    return "an unnamed source"


def publisher(alert: Alert) -> str:
    """The outlet that printed what is shown; empty where nobody is named."""
    if alert.item is not None and alert.item.publisher:
        return line(alert.item.publisher, 80)
    return line(alert.event.tellings[0].publisher, 80) if alert.event and alert.event.tellings else ""


def moment(at: datetime, zone: str) -> str:
    """`11 Nov 2024, 09:12 UTC`, as the clock of `zone` shows it."""
    try:
        local = at.astimezone(ZoneInfo(zone))
    except OverflowError:  # feeds print the years 1 and 9999
        return str(at.year)
    return f"{local.day} {_MONTHS[local.month - 1]} {local:%Y, %H:%M %Z}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def capital(text: str) -> str:
    """The first letter in upper case, all else as it is."""
    return text[:1].upper() + text[1:]
