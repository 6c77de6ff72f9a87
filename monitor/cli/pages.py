"""`dementi pages`: which pages of items were asked for, and what became of them."""

from __future__ import annotations

from typing import Any

import click

from monitor.cli.lists import colour, store_of, text, when
from monitor.cli.options import as_json, limit
from monitor.cli.out import Column, print_list

STATES = {"fetched": "green", "pending": "yellow", "failed": "red", "refused": "magenta", "missed": "red"}


@click.command()
@as_json
@limit
@click.pass_obj
def pages(obj: dict[str, Any], as_json: bool, limit: int | None) -> None:
    """List the pages that items left questions to ([fulltext] in the config), last wanted first."""
    columns = (
        Column("wanted", when("made")),
        Column("state", text("state"), colour("state", STATES)),
        Column("asked", when("asked")),
        Column("tries", text("attempts")),
        Column("characters", text("characters")),
        Column("fact-checks", lambda row: ", ".join(row["reviews"])),
        Column("page", lambda row: row["url"] + (f"  {row['error']}" if row["error"] else ""), wide=True),
    )
    with store_of(obj) as store:
        rows = store.list_pages(limit) if store else iter(())
        print_list(rows, columns, as_json=as_json, empty="no pages: no item left a question to its page")
        counts = store.count_pages() if store else {}
    if counts:
        click.echo(", ".join(f"{count} {state}" for state, count in counts.items()), err=True)
