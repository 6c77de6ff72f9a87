"""The gazetteer: one entry for a name, however many files write of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.languages import names
from monitor.text.lexer import Lexer
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
