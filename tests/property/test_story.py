"""Whatever the order of arrival: one event and one alert for each answer, and placing again changes nothing."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from monitor.model.story import Reason
from monitor.model.verdict import Role
from monitor.story.cluster import RETOLD, place
from monitor.story.play import Story
from monitor.story.tellings import KEPT
from monitor.text.fingerprint import Fingerprint, fingerprint, likeness
from tests.unit.story.stories import CLAIM, assessed, item, statement

PARTIES = ("Alder Works", "Birch County", "Cedar Bank")
WITHIN = int(RETOLD.total_seconds() // 3600)

answers = st.tuples(st.sampled_from(["confirms", "denies"]), st.sampled_from(PARTIES))
tellings = st.lists(
    st.tuples(answers, st.integers(0, WITHIN), st.integers(0, 8), st.integers(0, 4)), min_size=1, max_size=14
)


def told(rows):
    """(item, statement) of each row: answer, hour, text, outlet."""
    return [
        (item(f"i{n}", f"Outlet {outlet}", hours=hour, text=text), statement(stance, party))
        for n, ((stance, party), hour, text, outlet) in enumerate(rows)
    ]


def played(pairs):
    story, alerts = Story(claims=(CLAIM,)), []
    for one, said in pairs:
        alerts += story.take(one, assessed(one, said), one.published)
    return story, alerts


def answered(events):
    return Counter((event.stance, event.party_name, event.told, event.first_seen, event.last_seen) for event in events)


@given(tellings, st.randoms(use_true_random=False))
def test_order_makes_no_difference_to_events_status_and_number_of_alerts(rows, chance):
    pairs = told(rows)
    story, alerts = played(pairs)
    chance.shuffle(pairs)
    again, more = played(pairs)
    assert answered(story.events["c"].values()) == answered(again.events["c"].values())
    assert story.status == again.status
    for said in (alerts, more):
        turns = Counter((a.event.stance, a.event.party_name) for a in said if a.reason is not Reason.CORROBORATED)
        assert turns == {(row[0][0], row[0][1]): 1 for row in rows}


@given(tellings)
def test_placing_again_changes_nothing(rows):
    pairs = told(rows)
    story, _ = played(pairs)
    before = {**story.events["c"]}
    for one, said in pairs:
        placed = place(one, said, CLAIM, list(story.events["c"].values()), one.published)
        assert not placed.new
        assert placed.event == placed.event_before
        assert not story.take(one, assessed(one, said), one.published)
    assert story.events["c"] == before


@given(tellings, st.integers(0, 13), st.randoms(use_true_random=False))
def test_headlines_that_name_nobody_never_add_an_alert_for_a_party_and_at_most_one_of_their_own(rows, at, chance):
    pairs = told(rows)
    hour = rows[0][1]
    nobody = item("nobody", "Elsewhere", hours=hour + at, text=11)
    pairs.append((nobody, statement(rows[0][0][0], None, role=Role.UNNAMED)))
    chance.shuffle(pairs)
    story, alerts = played(pairs)
    turns = Counter((a.event.stance, a.event.party_name) for a in alerts if a.reason is not Reason.CORROBORATED)
    unnamed = turns.pop((rows[0][0][0], None), 0)
    assert unnamed <= 1
    assert turns == {(row[0][0], row[0][1]): 1 for row in rows}
    assert sum(event.told for event in story.events["c"].values()) == len(pairs)


@given(st.lists(st.tuples(st.integers(0, 200), st.booleans()), max_size=120))
def test_every_item_is_counted_once_and_few_are_kept(rows):
    """With edits among them: the same item number is the same item."""
    pairs = [(item(f"i{n}", f"Outlet {n}", text=n % 3 + 3 * edited), statement()) for n, edited in rows]
    story, _ = played(pairs)
    for event in story.events.get("c", {}).values():
        assert event.told == len({one.id for one, _ in pairs}) == len(event.items)
        assert len(event.tellings) <= KEPT
        assert 0 <= event.own_words <= event.told


@given(st.text(max_size=400), st.text(max_size=400))
def test_likeness_is_symmetric_and_bounded(one, other):
    a, b = fingerprint(one), fingerprint(other)
    assert isinstance(a, Fingerprint)
    assert 0 <= likeness(a, b) == likeness(b, a) <= 1
    assert likeness(a, a) == float(bool(a.lead))
