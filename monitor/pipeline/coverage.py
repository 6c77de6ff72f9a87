"""When the sources of a claim go dark, its silence says nothing any more: that is told, once, and so is their return.

What was told last stands in the outbox, so that a restart repeats nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from monitor.feeds.health import dark, lit, out
from monitor.model.alert import Alert
from monitor.model.claim import Claim
from monitor.model.source import FeedState
from monitor.model.story import Reason
from monitor.pipeline.rule import Desk
from monitor.store.port import Store

LOOK_BACK = timedelta(days=30)  # feeds that delivered something about a claim since then are its key sources
NAMED = 5  # of the feeds that are out
TOLD = (Reason.COVERAGE_DARK, Reason.FEED_RECOVERED)


def tell_coverage(claims: Mapping[str, Claim], desk: Desk, now: datetime, store: Store) -> list[Alert]:
    """Look at the sources of every claim that may still be answered; returns what was put into the outbox."""
    open_ = [claim.id for claim in claims.values() if claim.until is None or claim.until >= now.date()]
    with store.transaction():
        sources = store.sources_of(open_, now - LOOK_BACK)
        states = store.states(sorted({url for urls in sources.values() for url in urls}))
        silences = store.silences(now)
        alerts = []
        for claim_id, urls in sources.items():
            told = store.last_alert(claim_id, TOLD)
            alert = coverage_alert(claims[claim_id], [states[url] for url in urls], told, now)
            if alert:
                store.keep_alert(alert, desk.deliveries(alert, now, silences))
                alerts.append(alert)
        return alerts


def coverage_alert(claim: Claim, states: Sequence[FeedState], told: Alert | None, now: datetime) -> Alert | None:
    """What is new about a claim's key sources. `told`: what was said of them last."""
    was_dark = told is not None and told.reason is Reason.COVERAGE_DARK
    if not was_dark and dark(states, now):
        return _alert(claim, Reason.COVERAGE_DARK, "cannot be heard", _lines(states, now), now)
    if was_dark and lit(states, now):
        return _alert(claim, Reason.FEED_RECOVERED, "can be heard again", "", now)
    return None


def _alert(claim: Claim, reason: Reason, words: str, detail: str, now: datetime) -> Alert:
    return Alert(
        id=sha256(f"coverage\0{claim.id}\0{reason}\0{now.isoformat()}".encode()).hexdigest()[:24],
        reason=reason,
        at=now,
        title=f"Most sources that wrote about this claim {words}: {claim.statement}",
        detail=detail,
        claim=claim,
    )


def _lines(states: Sequence[FeedState], now: datetime) -> str:
    gone = out(states, now)
    lines = [f"{len(gone)} of {len(states)} feeds that told something about it in the last {LOOK_BACK.days} days:"]
    lines += [f"{state.title or state.url}: {_why(state)}" for state in gone[:NAMED]]
    return "\n".join([*lines, f"and {len(gone) - NAMED} more"] if len(gone) > NAMED else lines)


def _why(state: FeedState) -> str:
    if state.gone:
        return "gone for good (410)"
    if state.failing_since:
        return f"failing since {state.failing_since:%d %b %H:%M} UTC: {state.error}"
    return f"silent since {state.last_new or state.silent_since:%d %b %H:%M} UTC"
