"""What every store must do with questions to a second reader, and with alerts that are said otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.model.alert import Alert, Second, SecondState
from monitor.model.opinion import Opinion, Outcome, Query, QueryState, Usage, Why
from monitor.model.story import Reason
from monitor.model.verdict import Relation
from monitor.store.port import Store
from tests.contract.store_values import NOW, alert, assessment, delivery, event, item, keep, later, statement, watch
from tests.contract.test_store import FACTORIES

SAID = Opinion(by="second", statements=(statement(),), scores={"denies": 0.9}, usage=Usage(seconds=1.5, cost=0.25))


@pytest.fixture(params=FACTORIES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = FACTORIES[request.param](tmp_path)
    made.sync(watch(), NOW)
    yield made
    made.close()


def query(id_: str = "q1", **changes: Any) -> Query:
    about = {"id": id_, "item": "i1", "version": 1, "claim": "call", "assessment": assessment()}
    return Query(**{**about, "why": Why.SILENT, "doubt": 0.4, "made": NOW, "due": NOW, **changes})


def test_a_question_comes_back_as_it_was_kept(store: Store) -> None:
    full = query(
        alerts=("a1",), language="de", related=False, state=QueryState.ANSWERED, attempts=2, asked=NOW,
        settled=later(seconds=2), key="k", opinion=SAID, outcome=Outcome.RAISED, contested=True, review=True,
        error="slow",
    )  # fmt: skip
    for kept in (query(), full):
        store.keep_query(kept)
        assert store.query("q1") == kept
    assert store.queries_of("i1") == [full]
    assert store.query("q2") is None


def test_questions_about_alerts_come_first_then_the_most_doubtful(store: Store) -> None:
    store.keep_query(query("sure", doubt=0.2))
    store.keep_query(query("doubtful", doubt=0.8))
    store.keep_query(query("alert", doubt=0.1, why=Why.ALERT))
    store.keep_query(query("later", due=later(minutes=1)))
    store.keep_query(query("done", state=QueryState.ANSWERED))
    assert [q.id for q in store.due_queries(NOW, 9)] == ["alert", "doubtful", "sure"]
    assert [q.id for q in store.due_queries(NOW, 1)] == ["alert"]


def test_an_answer_is_known_by_what_it_depends_on(store: Store) -> None:
    store.keep_query(query("waiting", key="k"))
    assert store.opinion_at("k") is None
    store.keep_query(query("answered", key="k", state=QueryState.ANSWERED, opinion=SAID))
    assert store.opinion_at("k") == SAID
    assert store.opinion_at("other") is None


def test_every_try_counts_against_the_budget(store: Store) -> None:
    store.keep_query(query("twice", asked=NOW, attempts=2))
    store.keep_query(query("known", state=QueryState.ANSWERED, opinion=SAID))
    assert store.questions_asked(later(seconds=-1)) == 2
    assert store.questions_asked(NOW) == 0


def test_questions_that_waited_too_long_are_asked_no_more(store: Store) -> None:
    store.keep_query(query("old", made=later(days=-2)))
    store.keep_query(query("new"))
    assert store.miss_queries(later(days=-1)) == 1
    assert [q.id for q in store.due_queries(NOW, 9)] == ["new"]


def test_what_was_asked_agreed_overturned_and_spent_is_counted(store: Store) -> None:
    assert store.count_opinions()["asked"] == 0
    settled = {"state": QueryState.ANSWERED, "opinion": SAID, "asked": NOW}
    store.keep_query(query("a", outcome=Outcome.AGREED, **settled))
    store.keep_query(query("b", outcome=Outcome.LOWERED, contested=True, review=True, **settled))
    store.keep_query(query("c", outcome=Outcome.AGREED, **{**settled, "asked": None}))
    store.keep_query(query("d"))
    store.keep_query(query("e", state=QueryState.FAILED))
    assert store.count_opinions() == {
        "asked": 2, "answered": 3, "waiting": 1, "unanswered": 1, "agreed": 2, "overturned": 1, "contested": 1,
        "void": 0, "reviews": 1, "seconds": 3.0, "cost": 0.5,
    }  # fmt: skip


def test_the_list_shows_both_readings_newest_first(store: Store) -> None:
    keep(store, item())
    store.keep_query(query("old"))
    store.keep_query(query("new", made=later(minutes=1), review=True, state=QueryState.ANSWERED, opinion=SAID))
    rows = list(store.list_opinions())
    assert [(row["id"], row["built_in"], row["second"], row["title"]) for row in rows] == [
        ("new", "denies", "denies", "Title of i1"),
        ("old", "denies", None, "Title of i1"),
    ]
    assert [row["id"] for row in store.list_opinions(review=True)] == ["new"]
    assert len(list(store.list_opinions(1))) == 1


def told(store: Store) -> list[tuple[str, Alert]]:
    return [(d.target.recipient, a) for d, a in store.due_deliveries(later(days=1), 9)]


def test_an_alert_is_said_otherwise_while_nobody_was_told(store: Store) -> None:
    store.keep_event(event())
    store.keep_alert(alert(), [delivery(), delivery("other@example.org")])
    second = Second(by="second", state=SecondState.DISAGREES, built_in=Relation.DENIES, relation=Relation.REPORTS)
    review = replace(alert(), reason=Reason.REVIEW, title="To review", second=second)
    assert store.amend_alert(review, [delivery("third@example.org")])
    assert told(store) == [("third@example.org", review)]
    assert store.alert("a1") == review


def test_an_alert_of_which_one_message_was_tried_stays_as_it_is(store: Store) -> None:
    store.keep_alert(alert(), [delivery()])
    store.keep_deliveries([replace(delivery(), first_tried=NOW)])
    assert not store.amend_alert(replace(alert(), title="otherwise"), [])
    assert [a.title for _, a in told(store)] == [alert().title]
    assert not store.amend_alert(alert("unknown"), [])
