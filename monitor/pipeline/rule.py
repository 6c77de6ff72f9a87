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
from monitor.story.cluster import place
from monitor.story.status import reported, turn

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
    alerts: tuple[Alert, ...] = ()  # turns that were put in the outbox
    found: tuple[Alert, ...] = ()  # turns found in the past: told on the console, not sent
    retold: int = 0  # statements that retell an event already known


Judged = tuple[Item, Sequence[Assessment]]


def rule_items(
    judged: Iterable[Judged], claims: Mapping[str, Claim], desk: Desk, rules: str, now: datetime, *, store: Store
) -> list[Ruling]:
    """Rule on a batch in one transaction. Raises StoreError; nothing of the batch is kept then."""
    with store.transaction():
        return [rule_item(item, found, claims, desk, rules, now, store=store) for item, found in judged]


def rule_item(
    item: Item,
    assessments: Sequence[Assessment],
    claims: Mapping[str, Claim],
    desk: Desk,
    rules: str,
    now: datetime,
    *,
    store: Store,
) -> Ruling:
    """Keep what an item says, and draw the consequences. `rules` names the version of the reading that said so."""
    with store.transaction():
        store.keep_assessments(item, assessments, rules, now)
        alerts: list[Alert] = []
        retold = 0
        for assessment in assessments:
            claim = claims[assessment.claim]
            _report(claim, now, store)
            for statement in assessment.statements:
                if statement.answers and statement.confidence >= FLOOR:
                    alert = _take(item, statement, claim, desk, now, store)
                    alerts += [alert] if alert else []
                    retold += alert is None
        store.mark_judged(item, now)
    told = {"found" if item.baseline else "alerts": tuple(alerts)}
    return Ruling(item=item, related=len(assessments), retold=retold, **told)


def _report(claim: Claim, now: datetime, store: Store) -> None:
    """An item is about the claim: that alone ends its being unverified."""
    before = store.status_of(claim.id)
    if (after := reported(before)) is not before:
        store.keep_status(claim.id, after, now)


def _take(item: Item, statement: Statement, claim: Claim, desk: Desk, now: datetime, store: Store) -> Alert | None:
    """Place one statement among the claim's events; the alert, where it turns something."""
    known = store.events_of(claim.id)
    placed = place(item, statement, claim, known, now)
    turned = turn(store.status_of(claim.id), known, placed, claim)
    store.keep_event(placed.event)
    if turned.after is not turned.before:
        store.keep_status(claim.id, turned.after, now)
    if turned.reason is None:
        _tell_the_sure(placed.event, desk, now, store)
        return None
    alert = alert_of(turned, placed, claim, statement, item, now)
    store.keep_alert(alert, [] if item.baseline else desk.deliveries(alert, now))
    return alert


def _tell_the_sure(event: Event, desk: Desk, now: datetime, store: Store) -> None:
    """A retelling may be surer than the first telling was: routes that asked for more certainty now get the alert.

    Deliveries that exist stay as they are, so nobody is told twice.
    """
    if event.baseline:
        return
    for alert in store.alerts_of(event.id):
        surer = replace(alert, event=event)
        store.keep_alert(surer, desk.deliveries(surer, now))
