"""Channels, and what people ask about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from monitor.app.config import Config
from monitor.app.stores import writer_of
from monitor.model.alert import Message, Target

if TYPE_CHECKING:
    from monitor.model.route import Silence
    from monitor.notify.port import Notifier
    from monitor.notify.route import Plan


def notifiers_of(config: Config) -> dict[str, Notifier]:
    """The channels, by name."""
    from monitor.notify.registry import make

    return {channel.name: make(channel.kind, **_options(channel, config)) for channel in config.settings.channels}


def _options(channel: Any, config: Config) -> dict[str, Any]:
    """A channel's table as the channel's own arguments: what a new kind of channel adds a line to."""
    shared = {"name": channel.name}
    if channel.kind == "console":
        return shared | {"zone": channel.zone}
    if channel.kind == "webhook":
        from monitor.net.guard import Allow

        allow = Allow.parse(config.settings.http.allow_private)
        secrets = channel.secret.all if channel.secret else None
        return shared | {"url": channel.url, "clock": _clock, "secrets": secrets, "allow": allow}
    if channel.kind == "email":
        smtp = channel.smtp
        return shared | {
            "to": channel.to,
            "sender": channel.sender,
            "zone": channel.zone,
            "clock": _clock,
            "host": smtp.host,
            "port": smtp.port,
            "security": smtp.security,
            "username": smtp.username,
            "password": smtp.password.one if smtp.password else None,
        }
    if channel.kind == "apprise":
        return shared | {"url": channel.url.one, "zone": channel.zone}
    return shared | {"path": channel.path, "keep": channel.keep, "clock": _clock, "zone": channel.zone}


def sample_message(now: datetime) -> Message:
    """What `test-channel` sends."""
    from monitor.notify.sample import sample_alert

    alert = sample_alert(now)
    return Message(id=alert.id, alerts=(alert,))


def targets_of(notifier: Notifier) -> list[Target]:
    return [Target(channel=notifier.name, recipient=recipient) for recipient in notifier.recipients()]


def acknowledge(config: Config, alert_id: str, author: str, now: datetime) -> bool:
    """Somebody has seen the alert. False where there is none of that id."""
    from monitor.notify.retry import acknowledged

    with writer_of(config) as store, store.transaction():
        if store.alert(alert_id) is None:
            return False
        store.keep_deliveries([acknowledged(delivery, now) for delivery in store.deliveries_of(alert_id)])
        store.keep_mark("seen", author, now, alert=alert_id)
    return True


def plans_of(
    config: Config, claim_id: str, stance: str, confidence: float, now: datetime, silences: Sequence[Silence]
) -> list[tuple[int, Plan]]:
    """What each route would do with an answer to a claim found now, by the route's number. Raises InputError."""
    from monitor.errors import InputError
    from monitor.model.story import Reason
    from monitor.model.verdict import Stance
    from monitor.notify.route import plans
    from monitor.notify.sample import sample_alert

    claim = config.watch.claim(claim_id)
    if claim is None:
        raise InputError(f"there is no claim {claim_id!r}; `dementi claims` lists them")
    reason = Reason.FIRST_DENIAL if stance == Stance.DENIES else Reason.FIRST_CONFIRMATION
    sample = sample_alert(now, reason)
    event = (
        replace(sample.event, claim=claim.id, stance=Stance(stance), confidence=confidence) if sample.event else None
    )
    alert = replace(sample, claim=claim, event=event)
    routes = [route.route() for route in config.settings.routes]
    return list(enumerate(plans(alert, routes, now, silences), 1))


def _clock() -> datetime:
    return datetime.now(UTC)
