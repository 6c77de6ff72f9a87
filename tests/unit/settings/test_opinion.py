"""`[second_opinion]`: what its values become."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor import app
from monitor.errors import ConfigError
from monitor.model.opinion import SecondOpinion
from monitor.settings.opinion import LlmTable, NliTable


def load(folder: Path, text: str) -> app.Config:
    (folder / "dementi.toml").write_text(text)
    return app.load(folder / "dementi.toml")


def test_it_is_off_by_default(tmp_path: Path) -> None:
    assert load(tmp_path, "").settings.second_opinion is None


def test_four_lines_switch_it_on(tmp_path: Path) -> None:
    text = '[second_opinion]\nkind = "llm"\nurl = "http://127.0.0.1:11434/v1"\nmodel = "tiny"\n'
    table = load(tmp_path, text).settings.second_opinion
    assert isinstance(table, LlmTable)
    assert table.key is None
    assert table.policy() == SecondOpinion(kind="llm", model="tiny")


def test_the_policy_has_everything_that_was_said(tmp_path: Path) -> None:
    text = """[second_opinion]
    kind = "nli"
    model = "models/small"
    low = 0.3
    high = 1
    match = 0.25
    before_alert = false
    may_alert = true
    languages = ["DE", "en-GB"]
    per_hour = 7
    per_day = 8
    timeout = "2m"
    """
    table = load(tmp_path, text).settings.second_opinion
    assert isinstance(table, NliTable)
    assert table.model == tmp_path / "models" / "small"
    assert table.policy() == SecondOpinion(
        kind="nli",
        model="small",
        low=0.3,
        high=1.0,
        match=0.25,
        before_alert=False,
        may_alert=True,
        languages=("de", "en"),
        per_hour=7,
        per_day=8,
        timeout=timedelta(minutes=2),
    )


def test_a_key_that_is_not_there_is_told_before_anything_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '[second_opinion]\nkind = "llm"\nurl = "https://api.example.org/v1"\nmodel = "m"\nkey_env = "NO_SUCH_KEY"\n'
    config = load(tmp_path, text)
    with pytest.raises(ConfigError, match=r"5: second_opinion.key_env: the environment has no variable NO_SUCH_KEY"):
        app.check_secrets(config)
    monkeypatch.setenv("NO_SUCH_KEY", "sk-1")
    app.check_secrets(config)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000/v1", "http://[::1]/v1", "http://10.0.0.5/v1", "http://localhost"]
)
def test_a_key_goes_without_encryption_to_what_is_near(url: str, tmp_path: Path) -> None:
    text = f'[second_opinion]\nkind = "llm"\nurl = "{url}"\nmodel = "m"\nkey_env = "K"\n'
    assert load(tmp_path, text).settings.second_opinion


def test_the_address_is_in_no_repr(tmp_path: Path) -> None:
    text = '[second_opinion]\nkind = "llm"\nurl = "https://api.example.org/v1?token=hunter2"\nmodel = "m"\n'
    assert "hunter2" not in repr(load(tmp_path, text).settings)
