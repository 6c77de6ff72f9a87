"""Models by name: the table, fetching by a hub's client, and what is verified afterwards."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import ConfigError, InputError, OpinionError
from monitor.opinion.catalogue import Entry, entries, entry
from monitor.opinion.fetch import client, fetch
from monitor.opinion.manifest import FILE, verify
from tests.support.opinion import tiny_model
from tests.support.values import NOW

REVISION = "0123456789abcdef0123456789abcdef01234567"
TINY = Entry(name="tiny", hub="somebody/tiny", revision=REVISION)


@dataclass(frozen=True)
class Told:
    """A file as a hub describes it."""

    rfilename: str
    size: int | None
    lfs: Any = None


@dataclass(frozen=True)
class Large:
    sha256: str


class Hub:
    """Stands in for the hub's own client: describes and delivers `files`."""

    def __init__(self, files: Mapping[str, bytes], sha: str = REVISION) -> None:
        self.files, self.sha = dict(files), sha
        self.lies: dict[str, str] = {}
        self.fault: Exception | None = None
        self.fetched: list[str] = []

    def model_info(self, repo: str, *, revision: str | None, files_metadata: bool) -> Any:
        assert files_metadata
        if self.fault:
            raise self.fault
        told = [
            Told(name, len(data), Large(self.lies.get(name) or digest(data)) if name.endswith(".onnx") else None)
            for name, data in self.files.items()
        ]
        return type("Info", (), {"sha": self.sha, "siblings": told})

    def hf_hub_download(self, repo: str, file: str, *, revision: str, local_dir: Path) -> str:
        assert revision == REVISION
        self.fetched.append(file)
        path = local_dir / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.files[file])
        return str(path)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def files(tmp_path: Path) -> dict[str, bytes]:
    made = tiny_model(tmp_path / "made")
    read = {name: (made / name).read_bytes() for name in ("model.onnx", "tokenizer.json", "config.json")}
    return {"onnx/model.onnx": read.pop("model.onnx"), "README.md": b"# tiny", **read}


# ---------------------------------------------------------------- the table


@pytest.mark.parametrize("known", entries(), ids=lambda known: known.name)
def test_a_row_of_the_table(known: Entry) -> None:
    assert re.fullmatch(r"[0-9a-f]{40}", known.revision or "")
    assert known.weights
    assert known.weights.endswith(".onnx")
    assert all(re.fullmatch(r"[0-9a-f]{64}", value) for value in known.sha256.values())
    assert known.weights in known.sha256
    assert known.licence
    assert known.what
    assert 0 < known.memory < known.megabytes
    assert {"en", "de", "fr", "ru"} <= set(known.languages)


def test_another_revision_has_other_hashes() -> None:
    known = entries()[0]
    assert entry(known.name) == entry(known.name, known.revision) == known
    other = entry(known.name, REVISION)
    assert (other.revision, other.sha256, other.weights) == (REVISION, {}, known.weights)


@pytest.mark.parametrize("revision", ["main", "v1.0", "0123", "0123456789ABCDEF0123456789ABCDEF01234567"])
def test_a_revision_that_may_move_is_refused(revision: str) -> None:
    with pytest.raises(InputError, match="40 hexadecimal"):
        entry("minilm-l6", revision)


@pytest.mark.parametrize("name", ["", "bert", "../../etc", "a/b/c", "a/ b", "https://hub.example/a/b"])
def test_a_name_of_nothing(name: str) -> None:
    with pytest.raises(InputError, match="no model is called"):
        entry(name)


# ---------------------------------------------------------------- fetching


def test_a_folder_is_made_that_can_be_verified(files: dict[str, bytes], tmp_path: Path) -> None:
    hub, told = Hub(files), list[str]()
    manifest = fetch(TINY, tmp_path / "models" / "tiny", NOW, hub, told.append)
    folder = tmp_path / "models" / "tiny"
    assert {path.name for path in folder.iterdir()} == {"model.onnx", "tokenizer.json", "config.json", FILE}
    assert (folder / "model.onnx").read_bytes() == files["onnx/model.onnx"]
    assert manifest.files["model.onnx"]["from"] == "onnx/model.onnx"
    assert (manifest.hub, manifest.revision) == ("somebody/tiny", REVISION)
    assert manifest.fetched.startswith("2024-11-11T10:00")
    assert verify(folder) == (manifest, [])
    assert "README.md" not in hub.fetched
    assert len(told) == 3
    assert [path.name for path in folder.parent.iterdir()] == ["tiny"], "nothing is left beside it"


def test_smaller_weights_are_taken_first(files: dict[str, bytes], tmp_path: Path) -> None:
    files["onnx/model_quantized.onnx"] = files["onnx/model.onnx"]
    hub = Hub(files)
    fetch(TINY, tmp_path / "tiny", NOW, hub)
    assert "onnx/model_quantized.onnx" in hub.fetched
    assert "onnx/model.onnx" not in hub.fetched


def test_weights_in_a_second_file_come_along(files: dict[str, bytes], tmp_path: Path) -> None:
    files["onnx/model.onnx_data"] = b"weights"
    fetch(TINY, tmp_path / "tiny", NOW, Hub(files))
    assert (tmp_path / "tiny" / "model.onnx_data").read_bytes() == b"weights"


def test_without_a_revision_the_newest_is_named_and_not_taken(files: dict[str, bytes], tmp_path: Path) -> None:
    hub = Hub(files)
    with pytest.raises(InputError, match=f"--revision {REVISION}"):
        fetch(replace(TINY, revision=None), tmp_path / "tiny", NOW, hub)
    assert not hub.fetched


def test_a_hash_of_ours_that_does_not_fit(files: dict[str, bytes], tmp_path: Path) -> None:
    pinned = replace(TINY, sha256={"onnx/model.onnx": "0" * 64})
    with pytest.raises(InputError, match="not what it should be"):
        fetch(pinned, tmp_path / "tiny", NOW, Hub(files))
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_a_hash_of_the_hubs_that_does_not_fit(files: dict[str, bytes], tmp_path: Path) -> None:
    hub = Hub(files)
    hub.lies["onnx/model.onnx"] = "1" * 64
    with pytest.raises(InputError, match="not what it should be"):
        fetch(TINY, tmp_path / "tiny", NOW, hub)


def test_another_revision_than_asked_for(files: dict[str, bytes], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the hub answers with revision"):
        fetch(TINY, tmp_path / "tiny", NOW, Hub(files, sha="f" * 40))


@pytest.mark.parametrize("name", ["onnx/model.onnx", "tokenizer.json", "config.json"])
def test_a_model_that_cannot_be_run_here(name: str, files: dict[str, bytes], tmp_path: Path) -> None:
    hub = Hub({known: data for known, data in files.items() if known != name})
    with pytest.raises(InputError, match=f"lacks .*{name}"):
        fetch(TINY, tmp_path / "tiny", NOW, hub)
    assert not hub.fetched


def test_a_model_for_something_else(files: dict[str, bytes], tmp_path: Path) -> None:
    files["config.json"] = b'{"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}'
    with pytest.raises(InputError, match="entailment cannot be told"):
        fetch(TINY, tmp_path / "tiny", NOW, Hub(files))
    assert not (tmp_path / "tiny").exists()


def test_a_hub_that_fails(files: dict[str, bytes], tmp_path: Path) -> None:
    hub = Hub(files)
    hub.fault = RuntimeError("no\nnetwork")
    with pytest.raises(OpinionError, match="the hub: RuntimeError: no network"):
        fetch(TINY, tmp_path / "tiny", NOW, hub)


def test_what_is_there_is_left_alone(files: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    with pytest.raises(InputError, match="is there already"):
        fetch(TINY, tmp_path / "tiny", NOW, Hub(files))


def test_what_a_killed_fetch_left_behind_is_no_obstacle(files: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "tiny.partial" / "model").mkdir(parents=True)
    (tmp_path / "tiny.partial" / "model" / "model.onnx").write_bytes(b"half")
    fetch(TINY, tmp_path / "tiny", NOW, Hub(files))
    assert verify(tmp_path / "tiny")[1] == []


def test_more_than_fits(files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1 << 20}))
    with pytest.raises(InputError, match="less room"):
        fetch(TINY, tmp_path / "tiny", NOW, Hub(files))


def test_the_real_client_has_what_is_asked_of_it() -> None:
    """The seam: the names and arguments that the stand-in answers to are the client's own."""
    import inspect

    made = client()
    described = inspect.signature(made.model_info).parameters
    delivered = inspect.signature(made.hf_hub_download).parameters
    assert {"revision", "files_metadata"} <= set(described)
    assert {"filename", "revision", "local_dir"} <= set(delivered)
    from huggingface_hub.hf_api import BlobLfsInfo, RepoSibling

    assert {"rfilename", "size", "lfs"} <= set(inspect.signature(RepoSibling).parameters)
    assert "sha256" in inspect.signature(BlobLfsInfo).parameters


def test_a_missing_client_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "huggingface_hub", None)
    with pytest.raises(ConfigError, match=r"dementi\[nli\]"):
        client()


# ---------------------------------------------------------------- verifying


@pytest.fixture
def folder(files: dict[str, bytes], tmp_path: Path) -> Path:
    fetch(TINY, tmp_path / "tiny", NOW, Hub(files))
    return tmp_path / "tiny"


def test_a_file_that_was_changed(folder: Path) -> None:
    data = bytearray((folder / "model.onnx").read_bytes())
    data[-1] ^= 1
    (folder / "model.onnx").write_bytes(data)
    assert verify(folder)[1] == ["model.onnx was changed"]


def test_files_that_are_missing_cut_or_came_later(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    with (folder / "model.onnx").open("ab") as file:
        file.write(b"!")
    (folder / "model.onnx_data").write_bytes(b"weights of somebody else")
    told = verify(folder)[1]
    assert any(re.fullmatch(r"model.onnx has \d+ bytes, and had \d+", text) for text in told)
    assert "tokenizer.json is missing" in told
    assert "model.onnx_data was not fetched with it" in told


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "[" * 60_000, '{"name": 1}', '{"name":"a","hub":"b","revision":"c","fetched":"d","files":[]}'],
)
def test_a_damaged_list(text: str, folder: Path) -> None:
    (folder / FILE).write_text(text)
    with pytest.raises(InputError):
        verify(folder)


def test_a_list_that_leads_out_of_the_folder(folder: Path) -> None:
    data = json.loads((folder / FILE).read_text())
    data["files"]["../../etc/passwd"] = data["files"]["model.onnx"]
    (folder / FILE).write_text(json.dumps(data))
    with pytest.raises(InputError, match="not a list of a model's files"):
        verify(folder)


def test_a_folder_that_was_not_fetched(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not made by"):
        verify(tiny_model(tmp_path))
