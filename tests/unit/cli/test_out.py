from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from monitor.cli.feeds import spark
from monitor.cli.lists import span, text, when
from monitor.cli.out import Column, harmless, print_list

ROWS = [{"a": "x", "b": None}, {"a": "evil \x1b[31m\u202e\x00", "b": "2024-11-11T10:00:00Z"}]
COLUMNS = (Column("a", text("a")), Column("b", when("b"), wide=True))


def test_json_is_one_object_a_line_and_streams(capsys: pytest.CaptureFixture[str]) -> None:
    def endless() -> Iterator[dict[str, Any]]:
        yield ROWS[0]
        assert json.loads(capsys.readouterr().out) == ROWS[0], "printed before the next row is asked for"
        yield ROWS[1]

    print_list(endless(), COLUMNS, as_json=True, empty="nothing")
    assert json.loads(capsys.readouterr().out) == ROWS[1]


def test_a_pipe_gets_plain_columns_without_control_characters(capsys: pytest.CaptureFixture[str]) -> None:
    print_list(iter(ROWS), COLUMNS, as_json=False, empty="nothing")
    assert capsys.readouterr().out == "x\t\nevil  [31m  \t2024-11-11T10:00:00Z\n"


def test_an_empty_list_says_why_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    print_list(iter(()), COLUMNS, as_json=False, empty="nothing yet")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "nothing yet\n")


@pytest.mark.parametrize("evil", ["\x1b[2J", "\x07", "\u202e", "\u2066", "\x9b31m", "\ufeff", "\ud800"])
def test_what_could_move_the_cursor_or_turn_the_text_is_gone(evil: str) -> None:
    shown = harmless(f"a{evil}b")
    assert not set(evil) - set("[2J31m") & set(shown)
    assert shown[0] == "a"
    assert shown[-1] == "b"


def test_letters_of_all_scripts_stay() -> None:
    assert harmless("Кремль — 克里姆林宫 ‘کرملین’ 👩‍💻") == "Кремль — 克里姆林宫 ‘کرملین’ 👩‍💻"


@pytest.mark.parametrize(
    ("seconds", "shown"), [(5, "5 s"), (90, "2 min"), (7200, "2 h"), (200_000, "2 d"), (-300, "in 5 min"), (0, "0 s")]
)
def test_spans_have_one_unit(seconds: float, shown: str) -> None:
    assert span(seconds) == shown


def test_a_spark_line_shows_the_busiest_day_highest_and_no_day_as_nothing() -> None:
    assert spark([0, 1, 4, 8]) == " ▁▄█"
    assert spark([]) == ""
    assert spark([0, 0]) == "  "
