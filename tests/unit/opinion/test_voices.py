"""Who speaks in each sentence of an item, as the built-in reading hears it."""

from __future__ import annotations

from monitor.model.verdict import Basis, Evidence, Role, Stance, Statement
from monitor.opinion.voices import heard, who_is
from tests.support.opinion import asked


def test_each_sentence_has_its_place_and_its_voice() -> None:
    question = asked(
        "Trump and Putin spoke, Kremlin confirms",
        summary="The two men spoke by telephone. Dmitry Peskov said the call took place. “We know nothing,” Kyiv said.",
    )
    found = heard(question)
    fields = dict(question.item.fields())
    assert all(fields[s.field][s.start : s.end] == s.text for s in found)
    title, telling, peskov, kyiv = (s.voice for s in found)
    assert (title.party, title.role, title.basis) == ("Kremlin", Role.PARTY, Basis.SAID)
    assert (telling.role, telling.basis) == (Role.UNNAMED, Basis.ASSERTED)
    assert (peskov.name, peskov.party) == ("Dmitry Peskov", "Kremlin")
    assert kyiv.party != "Kremlin"


def test_other_outlets_are_heard_as_such() -> None:
    (only,) = heard(asked("Trump and Putin spoke by telephone, the Washington Post reports"))
    assert only.voice.media


def test_insiders_stay_nameless() -> None:
    (only,) = heard(asked("A person familiar with the matter denies that Trump and Putin spoke"))
    assert only.voice.anonymous


def test_what_the_built_in_reading_has_read_is_kept() -> None:
    title = "Trump and Putin: no call, spokesman says"
    evidence = Evidence(text="no call", field="title", start=17, end=24)
    statement = Statement(
        stance=Stance.DENIES,
        basis=Basis.SAID,
        evidence=evidence,
        confidence=0.7,
        speaker="spokesman",
        party="Kremlin",
        role=Role.PARTY,
        hedged=True,
    )
    (only,) = heard(asked(title, statements=[statement]))
    assert (only.voice.name, only.voice.party, only.voice.role, only.voice.hedged) == (
        "spokesman",
        "Kremlin",
        Role.PARTY,
        True,
    )


def test_a_name_is_taken_as_the_built_in_reading_takes_it() -> None:
    question = asked()
    assert (who_is("Dmitry Peskov", question).party, who_is("Dmitry Peskov", question).role) == ("Kremlin", Role.PARTY)
    assert who_is("Angela Schmidt", question).role is Role.OTHER
    assert who_is("", question).role is Role.UNNAMED


def test_an_empty_item_says_nothing() -> None:
    assert heard(asked("")) == []
