"""Which names tie an item to a claim by themselves."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from monitor.matching import rarity
from monitor.matching.rarity import famous, rare

FILE = Path(rarity.__file__).with_name("famous.toml")


@pytest.mark.parametrize(
    ("name", "is_rare"),
    [
        ("Quennerstad", True),
        ("Orla Quennerstad", True),
        ("Trump", False),  # in the news every day
        ("Donald Trump", False),
        ("Трамп", False),  # … in any script
        ("Путином", False),  # … in any case
        ("Trumpem", False),
        ("Trumpentaler", True),  # … but not whoever's name begins so
        ("Banksy", True),  # a bank is no Banksy
        ("Schröder", False),  # … and any spelling
        ("Orla Smith", False),  # many people's surname
        ("Harbour Street", False),  # an ordinary word with a capital
        ("Tor", False),  # too short
        ("Orla Tor", False),
        ("quennerstad", False),  # no name
        ("Quennerstad trial", False),
    ],
)
def test_rare(name: str, is_rare: bool) -> None:
    assert rare(name.split()) is is_rare


def test_what_is_famous_is_kept_in_one_spelling() -> None:
    assert {"trump", "london", "januari", "schroder"} & famous() == {"trump", "london", "schroder"}
    assert all(word == word.casefold() and " " not in word for word in famous())


def test_the_table_holds_words_only() -> None:
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    words = [word for group in data.values() for word in group.split()]
    assert set(data) == {"people", "brands", "words", "places", "surnames", "cyrillic"}
    assert all(word.isalpha() and word.islower() for word in words)
