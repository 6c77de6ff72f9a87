"""Word for word, but for what copying changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.opinion.quote import find, occurs, plain
from tests.support.values import item

TEXT = "Kremlin spokesman Dmitry\u00a0Peskov said: “No such call took place – it isn’t\ntrue.” « Non », a-t-il dit."
ITEM = item(
    "one", title="Kremlin denies call", summary=TEXT, content="克里姆林宫否认了通话。Unconfirmed reports say so."
)


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("Kremlin denies call", "Kremlin denies call"),
        ('"Kremlin denies call"', "Kremlin denies call"),
        ("Dmitry Peskov said", "Dmitry\u00a0Peskov said"),
        ("No such call took place – it isn't true", "No such call took place – it isn’t\ntrue"),
        ('said: "No such call', "said: “No such call"),
        ('"Non", a-t-il dit.', "Non », a-t-il dit."),
        ("克里姆林宫否认了通话", "克里姆林宫否认了通话"),
        ("否认了", "否认了"),
        ("No  such\ncall took", "No such call took"),
    ],
)
def test_found_with_its_place(quote: str, found: str) -> None:
    evidence = find(quote, ITEM)
    assert evidence is not None
    assert evidence.text == found
    assert dict(ITEM.fields())[evidence.field][evidence.start : evidence.end] == found


@pytest.mark.parametrize(
    "quote",
    [
        "Kremlin denied call",
        "kremlin denies call",
        "Kremlin confirms call",
        "No such call took place - it isn't true",
        "Kremlin … call",
        "confirmed reports say so",
        "Kremlin denies cal",
        "call",
        "No",
        "",
        '""',
        "否认",
        "Kremlin denies call Kremlin spokesman",
        "x" * 5_000,
    ],
)
def test_what_is_not_there_or_too_little(quote: str) -> None:
    assert find(quote, ITEM) is None


@given(st.text(min_size=1, max_size=80), st.text(max_size=30), st.text(max_size=30))
def test_whatever_is_found_is_cut_from_the_item(middle: str, before: str, after: str) -> None:
    made = item("one", title=before + middle + after)
    evidence = find(middle, made)
    if evidence is not None:
        assert evidence.text == made.title[evidence.start : evidence.end]
        assert plain(evidence.text)[0].strip("' ") == plain(middle)[0].strip("' ")


@given(st.text(max_size=200))
def test_places_point_into_the_text(text: str) -> None:
    made, places = plain(text)
    assert len(made) == len(places)
    assert places == sorted(places)
    assert plain(made)[0].strip() == made.strip()


@pytest.mark.parametrize(("name", "there"), [("dmitry peskov", True), ("Peskov", True), ("Pesko", False), ("", False)])
def test_names(name: str, there: bool) -> None:
    assert occurs(name, ITEM) is there
