"""`dementi feeds`: the list of feeds and their health, and `feeds show`, which reads feeds without storing anything.

The ways in and out, `feeds import`, `export` and `find`, stand in `feeds_ways.py`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import click

from monitor.cli.feeds_ways import export, find, import_
from monitor.cli.lists import ago, store_of, text
from monitor.cli.options import allow, as_json, limit
from monitor.cli.out import Column, Row, console, harmless, print_list

OUTCOMES = {"items": "green", "empty": "green", "unchanged": "green", "gone": "magenta", "backoff": "yellow"}
BARS = " ▁▂▃▄▅▆▇█"


def spark(days: list[int]) -> str:
    """Items a day as a line of bars, the busiest day highest."""
    top = max(days, default=0) or 1
    return "".join(BARS[0 if not n else max(1, round(n / top * 8))] for n in days)


@click.group(invoke_without_command=True)
@as_json
@limit
@click.pass_context
def feeds(ctx: click.Context, as_json: bool, limit: int | None) -> None:
    """List the feeds and their health; or read, find, import and export some."""
    if ctx.invoked_subcommand:
        return
    now = datetime.now(UTC)
    columns = (
        Column("outlet", lambda row: row["publisher"] or ""),
        Column("outcome", text("outcome"), lambda row: OUTCOMES.get(row["outcome"] or "", "red")),
        Column("read", ago("last_read", now)),
        Column("new", ago("last_new", now)),
        Column("next", ago("next_due", now)),
        Column("items", text("items")),
        Column("14 days", lambda row: spark(row["days"]), lambda _: "cyan"),
        Column("feed", lambda row: row["url"] + (f"  {row['error']}" if row["error"] else ""), wide=True),
    )
    with store_of(ctx.obj) as store:
        rows = store.list_feeds(limit, now) if store else iter(())
        print_list(rows, columns, as_json=as_json, empty="no feeds yet: `dementi run` has not begun to watch")


@feeds.command()
@click.argument("urls", nargs=-1, required=True, metavar="URL… | -")
@allow
@as_json
@click.pass_obj
def show(obj: dict[str, Any], urls: tuple[str, ...], allow: tuple[str, ...], as_json: bool) -> None:
    """Fetch and read feeds as the poller would; `-` takes URLs from stdin, one a line. Stores nothing."""
    from monitor import app

    config = app.load(obj["config"]) if obj["config"] else None
    wanted = list(_lines(sys.stdin)) if urls == ("-",) else list(urls)
    asyncio.run(_show(wanted, app.source_of(config, allow), as_json))


async def _show(urls: Iterable[str], source: Any, as_json: bool) -> None:
    from monitor.feeds.show import show as read

    try:
        async for row in read(urls, source, datetime.now(UTC)):
            if as_json:
                click.echo(json.dumps(row, ensure_ascii=False))
            else:
                _print(row)
    finally:
        await source.close()


def _print(row: Row) -> None:
    from rich.text import Text

    out = console()
    head = Text.assemble(
        (row["outcome"], OUTCOMES.get(row["outcome"], "red")),
        "  ",
        (harmless(row["feed"].get("title") or row["url"]), "bold"),
        f"  {row['seconds']:.2f} s",
    )
    out.print(head, soft_wrap=True)
    if row["error"]:
        out.print(Text(f"  {harmless(row['error'])}", "yellow"), soft_wrap=True)
    for item in row["items"]:
        when = item["published"] or item["updated"] or " " * 20
        out.print(Text.assemble("  ", (when, "dim"), "  ", harmless(item["title"] or "(no title)")), soft_wrap=True)


def _lines(stream: Iterable[str]) -> Iterator[str]:
    return (line.strip() for line in stream if line.strip())


for command in (import_, export, find):
    feeds.add_command(command)
