"""A story played in memory: which alerts would have gone out, and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from monitor.model.alert import Alert
from monitor.model.claim import Claim
from monitor.model.source import Item
from monitor.model.story import ClaimStatus, Event, Reason
from monitor.model.verdict import Assessment, Statement
from monitor.story.alerts import alert_of, history_of
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One statement placed, or one withdrawn."""

    claim: Claim
    event: Event  # as it is now
    alert: Alert | None  # where that is a turn


@dataclass(kw_only=True, slots=True)
class Story:
    """What is known of some claims. The one mutable thing here; whoever keeps it elsewhere fills and reads it."""

    claims: tuple[Claim, ...]
    floor: float = FLOOR
    status: dict[str, ClaimStatus] = field(default_factory=dict)  # by claim
    events: dict[str, dict[str, Event]] = field(default_factory=dict)  # by claim, by event
    _said: set[str] = field(default_factory=set)  # ids of alerts

    def take(self, item: Item, assessments: Sequence[Assessment], now: datetime) -> list[Alert]:
        """Alerts that this version of an item makes. Items come in any order; versions of one item in theirs."""
        alerts = [change.alert for change in self.changes(item, assessments, now) if change.alert]
        fresh = [alert for alert in alerts if alert.id not in self._said]
        self._said.update(alert.id for alert in fresh)
        return fresh

    def changes(self, item: Item, assessments: Sequence[Assessment], now: datetime) -> list[Change]:
        """What this version of an item changes, in order; `events` and `status` hold it afterwards."""
        said = list(self._statements(assessments))
        # What the edit took away goes first: a corrected outlet is no party that changed its mind.
        gone = self._told_before(item) - {self._place(item, *one, now).event.id for one in said}
        changes = self._gone(set() if item.added else gone, item, now)
        for assessment in assessments:
            if claim := self._claim(assessment.claim):
                self.status[claim.id] = reported(self._status(claim))
        for claim, statement in said:
            placed = self._place(item, claim, statement, now)
            turned = turn(self._status(claim), self._known(claim), placed, claim)
            changes.append(self._keep(turned, placed, claim, statement, item, now))
        return changes

    def _statements(self, assessments: Sequence[Assessment]) -> Iterator[tuple[Claim, Statement]]:
        for assessment in assessments:
            if claim := self._claim(assessment.claim):
                sure = (s for s in assessment.statements if s.answers and s.confidence >= self.floor)
                yield from ((claim, statement) for statement in in_order(sure))

    def _place(self, item: Item, claim: Claim, statement: Statement, now: datetime) -> Placed:
        return place(item, statement, claim, self._known(claim), now)

    def _told_before(self, item: Item) -> set[str]:
        """Ids of the events that an earlier version of the item told."""
        return {e.id for events in self.events.values() for e in events.values() if item.id in e.items}

    def _gone(self, ids: set[str], item: Item, now: datetime) -> list[Change]:
        changes = []
        for claim in self.claims:
            for event in [event for event in self._known(claim) if event.id in ids and not event.retracted]:
                placed = withdraw(item, event, now)
                turned = retract(self._status(claim), self._known(claim), placed, claim)
                changes.append(self._keep(turned, placed, claim, None, item, now))
        return changes

    def _claim(self, name: str) -> Claim | None:
        return next((claim for claim in self.claims if claim.id == name), None)

    def _keep(
        self, turned: Turn, placed: Placed, claim: Claim, statement: Statement | None, item: Item, now: datetime
    ) -> Change:
        self.events.setdefault(claim.id, {})[placed.event.id] = placed.event
        self.status[claim.id] = turned.after
        alert = alert_of(turned, placed, claim, statement, item, now) if turned.reason else None
        if alert:
            alert = replace(alert, history=history_of(self._known(claim), claim, placed.event.id))
        return Change(claim=claim, event=placed.event, alert=alert)

    def _status(self, claim: Claim) -> ClaimStatus:
        return self.status.get(claim.id, ClaimStatus.UNVERIFIED)

    def _known(self, claim: Claim) -> list[Event]:
        return list(self.events.get(claim.id, {}).values())
