from __future__ import annotations

from monitor.model.verdict import Basis, Evidence, Role, Stance, Statement
from monitor.stance.merge import merge

CONFIRMS, DENIES, DECLINES = Stance.CONFIRMS, Stance.DENIES, Stance.DECLINES


def said(
    stance: Stance,
    speaker: str | None,
    role: Role,
    party: str | None = None,
    confidence: float = 0.8,
    basis: Basis = Basis.SAID,
    anonymous: bool = False,
) -> Statement:
    return Statement(
        stance=stance,
        basis=basis,
        evidence=Evidence(text="x", field="title", start=0, end=1),
        confidence=confidence,
        speaker=speaker,
        party=party,
        role=role,
        anonymous=anonymous,
    )


KREMLIN = said(DENIES, "Moscow", Role.PARTY, "Kremlin")
PESKOV = said(DENIES, "Dmitry Peskov", Role.PARTY, "Kremlin", 0.7)


def test_a_partys_answer_is_told_once_by_the_person_who_gave_it() -> None:
    assert merge([KREMLIN, PESKOV]) == [PESKOV]


def test_a_much_surer_one_is_shown_without_a_name() -> None:
    unsure = said(DENIES, "Dmitry Peskov", Role.PARTY, "Kremlin", 0.6)
    assert merge([unsure, KREMLIN]) == [KREMLIN]


def test_a_party_does_not_hold_both_stances_in_one_item() -> None:
    slip = said(CONFIRMS, "Kremlin", Role.PARTY, "Kremlin", 0.4)
    assert merge([PESKOV, slip]) == [PESKOV]


def test_where_both_are_as_sure_somebody_elses_words_may_have_been_given_to_the_party() -> None:
    close = said(CONFIRMS, "Kremlin", Role.PARTY, "Kremlin", 0.6)
    assert merge([PESKOV, close]) == [PESKOV, close]


def test_two_parties_may_contradict_one_another() -> None:
    other = said(CONFIRMS, "Jean Ash", Role.PARTY, "White House")
    assert merge([PESKOV, other]) == [PESKOV, other]


def test_nobody_in_particular_gives_way_to_who_knows() -> None:
    paper = said(DENIES, "American newspaper", Role.OTHER)
    outlet = said(DENIES, None, Role.OUTLET, "The Harbour Times", basis=Basis.SHOWN)
    assert merge([paper, PESKOV, outlet]) == [PESKOV]
    assert merge([paper, outlet]) == [paper, outlet], "where nobody else says it, they are all there is"


def test_people_with_a_name_and_insiders_are_heard_beside_a_party() -> None:
    expert = said(DENIES, "Ida Falk", Role.OTHER)
    insider = said(DENIES, None, Role.UNNAMED, anonymous=True)
    assert merge([PESKOV, expert, insider]) == [PESKOV, expert, insider]


def test_a_bare_assertion_gives_way_to_what_is_said_and_a_refusal_to_nothing() -> None:
    bare = said(DENIES, None, Role.OUTLET, basis=Basis.ASSERTED)
    declined = said(DECLINES, "Kremlin", Role.PARTY, "Kremlin")
    assert merge([bare, declined]) == [bare, declined]
    assert merge([bare, PESKOV, declined]) == [PESKOV, declined]
