"""`dementi test-channel`: does a message arrive?"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from typing import Any

import click

from monitor.cli.out import harmless
from monitor.errors import InputError, NotifyError


@click.command("test-channel")
@click.argument("name")
@click.pass_obj
def test_channel(obj: dict[str, Any], name: str) -> None:
    """Send a message that is marked as a test to every recipient of the channel NAME."""
    from monitor import app

    config = app.load(obj["config"])
    notifiers = app.notifiers_of(config)
    if name not in notifiers:
        known = ", ".join(notifiers) or "there is none"
        raise InputError(f"there is no channel {name!r} in {config.file}; channels: {known}")
    if not asyncio.run(_send(notifiers[name])):
        sys.exit(NotifyError.exit_code)


async def _send(notifier: Any) -> bool:
    from monitor import app

    message = app.sample_message(datetime.now(UTC))
    fine = True
    try:
        for target in app.targets_of(notifier):
            to = harmless(target.recipient)
            try:
                await notifier.send(message, target)
                click.echo(f"{to}: taken", err=True)
            except NotifyError as fault:
                fine = False
                click.echo(f"{to}: not taken: {fault}", err=True)
    finally:
        await notifier.close()
    return fine
