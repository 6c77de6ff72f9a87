"""The line of a key, in every shape that TOML gives to tables."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.tomlfile.lines import key_lines

CASES = {
    "plain keys": ("a = 1\nb = 2\n", {("a",): 1, ("b",): 2}),
    "a table is where its header is": ("\n[t]\na = 1\n", {("t",): 2, ("t", "a"): 3}),
    "tables around it as well": ("[a.b.c]\nd = 1\n", {("a",): 1, ("a", "b"): 1, ("a", "b", "c", "d"): 2}),
    "arrays of tables count": (
        "[[c]]\nid = 1\n[[c]]\nid = 2\n[c.sub]\nx = 1\n[[c.list]]\ny = 1\n[[c.list]]\n[[c]]\n[[c.list]]\n",
        {
            ("c",): 1,
            ("c", 0): 1,
            ("c", 1): 3,
            ("c", 1, "id"): 4,
            ("c", 1, "sub", "x"): 6,
            ("c", 1, "list", 0, "y"): 8,
            ("c", 1, "list", 1): 9,
            ("c", 2, "list", 0): 11,
        },
    ),
    "dotted and quoted keys": (
        'a . b = 1\n"c.d".\'e f\' = 2\n"\\u00e4" = 3\n',
        {("a", "b"): 1, ("c.d", "e f"): 2, ("ä",): 3},
    ),
    "lists over many lines": (
        "a = [ # one ] two\n  1,\n\n  [ 2,\n 3 ], # '''\n]\nb = 1\n",
        {("a", 0): 2, ("a", 1): 4, ("a", 1, 1): 5, ("b",): 7},
    ),
    "inline tables": (
        'a = { b = 1, c = { d = [ "}", { e = 2 } ] } }\nf = 1\n',
        {("a", "b"): 1, ("a", "c", "d", 1, "e"): 1, ("f",): 2},
    ),
    "strings that look like TOML": (
        'a = """\n[no]\nb = 1 \\"""\n"""\nc = \'\'\'\n[[no]]\n\'\'\'\nd = "# \\" ] }"\ne = \'\\\'\nf = 1\n',
        {("a",): 1, ("c",): 5, ("d",): 8, ("e",): 9, ("f",): 10},
    ),
    "strings that end in quotes": ('a = """x"""""\nb = \'\'\'y\'\'\'\'\'\nc = ""\nd = 1\n', {("b",): 2, ("d",): 4}),
    "dates with a space": (
        "a = 1979-05-27 07:32:00Z\nb = 07:32:00\nc = 1979-05-27 # no time\nd = 1\n",
        {("b",): 2, ("d",): 4},
    ),
    "Windows line ends": ("a = [\r\n  1,\r\n  2,\r\n]\r\n[t]\r\nb = 1\r\n", {("a", 1): 3, ("t", "b"): 6}),
    "no line end at the end": ("a = 1\nb = {}", {("b",): 2}),
    "nothing": ("# only this\n", {}),
}


@pytest.mark.parametrize("name", CASES)
def test_lines_of(name: str) -> None:
    text, expected = CASES[name]
    tomllib.loads(text)  # the case itself is right
    found = key_lines(text)
    assert {path: found.get(path) for path in expected} == expected


def test_brackets_without_end_are_no_endless_loop() -> None:
    assert key_lines("a = " + "[" * 5_000 + "]" * 5_000)[("a",)] == 1


# -- whatever is written, every key is found on the line where it stands

KEYS = st.one_of(
    st.text("abcXYZ019_-", min_size=1, max_size=5),
    st.text(max_size=5).filter(lambda key: not any(0xD800 <= ord(c) < 0xE000 for c in key)),
)
TEXTS = st.sampled_from(["", "x", 'a"b', "[t]", "k = 1", "# no", "'", "}", "]", "\\", "ä", "'''"])
VALUES = st.recursive(
    st.one_of(st.integers(-9, 99), st.booleans(), TEXTS, st.sampled_from([1.5, float("inf")])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)


def quoted(text: str) -> str:
    escaped = "".join(c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text)
    return f'"{escaped}"'


def written(value: Any, breaks: str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return f"[{breaks}" + "".join(written(entry, breaks) + f",{breaks}" for entry in value) + "]"
    if isinstance(value, dict):  # TOML 1.0 has no line breaks in inline tables, only in the lists within
        return "{ " + ", ".join(f"{quoted(key)} = {written(entry, breaks)}" for key, entry in value.items()) + " }"
    return repr(value)


@given(st.lists(st.dictionaries(KEYS, VALUES, max_size=4), max_size=4), st.sampled_from([" ", "\n", " # ] }\n\n"]))
def test_every_key_of_any_document(tables: list[dict[str, Any]], breaks: str) -> None:
    lines: list[str] = []
    expected: dict[tuple[str | int, ...], int] = {}
    for index, table in enumerate(tables):
        expected["t", index] = len(lines) + 1
        lines.append("[[t]]")
        for key, value in table.items():
            expected["t", index, key] = len(lines) + 1
            lines += f"{quoted(key)} = {written(value, breaks)}".split("\n")
    text = "\n".join(lines)
    assert tomllib.loads(text).get("t", []) == tables
    found = key_lines(text)
    assert {path: found.get(path) for path in expected} == expected
    assert set(found) == set(paths(tomllib.loads(text)))


def paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    here = [path] if path else []
    return here + [found for key, entry in entries for found in paths(entry, (*path, key))]
