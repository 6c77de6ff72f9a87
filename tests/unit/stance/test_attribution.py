"""Who speaks, where the speaker does not stand beside the cue; and which party a noun stands for. Invented news."""

from __future__ import annotations

import pytest

from monitor.model.claim import Claim, Party
from monitor.model.source import Item
from monitor.model.verdict import Role
from monitor.pipeline.judge import Judge
from monitor.stance.offices import offices_of

CLAIM = Claim(
    id="sale",
    statement="Brightwell Foods is selling its plant in Tarnow",
    about=(("Brightwell",),),
    parties=(Party(name="Brightwell Foods"), Party(name="Anna Kowalczyk"), Party(name="trade union Solidarity")),
)


@pytest.mark.parametrize(
    ("title", "summary", "speaker"),
    [
        ("Brightwell plant is not for sale", "“We are not selling Tarnow,” said Anna Kowalczyk.", "Kowalczyk"),
        ("Brightwell Foods denies it is selling its Tarnow plant", "", "Brightwell"),
        ("Union denies Brightwell is selling the Tarnow plant", "", "union"),
    ],
)
def test_the_speaker_is_found_beside_the_cue_or_the_quotation(title: str, summary: str, speaker: str) -> None:
    found = Judge([CLAIM]).judge_item(Item(id="i", feed="", title=title, summary=summary))
    told = [f"{s.speaker} {s.party}".casefold() for a in found for s in a.statements if s.answers]
    assert told
    assert any(speaker.casefold() in t for t in told)


def test_what_the_outlet_corrects_is_its_own() -> None:
    item = Item(
        id="i",
        feed="",
        title="Correction: Brightwell Foods",
        summary="We reported that Brightwell Foods is selling its plant in Tarnow. This is false. We apologise.",
        publisher="The Harbour Times",
    )
    said = [s for a in Judge([CLAIM]).judge_item(item) for s in a.statements if s.answers]
    assert said
    assert {(s.role, s.speaker) for s in said} == {(Role.OUTLET, "The Harbour Times")}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Federal prosecutors", "Bundesanwaltschaft"),
        ("Минобороны", "Verteidigungsministerium"),
        ("Seine Frau", "семья"),
        ("le club", "Il club rossonero"),
        ("préfecture", "Prefettura"),
    ],
)
def test_an_office_is_the_same_in_every_language(one: str, other: str) -> None:
    assert offices_of(one) & offices_of(other)


def test_a_name_holds_no_office() -> None:
    assert not offices_of("Anna Kowalczyk")


def test_who_stands_between_the_parts_of_a_split_verb_is_its_subject() -> None:
    """The report is one spokesman's to deny; what the ministry was told is the ministry's."""
    claim = Claim(id="told", statement="The Ukrainian government was informed of the call in advance", language="en")
    item = Item(
        id="i",
        feed="",
        language="de",
        title="Sprecher Dmitri Orlow dementiert Telefonat",
        summary="Die Zeitung schrieb, die ukrainische Regierung sei vorab über das Telefonat informiert worden. "
        "Jedoch wies das ukrainische Außenministerium dies umgehend als unwahr zurück.",
    )
    told = [s for a in Judge([claim]).judge_item(item) for s in a.statements if s.answers]
    assert [s.speaker for s in told] == ["Außenministerium"]
