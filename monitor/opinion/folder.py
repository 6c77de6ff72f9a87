"""A model's folder: which files must be there, how big they may be, and a fingerprint of what they hold."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

MODEL, TOKENIZER, CONFIG = "model.onnx", "tokenizer.json", "config.json"
LARGEST = {MODEL: 4 << 30, TOKENIZER: 128 << 20, CONFIG: 1 << 20}  # bytes
_SAMPLES, _SAMPLE = 64, 64 * 1024


def missing(folder: Path) -> str:
    """What is wrong with the folder at first sight, for people; "" where nothing is."""
    if not folder.is_dir():
        return "there is no such folder; `dementi models get` makes one"
    absent = [name for name in LARGEST if not (folder / name).is_file()]
    if absent:
        return f"the folder lacks {', '.join(absent)}"
    large = [name for name, most in LARGEST.items() if (folder / name).stat().st_size > most]
    return f"{large[0]} is larger than any model that is read here" if large else ""


def read_config(folder: Path) -> dict[str, Any]:
    """config.json. Raises ValueError."""
    try:
        with (folder / CONFIG).open("rb") as file:
            data = json.loads(file.read(LARGEST[CONFIG]))
    except OSError as fault:
        raise ValueError(f"config.json cannot be read: {(fault.strerror or '').lower()}") from None
    except (ValueError, RecursionError):
        raise ValueError("config.json is not JSON") from None
    if not isinstance(data, dict):
        raise ValueError("config.json is not a table")  # noqa: TRY004 - of the file, not of an argument
    return data


def fingerprint(folder: Path) -> str:
    """Another model, tokenizer or config has another one. Small files whole; of the weights size and samples.

    Training changes weights everywhere, so 4 MiB of them tell: reading a gigabyte at every start would buy nothing.
    `dementi models verify` is what reads all of it.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*")):
        if path.is_file() and (path.name in LARGEST or ".onnx" in path.name):
            size = path.stat().st_size
            digest.update(f"{path.name} {size}\n".encode())
            with path.open("rb") as file:
                step = max(_SAMPLE, size // _SAMPLES)
                for at in range(0, size, step):
                    file.seek(at)
                    digest.update(file.read(_SAMPLE))
    return digest.hexdigest()[:32]
