from __future__ import annotations

import subprocess
import sys

import pytest

from monitor.cli.main import COMMANDS, cli, main
from monitor.errors import ConfigError, Fault, StoreLocked


def ends(*words: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(words)
    assert isinstance(end.value.code, int)
    return end.value.code


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_answers_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ends(name, "--help") == 0
    assert "Usage:" in capsys.readouterr().out


def test_help_imports_none_of_the_heavy_rooms() -> None:
    heavy = ["aiohttp", "pydantic", "numpy", "rich", "feedparser", "sqlite_utils", "apscheduler", "jinja2", "rapidfuzz"]
    code = (
        "import sys\nfrom monitor.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print([m for m in {heavy!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_a_misspelt_command_is_suggested(capsys: pytest.CaptureFixture[str]) -> None:
    assert ends("chekc") == 2
    assert "Did you mean 'check'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        (StoreLocked("process 7 holds it"), 75, "dementi: process 7 holds it\n"),
        (ConfigError([Fault(file="a.toml", line=3, path="x", message="is wrong")]), 78, "a.toml:3: x: is wrong\n"),
        (ZeroDivisionError("oops"), 1, "dementi: ZeroDivisionError: oops (-v shows where)\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_faults_are_one_line_and_an_exit_code(
    fault: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(cli, "main", fail)
    assert ends("claims") == code
    assert capsys.readouterr().err == said


def test_verbose_shows_the_trace_and_keeps_the_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StoreLocked("held")

    monkeypatch.setattr(cli, "main", fail)
    assert ends("-v", "claims") == 75
    assert "Traceback" in capsys.readouterr().err
