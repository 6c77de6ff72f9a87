"""Whatever is done to a good config file: it loads, or is refused with lines that are in the file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import app
from monitor.errors import ConfigError, Fault

GOOD = Path(__file__).parents[1] / "cases" / "config" / "good"
CONFIG = (GOOD / "everything.toml").read_text() + (GOOD / "watch.inc").read_text()
CONFIG = CONFIG.replace('include = ["watch.inc"]\n', "")

MARKS = ["[", "]", "{", "}", '"', "'", '"""', "'''", "#", "=", ".", ",", "\n", "\r", "\0", "\ufeff", "ä", "\u202e"]
LINES = [
    "[[claims]]\n",
    "[poll]\n",
    "[claims.x.y]\n",
    "x = 1\n",
    "kind = 1\n",
    'kind = "email"\n',
    "a.b.c = {d.e = [1]}\n",
]
VALUES = ["nan", "1e999", "9" * 5_000, "2024-13-01", "[[" * 500, '"whsec_aHVudGVyMg"', "true", "[]", "{}", '""']
SNIPPETS = st.sampled_from([*MARKS, *LINES, *VALUES])


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """A few cuts, insertions and repetitions at random places, half of them at the beginning of a value."""
    text = CONFIG
    for _ in range(draw(st.integers(1, 4))):
        values = [at + 3 for at in range(len(text)) if text.startswith(" = ", at)] or [0]
        start = draw(st.one_of(st.sampled_from(values), st.integers(0, len(text))))
        end = draw(st.one_of(st.just(start), st.integers(start, min(len(text), start + 40))))
        end = draw(st.sampled_from([end, max(start, text.find("\n", start))]))
        text = text[:start] + draw(st.one_of(st.just(""), SNIPPETS, st.just(text[start:end] * 2))) + text[end:]
    return text


@settings(max_examples=300, deadline=None)
@given(text=mutations())
def test_a_mutated_config_loads_or_is_refused_with_lines_in_range(text: str, tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path_factory.getbasetemp() / "mutated.toml"
    file.write_bytes(text.encode())
    for fault in faults_of(file):
        assert fault.message
        assert "whsec_aHV" not in fault.message
        assert fault.line is None or 1 <= fault.line <= text.count("\n") + 1


def faults_of(file: Path) -> Sequence[Fault]:
    try:
        app.load(file)
    except ConfigError as refused:
        return refused.faults
    return ()
