"""Whose name it is: spellings of the claim's own, and people who share a sound, a first name or a surname with it."""

from __future__ import annotations

import pytest

from monitor.matching.terms import Terms
from monitor.model.claim import Claim
from monitor.model.source import Item
from monitor.model.verdict import Relation
from monitor.pipeline.judge import Judge
from monitor.text.words import words

SOMEBODY_ELSE = [
    ("Minister Minvagar Moazusnan resigns", "Minister Musnauhenn Lienevoan denies resignation"),
    ("Minister Minvagar Moazusnan resigns", "Minister Peter Moazusnan denies resignation"),
    ("Minister Minvagar Moazusnan resigns", "Peter Moazusnan denies resignation"),
    ("Minister Minvagar Moazusnan resigns", "Minister Minvagar Holst denies resignation"),
    ("Minister Gelagum Ralhaipiem resigns", "Minister Rulapim Fooloatur denies resignation"),
    ("Minister Gelagum Ralhaipiem resigns", "Rulapim Fooloatur denies he resigned"),
    ("Anna Keller resigns as mayor of Gresten", "Mayor Peter Keller denies he will resign"),
]
THE_SAME = [
    ("Minister Minvagar Moazusnan resigns", "Minister Moazusnan denies resignation"),
    ("Minister Minvagar Moazusnan resigns", "Minvagar Moazusnan denies resignation"),
    ("Volodymyr Zelensky resigns", "Wolodymyr Selenskyj denies resignation"),
    ("Volodymyr Zelensky resigns", "Selenskyj dementiert Rücktritt"),
    ("Vladimir Putin resigns", "Путин опроверг отставку"),
]


def denied(statement: str, title: str, about: tuple[tuple[str, ...], ...]) -> bool:
    judge = Judge([Claim(id="c", statement=statement, about=about)])
    return any(a.relation is Relation.DENIES for a in judge.judge_item(Item(id="i", feed="", title=title)))


def groups(statement: str) -> tuple[tuple[str, ...], ...]:
    """The person's full name and surname, as a watchlist gives them."""
    first, last = statement.removeprefix("Minister ").split()[:2]
    return ((f"{first} {last}", last),)


@pytest.mark.parametrize("given", [False, True], ids=["guessed", "given"])
@pytest.mark.parametrize(("statement", "title"), SOMEBODY_ELSE)
def test_somebody_else(statement: str, title: str, given: bool) -> None:
    assert not denied(statement, title, groups(statement) if given else ())


@pytest.mark.parametrize("given", [False, True], ids=["guessed", "given"])
@pytest.mark.parametrize(("statement", "title"), THE_SAME)
def test_the_same_person(statement: str, title: str, given: bool) -> None:
    assert denied(statement, title, groups(statement) if given else ())


@pytest.mark.parametrize(
    ("term", "word", "meets"),
    [
        ("Зеленський", "Selenskyj", True),
        ("Selenskyj", "Зеленский", True),
        ("Putin", "Poutine", True),
        ("Moazusnan", "Musnauhenn", False),
        ("Ralhaipiem", "Rulapim", False),
        ("Paris", "Preise", False),
    ],
)
def test_a_name_meets_its_own_spellings(term: str, word: str, meets: bool) -> None:
    terms = Terms()
    number = terms.number_of(words(term)[0], name=True)
    assert (number in terms.touched(words(word)[0])) is meets
    assert (number in terms.touched_by({word})) is meets
