"""Documentation whose commands run."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

from tests.support.desk import DEMENTI

ROOT = Path(__file__).parents[2]


def test_every_command_of_the_tutorial_runs_in_its_order(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "tutorial.md").read_text()
    commands = [
        line[2:] for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL) for line in block.splitlines()
    ]
    assert len(commands) > 10
    folder = tmp_path
    for command in commands:
        words = shlex.split(command)
        if words[0] == "cd":
            folder /= words[1]
            continue
        assert words[0] == "dementi"
        done = subprocess.run([DEMENTI, *words[1:]], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        if command == "dementi run --once":
            assert "DENIED" in done.stdout


def test_the_toml_of_the_tutorial_and_the_readme_loads(tmp_path: Path) -> None:
    for name in ("README.md", "docs/tutorial.md"):
        for number, block in enumerate(re.findall(r"```toml\n(.*?)```", (ROOT / name).read_text(), re.DOTALL)):
            config = tmp_path / f"{number}.toml"
            config.write_text(block)
            done = subprocess.run(
                [DEMENTI, "--config", config, "check", "--offline"], capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{name}: {done.stderr}"


def test_every_command_the_readme_names_exists() -> None:
    from monitor.cli.main import COMMANDS

    text = (ROOT / "README.md").read_text()
    named = {
        word for line in re.findall(r"^    dementi (.*?)(?:  .*)?$", text, re.MULTILINE) for word in line.split(" | ")
    }
    assert {name.split()[0] for name in named} <= set(COMMANDS)
