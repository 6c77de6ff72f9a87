"""What an item says becomes what happened: verdicts, events, claim status and the outbox, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from monitor.model.alert import Alert, Delivery, Target
from monitor.model.claim import Claim
from monitor.model.route import Route, Silence
from monitor.model.source import Item
from monitor.model.story import Event, Reason
from monitor.model.verdict import Assessment
from monitor.notify.route import route
from monitor.pipeline.fulltext import Wishes
from monitor.store.port import Store
from monitor.story.play import Change, Story


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """Who is told: what the config says of routes and channels."""

    routes: tuple[Route, ...] = ()
    recipients: Mapping[str, tuple[str, ...]]  # channel name -> recipients
    kinds: Mapping[str, str]  # channel name -> kind

    def deliveries(self, alert: Alert, now: datetime, silences: Sequence[Silence] = ()) -> list[Delivery]:
        return route(alert, self.routes, self.recipients, self.kinds, now, silences)

    def about_a_target(self, alert: Alert, gone: Target, now: datetime) -> list[Delivery]:
        """Who is told that a target is gone: everybody but that target."""
        return [delivery for delivery in self.deliveries(alert, now) if delivery.target != gone]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ruling:
    """What ruling on one item came to."""

    item: Item
    related: int  # claims it is about
    alerts: tuple[Alert, ...] = ()  # turns that somebody is told
    found: tuple[Alert, ...] = ()  # turns found in the past: told on the console, not sent
    retold: int = 0  # statements that retell an event already known


Judged = tuple[Item, Sequence[Assessment]]


class Held(Protocol):
    """What a second reader has to say before an alert goes out; see `pipeline.second`."""

    def hold(self, item: Item, alert: Alert, deliveries: Sequence[Delivery]) -> tuple[Alert, list[Delivery]] | None:
        """The alert as it is said, and when; None where it is not said."""
        ...

    def ask(self, item: Item, alerts: Sequence[Alert]) -> None:
        """The item is ruled on; these are the new alerts of it."""
        ...


class Ruler:
    """Rules on items at one moment, into one store. Call inside a transaction of the store, or let it begin one."""

    def __init__(
        self,
        claims: Mapping[str, Claim],
        desk: Desk,
        rules: str,
        now: datetime,
        store: Store,
        wishes: Wishes | None = None,
        second: Held | None = None,
    ) -> None:
        """`rules` names the version of the reading. Only `claims` are ruled on; what is kept of others stays.

        `wishes`: whose pages are wanted; None: nobody's.
        """
        self._wishes, self._second = wishes, second
        self._claims, self._desk, self._rules, self._now, self._store = claims, desk, rules, now, store
        self._silences: Sequence[Silence] = ()

    def rule_items(self, judged: Iterable[Judged]) -> list[Ruling]:
        """Rule on a batch in one transaction. Raises StoreError; nothing of the batch is kept then."""
        with self._store.transaction():
            self._silences = self._store.silences(self._now)
            return [self.rule_item(item, found) for item, found in judged]

    def rule_item(self, item: Item, assessments: Sequence[Assessment]) -> Ruling:
        """Keep what an item says, and draw the consequences."""
        with self._store.transaction():
            story = self._story(item, assessments)
            changes = story.changes(item, assessments, self._now)
            self._store.keep_assessments(item, assessments, self._rules, self._now, self._claims)
            for change in changes:
                self._store.keep_event(change.event)
            for claim, status in story.status.items():
                self._store.keep_status(claim, status, self._now)
            alerts = tuple(filter(None, [self._announce(item, change) for change in changes]))
            if self._second:
                self._second.ask(item, alerts)
            self._store.mark_judged(item, self._now)
            if self._wishes and (match := self._wishes.wanted(item, assessments, self._now)):
                self._store.want_page(item, match, self._now)
        return Ruling(
            item=item,
            related=len(assessments),
            alerts=() if item.baseline else alerts,
            found=alerts if item.baseline else (),
            retold=sum(change.alert is None or change.alert.reason is Reason.CORROBORATED for change in changes),
        )

    def _story(self, item: Item, assessments: Sequence[Assessment]) -> Story:
        """The story so far of the claims that this version of the item is about, or an earlier one was."""
        ids = {found.claim for found in assessments}
        if item.version > 1:
            ids |= {found.claim for found in self._store.assessments_of(item.id, item.version - 1)}
        claims = tuple(claim for claim in self._claims.values() if claim.id in ids)
        return Story(
            claims=claims,
            status={claim.id: self._store.status_of(claim.id) for claim in claims},
            events={claim.id: {e.id: e for e in self._store.events_of(claim.id)} for claim in claims},
        )

    def _announce(self, item: Item, change: Change) -> Alert | None:
        """Put a turn into the outbox; the alert, where it is a new one and somebody is told of it."""
        if not item.baseline:
            self._tell_the_sure(change.event)
        alert = change.alert
        if alert is None or self._store.alert(alert.id):
            return None
        deliveries = self._desk.deliveries(alert, self._now, self._silences)
        if self._second:
            held = self._second.hold(item, alert, deliveries)
            if held is None:
                return None
            alert, deliveries = held
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
            self._store.keep_alert(surer, self._desk.deliveries(surer, self._now, self._silences))
