"""The outbox: alerts, said once, and their deliveries, tried until settled."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from monitor.model.alert import Alert, Delivery, DeliveryState, Target
from monitor.model.story import Reason
from monitor.store.port import Poll
from monitor.store.rows import DELIVERY, dump_alert, load_alert, moment
from monitor.store.session import Line
from monitor.store.story import StoryTables

# Built from column names; no value from outside is ever part of a statement's text.
KEEP_ALERT = """INSERT INTO alerts (id, at, reason, claim, event, item, title, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO NOTHING"""
# No target of the conflict is named: neither the delivery's id nor (alert, channel, recipient) may come twice.
KEEP_DELIVERY = f"""INSERT INTO deliveries (alert, channel, recipient, {DELIVERY.names()})
VALUES ((SELECT alert FROM alerts WHERE id = ?), ?, ?, {", ".join("?" * len(DELIVERY.columns))})
ON CONFLICT DO NOTHING"""  # noqa: S608
_DELIVERIES = f"""SELECT alerts.id, channel, recipient, body, {DELIVERY.names("deliveries.")}
FROM deliveries JOIN alerts USING (alert)"""  # noqa: S608
_DUE = f"{_DELIVERIES} WHERE state = 'pending' AND due <= ?"
DELIVERIES_OF = f"{_DELIVERIES} WHERE alerts.id = ? ORDER BY delivery"
DUE = f"{_DUE} ORDER BY due, delivery LIMIT ?"
DUE_ON_CHANNEL = f"{_DUE} AND channel = ? ORDER BY due, delivery LIMIT ?"
SETTLE = f"UPDATE deliveries SET {', '.join(f'{name} = ?' for name in DELIVERY.columns[1:])} WHERE id = ?"  # noqa: S608
HASTEN = """UPDATE deliveries SET due = ? WHERE state = 'pending' AND due > ? AND attempts = 0
AND due <= (SELECT at FROM alerts WHERE alerts.alert = deliveries.alert)"""
RETRY = """UPDATE deliveries SET state = 'pending', due = ?, attempts = 0, first_tried = NULL, settled = NULL
WHERE id = ? AND state = 'dead'"""

# A delivery is named as tried before its first try: see pipeline.deliver.
TRIED = """SELECT 1 FROM deliveries JOIN alerts USING (alert)
WHERE alerts.id = ? AND (first_tried IS NOT NULL OR attempts > 0 OR state <> 'pending') LIMIT 1"""

SENT_SINCE = """SELECT recipient, count(DISTINCT message) FROM deliveries
WHERE channel = ? AND state = 'sent' AND settled >= ? GROUP BY recipient"""
KEEP_GONE = "INSERT INTO gone_targets (channel, recipient, at, error) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
GONE = "SELECT at, error FROM gone_targets WHERE channel = ? AND recipient = ?"
BACK_AGAIN = """DELETE FROM gone_targets WHERE (channel, recipient) IN
(SELECT channel, recipient FROM deliveries WHERE id = ? AND state = 'dead')"""


class Outbox(StoryTables):
    """The part of `Store` that is about what is said, to whom."""

    def keep_polls(self, polls: Sequence[Poll]) -> None:
        with self.transaction():
            super().keep_polls(polls)
            for poll in polls:
                for alert, deliveries in poll.alerts:
                    self.keep_alert(alert, deliveries)

    def keep_alert(self, alert: Alert, deliveries: Sequence[Delivery]) -> None:
        with self.transaction():
            about = (alert.claim and alert.claim.id, alert.event and alert.event.id, alert.item and alert.item.id)
            self._run(
                KEEP_ALERT, (alert.id, moment(alert.at), str(alert.reason), *about, alert.title, dump_alert(alert))
            )
            for delivery in deliveries:
                to = (alert.id, delivery.target.channel, delivery.target.recipient)
                self._run(KEEP_DELIVERY, (*to, *DELIVERY.encode(self._unless_gone(delivery))))

    def amend_alert(self, alert: Alert, deliveries: Sequence[Delivery]) -> bool:
        with self.transaction():
            if self._one("SELECT 1 FROM alerts WHERE id = ?", (alert.id,)) is None or self._one(TRIED, (alert.id,)):
                return False
            self._run("DELETE FROM deliveries WHERE alert = (SELECT alert FROM alerts WHERE id = ?)", (alert.id,))
            said = (str(alert.reason), alert.title, dump_alert(alert), alert.id)
            self._run("UPDATE alerts SET reason = ?, title = ?, body = ? WHERE id = ?", said)
            self.keep_alert(alert, deliveries)
            return True

    def alert(self, alert_id: str) -> Alert | None:
        return next(iter(self._alerts(self._all("SELECT body FROM alerts WHERE id = ?", (alert_id,)))), None)

    def alerts_of(self, event: str) -> list[Alert]:
        return self._alerts(self._all("SELECT body FROM alerts WHERE event = ? ORDER BY alert", (event,)))

    def last_alert(self, claim: str, reasons: Collection[Reason]) -> Alert | None:
        wanted = [str(reason) for reason in reasons]
        places = ", ".join("?" * len(wanted))
        sql = f"SELECT body FROM alerts WHERE claim = ? AND reason IN ({places}) ORDER BY alert DESC LIMIT 1"  # noqa: S608
        return next(iter(self._alerts(self._all(sql, (claim, *wanted)))), None)

    def due_deliveries(self, now: datetime, limit: int, channel: str | None = None) -> list[tuple[Delivery, Alert]]:
        if channel is None:
            lines = self._all(DUE, (moment(now), limit))
        else:
            lines = self._all(DUE_ON_CHANNEL, (moment(now), channel, limit))
        parse = lru_cache(maxsize=1)(load_alert)  # deliveries of one alert mostly stand together
        with self._reading("an alert in the outbox"):
            return [(_delivery(line), parse(line[3])) for line in lines]

    def sent_since(self, channel: str, since: datetime) -> dict[Target, int]:
        lines = self._all(SENT_SINCE, (channel, moment(since)))
        return {Target(channel=channel, recipient=recipient): count for recipient, count in lines}

    def keep_deliveries(self, deliveries: Sequence[Delivery]) -> None:
        with self.transaction():
            for delivery in deliveries:
                self._run(SETTLE, (*DELIVERY.encode(delivery)[1:], delivery.id))

    def hasten(self, now: datetime) -> None:
        with self.transaction():
            self._run(HASTEN, (moment(now), moment(now)))

    def retry(self, delivery: str, now: datetime) -> bool:
        with self.transaction():
            self._run(BACK_AGAIN, (delivery,))
            return self._run(RETRY, (moment(now), delivery)).rowcount > 0

    def keep_gone(self, target: Target, error: str, now: datetime) -> bool:
        with self.transaction():
            return self._run(KEEP_GONE, (target.channel, target.recipient, moment(now), error)).rowcount > 0

    def _unless_gone(self, delivery: Delivery) -> Delivery:
        """As it is; dead from the beginning where its target has said that it takes nothing any more."""
        line = self._one(GONE, (delivery.target.channel, delivery.target.recipient))
        if line is None:
            return delivery
        error = f"the target is gone since {line[0][:10]}: {line[1]}"
        return replace(delivery, state=DeliveryState.DEAD, error=error, settled=delivery.due)

    def deliveries_of(self, alert: str) -> list[Delivery]:
        lines = self._all(DELIVERIES_OF, (alert,))
        with self._reading("a delivery in the outbox"):
            return [_delivery(line) for line in lines]

    def pending(self) -> int:
        line = self._one("SELECT count(*) FROM deliveries WHERE state = ?", (str(DeliveryState.PENDING),))
        return line[0] if line else 0

    def _alerts(self, lines: Sequence[Line]) -> list[Alert]:
        with self._reading("an alert"):
            return [load_alert(body) for (body,) in lines]


def _delivery(line: Line) -> Delivery:
    alert, channel, recipient, _, *rest = line
    return DELIVERY.decode(rest, alert=alert, target=Target(channel=channel, recipient=recipient))
