"""Who is told what, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from monitor.model.story import Reason
from monitor.model.verdict import Stance


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
    min_confidence: float = 0.6  # of the event
    quiet_hours: QuietHours | None = None
    digest: time | None = None  # local time of the one message a day that replaces the immediate ones
    digest_zone: str = "UTC"  # IANA name; quiet_hours.zone where that is given
