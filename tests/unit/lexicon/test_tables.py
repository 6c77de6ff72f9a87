"""Languages without a file of their own that another's file reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.languages import load as languages
from monitor.lexicon.tables import names, tables
from monitor.model.source import Item
from monitor.pipeline.judge import language_of


@pytest.mark.parametrize(
    ("given", "read"), [("no", "nb"), ("nn", "nb"), ("sr", "hr"), ("bs", "hr"), ("sh", "hr"), ("nb", "nb")]
)
def test_near_languages_are_read_with_one_file(given: str, read: str) -> None:
    assert tables(given).known
    assert tables(given) is tables(read)
    assert tables(given).code == read


def test_a_language_that_nobody_wrote_down_has_names_only() -> None:
    assert not tables("mt").known
    assert {entry.table for entry in tables("mt").entries} == {"name"}


@pytest.mark.parametrize(("given", "read"), [("no-NO", "nb"), ("sr-Latn-RS", "hr")])
def test_the_language_an_item_says_it_is_in_leads_to_the_file(given: str, read: str) -> None:
    item = Item(id="1", feed="https://news.example/feed", title="Statsministeren går av", language=given)
    assert tables(language_of(item)).code == read


def test_a_file_of_its_own_counts_more_than_an_alias(tmp_path: Path) -> None:
    (tmp_path / "nb.toml").write_text('[meta]\ncode = "nb"\nalso = ["no", "nn"]\n', encoding="utf-8")
    (tmp_path / "nn.toml").write_text('[meta]\ncode = "nn"\n', encoding="utf-8")
    assert languages.aliases(tmp_path) == {"no": "nb"}


def test_an_alias_is_a_code(tmp_path: Path) -> None:
    (tmp_path / "nb.toml").write_text('[meta]\ncode = "nb"\nalso = ["Nynorsk"]\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="two small letters"):
        languages.aliases(tmp_path)


def test_the_gazetteer_joins_what_several_files_say() -> None:
    assert names()["Kremlin"].of == ("Russia",)
