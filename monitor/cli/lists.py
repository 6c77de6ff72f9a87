"""The lists: what is watched, what was found, what was sent. Newest first."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click

from monitor.cli.options import as_json, limit
from monitor.cli.out import Column, Row, print_list

STANCES = {"confirms": "green", "denies": "red", "mixed": "yellow", "declines": "dim"}
STATES = {"sent": "green", "pending": "yellow", "dead": "red"}
STATUSES = {"confirmed": "green", "denied": "red", "contested": "yellow", "reversed": "magenta", "reported": "cyan"}
TIME = 16  # characters of "YYYY-MM-DD HH:MM"


@contextmanager
def store_of(obj: dict[str, Any]) -> Iterator[Any]:
    """The store of the config, for reading. None where nothing has been stored yet."""
    from monitor import app

    with app.reader_of(app.load(obj["config"])) as store:
        yield store


def text(key: str) -> Callable[[Row], str]:
    return lambda row: "" if row[key] is None else str(row[key])


def when(key: str) -> Callable[[Row], str]:
    """A time as people read it on a terminal, local; in a pipe as JSON prints it."""

    def show(row: Row) -> str:
        if not row[key] or not sys.stdout.isatty():
            return row[key] or ""
        return datetime.fromisoformat(row[key]).astimezone().strftime("%Y-%m-%d %H:%M")

    return show


def ago(key: str, now: datetime) -> Callable[[Row], str]:
    """How long ago, in one unit."""

    def show(row: Row) -> str:
        if not row[key]:
            return "never"
        if not sys.stdout.isatty():
            return str(row[key])
        return span((now - datetime.fromisoformat(row[key])).total_seconds())

    return show


def span(seconds: float) -> str:
    sign, rest = ("in ", -seconds) if seconds < 0 else ("", seconds)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if rest >= size:
            return f"{sign}{rest / size:.0f} {unit}"
    return f"{sign}{rest:.0f} s"


def colour(key: str, colours: dict[str, str]) -> Callable[[Row], str]:
    return lambda row: colours.get(row[key] or "", "")


@click.command()
@as_json
@limit
@click.pass_obj
def claims(obj: dict[str, Any], as_json: bool, limit: int | None) -> None:
    """List the claims and how they stand, last change first."""
    columns = (
        Column("claim", text("id"), wide=False),
        Column("status", text("status"), colour("status", STATUSES)),
        Column("events", text("events")),
        Column("items", text("items")),
        Column("changed", when("changed")),
        Column("statement", text("statement"), wide=True),
    )
    with store_of(obj) as store:
        rows = store.list_claims(limit) if store else iter(())
        print_list(rows, columns, as_json=as_json, empty="no claims yet: `dementi run` has not begun to watch")


@click.command()
@as_json
@limit
@click.pass_obj
def events(obj: dict[str, Any], as_json: bool, limit: int | None) -> None:
    """List confirmations and denials, newest first: one row each, however many print it."""
    columns = (
        Column("first seen", when("first_seen")),
        Column("claim", text("claim")),
        Column("stance", text("stance"), colour("stance", STANCES)),
        Column("party", text("party")),
        Column("speaker", text("speaker")),
        Column("tellings", lambda row: f"{row['tellings']}/{row['items']}"),
        Column("outlets", lambda row: str(len(row["publishers"]))),
        Column("evidence", text("evidence"), wide=True),
    )
    with store_of(obj) as store:
        rows = store.list_events(limit) if store else iter(())
        print_list(rows, columns, as_json=as_json, empty="no events yet: nobody confirmed or denied a claim")


@click.command()
@as_json
@limit
@click.pass_obj
def items(obj: dict[str, Any], as_json: bool, limit: int | None) -> None:
    """List what the feeds delivered, newest first."""
    columns = (
        Column("seen", when("seen")),
        Column("outlet", lambda row: row["publisher"] or row["feed"]),
        Column("claims", lambda row: ", ".join(f"{c}: {r}" for c, r in row["claims"].items())),
        Column("title", text("title"), wide=True),
    )
    with store_of(obj) as store:
        rows = store.list_items(limit) if store else iter(())
        print_list(rows, columns, as_json=as_json, empty="no items yet: no feed has been read")


@click.group(invoke_without_command=True)
@as_json
@limit
@click.pass_context
def deliveries(ctx: click.Context, as_json: bool, limit: int | None) -> None:
    """List what was sent to whom, newest first; `retry ID` tries a dead one again."""
    if ctx.invoked_subcommand:
        return
    columns = (
        Column("id", text("id")),
        Column("alert of", when("at")),
        Column("channel", text("channel")),
        Column("recipient", text("recipient")),
        Column("state", text("state"), colour("state", STATES)),
        Column("tries", text("attempts")),
        Column("due or settled", lambda row: when("settled" if row["settled"] else "due")(row)),
        Column("alert", lambda row: row["title"] + (f"  ({row['error']})" if row["error"] else ""), wide=True),
    )
    with store_of(ctx.obj) as store:
        rows = store.list_deliveries(limit) if store else iter(())
        print_list(rows, columns, as_json=as_json, empty="no deliveries yet: nothing has been alerted")


@deliveries.command()
@click.argument("delivery", metavar="ID")
@click.pass_obj
def retry(obj: dict[str, Any], delivery: str) -> None:
    """Try a delivery again that failed for good: the running daemon sends it, or the next one."""
    from monitor import app
    from monitor.errors import InputError

    with app.writer_of(app.load(obj["config"])) as store:
        if not store.retry(delivery, datetime.now(UTC)):
            raise InputError(f"{delivery} is no delivery that failed for good; `dementi deliveries` lists them")
    click.echo(f"{delivery} is pending again", err=True)
