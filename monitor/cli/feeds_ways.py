"""How feeds come in and go out: `feeds import`, `feeds export`, `feeds find`."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import click

from monitor.cli.options import allow, as_json
from monitor.cli.out import Column, Row, harmless, print_list


@click.command("import")
@click.argument("file", type=click.File("rb"), metavar="FILE.opml")
@click.option("--into", type=click.Path(path_type=Path), metavar="FILE", help="Write a new watchlist file, not stdout.")
@click.pass_obj
def import_(obj: dict[str, Any], file: BinaryIO, into: Path | None) -> None:
    """Turn another reader's feeds (OPML; `-`: stdin) into a watchlist. What the config watches already is left out."""
    from monitor import app

    written = app.feeds_from_opml(file.read(), app.watched_feeds(obj["config"]))
    for url, reason in written.refused:
        click.echo(f"left out: {harmless(url)}: {reason}", err=True)
    known = f"; {written.known} are watched already" if written.known else ""
    if into is None:
        click.echo(written.text, nl=False)
        click.echo(f"{written.feeds} feeds{known}", err=True)
    elif written.feeds:
        _write(into, written.text)
        click.echo(f"wrote {into}: {written.feeds} feeds{known}", err=True)
    else:
        click.echo(f"nothing to write{known}", err=True)


def _write(path: Path, text: str) -> None:
    """Raises ConfigError where the file is there already, or cannot be written."""
    from monitor.errors import ConfigError, Fault

    try:
        with path.open("x", encoding="utf-8") as file:  # "x": never over a file, whoever wrote it
            file.write(text)
    except FileExistsError:
        message = "is there already; nothing was written"
    except OSError as fault:
        message = f"cannot be written: {(fault.strerror or '').lower()}"
    else:
        return
    raise ConfigError([Fault(file=str(path), line=None, path="", message=message)])


@click.command()
@click.pass_obj
def export(obj: dict[str, Any]) -> None:
    """Print the feeds as OPML, for other readers. Feeds that are files stay here."""
    from monitor import app

    click.echo(app.feeds_as_opml(app.load(obj["config"]).watch.feeds), nl=False)


@click.command()
@click.argument("url", metavar="URL")
@allow
@as_json
@click.pass_obj
def find(obj: dict[str, Any], url: str, allow: tuple[str, ...], as_json: bool) -> None:
    """Find the feeds of a web page, a line a feed. Each was read; stores nothing."""
    from monitor import app

    config = app.load(obj["config"]) if obj["config"] else None
    rows = asyncio.run(_find(url if "//" in url else f"https://{url}", app.source_of(config, allow)))
    columns = (
        Column("feed", lambda row: row["url"], wide=True),
        Column("title", lambda row: row["title"] or ""),
        Column("language", lambda row: row["language"] or ""),
        Column("items", lambda row: str(row["entries"])),
    )
    print_list(rows, columns, as_json=as_json, empty=f"no feed found at {harmless(url)}")


async def _find(url: str, source: Any) -> list[Row]:
    from monitor import app

    try:
        return [asdict(found) for found in await app.find_feeds(url, source, datetime.now(UTC))]
    finally:
        await source.close()
