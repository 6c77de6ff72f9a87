"""From candidates, signs and a tie to what is said."""

from __future__ import annotations

import itertools
import math

import pytest

from monitor.lexicon.passage import read
from monitor.lexicon.tables import tables
from monitor.model.claim import Claim, Party
from monitor.model.source import Item
from monitor.model.verdict import Basis, Evidence, Role, Stance
from monitor.pipeline.judge import Judge
from monitor.stance import decide as room
from monitor.stance.assess import look
from monitor.stance.candidate import Candidate
from monitor.stance.decide import FLOOR, Tie, decide
from monitor.stance.speakers import NOBODY, Speaker
from monitor.stance.stand_in import StandIn

CONFIRMS, DENIES, DECLINES = Stance.CONFIRMS, Stance.DENIES, Stance.DECLINES


def candidate(stance: Stance = DENIES, own: float = 0.6, *, kind: str = "bare", basis: Basis = Basis.SAID) -> Candidate:
    """One that is as sure by itself as `own` says: the weights below look at nothing else."""
    return Candidate(
        stance=stance,
        basis=basis,
        evidence=Evidence(text="x", field="title", start=0, end=1),
        who=Speaker("Orla Falk", "Xylander", Role.PARTY, "name"),
        features={kind: 1.0, "own": math.log(own / (1 - own))},
    )


@pytest.fixture(autouse=True)
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    heads = [f"{s}-{f}" for s, f in itertools.product(("confirms", "denies"), ("cue", "told", "voiced"))]
    held = {head: {"bias": 0.0, "own": 1.0} for head in [*heads, "asserted"]}
    monkeypatch.setattr("monitor.stance.weigh.weights", lambda: held)
    monkeypatch.setattr(room, "probabilities", lambda signs: {s: signs.get(str(s), 0.0) for s in (CONFIRMS, DENIES)})


def said(
    found: list[Candidate], denies: float, tie: Tie = Tie.GIVEN, shown: list[StandIn] | None = None
) -> list[tuple[str, float]]:
    decided, _ = decide(found, {"denies": denies}, shown or [], tie)
    return [(str(d.candidate.stance), round(d.sure, 3)) for d in decided]


def test_the_item_as_a_whole_says_how_sure() -> None:
    assert said([candidate()], 0.8) == [("denies", 0.8)]
    assert said([candidate()], 0.1) == []


def test_candidates_of_a_stance_share_it_as_they_are_sure_themselves() -> None:
    assert said([candidate(own=0.64), candidate(own=0.16)], 0.8) == [("denies", 0.8), ("denies", 0.4)]
    assert said([candidate(own=0.64), candidate(own=0.04)], 0.8) == [("denies", 0.8)], "a quarter of it is too little"


def test_the_much_less_likely_of_both_stances_is_a_slip() -> None:
    found = [candidate(CONFIRMS), candidate(DENIES)]
    for likely, stances in ((0.5, [CONFIRMS, DENIES]), (0.4, [DENIES])):
        decided, _ = decide(found, {"confirms": likely, "denies": 0.9}, [], Tie.GIVEN)
        assert [d.candidate.stance for d in decided] == stances


def test_in_text_order_whatever_the_stance() -> None:
    found = [candidate(DENIES), candidate(CONFIRMS), candidate(DENIES)]
    decided, _ = decide(found, {"denies": 0.7, "confirms": 0.6}, [], Tie.GIVEN)
    assert [d.candidate for d in decided] == found


@pytest.mark.parametrize(("tie", "least"), [(t, v) for t, v in room._LEAST.items() if t is not Tie.LOOSE])
def test_the_looser_the_tie_the_surer_an_answer_must_be(tie: Tie, least: float) -> None:
    assert said([candidate()], least - 0.01, tie) == []
    assert said([candidate()], least + 0.01, tie) == [("denies", round(least + 0.01, 3))]


def test_names_that_tie_less_ask_for_more() -> None:
    least = room._LEAST
    assert FLOOR == least[Tie.GIVEN] == least[Tie.RARE] < min(least[Tie.NAMED], least[Tie.COMMON])


def test_where_hardly_anything_ties_the_item_a_candidate_must_be_sure_itself() -> None:
    assert said([candidate(own=room._LOOSE - 0.01)], 0.9, Tie.LOOSE) == []
    assert said([candidate(own=room._LOOSE + 0.01)], 0.9, Tie.LOOSE) == [("denies", 0.9)]
    assert said([candidate(own=0.9, kind="voiced")], 0.9, Tie.LOOSE) == [], "and in words that a table knows"


def test_a_clear_cue_stands_whatever_the_item_looks_like() -> None:
    assert said([candidate(own=0.9, kind="cue")], 0.05) == [("denies", round(0.9 * room._OF_ITS_OWN, 3))]
    assert said([candidate(own=0.9, kind="bare")], 0.05) == []
    assert said([candidate(own=room._CLEAR - 0.01, kind="cue")], 0.05) == [], "this one is not clear"
    assert said([candidate(own=0.9, kind="cue")], 0.95) == [("denies", 0.95)], "and is never made less sure"


def stand_in(weight: float, text: str = "x", stance: Stance = DENIES) -> StandIn:
    evidence = Evidence(text=text, field="title", start=0, end=1)
    return StandIn(weight, Candidate(stance=stance, basis=Basis.SHOWN, evidence=evidence, who=NOBODY))


def test_where_no_row_found_a_candidate_the_best_sentence_stands_in() -> None:
    shown = [stand_in(1.0, "weak"), stand_in(2.0, "strong"), stand_in(3.0, "other", CONFIRMS)]
    decided, _ = decide([], {"denies": 0.7}, shown, Tie.GIVEN)
    assert [(d.candidate.evidence.text, d.sure) for d in decided] == [("strong", 0.7)]
    assert said([], 0.2, shown=shown) == []
    assert said([], 0.7) == [], "nothing to show, nothing is said"


def test_a_stand_in_does_not_join_a_candidate() -> None:
    found = candidate()
    decided, _ = decide([found], {"denies": 0.7}, [stand_in(9.0)], Tie.GIVEN)
    assert [d.candidate for d in decided] == [found]
    decided, _ = decide([candidate(CONFIRMS)], {"denies": 0.7}, [stand_in(9.0)], Tie.GIVEN)
    assert [d.candidate.stance for d in decided] == [DENIES], "one of the other stance leaves room for it"


def test_refusals_and_bare_assertions_stand_by_themselves() -> None:
    bare = candidate(CONFIRMS, 0.5, basis=Basis.ASSERTED)
    decided, gates = decide([candidate(DECLINES), bare], {}, [], Tie.GIVEN)
    assert [(d.candidate.stance, round(d.sure, 3)) for d in decided] == [(DECLINES, 0.8), (CONFIRMS, 0.5)]
    assert len(gates) == 2
    assert decide([candidate(CONFIRMS, 0.3, basis=Basis.ASSERTED)], {"confirms": 0.9}, [], Tie.GIVEN)[0] == []


def test_what_was_weighed_and_not_said_is_kept_for_why() -> None:
    _, gates = decide([candidate(), candidate(own=0.1)], {"denies": 0.5}, [], Tie.GIVEN)
    assert [(g.name, g.passed, g.score) for g in gates] == [("weigh", True, 0.5), ("weigh", False, 0.204)]


@pytest.mark.parametrize(
    ("statement", "about", "title", "tie"),
    [
        ("Quennerstad sells Brightcore", (("Quennerstad",), ("Brightcore",)), "Quennerstad denies sale", Tie.GIVEN),
        ("Trump calls Putin", (("Trump",), ("Putin",)), "Trump denies call with Putin", Tie.GIVEN),
        ("Orla Quennerstad sells Brightcore", (), "Quennerstad denies sale of Brightcore", Tie.RARE),
        ("Orla Quennerstad sells Brightcore", (), "Quennerstad laughs", Tie.NAMED),
        ("Trump calls Putin", (), "Trump denies call with Putin", Tie.COMMON),
        ("Trump calls Putin", (), "Trump and Putin laugh", Tie.COMMON),
        ("Trump calls Putin", (), "Trump laughs", Tie.LOOSE),
    ],
)
def test_what_ties_an_item_to_a_claim(statement: str, about: tuple[tuple[str, ...], ...], title: str, tie: Tie) -> None:
    claim = Claim(id="c", statement=statement, language="en", about=about, parties=(Party(name="Kremlin"),))
    judge = Judge([claim])
    passage = read(Item(id="i", feed="", title=title).fields(), tables("en"))
    compiled = judge.index.compiled[0]
    match, touches = judge.touch_pair(passage, compiled, 0.0)
    assert look(passage, touches, compiled.asked, match).tie is tie
