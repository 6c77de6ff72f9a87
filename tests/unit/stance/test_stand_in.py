"""Where no row of the tables says it: which sentence is shown, cut how, and in whose mouth."""

from __future__ import annotations

import pytest

from monitor.lexicon.passage import read
from monitor.lexicon.tables import tables
from monitor.model.claim import Claim, Party
from monitor.model.source import Item
from monitor.model.verdict import Basis, Stance
from monitor.pipeline.judge import Judge
from monitor.stance.assess import look
from monitor.stance.candidate import Candidate
from monitor.stance.stand_in import StandIn, best

CONFIRMS, DENIES = Stance.CONFIRMS, Stance.DENIES
SALE = Claim(
    id="sale",
    statement="Xylander buys Holmquist",
    language="en",
    about=(("Xylander",), ("Holmquist",)),
    parties=(Party(name="Xylander", speakers=("Orla Falk",)),),
)


def shown(title: str, summary: str = "") -> list[StandIn]:
    judge = Judge([SALE])
    passage = read(Item(id="i", feed="", title=title, summary=summary).fields(), tables("en"))
    compiled = judge.index.compiled[0]
    match, touches = judge.touch_pair(passage, compiled, 0.0)
    return look(passage, touches, compiled.asked, match).stand_ins


def chosen(stance: Stance, title: str, summary: str = "") -> Candidate:
    found = best(shown(title, summary), stance)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("title", "summary", "evidence"),
    [
        # quoted by the party, beside the claim's words, rather than the weather
        ("Rain in the north", "Ferries stay in port. Xylander on Holmquist: “Hands off.”", "Hands off"),
        # of two quotations that of the party
        (
            "Holmquist and Xylander",
            "Orla Falk of Xylander on Holmquist: “Not ours.” Baker Tom Reed on Holmquist and Xylander: “Fine by me.”",
            "Not ours",
        ),
        # a negation, for a denial
        ("Xylander has no eye on Holmquist", "Xylander has its eyes on Holmquist.", "Xylander has no eye on Holmquist"),
    ],
)
def test_the_sentence_that_most_likely_holds_a_denial(title: str, summary: str, evidence: str) -> None:
    assert evidence in chosen(DENIES, title, summary).evidence.text


def test_evidence_is_cut_from_the_text_where_it_says() -> None:
    summary = "It rained. “Not ours,” said Orla Falk of Xylander when asked about Holmquist."
    evidence = chosen(DENIES, "Rain in the north", summary).evidence
    assert (evidence.field, summary[evidence.start : evidence.end]) == ("summary", evidence.text)


def test_what_is_shown_is_short_enough_to_be_read() -> None:
    long = "Xylander on Holmquist: “" + "not now " * 60 + "”"
    assert len(chosen(DENIES, "Rain", long).evidence.text.split()) <= 41


def test_who_is_named_says_it_and_nobody_shows_it() -> None:
    said = chosen(DENIES, "Orla Falk on Holmquist: “Not ours”")
    assert (said.basis, said.who.name, said.who.party) == (Basis.SAID, "Orla Falk", "Xylander")
    assert chosen(DENIES, "The takeover will never come").basis is Basis.SHOWN


@pytest.mark.parametrize(
    "title",
    [
        "Harbour Times: Xylander may want Holmquist",  # another outlet is no speaker
        "Insiders: Xylander wants Holmquist",
    ],
)
def test_media_and_insiders_do_not_stand_in(title: str) -> None:
    assert all(not s.candidate.who.media and not s.candidate.who.anonymous for s in shown(title))


def test_a_sentence_away_from_the_claim_is_not_shown() -> None:
    assert shown("Rain in the north", "Ferries stay in port.") == []


def test_a_cue_speaks_for_its_own_stance() -> None:
    found = shown("Xylander denies Holmquist plans")
    by = {s.candidate.stance: s.weight for s in found}
    assert by[DENIES] > by[CONFIRMS]
    found = shown("Xylander confirms Holmquist plans")
    by = {s.candidate.stance: s.weight for s in found}
    assert by[CONFIRMS] > by[DENIES]


def test_of_equals_the_first_is_shown() -> None:
    found = shown("Xylander and Holmquist", "Xylander and Holmquist met. Xylander and Holmquist met.")
    equal = [s for s in found if s.candidate.stance is DENIES and s.candidate.evidence.field == "summary"]
    assert len({s.weight for s in equal}) == 1 < len(equal)
    assert best(equal, DENIES) is equal[0].candidate
    assert best(equal, CONFIRMS) is None


def test_what_the_rules_have_understood_is_not_said_over_again() -> None:
    """The report alone stands behind it: no sentence is shown as a confirmation."""
    title = "Xylander buys Holmquist, according to a report in the Harbour Times"
    assert best(shown(title), CONFIRMS) is None
