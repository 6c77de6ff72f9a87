"""`dementi opinions`: what a second reader was asked, what it answered, what it bought and what it cost."""

from __future__ import annotations

from typing import Any

import click

from monitor.cli.lists import STANCES, colour, store_of, text, when
from monitor.cli.options import as_json, limit
from monitor.cli.out import Column, Row, print_list

OUTCOMES = {"agreed": "green", "raised": "cyan", "lowered": "yellow", "turned": "magenta", "void": "dim"}


@click.command()
@click.option("--review", is_flag=True, help="Only what people are to look at.")
@as_json
@limit
@click.pass_obj
def opinions(obj: dict[str, Any], review: bool, as_json: bool, limit: int | None) -> None:
    """List second opinions ([second_opinion] in the config), newest first, with both readings."""
    columns = (
        Column("asked for", when("made")),
        Column("claim", text("claim")),
        Column("why", text("why")),
        Column("built-in", text("built_in"), colour("built_in", STANCES)),
        Column("second", lambda row: row["second"] or row["state"], colour("second", STANCES)),
        Column("outcome", _outcome, colour("outcome", OUTCOMES)),
        Column("seconds", lambda row: f"{row['seconds']:.1f}" if row["seconds"] else ""),
        Column(
            "item",
            lambda row: (row["title"] or row["item"]) + (f"  ({row['error']})" if row["error"] else ""),
            wide=True,
        ),
    )
    with store_of(obj) as store:
        rows = store.list_opinions(limit, review=review) if store else iter(())
        empty = "nothing to review" if review else "no second opinions: nothing was worth a question yet"
        print_list(rows, columns, as_json=as_json, empty=empty)
        counts = store.count_opinions() if store else {}
    if counts.get("answered") or counts.get("waiting"):
        click.echo(_summary(counts), err=True)


def _outcome(row: Row) -> str:
    return " ".join(filter(None, (row["outcome"], "(review)" if row["review"] else "")))


def _summary(counts: Row) -> str:
    """One line: what it bought and what it cost."""
    named = ("asked", "answered", "agreed", "overturned", "contested", "void", "waiting", "unanswered", "reviews")
    parts = [f"{counts[name]} {name}" for name in named if counts[name]]
    return ", ".join([*parts, f"{counts['seconds']:.1f} s", f"cost {counts['cost']:.4f}"])
