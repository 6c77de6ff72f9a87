"""A second reader in the service: hand-made readers over a real store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.engine.local import LocalEngine
from monitor.errors import OpinionError
from monitor.model.alert import SecondState
from monitor.model.opinion import Opinion, Outcome, Query, QueryState, Question, SecondOpinion, Usage, Why
from monitor.model.route import Route
from monitor.model.source import FeedState, Item
from monitor.model.story import ClaimStatus, Reason
from monitor.model.verdict import Assessment, Basis, Evidence, Relation, Role, Stance, Statement
from monitor.pipeline.rule import Desk, Ruler
from monitor.pipeline.second import Asking, SecondReader
from monitor.pipeline.second_ask import Asker
from monitor.pipeline.second_see import Seer
from monitor.pipeline.second_settle import Settler
from monitor.stance.doubt import Sight
from monitor.store.port import Poll
from monitor.store.sqlite import SqliteStore
from tests.support.values import CALL, NOW, item, reports, says

OPTIONS = SecondOpinion(kind="llm", model="second", low=0.0, high=1.0, match=0.0, timeout=timedelta(seconds=20))
DESK = Desk(routes=(Route(channels=("desk",)),), recipients={"desk": ("a@x",)}, kinds={"desk": "email"})


def statement(stance: Stance, sure: float = 0.97) -> Statement:
    return Statement(
        stance=stance,
        basis=Basis.SAID,
        evidence=Evidence(text="denies call", field="title", start=8, end=19),
        confidence=sure,
        party="Kremlin",
        role=Role.PARTY,
    )


def reads(*stances: Stance, **more: Any) -> Opinion:
    return Opinion(by="second", statements=tuple(map(statement, stances)), usage=Usage(seconds=2.0, cost=0.5), **more)


class Reader:
    """Answers with what it holds, in turn; the last answer stays."""

    name = identity = "second"

    def __init__(self, *answers: Opinion | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[Question] = []
        self.wait: asyncio.Event | None = None

    async def ask(self, question: Question) -> Opinion:
        self.asked.append(question)
        if self.wait:
            await self.wait.wait()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def close(self) -> None: ...


class House:
    """A store, a desk and a second reader, under a clock set by hand."""

    def __init__(self, store: SqliteStore, engine: LocalEngine, reader: Reader, **options: Any) -> None:
        self.store, self.now, self.reader, self.told = store, NOW, reader, 0
        self.second = SecondReader(options=replace(OPTIONS, **options), advisor=reader, seer=Seer([CALL]))
        self.asker = Asker(
            self.second,
            store=store,
            engine=engine,
            clock=lambda: self.now,
            settler=self.settler,
            claims=lambda: {CALL.id: CALL},
            settled=self._settled,
        )

    def _settled(self) -> None:
        self.told += 1

    def settler(self) -> Settler:
        return Settler(
            claims={CALL.id: CALL}, desk=DESK, options=self.second.options, rules="r", now=self.now, store=self.store
        )

    def rule(self, made: Item, found: Assessment, *, related: bool = True, ready: bool = True) -> None:
        self.store.keep_polls([Poll(state=FeedState(url=made.feed, next_due=NOW), items=(made,))])
        sight = Sight(assessment=found, related=related, likely={Stance.CONFIRMS: 0.3, Stance.DENIES: 0.45})
        asking = Asking(self.second, [(made, [sight])], self.store, self.now, ready=ready)
        Ruler({CALL.id: CALL}, DESK, "r", self.now, self.store, second=asking).rule_items(
            [(made, [found] if related else [])]
        )

    async def rest(self) -> None:
        """Until nothing is under way."""
        while await self.asker.look():  # noqa: ASYNC110 - the asker's own state
            await asyncio.sleep(0)

    async def answered(self) -> Query:
        await self.rest()
        (query,) = self.store.queries_of("one")
        return query

    def due(self, seconds: float = 0) -> list[Reason]:
        return [alert.reason for _, alert in self.store.due_deliveries(self.now + timedelta(seconds=seconds), 10)]

    def alert(self) -> Any:
        (row,) = self.store.list_deliveries()
        return self.store.alert(self.store._one("SELECT id FROM alerts")[0]) if row else None


@pytest.fixture(autouse=True)
def _weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is fitted next: every pair is worth a question, and the second reader outweighs the built-in reading."""
    held = {"band": {"least": 0.0}, "combine": {"bias": 0.0, "built_in": 1.0, "second": 1.5}, "doubt": {}}
    monkeypatch.setattr("monitor.stance.second.fitted", lambda: held)


House_ = Callable[..., House]


@pytest.fixture
def house(store: SqliteStore, engine: LocalEngine) -> House_:
    return lambda reader, **options: House(store, engine, reader, **options)


async def test_an_alert_waits_for_the_answer_and_goes_out_at_once_when_it_agrees(house: House_) -> None:
    made = house(Reader(reads(Stance.DENIES)))
    made.rule(item("one"), says("one"))
    assert made.due() == []
    query = await made.answered()
    assert (query.why, query.outcome, query.contested) == (Why.ALERT, Outcome.AGREED, False)
    assert made.due() == [Reason.FIRST_DENIAL]
    assert made.alert().second.state is SecondState.AGREES
    assert made.told


async def test_an_alert_goes_out_on_time_marked_as_pending_whatever_happens(house: House_) -> None:
    made = house(Reader(OpinionError("the model is gone", lasting=True)))
    made.rule(item("one"), says("one"))
    query = await made.answered()
    assert (query.state, query.error) == (QueryState.WAITING, "the model is gone")
    assert made.due(19) == []
    assert made.due(20) == [Reason.FIRST_DENIAL]
    assert made.alert().second.state is SecondState.PENDING


async def test_nothing_is_held_for_a_reader_that_is_known_not_to_answer_or_beyond_the_budget(house: House_) -> None:
    made = house(Reader(reads()))
    made.rule(item("one"), says("one"), ready=False)
    assert made.due() == [Reason.FIRST_DENIAL]
    poor = house(Reader(reads()), per_hour=1)
    poor.store.keep_query(replace(poor.store.queries_of("one")[0], id="other", asked=NOW, attempts=1))
    poor.rule(item("two"), says("two", Stance.CONFIRMS, party="White House"))
    assert len(poor.due()) == 2


async def test_an_alert_is_lowered_to_a_review_and_never_lost(house: House_) -> None:
    made = house(Reader(reads()))
    made.rule(item("one"), says("one", confidence=0.65))
    query = await made.answered()
    assert (query.outcome, query.review) == (Outcome.LOWERED, True)
    assert made.due(99) == [], "nobody asked for reviews"
    kept = made.store.alert(query.alerts[0])
    assert kept is not None
    assert (kept.reason, kept.second.state if kept.second else None) == (Reason.REVIEW, SecondState.DISAGREES)
    assert made.store.status_of("call") is ClaimStatus.REPORTED
    assert [row["outcome"] for row in made.store.list_opinions(review=True)] == ["lowered"]


async def test_what_was_lowered_does_not_hide_the_real_answer_that_follows(house: House_) -> None:
    made = house(Reader(reads(), reads(Stance.DENIES)))
    made.rule(item("one"), says("one", confidence=0.65))
    await made.answered()
    made.rule(item("two", minutes=5), says("two"))
    await made.rest()
    assert made.due() == [Reason.FIRST_DENIAL]


async def test_an_alert_that_was_sent_is_amended_once_to_those_who_were_told(house: House_) -> None:
    made = house(Reader(OpinionError("busy"), reads()))
    made.rule(item("one"), says("one", confidence=0.65))
    await made.answered()
    ((delivery, _),) = made.store.due_deliveries(NOW + timedelta(seconds=20), 10)
    made.store.keep_deliveries([replace(delivery, first_tried=NOW, attempts=1, state="sent", settled=NOW)])
    made.now += timedelta(minutes=1)
    query = await made.answered()
    assert query.outcome is Outcome.LOWERED
    ((amending, alert),) = made.store.due_deliveries(made.now, 10)
    assert (alert.reason, amending.target) == (Reason.AMENDED, delivery.target)
    assert alert.title.startswith("In doubt: Kremlin")
    made.settler().settle(query, reads())
    assert len(made.due()) == 1


async def test_a_silent_pair_becomes_a_review(house: House_) -> None:
    made = house(Reader(reads(Stance.DENIES)))
    made.rule(item("one"), reports("one"))
    query = await made.answered()
    assert (query.why, query.outcome, query.review) == (Why.SILENT, Outcome.RAISED, True)
    assert made.due(99) == []
    assert made.store.events_of("call") == []


async def test_a_silent_pair_becomes_an_alert_where_the_config_allows_it_marked_by_whom_it_was_found(
    house: House_,
) -> None:
    made = house(Reader(reads(Stance.DENIES)), may_alert=True)
    made.rule(item("one"), reports("one"), related=False)
    query = await made.answered()
    assert (query.outcome, query.review, query.related) == (Outcome.RAISED, False, False)
    assert made.due() == [Reason.FIRST_DENIAL]
    second = made.alert().second
    assert (second.state, second.built_in, second.relation) == (SecondState.FOUND, Relation.REPORTS, Relation.DENIES)


async def test_a_pair_that_is_not_related_stays_so_where_nothing_is_found(house: House_) -> None:
    made = house(Reader(reads()))
    made.rule(item("one"), reports("one"), related=False)
    await made.answered()
    assert made.store.assessments_of("one") == []


async def test_an_answer_that_is_void_changes_nothing(house: House_) -> None:
    made = house(Reader(Opinion(by="second", void=("the quotation is not in the item",))))
    made.rule(item("one"), says("one"))
    query = await made.answered()
    assert query.outcome is Outcome.VOID
    assert made.due() == [Reason.FIRST_DENIAL]


async def test_the_same_words_are_asked_about_once(house: House_) -> None:
    made = house(Reader(reads(Stance.DENIES)))
    made.rule(item("one", title="Kremlin denies call"), says("one"))
    await made.answered()
    made.rule(item("two", title="Kremlin denies call"), says("two"))
    await made.rest()
    assert len(made.reader.asked) == 1
    assert made.store.count_opinions() | {"waiting": 0} == {
        "asked": 1, "answered": made.store.count_opinions()["answered"], "waiting": 0, "unanswered": 0,
        "agreed": made.store.count_opinions()["agreed"], "overturned": 0, "contested": 0, "void": 0, "reviews": 0,
        "seconds": 2.0, "cost": 0.5,
    }  # fmt: skip


async def test_beyond_the_budget_questions_wait_for_the_next_hour(house: House_) -> None:
    made = house(Reader(reads(Stance.DENIES)), per_hour=1)
    for name in ("one", "two", "three"):
        made.rule(item(name), says(name, confidence=0.6))
    await made.rest()
    assert len(made.reader.asked) == 1
    made.now += timedelta(hours=1, seconds=1)
    await made.rest()
    assert len(made.reader.asked) == 2
    made.now += timedelta(days=2)
    await made.rest()
    assert made.store.count_opinions()["unanswered"] == 1


async def test_questions_survive_a_restart(house: House_, store: SqliteStore) -> None:
    first = house(Reader(reads(Stance.DENIES)))
    first.reader.wait = asyncio.Event()
    first.rule(item("one"), says("one"))
    await first.asker.look()
    await asyncio.sleep(0.01)
    assert len(first.reader.asked) == 1
    await first.asker.close()
    assert first.due() == [Reason.FIRST_DENIAL], "an end is no reason to be late"
    second = house(Reader(reads(Stance.DENIES)))
    assert (await second.answered()).outcome is Outcome.AGREED


async def test_who_asks_for_a_pause_gets_it(house: House_) -> None:
    made = house(Reader(OpinionError("429", retry_after=timedelta(minutes=5)), reads(Stance.DENIES)))
    made.rule(item("one"), says("one"))
    await made.answered()
    assert not made.asker.ready
    made.now += timedelta(minutes=4)
    await made.answered()
    assert len(made.reader.asked) == 1
    made.now += timedelta(minutes=1)
    assert (await made.answered()).state is QueryState.ANSWERED


async def test_a_question_is_given_up_after_a_few_failures(house: House_) -> None:
    made = house(Reader(OpinionError("nonsense")))
    made.rule(item("one"), says("one"))
    for _ in range(9):
        query = await made.answered()
        made.now += timedelta(minutes=10)
    assert (query.state, query.attempts) == (QueryState.FAILED, 4)


async def test_an_item_that_was_edited_meanwhile_is_not_answered_for(house: House_) -> None:
    made = house(Reader(reads()))
    made.rule(item("one"), says("one"))
    edited = replace(item("one"), title="Kremlin confirms call", digest="other")
    made.store.keep_polls([Poll(state=FeedState(url=edited.feed, next_due=NOW), items=(edited,))])
    query = await made.answered()
    assert (query.state, made.reader.asked) == (QueryState.MISSED, [])
    assert made.due(20) == [Reason.FIRST_DENIAL]


def test_what_was_told_before_is_no_news(house: House_) -> None:
    made = house(Reader(reads()))
    made.rule(replace(item("one"), baseline=True), says("one"))
    assert made.store.queries_of("one") == []
