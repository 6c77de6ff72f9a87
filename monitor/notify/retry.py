"""What becomes of a delivery after a try. Pure: a failure says whether to try again, this policy says when.

Tries are 15 s, 30 s, 1 min … apart, an hour at the most, for five days: longer than a weekend without anybody at the
receiver's machine. A pause that the target asks for (Retry-After) is kept, up to a day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.errors import NotifyError
from monitor.model.alert import Delivery, DeliveryState

FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=1)
LONGEST_ASKED = timedelta(days=1)  # a target that asks for more is asked again after this
SPREAD = 0.25  # a pause is up to this share longer, so that what failed together does not come back together
PATIENCE = timedelta(days=5)
# Five days may have passed with dementi itself switched off: that alone must not make the second try the last.
FEWEST_TRIES = 12


def after_success(delivery: Delivery, now: datetime) -> Delivery:
    """Settled: the target took the message. One that repeats is due again, as a message of its own."""
    if delivery.repeat is not None:
        again = delivery.repeats + 1
        message = f"{delivery.alert}-again{again}"
        due = now + delivery.repeat
        return replace(delivery, message=message, repeats=again, due=due, attempts=0, first_tried=None, error=None)
    return replace(_tried(delivery, now), state=DeliveryState.SENT, settled=now, error=None)


def after_failure(delivery: Delivery, error: NotifyError, now: datetime, jitter: float) -> Delivery:
    """Due again later, or dead: refused for good, gone, or five days of failures.

    `jitter` is 0..1, and the same for all deliveries of one message, so that they go on together.
    """
    tried = _tried(delivery, now)
    tried = replace(tried, error=str(error))
    if not error.retry or error.gone or _given_up(tried, now):
        return replace(tried, state=DeliveryState.DEAD, settled=now)
    pause = pause_after(tried.attempts) * (1 + SPREAD * jitter)
    if error.after is not None:
        asked = min(error.after, LONGEST_ASKED) + FIRST_PAUSE * SPREAD * jitter
        pause = max(pause, asked)
    return replace(tried, state=DeliveryState.PENDING, due=now + pause)


def acknowledged(delivery: Delivery, now: datetime) -> Delivery:
    """Somebody has seen the alert: what repeats is settled, what was not taken yet still goes out, once."""
    if delivery.repeat is None or delivery.state is not DeliveryState.PENDING:
        return delivery
    settled = replace(delivery, repeat=None)
    return replace(settled, state=DeliveryState.SENT, settled=now) if delivery.repeats else settled


def pause_after(attempts: int) -> timedelta:
    """The pause after this many failures (1, 2, …), before jitter: doubled each time, up to an hour."""
    doublings = min(attempts - 1, 16)  # 2**16 is past the cap already, and no timedelta overflows
    return min(FIRST_PAUSE * 2.0**doublings, LONGEST_PAUSE)


def _tried(delivery: Delivery, now: datetime) -> Delivery:
    return replace(delivery, attempts=delivery.attempts + 1, first_tried=delivery.first_tried or now)


def _given_up(delivery: Delivery, now: datetime) -> bool:
    since = delivery.first_tried or now
    return now - since >= PATIENCE and delivery.attempts >= FEWEST_TRIES
