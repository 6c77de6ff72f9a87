from datetime import UTC, datetime

import pytest

from monitor.feeds.dates import parse_date
from monitor.model.times import stamp

TEN = "2024-11-11T10:00:00Z"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon, 11 Nov 2024 10:00:00 GMT", TEN),
        ("Mon, 11 Nov 2024 13:00:00 +0300", TEN),
        ("11 Nov 2024 05:00 EST", TEN),
        ("Mon, 11 November 2024 10:00:00 Z", TEN),
        ("Tue, 11 Nov 2024 10:00:00 GMT", TEN),  # not a Tuesday
        ("Mo, 11 Nov 2024 10:00:00 +0000", TEN),
        ("Пн, 11 ноя 2024 13:00:00 +0300", TEN),
        ("11 de noviembre de 2024, 10:00", TEN),
        ("lun., 11 déc. 2024 10:00:00 +0000", "2024-12-11T10:00:00Z"),
        ("2024-11-11T10:00:00Z", TEN),
        ("2024-11-11T10:00:00.123456789Z", TEN),
        ("2024-11-11 11:00:00+01:00", TEN),
        ("2024-11-11", "2024-11-11T00:00:00Z"),
        ("1731319200", TEN),
        ("09.11.2024 10:00", "2024-11-09T10:00:00Z"),
        ("\n Mon, 11 Nov 2024\n10:00:00 GMT ", TEN),
        ("Sun, 31 Dec 2023 23:59:60 GMT", "2023-12-31T23:59:59Z"),
        ("Fri, 30 Feb 2024 10:00:00 GMT", None),
        ("Mon, 11 Nov 2024 10:00:00 +9999", None),
        ("Mon, 01 Jan 0001 00:00:00 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("10000-01-01T00:00:00Z", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_dates(text: str | None, expected: str | None) -> None:
    assert stamp(parse_date(text)) == expected


def test_a_very_long_date_is_none_at_once() -> None:
    assert parse_date("1:" * 100_000) is None


def test_dates_carry_their_zone() -> None:
    assert parse_date("Mon, 11 Nov 2024 13:00:00 +0300") == datetime(2024, 11, 11, 10, tzinfo=UTC)
