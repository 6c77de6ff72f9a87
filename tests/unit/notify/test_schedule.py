from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.route import QuietHours
from monitor.notify.schedule import instant, next_daily, quiet_until

BERLIN = "Europe/Berlin"
NIGHT = QuietHours(start=time(22), end=time(6, 30), zone=BERLIN)
ZONES = (BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca")


def local(text: str, zone: str = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2024-11-11T21:59:59", None),
        ("2024-11-11T22:00:00", "2024-11-12T06:30:00"),
        ("2024-11-12T00:00:00", "2024-11-12T06:30:00"),
        ("2024-11-12T06:29:59", "2024-11-12T06:30:00"),
        ("2024-11-12T06:30:00", None),
    ],
)
def test_a_night_spans_midnight(now: str, end: str | None) -> None:
    assert quiet_until(local(now), NIGHT) == (end and local(end))


def test_a_night_that_loses_an_hour_ends_when_the_clock_says_so() -> None:
    end = quiet_until(local("2025-03-29T23:00:00"), NIGHT)
    assert end == datetime(2025, 3, 30, 4, 30, tzinfo=UTC)  # 06:30 summer time
    assert end - local("2025-03-29T22:00:00") == timedelta(hours=7, minutes=30)


def test_a_night_that_gains_an_hour_ends_when_the_clock_says_so() -> None:
    end = quiet_until(local("2024-10-26T23:00:00"), NIGHT)
    assert end == datetime(2024, 10, 27, 5, 30, tzinfo=UTC)  # 06:30 winter time
    assert end - local("2024-10-26T22:00:00") == timedelta(hours=9, minutes=30)


def test_an_end_inside_the_hour_that_comes_twice_is_met_once() -> None:
    quiet = QuietHours(start=time(22), end=time(2, 30), zone=BERLIN)
    end = quiet_until(local("2024-10-27T01:00:00"), quiet)
    assert end == datetime(2024, 10, 27, 0, 30, tzinfo=UTC)
    assert quiet_until(datetime(2024, 10, 27, 1, 10, tzinfo=UTC), quiet) is None  # 02:10 again: the night is over


def test_an_end_that_the_clock_skips_is_met_an_hour_later() -> None:
    quiet = QuietHours(start=time(22), end=time(2, 30), zone=BERLIN)
    assert quiet_until(local("2025-03-30T01:00:00"), quiet) == datetime(2025, 3, 30, 1, 30, tzinfo=UTC)


def test_hours_within_one_day() -> None:
    lunch = QuietHours(start=time(12), end=time(13), zone=BERLIN)
    assert quiet_until(local("2024-11-11T12:30:00"), lunch) == local("2024-11-11T13:00:00")
    assert quiet_until(local("2024-11-11T13:00:00"), lunch) is None


def test_equal_start_and_end_are_never_quiet() -> None:
    assert quiet_until(local("2024-11-11T12:00:00"), QuietHours(start=time(8), end=time(8), zone=BERLIN)) is None


def test_a_digest_goes_out_today_or_tomorrow() -> None:
    assert next_daily(local("2024-11-11T07:59:59"), time(8), BERLIN) == local("2024-11-11T08:00:00")
    assert next_daily(local("2024-11-11T08:00:00"), time(8), BERLIN) == local("2024-11-12T08:00:00")


def test_a_day_that_a_zone_left_out_is_stepped_over() -> None:
    before = local("2011-12-29T20:00:00", "Pacific/Apia")  # Samoa had no 30 December 2011
    assert next_daily(before, time(8), "Pacific/Apia") - before < timedelta(hours=36)


moments = st.integers(946_684_800, 2_114_380_800).map(lambda second: datetime.fromtimestamp(second, UTC))
clocks = st.times().map(lambda t: t.replace(tzinfo=None))


@given(now=moments, start=clocks, end=clocks, zone=st.sampled_from(ZONES))
def test_what_is_held_goes_out_within_a_day_and_is_not_held_again(
    now: datetime, start: time, end: time, zone: str
) -> None:
    quiet = QuietHours(start=start, end=end, zone=zone)
    until = quiet_until(now, quiet)
    if until is not None:
        assert now < until <= now + timedelta(hours=26)
        again = quiet_until(until, quiet)
        # Only quiet hours of nearly a day can meet the next night's beginning, where the clock is set forward.
        assert again is None or instant(until.astimezone(ZoneInfo(zone)).date(), start, zone) <= until


@given(now=moments, at=clocks, zone=st.sampled_from(ZONES))
def test_the_next_digest_is_within_a_day_or_two(now: datetime, at: time, zone: str) -> None:
    due = next_daily(now, at, zone)
    assert now < due <= now + timedelta(hours=50)
