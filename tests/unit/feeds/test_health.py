from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.feeds.health import CAP, FLOOR, TurnKind, after, dark, turns
from monitor.feeds.port import Reading
from monitor.model.source import Feed, FeedState, Item, Outcome

NOW = datetime(2024, 11, 11, 12, tzinfo=UTC)
FEED = Feed(url="https://outlet.example/rss", every=timedelta(minutes=10))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def start() -> FeedState:
    return FeedState(url=FEED.url, next_due=NOW)


def good(fresh: int = 0, *, overlap: int = 20, **more: Any) -> Reading:
    items = tuple(Item(id=str(n), feed=FEED.url, title="t") for n in range(fresh))
    return Reading(outcome=Outcome.ITEMS, items=items, entries=fresh + overlap, overlap=overlap, **more)


def bad(outcome: Outcome = Outcome.ERROR, **more: Any) -> Reading:
    return Reading(outcome=outcome, error="no", **more)


def life(
    *steps: tuple[timedelta, Reading], state: FeedState | None = None
) -> tuple[FeedState, datetime, list[TurnKind]]:
    """The state after these readings, each so long after the one before; and what people were told."""
    state, now, told = state or start(), NOW, []
    for pause, reading in steps:
        now += pause
        new = after(state, FEED, reading, now, 0.5)
        told += [turn.kind for turn in turns(state, new, now)]
        state = new
    return state, now, told


@pytest.mark.parametrize("reading", [good(), good(5), good(40, overlap=0), Reading(outcome=Outcome.UNCHANGED)])
@pytest.mark.parametrize("jitter", [0.0, 0.5, 1.0])
def test_a_feed_that_can_be_read_is_never_asked_later_than_every(reading: Reading, jitter: float) -> None:
    state = after(start(), FEED, replace(reading, max_age=365 * DAY), NOW, jitter)
    assert FLOOR <= state.next_due - NOW <= FEED.every


def test_a_busy_feed_is_asked_sooner_but_not_below_the_floor() -> None:
    state, now, _ = life((MINUTE, good(20)), *[(10 * MINUTE, good(15, overlap=5))] * 6)
    assert FLOOR <= state.next_due - now < FEED.every / 2


def test_no_overlap_is_a_gap_told_once_and_asked_faster() -> None:
    state, now, told = life((MINUTE, good(20)), (10 * MINUTE, good(20, overlap=0)), (10 * MINUTE, good(20, overlap=0)))
    assert told == [TurnKind.GAP]
    assert state.gap_at == now
    assert state.next_due - now <= FEED.every / 4


def test_pauses_grow_linearly_to_a_cap_and_never_end() -> None:
    state, now, pauses = start(), NOW, []
    for _ in range(200):
        state = after(state, FEED, bad(), now, 0.0)
        pauses.append(state.next_due - now)
        now = state.next_due
    assert pauses[:3] == [20 * MINUTE, 30 * MINUTE, 40 * MINUTE]
    assert pauses == sorted(pauses)
    assert pauses[-1] == CAP


def test_failures_weigh_by_what_they_mean() -> None:
    weights = [bad(weight=weight) for weight in (1.0, 0.5, 0.25)]
    dues = [after(start(), FEED, reading, NOW, 0.0).next_due for reading in weights]
    assert dues == sorted(dues, reverse=True)
    assert len(set(dues)) == 3


def test_success_forgets_failures_and_failure_forgets_validators() -> None:
    known = after(start(), FEED, good(etag='"a"', last_modified="b", body_hash="c"), NOW, 0.0)
    failed = after(known, FEED, bad(), NOW + HOUR, 0.0)
    assert (failed.etag, failed.last_modified, failed.body_hash) == (None, None, "c")
    assert failed.failing_since == NOW + HOUR
    fine = after(failed, FEED, good(), NOW + 2 * HOUR, 0.0)
    assert (fine.failures, fine.failing_since) == (0.0, None)


def test_retry_after_holds_the_feed() -> None:
    state = after(start(), FEED, bad(Outcome.BACKOFF, retry_after=2 * HOUR), NOW, 0.0)
    assert state.held_until == NOW + 2 * HOUR
    assert state.next_due >= state.held_until
    assert state.failing_since is None
    assert after(state, FEED, good(), NOW + 3 * HOUR, 0.0).held_until is None


def test_gone_rests_and_says_so_once() -> None:
    state, now, told = life((MINUTE, good(1)), (HOUR, bad(Outcome.GONE)), (8 * DAY, bad(Outcome.GONE)))
    assert told == [TurnKind.GONE]
    assert state.gone
    assert state.next_due - now > DAY
    assert not after(state, FEED, good(), now, 0.0).gone


def test_outage_and_recovery_are_told_once() -> None:
    failures = [(30 * MINUTE, bad())] * 10
    _, _, told = life((MINUTE, good(1)), *failures, (HOUR, good()), (HOUR, good()))
    assert told == [TurnKind.FAILING, TurnKind.RECOVERED]


def test_a_short_hiccup_is_not_told() -> None:
    _, _, told = life((MINUTE, good(1)), (MINUTE, bad()), (MINUTE, bad()), (MINUTE, good()))
    assert told == []


def test_silence_is_told_once_and_ends_with_a_new_item() -> None:
    busy = [(HOUR, good(2))] * 72
    quiet = [(6 * HOUR, good())] * 8
    _, _, told = life((MINUTE, good(5)), *busy, *quiet, (HOUR, good(1)))
    assert told == [TurnKind.SILENT, TurnKind.SPEAKS]


def test_a_feed_that_rarely_speaks_is_not_silent() -> None:
    rare = [(DAY, good(int(n % 4 == 0))) for n in range(40)]
    _, _, told = life((MINUTE, good(5)), *rare)
    assert told == []


def dated(*hours: float) -> Reading:
    """A first reading of items published so many hours ago."""
    at = [NOW - timedelta(hours=ago) for ago in hours]
    items = tuple(Item(id=str(n), feed=FEED.url, title="t", published=time) for n, time in enumerate(at))
    return Reading(outcome=Outcome.ITEMS, items=items, entries=len(items))


def test_a_young_feed_with_one_lucky_item_is_not_called_silent() -> None:
    _, _, told = life((MINUTE, good(20)), (10 * MINUTE, good(1)), *[(6 * HOUR, good())] * 12)
    assert told == []


def test_a_young_feed_that_never_speaks_is_called_silent_by_the_dates_of_what_it_held() -> None:
    _, _, told = life((MINUTE, dated(*range(1, 25))), *[(6 * HOUR, good())] * 12)
    assert told == [TurnKind.SILENT]


@pytest.mark.parametrize(
    ("hours", "rate"),
    [
        (range(1, 25), 22),  # one an hour
        ([*range(1, 24), 20_000], 22),  # and one pinned
        ([0.1] * 20, None),  # the feed prints the time of its making
        ([1, 30, 60], None),  # too few
        ([-30] * 20, None),  # in the future
        ([500 + n for n in range(20)], 0.47),  # nothing for three weeks: it rarely speaks
        ([], None),
    ],
)
def test_the_rate_of_a_young_feed_is_by_its_dates(hours: list[float], rate: float | None) -> None:
    state, _, _ = life((0 * MINUTE, dated(*hours)))
    assert state.rate == (None if rate is None else pytest.approx(rate, rel=0.05))


def test_a_move_is_told_when_it_is_learnt() -> None:
    moved = [(HOUR, good(moved_to="https://outlet.example/new"))] * 4
    state, _, told = life(*moved)
    assert told == [TurnKind.MOVED]
    assert state.moved_to == "https://outlet.example/new"


def test_days_are_counted_for_the_spark_line() -> None:
    state, _, _ = life((MINUTE, good(9)), (HOUR, good(2)), (HOUR, good(1)), (2 * DAY, good(4)))
    assert state.days == (3, 0, 4)


def test_sources_are_dark_when_most_of_them_are() -> None:
    fine, _, _ = life((MINUTE, good(1)))
    failing, now, _ = life((MINUTE, good(1)), *[(HOUR, bad())] * 5)
    assert not dark([fine, failing], now)
    assert dark([fine, failing, failing], now)
    assert not dark([], now)


def test_a_cache_on_the_way_bounds_how_soon() -> None:
    busy = [(10 * MINUTE, good(15, overlap=5, max_age=6 * MINUTE))] * 6
    state, now, _ = life((MINUTE, good(20)), *busy)
    assert 5 * MINUTE < state.next_due - now <= 6 * MINUTE
