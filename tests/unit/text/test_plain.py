from __future__ import annotations

import time
import tomllib
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.plain import one_line, plain

CASES = tomllib.loads((Path(__file__).parents[2] / "cases/text/plain.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_cases(case: dict[str, str]) -> None:
    assert plain(case["html"]) == case["text"]


PIECES = [
    "<",
    ">",
    "<a ",
    "'",
    '"',
    "<!--",
    "-->",
    "&",
    "&#",
    ";",
    "<script>",
    "</script>",
    "<p>",
    "x",
    " ",
    "\n",
    "\u202e",
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=40).map("".join))
def test_no_input_leaves_a_character_that_harms(markup: str) -> None:
    text = plain(markup)
    assert not [c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cs")]
    assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert text == text.strip()
    assert "\n" not in one_line(markup)


@given(st.text(alphabet=st.characters(blacklist_characters="<&"), max_size=200))
def test_plain_text_is_left_alone_the_second_time(text: str) -> None:
    assert plain(plain(text)) == plain(text)


HOSTILE = [
    "< ",
    "<a ",
    '<a "',
    "<a '\"",
    "<b>",
    "<script>",
    "<script ",
    "<!--",
    "<!a",
    "<!DOCTYPE ",
    "<?",
    "&",
    "&#x",
    "\n ",
    "e\u0301",
    "</",
    "<p",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_is_linear_in_hostile_input(piece: str) -> None:
    def cost(times: int) -> float:
        start = time.process_time()
        plain(piece * times)
        return time.process_time() - start

    # Twenty times the input; a quadratic reading would take four hundred times as long.
    assert cost(200_000) < 100 * max(cost(10_000), 0.003)
