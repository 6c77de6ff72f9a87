"""The unit as systemd itself sees it. Needs systemd's own tool, and no running systemd."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from monitor import daemon

UNIT = Path(__file__).parents[2] / "systemd" / "dementi.service"
README = UNIT.with_name("README.md")

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a program that is there: `verify` looks for it."""
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace("/opt/dementi/bin/dementi", "/bin/true"))
    return copy


def analyze(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)


@needs_systemd
def test_it_is_right(unit: Path) -> None:
    done = analyze("verify", unit)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@needs_systemd
def test_a_unit_with_a_fault_would_not_pass(unit: Path) -> None:
    unit.write_text(unit.read_text().replace("ProtectHome=yes", "ProtektHome=yes"))
    assert "ProtektHome" in analyze("verify", unit).stderr


@needs_systemd
def test_little_is_open_to_it(unit: Path) -> None:
    done = analyze("security", "--offline=true", "--no-pager", unit)
    found = re.search(r"Overall exposure level for dementi.service: ([\d.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    assert float(found[1]) < 2.0


def options() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text().splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def test_it_waits_longer_than_the_daemon_takes() -> None:
    unit = options()
    assert unit["Type"] == ["notify"]
    assert unit["ExecReload"] == ["kill -HUP $MAINPID"]
    assert int(unit["TimeoutStopSec"][0]) > daemon.DRAIN.total_seconds()
    assert int(unit["WatchdogSec"][0]) > daemon.STUCK + daemon.PULSE


def test_a_bad_config_is_not_started_again_and_again() -> None:
    from monitor.errors import ConfigError

    assert str(ConfigError.exit_code) in options()["RestartPreventExitStatus"][0].split()


def test_it_is_installed_in_five_commands() -> None:
    block = re.search(r"## Install in five commands.*?```sh\n(.*?)```", README.read_text(), re.DOTALL)
    assert block
    assert len(block[1].strip().splitlines()) == 5
