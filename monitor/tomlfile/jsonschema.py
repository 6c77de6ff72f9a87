"""JSON Schemas of config files, for editors (Taplo, Even Better TOML): completion, and the words of our docstrings."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel


def schema(title: str, *models: type[BaseModel]) -> str:
    """One schema for a file that holds the keys of all these models, as JSON text."""
    properties: dict[str, Any] = {}
    definitions: dict[str, Any] = {}
    for model in models:
        part = model.model_json_schema(ref_template="#/definitions/{model}")
        properties |= part["properties"]
        definitions |= part.get("$defs", {})
    joined = {
        "$schema": "http://json-schema.org/draft-07/schema#",  # the newest that Taplo reads
        "title": title,
        "type": "object",
        "additionalProperties": False,
        "properties": _plain(properties),
        "definitions": _plain(definitions),
    }
    return json.dumps(joined, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _plain(node: Any) -> Any:
    """Without what pydantic adds: titles that repeat the key, OpenAPI's discriminator, null, which TOML has not."""
    if isinstance(node, list):
        return [_plain(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    node = {key: _plain(value) for key, value in node.items() if not _is_noise(key, value)}
    branches = [branch for branch in node.pop("anyOf", ()) if branch != {"type": "null"}]
    if len(branches) > 1:
        return node | {"anyOf": branches}
    for branch in branches:
        node = ({"allOf": [branch]} if "$ref" in branch else branch) | node
    if isinstance(node.get("default"), str) and "pattern" in node:
        del node["default"]  # a span, as ISO 8601 would write it: no editor should offer that
    return node


def _is_noise(key: str, value: Any) -> bool:
    """A property may bear any of these names; then its value is a table of its own."""
    if key == "default":
        return value is None or (isinstance(value, dict) and "type" not in value and "$ref" not in value)
    return key == "discriminator" or (key == "title" and isinstance(value, str))
