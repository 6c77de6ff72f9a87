"""`dementi init`: a starter config that runs as it is."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".", metavar="[DIR]")
def init(folder: Path) -> None:
    """Write a commented starter config and watchlist into DIR (here, if left out). Overwrites nothing."""
    from monitor import app

    for path in app.write_starter(folder):
        click.echo(f"wrote {path}")
    there = "" if folder == Path() else f"cd {folder} && "
    click.echo(f"\nNext:  {there}dementi check  and  dementi run")
