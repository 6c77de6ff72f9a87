"""The outbox, emptied: what is due goes out, every outcome is settled in the store.

A delivery is written before it is sent (when its alert is) and settled after. A process that dies between the two
sends again, under the same id. Every channel has its own slots and its own look into the outbox, so that neither a
target that hangs nor the backlog of a dead one delays another channel.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import groupby

from monitor.engine.port import Engine
from monitor.errors import NotifyError, StoreError
from monitor.model.alert import Alert, Delivery, DeliveryState, Message, Target
from monitor.model.story import Reason
from monitor.notify.port import Notifier
from monitor.notify.retry import acknowledged, after_failure, after_success
from monitor.notify.storm import BURST, WINDOW, fold_storm, folds
from monitor.store.port import Store

LOOK = 500  # deliveries taken from the outbox at once, per channel
SLOTS = 8  # messages under way at once, per channel
DEADLINE = 60.0  # seconds a channel may take for one message, whatever its own deadlines
PAUSE = 5.0  # seconds before an outcome that the store refused is stored again

log = logging.getLogger(__name__)
Due = tuple[Delivery, Alert]
Outcome = tuple[Delivery, bool]  # the bool: its target has said that it is gone for good


def messages_of(due: Iterable[Due]) -> list[tuple[Message, Target, list[Delivery]]]:
    """Deliveries of one target that belong to one message go out together, oldest alert first."""

    def key(pair: Due) -> tuple[str, str, str]:
        return pair[0].target.channel, pair[0].target.recipient, pair[0].message

    found = []
    for (_, _, message_id), group in groupby(sorted(due, key=lambda pair: (key(pair), pair[1].at)), key):
        pairs = list(group)
        message = Message(
            id=message_id,
            alerts=tuple(alert for _, alert in pairs),
            digest=any(d.digest for d, _ in pairs),
            repeat=next((d.repeat for d, _ in pairs if d.repeat), None),
        )
        found.append((message, pairs[0][0].target, [delivery for delivery, _ in pairs]))
    return found


class Deliverer:
    """Sends what is due and settles it."""

    def __init__(
        self,
        *,
        notifiers: Mapping[str, Notifier],
        store: Store,
        engine: Engine,
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
        about_gone: Callable[[Alert, Target, datetime], list[Delivery]],
        kinds: Mapping[str, str],
        settled: Callable[[Sequence[Delivery]], None],
    ) -> None:
        """`about_gone`: who is told that a target takes nothing any more. `kinds`: channel name -> kind.

        `settled` is told of every outcome after it was stored.
        """
        self.about_gone, self.kinds = about_gone, kinds
        self.notifiers = notifiers
        self._store, self._engine, self._clock, self._jitter, self._settled = store, engine, clock, jitter, settled
        self._slots: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(SLOTS))
        self._using: Counter[int] = Counter()  # id() of notifiers at work
        self._tasks: dict[asyncio.Task[None], str] = {}  # under way -> its channel
        self._busy: set[str] = set()  # ids of deliveries under way, or waiting to be settled
        self._looking = asyncio.Lock()  # or two that look at once would both find, and send, the same deliveries
        self._outcomes: asyncio.Queue[Outcome] = asyncio.Queue()
        self._settler = asyncio.create_task(self._settle())

    async def look(self) -> int:
        """Begin to send all that is due; returns how many messages that is. Raises StoreError."""
        async with self._looking:
            return sum([await self._look(name) for name in self.notifiers])

    async def _look(self, name: str) -> int:
        if sum(channel == name for channel in self._tasks.values()) >= LOOK:
            return 0  # this channel has enough to do
        messages = messages_of(await self._engine.store(self._due, name))
        for message, target, deliveries in messages:
            self._begin(message, target, deliveries)
        return len(messages)

    async def drain(self, patience: timedelta) -> bool:
        """Send until nothing is due; False where that takes longer than `patience`."""
        try:
            async with asyncio.timeout(patience.total_seconds()):
                while await self.look() or self._busy:
                    await asyncio.wait([*self._tasks, asyncio.create_task(asyncio.sleep(0.01))])
        except TimeoutError:
            return False
        return True

    def uses(self, notifiers: Mapping[str, Notifier]) -> bool:
        """One of these is at work on a message."""
        return any(self._using[id(notifier)] for notifier in notifiers.values())

    async def close(self) -> None:
        """Give up what is under way: it stays pending and goes out again under the same id."""
        tasks = [*self._tasks, self._settler]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _due(self, channel: str) -> list[Due]:
        """What is due on a channel, a storm folded into one message.

        Names are stored, with a word that they are final, before anything is sent: a target that took a message just
        before we died must know it again, whatever else has become due meanwhile.
        """
        now = self._clock()
        with self._store.transaction():
            due = self._store.due_deliveries(now, LOOK, channel)
            fresh = [pair for pair in due if pair[0].id not in self._busy]
            if not folds(self.kinds.get(channel, "")):
                return fresh
            if len(fresh) > BURST:
                sent = self._store.sent_since(channel, now - WINDOW)
                folded = {delivery.id: delivery for delivery in fold_storm(fresh, sent, self.kinds)}
                fresh = [(folded.get(delivery.id, delivery), alert) for delivery, alert in fresh]
            named = {d.id: replace(d, first_tried=now) for d, _ in fresh if d.first_tried is None}
            self._store.keep_deliveries(list(named.values()))
        return [(named.get(delivery.id, delivery), alert) for delivery, alert in fresh]

    def _begin(self, message: Message, target: Target, deliveries: list[Delivery]) -> None:
        self._busy.update(delivery.id for delivery in deliveries)
        task = asyncio.create_task(self._send(message, target, deliveries))
        self._tasks[task] = target.channel
        task.add_done_callback(self._tasks.pop)

    async def _send(self, message: Message, target: Target, deliveries: list[Delivery]) -> None:
        async with self._slots[target.channel]:
            fault = await self._try(message, target)
        now, jitter = self._clock(), self._jitter()
        for delivery in deliveries:
            outcome = after_failure(delivery, fault, now, jitter) if fault else after_success(delivery, now)
            self._outcomes.put_nowait((outcome, fault is not None and fault.gone))

    async def _try(self, message: Message, target: Target) -> NotifyError | None:
        try:
            async with asyncio.timeout(DEADLINE):
                await self._hand(self.notifiers[target.channel], message, target)
        except NotifyError as fault:
            return fault
        except TimeoutError:
            return NotifyError(f"no answer within {DEADLINE:.0f} s", retry=True)
        except Exception as fault:  # a fault of ours in one message must not lose it
            log.debug("sending %s to %s", message.id, target.channel, exc_info=fault)
            return NotifyError(f"could not be sent: {type(fault).__name__}", retry=True)
        return None

    async def _hand(self, notifier: Notifier, message: Message, target: Target) -> None:
        self._using[id(notifier)] += 1
        try:
            await notifier.send(message, target)
        finally:
            self._using[id(notifier)] -= 1

    async def _settle(self) -> None:
        while True:
            batch = [await self._outcomes.get()]
            while not self._outcomes.empty() and len(batch) < LOOK:
                batch.append(self._outcomes.get_nowait())
            await self._store_outcomes(batch)
            self._busy.difference_update(delivery.id for delivery, _ in batch)
            self._settled([delivery for delivery, _ in batch])

    async def _store_outcomes(self, batch: Sequence[Outcome]) -> None:
        """Store them, however long the store refuses: forgetting that one was sent would send it twice."""
        while True:
            try:
                return await self._engine.store(self._keep, batch)
            except StoreError as fault:
                log.error("%s; %d outcomes wait to be stored", fault, len(batch))  # noqa: TRY400 - said, not traced
                await asyncio.sleep(PAUSE)

    def _keep(self, batch: Sequence[Outcome]) -> None:
        now = self._clock()
        with self._store.transaction():
            self._store.keep_deliveries([self._heeding(delivery, now) for delivery, _ in batch])
            for delivery, gone in batch:
                error = delivery.error or "gone"
                if gone and self._store.keep_gone(delivery.target, error, now):
                    alert = gone_alert(delivery, now)
                    self._store.keep_alert(alert, self.about_gone(alert, delivery.target, now))

    def _heeding(self, outcome: Delivery, now: datetime) -> Delivery:
        """The outcome, settled where somebody has acknowledged the alert while the message was on its way."""
        if outcome.repeat is None:
            return outcome
        held = next((d for d in self._store.deliveries_of(outcome.alert) if d.id == outcome.id), outcome)
        return acknowledged(outcome, now) if held.repeat is None else outcome


def gone_alert(delivery: Delivery, now: datetime) -> Alert:
    """That a target takes nothing any more, for those who can still be reached."""
    channel, recipient = delivery.target.channel, delivery.target.recipient
    return Alert(
        id=sha256(f"gone\0{channel}\0{recipient}\0{delivery.id}".encode()).hexdigest()[:24],
        reason=Reason.TARGET_GONE,
        at=now,
        title=f"Channel {channel} takes no more messages for {recipient}",
        detail=f"{delivery.error}\nMend the target, then: dementi deliveries retry {delivery.id}",
    )


def tally(outcome: Iterable[Delivery]) -> dict[DeliveryState, int]:
    """How many deliveries ended in which state; a pending one is to be tried again."""
    counts = dict.fromkeys(DeliveryState, 0)
    for delivery in outcome:
        counts[delivery.state] += 1
    return counts
