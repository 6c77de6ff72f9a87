"""When the clock is set back, what was planned by the old time would come too late: it is planned anew.

The machine's clock may be an hour ahead until it hears from a time server. Nothing that was stored by then is lost,
but a feed due "in five minutes" would be left alone for sixty-five.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.feeds.health import planned_too_late
from monitor.model.source import Feed
from monitor.store.port import Poll, Store

SET_BACK = timedelta(seconds=5)  # what time servers correct all day long delays nothing that matters


def replan(feeds: Mapping[str, Feed], now: datetime, store: Store) -> int:
    """Make due what no plan by today's clock would put so far ahead; returns how many feeds that are.

    A pause that a server asked for stays as it is, and so does a delivery's: sooner would be too soon.
    """
    with store.transaction():
        late = [
            Poll(state=replace(state, next_due=now))
            for url, state in store.states().items()
            if url in feeds and planned_too_late(state, feeds[url], now)
        ]
        store.keep_polls(late)
        store.hasten(now)
    return len(late)
