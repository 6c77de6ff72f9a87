"""The rate guard: when very many messages to one target are due at once, they go out as one. Pure.

A burst is told one by one, so that each can be read on its own; what comes on top of it within the window is folded.
Reversals are always told alone. Machines get each alert on its own, however many there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from monitor.model.alert import Alert, Delivery, Target
from monitor.notify.registry import CHANNELS
from monitor.notify.route import BREAK_THROUGH

BURST = 20  # messages to one target that are told one by one …
WINDOW = timedelta(minutes=10)  # … within such a span


def folds(kind: str) -> bool:
    """Several alerts may reach a channel of this kind as one message."""
    return kind not in CHANNELS or CHANNELS[kind].folds


def fold_storm(
    due: Iterable[tuple[Delivery, Alert]], sent: Mapping[Target, int], kinds: Mapping[str, str]
) -> list[Delivery]:
    """The deliveries whose message changes, with their new one. Store them before sending: the fold must be stable.

    `sent`: how many messages each target took within the last WINDOW. `kinds`: channel name -> kind.
    """
    waiting: dict[Target, dict[str, list[Delivery]]] = defaultdict(lambda: defaultdict(list))
    for delivery, alert in due:
        # A message that was tried keeps its name: its target may have taken it without our knowing.
        tried = delivery.attempts or delivery.first_tried
        if folds(kinds.get(delivery.target.channel, "")) and alert.reason not in BREAK_THROUGH and not tried:
            waiting[delivery.target][delivery.message].append(delivery)
    return [
        delivery
        for target, messages in waiting.items()
        for delivery in _folded(list(messages.values()), BURST - sent.get(target, 0))
    ]


def _folded(messages: list[list[Delivery]], room: int) -> list[Delivery]:
    """All but the first `room` messages, as one; nothing where that saves none."""
    rest = [delivery for message in messages[max(0, room) :] for delivery in message]
    if len(messages) - max(0, room) < 2:
        return []
    name = sha256("\0".join(sorted(delivery.id for delivery in rest)).encode()).hexdigest()[:32]
    return [replace(delivery, message=name) for delivery in rest]
