"""What a second reader's answer does: once, in one transaction.

| the answer | of an alert that waits | of one that was sent | without an alert |
|---|---|---|---|
| agrees | goes out at once, marked so | nothing | the answer is surer, and may become an alert by that |
| takes an answer away | becomes a review | one amendment, to those who were told | the answer is withdrawn |
| adds an answer | | | a review; where the config allows, an alert marked "found by" |

Never is an alert dropped unseen: what is lowered stands in `dementi opinions --review`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from monitor.model.alert import Alert, Delivery, DeliveryState, Second, SecondState
from monitor.model.claim import Claim
from monitor.model.opinion import Opinion, Outcome, Query, QueryState, SecondOpinion
from monitor.model.source import Item
from monitor.model.story import Reason
from monitor.model.verdict import Assessment, Statement, relation_of
from monitor.pipeline.rule import Desk, Ruler
from monitor.stance.second import Joint, combine
from monitor.store.port import Store

_LESS = frozenset({Outcome.LOWERED, Outcome.TURNED})
_MORE = frozenset({Outcome.RAISED, Outcome.TURNED})


class Settler:
    """Settles questions at one moment. Call from where the store may be written."""

    def __init__(
        self,
        *,
        claims: Mapping[str, Claim],
        desk: Desk,
        options: SecondOpinion,
        rules: str,
        now: datetime,
        store: Store,
    ) -> None:
        self._claims, self._desk, self._options = claims, desk, options
        self._rules, self._now, self._store = rules, now, store

    def settle(self, query: Query, opinion: Opinion) -> Query:
        """Keep the answer and draw the consequences; a question that was settled meanwhile stays as it is."""
        with self._store.transaction():
            held = self._store.query(query.id)
            if held is None or held.state is not QueryState.WAITING:
                return held or query
            item, claim = self._store.item(query.item), self._claims.get(query.claim)
            if item is None or item.version != query.version or claim is None:
                done = replace(
                    query, state=QueryState.MISSED, settled=self._now, error="the item or the claim is another"
                )
            else:
                done = self._answered(query, opinion, item, claim)
            self._store.keep_query(done)
            return done

    def release(self) -> int:
        """Let go of every alert that waits for an answer: it goes out now, marked as pending. Returns how many."""
        count = 0
        with self._store.transaction():
            for query in self._store.due_queries(datetime.max.replace(tzinfo=self._now.tzinfo), 1000):
                for alert in self._alerts(query):
                    count += self._store.amend_alert(alert, self._deliveries(alert))
        return count

    def _answered(self, query: Query, opinion: Opinion, item: Item, claim: Claim) -> Query:
        joint = combine(query.assessment, opinion)
        if joint.outcome is Outcome.VOID:
            self._hasten(query)
        else:
            self._rule(query, joint, item, claim)
            self._tell(query, joint)
        review = joint.outcome in _LESS or (joint.outcome in _MORE and not self._options.may_alert)
        if joint.outcome in _MORE and not self._options.may_alert:
            self._put_up(query, joint, opinion, item, claim)
        return replace(
            query,
            state=QueryState.ANSWERED,
            settled=self._now,
            opinion=opinion,
            outcome=joint.outcome,
            contested=joint.contested,
            review=review,
            error=None,
        )

    def _rule(self, query: Query, joint: Joint, item: Item, claim: Claim) -> None:
        """The story again, with what stands now."""
        revised = joint.assessment if self._options.may_alert else _without(joint.assessment, joint.raised)
        if not query.related and not any(s.answers for s in revised.statements):
            return  # it stays as little about the claim as it was
        marks = _Marks(self._second(query, joint, SecondState.FOUND if joint.raised else SecondState.AGREES))
        Ruler({claim.id: claim}, self._desk, self._rules, self._now, self._store, second=marks).rule_items(
            [(item, [revised])]
        )

    def _tell(self, query: Query, joint: Joint) -> None:
        """Say the alerts of the built-in reading as they stand now."""
        standing = {e.id for e in self._store.events_of(query.claim) if not e.retracted}
        for alert in self._alerts(query):
            if joint.outcome in _LESS and alert.event and alert.event.id not in standing:
                self._lower(alert, self._second(query, joint, SecondState.DISAGREES))
                continue
            state = SecondState.DISAGREES if joint.contested else SecondState.AGREES
            marked = replace(alert, second=self._second(query, joint, state))
            self._store.amend_alert(marked, self._deliveries(marked))

    def _lower(self, alert: Alert, second: Second) -> None:
        review = replace(alert, reason=Reason.REVIEW, title=f"To review: {alert.title}"[:300], second=second)
        if self._store.amend_alert(review, self._deliveries(review)):
            return
        amended = replace(
            review,
            id=_hash(alert.id, "amended"),
            reason=Reason.AMENDED,
            at=self._now,
            title=f"In doubt: {alert.title}"[:300],
            before=alert.after,
            after=self._store.status_of(alert.claim.id) if alert.claim else None,
        )
        told = self._store.deliveries_of(alert.id)
        self._store.keep_alert(amended, [_again(d, amended, self._now) for d in told])

    def _put_up(self, query: Query, joint: Joint, opinion: Opinion, item: Item, claim: Claim) -> None:
        """What only the second reader found, for people to look at."""
        said = joint.raised[0]
        who = said.party or said.speaker or "somebody"
        status = self._store.status_of(claim.id)
        alert = Alert(
            id=_hash(query.id, "review"),
            reason=Reason.REVIEW,
            at=self._now,
            title=f"To review: {opinion.by} reads that {who} {said.stance}: {claim.statement.rstrip(' .')}"[:300],
            claim=claim,
            statement=said,
            item=item,
            before=status,
            after=status,
            second=self._second(query, joint, SecondState.FOUND),
        )
        self._store.keep_alert(alert, self._deliveries(alert))

    def _hasten(self, query: Query) -> None:
        """Nobody need wait any longer for what says nothing."""
        for alert in self._alerts(query):
            self._store.amend_alert(alert, self._deliveries(alert))

    def _alerts(self, query: Query) -> list[Alert]:
        return [alert for name in query.alerts if (alert := self._store.alert(name))]

    def _deliveries(self, alert: Alert) -> list[Delivery]:
        return self._desk.deliveries(alert, self._now, self._store.silences(self._now))

    def _second(self, query: Query, joint: Joint, state: SecondState) -> Second:
        return Second(
            by=self._options.model,
            state=state,
            built_in=query.assessment.relation,
            relation=joint.second,
            quote=joint.quote,
        )


class _Marks:
    """Marks alerts that an answer made; what it took away is told by its own words, not as a retraction."""

    def __init__(self, second: Second) -> None:
        self._second = second

    def hold(self, item: Item, alert: Alert, deliveries: Sequence[Delivery]) -> tuple[Alert, list[Delivery]] | None:  # noqa: ARG002 - the port's
        if alert.reason is Reason.RETRACTED:
            return None
        return replace(alert, second=self._second), list(deliveries)

    def ask(self, item: Item, alerts: Sequence[Alert]) -> None:
        """Nobody is asked twice."""


def _without(assessment: Assessment, raised: Sequence[Statement]) -> Assessment:
    kept = tuple(s for s in assessment.statements if s not in raised)
    return replace(assessment, statements=kept, relation=relation_of(kept))


def _again(told: Delivery, alert: Alert, now: datetime) -> Delivery:
    """To whom an alert went, its amendment goes."""
    return Delivery(
        id=_hash(alert.id, told.target.channel, told.target.recipient, "delivery"),
        alert=alert.id,
        target=told.target,
        message=alert.id,
        due=now if told.state is DeliveryState.SENT else max(now, told.due),
    )


def _hash(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()[:24]
