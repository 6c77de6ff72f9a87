"""What the documentation says of second readers is so."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from monitor import app
from monitor.cli.models import models
from monitor.settings.opinion import LlmTable, NliTable, OpinionTable

DOCS = Path(__file__).parents[3] / "docs"
GUIDE = (DOCS / "second-opinion.md").read_text(encoding="utf-8")
REFERENCE = (DOCS / "reference" / "second-opinion.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("block", re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL))
def test_its_config_loads(block: str, tmp_path: Path) -> None:
    (tmp_path / "dementi.toml").write_text(block)
    assert app.load(tmp_path / "dementi.toml").settings.second_opinion


@pytest.mark.parametrize("table", [NliTable, LlmTable])
def test_every_key_is_explained(table: type[OpinionTable]) -> None:
    assert not [key for key in table.model_fields if f"`{key}`" not in REFERENCE]


def test_defaults_are_as_written() -> None:
    rows = re.findall(r"^\| (`.*?`) \| (`.*?`) \|", REFERENCE, re.MULTILINE)
    written = {k: v for keys, values in rows for k, v in zip(ticked(keys), ticked(values) * 2, strict=False)}
    fields = NliTable.model_fields | LlmTable.model_fields
    assert len(written) >= 12
    for key, value in written.items():
        default = fields[key].default
        shown = f'"{default.seconds}s"' if isinstance(default, timedelta) else str(default).lower()
        assert value in (shown, shown.removesuffix(".0")), key


def ticked(text: str) -> list[str]:
    return re.findall(r"`(.*?)`", text)


def test_every_command_exists() -> None:
    named = set(re.findall(r"dementi models (\w+)", GUIDE)) | set(re.findall(r"^\| `(\w+) ", REFERENCE, re.MULTILINE))
    assert set(models.commands) == named


def test_every_model_that_is_named_is_known() -> None:
    known = {entry.name for entry in app.known_models()}
    assert set(re.findall(r"models/([\w-]+)|models get ([a-z][\w-]+)", GUIDE)) != set()
    named = {a or b for a, b in re.findall(r"models/([\w-]+)|models get ([a-z][\w-]+)", GUIDE)}
    assert named <= known
