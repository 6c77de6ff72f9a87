"""`dementi check`: are the files right, do the examples hold, can everything be reached?"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.out import console, harmless

if TYPE_CHECKING:
    from monitor.feeds.port import Reading
    from monitor.model.source import Feed


@click.command()
@click.option("--offline", is_flag=True, help="Ask no feed: check the files and the examples only.")
@click.pass_obj
def check(obj: dict[str, Any], offline: bool) -> None:
    """Check the config files, run the claims' examples, and tell what is unreachable."""
    from monitor import app

    config = app.load(obj["config"])
    app.check_secrets(config)
    app.check_extras(config)
    second = app.check_opinion(config)
    app.check_examples(config, progress=_bar("examples"))
    watch = config.watch
    examples = sum(len(claim.fire) + len(claim.quiet) for claim in watch.claims)
    click.echo(f"{config.file}: {len(watch.claims)} claims, {len(watch.feeds)} feeds, {examples} examples: all right")
    if second:
        most = f"at most {second.per_hour} questions an hour, {second.per_day} a day"
        click.echo(f"second opinion by {harmless(second.model)}: {most}; `dementi models try` asks it")
    if config.settings.fulltext.enabled:
        click.echo(f"full text: at most {config.settings.fulltext.per_hour} pages an hour, where robots.txt allows it")
    if config.settings.websub:
        click.echo(f"hubs are told to send to {config.settings.websub.callback_url}")
    if offline or not watch.feeds:
        return
    readings = asyncio.run(_read(watch.feeds, app.source_of(config)))
    for feed, reading in readings:
        if not reading.outcome.fine:
            click.echo(f"unreachable: {feed.url}: {reading.outcome}: {harmless(reading.error)}")
        elif reading.error:
            click.echo(f"doubtful: {feed.url}: {harmless(reading.error)}")
    fine = sum(reading.outcome.fine for _, reading in readings)
    click.echo(f"{fine} of {len(readings)} feeds can be read")


def _bar(what: str) -> Any:
    """An iterator's progress on a terminal; nothing elsewhere."""

    def track(things: Sequence[Any]) -> Iterable[Any]:
        if not sys.stderr.isatty() or len(things) < 200:
            return things
        from rich.progress import track as bar

        return bar(things, what, console=console(stderr=True), transient=True)

    return track


async def _read(feeds: Sequence[Feed], source: Any) -> list[tuple[Feed, Reading]]:
    from monitor.model.source import Known

    slots = asyncio.Semaphore(32)

    async def nothing() -> Known:
        return Known()

    async def one(feed: Feed) -> tuple[Feed, Reading]:
        async with slots:
            return feed, await source.read(feed, None, datetime.now(UTC), nothing)

    try:
        tasks = [asyncio.ensure_future(one(feed)) for feed in feeds]
        return [await task for task in _bar("feeds")(tasks)]
    finally:
        await source.close()
