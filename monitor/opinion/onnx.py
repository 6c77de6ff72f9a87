"""An inference model in a folder, run by onnxruntime: pairs of premise and hypothesis in, probabilities out."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from monitor.errors import OpinionError
from monitor.opinion.folder import MODEL, TOKENIZER, missing, read_config
from monitor.opinion.labels import Labels, labels_of

if TYPE_CHECKING:
    from tokenizers import Encoding

_LONGEST = 256  # tokens of a pair: a headline, a sentence and a claim
_BATCH = 16  # pairs read at once: bounds the memory, and how long a stop takes
_QUIET = 3  # onnxruntime's log level "error": its warnings of unused weights help nobody


class Scored(NamedTuple):
    """What the model thinks of one pair. Probabilities, 0..1."""

    entails: float
    contradicts: float | None  # None: the model cannot tell


class Stop:
    """Ends a run from another thread: a thread itself cannot be ended."""

    def __init__(self) -> None:
        self.options = onnxruntime.RunOptions()
        self.options.log_severity_level = 4  # a run that was stopped is no error
        self.called = False

    def now(self) -> None:
        self.called = True
        self.options.terminate = True


class Model:
    """The loaded model. Not for use by two threads at once."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """Load it. Raises OpinionError, lasting, where a file is missing, damaged, or says too little."""
        if fault := missing(folder):
            raise _broken(fault)
        try:
            config = read_config(folder)
            self.labels: Labels = labels_of(config)
        except ValueError as fault:
            raise _broken(str(fault)) from None
        self._tokenizer = _tokenizer(folder, config)
        self._session = _session(folder, threads)
        self._inputs = _inputs(self._session)

    def score(self, pairs: Sequence[tuple[str, str]], stop: Stop) -> list[Scored]:
        """One result for each (premise, hypothesis). Raises OpinionError, also where it was stopped."""
        found: list[Scored] = []
        for at in range(0, len(pairs), _BATCH):
            if stop.called:
                raise OpinionError("the model was too slow")
            found += self._run(pairs[at : at + _BATCH], stop)
        return found

    def _run(self, pairs: Sequence[tuple[str, str]], stop: Stop) -> list[Scored]:
        encoded = self._tokenizer.encode_batch(list(pairs))
        try:
            (logits, *_) = self._session.run(None, self._fed(encoded), stop.options)
        except Exception as fault:  # noqa: BLE001 - its own errors have no common root but this
            if stop.called:
                raise OpinionError("the model was too slow") from None
            raise OpinionError(f"the model cannot be run: {type(fault).__name__}", lasting=True) from None
        return self._read(np.asarray(logits, dtype=np.float64), len(pairs))

    def _fed(self, encoded: Sequence[Encoding]) -> dict[str, Any]:
        columns = {
            "input_ids": [e.ids for e in encoded],
            "attention_mask": [e.attention_mask for e in encoded],
            "token_type_ids": [e.type_ids for e in encoded],
        }
        return {name: np.asarray(columns[name], dtype=kind) for name, kind in self._inputs.items()}

    def _read(self, logits: Any, rows: int) -> list[Scored]:
        if logits.shape != (rows, self.labels.outputs):
            wanted = f"{self.labels.outputs} labels, and the model gives {logits.shape[1:]}"
            raise _broken(f"config.json names {wanted}")
        if not np.isfinite(logits).all():
            raise OpinionError("the model's answer is no number")
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))  # softmax; the maximum keeps exp from overflowing
        shares = raised / raised.sum(axis=1, keepdims=True)
        other = self.labels.contradicts
        return [Scored(float(row[self.labels.entails]), None if other is None else float(row[other])) for row in shares]


def _broken(text: str) -> OpinionError:
    return OpinionError(text, lasting=True)


def _tokenizer(folder: Path, config: dict[str, Any]) -> Tokenizer:
    """The folder's tokenizer, cutting and padding as a batch needs it."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # else it takes a thread for each core, for 16 sentences
    try:
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    except Exception:  # noqa: BLE001 - it raises plain Exception
        raise _broken("tokenizer.json cannot be read") from None
    given = config.get("max_position_embeddings")
    room = given if isinstance(given, int) and 16 <= given < _LONGEST else _LONGEST
    tokenizer.enable_truncation(room, strategy="longest_first")
    number = config.get("pad_token_id")
    pad = number if isinstance(number, int) and 0 <= number < tokenizer.get_vocab_size() else 0
    known = tokenizer.padding or {"pad_id": pad, "pad_token": tokenizer.id_to_token(pad) or "[PAD]"}
    tokenizer.enable_padding(pad_id=known["pad_id"], pad_token=known["pad_token"])  # to the longest of a batch only
    return tokenizer


def _session(folder: Path, threads: int) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = _QUIET
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # a daemon that waits must not burn
    try:
        return onnxruntime.InferenceSession(str(folder / MODEL), options, providers=["CPUExecutionProvider"])
    except Exception as fault:  # noqa: BLE001 - its own errors have no common root but this
        raise _broken(f"model.onnx cannot be loaded: {type(fault).__name__}") from None


def _inputs(session: Any) -> dict[str, Any]:
    """Name -> type of what the graph asks for. Raises OpinionError where it asks for more than a tokenizer gives."""
    kinds = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}
    asked = {entry.name: entry.type for entry in session.get_inputs()}
    for name, kind in asked.items():
        if name not in ("input_ids", "attention_mask", "token_type_ids") or kind not in kinds:
            raise _broken(f"model.onnx asks for {name[:60]!r} ({kind}): not a model that reads a pair of sentences")
    if "input_ids" not in asked:
        raise _broken("model.onnx does not ask for input_ids: not a model that reads a pair of sentences")
    return {name: kinds[kind] for name, kind in asked.items()}
