"""`dementi models`: inference models for a second opinion, and whether a second reader is of any use."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.out import Column, harmless, print_list
from monitor.errors import InputError, OpinionError

if TYPE_CHECKING:
    from monitor.model.opinion import Opinion, Question
    from monitor.opinion.port import Advisor

Row = dict[str, Any]


@click.group()
def models() -> None:
    """Fetch, list, verify and try models for a second opinion."""


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_(as_json: bool) -> None:
    """List the inference models that are known by name. Memory is that of the weights: it needs more than that."""
    from monitor import app

    columns = [
        Column("NAME", lambda row: str(row["name"]), lambda _: "bold"),
        Column("FETCHED", lambda row: f"{row['megabytes']} MB"),
        Column("MEMORY", lambda row: f"> {row['memory']} MB"),
        Column(
            "LICENCE", lambda row: f"{row['licence']}; {row['note']}" if row["note"] else str(row["licence"]), wide=True
        ),
        Column("LANGUAGES", lambda row: " ".join(row["languages"]), wide=True),
        Column("WHAT", lambda row: str(row["what"]), wide=True),
    ]
    print_list(map(_row, app.known_models()), columns, as_json=as_json, empty="no model is known")


def _row(entry: Any) -> Row:
    keys = ("name", "hub", "revision", "megabytes", "memory", "licence", "note", "languages", "what")
    return {key: getattr(entry, key) for key in keys} | {"sha256": dict(entry.sha256)}


@models.command()
@click.argument("name")
@click.option("--into", type=click.Path(path_type=Path), metavar="DIR", help="Folder to make; else models/NAME.")
@click.option("--revision", metavar="HASH", help="40 digits; else the one that is pinned for NAME.")
def get(name: str, into: Path | None, revision: str | None) -> None:
    """Fetch a model: NAME of `dementi models list`, or OWNER/MODEL of the hub with --revision.

    It is fetched by the hub's own client, checked against the hashes that are known, and kept whole or not at all.
    """
    from monitor import app

    target = into or Path("models") / name.rpartition("/")[2]
    manifest = app.fetch_model(name, target, revision, lambda text: click.echo(text, err=True))
    click.echo(f"{target}: {manifest.hub} at {manifest.revision}", err=True)
    click.echo(f'[second_opinion]\nkind = "nli"\nmodel = "{target}"')


@models.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def verify(folder: Path) -> None:
    """Check the files of a model's folder against the hashes from when it was fetched."""
    from monitor import app

    manifest, differences = app.verify_model(folder)
    for difference in differences:
        click.echo(difference)
    if differences:
        sys.exit(InputError.exit_code)
    click.echo(f"{folder}: {manifest.hub} at {manifest.revision}, {len(manifest.files)} files as they were fetched")


@models.command("try")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def try_(obj: dict[str, Any], folder: Path | None, as_json: bool) -> None:
    """Ask about invented news: the model in DIR, or the second reader of the config. Sends and stores nothing."""
    from monitor import app

    advisor = app.reader_in(folder) if folder else app.advisor_of(app.load(obj["config"]))
    if advisor is None:
        raise InputError("the config has no [second_opinion]; name a model's folder, or add it")
    rows = asyncio.run(_asked(advisor, app.sample_questions()))
    columns = [
        Column("STORY", lambda row: str(row["story"]), wide=True),
        Column("IS", lambda row: str(row["is"])),
        Column("BUILT-IN", lambda row: str(row["built_in"])),
        Column("SECOND", lambda row: str(row["second"]), lambda row: "green" if row["second"] == row["is"] else "red"),
        Column("SECONDS", lambda row: f"{row['seconds']:.2f}"),
        Column("COST", lambda row: f"{row['cost']:.6f}"),
    ]
    print_list(rows, columns, as_json=as_json, empty="")
    right = sum(row["second"] == row["is"] for row in rows)
    click.echo(f"{advisor.name}: {right} of {len(rows)} right", err=True)
    if all(row["failed"] for row in rows):
        sys.exit(OpinionError.exit_code)


async def _asked(advisor: Advisor, questions: list[tuple[Any, Question]]) -> list[Row]:
    rows: list[Row] = []
    try:
        for sample, question in questions:
            row = {"story": sample.summary, "is": str(sample.relation), "built_in": str(question.assessment.relation)}
            try:
                rows.append(row | {"failed": False} | _told(await advisor.ask(question)))
            except OpinionError as fault:
                click.echo(harmless(fault), err=True)
                rows.append(row | {"failed": True, "second": "-", "seconds": 0.0, "cost": 0.0})
    finally:
        await advisor.close()
    return rows


def _told(opinion: Opinion) -> Row:
    from monitor.model.verdict import relation_of

    second = str(relation_of(opinion.statements)) if opinion.counts else f"void: {'; '.join(opinion.void)}"
    return {"second": second, "seconds": round(opinion.usage.seconds, 3), "cost": opinion.usage.cost}
