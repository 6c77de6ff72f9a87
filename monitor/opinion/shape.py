"""The request to a language model, in the shape that its endpoint takes: not all take all of the protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from monitor.opinion.prompt import SCHEMA

_NEXT = {"json_schema": "json_object", "json_object": "text"}
_SEED = 1  # the same question gets the same answer where the endpoint keeps its word


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """What of the protocol is used."""

    form: str = "json_schema"  # json_schema | json_object | text
    limit: str = "max_tokens"  # newer endpoints call it max_completion_tokens
    temperature: bool = True
    seed: bool = True


def body(model: str, messages: Sequence[dict[str, str]], max_tokens: int, shape: Shape) -> dict[str, Any]:
    """The request as it is sent."""
    made: dict[str, Any] = {"model": model, "messages": list(messages), "stream": False, shape.limit: max_tokens}
    if shape.temperature:
        made["temperature"] = 0
    if shape.seed:
        made["seed"] = _SEED
    if shape.form == "json_schema":
        schema = {"name": "statements", "strict": True, "schema": SCHEMA}
        made["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif shape.form == "json_object":
        made["response_format"] = {"type": "json_object"}
    return made


def simpler(shape: Shape, complaint: str) -> Shape | None:
    """The next to try after an endpoint refused this one; None where nothing is left to leave out.

    What the complaint names is left out first: "Unsupported parameter: 'max_tokens'". Else the form is loosened.
    """
    if "max_completion_tokens" in complaint and shape.limit == "max_tokens":
        return replace(shape, limit="max_completion_tokens")
    if "temperature" in complaint and shape.temperature:
        return replace(shape, temperature=False)
    if "seed" in complaint and shape.seed:
        return replace(shape, seed=False)
    return replace(shape, form=_NEXT[shape.form]) if shape.form in _NEXT else None
