"""Every example of every kind of event must be found, in its group. One file: `pytest -k politics`."""

from __future__ import annotations

from functools import cache

import pytest

from monitor.events import load as events
from monitor.text.lexer import Lexer, longest
from monitor.text.words import words

FILES = {path.name: path for path in events.files()}


@cache
def all_kinds() -> dict[str, events.Kind]:
    return events.load()


def wrong_examples(kind: events.Kind, code: str) -> list[str]:
    wording = kind.wordings[code]
    groups = list(wording.phrases)
    lexer = Lexer(list(wording.phrases.values()))
    told = []
    for group, sentences in wording.examples.items():
        for sentence in sentences:
            hit = {groups[h.row] for h in longest(lexer.find(words(sentence)))}
            if group == "not" and hit:
                told.append(
                    f"{kind.file}:{kind.line} [{kind.id}.{code}] counterexample hit as {sorted(hit)}: {sentence!r}"
                )
            if group != "not" and group not in hit:
                told.append(
                    f"{kind.file}:{kind.line} [{kind.id}.{code}] {group} not found (got {sorted(hit)}): {sentence!r}"
                )
    return told


@pytest.mark.parametrize("name", FILES)
def test_every_kind_keeps_its_examples(name):
    kinds = events.load([FILES[name]])
    wrong = [line for kind in kinds.values() for code in kind.wordings for line in wrong_examples(kind, code)]
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_kind_says_what_it_is():
    assert [kind.id for kind in all_kinds().values() if not kind.what] == []


def test_kinds_refer_to_kinds_that_exist():
    assert events.unknown(all_kinds()) == []
