"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
limit = click.option("--limit", type=click.IntRange(min=0), metavar="N", help="At the most N rows.")
allow = click.option(
    "--allow", multiple=True, metavar="HOST[:PORT]", help="A private address that may be asked; repeatable."
)
