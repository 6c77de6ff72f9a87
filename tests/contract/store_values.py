"""Values for the contract of stores, each with the fewest words that a test has to say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.model.alert import Alert, Delivery, Target
from monitor.model.claim import Claim, Watch
from monitor.model.source import Feed, FeedState, Item
from monitor.model.story import ClaimStatus, Event, Reason, Telling
from monitor.model.verdict import Assessment, Basis, Evidence, Gate, Relation, Role, Stance, Statement
from monitor.store.port import Poll, Store

NOW = datetime(2024, 11, 7, 12, 0, tzinfo=UTC)
URL = "https://news.example.org/rss"
CLAIM = Claim(id="call", statement="They spoke by telephone", phrasings={"de": ("Sie haben telefoniert",)})


def later(**span: float) -> datetime:
    return NOW + timedelta(**span)


def watch(*urls: str, claims: tuple[Claim, ...] = (CLAIM,)) -> Watch:
    return Watch(feeds=tuple(Feed(url=url) for url in urls or (URL,)), claims=claims)


def state(url: str = URL, **changes: Any) -> FeedState:
    return FeedState(**{"url": url, "next_due": later(minutes=10), "last_tried": NOW, **changes})


def item(id_: str = "i1", **changes: Any) -> Item:
    words = {"id": id_, "feed": URL, "title": f"Title of {id_}", "guid": f"guid-{id_}", "seen": NOW}
    return Item(**{**words, "link": f"https://news.example.org/{id_}", "digest": f"digest-{id_}", **changes})


def keep(store: Store, *items: Item, url: str = URL) -> None:
    store.keep_polls([Poll(state=state(url), items=items)])


def statement(**changes: Any) -> Statement:
    said = {"stance": Stance.DENIES, "basis": Basis.SAID, "confidence": 0.9, "speaker": "Dmitri Peskow"}
    return Statement(**{**said, "evidence": Evidence(text="No", field="title", start=0, end=2), **changes})


def assessment(item_id: str = "i1", claim: str = "call", **changes: Any) -> Assessment:
    found = {"item": item_id, "claim": claim, "relation": Relation.DENIES, "match": 0.8}
    gates = (Gate(name="names", passed=True, detail="both"), Gate(name="since", passed=True, detail="", score=0.5))
    return Assessment(**{**found, "statements": (statement(),), "gates": gates, **changes})


def telling(item_id: str = "i1", **changes: Any) -> Telling:
    told = {"item": item_id, "publisher": "The Paper", "language": "en", "at": NOW, "title": f"Title of {item_id}"}
    return Telling(**{**told, "link": None, "fingerprint": 2**64 - 1, **changes})


def event(id_: str = "e1", **changes: Any) -> Event:
    who = {"party": "kremlin", "party_name": "Kremlin", "speaker": "Dmitri Peskow", "role": Role.PARTY}
    what = {"id": id_, "claim": "call", "stance": Stance.DENIES, "basis": Basis.SAID, "evidence": "No"}
    when = {"first_seen": NOW, "last_seen": NOW, "confidence": 0.9}
    return Event(**{**what, **who, **when, "tellings": (telling(),), **changes})


def alert(id_: str = "a1", **changes: Any) -> Alert:
    about = {"claim": CLAIM, "event": event(), "statement": statement(), "item": item()}
    turn = {"reason": Reason.FIRST_DENIAL, "before": ClaimStatus.REPORTED, "after": ClaimStatus.DENIED}
    return Alert(**{"id": id_, "at": NOW, "title": "Kremlin denies the call", **about, **turn, **changes})


def delivery(recipient: str = "desk@example.org", alert_id: str = "a1", **changes: Any) -> Delivery:
    channel = changes.pop("channel", "desk")
    target = Target(channel=channel, recipient=recipient)
    key = {"id": f"{alert_id}/{channel}/{recipient}", "alert": alert_id, "target": target}
    return Delivery(**{**key, "message": alert_id, "due": NOW, **changes})
