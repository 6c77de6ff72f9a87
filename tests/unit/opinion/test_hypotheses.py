"""A claim as an inference model is asked about it."""

from __future__ import annotations

import pytest

from monitor.model.claim import Claim
from monitor.opinion.hypotheses import denials, hypotheses

ENGLISH = Claim(id="a", statement="The mayor has\nresigned", phrasings={"de": ("Der Bürgermeister tritt zurück",)})
GEORGIAN = Claim(id="b", statement="მერი გადადგა", language="ka")


def test_the_claim_and_that_it_is_false() -> None:
    asked = hypotheses(ENGLISH, "en")
    assert asked.claim == "The mayor has resigned"
    assert asked.denial == "The following is false: The mayor has resigned"


def test_in_the_items_language_where_the_claim_speaks_it() -> None:
    asked = hypotheses(ENGLISH, "de")
    assert asked.claim == "Der Bürgermeister tritt zurück"
    assert asked.denial == "Folgendes ist falsch: Der Bürgermeister tritt zurück"


def test_else_as_it_is_stated() -> None:
    assert hypotheses(ENGLISH, "fr") == hypotheses(ENGLISH, "en")


def test_a_language_without_a_frame_is_denied_in_english() -> None:
    assert hypotheses(GEORGIAN, "ka").denial == "The following is false: მერი გადადგა"


def test_a_statement_with_braces_is_no_format() -> None:
    claim = Claim(id="c", statement="The law {0} was passed", language="en")
    assert hypotheses(claim, "en").denial.endswith("The law {0} was passed")


def test_a_very_long_statement_leaves_room() -> None:
    claim = Claim(id="c", statement="word " * 300, language="en")
    assert len(hypotheses(claim, "en").claim) <= 400


@pytest.mark.parametrize("frame", denials().values())
def test_each_frame_has_one_place_for_the_claim(frame: str) -> None:
    assert frame.count("{}") == 1
    assert frame.endswith("{}")


def test_big_languages_have_a_frame() -> None:
    assert {"en", "de", "fr", "es", "it", "nl", "pl", "pt", "ru", "uk", "cs", "sv"} <= set(denials())
