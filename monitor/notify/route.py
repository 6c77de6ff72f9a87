"""Which deliveries an alert makes, and when. Pure.

alert ──refusal──▶ routes that want it ──when──▶ due, held or folded ──▶ one delivery per (channel, recipient)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from monitor.model.alert import Alert, Delivery, Target
from monitor.model.claim import Claim
from monitor.model.route import Route, Silence
from monitor.model.story import Reason
from monitor.model.times import stamp
from monitor.notify.registry import CHANNELS
from monitor.notify.schedule import next_daily, next_span, quiet_until

# Loud enough to wake somebody: a party that had answered now answers the other way.
BREAK_THROUGH = frozenset({Reason.REVERSED})
# Said only where a route asks for it by name.
ON_REQUEST = frozenset({Reason.CORROBORATED, Reason.REVIEW})


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What one route does with an alert."""

    route: Route
    refusal: str | None = None  # why the route does not want it: a word from REFUSALS' table
    due: datetime | None = None  # None where refused
    held_by: str | None = None  # "silence", "group_wait", "digest" or "quiet_hours"; None: at once


def route(
    alert: Alert,
    routes: Sequence[Route],
    recipients: Mapping[str, tuple[str, ...]],
    kinds: Mapping[str, str],
    now: datetime,
    silences: Sequence[Silence] = (),
) -> list[Delivery]:
    """The alert's deliveries: one for each recipient of each channel that a route sends it to.

    Where several routes name the same channel, the soonest wins. The same alert routed again yields the same ids.
    """
    found: dict[str, Delivery] = {}
    for plan in plans(alert, routes, now, silences):
        if plan.due is None:
            continue
        for target in _targets(plan.route, recipients):
            kind = kinds.get(target.channel, "")
            delivery = _delivery(alert, target, plan.due, plan.held_by, kind, plan.route.repeat)
            earlier = found.get(delivery.id)
            if earlier is None or delivery.due < earlier.due:
                found[delivery.id] = delivery
    return list(found.values())


def plans(alert: Alert, routes: Iterable[Route], now: datetime, silences: Iterable[Silence] = ()) -> list[Plan]:
    """What each route does with the alert, the refusing ones included: `dementi routes test` prints it."""
    ends = [each.until for each in silences if each.until > now and _is_about(alert, each.claims)]
    silent = max(ends, default=None)
    return [_plan(alert, each, now, silent) for each in routes]


def refusal(alert: Alert, route: Route) -> str | None:
    """The first of the route's conditions that the alert does not meet, by its key in the config; None: all are met."""
    return next((name for name, meets in _CONDITIONS if not meets(alert, route)), None)


def _plan(alert: Alert, route: Route, now: datetime, silent: datetime | None) -> Plan:
    refused = refusal(alert, route)
    if refused:
        return Plan(route=route, refusal=refused)
    due, held_by = _when(alert, route, now, silent)
    return Plan(route=route, due=due, held_by=held_by)


def _when(alert: Alert, route: Route, now: datetime, silent: datetime | None) -> tuple[datetime, str | None]:
    due, held_by = (silent, "silence") if silent else (now, None)
    if route.digest is not None:
        zone = route.quiet_hours.zone if route.quiet_hours else route.digest_zone
        due, held_by = next_daily(due, route.digest, zone), "digest"
    elif route.group_wait and alert.reason not in BREAK_THROUGH:
        due, held_by = next_span(due, route.group_wait), held_by or "group_wait"
    if route.quiet_hours and alert.reason not in BREAK_THROUGH:
        end = quiet_until(due, route.quiet_hours)
        if end is not None:
            due, held_by = end, held_by or "quiet_hours"
    return due, held_by


def _targets(route: Route, recipients: Mapping[str, tuple[str, ...]]) -> Iterable[Target]:
    for channel in route.channels:
        for recipient in recipients.get(channel, ()):
            yield Target(channel=channel, recipient=recipient)


def _delivery(
    alert: Alert, target: Target, due: datetime, held_by: str | None, kind: str, repeat: timedelta | None
) -> Delivery:
    # Machines want each alert on its own, and once: for them a digest holds and folds nothing, and nothing repeats.
    for_people = kind not in CHANNELS or CHANNELS[kind].folds
    folds = held_by is not None and for_people
    return Delivery(
        id=_hash("delivery", alert.id, target.channel, target.recipient),
        alert=alert.id,
        target=target,
        message=_hash("fold", target.channel, target.recipient, stamp(due) or "") if folds else alert.id,
        due=due,
        digest=folds and held_by == "digest",
        repeat=repeat if for_people else None,
    )


def _hash(*parts: str) -> str:
    """Stable over processes and versions; no part can run into its neighbour."""
    return sha256("\0".join(parts).encode()).hexdigest()[:32]


# -- a route's conditions, in the order in which they are told


def _wants_reason(alert: Alert, route: Route) -> bool:
    return alert.reason in route.reasons if route.reasons else alert.reason not in ON_REQUEST


def _wants_claim(alert: Alert, route: Route) -> bool:
    return _is_about(alert, route.claims)


def _is_about(alert: Alert, claims: Sequence[str]) -> bool:
    """An alert about the service is about no claim: only "*" means it too."""
    if "*" in claims:
        return True
    return alert.claim is not None and any(_names(pattern, alert.claim) for pattern in claims)


def _names(pattern: str, claim: Claim) -> bool:
    return pattern == claim.id or (pattern.startswith("tag:") and pattern.removeprefix("tag:") in claim.tags)


def _wants_stance(alert: Alert, route: Route) -> bool:
    # A reversal is news to whoever was told the first answer, and that was the other stance.
    return alert.event is None or alert.reason is Reason.REVERSED or alert.event.stance in route.stances


def _wants_role(alert: Alert, route: Route) -> bool:
    return alert.event is None or not route.roles or alert.event.role in route.roles


def _sure_enough(alert: Alert, route: Route) -> bool:
    return alert.event is None or alert.event.confidence >= route.min_confidence


_CONDITIONS = (
    ("reasons", _wants_reason),
    ("claims", _wants_claim),
    ("stances", _wants_stance),
    ("roles", _wants_role),
    ("min_confidence", _sure_enough),
)
