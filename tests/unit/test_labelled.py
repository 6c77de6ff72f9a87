"""How labelled sets are scored, and whether a probability is what it says: hand-made numbers."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.labelled import alerts_score, claim_of, pairs
from benchmarks.reliability_picture import Bin, bins, draw, error
from monitor.model.claim import Party

YES, NO, BOTH, NOTHING = frozenset({"confirms"}), frozenset({"denies"}), frozenset({"confirms", "denies"}), frozenset()


def test_a_score_by_hand() -> None:
    rows = [
        (YES, ["confirms"]),  # right
        (NO, ["confirms"]),  # turned round
        (BOTH, ["denies"]),  # half of it
        (NOTHING, ["denies"]),  # a false alarm …
        (NOTHING, []),  # … and none
        (NOTHING, []),
        (NO, []),  # missed
    ]
    score = alerts_score(rows)
    assert score == pytest.approx({"P": 2 / 4, "R": 2 / 5, "F1": 4 / 9, "flip": 1 / 4, "nothing": 2 / 3})


def test_saying_one_thing_twice_is_saying_it_once() -> None:
    assert alerts_score([(YES, ["confirms", "confirms"])])["P"] == 1


def test_an_alarm_where_nothing_was_said_is_no_flip() -> None:
    assert alerts_score([(NOTHING, ["denies"])]) == {"P": 0, "R": 0, "F1": 0, "flip": 0, "nothing": 0}


def test_of_no_rows_nothing_is_said() -> None:
    assert set(alerts_score([]).values()) == {0}


ROWS = st.lists(st.tuples(st.sampled_from([YES, NO, BOTH, NOTHING]), st.sampled_from([YES, NO, BOTH, NOTHING])))


@given(ROWS)
def test_f1_lies_between_precision_and_recall(rows: list[tuple[frozenset[str], frozenset[str]]]) -> None:
    score = alerts_score(rows)
    assert all(0 <= value <= 1 for value in score.values())
    assert min(score["P"], score["R"]) - 1e-9 <= score["F1"] <= max(score["P"], score["R"]) + 1e-9


def test_who_says_all_that_is_expected_and_no_more_is_right() -> None:
    score = alerts_score([(YES, YES), (BOTH, BOTH), (NOTHING, NOTHING)])
    assert score == {"P": 1, "R": 1, "F1": 1, "flip": 0, "nothing": 1}


def test_a_set_is_read_twice_and_its_labels_are_its_own_claims(tmp_path: Path) -> None:
    claims = [
        {"id": "sale", "statement": "Xylander buys Holmquist", "lang": "en", "about": [["Xylander"], ["Holmquist"]]},
        {"id": "flood", "statement": "The Quendel dam at Bolsk burst", "lang": "en"},
    ]
    items = [
        {"id": "1", "claim": "sale", "lang": "en", "title": "Xylander denies it will buy Holmquist",
         "summary": "", "outlet": "Harbour Times", "statements": [{"stance": "denies"}, {"stance": "declines"}]},
        {"id": "2", "claim": "flood", "lang": "en", "title": "Fog over the bay", "summary": "",
         "outlet": "Harbour Times", "statements": []},
    ]  # fmt: skip
    for name, rows in (("claims", claims), ("items", items)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    found = pairs([tmp_path])
    assert {(p.item, p.claim.split("/")[1], p.bare) for p in found if p.mine} == {
        ("1", "sale", False), ("1", "sale", True), ("2", "flood", False), ("2", "flood", True),
    }  # fmt: skip
    (denial,) = (p for p in found if p.mine and p.item == "1" and not p.bare)
    assert denial.expected == NO
    assert {str(c.stance) for c in denial.found} == NO
    (fog,) = (p for p in found if p.mine and p.item == "2" and not p.bare)
    assert (fog.expected, fog.found, fog.match) == (NOTHING, (), 0.0)


def test_parties_by_name_or_with_all_their_names() -> None:
    row = {"id": "c", "statement": "x", "parties": ["Kremlin", {"name": "Bolsk", "aliases": ["Bolskaya"]}]}
    assert claim_of(row).parties == (Party(name="Kremlin"), Party(name="Bolsk", aliases=("Bolskaya",)))


def test_bins_by_hand() -> None:
    found = bins([(0.0, False), (0.05, True), (0.72, True), (0.78, False), (0.75, True), (1.0, True)])
    assert [(b.said, b.right, b.pairs) for b in found] == [
        (pytest.approx(0.025), 0.5, 2),
        (pytest.approx(0.75), pytest.approx(2 / 3), 3),
        (1.0, 1.0, 1),
    ]
    assert error(found) == pytest.approx((2 * 0.475 + 3 * (0.75 - 2 / 3)) / 6)


def test_who_is_right_as_often_as_said_lies_on_the_diagonal() -> None:
    assert error(bins([(0.25, n == 0) for n in range(4)] + [(0.75, n > 0) for n in range(4)])) == 0


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans())))
def test_no_pair_is_left_out(said: list[tuple[float, bool]]) -> None:
    found = bins(said)
    assert sum(b.pairs for b in found) == len(said)
    assert 0 <= error(found) <= 1


def test_the_picture_is_svg_with_a_mark_for_each_bin() -> None:
    found = [Bin(0.1, 0.2, 900), Bin(0.9, 0.85, 4)]
    picture = ET.fromstring(draw({"confirms": found, "denies <": found[:1]}))
    marks = picture.findall("{*}circle")
    assert [m.get("fill") == "white" for m in marks] == [False, True, False], "few pairs, a hollow mark"
    assert (float(marks[0].get("cy", 0)), float(marks[1].get("cy", 0))) == (44 + 0.8 * 300, 44 + 0.15 * 300)
    assert {"900", "4", "confirms, 904 pairs", "denies <, 900 pairs"} <= {t.text for t in picture.findall("{*}text")}
