"""Who is told what, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from monitor.model.story import Reason
from monitor.model.times import aware
from monitor.model.verdict import Role, Stance


@dataclass(frozen=True, kw_only=True, slots=True)
class QuietHours:
    """A daily span in which messages are held, not dropped. `start > end` spans midnight."""

    start: time  # local, in `zone`
    end: time
    zone: str  # IANA name


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """Alerts that match go to these channels."""

    channels: tuple[str, ...]  # channel names
    claims: tuple[str, ...] = ("*",)  # ids, "tag:NAME", or "*"
    stances: tuple[Stance, ...] = (Stance.CONFIRMS, Stance.DENIES)
    reasons: tuple[Reason, ...] = ()  # empty: all but `corroborated`
    roles: tuple[Role, ...] = ()  # of the one who answers; empty: all
    min_confidence: float = 0.6  # of the event
    repeat: timedelta | None = None  # say it again this long after it was taken, until somebody acknowledges it
    group_wait: timedelta = timedelta(0)  # alerts that arise within such a span go out as one message, at its end
    quiet_hours: QuietHours | None = None
    digest: time | None = None  # local time of the one message a day that replaces the immediate ones
    digest_zone: str = "UTC"  # IANA name; quiet_hours.zone where that is given


@dataclass(frozen=True, kw_only=True, slots=True)
class Silence:
    """Somebody wants to hear nothing of some claims for a while: their messages are held until it ends, not dropped."""

    claims: tuple[str, ...]  # ids, "tag:NAME", or "*"
    until: datetime
    author: str
    note: str = ""  # why

    def __post_init__(self) -> None:
        aware(until=self.until)
