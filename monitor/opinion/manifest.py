"""dementi-model.json: which files a model's folder was made of, and their hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.errors import InputError
from monitor.opinion.folder import CONFIG, MODEL, TOKENIZER, missing, read_config
from monitor.opinion.labels import labels_of

FILE = "dementi-model.json"
_LARGEST = 64 * 1024  # bytes of the manifest
_PIECE = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What was fetched."""

    name: str
    hub: str
    revision: str
    fetched: str  # ISO 8601, UTC
    files: Mapping[str, Mapping[str, Any]]  # name in the folder -> {"sha256", "size", "from"}


def write(folder: Path, name: str, hub: str, revision: str, origins: Mapping[str, str], now: datetime) -> Manifest:
    """Hash the files and keep that beside them. `origins`: name in the folder -> name on the hub."""
    held = {
        file: {"sha256": sha256(folder / file), "size": (folder / file).stat().st_size, "from": origin}
        for file, origin in sorted(origins.items())
    }
    made = Manifest(name=name, hub=hub, revision=revision, fetched=now.isoformat(timespec="seconds"), files=held)
    (folder / FILE).write_text(json.dumps(asdict(made), indent=2) + "\n", encoding="utf-8")
    return made


def read(folder: Path) -> Manifest:
    """Raises InputError where there is none, or a damaged one."""
    try:
        with (folder / FILE).open("rb") as file:
            data = json.loads(file.read(_LARGEST))
        made = Manifest(**data)
        plain = all(Path(name).name == name and {"sha256", "size"} <= set(made.files[name]) for name in made.files)
    except FileNotFoundError:
        raise InputError(f"{folder} holds no {FILE}: it was not made by `dementi models get`") from None
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        raise InputError(f"{folder / FILE} cannot be read") from None
    if not plain or not {MODEL, TOKENIZER, CONFIG} <= set(made.files):
        raise InputError(f"{folder / FILE} is not a list of a model's files")
    return made


def verify(folder: Path) -> tuple[Manifest, list[str]]:
    """The manifest, and everything in the folder that differs from it. Raises InputError where there is none."""
    manifest = read(folder)
    return manifest, list(_differences(folder, manifest))


def _differences(folder: Path, manifest: Manifest) -> Iterator[str]:
    for name, known in manifest.files.items():
        path = folder / name
        if not path.is_file():
            yield f"{name} is missing"
        elif path.stat().st_size != known["size"]:
            yield f"{name} has {path.stat().st_size} bytes, and had {known['size']}"
        elif sha256(path) != known["sha256"]:
            yield f"{name} was changed"
    for path in sorted(folder.glob("*.onnx*")):
        if path.name not in manifest.files:
            yield f"{path.name} was not fetched with it"
    if not missing(folder):
        try:
            labels_of(read_config(folder))
        except ValueError as fault:
            yield str(fault)


def sha256(path: Path) -> str:
    """Of a file of any size."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
