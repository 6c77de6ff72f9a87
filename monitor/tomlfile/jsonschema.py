"""JSON Schemas of config files, for editors (Taplo, Even Better TOML): completion, and the words of our docstrings."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel


def schema(title: str, *models: type[BaseModel]) -> str:
    """One schema for a file that holds the keys of all these models, as JSON text."""
    joined: dict[str, Any] = {
        "$schema": "http://json-schema.org/draft-07/schema#",  # the newest that Taplo reads
        "title": title,
        "type": "object",
        "additionalProperties": False,
        "properties": {},
        "definitions": {},
    }
    for model in models:
        part = model.model_json_schema(ref_template="#/definitions/{model}")
        joined["properties"] |= part["properties"]
        joined["definitions"] |= part.get("$defs", {})
    return json.dumps(_plain(joined), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _plain(node: Any) -> Any:
    """Without what pydantic adds for itself: titles that repeat the key, OpenAPI's discriminator, null (TOML has none)."""
    if isinstance(node, list):
        return [_plain(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    node = {key: _plain(value) for key, value in node.items() if key != "discriminator" and not _is_titled(key, value)}
    if node.get("default", ...) is None:
        del node["default"]
    branches = [branch for branch in node.get("anyOf", ()) if branch != {"type": "null"}]
    if len(branches) == 1:
        rest = {key: value for key, value in node.items() if key != "anyOf"}
        return branches[0] | rest if "$ref" not in branches[0] else {"allOf": branches} | rest
    return node | {"anyOf": branches} if branches else node


def _is_titled(key: str, value: Any) -> bool:
    return key == "title" and isinstance(value, str) and not value.endswith(".toml")  # a property "title" is a table
