from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.notify.clean import cut, host, line, link, paragraph


@given(st.text(max_size=400), st.integers(1, 100))
def test_a_line_is_one_line_without_controls_and_no_longer_than_asked(text: str, limit: int) -> None:
    clean = line(text, limit)
    assert len(clean) <= limit
    assert not {unicodedata.category(c) for c in clean} & {"Cc", "Cs", "Zl", "Zp"}
    assert not set(clean) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff")
    assert line(clean, limit) == clean


@pytest.mark.parametrize("text", ["می‌خواهم", "שלום\u200f!", "👩‍👩‍👧", "Việt Nam", "ไม่จริง", "é", "ẹ̀́"])
def test_honest_spelling_is_left_alone(text: str) -> None:
    assert line(text) == text


def test_cut_at_a_word() -> None:
    assert cut("one two three four", 15) == "one two three…"
    assert cut("x" * 50, 10) == "x" * 9 + "…"
    assert cut("short", 10) == "short"


def test_paragraphs_keep_lines_apart() -> None:
    assert paragraph("one\r\n\r\ntwo\x1b[2J\nthree") == ["one", "two [2J", "three"]


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org/a?b=c#d", True),
        ("http://example.org", True),
        ("https://пример.рф/новость", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("https://example.org/\r\nBcc: x", False),
        ("https://example.org/\u202e", False),
        ('https://example.org/"onclick="x', False),
        ("https://example.org/<b>", False),
        ("https://", False),
        ("https://[", False),
        ("https://example.org/" + "a" * 3000, False),
        ("", False),
        (None, False),
    ],
)
def test_only_links_that_are_safe_to_click_are_shown(url: str | None, kept: bool) -> None:
    assert link(url) == (url if kept else None)


def test_host_for_people() -> None:
    assert (host("https://www.example.org/x"), host("nonsense"), host("https://["), host(None)) == (
        "example.org",
        "",
        "",
        "",
    )
