"""What the pipeline asks of a channel."""

from __future__ import annotations

from typing import Protocol

from monitor.model.alert import Message, Target


class Notifier(Protocol):
    """One channel of the config. Sends once; whether and when to try again is not its business."""

    name: str  # the channel's name in the config

    def recipients(self) -> tuple[str, ...]:
        """All recipients of the channel: each gets deliveries of its own."""
        ...

    async def send(self, message: Message, target: Target) -> None:
        """Return when the target has taken the message; else raise NotifyError, its text free of secrets."""
        ...

    async def close(self) -> None: ...
