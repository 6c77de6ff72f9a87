from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import NotifyError
from monitor.model.alert import Delivery, DeliveryState, Target
from monitor.notify.retry import after_failure, after_success, pause_after

NOW = datetime(2024, 11, 11, 12, tzinfo=UTC)
FRESH = Delivery(id="d", alert="a", target=Target(channel="desk", recipient="x"), message="a", due=NOW)
AGAIN = NotifyError("mailbox busy", retry=True)


def outage(delivery: Delivery, lasts: timedelta, jitter: float = 0.0) -> tuple[Delivery, datetime]:
    """The receiver is down for so long: the delivery after it, and when it was sent or given up."""
    now = NOW
    while delivery.state is DeliveryState.PENDING:
        now = max(now, delivery.due)
        if now - NOW >= lasts:
            return after_success(delivery, now), now
        delivery = after_failure(delivery, AGAIN, now, jitter)
    return delivery, now


def test_success_settles() -> None:
    done = after_success(after_failure(FRESH, AGAIN, NOW, 0.0), NOW + timedelta(minutes=1))
    assert done.state is DeliveryState.SENT
    assert (done.attempts, done.first_tried, done.settled, done.error) == (2, NOW, NOW + timedelta(minutes=1), None)


def test_six_hours_of_outage_are_outlived_and_noticed_within_the_hour() -> None:
    done, at = outage(FRESH, timedelta(hours=6))
    assert done.state is DeliveryState.SENT
    assert at - NOW <= timedelta(hours=7)
    assert done.attempts < 20


def test_a_long_weekend_of_outage_is_outlived() -> None:
    assert outage(FRESH, timedelta(days=4, hours=20), jitter=1.0)[0].state is DeliveryState.SENT


def test_five_days_are_enough() -> None:
    done, at = outage(FRESH, timedelta(days=30))
    assert done.state is DeliveryState.DEAD
    assert done.error == "mailbox busy"
    assert done.settled == at
    assert timedelta(days=5) <= at - NOW <= timedelta(days=5, hours=2)


def test_five_days_switched_off_do_not_make_the_second_try_the_last() -> None:
    first = after_failure(FRESH, AGAIN, NOW, 0.0)
    assert after_failure(first, AGAIN, NOW + timedelta(days=6), 0.0).state is DeliveryState.PENDING


def test_what_is_refused_for_good_is_dead_at_once_and_says_why() -> None:
    for error in (NotifyError("no such user", retry=False), NotifyError("gone", retry=True, gone=True)):
        done = after_failure(FRESH, error, NOW, 0.5)
        assert (done.state, done.settled, done.error, done.attempts) == (DeliveryState.DEAD, NOW, str(error), 1)


def test_a_pause_that_the_target_asks_for_is_kept() -> None:
    asked = NotifyError("slow down", retry=True, after=timedelta(minutes=40))
    assert timedelta(minutes=40) <= after_failure(FRESH, asked, NOW, 0.9).due - NOW <= timedelta(minutes=41)
    shorter = NotifyError("slow down", retry=True, after=timedelta(seconds=1))
    assert after_failure(FRESH, shorter, NOW, 0.0).due - NOW >= pause_after(1)


def test_nobody_makes_us_wait_for_a_year() -> None:
    asked = NotifyError("slow down", retry=True, after=timedelta(days=365))
    assert after_failure(FRESH, asked, NOW, 1.0).due - NOW <= timedelta(days=1, minutes=1)


def test_a_clock_set_back_an_hour_gives_up_nothing() -> None:
    first = after_failure(FRESH, AGAIN, NOW, 0.0)
    again = after_failure(first, AGAIN, NOW - timedelta(hours=1), 0.0)
    assert again.state is DeliveryState.PENDING
    assert again.due < NOW


@given(attempts=st.integers(1, 10_000), jitter=st.floats(0, 1))
def test_pauses_grow_to_an_hour_and_no_further(attempts: int, jitter: float) -> None:
    assert timedelta(seconds=15) <= pause_after(attempts) <= pause_after(attempts + 1) <= timedelta(hours=1)
    tried = after_failure(FRESH, AGAIN, NOW, jitter)
    assert timedelta(seconds=15) <= tried.due - NOW <= timedelta(minutes=76)
