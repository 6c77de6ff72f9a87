from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model.claim import Claim, Party
from monitor.model.verdict import Basis, Evidence, Role
from monitor.story.cluster import RETOLD, in_order, place, withdraw
from monitor.story.tellings import COUNTED, KEPT
from tests.unit.story.stories import CLAIM, START, item, statement

NOW = START + timedelta(days=400)
NOBODY = statement(party=None, role=Role.UNNAMED)


def run(*pairs, claim=CLAIM):
    """Events after placing (item, statement) pairs, and the last Placed."""
    events, placed = {}, None
    for told, said in pairs:
        placed = place(told, said, claim, list(events.values()), NOW)
        events[placed.event.id] = placed.event
    return list(events.values()), placed


def test_first_seen_is_the_earliest_whatever_the_order():
    (event,), _ = run((item("late", hours=9), statement()), (item("early", hours=1, text=1), statement()))
    assert event.first_seen == START + timedelta(hours=1)
    assert event.last_seen == START + timedelta(hours=9)


def test_a_date_in_the_future_is_the_feeds_mistake():
    wrong = item("i", published=NOW + timedelta(days=30), seen=START)
    (event,), _ = run((wrong, statement()))
    assert event.first_seen == START


def test_the_same_item_again_changes_nothing():
    pair = (item("i"), statement())
    (event,), placed = run(pair, pair, pair)
    assert placed.event == placed.event_before == event
    assert event.told == 1


def test_an_edited_item_replaces_its_telling_and_is_counted_once():
    (event,), _ = run((item("i"), statement()), (item("i", text=4, version=2), statement()))
    assert [t.title for t in event.tellings] == ["said 4"]
    assert event.told == 1


def test_after_a_long_silence_the_same_answer_is_a_new_event():
    far = RETOLD / timedelta(hours=1) + 1
    assert len(run((item("a"), statement()), (item("b", hours=far, text=1), statement()))[0]) == 2
    assert len(run((item("a"), statement()), (item("b", hours=far - 2, text=1), statement()))[0]) == 1


def test_reprints_are_copies_and_own_words_are_not():
    (event,), placed = run(
        (item("a"), statement()),
        (item("b", "Two", title="Quite another headline"), statement()),
        (item("c", "Three", text=5), statement()),
    )
    assert [t.copy for t in event.tellings] == [False, True, False]
    assert not placed.copy
    assert event.own_words == 2


def test_tellings_kept_are_bounded_and_all_are_counted():
    pairs = [(item(f"i{n}", f"Outlet {n}", title=f"Headline {n}"), statement()) for n in range(COUNTED + 100)]
    (event,), _ = run(*pairs)
    assert len(event.tellings) == KEPT
    assert event.told == COUNTED + 100
    assert event.own_words == 1
    assert len(event.more_items) == COUNTED
    assert len(event.publishers) < 300


def test_own_words_take_the_place_of_a_copy_where_the_list_is_full():
    pairs = [(item(f"i{n}", f"Outlet {n}"), statement()) for n in range(KEPT + 5)]
    (event,), placed = run(*pairs, (item("own", "Own", text=3), statement()))
    assert "own" in {t.item for t in event.tellings}
    assert not placed.copy
    assert event.told == KEPT + 6


def test_counted_items_are_counted_once():
    pairs = [(item(f"i{n}", f"Outlet {n}"), statement()) for n in range(KEPT + 5)]
    (event,), _ = run(*pairs, pairs[-1], pairs[0])
    assert event.told == KEPT + 5


def test_nobody_named_joins_the_answer_nearest_in_time():
    events, placed = run(
        (item("a"), statement(party="Alder")),
        (item("b", hours=100, text=1), statement(party="Birch")),
        (item("c", hours=90, text=2), NOBODY),
    )
    assert placed.event.party_name == "Birch"
    assert len(events) == 2


def test_nobody_named_in_a_reprint_joins_what_it_reprints():
    _, placed = run(
        (item("a"), statement(party="Alder")),
        (item("b", hours=100, text=1), statement(party="Birch")),
        (item("c", "Two", hours=90), NOBODY),
    )
    assert (placed.event.party_name, placed.copy) == ("Alder", True)


def test_the_answer_takes_over_the_headline_that_named_nobody():
    (event,), placed = run((item("a"), NOBODY), (item("b", hours=2, text=1), statement(speaker="Nora Alder")))
    assert (placed.new, placed.event_before.named, event.named) == (False, False, True)
    assert (event.party_name, event.speaker, event.tellings[0].item) == ("Alder", "Nora Alder", "b")
    assert event.first_seen == START


def test_a_headline_of_another_week_is_another_matter():
    assert len(run((item("a"), NOBODY), (item("b", hours=200, text=1), statement()))[0]) == 2


def test_a_live_answer_ends_the_baseline_of_a_headline():
    (event,), _ = run((item("a", baseline=True), NOBODY), (item("b", hours=2, text=1), statement()))
    assert not event.baseline


@pytest.mark.parametrize("role", [Role.OUTLET, Role.OTHER])
def test_a_fact_check_has_its_outlet_for_a_party(role):
    shown = statement(party=None, basis=Basis.SHOWN, role=role)
    (_, event), _ = run((item("a"), statement()), (item("b", "TruthLine", text=1), shown))
    assert (event.party, event.party_name) == ("truthline", "TruthLine")


def test_a_speaker_known_to_speak_for_a_party_needs_no_party():
    pairs = [
        (item("a"), statement(party="Alder Works", speaker="Nora Lindqvist")),
        (item("b", text=1), statement(party=None, speaker="Lindqvist")),
    ]
    for order in (pairs, pairs[::-1]):
        (event,), _ = run(*order)
        assert event.party_name == "Alder Works"


def test_the_very_words_make_a_speaker_and_an_institution_one_answer():
    words = Evidence(text="There was no conversation", field="title", start=0, end=25)
    by_name = statement(party=None, speaker="Peskov", evidence=words)
    by_institution = statement(party="Kremlin", speaker="The Kremlin", evidence=words)
    for pairs in (
        [(item("a"), by_name), (item("b", text=1), by_institution)],
        [(item("b", text=1), by_institution), (item("a"), by_name)],
    ):
        (event,), _ = run(*pairs)
        assert event.party_name == "Kremlin"
    assert len(run((item("a"), by_name), (item("a"), by_institution))[0]) == 2


def test_two_parties_of_the_claim_with_one_speaker_stay_two():
    claim = Claim(id="c", statement="s", parties=(Party(name="Alder"), Party(name="Birch")))
    joint = [(item("a"), statement(party=name, speaker="Nora Lindqvist")) for name in ("Alder", "Birch")]
    assert len(run(*joint, *joint, claim=claim)[0]) == 2


def test_a_withdrawn_telling_is_shown_no_more():
    (event,), _ = run(
        (item("a"), statement(speaker="Nora Alder")),
        (item("b", "Two", text=1), replace(statement(), evidence=Evidence(text="no", field="title", start=0, end=2))),
    )
    after = withdraw(item("a", version=2), event, NOW).event
    assert (after.evidence, after.retracted, after.told) == ("no", None, 1)
    gone = withdraw(item("b", version=2), after, NOW).event
    assert gone.retracted == NOW
    assert gone.tellings


def test_a_retracted_event_takes_no_more_tellings():
    (event,), _ = run((item("a"), statement()))
    gone = withdraw(item("a", version=2), event, NOW).event
    assert place(item("b", text=1), statement(), CLAIM, [gone], NOW).new


def test_statements_of_one_item_come_background_first():
    def at(stance, field, start, **more):
        return statement(stance, evidence=Evidence(text="x", field=field, start=start, end=start + 1), **more)

    news, background = at("confirms", "title", 0), at("denies", "content", 80)
    nobody, insiders = at("denies", "title", 5, party=None), at("denies", "title", 9, anonymous=True)
    assert in_order([nobody, news, insiders, background]) == [background, news, nobody, insiders]


def test_a_megabyte_of_everything_leaves_a_small_event():
    huge = "Huge name " * 100_000
    said = statement(party=huge, speaker=huge, evidence=Evidence(text=huge, field="title", start=0, end=len(huge)))
    told = item("a", huge, title=huge, summary=huge, content=huge)
    (event,), _ = run((told, said), (replace(told, id="b"), said))
    assert len(repr(event)) < 20_000
