"""`dementi backtest`: what would have been alerted, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.input import Input
from monitor.cli.lists import STANCES, colour, text, when
from monitor.cli.options import as_json
from monitor.cli.out import Column, Row, print_list
from monitor.model.times import stamp

if TYPE_CHECKING:
    from monitor.model.alert import Alert
    from monitor.model.source import Item


@click.command()
@click.argument("watchlist", type=click.Path(path_type=Path))
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, allow_dash=True), metavar="[ITEMS…]")
@click.option(
    "--against", type=click.Path(path_type=Path), metavar="OLD", help="Show what WATCHLIST adds to and loses from OLD."
)
@click.option(
    "--explain-cost", is_flag=True, help="Show instead what a second reader would have been asked, day by day."
)
@as_json
@click.pass_obj
def backtest(
    obj: dict[str, Any],
    watchlist: Path,
    files: tuple[Path, ...],
    against: Path | None,
    explain_cost: bool,
    as_json: bool,
) -> None:
    """Play items through a watchlist: one line an alert, in time order whatever the order of the input.

    ITEMS are JSONL files, feed files, or `-` for stdin; without any, what the store of the config holds.
    """
    source = Input()
    items = list(source.all(files)) if files else _stored(obj)
    if explain_cost:
        _reckon(obj, watchlist, items, as_json=as_json)
        source.end()
        return
    rows = [_row(alert) for alert in _play(watchlist, items)]
    if against is not None:
        rows = list(_difference([_row(alert) for alert in _play(against, items)], rows))
    columns = (
        *([Column("", text("change"), lambda row: "green" if row["change"] == "added" else "red")] if against else []),
        Column("at", when("at")),
        Column("claim", text("claim")),
        Column("reason", text("reason")),
        Column("stance", text("stance"), colour("stance", STANCES)),
        Column("party", text("party")),
        Column("speaker", text("speaker")),
        Column("evidence", text("evidence"), wide=True),
    )
    print_list(rows, columns, as_json=as_json, empty="nothing would have been alerted")
    source.end()


def _play(watchlist: Path, items: Sequence[Item]) -> list[Alert]:
    from monitor import app
    from monitor.story.play import play

    claims = app.load_watchlist(watchlist).claims
    read = app.reading_of(claims)
    return list(play([(item, read(item)) for item in items], claims))


def _reckon(obj: dict[str, Any], watchlist: Path, items: Sequence[Item], *, as_json: bool) -> None:
    """What a second reader would have been asked; by the config's options where there is one, else by the defaults."""
    from monitor import app
    from monitor.errors import ConfigError

    try:
        config = app.load(obj["config"])
    except ConfigError:
        if obj["config"]:
            raise
        config = None
    days = app.reckon(config, app.load_watchlist(watchlist).claims, items)
    rows: list[Row] = [
        {
            "day": d.day.isoformat() if d.day else None,
            "related": d.related,
            "asked": sum(d.asked.values()),
            **{why: d.asked.get(why, 0) for why in ("alert", "doubtful", "silent")},
            "over_budget": d.over,
            "tokens": d.tokens,
            "cost": round(d.cost, 6),
        }
        for d in days
    ]
    columns = tuple(Column(name.replace("_", " "), text(name)) for name in (rows[0] if rows else ()))
    print_list(rows, columns, as_json=as_json, empty="nothing would have been asked")
    asked, related = sum(r["asked"] for r in rows), sum(r["related"] for r in rows)
    if rows:
        share = f", {asked / related:.0%} of the related pairs" if related else ""
        cost = sum(r["cost"] for r in rows)
        click.echo(f"{asked} questions on {len(rows)} days{share}; tokens and cost ({cost:.4f}) are rough", err=True)


def _stored(obj: dict[str, Any]) -> list[Item]:
    from monitor import app

    with app.reader_of(app.load(obj["config"])) as store:
        return list(store.recent_items(datetime.fromtimestamp(0, UTC))) if store else []


def _row(alert: Alert) -> Row:
    event, item, statement = alert.event, alert.item, alert.statement
    return {
        "claim": alert.claim.id if alert.claim else None,
        "reason": str(alert.reason),
        "stance": str(event.stance) if event else None,
        "party": event.party_name if event else None,
        "speaker": (statement.speaker if statement else None) or (event.speaker if event else None),
        "item": item.id if item else None,
        "at": stamp(alert.at),
        "evidence": statement.evidence.text if statement else None,
    }


def _difference(old: Sequence[Row], new: Sequence[Row]) -> Iterator[Row]:
    """Alerts of one side only, told apart by what they say and not by which item said it first."""

    def key(row: Row) -> tuple[Any, ...]:
        return row["claim"], row["reason"], row["stance"], row["party"]

    keys = {key(row) for row in old}, {key(row) for row in new}
    rows = [{"change": "lost", **row} for row in old if key(row) not in keys[1]]
    rows += [{"change": "added", **row} for row in new if key(row) not in keys[0]]
    yield from sorted(rows, key=lambda row: row["at"] or "")
