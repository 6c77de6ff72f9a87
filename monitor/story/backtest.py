"""A story played in memory: which alerts would have gone out, and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from monitor.model.alert import Alert
from monitor.model.claim import Claim
from monitor.model.source import Item
from monitor.model.story import ClaimStatus, Event, Reason
from monitor.model.verdict import Assessment, Statement
from monitor.story.alerts import alert_of
from monitor.story.cluster import Placed, in_order, place, withdraw
from monitor.story.status import Turn, reported, retract, turn

FLOOR = 0.5  # statements less sure than this make no event

Judged = tuple[Item, Sequence[Assessment]]


def play(
    judged: Iterable[Judged], claims: Iterable[Claim], *, floor: float = FLOOR, on_request: bool = False
) -> Iterator[Alert]:
    """Alerts of judged items in time order, whatever the order of the input; each with its item's time.

    Reasons that routes send only where asked (`corroborated`) are left out unless `on_request`.
    """
    story = Story(claims=tuple(claims), floor=floor)
    pairs = list(judged)
    times = [time for item, _ in pairs if (time := item.published or item.seen)]
    last = max(times, default=datetime.fromtimestamp(0, UTC))

    def time_of(item: Item) -> datetime:
        return item.published or item.seen or last  # what bears no time is played last

    for item, assessments in sorted(pairs, key=lambda pair: (time_of(pair[0]), pair[0].id, pair[0].version)):
        for alert in story.take(item, assessments, time_of(item)):
            if on_request or alert.reason is not Reason.CORROBORATED:
                yield alert


@dataclass(kw_only=True, slots=True)
class Story:
    """What is known of some claims. The one mutable thing in this room: it stands in for a store."""

    claims: tuple[Claim, ...]
    floor: float = FLOOR
    status: dict[str, ClaimStatus] = field(default_factory=dict)  # by claim
    events: dict[str, dict[str, Event]] = field(default_factory=dict)  # by claim, by event
    _said: set[str] = field(default_factory=set)  # ids of alerts

    def take(self, item: Item, assessments: Sequence[Assessment], now: datetime) -> list[Alert]:
        """Alerts that this version of an item makes. Items come in any order; versions of one item in theirs."""
        told = {event.id for events in self.events.values() for event in events.values() if item.id in event.items}
        alerts: list[Alert | None] = []
        for assessment in assessments:
            claim = next((claim for claim in self.claims if claim.id == assessment.claim), None)
            if claim is None:
                continue
            self.status[claim.id] = reported(self._status(claim))
            for statement in in_order(s for s in assessment.statements if s.answers and s.confidence >= self.floor):
                placed = place(item, statement, claim, self._known(claim), now)
                told.discard(placed.event.id)
                turned = turn(self._status(claim), self._known(claim), placed, claim)
                alerts.append(self._keep(turned, placed, claim, statement, item, now))
        alerts += self._gone(told, item, now)
        return [alert for alert in alerts if alert]

    def _gone(self, told: set[str], item: Item, now: datetime) -> list[Alert | None]:
        """What an earlier version of the item said and this one does not."""
        alerts = []
        for claim in self.claims:
            for event in [event for event in self._known(claim) if event.id in told and not event.retracted]:
                placed = withdraw(item, event, now)
                turned = retract(self._status(claim), self._known(claim), placed, claim)
                alerts.append(self._keep(turned, placed, claim, None, item, now))
        return alerts

    def _keep(
        self, turned: Turn, placed: Placed, claim: Claim, statement: Statement | None, item: Item, now: datetime
    ) -> Alert | None:
        self.events.setdefault(claim.id, {})[placed.event.id] = placed.event
        self.status[claim.id] = turned.after
        if turned.reason is None:
            return None
        alert = alert_of(turned, placed, claim, statement, item, now)
        if alert.id in self._said:
            return None
        self._said.add(alert.id)
        return alert

    def _status(self, claim: Claim) -> ClaimStatus:
        return self.status.get(claim.id, ClaimStatus.UNVERIFIED)

    def _known(self, claim: Claim) -> list[Event]:
        return list(self.events.get(claim.id, {}).values())
