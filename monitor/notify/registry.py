"""All kinds of channel. A new one is its own file, one line here, and the contract suite it has to pass."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from monitor.notify.port import Notifier


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """One kind of channel."""

    module: str  # imported when a config has such a channel, not before
    name: str  # the class, built with keyword arguments
    folds: bool  # held alerts go out as one message; False: each on its own


CHANNELS: dict[str, Channel] = {
    "email": Channel(module="monitor.notify.email", name="EmailChannel", folds=True),
    "webhook": Channel(module="monitor.notify.webhook", name="WebhookChannel", folds=False),
    "console": Channel(module="monitor.notify.console", name="ConsoleChannel", folds=True),
    "apprise": Channel(module="monitor.notify.chat", name="AppriseChannel", folds=True),
    "atom": Channel(module="monitor.notify.atom", name="AtomChannel", folds=False),
}


def make(kind: str, **options: Any) -> Notifier:
    """Build a channel. Raises KeyError for an unknown kind, ConfigError where an extra is not installed."""
    channel = CHANNELS[kind]
    made: Notifier = getattr(import_module(channel.module), channel.name)(**options)
    return made
