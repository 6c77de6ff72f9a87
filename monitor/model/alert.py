"""What is said, to whom, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.model.claim import Claim
from monitor.model.source import Item
from monitor.model.story import ClaimStatus, Event, Reason
from monitor.model.times import aware
from monitor.model.verdict import Relation, Statement


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """An earlier answer to a claim, as an alert on a later one recalls it."""

    at: datetime
    told: str  # "Kremlin (Dmitri Peskow) denied"

    def __post_init__(self) -> None:
        aware(at=self.at)


class SecondState(StrEnum):
    """What a second reader has to do with an alert."""

    PENDING = "pending"  # it was asked, and had not answered when the alert went out
    AGREES = "agrees"  # it reads the item likewise
    DISAGREES = "disagrees"  # it does not
    FOUND = "found"  # it found what the built-in reading had not


@dataclass(frozen=True, kw_only=True, slots=True)
class Second:
    """What a second reader makes of the item that an alert rests on."""

    by: str  # its name, as shown to people
    state: SecondState
    built_in: Relation  # what the built-in reading makes of it
    relation: Relation | None = None  # what the second reader makes of it; None: not known yet
    quote: str = ""  # its words from the item


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """Said once. Holds everything a message needs, as it was when the turn happened.

    An alert about the service itself (a failing feed, a test) has no claim, event, statement or item.
    """

    id: str  # stable; the webhook-id, and part of the Message-ID
    reason: Reason
    at: datetime  # when dementi found it
    title: str  # one line: who does what to which claim
    detail: str = ""  # further lines, for alerts about the service
    claim: Claim | None = None
    event: Event | None = None
    statement: Statement | None = None
    item: Item | None = None
    before: ClaimStatus | None = None  # the claim's status before and after this turn
    after: ClaimStatus | None = None
    history: tuple[Past, ...] = ()  # what was answered before, oldest first; messages show the last three
    second: Second | None = None  # None: no second reader was asked

    def __post_init__(self) -> None:
        aware(at=self.at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """One recipient on one channel."""

    channel: str  # the channel's name in the config
    recipient: str  # address, or the channel's own name where it has only one


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What one send carries: one alert, or several folded into one (digest, end of quiet hours)."""

    id: str  # stable over retries; the alert's id where there is one alert
    alerts: tuple[Alert, ...]
    digest: bool = False
    repeat: timedelta | None = None  # comes again after this, until somebody acknowledges it


class DeliveryState(StrEnum):
    """What became of a delivery."""

    PENDING = "pending"  # to be sent when due
    SENT = "sent"  # the target took it
    DEAD = "dead"  # refused for good, or given up; `deliveries retry ID` tries again


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One alert on its way to one target. Tried many times, settled once."""

    id: str  # stable: alert, channel and recipient determine it
    alert: str  # Alert.id
    target: Target
    message: str  # Message.id: deliveries of one target with the same message go out together
    due: datetime  # not before; in the future while held by quiet hours or a digest
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    first_tried: datetime | None = None
    settled: datetime | None = None
    error: str | None = None  # of the last attempt, without secrets
    digest: bool = False  # belongs to a digest
    repeat: timedelta | None = None  # taken, it is due again after this, until somebody acknowledges the alert
    repeats: int = 0  # how often it was taken so far, where it repeats

    def __post_init__(self) -> None:
        aware(due=self.due, first_tried=self.first_tried, settled=self.settled)
