"""`dementi run`: the daemon, or one round."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import click

from monitor import __version__, app
from monitor.cli.tell import Bar, Teller, log, set_up_log


@click.command(short_help="Watch the feeds.")
@click.option("--once", is_flag=True, help="Poll every feed once, try all deliveries, and end.")
@click.pass_obj
def run(obj: dict[str, Any], once: bool) -> None:
    """Watch the feeds until Ctrl-C or SIGTERM; SIGHUP reloads the config, all or nothing."""
    from monitor import daemon

    set_up_log(verbose=bool(obj["verbose"]))
    load = app.loader(obj["config"])
    if not once:
        log.info("dementi %s; Ctrl-C ends", __version__)
        if code := asyncio.run(daemon.serve(load, Teller())):
            sys.exit(code)
        return
    config = load()
    teller = Bar(len(config.watch.feeds)) if sys.stderr.isatty() else Teller()
    asyncio.run(daemon.once(lambda: config, teller))
    click.echo(teller.summary(), err=True)
