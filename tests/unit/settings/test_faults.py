"""Config files that are wrong: every fault of every file, with its line, and never a secret."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from monitor import app
from monitor.errors import ConfigError

CASES = Path(__file__).parents[2] / "cases" / "config" / "bad"


@pytest.mark.parametrize("case", sorted(CASES.glob("*.toml")), ids=lambda case: case.stem)
def test_every_fault_at_once(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES)
    with pytest.raises(ConfigError) as raised:
        app.load(Path(case.name))
    assert str(raised.value).splitlines() == case.with_suffix(".faults").read_text().splitlines()
    assert raised.value.exit_code == 78


def test_no_fault_repeats_a_secret() -> None:
    with pytest.raises(ConfigError) as raised:
        app.load(CASES / "secrets.toml")
    told = "\n".join(fault.message for fault in raised.value.faults)
    assert "hunter2" not in told
    assert "aHVudGVyM" not in told


def test_an_included_file_that_cannot_be_read_hides_no_other_fault(tmp_path: Path) -> None:
    shutil.copy(CASES / "bad-one.inc", tmp_path / "one.toml")
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9\n")
    (tmp_path / "dementi.toml").write_text('include = ["*.toml"]\n[poll]\nevery = "1s"\n')
    with pytest.raises(ConfigError) as raised:
        app.load(tmp_path / "dementi.toml")
    found = [(Path(fault.file).name, fault.line) for fault in raised.value.faults]
    assert found == [("dementi.toml", 3), ("one.toml", 12), ("latin.toml", 1)]


def test_a_wrong_channel_elsewhere_does_not_make_routes_wrong(tmp_path: Path) -> None:
    (tmp_path / "dementi.toml").write_text(
        '[[channels]]\nname = "desk"\nkind = "email"\n[[routes]]\nchannels = ["desk"]\n'
    )
    with pytest.raises(ConfigError) as raised:
        app.load(tmp_path / "dementi.toml")
    assert {fault.path for fault in raised.value.faults} == {"channels[0].to", "channels[0].from"}
