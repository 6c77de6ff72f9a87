"""What the first five minutes show: `dementi init`, then one alert at once."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.support.desk import DEMENTI


def test_a_newcomer_sees_one_alert_at_once_and_only_once(tmp_path: Path) -> None:
    folder = tmp_path / "mydesk"
    subprocess.run([DEMENTI, "init", folder], check=True, capture_output=True)
    once = [DEMENTI, "--config", folder / "dementi.toml", "run", "--once"]
    first = subprocess.run(once, capture_output=True, text=True, check=True)
    assert first.stdout.count("DENIED") == 1, first.stdout
    assert "Acme Motors denies" in first.stdout
    assert "Example Gazette" in first.stdout
    assert subprocess.run(once, capture_output=True, text=True, check=True).stdout == ""
