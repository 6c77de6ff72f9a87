"""When a second reader is worth asking, and what two readers say together."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.opinion import Opinion, Outcome, SecondOpinion, Why
from monitor.model.verdict import Assessment, Gate, Relation, Stance
from monitor.stance.doubt import Sight, answers, doubt, features, fitted
from monitor.stance.second import STANDS, band, combine
from tests.support.values import reports, says

OPTIONS = SecondOpinion(kind="llm", model="second", low=0.4, high=0.9, match=0.5)
EVERY = {"bias": 10.0}  # doubts everything
WEIGHTS = {"bias": 0.0, "built_in": 1.0, "second": 1.5}


@pytest.fixture(autouse=True)
def _weights(monkeypatch: pytest.MonkeyPatch) -> None:
    held = {"band": {"least": 0.5}, "combine": WEIGHTS, "doubt": EVERY}
    monkeypatch.setattr("monitor.stance.second.fitted", lambda: held)
    monkeypatch.setattr("monitor.stance.doubt.fitted", lambda: held)


def sight(assessment: Assessment, **more: object) -> Sight:
    return Sight(assessment=assessment, **{"related": True, "language": "en", **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "options", "alerting", "why"),
    [
        (says("a", confidence=0.6), OPTIONS, False, Why.DOUBTFUL),
        (says("a", confidence=0.95), OPTIONS, False, None),
        (says("a", confidence=0.95), OPTIONS, True, Why.ALERT),
        (says("a", confidence=0.95), replace(OPTIONS, before_alert=False), True, None),
        (says("a", confidence=0.3), OPTIONS, False, None),
        (reports("a"), OPTIONS, False, Why.SILENT),
        (replace(reports("a"), match=0.4), OPTIONS, False, None),
        (replace(reports("a"), match=0.4), replace(OPTIONS, match=0.4), False, Why.SILENT),
        (reports("a"), replace(OPTIONS, languages=("de",)), True, None),
        (reports("a"), replace(OPTIONS, languages=("de", "en")), False, Why.SILENT),
        (replace(reports("a"), gates=(Gate(name="since", passed=False, detail="old"),)), OPTIONS, False, None),
    ],
)
def test_what_is_worth_a_question(found: Assessment, options: SecondOpinion, alerting: bool, why: Why | None) -> None:
    asked = band(sight(found), options, alerting=alerting)
    assert (asked.why if asked else None) is why


def test_what_the_built_in_reading_probably_gets_right_is_not_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    held = {"band": {"least": 0.5}, "combine": WEIGHTS, "doubt": {"bias": -10.0}}
    monkeypatch.setattr("monitor.stance.doubt.fitted", lambda: held)
    assert band(sight(says("a", confidence=0.6)), OPTIONS) is None
    assert band(sight(says("a", confidence=0.6)), OPTIONS, alerting=True) is not None


def reads(*found: Assessment, **more: object) -> Opinion:
    return Opinion(by="second", statements=tuple(s for f in found for s in f.statements), **more)  # type: ignore[arg-type]


def test_two_who_agree_are_surer_than_either() -> None:
    joint = combine(says("a", confidence=0.7), reads(says("a", confidence=0.8)))
    assert (joint.outcome, joint.contested) == (Outcome.AGREED, False)
    assert answers(joint.assessment)[Stance.DENIES] > 0.8


def test_an_unsure_answer_falls_to_a_reader_who_sees_none() -> None:
    joint = combine(says("a", confidence=0.6), reads())
    assert (joint.outcome, joint.assessment.relation) == (Outcome.LOWERED, Relation.REPORTS)
    assert joint.assessment.gates[-1] == Gate(
        name="second opinion", passed=False, detail="second: takes no stance", score=None
    )


def test_a_sure_answer_stands_against_a_doubtful_one_and_the_difference_is_kept() -> None:
    unsure = says("a", Stance.CONFIRMS, confidence=0.3)
    joint = combine(says("a", confidence=0.99), reads(unsure, scores={"confirms": 0.51}))
    assert joint.contested
    assert Stance.DENIES in answers(joint.assessment)


def test_an_answer_may_be_turned() -> None:
    joint = combine(says("a", confidence=0.5), reads(says("a", Stance.CONFIRMS, confidence=0.98)))
    assert (joint.outcome, joint.assessment.relation) == (Outcome.TURNED, Relation.CONFIRMS)
    assert [s.stance for s in joint.lowered] == [Stance.DENIES]


def test_what_is_void_says_nothing_not_even_silence() -> None:
    found = says("a", confidence=0.4)
    joint = combine(found, reads(void=("the quotation is not in the item",)))
    assert (joint.outcome, joint.assessment) == (Outcome.VOID, found)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_surer_second_reader_never_makes_an_answer_less_sure(mine: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    joints = [combine(says("a", confidence=mine), reads(says("a", confidence=sure)), WEIGHTS) for sure in (low, high)]
    less, more = (answers(j.assessment).get(Stance.DENIES, 0.0) for j in joints)
    assert less <= more
    assert all(sure == 0 or sure >= STANDS for sure in (less, more))


def test_the_model_in_the_file_knows_every_feature_and_no_other() -> None:
    from monitor.stance import doubt as room

    held = room.tomllib.loads(room.FILE.read_text(encoding="utf-8"))
    assert set(held["doubt"]) == {"bias", *features(sight(reports("a")))}
    assert held["combine"]["second"] > 0 < held["combine"]["built_in"]
    assert 0 < held["band"]["least"] < 1
    assert 0 <= doubt(sight(says("a")), held["doubt"]) <= 1
    assert fitted
