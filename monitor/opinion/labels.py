"""Which of a model's outputs means what: as its config says, never by position."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

_ENTAILS = re.compile(r"entail(ment|s|ed)?")
_CONTRADICTS = re.compile(r"contradict(ion|s|ory|ed)?")
_NOT = re.compile(r"(not|non|no)[\s_-]*entail(ment|s|ed)?")


class Labels(NamedTuple):
    """Places in the model's output."""

    entails: int
    contradicts: int | None  # None: the model knows only "entailment" and "not entailment"
    outputs: int

    def __str__(self) -> str:
        other = "none, so denials are found by the claim's negation" if self.contradicts is None else self.contradicts
        return f"entailment is output {self.entails} of {self.outputs}, contradiction {other}"


def labels_of(config: Mapping[str, Any]) -> Labels:
    """From `id2label`, or `label2id` where that alone is there. Raises ValueError, saying what cannot be told."""
    names = _names(config)
    if not names:
        raise ValueError("config.json has no id2label: which output means entailment cannot be told")
    if sorted(names) != list(range(len(names))):
        raise ValueError("id2label in config.json does not number its labels from 0")
    entails = [n for n, name in names.items() if _ENTAILS.fullmatch(name)]
    contradicts = [n for n, name in names.items() if _CONTRADICTS.fullmatch(name)]
    shown = ", ".join(repr(name[:40]) for _, name in sorted(names.items())[:10])
    if len(entails) != 1 or len(contradicts) > 1:
        raise ValueError(f"which output means entailment cannot be told: the labels in config.json are {shown}")
    binary = len(names) == 2 and any(_NOT.fullmatch(name) for name in names.values())
    if not contradicts and not binary:
        raise ValueError(f"which output means contradiction cannot be told: the labels in config.json are {shown}")
    return Labels(entails=entails[0], contradicts=contradicts[0] if contradicts else None, outputs=len(names))


def _names(config: Mapping[str, Any]) -> dict[int, str]:
    """Output -> name in lower case."""
    given, turned = config.get("id2label"), config.get("label2id")
    try:
        if isinstance(given, Mapping):
            return {int(number): str(name).strip().lower() for number, name in given.items()}
        if isinstance(turned, Mapping):
            return {int(number): str(name).strip().lower() for name, number in turned.items()}
    except (TypeError, ValueError):
        raise ValueError("id2label in config.json does not number its labels") from None
    return {}
