from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from monitor.model.alert import Alert, Delivery, Target
from monitor.model.story import Reason
from monitor.notify.storm import BURST, fold_storm
from tests.support.channels import alert

NOW = datetime(2024, 11, 11, 12, tzinfo=UTC)
DESK, HOOK = Target(channel="desk", recipient="a@b.c"), Target(channel="hook", recipient="hook")
KINDS = {"desk": "email", "hook": "webhook"}


def due(count: int, target: Target = DESK, reason: Reason = Reason.FIRST_DENIAL) -> list[tuple[Delivery, Alert]]:
    made = [alert(number=number, reason=reason) for number in range(count)]
    return [
        (Delivery(id=f"{target.channel}{each.id}", alert=each.id, target=target, message=each.id, due=NOW), each)
        for each in made
    ]


def test_a_burst_is_told_one_by_one() -> None:
    assert fold_storm(due(BURST), {}, KINDS) == []
    assert fold_storm(due(BURST + 1), {}, KINDS) == []  # folding one message saves none


def test_what_comes_on_top_is_one_message() -> None:
    folded = fold_storm(due(200), {}, KINDS)
    assert len(folded) == 200 - BURST
    assert len({each.message for each in folded}) == 1
    assert {each.alert for each in folded}.isdisjoint(f"alert-{number}" for number in range(BURST))


def test_what_was_sent_lately_counts() -> None:
    assert len(fold_storm(due(5), {DESK: BURST}, KINDS)) == 5
    assert fold_storm(due(5), {HOOK: BURST}, KINDS) == []


def test_machines_reversals_and_messages_already_tried_stay_as_they_are() -> None:
    assert fold_storm(due(200, HOOK), {}, KINDS) == []
    assert fold_storm(due(200, reason=Reason.REVERSED), {}, KINDS) == []
    tried = [(replace(delivery, attempts=1), each) for delivery, each in due(200)]
    assert fold_storm(tried, {}, KINDS) == []


def test_the_same_storm_has_the_same_name() -> None:
    assert fold_storm(due(50), {}, KINDS) == fold_storm(due(50), {}, KINDS)
