from dataclasses import replace

import pytest

from monitor.model.verdict import Evidence
from monitor.story import origin
from tests.unit.story.stories import item, statement, table

ROWS = [(row["language"], example) for row in origin._table()["lean"] for example in row["examples"]]


@pytest.mark.parametrize(("language", "example"), ROWS, ids=[f"{lang}-{ex['text'][:30]}" for lang, ex in ROWS])
def test_every_row_of_the_table_keeps_its_examples(language, example):
    assert origin.leaned_on(example["text"]) == example.get("origin")


@pytest.mark.parametrize("case", table("origins")["cases"], ids=lambda case: case["text"][:40])
def test_marks_and_names_in_whole_texts(case):
    told = item("i", case.get("publisher", "One"), title=case.get("title", ""), summary=case["text"])
    start = case["text"].find(case.get("evidence", ""))
    said = Evidence(
        text=case.get("evidence", ""), field="summary", start=start, end=start + len(case.get("evidence", ""))
    )
    assert origin.origin_of(told, replace(statement(), evidence=said)) == case.get("origin")


def test_ten_languages_have_a_row():
    assert {language for language, _ in ROWS} == {"en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "uk"}


def test_a_megabyte_of_names_is_read_in_time():
    hostile = "laut " * 50_000 + "„" * 50_000 + " Reuters" * 50_000
    said = Evidence(text="laut", field="summary", start=300_000, end=300_004)
    origin.origin_of(item("i", summary=hostile), replace(statement(), evidence=said))
