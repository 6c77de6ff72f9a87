"""A subscription to a feed at its hub (W3C WebSub): new items are sent to us, not only asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.model.times import aware


class PushState(StrEnum):
    """How a subscription stands."""

    WANTED = "wanted"  # the hub is to be asked
    ASKED = "asked"  # the hub was asked and has not verified yet
    ACTIVE = "active"  # verified; the hub sends what is new until the lease ends
    DENIED = "denied"  # the hub will not serve it


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """One feed at one hub."""

    feed: str  # Feed.url
    hub: str  # who is asked
    topic: str  # the feed's address as it names itself
    token: str = field(repr=False)  # the end of our callback's address: whoever knows it was told by us
    secret: str = field(repr=False)  # what the hub signs with
    due: datetime  # when the hub is asked, or asked again
    state: PushState = PushState.WANTED
    attempts: int = 0  # since the last verification
    lease_until: datetime | None = None
    asked: datetime | None = None  # last time
    error: str | None = None  # for people
    pushes: int = 0  # taken so far
    last_push: datetime | None = None

    def __post_init__(self) -> None:
        aware(due=self.due, lease_until=self.lease_until, asked=self.asked, last_push=self.last_push)

    def active(self, now: datetime) -> bool:
        """What is new is sent to us at present, also while the next lease is being asked for."""
        return self.lease_until is not None and self.lease_until > now and self.state is not PushState.DENIED
