"""How a feed fares, and when it is asked again. Pure: state and reading in, state out.

    read        → again after a pause that fits its rate of news: floor … `feed.every`
    failed      → again after a pause that grows with the weight of failures in a row: `feed.every` … cap
    held        → not before Retry-After is over, by whoever asks
    gone (410)  → rests until somebody looks at it; its date only says when that is worth the while

Failures weigh by what they mean, as in Media Cloud's rss-fetcher: one that will not pass by itself 1, one that may ½,
a name that cannot be looked up ¼ (mostly our own network).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from monitor.feeds.port import Reading
from monitor.model.source import Feed, FeedState, Item, Outcome

__all__ = ["LEARNT_AFTER", "Turn", "TurnKind", "after", "dark", "due_again", "lit", "out", "turns", "weight_of"]

FLOOR = timedelta(seconds=60)  # no feed is asked more often
CAP = timedelta(hours=6)  # longest pause after failures: an outage may end at any time, and with it the silence
GONE_AGAIN = timedelta(days=7)
LEARNT_AFTER = 2  # polls in a row that must name the new address before it is used
JITTER = 0.1  # share of a pause by which polls are spread, so that feeds due together drift apart
ITEMS_A_POLL = 1.0  # new items that one poll should find on average; fewer, and it may wait longer
DAYS_KEPT = 14
SILENT_AFTER = 5.0  # times its usual gap between new items without one …
SILENT_LEAST = timedelta(days=1)  # … and never sooner than this
SMOOTHING = timedelta(days=3)  # how far back the rate of news looks
DATED_LEAST, DATED_SPAN = 3, timedelta(hours=1)  # items and time from which dates tell how often there are new ones
FAILING_AT = 3.0  # weight of failures in a row that people are told of
FAILING_LEAST = timedelta(hours=1)


def weight_of(outcome: Outcome, status: int | None, error: str) -> float:
    """Of a failure in `FeedState.failures`. 0 for what is none."""
    if outcome.fine or outcome is Outcome.BACKOFF:
        return 0.0
    if "looked up" in error:
        return 0.25
    soft = outcome is Outcome.ERROR and (status is None or status >= 500 or status in (304, 408, 425))
    return 0.5 if soft else 1.0


def after(state: FeedState, feed: Feed, reading: Reading, now: datetime, jitter: float) -> FeedState:
    """The state after a poll. `jitter`: 0..1, from the caller's dice."""
    told = replace(state, last_tried=now, outcome=reading.outcome, error=reading.error, status=reading.status)
    new = _read(told, reading, now) if reading.outcome.fine else _failed(told, reading, now)
    return replace(new, next_due=due_again(new, feed, now, jitter))


def _read(state: FeedState, reading: Reading, now: datetime) -> FeedState:
    """A poll that went well. A 304 says only that nothing changed: after a failure it proves no recovery, so that the
    next poll asks without conditions (validators are forgotten on failure).
    """
    fresh = len(reading.items)
    unchanged = reading.outcome is Outcome.UNCHANGED
    before = state.last_read
    state = replace(
        state,
        first_read=state.first_read or now,
        last_read=now,
        last_new=now if fresh else state.last_new,
        failing_since=None,
        failures=0.0,
        held_until=None,
        gone=False,
        etag=reading.etag,
        last_modified=reading.last_modified,
        body_hash=reading.body_hash,
        skim=reading.skim,
        title=reading.title or state.title,
        max_age=reading.max_age,
        entries=state.entries if unchanged else reading.entries,
    )
    state = _moved(state, reading)
    if before is None:  # the first reading is no news: all of it is new. Its dates tell how often there is some
        state = replace(state, rate=_rate_by_dates(reading.items, now))
    else:
        state = _counted(state, fresh, before, now)
        if not unchanged and reading.entries and not reading.overlap and state.last_new:
            state = replace(state, gap_at=now)
    return replace(state, silent_since=_silence(state, now))


def after_push(state: FeedState, reading: Reading, now: datetime) -> FeedState:
    """The state after a hub sent something. Nothing is learnt of how a poll would have gone: validators, skim and rate
    stay. What could not be read makes the feed due, but no sooner than it may be asked.
    """
    if not reading.outcome.fine:
        at = max(now, (state.last_tried or now) + FLOOR, state.held_until or now)
        return replace(state, next_due=min(state.next_due, at))
    if not reading.items:
        return state
    days, day = _days(state.days, state.last_day, len(reading.items), now.date())
    return replace(state, last_new=now, silent_since=None, days=days, last_day=day)


def _moved(state: FeedState, reading: Reading) -> FeedState:
    """Counts how often in a row a permanent redirect named the same address."""
    if reading.moved_to is None:
        return replace(state, moved_to=None, moved_times=0)
    again = reading.moved_to == state.moved_to
    return replace(state, moved_to=reading.moved_to, moved_times=min(state.moved_times + 1, 1000) if again else 1)


def _failed(state: FeedState, reading: Reading, now: datetime) -> FeedState:
    """A poll that went wrong. What was known of the feed stays; validators go, and a learnt address that fails."""
    held = now + reading.retry_after if reading.retry_after is not None else None
    if reading.outcome is Outcome.BACKOFF:
        return replace(state, held_until=held, failures=max(state.failures, 0.5))
    return replace(
        state,
        failing_since=state.failing_since or now,
        failures=min(state.failures + reading.weight, 1000.0),
        held_until=held,
        gone=reading.outcome is Outcome.GONE,
        etag=None,
        last_modified=None,
        moved_to=None,
        moved_times=0,
    )


# -- when again


def due_again(state: FeedState, feed: Feed, now: datetime, jitter: float) -> datetime:
    """When this feed is asked next; see the head of this module."""
    if state.gone:
        return now + GONE_AGAIN
    every = max(feed.every, FLOOR)
    pause = _backoff(state, every) if state.failures else _interval(state, every, now)
    pause = max(pause * (1 - JITTER * jitter), FLOOR)  # earlier, never later: `every` is a promise
    due = now + pause
    return max(due, state.held_until) if state.held_until else due


def planned_too_late(state: FeedState, feed: Feed, now: datetime) -> bool:
    """Nothing planned now could lie so far ahead: the clock was set back since. Pauses that servers ask for may."""
    if state.gone or (state.held_until is not None and state.held_until > now):
        return False
    every = max(feed.every, FLOOR)
    return state.next_due - now > (_backoff(state, every) if state.failures else every)


def _backoff(state: FeedState, every: timedelta) -> timedelta:
    """Grows linearly: every, 2 every, 3 every … up to the cap."""
    return max(min(every * (1 + state.failures), CAP), every)


def _interval(state: FeedState, every: timedelta, now: datetime) -> timedelta:
    """Shorter than `every` for a feed whose items would roll off, or that has much to tell."""
    longest = every
    if state.pushed:
        return every
    if state.gap_at is not None and now - state.gap_at < timedelta(days=1):
        every = every / 4
    if state.rate and state.rate > 0:
        wanted = timedelta(days=ITEMS_A_POLL / state.rate)
        every = min(every, max(wanted, every / 4))
        if state.entries:  # half of what the feed holds must not roll off between two polls
            every = min(every, timedelta(days=state.entries / 2 / state.rate))
    # What a cache on the way keeps, or the feed itself calls fresh, cannot be had sooner.
    return max(every, min(state.max_age or FLOOR, longest), FLOOR)


# -- how much, how long ago


def _counted(state: FeedState, fresh: int, before: datetime, now: datetime) -> FeedState:
    """Rate of new items, exponentially smoothed over `SMOOTHING`, and the count of each day."""
    passed = max(now - before, FLOOR) / timedelta(days=1)
    weight = 1 - math.exp(-passed / (SMOOTHING / timedelta(days=1)))
    rate = fresh / passed if state.rate is None else state.rate + weight * (fresh / passed - state.rate)
    days, day = _days(state.days, state.last_day, fresh, now.date())
    return replace(state, rate=rate, days=days, last_day=day)


def _rate_by_dates(items: Sequence[Item], now: datetime) -> float | None:
    """New items a day by the dates of what a feed holds, half of it: a pinned item of last year is no measure.

    None where too few are dated, or all in the same hour, as by feeds that print the time of their making.
    """
    dates = sorted((item.published for item in items if item.published and item.published <= now), reverse=True)
    newer = len(dates) // 2
    if newer < DATED_LEAST or now - dates[newer] < DATED_SPAN:
        return None
    return newer / ((now - dates[newer]) / timedelta(days=1))


def _days(days: Sequence[int], last: date | None, fresh: int, today: date) -> tuple[tuple[int, ...], date]:
    """Counts of the last days, today's at the end."""
    if last is None or today < last:
        return (fresh,), today
    empty = min((today - last).days, DAYS_KEPT)
    counts = [*days, *([0] * empty)] or [0]
    counts[-1] += fresh
    return tuple(counts[-DAYS_KEPT:]), today


def _silence(state: FeedState, now: datetime) -> datetime | None:
    """Since when the feed has been quiet for far longer than is usual for it; hysteresis: until it speaks again."""
    rate = _usual_rate(state, now)
    if state.last_new is None or not rate:
        return None
    usual = timedelta(days=min(SILENT_AFTER / rate, 60))
    quiet = now - state.last_new
    if quiet == timedelta(0):
        return None
    if state.silent_since is not None:
        return state.silent_since
    return now if quiet > max(usual, SILENT_LEAST) else None


def _usual_rate(state: FeedState, now: datetime) -> float:
    """New items a day, as far as that is known: one in the first minutes does not make a feed that brings hundreds."""
    if not state.rate or state.first_read is None or not any(state.days):
        return state.rate or 0.0
    watched = min(max((now - state.first_read) / timedelta(days=1), 1.0), DAYS_KEPT)
    return min(state.rate, sum(state.days) / watched)


# -- turns: what people are told


class TurnKind(StrEnum):
    """What changed for a feed between two polls."""

    FAILING = "failing"
    RECOVERED = "recovered"
    GONE = "gone"
    MOVED = "moved"
    SILENT = "silent"
    SPEAKS = "speaks"
    GAP = "gap"


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One thing to tell people about a feed; once per outage, silence or move."""

    kind: TurnKind
    text: str


def _is_failing(state: FeedState, now: datetime) -> bool:
    since = state.failing_since
    return since is not None and state.failures >= FAILING_AT and now - since >= FAILING_LEAST


def turns(before: FeedState, state: FeedState, now: datetime) -> tuple[Turn, ...]:
    """What `after` changed that people want to know."""
    was_failing = _is_failing(before, before.last_tried or now)
    recovered = was_failing and state.failing_since is None
    told = (
        (state.gone and not before.gone, TurnKind.GONE, "The server says that this feed is gone for good (410)."),
        (
            _is_failing(state, now) and not was_failing and not state.gone,
            TurnKind.FAILING,
            f"Cannot be read since {_clock(state.failing_since)}: {state.error}",
        ),
        (recovered, TurnKind.RECOVERED, f"Can be read again; it could not since {_clock(before.failing_since)}."),
        (
            state.moved_times >= LEARNT_AFTER > before.moved_times,
            TurnKind.MOVED,
            f"Has moved for good to {state.moved_to}.",
        ),
        (
            state.silent_since is not None and before.silent_since is None,
            TurnKind.SILENT,
            f"No new item since {_clock(state.last_new)}, far longer than is usual for it.",
        ),
        (before.silent_since is not None and state.silent_since is None, TurnKind.SPEAKS, "Brings new items again."),
        (
            state.gap_at == now and (before.gap_at is None or now - before.gap_at > timedelta(days=1)),
            TurnKind.GAP,
            "Nothing in it was known: items have probably rolled off between two polls.",
        ),
    )
    return tuple(Turn(kind=kind, text=text) for true, kind, text in told if true)


def _clock(at: datetime | None) -> str:
    return f"{at:%d %b %H:%M} UTC" if at else "its first poll"


def out(states: Sequence[FeedState], now: datetime) -> list[FeedState]:
    """Those that tell nothing at present: failing, gone or silent."""
    return [state for state in states if state.gone or state.silent_since is not None or _is_failing(state, now)]


def dark(states: Sequence[FeedState], now: datetime) -> bool:
    """More than half of these feeds are out: what they would have told is not heard."""
    return len(out(states, now)) * 2 > len(states)


def lit(states: Sequence[FeedState], now: datetime) -> bool:
    """At most a quarter of these feeds are out. Between that and `dark` it stays what it was."""
    return len(out(states, now)) * 4 <= len(states)
