"""What `run` says to the people watching it: faults once, not every time; what was found; a bar on a terminal."""

from __future__ import annotations

import logging
import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from monitor.cli.out import harmless
from monitor.model.alert import Alert, Delivery, DeliveryState
from monitor.model.source import Feed, FeedState, Outcome
from monitor.model.times import stamp
from monitor.pipeline.poll import Polled
from monitor.pipeline.rule import Ruling

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

log = logging.getLogger("dementi")


class Teller:
    """Counts everything, says what people need to know on stderr (and findings of the past on stdout)."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()
        self._in_trouble: set[str] = set()  # deliveries whose trouble was said

    def polled(self, batch: Sequence[Polled]) -> None:
        for feed, reading, poll in batch:
            self.count["feeds"] += 1
            self.count["read"] += reading.outcome.fine
            self.count["items"] += len(reading.items)
            if reading.outcome.fine:
                if reading.error:
                    log.info("%s: %s", feed.url, harmless(reading.error))
            elif poll.state.failing_since == poll.state.last_tried:
                log.warning("%s", _trouble(feed, poll.state))

    def ruled(self, rulings: Sequence[Ruling]) -> None:
        for ruling in rulings:
            self.count["alerts"] += len(ruling.alerts)
            self.count["found"] += len(ruling.found)
            self.count["retold"] += ruling.retold
            for alert in ruling.found:
                click.echo(_found(alert))

    def delivered(self, outcome: Sequence[Delivery]) -> None:
        for delivery in outcome:
            self.count[delivery.state] += 1
            to = f"{delivery.target.channel} ({harmless(delivery.target.recipient)})"
            if delivery.state is DeliveryState.DEAD:
                log.error("delivery %s to %s failed for good: %s", delivery.id, to, harmless(delivery.error))
            elif delivery.state is DeliveryState.PENDING and delivery.id not in self._in_trouble:
                self._in_trouble.add(delivery.id)
                log.warning("%s: %s; trying again at %s", to, harmless(delivery.error), stamp(delivery.due))
            elif delivery.state is DeliveryState.SENT and delivery.id in self._in_trouble:
                self._in_trouble.discard(delivery.id)
                log.info("%s: delivered after %d tries", to, delivery.attempts)

    def summary(self) -> str:
        c = self.count
        unread = c["feeds"] - c["read"]
        parts = [
            f"{c['read']} of {c['feeds']} feeds read" + (f", {unread} could not be" if unread else ""),
            f"{c['items']} new items",
            f"{c['alerts']} alerts" + (f", {c['found']} found in the past" if c["found"] else ""),
            f"{c['retold']} retellings" if c["retold"] else "",
            f"{c[DeliveryState.SENT]} messages sent",
            f"{c[DeliveryState.PENDING]} to be tried again" if c[DeliveryState.PENDING] else "",
            f"{c[DeliveryState.DEAD]} failed for good" if c[DeliveryState.DEAD] else "",
        ]
        return " · ".join(filter(None, parts))


class Bar(Teller):
    """The same, with a bar that counts feeds."""

    def __init__(self, total: int) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        super().__init__()
        from monitor.cli.out import console

        columns = (TextColumn("reading feeds"), BarColumn(), MofNCompleteColumn())
        self._bar: Progress = Progress(*columns, console=console(stderr=True), transient=True)
        self._task: TaskID = self._bar.add_task("feeds", total=total)
        self._bar.start()

    def polled(self, batch: Sequence[Polled]) -> None:
        super().polled(batch)
        self._bar.advance(self._task, len(batch))

    def ruled(self, rulings: Sequence[Ruling]) -> None:
        self._bar.stop()
        super().ruled(rulings)

    def summary(self) -> str:
        self._bar.stop()
        return super().summary()


def _trouble(feed: Feed, state: FeedState) -> str:
    word = {
        Outcome.GONE: "is gone for good (410) and rests",
        Outcome.BACKOFF: "asks to be left alone",
        Outcome.AUTH: "wants a login",
        Outcome.REFUSED: "is refused",
        Outcome.NOT_A_FEED: "is no feed",
    }.get(state.outcome or Outcome.ERROR, "cannot be read")
    reason = harmless(state.error or "")
    then = "" if state.gone else f"; next try {stamp(state.next_due)}"
    return f"{feed.url} {word}: {reason}{then}"


def _found(alert: Alert) -> str:
    item = alert.item
    where = f"  [{harmless(item.publisher or item.feed)}, {stamp(item.published or item.seen)}]" if item else ""
    return f"found in the past: {harmless(alert.title)}{where}"


def set_up_log(*, verbose: bool) -> None:
    """Lines with a time on stderr; below systemd the journal has the time already."""
    form = "%(message)s" if _in_journal() else "%(asctime)s  %(message)s"
    logging.basicConfig(stream=sys.stderr, format=form, datefmt="%H:%M:%S", level=logging.WARNING)
    logging.getLogger("dementi").setLevel(logging.DEBUG if verbose else logging.INFO)
    logging.getLogger("monitor").setLevel(logging.DEBUG if verbose else logging.INFO)


def _in_journal() -> bool:
    import os

    return "JOURNAL_STREAM" in os.environ
