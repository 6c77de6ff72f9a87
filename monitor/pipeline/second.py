"""A second reader at work in the service: what is asked, and what waits for it.

    ruling ─▶ questions, in the store, with the alerts they are about held for `timeout` at most
           ─▶ asked within the budget (`second_ask`) ─▶ joined to the verdict, once (`second_settle`)

Nothing has to live for an alert to go out: until when it is held stands in its deliveries, which are due by then, and
it is marked "pending". An answer only brings that forward, or says it otherwise.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from monitor.errors import WorkLost
from monitor.model.alert import Alert, Delivery, Second, SecondState
from monitor.model.claim import Claim
from monitor.model.opinion import Query, SecondOpinion
from monitor.model.source import Item
from monitor.model.verdict import Assessment
from monitor.opinion.port import Advisor
from monitor.pipeline.rule import Judged
from monitor.pipeline.second_see import Seen, Seer, see_all
from monitor.stance.doubt import Sight
from monitor.stance.second import Band, band
from monitor.store.port import Store

if TYPE_CHECKING:
    from monitor.engine.port import Engine
    from monitor.pipeline.second_ask import Asker
    from monitor.pipeline.second_settle import Settler
    from monitor.pipeline.setup import Setup

__all__ = ["Asking", "SecondReader", "key_of", "see_all"]

log = logging.getLogger(__name__)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class SecondReader:
    """The second reader of the config, ready to be asked."""

    options: SecondOpinion
    advisor: Advisor
    seer: Seer

    def asking(self, seen: Iterable[Seen], store: Store, now: datetime, *, ready: bool) -> Asking:
        return Asking(self, seen, store, now, ready=ready)

    def asker(
        self,
        *,
        store: Store,
        engine: Engine,
        clock: Callable[[], datetime],
        settler: Callable[[], Settler],
        claims: Callable[[], Mapping[str, Claim]],
        settled: Callable[[], None],
    ) -> Asker:
        from monitor.pipeline.second_ask import Asker

        return Asker(self, store=store, engine=engine, clock=clock, settler=settler, claims=claims, settled=settled)

    def settler(self, setup: Setup, now: datetime, store: Store) -> Settler:
        from monitor.pipeline.second_settle import Settler

        return Settler(
            claims=setup.claims, desk=setup.desk, options=self.options, rules=setup.rules, now=now, store=store
        )

    async def look(self, engine: Engine, judged: Sequence[Judged]) -> Sequence[Seen]:
        """What may be asked about. Where that fails, the verdicts stand all the same."""
        fresh = [(item, found) for item, found in judged if not item.baseline]
        try:
            return await engine.think(see_all, self.seer, fresh) if fresh else ()
        except WorkLost as fault:
            log.warning("%s; %d items get no second opinion", fault, len(fresh))
            return ()

    async def close(self) -> None:
        await self.advisor.close()


def budget_left(options: SecondOpinion, store: Store, now: datetime) -> int:
    """How many questions may be asked now."""
    return min(
        options.per_hour - store.questions_asked(now - HOUR),
        options.per_day - store.questions_asked(now - DAY),
    )


class Asking:
    """What of one batch of rulings is asked. Call inside the ruling's transaction."""

    def __init__(self, reader: SecondReader, seen: Iterable[Seen], store: Store, now: datetime, *, ready: bool) -> None:
        """`ready`: False where the reader is known not to answer now; then nothing is held for it."""
        self._reader, self._store, self._now = reader, store, now
        self._sights = {(item.id, s.assessment.claim): s for item, sights in seen for s in sights}
        self._room = budget_left(reader.options, store, now) if ready else 0

    def hold(self, item: Item, alert: Alert, deliveries: Sequence[Delivery]) -> tuple[Alert, list[Delivery]] | None:
        """The alert marked as pending where its pair is asked about, its messages held as long as that may take."""
        sight = self._sights.get((item.id, alert.claim.id)) if alert.claim else None
        told = deliveries and alert.statement and not item.baseline
        if sight is None or not told or self._band(sight, alerting=True) is None:
            return alert, list(deliveries)
        options = self._reader.options
        pending = Second(by=options.model, state=SecondState.PENDING, built_in=sight.assessment.relation)
        until = self._now + options.timeout if self._room > 0 else self._now
        self._room -= 1
        return replace(alert, second=pending), [replace(d, due=max(d.due, until)) for d in deliveries]

    def ask(self, item: Item, alerts: Sequence[Alert]) -> None:
        """Put the item's questions into the store."""
        if item.baseline:
            return
        for (item_id, claim), sight in self._sights.items():
            if item_id != item.id:
                continue
            own = tuple(a.id for a in alerts if a.claim and a.claim.id == claim and a.statement)
            if found := self._band(sight, alerting=bool(own)):
                self._keep(item, sight, found, own)

    def _band(self, sight: Sight, *, alerting: bool) -> Band | None:
        return band(sight, self._reader.options, alerting=alerting)

    def _keep(self, item: Item, sight: Sight, found: Band, alerts: tuple[str, ...]) -> None:
        name = sha256(f"{item.id}\0{item.version}\0{sight.assessment.claim}".encode()).hexdigest()[:24]
        if self._store.query(name) is not None:
            return
        self._store.keep_query(
            Query(
                id=name,
                item=item.id,
                version=item.version,
                claim=sight.assessment.claim,
                why=found.why,
                doubt=found.doubt,
                made=self._now,
                due=self._now,
                assessment=sight.assessment,
                language=sight.language,
                related=sight.related,
                alerts=alerts,
            )
        )


def key_of(item: Item, claim: Claim, assessment: Assessment, identity: str) -> str:
    """What an answer depends on: the text, the claim, what the built-in reading shows of it, and the reader."""
    meant = replace(claim, tags=(), fire=(), quiet=())
    parts = repr(item.fields()), repr(meant), repr(assessment.statements), identity
    return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
