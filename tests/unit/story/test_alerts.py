from dataclasses import replace

import pytest

from monitor.model.claim import Claim
from monitor.model.story import ClaimStatus, Reason
from monitor.model.verdict import Role
from monitor.story.alerts import LONGEST, alert_of
from monitor.story.cluster import place
from monitor.story.play import Story
from monitor.story.status import Turn, turn
from tests.unit.story.stories import CLAIM, START, assessed, item, statement


def titles(*steps):
    story, found = Story(claims=(CLAIM,)), []
    for told, said in steps:
        found += [alert.title for alert in story.take(told, assessed(told, *said), told.published)]
    return found


@pytest.mark.parametrize(
    ("said", "title"),
    [
        (statement(party="Kremlin", speaker="Dmitri Peskow"), "Kremlin (Dmitri Peskow) denies: The bridge is closed"),
        (statement(party="Kremlin", speaker="The Kremlin"), "Kremlin denies: The bridge is closed"),
        (statement(party="Kremlin", speaker="the spokesman"), "Kremlin denies: The bridge is closed"),
        (statement("confirms", hedged=True), "Alder appears to confirm: The bridge is closed"),
        (statement("confirms", anonymous=True), "An anonymous source for Alder confirms: The bridge is closed"),
        (statement("confirms", None, anonymous=True), "An anonymous source confirms: The bridge is closed"),
        (statement(party=None, role=Role.UNNAMED), "Someone not named denies: The bridge is closed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_titles_say_who_does_what_to_which_claim(said, title):
    assert titles((item("i"), [said])) == [title]


def test_a_reversal_says_when_the_other_answer_was_given():
    early, late = (item("a"), [statement("denies")]), (item("b", hours=48, text=1), [statement("confirms")])
    now = "Reversal: Alder now confirms, after it had denied on 2 March 2026: The bridge is closed"
    then = "Reversal: Alder denied on 2 March 2026, before it confirmed: The bridge is closed"
    assert titles(early, late)[1] == now
    assert titles(late, early)[1] == then


def test_a_retraction_has_no_statement():
    first, edited = item("a"), item("a", text=2, version=2)
    assert titles((first, [statement()]), (edited, []))[1] == "Retracted: Alder denies: The bridge is closed"


def test_the_same_turn_is_the_same_alert_and_other_turns_are_others():
    placed = place(item("a"), statement(), CLAIM, [], START)
    turned = turn(ClaimStatus.UNVERIFIED, [], placed, CLAIM)
    one = alert_of(turned, placed, CLAIM, statement(), item("a"), START)
    assert one.id == alert_of(turned, placed, CLAIM, statement(), item("a"), START.replace(year=2027)).id
    other = replace(turned, reason=Reason.RETRACTED)
    assert one.id != alert_of(other, placed, CLAIM, None, item("a"), START).id
    assert (one.before, one.after, one.event, one.at) == (turned.before, turned.after, placed.event, START)


def test_a_turn_without_reason_makes_no_alert():
    placed = place(item("a"), statement(), CLAIM, [], START)
    silent = Turn(before=ClaimStatus.DENIED, after=ClaimStatus.DENIED, reason=None)
    with pytest.raises(ValueError, match="reason"):
        alert_of(silent, placed, CLAIM, None, item("a"), START)


def test_hostile_names_make_one_short_line():
    said = statement(party="Evil\r\nBcc: x\u202e\x07", speaker="A\u0000B " * 400)
    placed = place(item("a"), said, CLAIM, [], START)
    claim = Claim(id="c", statement="Long " * 200)
    title = alert_of(turn(ClaimStatus.REPORTED, [], placed, claim), placed, claim, said, item("a"), START).title
    assert title.isprintable()
    assert len(title) <= LONGEST
