"""Fetches an inference model by the hub's own client, whole or not at all.

    revision named for good ─▶ list of files ─▶ fetched beside the target ─▶ hashes ─▶ labels ─▶ moved into place

A file must have the hash that our table names, and the one that the hub names; where neither does, it is trusted this
once, and dementi-model.json says what was trusted.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.errors import ConfigError, Fault, InputError, OpinionError
from monitor.opinion.catalogue import Entry
from monitor.opinion.folder import CONFIG, LARGEST, MODEL, TOKENIZER, read_config
from monitor.opinion.labels import labels_of
from monitor.opinion.manifest import Manifest, sha256, write

_WEIGHTS = ("onnx/model_quantized.onnx", "onnx/model.onnx", "model.onnx")  # the usual names, smallest first
_BESIDE = ("_data", ".data")  # graphs above 2 GB keep their weights in a second file
_SPARE = 256 << 20  # bytes that a disk keeps free

Tell = Callable[[str], None]


def client() -> Any:
    """The hub's own client. Raises ConfigError where it is not installed."""
    try:
        from huggingface_hub import HfApi
    except ImportError:
        message = 'fetching models needs huggingface_hub: pip install "dementi[nli]"'
        raise ConfigError([Fault(file="models", line=None, path="", message=message)]) from None
    return HfApi(library_name="dementi")


def fetch(entry: Entry, target: Path, now: datetime, hub: Any = None, tell: Tell = lambda _: None) -> Manifest:
    """Make the folder `target`. Raises InputError for what is refused, OpinionError where the hub fails.

    `hub`: an `HfApi`, or what stands in for one. `tell` is told of each file.
    """
    if target.exists():
        raise InputError(f"{target} is there already; `dementi models verify {target}` looks whether it is whole")
    hub = hub or client()
    info = _described(hub, entry)
    if entry.revision is None:
        raise InputError(
            f"no revision of {entry.hub} is pinned here. Look at the model's page; the newest is --revision {info.sha}"
        )
    if info.sha != entry.revision:
        raise InputError(f"the hub answers with revision {info.sha}, not with {entry.revision}")
    listed = {file.rfilename: file for file in info.siblings or ()}
    wanted = _wanted(entry, listed)
    _room(target, [listed[origin] for origin in wanted.values()])
    partial = target.with_name(f"{target.name}.partial")
    try:
        partial.mkdir(parents=True, exist_ok=True)
        _collect(hub, entry, wanted, listed, partial, tell)
        manifest = write(partial / "model", entry.name, entry.hub, entry.revision, wanted, now)
        (partial / "model").rename(target)
    except OSError as fault:
        raise OpinionError(f"{target} cannot be written: {(fault.strerror or type(fault).__name__).lower()}") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return manifest


def _described(hub: Any, entry: Entry) -> Any:
    try:
        return hub.model_info(entry.hub, revision=entry.revision, files_metadata=True)
    except Exception as fault:  # noqa: BLE001 - the client's and its transport's errors have no common root but this
        raise _failed(fault) from None


def _wanted(entry: Entry, listed: Mapping[str, Any]) -> dict[str, str]:
    """Name in the folder -> name on the hub. Raises InputError where the model lacks a file."""
    names = [entry.weights] if entry.weights else list(_WEIGHTS)
    weights = next((name for name in names if name in listed), None)
    absent = [name for name in (TOKENIZER, CONFIG) if name not in listed]
    if weights is None or absent:
        raise InputError(f"{entry.hub} lacks {', '.join(absent or [' or '.join(names)])}: it cannot be run here")
    # A second file is named in the graph: it keeps its name.
    beside = {Path(weights + end).name: weights + end for end in _BESIDE if weights + end in listed}
    return {MODEL: weights, TOKENIZER: TOKENIZER, CONFIG: CONFIG} | beside


def _room(target: Path, files: list[Any]) -> None:
    needed = sum(file.size or 0 for file in files)
    if needed > sum(LARGEST.values()):
        raise InputError(f"it has {needed >> 20} MB: larger than any model that is read here")
    there = next(folder for folder in (target, *target.absolute().parents) if folder.exists())
    if shutil.disk_usage(there).free < needed + _SPARE:
        raise InputError(f"it has {needed >> 20} MB, and the disk has less room than that")


def _collect(
    hub: Any, entry: Entry, wanted: Mapping[str, str], listed: Mapping[str, Any], partial: Path, tell: Tell
) -> None:
    """Fetch and check each file. Raises InputError for one that is not what it should be."""
    shutil.rmtree(partial / "model", ignore_errors=True)  # of a fetch that was killed
    (partial / "model").mkdir()
    for name, origin in wanted.items():
        tell(f"{origin} ({(listed[origin].size or 0) / 1e6:.1f} MB)")
        try:
            found = Path(hub.hf_hub_download(entry.hub, origin, revision=entry.revision, local_dir=partial / "hub"))
        except Exception as fault:  # noqa: BLE001 - the client's and its transport's errors have no common root but this
            raise _failed(fault) from None
        _check(found, origin, entry, listed[origin])
        found.rename(partial / "model" / name)
    try:
        labels_of(read_config(partial / "model"))
    except ValueError as fault:
        raise InputError(f"{entry.hub} is no model for this: {fault}") from None


def _check(path: Path, origin: str, entry: Entry, told: Any) -> None:
    known = [entry.sha256.get(origin), getattr(told.lfs, "sha256", None) if told.lfs else None]
    found = sha256(path)
    if any(wanted not in (None, found) for wanted in known):
        raise InputError(f"{origin} is not what it should be: its hash is {found}. Nothing was kept")
    if told.size is not None and path.stat().st_size != told.size:
        raise InputError(f"{origin} was not fetched whole. Nothing was kept")


def _failed(fault: Exception) -> OpinionError:
    return OpinionError(f"the hub: {type(fault).__name__}: {' '.join(str(fault).split())[:300]}")
