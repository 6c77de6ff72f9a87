"""The second reader as the config names it, and `dementi models`."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from monitor import app
from monitor.cli.main import cli
from monitor.errors import ConfigError, InputError
from monitor.opinion.llm import LlmAdvisor
from monitor.opinion.nli import NliAdvisor
from tests.support.opinion import Chat, asked, chat_server, tiny_model, told
from tests.unit.opinion.test_models import NOW, TINY, Hub, fetch


def load(folder: Path, text: str) -> app.Config:
    (folder / "dementi.toml").write_text(text)
    return app.load(folder / "dementi.toml")


def invoke(*words: str) -> Result:
    return CliRunner().invoke(cli, words, standalone_mode=False)


# ---------------------------------------------------------------- from the config


def test_off_costs_nothing(tmp_path: Path) -> None:
    """A process of its own: other tests have imported all of it."""
    (tmp_path / "dementi.toml").write_text("")
    code = (
        "import sys; from pathlib import Path; from monitor import app\n"
        "config = app.load(Path('dementi.toml'))\n"
        "assert app.advisor_of(config) is None and app.policy_of(config) is None\n"
        "app.set_up(config)\n"
        "heavy = ('monitor.opinion', 'onnxruntime', 'tokenizers', 'huggingface_hub')\n"
        "print([name for name in sys.modules if name.startswith(heavy)])\n"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(root)}, capture_output=True, text=True
    )
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_a_model_in_a_folder(tmp_path: Path) -> None:
    tiny_model(tmp_path / "models" / "tiny")
    config = load(tmp_path, '[second_opinion]\nkind = "nli"\nmodel = "models/tiny"\n')
    advisor = app.advisor_of(config)
    assert isinstance(advisor, NliAdvisor)
    assert advisor.name == "tiny"
    policy = app.policy_of(config)
    assert policy
    assert policy.model == "tiny"


def test_a_model_that_is_not_there_is_a_fault_of_the_config(tmp_path: Path) -> None:
    config = load(tmp_path, '[second_opinion]\nkind = "nli"\nmodel = "models/tiny"\n')
    with pytest.raises(ConfigError, match=r"dementi.toml:3: second_opinion.model: .*dementi models get"):
        app.advisor_of(config)


async def test_an_endpoint_with_its_key_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-1\n")
    async with chat_server() as chat:
        chat.says()
        text = f'[second_opinion]\nkind = "llm"\nmodel = "m"\nurl = "{chat.url}"\nkey_file = "key"\nmax_tokens = 64\n'
        advisor = app.advisor_of(load(tmp_path, text))
        assert isinstance(advisor, LlmAdvisor)
        await advisor.ask(asked())
        await advisor.close()
        assert chat.headers[0]["authorization"] == "Bearer sk-1"
        assert chat.asked[0]["max_tokens"] == 64


def test_check_tells_who_is_asked_and_how_often(tmp_path: Path) -> None:
    tiny_model(tmp_path / "tiny")
    load(tmp_path, '[second_opinion]\nkind = "nli"\nmodel = "tiny"\nper_hour = 7\n')
    done = invoke("--config", str(tmp_path / "dementi.toml"), "check", "--offline")
    assert "second opinion by tiny: at most 7 questions an hour, 500 a day" in done.output
    (tmp_path / "tiny" / "tokenizer.json").unlink()
    done = invoke("--config", str(tmp_path / "dementi.toml"), "check", "--offline")
    assert "lacks tokenizer.json" in str(done.exception)


# ---------------------------------------------------------------- dementi models


def test_the_list_names_size_licence_languages_and_memory() -> None:
    rows = [json.loads(line) for line in invoke("models", "list", "--json").output.splitlines()]
    assert [row["name"] for row in rows] == [entry.name for entry in app.known_models()]
    assert all(row["megabytes"] and row["memory"] and row["licence"] and row["languages"] for row in rows)
    assert "minilm-l6" in invoke("models", "list").output


def test_get_makes_a_folder_and_shows_the_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = tiny_model(tmp_path / "made")
    names = ("model.onnx", "tokenizer.json", "config.json")
    monkeypatch.setattr("monitor.opinion.fetch.client", lambda: Hub({n: (made / n).read_bytes() for n in names}))
    monkeypatch.chdir(tmp_path)
    done = invoke("models", "get", TINY.hub, "--revision", str(TINY.revision))
    assert done.exception is None
    assert '[second_opinion]\nkind = "nli"\nmodel = "models/tiny"\n' in done.output
    assert isinstance(app.advisor_of(load(tmp_path, done.stdout)), NliAdvisor)


def test_verify(tmp_path: Path) -> None:
    made = tiny_model(tmp_path / "made")
    names = ("model.onnx", "tokenizer.json", "config.json")
    fetch(TINY, tmp_path / "tiny", NOW, Hub({n: (made / n).read_bytes() for n in names}))
    assert "3 files as they were fetched" in invoke("models", "verify", str(tmp_path / "tiny")).output
    (tmp_path / "tiny" / "config.json").write_text("{}")
    done = invoke("models", "verify", str(tmp_path / "tiny"))
    assert isinstance(done.exception, SystemExit)
    assert done.exception.code == InputError.exit_code
    assert "config.json has 2 bytes" in done.output


def test_try_asks_the_model_in_a_folder(tmp_path: Path) -> None:
    done = invoke("models", "try", str(tiny_model(tmp_path / "tiny")), "--json")
    assert done.exception is None
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {row["is"] for row in rows} == {"confirms", "denies", "reports"}
    assert not any(row["failed"] for row in rows)
    assert f"of {len(rows)} right" in done.output


def test_try_without_a_second_opinion_says_so(tmp_path: Path) -> None:
    (tmp_path / "dementi.toml").write_text("")
    done = invoke("--config", str(tmp_path / "dementi.toml"), "models", "try")
    assert isinstance(done.exception, InputError)


def test_try_asks_the_endpoint_of_the_config(tmp_path: Path) -> None:
    async def run() -> tuple[Result, Chat]:
        async with chat_server() as chat:
            chat.replies.append(told(json.dumps({"statements": []})))
            text = f'[second_opinion]\nkind = "llm"\nmodel = "m"\nurl = "{chat.url}"\n'
            (tmp_path / "dementi.toml").write_text(text)
            words = ("--config", str(tmp_path / "dementi.toml"), "models", "try", "--json")
            return await asyncio.to_thread(invoke, *words), chat

    done, chat = asyncio.run(run())
    rows: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == len(chat.asked) >= 6
    assert {row["second"] for row in rows} == {"reports"}


def test_try_where_nobody_answers_fails(tmp_path: Path) -> None:
    text = '[second_opinion]\nkind = "llm"\nmodel = "m"\nurl = "http://127.0.0.1:9/v1"\n'
    (tmp_path / "dementi.toml").write_text(text)
    done = invoke("--config", str(tmp_path / "dementi.toml"), "models", "try")
    assert isinstance(done.exception, SystemExit)
    assert done.exception.code == 69
    assert "cannot be reached" in done.output
