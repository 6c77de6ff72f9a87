from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from monitor.model.alert import Alert, Delivery
from monitor.model.route import QuietHours, Route, Silence
from monitor.model.story import Reason
from monitor.model.verdict import Role, Stance
from monitor.notify.route import plans, refusal, route
from monitor.notify.sample import sample_alert

NOON = datetime(2024, 11, 11, 12, tzinfo=UTC)
MIDNIGHT = datetime(2024, 11, 11, 23, tzinfo=UTC)  # 00:00 in Berlin
MORNING = datetime(2024, 11, 12, 5, 30, tzinfo=UTC)  # 06:30 in Berlin
NIGHT = QuietHours(start=time(22), end=time(6, 30), zone="Europe/Berlin")
RECIPIENTS = {"desk": ("a@example.org", "b@example.org"), "newsroom": ("newsroom",), "screen": ("screen",)}
KINDS = {"desk": "email", "newsroom": "webhook", "screen": "console"}


def alert(reason: Reason = Reason.FIRST_DENIAL, confidence: float = 0.93, at: datetime = NOON) -> Alert:
    made = sample_alert(at, reason)
    assert made.event is not None
    return replace(made, id=f"a-{reason}", event=replace(made.event, confidence=confidence))


def service(reason: Reason = Reason.FEED_FAILING) -> Alert:
    return Alert(id="s", reason=reason, at=NOON, title="A feed cannot be read")


def sent(made: Alert, *routes: Route, now: datetime = NOON) -> list[Delivery]:
    return route(made, routes, RECIPIENTS, KINDS, now)


def test_one_delivery_for_each_recipient() -> None:
    found = sent(alert(), Route(channels=("desk", "newsroom")))
    assert [(each.target.channel, each.target.recipient) for each in found] == [
        ("desk", "a@example.org"),
        ("desk", "b@example.org"),
        ("newsroom", "newsroom"),
    ]
    assert len({each.id for each in found}) == 3
    assert {each.message for each in found} == {"a-first-denial"}
    assert {each.due for each in found} == {NOON}


def test_the_same_alert_routed_again_later_has_the_same_ids() -> None:
    first, later = alert(confidence=0.61), alert(confidence=0.97)
    wanted = Route(channels=("desk",))
    assert [d.id for d in sent(first, wanted)] == [d.id for d in sent(later, wanted, now=NOON + timedelta(hours=3))]


def test_two_routes_to_one_recipient_make_one_delivery_and_the_soonest_wins() -> None:
    found = sent(alert(), Route(channels=("newsroom",), digest=time(8)), Route(channels=("newsroom",)))
    assert [each.due for each in found] == [NOON]
    found = sent(alert(), Route(channels=("desk",)), Route(channels=("desk",), digest=time(8)))
    assert {(each.due, each.digest) for each in found} == {(NOON, False)}


@pytest.mark.parametrize(
    ("made", "wanted", "expected"),
    [
        (alert(), {}, None),
        (alert(confidence=0.59), {}, "min_confidence"),
        (alert(confidence=0.6), {}, None),
        (alert(), {"stances": (Stance.CONFIRMS,)}, "stances"),
        (alert(Reason.REVERSED), {"stances": (Stance.CONFIRMS,)}, None),
        (alert(), {"roles": (Role.AUTHORITY,)}, "roles"),
        (alert(), {"roles": (Role.AUTHORITY, Role.PARTY)}, None),
        (alert(), {"claims": ("sample-larnwick-mayor",)}, None),
        (alert(), {"claims": ("sample",)}, "claims"),
        (alert(), {"claims": ("tag:sample",)}, None),
        (alert(), {"claims": ("tag:other", "other")}, "claims"),
        (alert(Reason.CORROBORATED), {}, "reasons"),
        (alert(Reason.CORROBORATED), {"reasons": (Reason.CORROBORATED,)}, None),
        (alert(), {"reasons": (Reason.CORROBORATED,)}, "reasons"),
        (service(), {}, None),
        (service(), {"claims": ("tag:sample",)}, "claims"),
        (service(), {"min_confidence": 1.0, "stances": ()}, None),
    ],
)
def test_a_route_names_the_first_condition_that_is_not_met(
    made: Alert, wanted: dict[str, object], expected: str | None
) -> None:
    assert refusal(made, Route(channels=("desk",), **wanted)) == expected  # type: ignore[arg-type]
    assert bool(sent(made, Route(channels=("desk",), **wanted))) is (expected is None)  # type: ignore[arg-type]


def test_quiet_hours_hold_and_fold() -> None:
    wanted = Route(channels=("desk", "newsroom"), quiet_hours=NIGHT)
    first = sent(alert(), wanted, now=MIDNIGHT)
    second = sent(alert(Reason.SECOND_PARTY), wanted, now=MIDNIGHT + timedelta(hours=2))
    assert {each.due for each in (*first, *second)} == {MORNING}
    assert not any(each.digest for each in first)
    by_target = {each.target: each.message for each in first}
    for each in second:
        folded = each.target.channel == "desk"  # machines get each alert on its own, held
        assert (each.message == by_target[each.target]) is folded
        assert (each.message == each.alert) is not folded
    assert len({each.message for each in first}) == 3


def test_a_reversal_breaks_through_quiet_hours() -> None:
    found = sent(alert(Reason.REVERSED), Route(channels=("desk",), quiet_hours=NIGHT), now=MIDNIGHT)
    assert {(each.due, each.message) for each in found} == {(MIDNIGHT, "a-reversed")}


def test_a_digest_replaces_the_immediate_message_by_the_clock_of_the_quiet_hours() -> None:
    found = sent(alert(), Route(channels=("desk",), quiet_hours=NIGHT, digest=time(8)))
    assert {(each.due, each.digest) for each in found} == {(datetime(2024, 11, 12, 7, tzinfo=UTC), True)}
    found = sent(alert(), Route(channels=("desk",), digest=time(8), digest_zone="America/New_York"))
    assert {each.due for each in found} == {datetime(2024, 11, 11, 13, tzinfo=UTC)}


def test_a_digest_inside_quiet_hours_waits_for_their_end() -> None:
    found = sent(alert(), Route(channels=("desk",), quiet_hours=NIGHT, digest=time(5)))
    assert {(each.due, each.digest) for each in found} == {(MORNING, True)}


def test_folds_of_different_mornings_are_different_messages() -> None:
    wanted = Route(channels=("desk",), quiet_hours=NIGHT)
    first, second = (sent(alert(), wanted, now=MIDNIGHT + timedelta(days=days)) for days in (0, 1))
    assert {each.message for each in first}.isdisjoint(each.message for each in second)


def test_a_silence_holds_even_reversals_and_folds_at_its_end() -> None:
    end = NOON + timedelta(hours=3)
    silences = (
        Silence(claims=("tag:sample",), until=end, author="Ada"),
        Silence(claims=("*",), until=NOON + timedelta(hours=1), author="Ben"),
        Silence(claims=("other",), until=NOON + timedelta(days=9), author="Ben"),
        Silence(claims=("*",), until=NOON - timedelta(hours=1), author="over"),
    )
    wanted = Route(channels=("desk",))
    found = [
        delivery
        for made in (alert(), alert(Reason.REVERSED))
        for delivery in route(made, [wanted], RECIPIENTS, KINDS, NOON, silences)
    ]
    assert {each.due for each in found} == {end}
    assert len({each.message for each in found}) == 2  # one a recipient
    assert [plan.held_by for plan in plans(alert(), [wanted], NOON, silences)] == ["silence"]


def test_a_silence_that_ends_in_quiet_hours_or_before_a_digest_waits_on() -> None:
    silence = Silence(claims=("*",), until=MIDNIGHT, author="Ada")
    quiet, daily = Route(channels=("desk",), quiet_hours=NIGHT), Route(channels=("desk",), digest=time(8))
    dues = [plan.due for plan in plans(alert(), [quiet, daily], NOON, [silence])]
    assert dues == [MORNING, datetime(2024, 11, 12, 8, tzinfo=UTC)]


def test_a_group_wait_gathers_what_arises_together_but_no_reversal() -> None:
    wanted = Route(channels=("desk",), group_wait=timedelta(minutes=5))
    first = sent(alert(), wanted, now=NOON + timedelta(minutes=1))
    second = sent(alert(Reason.SECOND_PARTY), wanted, now=NOON + timedelta(minutes=4))
    later = sent(alert(), wanted, now=NOON + timedelta(minutes=6))
    assert {each.due for each in (*first, *second)} == {NOON + timedelta(minutes=5)}
    assert {each.message for each in first} == {each.message for each in second}
    assert {each.message for each in first}.isdisjoint(each.message for each in later)
    assert {each.due for each in sent(alert(Reason.REVERSED), wanted)} == {NOON}


def test_a_channel_nobody_reads_makes_nothing() -> None:
    assert route(alert(), [Route(channels=("gone",))], RECIPIENTS, KINDS, NOON) == []


def test_plans_say_of_every_route_what_it_does() -> None:
    routes = (Route(channels=("desk",), claims=("x",)), Route(channels=("desk",), quiet_hours=NIGHT))
    refused, held = plans(alert(), routes, MIDNIGHT)
    assert (refused.refusal, refused.due) == ("claims", None)
    assert (held.refusal, held.due, held.held_by) == (None, MORNING, "quiet_hours")
