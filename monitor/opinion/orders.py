"""Texts that give orders to a machine that reads them."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from monitor.lexicon.passage import MOST_CHARACTERS
from monitor.model.source import Item


@lru_cache(maxsize=1)
def rows() -> list[dict[str, Any]]:
    """The table's rows: language, pattern, example."""
    text = files(__package__).joinpath("orders.toml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = tomllib.loads(text)["orders"]
    return found


@lru_cache(maxsize=1)
def _patterns() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{row['pattern']})" for row in rows()), re.MULTILINE)


def order_in(item: Item) -> str:
    """The order that the item gives, for people; "" where it gives none."""
    for _, text in item.fields():
        text = "".join(c for c in text[:MOST_CHARACTERS] if c == "\n" or c.isprintable())
        if found := _patterns().search(text.lower()):
            return found[0]
    return ""
