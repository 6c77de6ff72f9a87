"""Signs are counted where they stand: in the title, the lead, beside the claim, in a party's mouth."""

from __future__ import annotations

import pytest

from monitor.lexicon.passage import read
from monitor.lexicon.tables import tables
from monitor.model.claim import Claim, Party
from monitor.model.source import Item
from monitor.pipeline.judge import Judge
from monitor.stance.assess import Looked, look
from monitor.stance.signs import MOST

SALE = Claim(
    id="sale",
    statement="Xylander buys Holmquist",
    language="en",
    about=(("Xylander",), ("Holmquist",)),
    parties=(Party(name="Xylander"),),
)


def looked(title: str, summary: str = "", content: str = "", claim: Claim = SALE) -> Looked:
    judge = Judge([claim])
    item = Item(id="i", feed="", title=title, summary=summary, content=content)
    passage = read(item.fields(), tables("en"))
    compiled = judge.index.compiled[0]
    match, touches = judge.touch_pair(passage, compiled, 0.0)
    return look(passage, touches, compiled.asked, match)


@pytest.mark.parametrize(
    ("title", "sign", "count"),
    [
        ("Xylander denies it will buy Holmquist", "t.cue.deny", 1),
        ("Xylander confirms it will buy Holmquist", "t.cue.deny", 0),
        ("Xylander confirms it will buy Holmquist", "t.cue.confirm", 1),
        ("Xylander does not deny it will buy Holmquist", "t.cue.deny", 0),
        ("Xylander does not deny it will buy Holmquist", "t.cue.unsaid", 1),
        ("Xylander declines to comment on Holmquist", "t.cue.decline", 1),
        ("Xylander buys Holmquist", "t.core.happened.+", 1),
        ("Xylander will not buy Holmquist", "t.core.happened.+", 0),
        ("Will Xylander buy Holmquist?", "t.question", 1),
        ("Xylander will buy Holmquist", "t.question", 0),
        ("Xylander on Holmquist: “Not ours”", "t.quote", 1),
        ("Xylander on Holmquist: “Not ours”", "t.colon", 1),
        ("Xylander does not buy Holmquist", "t.core.words.-", 1),
        ("Xylander buys Holmquist", "t.quote", 0),
        ("Xylander buys Holmquist, says Xylander", "t.who.party", 1),
        ("Xylander buys Holmquist", "t.named", 1),
        ("Xylander buys a printing house", "t.named", 0.5),
    ],
)
def test_signs_of_a_headline(title: str, sign: str, count: float) -> None:
    assert looked(title).signs.get(sign, 0.0) == count


def test_a_sign_is_counted_in_its_place() -> None:
    denial, aside = "Xylander denied the purchase of Holmquist.", "Ferries stay in port."
    places = {
        "t": looked(denial, aside),
        "l": looked("Fog over the bay", denial),
        "s": looked("Fog over the bay", f"{aside} {denial}"),
        "b": looked("Fog over the bay", aside, denial),
    }
    for place, found in places.items():
        counted = {name.split(".")[0] for name, value in found.signs.items() if name.endswith(".cue.deny") and value}
        assert counted == {place, "near", "spoken"}, place


def test_what_stands_away_from_the_claim_is_not_near_it() -> None:
    signs = looked("Xylander buys Holmquist", "Mayor Falk denied the flood was late.").signs
    assert signs["l.cue.deny"] == 1
    assert signs.get("near.cue.deny", 0) == 0


def test_the_claim_is_a_sign_itself() -> None:
    signs = looked("Fog over the bay").signs
    assert (signs["groups"], signs["parties"], signs["given"], signs["negative"]) == (2, 1, 1, 0)
    negative = Claim(id="n", statement="Xylander will not buy Holmquist", language="en")
    signs = looked("Fog over the bay", claim=negative).signs
    assert (signs["negative"], signs["given"], signs["parties"]) == (1, 0, 0)


def test_more_of_the_same_tells_nothing_more() -> None:
    signs = looked("Fog", "Xylander denied it. Holmquist denied it. " * 9).signs
    assert signs["s.cue.deny"] == MOST
    assert max(v for name, v in signs.items() if name.startswith(("t.", "l.", "s.", "near.", "spoken."))) <= MOST


def test_a_long_body_ends_after_some_sentences() -> None:
    late = "It rained. " * 30 + "Xylander denied the purchase of Holmquist."
    assert looked("Fog", "", late).signs.get("b.cue.deny", 0) == 0
    assert looked("Fog", "", "It rained. " * 3 + "Xylander denied the purchase of Holmquist.").signs["b.cue.deny"] == 1


def test_candidates_are_counted_by_head_and_the_surest_is_described() -> None:
    signs = looked("Xylander denies it will buy Holmquist").signs
    assert signs["n.denies-cue"] == 1
    assert 0.5 < signs["max.denies-cue"] < 1
    assert signs["denies-cue.who.party"] == 1
    assert "n.confirms-cue" not in signs


def test_what_else_headline_and_lead_tell() -> None:
    alone = looked("Xylander buys Holmquist").signs
    beside = looked("Xylander buys Holmquist as Bolt Tarrow wins prize in Norway").signs
    assert alone["t.strangers"] == 0 < beside["t.strangers"]
    assert alone["t.unexplained"] < beside["t.unexplained"]
    assert beside["t.event.happened"] >= 1
