"""What people tell dementi: `silence`, `mark`; and what it would do: `routes test`."""

from __future__ import annotations

import getpass
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from monitor.cli.lists import store_of, text, when
from monitor.cli.options import as_json
from monitor.cli.out import Column, Row, print_list
from monitor.errors import InputError

SPAN = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?")


class Span(click.ParamType[timedelta]):
    """`2h`, `90m`, `1d12h`."""

    name = "2h"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        found = SPAN.fullmatch(str(value))
        if not value or found is None:
            self.fail(f"{value!r} is no time span; write 30m, 2h or 1d", param, ctx)
        days, hours, minutes = (int(part or 0) for part in found.groups())
        return timedelta(days=days, hours=hours, minutes=minutes)


@click.group(invoke_without_command=True)
@as_json
@click.pass_context
def silence(ctx: click.Context, as_json: bool) -> None:
    """List silences; `silence add` holds the messages of some claims for a while, nothing is dropped."""
    if ctx.invoked_subcommand:
        return
    columns = (
        Column("id", text("id")),
        Column("until", when("until")),
        Column("claims", lambda row: ", ".join(row["claims"])),
        Column("by", text("author")),
        Column("why", text("note"), wide=True),
    )
    with store_of(ctx.obj) as store:
        rows = store.list_silences() if store else iter(())
        print_list(rows, columns, as_json=as_json, empty="no silences")


@silence.command()
@click.argument("claims", nargs=-1, required=True, metavar="CLAIM…")
@click.option("--for", "span", type=Span(), required=True, help="How long: 30m, 2h, 1d.")
@click.option("--why", "note", default="", help="Shown in the list.")
@click.option("--by", "author", default=getpass.getuser, show_default="you", help="Whose silence it is.")
@click.pass_obj
def add(obj: dict[str, Any], claims: tuple[str, ...], span: timedelta, note: str, author: str) -> None:
    """Hold messages about CLAIM (ids, tag:NAME, or *): they go out, folded, when the silence ends."""
    from monitor import app
    from monitor.model.route import Silence

    config = app.load(obj["config"])
    known = {claim.id for claim in config.watch.claims}
    known |= {f"tag:{tag}" for claim in config.watch.claims for tag in claim.tags} | {"*"}
    if strange := [name for name in claims if name not in known]:
        raise InputError(f"there is no claim {strange[0]!r}; `dementi claims` lists them")
    now = datetime.now(UTC)
    with app.writer_of(config) as store:
        number = store.keep_silence(Silence(claims=claims, until=now + span, author=author, note=note), now)
    click.echo(f"silence {number} until {now + span:%Y-%m-%d %H:%M} UTC; reversals break through", err=True)


@silence.command()
@click.argument("number", type=int, metavar="ID")
@click.pass_obj
def end(obj: dict[str, Any], number: int) -> None:
    """End a silence early. What it held stays due when the silence would have ended."""
    from monitor import app

    with app.writer_of(app.load(obj["config"])) as store:
        if not store.end_silence(number, datetime.now(UTC)):
            raise InputError(f"there is no silence {number} that lasts; `dementi silence` lists them")
    click.echo(f"silence {number} is ended", err=True)


@click.command()
@click.argument("name", metavar="ALERT | ITEM")
@click.argument("verdict", type=click.Choice(["right", "wrong", "late", "missed"]))
@click.option("--claim", metavar="ID", help="With missed: the claim that ITEM answers.")
@click.option("--note", default="", help="For the others.")
@click.option("--example", is_flag=True, help="Print the line to paste into the claim: fire or quiet.")
@click.pass_obj
def mark(obj: dict[str, Any], name: str, verdict: str, claim: str | None, note: str, example: bool) -> None:
    """Say of an alert that it was right, wrong or late, or of an item that its answer to a claim was missed."""
    from monitor import app

    missed = verdict == "missed"
    if missed and not claim:
        raise click.UsageError("missed needs --claim ID: which claim does the item answer?")
    config = app.load(obj["config"])
    with app.writer_of(config) as store:
        alert = None if missed else store.alert(name)
        item = store.item(name) if missed else (alert.item if alert else None)
        if (missed and item is None) or (not missed and alert is None):
            raise InputError(f"there is no {'item' if missed else 'alert'} {name!r} in the store")
        store.keep_mark(
            verdict,
            note,
            datetime.now(UTC),
            alert=None if missed else name,
            item=item.id if item else None,
            claim=claim,
        )
    click.echo("noted", err=True)
    if example and item:
        import json

        key = "quiet" if verdict == "wrong" else "fire"
        click.echo(f"{key} = [{json.dumps(item.title, ensure_ascii=False)}]")


@click.command()
@click.argument("alert_id", metavar="ALERT")
@click.option("--by", "author", default=getpass.getuser, show_default="you", help="Who has seen it.")
@click.pass_obj
def ack(obj: dict[str, Any], alert_id: str, author: str) -> None:
    """Acknowledge an alert: where a route repeats it, it is repeated no more."""
    from monitor import app

    if not app.acknowledge(app.load(obj["config"]), alert_id, author, datetime.now(UTC)):
        raise InputError(f"there is no alert {alert_id!r}; `dementi deliveries` lists them")
    click.echo("acknowledged", err=True)


@click.group()
def routes() -> None:
    """What the routes would do."""


@routes.command()
@click.argument("claim")
@click.option("--stance", type=click.Choice(["confirms", "denies"]), default="denies", show_default=True)
@click.option("--confidence", type=click.FloatRange(0, 1), default=0.9, show_default=True)
@as_json
@click.pass_obj
def test(obj: dict[str, Any], claim: str, stance: str, confidence: float, as_json: bool) -> None:
    """Who would get an answer to CLAIM found now, when, and why; or which condition keeps a route silent."""
    from monitor import app

    config = app.load(obj["config"])
    with app.reader_of(config) as store:
        silences = store.silences(datetime.now(UTC)) if store else []
    rows = [_plan(plan) for plan in app.plans_of(config, claim, stance, confidence, datetime.now(UTC), silences)]
    columns = (
        Column("route", text("route")),
        Column("channels", lambda row: ", ".join(row["channels"])),
        Column("sent", lambda row: when("due")(row) if row["due"] else "no"),
        Column("because", lambda row: row["refusal"] or row["held_by"] or "at once", wide=True),
    )
    print_list(rows, columns, as_json=as_json, empty="there are no routes")


def _plan(numbered: tuple[int, Any]) -> Row:
    from monitor.model.times import stamp

    number, plan = numbered
    return {
        "route": number,
        "channels": list(plan.route.channels),
        "due": stamp(plan.due),
        "refusal": plan.refusal,
        "held_by": plan.held_by,
    }
