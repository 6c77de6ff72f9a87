"""What may stand in `[fulltext]`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, StrictInt

from monitor.tomlfile.fields import Flag, Span, Table


def _between(least: str, least_span: timedelta, most: str, most_span: timedelta) -> AfterValidator:
    def check(value: timedelta) -> timedelta:
        if not least_span <= value <= most_span:
            raise ValueError(f'must be from "{least}" to "{most}"')
        return value

    return AfterValidator(check)


class FullTextTable(Table):
    """Text of the pages that items link to, where the feed itself gives no answer. Off by default; extra `fulltext`."""

    enabled: Flag = False
    """Ask for pages of items that are about a claim and whose title, summary and content give no answer."""
    per_hour: Annotated[StrictInt, Field(ge=1, le=10_000)] = 120
    """Pages in any hour, of all hosts together; the surest first."""
    per_host_delay: Annotated[Span, _between("1s", timedelta(seconds=1), "1h", timedelta(hours=1))] = timedelta(
        seconds=10
    )
    """Shortest pause between two pages of one host; a longer one in its robots.txt is kept."""
    timeout: Annotated[Span, _between("1s", timedelta(seconds=1), "5m", timedelta(minutes=5))] = timedelta(seconds=30)
    """Longest time for a page, redirects included."""
    max_bytes: Annotated[StrictInt, Field(ge=10_000, le=10_000_000)] = 2_000_000
    """Largest page, as it is sent; three times as much when unpacked."""
    max_age: Annotated[Span, _between("1h", timedelta(hours=1), "31d", timedelta(days=31))] = timedelta(days=2)
    """A page that had to wait for longer is not asked for any more."""
