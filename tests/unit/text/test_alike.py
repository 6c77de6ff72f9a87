"""Spellings of one name, and names that only share their consonants."""

from __future__ import annotations

import pytest

from monitor.text.alike import one_name
from monitor.text.fold import key, plain

ONE = """
Путин Putin
Poutine Putin
Зеленський Zelensky
Зеленский Selenskyj
Selenskyj Zelenskyy
Khrushchev Chruschtschow
Kroutchev Khrushchev
Залужний Zaluzhnyi
Saluschnyj Zaluzhny
Tokaïev Tokajew
Лукашенко Lukaschenko
Netanjahu Netanyahu
Kadirov Kadyrow
Miedwiediew Medvedev
Prigoschin Prigozhin
Jelzin Yeltsin
Müller Mueller
Nawalnyj Navalny
"""
TWO = """
Musnauhenn Moazusnan
Rulapim Ralhaipiem
Potente Putin
Brandão Brand
Martin Morton
Johnson Jansen
Petersen Paterson
Marin Moreno
Lawson Lewison
"""


def pairs(table: str) -> list[tuple[str, str]]:
    return [(one, other) for one, other in (line.split() for line in table.strip().splitlines())]


def alike(one: str, other: str) -> bool:
    return one_name(key(one), key(other), same_script=plain(one).isascii() == plain(other).isascii())


@pytest.mark.parametrize(("one", "other"), pairs(ONE))
def test_one_name_in_two_spellings(one: str, other: str) -> None:
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(("one", "other"), pairs(TWO))
def test_two_names_with_the_same_consonants(one: str, other: str) -> None:
    assert not alike(one, other)
    assert not alike(other, one)
