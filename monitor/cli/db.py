"""`dementi db`: the store itself."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click


@click.group()
def db() -> None:
    """Back up, check, upgrade, export and import the store."""


def _url(obj: dict[str, Any]) -> str:
    from monitor import app

    return app.store_url(app.load(obj["config"]))


@db.command()
@click.argument("target", type=click.Path(path_type=Path), metavar="FILE")
@click.pass_obj
def backup(obj: dict[str, Any], target: Path) -> None:
    """Copy the store to FILE, also while the daemon runs."""
    from monitor.store import admin

    admin.backup(_url(obj), target)
    click.echo(f"wrote {target}", err=True)


@db.command()
@click.pass_obj
def check(obj: dict[str, Any]) -> None:
    """Look for damage; exit 1 where there is some."""
    from monitor.store import admin

    found = admin.check(_url(obj))
    for line in found:
        click.echo(line)
    if found:
        sys.exit(1)
    click.echo("the store is sound", err=True)


@db.command()
@click.pass_obj
def migrate(obj: dict[str, Any]) -> None:
    """Bring the store up to date, after a backup of it. The daemon does the same when it starts."""
    from monitor.store import admin

    saved = admin.migrate(_url(obj))
    click.echo(f"up to date; what was there before: {saved}" if saved else "up to date", err=True)


@db.command()
@click.pass_obj
def export(obj: dict[str, Any]) -> None:
    """Write everything to stdout, one JSON object a line."""
    from monitor.store import admin

    for line in admin.export_lines(_url(obj)):
        click.echo(line)


@db.command("import")
@click.argument("source", type=click.File(encoding="utf-8"), metavar="FILE | -")
@click.pass_obj
def import_(obj: dict[str, Any], source: Any) -> None:
    """Fill an empty store from an export."""
    from monitor.store import admin

    click.echo(f"{admin.import_lines(_url(obj), source)} rows", err=True)
