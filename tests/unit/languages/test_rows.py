"""Every example of every row must be found, and no counterexample may be. One language: `pytest -k "[de"`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.languages import load as languages
from monitor.languages import names
from monitor.text.lexer import Lexer, longest
from monitor.text.pattern import parse
from monitor.text.words import words


@cache
def tables(code: str) -> tuple[languages.Language, Lexer]:
    language = languages.load(code)
    return language, Lexer([row.phrases for row in language.rows])


def found(code: str, sentence: str) -> set[int]:
    """Rows that a sentence hits, after longer hits have swallowed shorter ones."""
    _, lexer = tables(code)
    return {hit.row for hit in longest(lexer.find(words(sentence)))}


def unmet(code: str, number: int) -> list[str]:
    """Patterns of a row that none of its examples shows."""
    language, _ = tables(code)
    row = language.rows[number]
    lexer = Lexer([parse(p) for p in row.patterns])
    shown = {hit.row for example in row.examples for hit in lexer.find(words(example))}
    return [p for i, p in enumerate(row.patterns) if i not in shown]


@pytest.mark.parametrize("code", languages.codes())
def test_every_row_keeps_its_examples(code):
    language, _ = tables(code)
    wrong = []
    for number, row in enumerate(language.rows):
        at = f"{row.file}:{row.line} {row.table} {row.type} {row.patterns[0]!r}"
        wrong += [f"{at}: not found in its example {e!r}" for e in row.examples if number not in found(code, e)]
        wrong += [f"{at}: found in its counterexample {e!r}" for e in row.nots if number in found(code, e)]
        wrong += [f"{at}: no example shows the pattern {p!r}" for p in unmet(code, number)]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("code", languages.codes())
def test_no_pattern_stands_in_two_rows(code):
    language, _ = tables(code)
    seen: dict[str, languages.Row] = {}
    wrong = []
    for row in language.rows:
        for pattern in row.patterns:
            other = seen.setdefault(f"{row.table} {pattern}", row)
            if other is not row:
                wrong.append(f"{row.file}:{row.line} {row.table} {pattern!r} also stands in {other.file}:{other.line}")
    assert not wrong, "\n" + "\n".join(wrong)


def test_the_gazetteer_loads_and_its_parents_exist():
    entries = names.load()
    known = {entry.name for entry in entries}
    assert [f"{e.name} of {o}" for e in entries for o in e.of if o not in known] == []


def test_faults_are_told_all_at_once_with_their_lines(tmp_path: Path):
    (tmp_path / "xx.toml").write_text(
        '[meta]\ncode = "xx"\n\n[[cue]]\ntype = "denny"\npattern = "a* (b"\nexample = "no"\nstrenght = "weak"\n',
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as caught:
        languages.load("xx", tmp_path)
    told = str(caught.value)
    assert "did you mean deny?" in told
    assert "did you mean strength?" in told
    assert "a bracket is never closed" in told
    assert "xx.toml:6" in told
