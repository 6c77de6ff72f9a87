"""Whatever a value holds, the store gives it back equal."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_type_hints

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.model.alert import Alert, Delivery
from monitor.model.claim import Claim
from monitor.model.source import FeedState, Item
from monitor.model.story import Event
from monitor.model.verdict import Assessment
from monitor.store.port import Poll
from monitor.store.rows import dump_alert, load_alert, moment
from monitor.store.sqlite import SqliteStore, open_store
from tests.contract.store_values import NOW, URL, alert, watch

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)  # NUL, controls, bidi and astral letters included
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=ZONES | st.just(UTC))  # noqa: DTZ001 - zones are added
NUMBERS = st.integers(0, 2**62)
st.register_type_strategy(datetime, TIMES)
st.register_type_strategy(str, TEXT)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(int, NUMBERS)


def any_of(kind: type, **fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Values with every field drawn, those with defaults too."""
    hints = get_type_hints(kind)
    drawn = {field.name: st.from_type(hints[field.name]) for field in dataclasses.fields(kind)}
    return st.builds(kind, **{**drawn, **fixed})


@contextmanager
def fresh() -> Iterator[SqliteStore]:
    store = open_store("sqlite::memory:")
    try:
        yield store
    finally:
        store.close()


quick = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
EVENTS = any_of(Event)
PHRASINGS = st.dictionaries(TEXT, st.lists(TEXT, max_size=2).map(tuple), max_size=2)
CLAIMS = any_of(Claim, phrasings=PHRASINGS)


@quick
@given(any_of(Alert, claim=st.none() | CLAIMS, event=st.none() | EVENTS, item=st.none() | any_of(Item)))
def test_alerts(value: Alert) -> None:
    text = dump_alert(value)
    assert load_alert(text) == value
    assert dump_alert(load_alert(text)) == text


@quick
@given(any_of(FeedState))
def test_states_of_feeds(value: FeedState) -> None:
    with fresh() as store:
        store.keep_polls([Poll(state=value)])
        assert store.states([value.url]) == {value.url: value}


@quick
@given(any_of(Item, feed=st.just(URL), seen=TIMES, version=st.integers(1, 2**31)))
def test_items(value: Item) -> None:
    with fresh() as store:
        store.keep_polls([Poll(state=FeedState(url=URL, next_due=NOW), items=(value,))])
        assert store.unjudged(1) == [value]
        assert store.item(value.id) == value


@quick
@given(EVENTS)
def test_events(value: Event) -> None:
    with fresh() as store:
        store.keep_event(value)
        assert store.events_of(value.claim) == [value]


@quick
@given(st.lists(any_of(Assessment, item=st.just("i1")), max_size=3, unique_by=lambda found: found.claim))
def test_assessments(values: list[Assessment]) -> None:
    with fresh() as store:
        found = Item(id="i1", feed=URL)
        store.keep_polls([Poll(state=FeedState(url=URL, next_due=NOW), items=(found,))])
        store.keep_assessments(found, values, "rules 1", NOW)
        assert {found.claim: found for found in store.assessments_of("i1")} == {v.claim: v for v in values}


@quick
@given(any_of(Delivery, alert=st.just("a1")))
def test_deliveries(value: Delivery) -> None:
    with fresh() as store:
        store.keep_alert(alert(), [value])
        store.keep_deliveries([value])
        due = store.due_deliveries(datetime(9998, 12, 31, tzinfo=UTC), 1)
        assert due == ([(value, alert())] if value.state == "pending" else [])


@quick
@given(CLAIMS)
def test_a_claim_read_twice_is_not_restated(value: Claim) -> None:
    with fresh() as store:
        assert store.sync(watch(claims=(value,)), NOW) == [value.id]
        store.caught_up([value.id])
        assert store.sync(watch(claims=(dataclasses.replace(value),)), NOW) == []


@given(TIMES, TIMES)
def test_times_sort_as_they_are_stored(one: datetime, other: datetime) -> None:
    assert (moment(one) < moment(other)) == (one < other)
    assert datetime.fromisoformat(moment(one)) == one


@given(st.datetimes(timezones=ZONES))
def test_the_oddest_time_can_be_stored(value: datetime) -> None:
    assert len(moment(value)) == 27
    assert datetime.fromisoformat(moment(value)).tzinfo is not None
