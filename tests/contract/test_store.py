"""What every store keeps to. A new adapter adds its factory to FACTORIES."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import StoreError
from monitor.model.alert import DeliveryState
from monitor.model.claim import Claim
from monitor.model.page import Page, PageState
from monitor.model.push import PushState, Subscription
from monitor.model.source import Feed, FeedState, Item, Known, Outcome, Review
from monitor.model.story import ClaimStatus, Reason
from monitor.store.port import DAYS, Poll, Store
from monitor.store.sqlite import open_store
from tests.contract.store_values import (
    CLAIM,
    NOW,
    URL,
    alert,
    assessment,
    delivery,
    event,
    item,
    keep,
    later,
    state,
    statement,
    telling,
    watch,
)

Factory = Callable[[Path], Store]
FACTORIES: dict[str, Factory] = {
    "sqlite file": lambda folder: open_store(f"sqlite:{folder}/dementi.db"),
    "sqlite memory": lambda _: open_store("sqlite::memory:"),
}
OTHER = "https://other.example.org/rss"


@pytest.fixture(params=FACTORIES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = FACTORIES[request.param](tmp_path)
    yield made
    made.close()


# -- feeds


def test_a_new_feed_is_due_at_once(store: Store) -> None:
    store.sync(watch(), NOW)
    assert store.due(NOW, 10) == [FeedState(url=URL, next_due=NOW)]


def test_due_feeds_come_longest_waiting_first_and_no_more_than_asked(store: Store) -> None:
    urls = [f"https://{n}.example.org" for n in range(5)]
    store.sync(watch(*urls), NOW)
    store.keep_polls([Poll(state=state(url, next_due=later(minutes=-n))) for n, url in enumerate(urls)])
    assert [due.url for due in store.due(NOW, 3)] == urls[:1:-1]
    assert [due.url for due in store.due(later(minutes=-4), 9)] == urls[4:]


def test_held_and_gone_feeds_are_not_due(store: Store) -> None:
    store.sync(watch(URL, OTHER), NOW)
    store.keep_polls(
        [
            Poll(state=state(next_due=NOW, held_until=later(hours=1))),
            Poll(state=state(OTHER, next_due=NOW, gone=True)),
        ]
    )
    assert store.due(later(minutes=59), 10) == []
    assert [due.url for due in store.due(later(hours=1), 10)] == [URL]


def test_a_feed_outside_the_watchlist_is_kept_but_not_due(store: Store) -> None:
    store.sync(watch(URL, OTHER), NOW)
    keep(store, item())
    store.sync(watch(OTHER), later(hours=1))
    assert [due.url for due in store.due(later(days=1), 10)] == [OTHER]
    assert list(store.states()) == [OTHER]
    assert list(store.states([URL])) == [URL]
    assert store.known(URL).newest


def test_a_feed_that_comes_back_is_due_at_once_and_asked_although_it_was_gone(store: Store) -> None:
    store.sync(watch(), NOW)
    store.keep_polls([Poll(state=state(gone=True, first_read=NOW))])
    store.sync(watch(OTHER), NOW)
    store.sync(watch(), later(days=1))
    due = store.due(later(days=1), 10)
    assert [(each.url, each.gone, each.first_read) for each in due] == [(URL, False, NOW)]


def test_a_shorter_pause_in_the_config_takes_effect_at_once(store: Store) -> None:
    store.sync(watch(), NOW)
    store.keep_polls([Poll(state=state(next_due=later(hours=6)))])
    store.sync(replace(watch(), feeds=(Feed(url=URL, every=timedelta(minutes=5)),)), NOW)
    assert store.states()[URL].next_due == later(minutes=5)


def test_sync_leaves_the_state_of_known_feeds_alone(store: Store) -> None:
    store.sync(watch(), NOW)
    kept = state(outcome=Outcome.ERROR, error="timed out", failures=1.5, etag='"x"', days=(1, 2), skim="abc")
    store.keep_polls([Poll(state=kept)])
    store.sync(watch(), later(days=1))
    assert store.states() == {URL: kept}


def test_states_of_unknown_feeds_are_left_out(store: Store) -> None:
    assert store.states(["https://nowhere.example.org"]) == {}


# -- items


def test_what_is_kept_is_known_in_all_layers(store: Store) -> None:
    keep(store, item("i1"), item("i2", guid=None, canonical="https://news.example.org/two"))
    assert store.known(URL) == Known(
        guids={"guid-i1": "i1"},
        links={"https://news.example.org/i1": "i1", "https://news.example.org/two": "i2"},
        digests={"digest-i1": "i1", "digest-i2": "i2"},
        newest={"i1": (1, "digest-i1"), "i2": (1, "digest-i2")},
    )
    assert store.known(OTHER) == Known()


def test_an_item_that_comes_again_changes_nothing(store: Store) -> None:
    keep(store, item())
    store.mark_judged(item(), NOW)
    keep(store, item(seen=later(hours=1)))
    assert store.unjudged(10) == []
    assert store.versions("i1") == [item()]


def test_an_edited_item_is_a_new_version_to_be_judged_and_the_old_one_is_kept(store: Store) -> None:
    keep(store, item())
    store.mark_judged(item(), NOW)
    edit = item(title="Corrected", digest="other", version=2, guid="rotated", seen=later(hours=1))
    keep(store, edit)
    assert store.unjudged(10) == [edit]
    assert store.item("i1") == edit
    assert store.versions("i1") == [item(), edit]
    known = store.known(URL)
    assert known.newest == {"i1": (2, "other")}
    assert known.guids == {"guid-i1": "i1", "rotated": "i1"}
    assert known.digests == {"digest-i1": "i1", "other": "i1"}


def test_an_edit_that_does_not_know_its_version_gets_the_next_one(store: Store) -> None:
    for digest in ("one", "two", "one"):
        keep(store, item(digest=digest))
    assert [(each.version, each.digest) for each in store.versions("i1")] == [(1, "one"), (2, "two"), (3, "one")]


def test_new_items_about_no_claim_are_judged_as_they_come_and_their_edits_are_not(store: Store) -> None:
    store.sync(watch(), NOW)
    idle = item("i1", seen=NOW)
    store.keep_polls([Poll(state=state(), items=(idle, item("i2", seen=NOW)), idle=frozenset(["i1"]))])
    assert [each.id for each in store.unjudged(10)] == ["i2"]
    assert [each.id for each in store.recent_items(NOW - timedelta(days=1))] == ["i1"]
    edit = replace(idle, title="Another title", digest="d9", version=2)
    store.keep_polls([Poll(state=state(), items=(edit,), idle=frozenset(["i1"]))])
    assert edit in store.unjudged(10)


def test_unjudged_items_come_oldest_first_until_they_are_judged(store: Store) -> None:
    items = [item(f"i{n}", seen=later(minutes=-n)) for n in range(4)]
    keep(store, *items)
    assert store.unjudged(2) == [items[3], items[2]]
    for each in items[1:]:
        store.mark_judged(each, NOW)
    assert store.unjudged(10) == [items[0]]


def test_an_edit_that_arrives_while_the_old_version_is_judged_stays_unjudged(store: Store) -> None:
    keep(store, item())
    edit = item(digest="other", version=2)
    keep(store, edit)
    store.mark_judged(item(), NOW)
    assert store.unjudged(10) == [edit]


def test_recent_items_come_oldest_first_in_their_newest_version(store: Store) -> None:
    items = [item(f"i{n}", seen=later(minutes=n)) for n in range(1203)]
    edit = item("i700", title="Corrected", digest="other", version=2, seen=later(minutes=700))
    keep(store, *items, edit)
    with store.transaction():
        for each in (*items, edit):
            store.mark_judged(each, NOW)
    found = list(store.recent_items(later(minutes=3)))
    assert [each.id for each in found] == [f"i{n}" for n in range(3, 1203)]
    assert found[697].title == "Corrected"


def test_items_still_to_be_judged_are_not_judged_against_new_claims_alone(store: Store) -> None:
    keep(store, item(), item("i2"))
    store.mark_judged(item(), NOW)
    assert [each.id for each in store.recent_items(NOW)] == ["i1"]


def test_an_item_without_a_time_is_seen_when_its_feed_was_polled(store: Store) -> None:
    keep(store, item(seen=None))
    assert [each.seen for each in store.unjudged(1)] == [NOW]


def test_half_a_surrogate_pair_in_a_text_is_replaced_and_stops_nothing(store: Store) -> None:
    keep(store, item(title="smile \ud83d!"), item("i2"))
    assert [each.title for each in store.unjudged(2)] == ["smile ?!", "Title of i2"]


def test_unknown_items(store: Store) -> None:
    assert store.item("nothing") is None
    assert store.versions("nothing") == []
    assert store.assessments_of("nothing") == []


# -- pages behind items


def page(id_: str = "i1", **changes: Any) -> Page:
    """What became of the page of an item, as the one who asked for it keeps it."""
    url = f"https://news.example.org/{id_}"
    told = {"state": PageState.FETCHED, "text": "The whole text.", "asked": NOW, "attempts": 1}
    return Page(**{"url": url, "host": "news.example.org", "due": NOW, "made": NOW, **told, **changes})


def want(store: Store, *items: Item, match: float = 0.5) -> None:
    keep(store, *items)
    for each in items:
        store.mark_judged(each, NOW)
        store.want_page(each, match, NOW)


def test_a_page_is_wanted_once_and_due_at_once(store: Store) -> None:
    want(store, item(), item("i2", link="https://news.example.org/i1"))
    (due,) = store.due_pages(NOW, 10)
    assert due == Page(url="https://news.example.org/i1", host="news.example.org", due=NOW, made=NOW)
    assert (store.page_of("i1"), store.page_of("i2"), store.page_of("i3")) == (due, due, None)
    assert store.count_pages() == {"pending": 1}


def test_items_without_a_link_want_no_page(store: Store) -> None:
    want(store, item(link=None))
    assert store.due_pages(NOW, 10) == []


def test_one_page_of_a_host_is_due_the_surest_first_and_the_past_last(store: Store) -> None:
    want(store, item("unsure"), match=0.4)
    want(store, item("past", baseline=True), match=0.9)
    want(store, item("sure"), match=0.8)
    want(store, item("other", link="https://other.example.org:8443/x"), match=0.6)
    assert [due.url.rpartition("/")[2] for due in store.due_pages(NOW, 10)] == ["sure", "x"]
    assert [due.host for due in store.due_pages(NOW, 10)] == ["news.example.org", "other.example.org:8443"]
    store.keep_page(page("sure", state=PageState.PENDING, due=later(hours=1)))
    store.keep_page(page("unsure", state=PageState.FAILED))
    assert [due.url.rpartition("/")[2] for due in store.due_pages(NOW, 10)] == ["x", "past"]


def test_the_text_of_a_page_is_a_version_to_be_judged_and_no_edit(store: Store) -> None:
    first = item(summary="A teaser")
    want(store, first)
    assert store.keep_page(page()) == ["i1"]
    (told,) = store.unjudged(10)
    assert (told.version, told.content, told.page) == (2, "The whole text.", "https://news.example.org/i1")
    assert told.added
    assert (told.digest, told.seen, told.summary) == (first.digest, first.seen, first.summary)
    assert store.versions("i1") == [first, told]
    assert store.known(URL).newest == {"i1": (2, first.digest)}
    keep(store, first)  # as a poll that had begun before
    assert store.item("i1") == told
    assert store.keep_page(page(text="Again")) == [], "nobody waits for it any more"


def test_an_edit_by_the_feed_keeps_what_the_page_said(store: Store) -> None:
    want(store, item(summary="A teaser"))
    store.keep_page(page())
    keep(store, item(summary="Another teaser", digest="edited", version=2))
    found = store.item("i1")
    assert found is not None
    assert (found.version, found.digest, found.summary, found.content) == (
        *(3, "edited", "Another teaser"),
        "The whole text.",
    )
    assert not found.added


def test_an_item_that_comes_later_takes_the_text_there_is_unless_it_is_old(store: Store) -> None:
    want(store, item())
    store.keep_page(page())
    want(store, item("i2", link=page().url))
    assert store.due_pages(NOW, 10) == []
    second = store.item("i2")
    assert second is not None
    assert second.content == "The whole text."
    keep(store, item("i3", link=page().url))
    store.want_page(item("i3", link=page().url), 0.5, later(days=1))
    (due,) = store.due_pages(later(days=1), 10)
    assert (due.state, due.attempts, due.made) == (PageState.PENDING, 0, later(days=1))
    assert store.keep_page(page(text="The text of today.")) == ["i3"]


def test_what_a_claim_added_later_wants_is_told_as_of_the_past(store: Store) -> None:
    keep(store, item())
    store.want_page(item(baseline=True), 0.5, NOW)
    store.keep_page(page())
    found = store.item("i1")
    assert found is not None
    assert found.baseline


@pytest.mark.parametrize("outcome", [PageState.EMPTY, PageState.REFUSED, PageState.FAILED])
def test_a_page_that_tells_nothing_changes_no_item(store: Store, outcome: PageState) -> None:
    want(store, item())
    assert store.keep_page(page(state=outcome, text=None, error="why")) == []
    assert (store.unjudged(10), store.due_pages(later(days=9), 10)) == ([], [])
    found = store.page_of("i1")
    assert found is not None
    assert (found.state, found.error) == (outcome, "why")


def test_pages_asked_and_pages_missed_are_counted(store: Store) -> None:
    want(store, item(), item("i2"), item("i3"))
    store.keep_page(page(asked=later(minutes=-10)))
    store.keep_page(page("i2", asked=later(minutes=-70)))
    assert store.pages_asked(later(hours=-1)) == 1
    assert store.miss_pages(later(hours=1)) == 1
    assert store.count_pages() == {"fetched": 2, "missed": 1}
    assert store.due_pages(later(days=1), 10) == []


def test_reviews_of_a_page_come_back_with_their_places(store: Store) -> None:
    want(store, item())
    review = Review(claim="They spoke", rating="False", author="Full Facts", value=1.0, worst=1.0, best=5.0)
    store.keep_page(page(reviews=(review,)))
    found = store.item("i1")
    assert found is not None
    assert found.content is not None
    (placed,) = found.reviews
    assert found.content[placed.start : placed.end] == "False"
    assert replace(placed, at=0, start=0, end=0) == review
    (row,) = store.list_pages()
    assert (row["state"], row["characters"], row["reviews"]) == ("fetched", 15, ["False"])


# -- subscriptions at hubs


def subscription(feed: str = URL, **changes: Any) -> Subscription:
    made = {"hub": "https://hub.example.org/", "topic": feed, "token": f"token of {feed}", "secret": "s", "due": NOW}
    return Subscription(**{"feed": feed, **made, **changes})


def test_a_subscription_comes_back_as_it_was(store: Store) -> None:
    store.sync(watch(URL, OTHER), NOW)
    verified = {"state": PushState.ACTIVE, "lease_until": later(days=9), "pushes": 3, "last_push": NOW}
    store.keep_subscription(subscription())
    store.keep_subscription(kept := subscription(**verified, error="none"))
    assert store.subscription(URL) == store.subscription_at(kept.token) == kept
    assert store.subscriptions() == [kept]
    assert (store.subscription(OTHER), store.subscription_at("nobody's")) == (None, None)


def test_hubs_of_watched_feeds_are_due_when_their_time_has_come(store: Store) -> None:
    store.sync(watch(URL, OTHER), NOW)
    store.keep_subscription(second := subscription(due=later(hours=1)))
    store.keep_subscription(first := subscription(OTHER))
    store.keep_subscription(subscription("https://unwatched.example.org/rss"))
    assert store.due_subscriptions(NOW, 9) == [first]
    assert store.due_subscriptions(later(hours=1), 9) == [first, second]
    assert store.due_subscriptions(later(hours=1), 1) == [first]


# -- claims, assessments, events


def test_claims_are_to_catch_up_until_they_have(store: Store) -> None:
    assert store.sync(watch(), NOW) == ["call"]
    assert store.sync(watch(), NOW) == ["call"], "whoever died meanwhile must learn of it again"
    store.caught_up(["call"])
    assert store.sync(watch(), NOW) == []


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ({"statement": "They met"}, True),
        ({"about": (("Trump",),)}, True),
        ({"phrasings": {"de": ("Anders",)}}, True),
        ({"tags": ("russia",)}, False),
        ({"fire": ("No call",)}, False),
    ],
)
def test_a_claim_that_reads_items_otherwise_has_to_catch_up_again(
    store: Store, change: dict[str, object], again: bool
) -> None:
    store.sync(watch(), NOW)
    store.caught_up(["call"])
    assert store.sync(watch(claims=(replace(CLAIM, **change),)), NOW) == (["call"] if again else [])


def test_a_claim_that_was_away_has_to_catch_up_and_keeps_its_status(store: Store) -> None:
    store.sync(watch(), NOW)
    store.caught_up(["call"])
    store.keep_status("call", ClaimStatus.DENIED, NOW)
    store.sync(watch(claims=()), NOW)
    assert store.sync(watch(), later(days=1)) == ["call"]
    assert store.status_of("call") is ClaimStatus.DENIED


def test_a_claims_history_names_every_turn(store: Store) -> None:
    store.sync(watch(), NOW)
    assert store.status_of("call") is ClaimStatus.UNVERIFIED
    for hours, status in enumerate((ClaimStatus.REPORTED, ClaimStatus.REPORTED, ClaimStatus.DENIED)):
        store.keep_status("call", status, later(hours=hours))
    assert [(turn.at, turn.before, turn.after) for turn in store.turns_of("call")] == [
        (NOW, ClaimStatus.UNVERIFIED, ClaimStatus.REPORTED),
        (later(hours=2), ClaimStatus.REPORTED, ClaimStatus.DENIED),
    ]
    assert store.turns_of("other") == []


def test_a_status_is_kept_for_a_claim_that_no_watchlist_named(store: Store) -> None:
    store.keep_status("other", ClaimStatus.CONFIRMED, NOW)
    assert store.status_of("other") is ClaimStatus.CONFIRMED


def test_assessments_are_kept_for_each_version(store: Store) -> None:
    keep(store, item())
    first = assessment(statements=(statement(), statement(speaker=None, hedged=True)))
    store.keep_assessments(item(), [first], "rules 1", NOW)
    edit = item(digest="other", version=2)
    keep(store, edit)
    assert store.assessments_of("i1") == []
    store.keep_assessments(edit, [assessment(statements=(), gates=())], "rules 1", NOW)
    assert store.assessments_of("i1") == [assessment(statements=(), gates=())]
    assert store.assessments_of("i1", 1) == [first]


def test_judging_again_replaces_what_was_asked_about(store: Store) -> None:
    keep(store, item())
    store.keep_assessments(item(), [assessment(claim="a"), assessment(claim="b")], "rules 1", NOW)
    store.keep_assessments(item(), [assessment(claim="c")], "rules 1", NOW, claims=["a", "c"])
    assert [found.claim for found in store.assessments_of("i1")] == ["b", "c"]
    store.keep_assessments(item(), [assessment(claim="d")], "rules 2", NOW)
    assert [found.claim for found in store.assessments_of("i1")] == ["d"]


def test_an_events_new_state_replaces_the_old_one(store: Store) -> None:
    store.keep_event(event())
    grown = event(
        last_seen=later(hours=1),
        confidence=0.95,
        tellings=(telling(), telling("i2", copy=True, words=(1, 2)), telling("i3")),
    )
    store.keep_event(grown)
    other = event("e2", claim="other")
    store.keep_event(other)
    assert store.events_of("call") == [grown]
    shrunk = replace(grown, tellings=(telling("i3"),), retracted=later(hours=2), voices=("peskow",))
    store.keep_event(shrunk)
    assert store.events_of("call") == [shrunk]
    assert store.events_of("other") == [other]
    assert store.events_of("none") == []


def test_sources_of_a_claim_are_watched_feeds_that_told_something_about_it_lately(store: Store) -> None:
    third = "https://third.example.org/rss"
    store.sync(watch(URL, OTHER, third), NOW)
    keep(store, item("old", seen=later(days=-31)), item("new"), item("new2"))
    keep(store, item("o1", feed=OTHER, seen=later(days=-31)), item("o2", feed=OTHER), url=OTHER)
    keep(store, item("t1", feed=third), url=third)
    for item_id, claim in (("old", "call"), ("new", "call"), ("new2", "call"), ("o1", "call"), ("t1", "other")):
        seen = later(days=-31) if item_id in {"old", "o1"} else NOW
        store.keep_assessments(item(item_id, seen=seen), [assessment(item_id, claim)], "1", NOW)
    assert store.sources_of(["call", "other", "none"], later(days=-30)) == {"call": [URL], "other": [third]}
    assert store.sources_of(["call"], later(days=-40)) == {"call": sorted([URL, OTHER])}
    store.sync(watch(OTHER, third), NOW)
    assert store.sources_of(["call"], later(days=-30)) == {}


# -- outbox


def test_the_last_alert_about_a_claim_for_some_reasons(store: Store) -> None:
    dark = {"event": None, "statement": None, "item": None, "reason": Reason.COVERAGE_DARK}
    for id_, changes in (("a1", dark), ("a2", {}), ("a3", dark | {"claim": replace(CLAIM, id="other")})):
        store.keep_alert(alert(id_, **changes), [])
    reasons = [Reason.COVERAGE_DARK, Reason.FEED_RECOVERED]
    found = store.last_alert("call", reasons)
    assert found
    assert found.id == "a1"
    store.keep_alert(alert("a4", **dark | {"reason": Reason.FEED_RECOVERED}), [])
    assert store.last_alert("call", reasons) == alert("a4", **dark | {"reason": Reason.FEED_RECOVERED})
    assert store.last_alert("none", reasons) is None


def test_an_alert_and_its_deliveries_come_back_as_they_were(store: Store) -> None:
    store.keep_alert(alert(), [delivery(), delivery("second@example.org", due=later(minutes=-1))])
    assert store.due_deliveries(NOW, 10) == [
        (delivery("second@example.org", due=later(minutes=-1)), alert()),
        (delivery(), alert()),
    ]
    assert store.alert("a1") == alert()
    assert store.alert("none") is None
    assert store.alerts_of("e1") == [alert()]
    assert store.alerts_of("none") == []


def test_what_was_said_is_not_said_again(store: Store) -> None:
    store.keep_alert(alert(), [delivery()])
    store.keep_deliveries([delivery(state=DeliveryState.SENT, attempts=1, settled=NOW)])
    store.keep_alert(alert(title="Told anew"), [delivery(), replace(delivery(), id="another id"), delivery("new")])
    assert store.due_deliveries(NOW, 10) == [(delivery("new"), alert())]


def test_only_pending_deliveries_whose_time_has_come_are_due(store: Store) -> None:
    store.keep_alert(alert(), [delivery(str(n), due=later(minutes=n)) for n in range(4)])
    store.keep_deliveries([delivery("0", state=DeliveryState.DEAD, attempts=9, error="refused")])
    assert [due.target.recipient for due, _ in store.due_deliveries(later(minutes=2), 10)] == ["1", "2"]
    assert [due.target.recipient for due, _ in store.due_deliveries(later(minutes=2), 1)] == ["1"]
    assert store.pending() == 3


def test_the_backlog_of_one_channel_hides_no_other(store: Store) -> None:
    store.keep_alert(alert(), [delivery(str(n), channel="dead") for n in range(20)])
    store.keep_alert(alert("a2"), [delivery(alert_id="a2", due=later(seconds=1))])
    assert [due.id for due, _ in store.due_deliveries(later(seconds=1), 5, "desk")] == ["a2/desk/desk@example.org"]
    assert store.due_deliveries(later(seconds=1), 5, "none") == []


def test_a_retried_delivery_waits_until_its_new_time(store: Store) -> None:
    store.keep_alert(alert(), [delivery()])
    failed = delivery(attempts=1, first_tried=NOW, due=later(minutes=1), error="timed out", digest=True, message="m")
    store.keep_deliveries([failed])
    assert store.due_deliveries(NOW, 10) == []
    assert [due for due, _ in store.due_deliveries(later(minutes=1), 10)] == [failed]


def test_what_was_to_go_out_at_once_goes_now_when_the_clock_is_set_back(store: Store) -> None:
    """`hasten`: what was planned by a clock that was ahead; what was tried, or held on purpose, stays as planned."""
    ahead, now = later(hours=1), NOW
    store.keep_alert(alert(at=ahead), [delivery("at once", due=ahead), delivery("held", due=later(hours=9))])
    tried = delivery("tried", "a2", due=later(hours=2), attempts=1, first_tried=ahead)
    store.keep_alert(alert("a2", at=ahead), [replace(tried, attempts=0, first_tried=None)])
    store.keep_deliveries([tried])
    store.hasten(now)
    assert [found.target.recipient for found, _ in store.due_deliveries(now, 10)] == ["at once"]


def test_a_dead_delivery_can_be_tried_again_from_the_start(store: Store) -> None:
    store.keep_alert(alert(), [delivery()])
    assert not store.retry(delivery().id, NOW), "it is not dead"
    store.keep_deliveries([delivery(state=DeliveryState.DEAD, attempts=9, first_tried=NOW, settled=NOW, error="550")])
    assert store.retry(delivery().id, later(days=5))
    assert [due for due, _ in store.due_deliveries(later(days=5), 1)] == [delivery(due=later(days=5), error="550")]
    assert not store.retry("none", NOW)


def test_an_alert_about_the_service_itself(store: Store) -> None:
    plain = alert(claim=None, event=None, statement=None, item=None, before=None, after=None, detail="three days")
    store.keep_alert(plain, [delivery()])
    assert store.alert("a1") == plain


# -- transactions


def fail() -> None:
    raise RuntimeError


def test_a_transaction_is_kept_whole_or_not_at_all(store: Store) -> None:
    keep(store, item())

    def fail_halfway() -> None:
        with store.transaction():
            store.keep_event(event())
            store.keep_alert(alert(), [delivery()])
            store.mark_judged(item(), NOW)
            fail()

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert store.events_of("call") == []
    assert store.pending() == 0
    assert store.unjudged(10) == [item()]


def test_reads_inside_a_transaction_see_what_it_wrote(store: Store) -> None:
    with store.transaction(), store.transaction():
        store.keep_event(event())
        assert store.events_of("call") == [event()]
    assert store.events_of("call") == [event()]


def test_whoever_catches_an_error_of_a_part_does_not_commit_the_rest(store: Store) -> None:
    def swallow() -> None:
        with store.transaction():
            store.keep_event(event())
            with suppress(RuntimeError), store.transaction():
                fail()

    with pytest.raises(StoreError):
        swallow()
    assert store.events_of("call") == []
    store.keep_event(event())
    assert store.events_of("call") == [event()]


def test_two_threads_that_meet_copies_make_one_event_and_one_delivery(store: Store) -> None:
    start = threading.Barrier(4)

    def rule(copy: int) -> None:
        start.wait()
        with store.transaction():
            known = store.events_of("call")
            tellings = (*(known[0].tellings if known else ()), telling(f"i{copy}", copy=bool(known)))
            store.keep_event(event(tellings=tellings))
            if not known:
                store.keep_alert(alert(f"a{copy}"), [delivery(alert_id=f"a{copy}")])

    threads = [threading.Thread(target=rule, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (found,) = store.events_of("call")
    assert sorted(each.item for each in found.tellings) == ["i0", "i1", "i2", "i3"]
    assert [each.copy for each in found.tellings] == [False, True, True, True]
    assert store.pending() == 1


def test_threads_share_a_store(store: Store) -> None:
    faults: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for n in range(20):
                keep(store, item(f"{number}-{n}"))
                store.known(URL)
                assert len(list(store.list_items(5))) >= 1
        except BaseException as fault:  # noqa: BLE001 - told to the test's own thread
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(store.known(URL).newest) == 80


# -- lists


def test_items_are_listed_newest_first_with_what_they_say(store: Store) -> None:
    store.sync(replace(watch(), feeds=(Feed(url=URL, publisher="The Paper"),)), NOW)
    keep(store, item(), item("i2", seen=later(minutes=1), published=later(minutes=-5), publisher="Agency"))
    store.keep_assessments(item(), [assessment()], "rules 1", NOW)
    store.mark_judged(item(), NOW)
    newer, older = store.list_items()
    assert older == {
        "id": "i1",
        "feed": URL,
        "title": "Title of i1",
        "link": "https://news.example.org/i1",
        "published": None,
        "seen": "2024-11-07T12:00:00Z",
        "publisher": "The Paper",
        "language": None,
        "version": 1,
        "judged": True,
        "claims": {"call": "denies"},
    }
    assert newer["id"] == "i2"
    assert newer["published"] == "2024-11-07T11:55:00Z"
    assert newer["publisher"] == "Agency"
    assert newer["claims"] == {}


def test_events_are_listed_with_their_counts(store: Store) -> None:
    tellings = (telling(), telling("i2", publisher="Agency", copy=True))
    store.keep_event(event(tellings=tellings, more=3, more_copies=2, more_publishers=("Radio",)))
    store.keep_event(event("e2", first_seen=later(hours=1), party="", party_name=None))
    newer, older = store.list_events()
    assert [newer["id"], newer["party"]] == ["e2", None]
    shown = ("id", "claim", "stance", "party", "speaker", "first_seen", "last_seen", "publishers", "tellings", "items")
    assert [older[key] for key in shown] == [
        *("e1", "call", "denies", "Kremlin", "Dmitri Peskow", "2024-11-07T12:00:00Z", "2024-11-07T12:00:00Z"),
        *(["The Paper", "Agency", "Radio"], 2, 5),
    ]


def test_claims_are_listed_last_changed_first(store: Store) -> None:
    store.sync(watch(claims=(CLAIM, Claim(id="other", statement="Else"))), NOW)
    store.keep_status("call", ClaimStatus.DENIED, later(hours=1))
    store.keep_event(event())
    rows = list(store.list_claims())
    assert [row["id"] for row in rows] == ["call", "other"]
    assert rows[0] == {
        "id": "call",
        "statement": "They spoke by telephone",
        "status": "denied",
        "events": 1,
        "items": 0,
        "first_seen": "2024-11-07T12:00:00Z",
        "changed": "2024-11-07T13:00:00Z",
    }


def test_feeds_are_listed_with_their_state_and_items_a_day(store: Store) -> None:
    store.sync(watch(), NOW)
    seen = [0, 0, 1, 13, 14]
    keep(store, *(item(f"i{n}", seen=later(days=-days)) for n, days in enumerate(seen)))
    store.keep_polls([Poll(state=state(outcome=Outcome.ITEMS, last_read=NOW, title="News"))])
    (row,) = store.list_feeds(now=NOW)
    assert row["days"] == [1, *[0] * (DAYS - 3), 1, 2]
    assert (row["url"], row["publisher"], row["outcome"], row["items"]) == (URL, "News", "items", 5)
    assert (row["last_read"], row["next_due"]) == ("2024-11-07T12:00:00Z", "2024-11-07T12:10:00Z")
    (tomorrow,) = store.list_feeds(now=later(days=1))
    assert tomorrow["days"] == [*[0] * (DAYS - 3), 1, 2, 0]
    assert list(store.list_feeds()) == [row]


def test_deliveries_are_listed_with_their_alert(store: Store) -> None:
    store.keep_alert(alert(), [delivery()])
    store.keep_alert(alert("a2", claim=None), [delivery(alert_id="a2", error="timed out", attempts=2)])
    newer, older = store.list_deliveries()
    assert (newer["alert"], newer["claim"], newer["error"], newer["attempts"]) == ("a2", None, "timed out", 2)
    shown = ("id", "alert", "channel", "recipient", "state", "due", "attempts", "error", "title", "claim")
    assert [older[key] for key in shown] == [
        *("a1/desk/desk@example.org", "a1", "desk", "desk@example.org", "pending", "2024-11-07T12:00:00Z", 0, None),
        *("Kremlin denies the call", "call"),
    ]


def test_every_list_holds_all_rows_in_order_unless_limited(store: Store) -> None:
    total = 1101  # more than two pages, the last one not full
    store.sync(watch(*(f"https://{n}.example.org" for n in range(total))), NOW)
    keep(store, *(item(f"i{n}", seen=later(seconds=n // 7)) for n in range(total)))
    with store.transaction():
        for n in range(total):
            store.keep_event(event(f"e{n}", first_seen=later(seconds=n // 7)))
            store.keep_alert(alert(f"a{n}", event=None, item=None), [delivery(alert_id=f"a{n}")])
    lists = {
        "items": (store.list_items, "id", "i{}"),
        "events": (store.list_events, "id", "e{}"),
        "feeds": (store.list_feeds, "url", "https://{}.example.org"),
        "deliveries": (store.list_deliveries, "alert", "a{}"),
    }
    for name, (rows, key, pattern) in lists.items():
        expected = [pattern.format(n) for n in reversed(range(total))]
        assert [row[key] for row in rows()] == expected, name
        assert [row[key] for row in rows(700)] == expected[:700], name
        assert list(rows(0)) == [], name
    json.dumps(list(store.list_items(3)))


def test_rows_that_arrive_while_a_list_is_read_disturb_nothing(store: Store) -> None:
    keep(store, *(item(f"i{n}", seen=later(seconds=n)) for n in range(1000)))
    rows = store.list_items()
    first = next(rows)
    keep(store, item("late", seen=later(days=1)))
    assert [row["id"] for row in (first, *rows)] == [f"i{n}" for n in reversed(range(1000))]
