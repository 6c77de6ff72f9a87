from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.engine.local import LocalEngine
from monitor.errors import FeedError, StoreFull
from monitor.feeds.port import PageText
from monitor.feeds.robots import Forbidden, Unready
from monitor.model.claim import Claim, Watch
from monitor.model.page import Page, PageState
from monitor.model.route import Route
from monitor.model.source import Feed, Item, Review
from monitor.model.story import Reason
from monitor.model.verdict import Assessment, Basis, Evidence, Gate, Stance, Statement
from monitor.pipeline.fulltext import ATTEMPTS, HOUR, SLOTS, PageLimits, Pages, Wishes
from monitor.pipeline.fulltext_lines import page_line
from monitor.pipeline.reviews import ReviewingJudge
from monitor.pipeline.rule import Desk, Ruler, Ruling
from monitor.store.port import Poll
from monitor.store.sqlite import SqliteStore
from tests.support.values import CALL, NOW, item, reports, says

FEED = Feed(url="https://outlet.example/rss")
DESK = Desk(
    routes=(Route(channels=("desk",), min_confidence=0.1),), recipients={"desk": ("a@x",)}, kinds={"desk": "email"}
)
DENIAL = (
    "Reports of a telephone call had made headlines all over the world.\n"
    "“There was no conversation. This is pure fiction,” Kremlin spokesman Dmitry Peskov said of the reported call "
    "between Donald Trump and Vladimir Putin.\n"
)
LIMITS = PageLimits()


class FakeReader:
    """Pages that say what `pages` says, or raise it; `hold` keeps them until it is set."""

    def __init__(self) -> None:
        self.pages: dict[str, PageText | Exception] = {}
        self.asked: list[str] = []
        self.hold: asyncio.Event | None = None
        self.closed = False

    async def read(self, url: str, now: datetime) -> PageText:
        self.asked.append(url)
        if self.hold:
            await self.hold.wait()
        answer = self.pages.get(url, PageText(final_url=url, status=200, text=DENIAL))
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def close(self) -> None:
        self.closed = True


class Rig:
    """Pages over a real store, under a clock that is set by hand."""

    def __init__(self, store: SqliteStore, engine: LocalEngine) -> None:
        self.store, self.engine, self.reader = store, engine, FakeReader()
        self.now, self.told, self.limits = NOW, 0, LIMITS
        self.judge = ReviewingJudge([CALL])
        self.pages = self.begin()
        store.sync(Watch(feeds=(FEED,), claims=(CALL,)), NOW)

    def begin(self, limits: PageLimits = LIMITS, patience: timedelta | None = None) -> Pages:
        def told() -> None:
            self.told += 1

        self.limits = limits
        self.pages = Pages(
            reader=self.reader,
            limits=limits,
            store=self.store,
            engine=self.engine,
            clock=lambda: self.now,
            told=told,
            patience=patience,
        )
        return self.pages

    def keep(self, *items: Item) -> None:
        self.store.keep_polls([Poll(state=self.store.states()[FEED.url], items=items)])

    def rule(self) -> list[Ruling]:
        wishes = Wishes({FEED.url: FEED}, self.limits)
        ruler = Ruler({CALL.id: CALL}, DESK, "test", self.now, self.store, wishes)
        return ruler.rule_items([(each, self.judge.judge_item(each)) for each in self.store.unjudged(99)])

    async def read(self) -> None:
        """All that may be asked for at this moment."""
        while await self.pages.look() and self.pages._tasks:
            await asyncio.wait([task for task, _ in self.pages._tasks.values()])
            await asyncio.sleep(0)  # let the callback of its end run

    def state(self, name: str) -> Page:
        page = self.store.page_of(name)
        assert page is not None
        return page


@pytest.fixture
def rig(store: SqliteStore, engine: LocalEngine) -> Rig:
    return Rig(store, engine)


def teaser(name: str = "a", host: str = "outlet.example", **more: Any) -> Item:
    words = {"title": "Did Donald Trump and Vladimir Putin speak by telephone?", "digest": name}
    return item(name, link=f"https://{host}/{name}", **{**words, **more})


# -- what is wanted


def statement(**changes: Any) -> Statement:
    said = {"stance": Stance.CONFIRMS, "basis": Basis.ASSERTED, "confidence": 0.8}
    return Statement(**{**said, "evidence": Evidence(text="x", field="title", start=0, end=1), **changes})


@pytest.mark.parametrize(
    ("found", "changes", "against"),
    [
        ([reports("a")], {}, None),
        ([replace(reports("a"), statements=(statement(),))], {}, None),
        ([says("a")], {}, "its own words answer the claim"),
        ([says("a"), replace(reports("a"), claim="other")], {}, None),
        ([], {}, "it is about no claim"),
        ([reports("a")], {"link": None}, "it links to no page"),
        ([reports("a")], {"published": NOW - timedelta(days=3)}, "older than"),
        ([reports("a")], {"published": None, "seen": NOW - timedelta(days=3)}, "older than"),
        ([reports("a")], {"published": None, "seen": None}, None),
        ([reports("a")], {"feed": "https://other.example/rss"}, None),
        ([reports("a")], {"feed": "https://closed.example/rss"}, "its feed says fulltext = false"),
        ([replace(reports("a"), gates=(Gate(name="since", passed=False, detail=""),))], {}, "its date or its language"),
        ([replace(reports("a"), gates=(Gate(name="weigh", passed=False, detail=""),))], {}, None),
    ],
)
def test_pages_are_wanted_of_items_that_leave_a_claim_open(
    found: list[Assessment], changes: dict[str, Any], against: str | None
) -> None:
    closed = Feed(url="https://closed.example/rss", fulltext=False)
    wishes = Wishes({FEED.url: FEED, closed.url: closed}, LIMITS)
    each = replace(teaser(), **changes)
    told = wishes.against(each, found, NOW)
    assert (told is None) == (against is None)
    assert (against or "") in (told or "")
    assert wishes.wanted(each, found, NOW) == (None if against else 0.9)


async def test_an_answer_on_the_page_is_alerted_once_with_its_words(rig: Rig) -> None:
    rig.keep(teaser())
    (first,) = rig.rule()
    assert (first.related, first.alerts) == (1, ())
    await rig.read()
    assert (rig.reader.asked, rig.told) == (["https://outlet.example/a"], 1)
    (second,) = rig.rule()
    assert [alert.reason for alert in second.alerts] == [Reason.FIRST_DENIAL]
    (alert,) = second.alerts
    assert alert.statement is not None
    assert alert.item is not None
    words = alert.statement.evidence
    assert words.field == "content"
    assert dict(alert.item.fields())["content"][words.start : words.end] == words.text
    assert "pure fiction" in words.text
    rig.now += timedelta(hours=1)
    await rig.read()
    assert (rig.rule(), len(rig.reader.asked)) == ([], 1), "once read is read"


async def test_edits_of_the_teaser_neither_repeat_nor_retract_what_the_page_said(rig: Rig) -> None:
    rig.keep(teaser())
    rig.rule()
    await rig.read()
    rig.rule()
    rig.keep(teaser(title="Did Trump and Putin speak by phone? What we know", digest="edited", version=2))
    rig.keep(teaser())  # and back again
    for ruling in rig.rule():
        assert ruling.alerts == ()
    (event,) = rig.store.events_of("call")
    assert event.retracted is None
    assert [alert.reason for alert in rig.store.alerts_of(event.id)] == [Reason.FIRST_DENIAL]
    assert len(rig.reader.asked) == 1


async def test_a_page_that_reads_otherwise_takes_no_answer_back(rig: Rig) -> None:
    """Asked for because of another claim, its words would turn the answer round; the feed's own words stand."""
    gone = Claim(id="gone", statement="Olaf Scholz has resigned as chancellor")
    rig.store.sync(Watch(feeds=(FEED,), claims=(CALL, gone)), NOW)
    rig.judge = ReviewingJudge([CALL, gone])
    claims = {CALL.id: CALL, gone.id: gone}
    wishes = Wishes({FEED.url: FEED}, LIMITS)
    title = "Kremlin denies phone call between Donald Trump and Vladimir Putin; Scholz resignation debated in Berlin"
    rig.keep(teaser(title=title, summary="Will Olaf Scholz resign as chancellor?"))

    def rule() -> Ruling:
        (each,) = rig.store.unjudged(9)
        ruler = Ruler(claims, DESK, "test", NOW, rig.store, wishes)
        return ruler.rule_items([(each, rig.judge.judge_item(each))])[0]

    assert [(alert.claim and alert.claim.id, alert.reason) for alert in rule().alerts] == [
        ("call", Reason.FIRST_DENIAL)
    ]
    text = "The Kremlin confirmed on Friday that Donald Trump and Vladimir Putin had spoken by telephone. " * 3
    url = "https://outlet.example/a"
    rig.reader.pages[url] = PageText(final_url=url, status=200, text=text)
    await rig.read()
    assert [alert for alert in rule().alerts if alert.claim and alert.claim.id == "call"] == []
    assert [event.retracted for event in rig.store.events_of("call")] == [None]
    rig.keep(teaser(title=f"{title} today", summary="Will he?", digest="edited", version=2))
    assert [alert for alert in rule().alerts if alert.claim and alert.claim.id == "call"] == []
    assert [event.retracted for event in rig.store.events_of("call")] == [None]


async def test_a_feed_that_takes_its_own_answer_back_is_still_a_retraction(rig: Rig) -> None:
    rig.keep(teaser(title="Kremlin denies phone call between Donald Trump and Vladimir Putin"))
    assert [alert.reason for alert in rig.rule()[0].alerts] == [Reason.FIRST_DENIAL]
    rig.keep(teaser(digest="edited", version=2))
    assert [alert.reason for alert in rig.rule()[0].alerts] == [Reason.RETRACTED]
    rig.reader.pages["https://outlet.example/a"] = PageText(final_url="x", status=200, text="Nothing about it at all.")
    await rig.read()
    assert rig.rule()[0].alerts == ()


async def test_what_the_first_fetch_brought_is_told_and_not_alerted(rig: Rig) -> None:
    rig.keep(teaser(baseline=True))
    rig.rule()
    await rig.read()
    (ruling,) = rig.rule()
    assert (ruling.alerts, [alert.reason for alert in ruling.found]) == ((), [Reason.FIRST_DENIAL])


async def test_a_fact_check_on_the_page_is_alerted_as_shown(rig: Rig) -> None:
    review = Review(claim="Donald Trump and Vladimir Putin spoke by telephone", rating="False", author="Fact Desk")
    rig.reader.pages["https://outlet.example/a"] = PageText(final_url="x", status=200, reviews=(review,))
    rig.keep(teaser())
    rig.rule()
    await rig.read()
    (alert,) = rig.rule()[0].alerts
    assert alert.statement is not None
    assert (alert.reason, alert.statement.basis, alert.statement.speaker) == (
        *(Reason.FIRST_DENIAL, Basis.SHOWN),
        "Fact Desk",
    )
    assert alert.title.startswith("Fact Desk denies: Donald Trump")


# -- limits


async def test_a_host_is_asked_one_page_at_a_time_with_a_pause_between(rig: Rig) -> None:
    rig.keep(teaser("a"), teaser("b"), teaser("c", host="other.example"))
    rig.rule()
    await rig.read()
    assert sorted(rig.reader.asked) in (
        ["https://other.example/c", "https://outlet.example/a"],
        ["https://other.example/c", "https://outlet.example/b"],
    )
    rig.now += timedelta(seconds=9)
    await rig.read()
    assert len(rig.reader.asked) == 2
    rig.now += timedelta(seconds=1)
    await rig.read()
    assert len(rig.reader.asked) == 3


async def test_a_longer_pause_that_robots_ask_for_is_kept(rig: Rig) -> None:
    for name in ("a", "b"):
        url = f"https://outlet.example/{name}"
        rig.reader.pages[url] = PageText(final_url=url, status=200, text=DENIAL, delay=60)
    rig.keep(teaser("a"), teaser("b"))
    rig.rule()
    await rig.read()
    rig.now += timedelta(seconds=59)
    await rig.read()
    assert len(rig.reader.asked) == 1
    rig.now += timedelta(seconds=1)
    await rig.read()
    assert len(rig.reader.asked) == 2


async def test_no_more_pages_in_an_hour_than_allowed_restarts_included(rig: Rig) -> None:
    rig.begin(replace(LIMITS, per_hour=3))
    rig.keep(*[teaser(f"i{number}", host=f"host{number}.example") for number in range(6)])
    rig.rule()
    await rig.read()
    assert len(rig.reader.asked) == 3
    rig.now += timedelta(minutes=59)
    rig.begin(replace(LIMITS, per_hour=3))
    await rig.read()
    assert len(rig.reader.asked) == 3
    rig.now += timedelta(minutes=1)
    await rig.read()
    assert len(rig.reader.asked) == 6


async def test_few_pages_are_read_side_by_side(rig: Rig) -> None:
    rig.reader.hold = asyncio.Event()
    rig.keep(*[teaser(f"i{number}", host=f"host{number}.example") for number in range(9)])
    rig.rule()
    await rig.pages.look()
    await rig.pages.look()
    await asyncio.sleep(0)
    assert len(rig.reader.asked) == SLOTS
    rig.reader.hold.set()
    await rig.read()
    assert len(rig.reader.asked) == 9


async def test_what_waited_too_long_is_missed_and_that_is_shown(rig: Rig) -> None:
    rig.keep(teaser())
    rig.rule()
    rig.now += LIMITS.max_age + timedelta(minutes=1)
    await rig.read()
    assert (rig.reader.asked, rig.state("a").state) == ([], PageState.MISSED)


# -- failures


async def test_what_robots_forbid_is_final(rig: Rig) -> None:
    rig.reader.pages["https://outlet.example/a"] = Forbidden("outlet.example")
    rig.keep(teaser())
    rig.rule()
    await rig.read()
    assert (rig.state("a").state, rig.state("a").asked, rig.told) == (PageState.REFUSED, None, 0)
    assert rig.store.pages_asked(NOW - HOUR) == 0


async def test_rules_that_cannot_be_read_cost_no_attempt(rig: Rig) -> None:
    rig.reader.pages["https://outlet.example/a"] = Unready("backoff", "robots.txt: 503", after=timedelta(minutes=30))
    rig.keep(teaser())
    rig.rule()
    for _ in range(ATTEMPTS + 2):
        await rig.read()
        page = rig.state("a")
        assert (page.state, page.attempts, page.due) == (PageState.PENDING, 0, rig.now + timedelta(minutes=30))
        rig.now += timedelta(minutes=30)
    del rig.reader.pages["https://outlet.example/a"]
    await rig.read()
    assert rig.state("a").state is PageState.FETCHED


async def test_failures_that_may_pass_are_tried_again_and_then_given_up(rig: Rig) -> None:
    rig.reader.pages["https://outlet.example/a"] = FeedError("error", "the server answers 502", status=502)
    rig.keep(teaser())
    rig.rule()
    pauses = []
    for _ in range(ATTEMPTS - 1):
        await rig.read()
        pauses.append((rig.state("a").due - rig.now).total_seconds() / 60)
        rig.now = rig.state("a").due
    await rig.read()
    assert pauses == [5, 10, 20]
    assert (rig.state("a").state, rig.state("a").attempts) == (PageState.FAILED, ATTEMPTS)
    assert rig.state("a").error == "the server answers 502"


@pytest.mark.parametrize(
    ("fault", "again"),
    [
        (FeedError("error", "no answer within 20 s"), True),
        (FeedError("backoff", "429", status=429, after=timedelta(hours=2)), True),
        (FeedError("error", "404: not found", status=404), False),
        (FeedError("auth", "403", status=403), False),
        (FeedError("gone", "410", status=410), False),
        (FeedError("refused", "10.0.0.1 is not a public address"), False),
        (FeedError("error", "cannot be parsed: ValueError", status=200), False),
        (RuntimeError("a fault of ours"), False),
    ],
    ids=str,
)
async def test_each_failure_says_whether_to_ask_again(rig: Rig, fault: Exception, again: bool) -> None:
    rig.reader.pages["https://outlet.example/a"] = fault
    rig.keep(teaser())
    rig.rule()
    await rig.read()
    page = rig.state("a")
    assert page.state is (PageState.PENDING if again else PageState.FAILED)
    assert str(fault) in (page.error or "")
    if isinstance(fault, FeedError) and fault.after:
        assert page.due == rig.now + fault.after


async def test_what_the_store_refuses_is_kept_and_not_asked_for_again(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, left = rig.store.keep_page, [1, 2]

    def full(page: Page) -> list[str]:
        if left:
            left.pop()
            raise StoreFull("no space left")
        return kept(page)

    monkeypatch.setattr(rig.store, "keep_page", full)
    rig.begin(patience=timedelta(0))
    rig.keep(teaser())
    rig.rule()
    await rig.read()
    assert (rig.reader.asked, rig.state("a").state) == (["https://outlet.example/a"], PageState.FETCHED)


async def test_what_was_under_way_at_the_end_is_asked_for_again(rig: Rig) -> None:
    rig.reader.hold = asyncio.Event()
    rig.keep(teaser())
    rig.rule()
    await rig.pages.look()
    await asyncio.sleep(0)
    assert rig.pages.uses(rig.reader)
    await rig.pages.close()
    assert not rig.pages.uses(rig.reader)
    rig.reader.hold = None
    rig.begin()
    await rig.read()
    assert [ruling.alerts != () for ruling in rig.rule()] == [True]
    assert len(rig.reader.asked) == 2


async def test_whoever_asks_for_no_pages_gets_none(rig: Rig) -> None:
    rig.keep(teaser())
    rig.rule()
    rig.pages.change(None, LIMITS)
    assert not await rig.pages.look()
    assert rig.reader.asked == []


async def test_draining_waits_for_hosts_but_not_for_hours(rig: Rig) -> None:
    rig.begin(replace(LIMITS, per_hour=2, per_host_delay=timedelta(0)))
    rig.keep(*[teaser(f"i{number}") for number in range(4)])
    rig.rule()
    await asyncio.wait_for(rig.pages.drain(timedelta(seconds=60)), 30)
    assert len(rig.reader.asked) == 2


# -- what people are told


LINES: list[tuple[dict[str, Any], str]] = [
    ({"state": PageState.PENDING}, "to be asked for, not before 2024-11-11T10:00:00Z"),
    ({"state": PageState.PENDING, "error": "502"}, "to be asked for, not before 2024-11-11T10:00:00Z; last time: 502"),
    ({"state": PageState.FETCHED, "text": "x" * 300}, "fetched 2024-11-11T10:00:00Z, 300 characters"),
    ({"state": PageState.REFUSED, "error": "robots.txt of x forbids it"}, "refused by robots.txt: robots.txt of x"),
    ({"state": PageState.FAILED, "attempts": 4, "error": "502"}, "failed after 4 attempts, the last at 2024-11-11"),
    ({"state": PageState.EMPTY, "error": "no text"}, "fetched 2024-11-11T10:00:00Z, and no text found: no text"),
    ({"state": PageState.MISSED}, "not asked for, because more pages were wanted than the limits allow"),
]


@pytest.mark.parametrize(
    ("changes", "told"), LINES, ids=lambda value: value["state"] if isinstance(value, dict) else ""
)
def test_what_became_of_a_page_is_one_line(changes: dict[str, Any], told: str) -> None:
    page = Page(url="https://x.example/a", host="x.example", due=NOW, made=NOW, asked=NOW, **changes)
    assert told in page_line(teaser(page=page.url), page, [reports("a")], None, NOW)


def test_why_no_page_was_asked_for() -> None:
    wishes = Wishes({}, LIMITS)
    assert page_line(teaser(), None, [reports("a")], None, NOW) == "not asked for, because [fulltext] is off"
    assert page_line(teaser(), None, [says("a")], wishes, NOW).endswith("its own words answer the claim")
    assert page_line(teaser(), None, [reports("a")], wishes, NOW).endswith("was off when the item was judged")
