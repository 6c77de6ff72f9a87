"""`dementi judge`: items in, one JSON line out for each (item, claim) that are related."""

from __future__ import annotations

import json
from pathlib import Path

import click

from monitor.cli.input import STDIN, Input


@click.command()
@click.option("--watchlist", type=click.Path(path_type=Path), required=True, metavar="FILE", help="Claims to judge by.")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, allow_dash=True), metavar="[ITEMS…]")
def judge(watchlist: Path, files: tuple[Path, ...]) -> None:
    """Judge items from JSONL files, feed files (RSS, Atom, JSON Feed) or stdin. Stores and sends nothing."""
    from monitor import app
    from monitor.pipeline.judge_lines import assessment_row

    read = app.reading_of(app.load_watchlist(watchlist).claims).prepare()
    source = Input()
    for item in source.all(files or (STDIN,)):
        for assessment in read(item):
            click.echo(json.dumps(assessment_row(assessment), ensure_ascii=False))
    source.end()
