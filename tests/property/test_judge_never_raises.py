"""Whatever a feed sends, `judge_item` answers, and its evidence is cut exactly out of the item."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model.claim import Claim, Party
from monitor.model.source import Item
from monitor.model.verdict import Relation
from monitor.pipeline.explain import explain
from monitor.pipeline.judge import Judge

CLAIMS = (
    Claim(
        id="call",
        statement="Donald Trump and Vladimir Putin spoke by telephone on 7 November 2024",
        about=(("Trump", "Трамп"), ("Putin", "Путин", "Kremlin", "Kreml")),
        parties=(Party(name="Kremlin", aliases=("Kreml",), speakers=("Dmitri Peskow",)),),
        since=date(2024, 11, 7),
    ),
    Claim(id="stays", statement="Ministerin Wendt tritt nicht zurück"),
    Claim(id="bare", statement="Die Geisel ist tot"),
    Claim(id="odd", statement="🙂"),
)
JUDGE = Judge(CLAIMS)
PIECES = st.sampled_from(
    [
        "Trump", "Putin", "Путин", "Pутин", "Kreml", "denies", "dementiert", "weist", "zurück", "call", "Telefonat",
        "nicht", "Wendt", "tritt", "“", "”", "„", "«", '"', ":", "–", ",", ".", "?", "!", "…", ";", "\n", "\u202e",
        "\u200b", "\u00ad", "31", "8,000", "4,1", "2025", "²", "Ⅷ", "٣", "ﬁ", "İ", "ß", "ё", "й", "🙂", "👨‍👩‍👧",
        "中文", "日本語です", "العربية", "ไทย",
        "<b>", "&amp;", "]]>", "\x00", "'", "’", "n’t", "don't", "об'єкт", "-", "x" * 80,
    ]
)  # fmt: skip
SOUP = st.lists(PIECES | st.text(max_size=6), max_size=60).map(" ".join)


def checked(item: Item) -> None:
    fields = dict(item.fields())
    for assessment in JUDGE.judge_item(item):
        assert isinstance(assessment.relation, Relation)
        for statement in assessment.statements:
            cut = statement.evidence
            assert fields[cut.field][cut.start : cut.end] == cut.text
            assert cut.text
            assert 0 <= statement.confidence <= 1


@settings(max_examples=150, deadline=None)
@given(title=SOUP, summary=SOUP, content=SOUP)
def test_any_soup_is_judged(title, summary, content):
    checked(Item(id="i", feed="", title=title, summary=summary or None, content=content or None))


@settings(max_examples=50, deadline=None)
@given(statement=SOUP, text=SOUP)
def test_any_claim_is_compiled_and_explained(statement, text):
    claim = Claim(id="c", statement=statement, about=((text[:20] or "x",),))
    assert list(explain(Item(id="i", feed="", title=statement, summary=text), claim).told())


@pytest.mark.parametrize("language", ["zh", "ja", "ar", "ko", "xx", "", "de-DE", "EN", "🙂"])
def test_any_language_tag_is_taken(language):
    checked(Item(id="i", feed="", title="Kremlin denies Trump call with Putin 中文 日本語 العربية", language=language))


@pytest.mark.parametrize(
    "text",
    [
        "Kremlin denies Trump Putin call " * 32_000,
        "„" * 200_000,
        "Trump " + "a" * 1_000_000,
        "Trump, Putin: " * 70_000,
        "“Trump Putin call” denies? " * 40_000,
        ".\n" * 500_000,
        "weist " * 150_000 + "zurück",
        "(" * 100_000 + "Trump Putin",
    ],
    ids=["words", "quotes", "one word", "colons", "questions", "lines", "gaps", "brackets"],
)
@pytest.mark.timeout(20)
def test_a_megabyte_without_an_end_is_judged(text):
    checked(Item(id="i", feed="", title=text[:200], summary=text, content=text))


def test_languages_without_tables_only_report():
    found = JUDGE.judge_item(Item(id="i", feed="", title="Trump Putin 通话 克里姆林宫否认", language="zh"))
    assert [a.relation for a in found] == [Relation.REPORTS]
    assert found[0].statements == ()
