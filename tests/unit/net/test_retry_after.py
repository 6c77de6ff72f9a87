from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.net.retry_after import retry_after

NOW = datetime(2024, 11, 11, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "pause"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("٣", None),
        ("0", timedelta(0)),
        (" 120 ", timedelta(minutes=2)),
        ("9" * 400, timedelta(days=1)),
        ("Mon, 11 Nov 2024 10:00:30 GMT", timedelta(seconds=30)),
        ("Mon, 11 Nov 2024 09:00:00 GMT", timedelta(0)),
        ("Mon, 11 Nov 2024 10:01:00", timedelta(minutes=1)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(days=1)),
    ],
)
def test_pauses(value: str | None, pause: timedelta | None) -> None:
    assert retry_after(value, NOW) == pause
