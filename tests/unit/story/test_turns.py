import random
from collections import Counter

import pytest

from monitor.model.story import ClaimStatus, Reason
from monitor.story.play import Story, play
from monitor.story.status import reported, status_of
from tests.unit.story import stories


@pytest.mark.parametrize("case", stories.table("turns")["cases"], ids=lambda case: case["name"])
def test_the_table_of_turns(case):
    story, reasons, statuses = Story(claims=(stories.CLAIM,)), [], []
    for number, text in enumerate(case["steps"]):
        item, assessments = stories.step(text, number)
        alerts = story.take(item, assessments, item.published)
        reasons.append(" ".join(alert.reason for alert in alerts))
        statuses.append(str(story.status["c"]))
    assert (reasons, statuses) == (case["reasons"], case["status"])


def turns(alerts):
    return Counter((a.claim.id, a.event.stance.value, a.event.party) for a in alerts)


def test_the_story_of_the_call_in_time_order():
    alerts = list(play(stories.told(), stories.claims()))
    want = stories.table("call")
    assert turns(alerts) == {(t["claim"], t["stance"], t["party"]): 1 for t in want["turns"]}
    for claim, reasons in want["in_time"].items():
        assert [a.reason for a in alerts if a.claim.id == claim] == reasons
    assert {a.claim.id: str(a.after) for a in alerts} == want["status"]


def test_the_story_of_the_call_in_200_random_orders():
    """One alert for each turn whatever the order; a headline that names nobody may come before the answer it means."""
    want = {(t["claim"], t["stance"], t["party"]): 1 for t in stories.table("call")["turns"]}
    told, claims = stories.told(), stories.claims()
    for seed in range(200):
        random.Random(seed).shuffle(told)
        story, alerts = Story(claims=claims), []
        for item, assessments in told:
            alerts += story.take(item, assessments, item.published)
        said = turns(a for a in alerts if a.reason is not Reason.CORROBORATED)
        unnamed = said.pop(("call", "denies", ""), 0)
        assert said == want
        assert unnamed <= 1
        assert len({a.id for a in alerts}) == len(alerts)
        assert {claim: str(status) for claim, status in story.status.items()} == stories.table("call")["status"]
        events = [event for known in story.events.values() for event in known.values()]
        assert Counter((e.claim, e.stance.value, e.party) for e in events) == want


def test_the_shown_telling_names_the_person():
    story = Story(claims=stories.claims())
    for item, assessments in stories.told()[:8]:
        story.take(item, assessments, item.published)
    (event,) = story.events["call"].values()
    assert (event.party_name, event.speaker, event.evidence) == ("Kremlin", "Дмитрий Песков", "Разговора не было")
    assert event.tellings[0].item == "c03"
    assert event.told == 7
    assert event.origins == ("Interfax", "AP")
    assert {t.item for t in event.tellings if t.copy} == {"c05"}


def test_reported_ends_unverified_only():
    assert reported(ClaimStatus.UNVERIFIED) is ClaimStatus.REPORTED
    assert reported(ClaimStatus.REVERSED) is ClaimStatus.REVERSED
    assert status_of([], ClaimStatus.UNVERIFIED) is ClaimStatus.UNVERIFIED
    assert status_of([], ClaimStatus.DENIED) is ClaimStatus.REPORTED


def test_statements_under_the_floor_make_no_event():
    item = stories.item("i")
    assert not list(play([(item, stories.assessed(item, stories.statement(confidence=0.4)))], [stories.CLAIM]))


def test_an_item_without_a_date_is_played_last():
    late = stories.item("late", hours=5)
    dateless = stories.item("none", text=3, published=None)
    judged = [(i, stories.assessed(i, stories.statement())) for i in (dateless, late)]
    assert [alert.item.id for alert in play(judged, [stories.CLAIM])] == ["late"]


def test_a_reversal_is_seen_where_the_party_is_known_by_its_speaker_only():
    by_name = stories.statement("denies", party=None, speaker="Yuri Ushakov")
    for confirms in (
        stories.statement("confirms", party="Kremlin", speaker="Yuri Ushakov"),
        stories.statement("confirms", party=None, speaker="Ushakov"),
    ):
        story, alerts = Story(claims=(stories.CLAIM,)), []
        for number, said in enumerate((by_name, confirms)):
            item = stories.item(f"i{number}", hours=number, text=number)
            alerts += story.take(item, stories.assessed(item, said), item.published)
        assert [a.reason for a in alerts] == [Reason.FIRST_DENIAL, Reason.REVERSED]
        assert story.status["c"] is ClaimStatus.REVERSED


def test_an_outlet_that_corrects_itself_is_no_reversal():
    story, alerts = Story(claims=(stories.CLAIM,)), []
    for version, stance in ((1, "confirms"), (2, "denies")):
        item = stories.item("i", text=version, version=version)
        alerts += story.take(item, stories.assessed(item, stories.statement(stance)), item.published)
    assert [a.reason for a in alerts] == [Reason.FIRST_CONFIRMATION, Reason.RETRACTED, Reason.FIRST_DENIAL]
    assert story.status["c"] is ClaimStatus.DENIED
