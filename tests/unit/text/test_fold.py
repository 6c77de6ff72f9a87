"""Letters that stand for one another, and words that must stay apart."""

from __future__ import annotations

import pytest

from monitor.text.fold import key, keys, low
from monitor.text.lexer import Lexer
from monitor.text.pattern import parse
from monitor.text.words import words


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("istifa", "İstifa eden bakan"),
        ("istifa", "İSTİFA KARARI"),
        ("savcılık", "SAVCILIK AÇIKLADI"),
        ("ışık*", "Işıklar söndü"),
        ("yalanladı", "Bakan yalanladı"),
        ("știre falsă", "O ştire falsă"),  # cedillas
        ("ştire", "o știre"),
        ("instanț*", "INSTANŢA a decis"),
    ],
)
def test_a_pattern_meets_the_letters_a_newsroom_types(pattern: str, text: str) -> None:
    assert list(Lexer([parse(pattern)]).find(words(text)))


@pytest.mark.parametrize(("one", "other"), [("würde", "wurde"), ("confirmó", "confirmo"), ("żar", "zar")])
def test_accents_that_grammar_hangs_on_stay(one: str, other: str) -> None:
    assert low(one) != low(other)


def test_letters_typed_for_one_another_have_one_key() -> None:
    written = ["İstanbul", "Istanbul", "istanbul", "Chişinău", "Chișinău"]
    assert keys(written) == [key(word) for word in written] == ["istanbul"] * 3 + ["chisinau"] * 2
