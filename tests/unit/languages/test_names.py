"""The gazetteer: one entry for a name, however many files write of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.languages import names
from monitor.text.lexer import Lexer, longest
from monitor.text.words import words

BASE = '[[entry]]\nname = "Norway"\nkind = "country"\nforms = ["Norge*"]\nspeaks = ["Oslo"]\nspeakers = ["Kari Vik"]\n'


def written(folder: Path, *texts: str) -> tuple[Path, ...]:
    paths = tuple(folder / f"names-{n}.toml" for n, _ in enumerate(texts))
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def test_entries_of_one_name_are_joined(tmp_path: Path) -> None:
    more = '[[entry]]\nname = "Norway"\nforms = ["Norja*", "Norge*"]\nspeaks = ["Oslon"]\nof = ["Europe"]\n'
    (entry,) = names.load(written(tmp_path, BASE, more + 'speakers = ["Per Lie", "Kari Vik"]\n'))
    assert entry.kind == "country"
    assert entry.of == ("Europe",)
    assert entry.speakers == ("Kari Vik", "Per Lie")
    assert len(entry.phrases) == 3  # the name, and Norge* only once
    lexer = Lexer([entry.phrases, entry.speaks])
    assert {hit.row for hit in lexer.find(words("Norjan hallitus"))} == {0}
    assert {hit.row for hit in lexer.find(words("Oslo"))} == {hit.row for hit in lexer.find(words("Oslon"))} == {1}


def test_one_name_is_of_one_kind(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="elsewhere it is a country"):
        names.load(written(tmp_path, BASE, '[[entry]]\nname = "Norway"\nkind = "city"\n'))


def test_no_name_of_ours_stands_twice() -> None:
    found = [entry.name for entry in names.load()]
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Valkoisen talon tiedottaja", "White House"),
        ("Venäjän ulkoministeriö", "Russian Foreign Ministry"),
        ("Valko-Venäjällä", "Belarus"),
        ("a magyarok", "Hungary"),
        ("Oroszországban", "Russia"),
        ("Det Hvide Hus afviser", "White House"),
        ("Det hvite hus avviser", "White House"),
        ("Comisia Europeană neagă", "European Commission"),
        ("bijele kuće", "White House"),
        ("Beyaz Saray'dan yalanlama", "White House"),
        ("İsveç Dışişleri", "Sweden"),
        ("Bieleho domu", "White House"),
        ("Ο Λευκός Οίκος διαψεύδει", "White House"),
        ("руското външно министерство", "Russian Foreign Ministry"),
        ("w Seulu", "Seoul"),
    ],
)
def test_a_name_is_known_in_the_language_of_the_text(text: str, name: str) -> None:
    assert name in named(text)


@pytest.mark.parametrize(
    "text",
    [
        "un seul homme",
        "the soul of it",
        "haga lo que quiera",
        "atentat la București",
        "a hint",
        "el fin",
        "virologists",
    ],
)
def test_a_common_word_is_no_capital(text: str) -> None:
    assert named(text) <= {"Romania", "Bucharest"}


def named(text: str) -> set[str]:
    entries = [entry for entry in names.load() if entry.kind != "outlet"]
    lexer = Lexer([entry.phrases for entry in entries])
    return {entries[hit.row].name for hit in longest(lexer.find(words(text)))}
