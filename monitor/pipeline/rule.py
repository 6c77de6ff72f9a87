"""What an item says becomes what happened: verdicts, events, claim status and the outbox, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.model.alert import Alert, Delivery
from monitor.model.claim import Claim
from monitor.model.route import Route
from monitor.model.source import Item
from monitor.model.story import Event
from monitor.model.verdict import Assessment, Statement
from monitor.notify.route import route
from monitor.store.port import Store
from monitor.story.alerts import alert_of
from monitor.story.cluster import Placed, place, withdraw
from monitor.story.status import Turn, reported, retract, turn

FLOOR = 0.5  # statements less sure than this are kept and explained, but make no event


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """Who is told: what the config says of routes and channels."""

    routes: tuple[Route, ...] = ()
    recipients: Mapping[str, tuple[str, ...]]  # channel name -> recipients
    kinds: Mapping[str, str]  # channel name -> kind

    def deliveries(self, alert: Alert, now: datetime) -> list[Delivery]:
        return route(alert, self.routes, self.recipients, self.kinds, now)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ruling:
    """What ruling on one item came to."""

    item: Item
    related: int  # claims it is about
    alerts: tuple[Alert, ...] = ()  # turns that somebody is told
    found: tuple[Alert, ...] = ()  # turns found in the past: told on the console, not sent
    retold: int = 0  # statements that retell an event already known


Judged = tuple[Item, Sequence[Assessment]]


class Ruler:
    """Rules on items at one moment, into one store. Call inside a transaction of the store, or let it begin one."""

    def __init__(self, claims: Mapping[str, Claim], desk: Desk, rules: str, now: datetime, store: Store) -> None:
        """`rules` names the version of the reading. Only `claims` are ruled on; what is kept of others stays."""
        self._claims, self._desk, self._rules, self._now, self._store = claims, desk, rules, now, store

    def rule_items(self, judged: Iterable[Judged]) -> list[Ruling]:
        """Rule on a batch in one transaction. Raises StoreError; nothing of the batch is kept then."""
        with self._store.transaction():
            return [self.rule_item(item, found) for item, found in judged]

    def rule_item(self, item: Item, assessments: Sequence[Assessment]) -> Ruling:
        """Keep what an item says, and draw the consequences."""
        with self._store.transaction():
            before = self._before(item)
            self._store.keep_assessments(item, assessments, self._rules, self._now, self._claims)
            turns = [turn for assessment in assessments for turn in self._take(item, assessment)]
            turns += self._withdraw(item, before - {placed.event.id for placed, _ in turns})
            self._store.mark_judged(item, self._now)
        alerts = tuple(alert for _, alert in turns if alert)
        return Ruling(
            item=item,
            related=len(assessments),
            alerts=() if item.baseline else alerts,
            found=alerts if item.baseline else (),
            retold=sum(alert is None for _, alert in turns),
        )

    def _before(self, item: Item) -> frozenset[str]:
        """Ids of the events that an earlier version of the item told."""
        if item.version == 1:
            return frozenset()
        claims = {found.claim for found in self._store.assessments_of(item.id, item.version - 1)} & self._claims.keys()
        return frozenset(
            event.id for claim in claims for event in self._store.events_of(claim) if item.id in event.items
        )

    def _take(self, item: Item, assessment: Assessment) -> list[tuple[Placed, Alert | None]]:
        claim = self._claims[assessment.claim]
        status = self._store.status_of(claim.id)
        if reported(status) is not status:  # being about the claim ends its being unverified
            self._store.keep_status(claim.id, reported(status), self._now)
        sure = [s for s in assessment.statements if s.answers and s.confidence >= FLOOR]
        return [self._place(item, statement, claim) for statement in sure]

    def _place(self, item: Item, statement: Statement, claim: Claim) -> tuple[Placed, Alert | None]:
        known = self._store.events_of(claim.id)
        placed = place(item, statement, claim, known, self._now)
        turned = turn(self._store.status_of(claim.id), known, placed, claim)
        alert = self._keep(item, claim, statement, placed, turned)
        if alert is None and not item.baseline:
            self._tell_the_sure(placed.event)
        return placed, alert

    def _withdraw(self, item: Item, events: frozenset[str]) -> list[tuple[Placed, Alert | None]]:
        """What an earlier version said and this one does not: gone where no other item tells it."""
        found = []
        for claim in self._claims.values() if events else ():
            for event in self._store.events_of(claim.id):
                if event.id in events:
                    known = self._store.events_of(claim.id)
                    placed = withdraw(item, event, self._now)
                    turned = retract(self._store.status_of(claim.id), known, placed, claim)
                    found.append((placed, self._keep(item, claim, None, placed, turned)))
        return found

    def _keep(
        self, item: Item, claim: Claim, statement: Statement | None, placed: Placed, turned: Turn
    ) -> Alert | None:
        """Store the event and the claim's status; the alert, where the turn has a reason and somebody is told of it."""
        self._store.keep_event(placed.event)
        if turned.after is not turned.before:
            self._store.keep_status(claim.id, turned.after, self._now)
        if turned.reason is None:
            return None
        alert = alert_of(turned, placed, claim, statement, item, self._now)
        deliveries = self._desk.deliveries(alert, self._now)
        self._store.keep_alert(alert, [] if item.baseline else deliveries)
        return alert if deliveries or item.baseline else None

    def _tell_the_sure(self, event: Event) -> None:
        """A retelling may be surer than the first telling was: routes that asked for more certainty get the alert now.

        Deliveries that exist stay as they are, so nobody is told twice.
        """
        if event.baseline:
            return
        for alert in self._store.alerts_of(event.id):
            surer = replace(alert, event=event)
            self._store.keep_alert(surer, self._desk.deliveries(surer, self._now))
