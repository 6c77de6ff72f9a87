from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.alert import Alert
from monitor.model.story import Reason
from monitor.notify.excerpt import excerpt
from monitor.notify.sample import sample_alert

CASES = json.loads((Path(__file__).parents[2] / "cases/notify/excerpts.json").read_text())


def alert(text: str, start: int, end: int) -> Alert:
    made = sample_alert(datetime(2024, 11, 11, tzinfo=UTC), Reason.FIRST_DENIAL)
    assert made.statement is not None
    assert made.item is not None
    words = replace(made.statement.evidence, text=text[start:end], start=start, end=end)
    return replace(made, statement=replace(made.statement, evidence=words), item=replace(made.item, content=text))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_evidence_stands_between_its_neighbours(case: dict[str, str]) -> None:
    start = case["text"].index(case["evidence"])
    found = excerpt(alert(case["text"], start, start + len(case["evidence"])))
    assert found is not None
    assert (found.before, found.evidence, found.after) == (case["before"], case["evidence"], case["after"])


def test_evidence_that_the_item_does_not_hold_stands_alone() -> None:
    made = alert("He denied it. Then rain.", 0, 13)
    assert made.item is not None
    found = excerpt(replace(made, item=replace(made.item, content="Edited since.")))
    assert found is not None
    assert (found.before, found.evidence, found.after) == ("", "He denied it.", "")


def test_an_alert_about_the_service_has_no_words() -> None:
    now = datetime(2024, 11, 11, tzinfo=UTC)
    assert excerpt(Alert(id="s", reason=Reason.FEED_FAILING, at=now, title="x")) is None


@given(st.text(alphabet="ab .!?\n“。", max_size=300), st.data())
def test_any_cut_reads_on(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = excerpt(alert(text, start, end))
    assert found is not None
    whole = " ".join(f"{found.before}{found.evidence}{found.after}".split())
    assert whole.replace(" ", "") in "".join(text.split())
