"""The body of a webhook: one alert as JSON, with the names that interfaces fix. Pure."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from monitor.model.alert import Alert, Second
from monitor.model.claim import Claim
from monitor.model.source import Item
from monitor.model.story import Event
from monitor.model.times import stamp
from monitor.model.verdict import Statement
from monitor.notify.clean import line, link
from monitor.notify.excerpt import excerpt
from monitor.notify.words import wording

LONGEST = 2000  # characters of any one text: a body stays far below what receivers take
_MOST = 100  # outlets and origins named


def body(alert: Alert) -> bytes:
    """JSON in UTF-8; the same alert yields the same bytes at every try."""
    return json.dumps(payload(alert), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def payload(alert: Alert) -> dict[str, Any]:
    """`timestamp` is when the alert arose; what an alert does not have is null.

    `second_opinion` stands there only where a second reader was asked.
    """
    told = _payload(alert)
    if alert.second is not None:
        told["data"]["second_opinion"] = _second(alert.second)
    return told


def _second(second: Second) -> dict[str, Any]:
    return {
        "by": _text(second.by),
        "state": second.state.value,
        "built_in": second.built_in.value,
        "relation": second.relation.value if second.relation else None,
        "evidence": _text(second.quote),
    }


def _payload(alert: Alert) -> dict[str, Any]:
    return {
        "type": wording(alert).type,
        "timestamp": stamp(alert.at),
        "data": {
            "alert": alert.id,
            "reason": alert.reason.value,
            "title": _text(alert.title),
            "detail": _text(alert.detail),
            "claim": _claim(alert.claim),
            "event": _event(alert.event),
            "statement": _statement(alert),
            "item": _item(alert.item),
            "claim_status": {
                "before": alert.before.value if alert.before else None,
                "after": alert.after.value if alert.after else None,
            },
            "history": [{"at": stamp(past.at), "told": _text(past.told)} for past in alert.history],
        },
    }


def _claim(claim: Claim | None) -> dict[str, Any] | None:
    if claim is None:
        return None
    return {"id": claim.id, "statement": _text(claim.statement), "tags": list(claim.tags)}


def _event(event: Event | None) -> dict[str, Any] | None:
    if event is None:
        return None
    return {
        "id": event.id,
        "stance": event.stance.value,
        "party": _text(event.party_name),
        "speaker": _text(event.speaker),
        "role": event.role.value,
        "basis": event.basis.value,
        "confidence": round(event.confidence, 4),
        "first_seen": stamp(event.first_seen),
        "last_seen": stamp(event.last_seen),
        "items": event.told,
        "tellings": event.own_words,
        "publishers": [_text(name) for name in event.publishers[:_MOST]],
        "origins": [_text(name) for name in event.origins[:_MOST]],
    }


def _statement(alert: Alert) -> dict[str, Any] | None:
    statement = alert.statement
    if statement is None:
        return None
    return {**_reading(statement), **_words(alert)}


def _reading(statement: Statement) -> dict[str, Any]:
    return {
        "stance": statement.stance.value,
        "basis": statement.basis.value,
        "speaker": _text(statement.speaker),
        "party": _text(statement.party),
        "role": statement.role.value,
        "evidence": _text(statement.evidence.text),
        "field": statement.evidence.field,
        "start": statement.evidence.start,
        "end": statement.evidence.end,
        "hedged": statement.hedged,
        "anonymous": statement.anonymous,
        "confidence": round(statement.confidence, 4),
    }


def _words(alert: Alert) -> dict[str, Any]:
    """What stands around the evidence: the sentence before and after."""
    found = excerpt(alert)
    return {"before": found.before.strip(), "after": found.after.strip()} if found else {}


def _item(item: Item | None) -> dict[str, Any] | None:
    if item is None:
        return None
    return {
        "id": item.id,
        "feed": item.feed,
        "publisher": _text(item.publisher),
        "title": _text(item.title),
        "link": link(item.link),
        "language": item.language,
        "published": _printed(item.published),
        "seen": stamp(item.seen),
        "version": item.version,
    }


def _printed(at: datetime | None) -> str | None:
    """A time that a feed printed; null where it has no UTC (feeds print the years 1 and 9999)."""
    try:
        return stamp(at)
    except OverflowError:
        return None


def _text(text: str | None) -> str | None:
    """One clean line: who shows it later need not know that it came from a stranger."""
    return line(text, LONGEST) or None
