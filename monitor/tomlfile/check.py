"""Data against a pydantic model: the value, or everything that is wrong with it in words for people.

Messages never repeat a value from the file, except where a name is compared with the names that are known: a secret
that was put into the wrong place must not reach a terminal or a log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from monitor.errors import Fault
from monitor.tomlfile.document import Document
from monitor.tomlfile.pause import no_collecting

Model = TypeVar("Model", bound=BaseModel)

_SECRETS = {"password", "secret", "token", "url", "urls", "key", "proxy"}

_LISTS = {"list_type", "tuple_type"}

_WORDS = {
    "missing": "is missing",
    "string_type": "must be text in quotes",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": 'must be a list, like ["…"]',
    "tuple_type": 'must be a list, like ["…"]',
    "dict_type": "must be a table, like {{ … }}",
    "model_type": "must be a table, like {{ … }}",
    "model_attributes_type": "must be a table, like {{ … }}",
    "string_too_short": "must not be empty",
    "too_short": "must hold at least one entry",
    "too_long": "holds too many entries: {max_length} at most",
    "string_too_long": "is too long: {max_length} characters at most",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "literal_error": "must be one of {expected}",
    "enum": "must be one of {expected}",
    "union_tag_not_found": "is missing; it is one of {branches}",
    "union_tag_invalid": "must be one of {branches}",
}


@no_collecting()
def check(
    model: type[Model],
    data: Mapping[str, Any],
    document: Document,
    *,
    known: Iterable[str] = (),
    elsewhere: Mapping[str, str] | None = None,
) -> tuple[Model | None, list[Fault]]:
    """Validate. The file's folder is the context's `folder`.

    `known`: further top-level keys, for suggestions; `elsewhere`: keys of other files -> where they belong.
    """
    try:
        return model.model_validate(data, context={"folder": document.path.parent}), []
    except ValidationError as error:
        schema = model.model_json_schema()
        schema["properties"].update({key: {} for key in known})
        schema["elsewhere"] = elsewhere or {}
        details = error.errors(include_url=False)
        return None, [_fault(detail, data, document, schema) for detail in details if not _follows(detail)]


def suggestion(word: str, known: Iterable[str]) -> str:
    """` (did you mean …?)`, or nothing where no known name is near."""
    from rapidfuzz import fuzz, process

    found = process.extractOne(word.lower(), list(known), scorer=fuzz.ratio, score_cutoff=65)
    return f" (did you mean {found[0]}?)" if found else ""


def _follows(detail: ErrorDetails) -> bool:
    """A list of one wrong entry is "too short" as well: pydantic counts only the entries that are right."""
    return detail["type"] == "too_short" and bool(detail["input"])


def _fault(detail: ErrorDetails, data: Mapping[str, Any], document: Document, schema: dict[str, Any]) -> Fault:
    kind = detail["type"]
    loc = _in_data(detail["loc"], data)
    if kind == "extra_forbidden":
        return document.fault(loc, _unknown(loc, data, schema))
    if kind not in {"union_tag_invalid", "union_tag_not_found"}:
        return document.fault(loc, _message(detail))
    branches = ", ".join(_union(_node(loc, data, schema))["discriminator"]["mapping"])
    return document.fault([*loc, str(detail["ctx"]["discriminator"]).strip("'")], _message(detail, branches))


def _message(detail: ErrorDetails, branches: str = "") -> str:
    """`branches`: the names that tell the tables of a union apart."""
    kind, context = detail["type"], dict(detail.get("ctx", {}))
    if kind == "value_error":
        return str(context["error"])
    context = {name: str(value).replace("'", "") for name, value in context.items()} | {"branches": branches}
    if kind in _LISTS and isinstance(detail["input"], Mapping):
        top = len(detail["loc"]) == 1
        return f"must be a list of tables: write [[{detail['loc'][0]}]]" if top else "must be a list, like [ … ]"
    words = _WORDS[kind].format_map(context) if kind in _WORDS else detail["msg"]
    names = branches or context.get("expected", "")
    given = context.get("tag") or detail["input"]
    if names and isinstance(given, str):
        words += suggestion(given, names.replace(" or ", ", ").split(", "))
    return words


def _in_data(loc: Sequence[str | int], data: Any) -> list[str | int]:
    """The place in the file: pydantic adds the chosen branch of a union as if it were a key."""
    found: list[str | int] = []
    branch = True  # the next part may be the name of a branch
    for part in loc:
        if branch and isinstance(data, Mapping) and part == data.get("kind"):
            branch = False
            continue
        branch = True
        if part == "[key]":  # a fault of the key itself, which is there already
            continue
        found.append(part)
        inside = part in data if isinstance(data, Mapping) else isinstance(data, list) and isinstance(part, int)
        data = data[part] if inside else None
    return found


def _unknown(loc: Sequence[str | int], data: Mapping[str, Any], schema: dict[str, Any]) -> str:
    *table, key = loc
    known = _keys(table, data, schema)
    if f"{key}_file" in known and str(key) in _SECRETS:
        return f"secrets do not stand in the config: use {key}_file, {key}_env or {key}_credential"
    if not table and key in schema["elsewhere"]:
        return str(schema["elsewhere"][key])
    return f"unknown key{suggestion(str(key), known)}"


def _keys(table: Sequence[str | int], data: Any, schema: dict[str, Any]) -> list[str]:
    """The keys that the schema knows in a table."""
    node = _node(table, data, schema)
    for part in table:
        data = data[part]
    return list(_resolved(node, data, schema.get("$defs", {})).get("properties", {}))


def _node(loc: Sequence[str | int], data: Any, schema: dict[str, Any]) -> dict[str, Any]:
    """What the schema says of a place: a reference, or a choice, may still have to be followed."""
    definitions, here = schema.get("$defs", {}), schema
    for part in loc:
        here = _resolved(here, data, definitions)
        here = here.get("items", {}) if isinstance(part, int) else here.get("properties", {}).get(part, {})
        data = data[part]
    return here


def _union(here: dict[str, Any]) -> dict[str, Any]:
    """The discriminated union that may be left out; else what is given."""
    return next((branch for branch in here.get("anyOf", ()) if "discriminator" in branch), here)


def _resolved(here: dict[str, Any], data: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference, the branch of a discriminated union, or the one branch that is a table."""
    here = _union(here)
    if "discriminator" in here:
        tag = data.get(here["discriminator"]["propertyName"])
        here = {"$ref": here["discriminator"]["mapping"].get(tag, "")}
    for branch in here.get("anyOf", ()):
        if "$ref" in branch:
            here = branch
    if "$ref" in here:
        here = definitions.get(here["$ref"].rpartition("/")[2], {})
    return here
