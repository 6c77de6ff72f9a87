"""What a real alert looks like, invented: for `dementi test-channel`, pictures and tests. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from monitor.model.alert import Alert
from monitor.model.claim import Claim, Party
from monitor.model.source import Item
from monitor.model.story import ClaimStatus, Event, Reason, Telling
from monitor.model.times import stamp
from monitor.model.verdict import Basis, Evidence, Role, Stance, Statement

_MARK = "Test, this did not happen: "
_STATEMENT = "Mayor Ahlgren of Larnwick resigns"
_CONTENT = (
    "In Larnwick ging am Morgen das Gerücht um, die Bürgermeisterin gebe ihr Amt auf. "
    "Ihr Büro trat dem entgegen: „Frau Ahlgren tritt nicht zurück“, sagte Sprecher Jonas Weir am Mittag. "
    "Sie leite die Sitzung des Stadtrats am Donnerstag wie geplant."
)
_WORDS = "„Frau Ahlgren tritt nicht zurück“, sagte Sprecher Jonas Weir"


def sample_alert(now: datetime, reason: Reason = Reason.TEST) -> Alert:
    """An alert about an invented town, found at `now`; with the default reason every message says it is a test.

    Each call for another second has another id, so that a target takes the second test as well.
    """
    return Alert(
        id=f"test-{stamp(now.astimezone(UTC))}".replace(":", "").lower(),
        reason=reason,
        at=now,
        title=f"{_MARK * (reason is Reason.TEST)}Mayor's office (Jonas Weir) denies: {_STATEMENT}",
        claim=_claim(now.date()),
        event=_event(now),
        statement=_statement(),
        item=_item(now),
        before=ClaimStatus.REPORTED,
        after=ClaimStatus.DENIED,
    )


def _claim(day: date) -> Claim:
    office = Party(name="Mayor's office", aliases=("Bürgermeisteramt",), speakers=("Jonas Weir",))
    return Claim(
        id="sample-larnwick-mayor",
        statement=_STATEMENT,
        language="en",
        parties=(office,),
        since=day,
        tags=("sample",),
    )


def _item(now: datetime) -> Item:
    return Item(
        id="sample-item",
        feed="https://feeds.example.org/larnwick.xml",
        title="Larnwick: Büro der Bürgermeisterin dementiert Rücktritt",
        content=_CONTENT,
        link="https://www.example.org/larnwick/ahlgren-bleibt",
        published=now - timedelta(minutes=4),
        publisher="Larnwicker Bote",
        language="de",
        seen=now,
    )


def _statement() -> Statement:
    start = _CONTENT.index(_WORDS)
    return Statement(
        stance=Stance.DENIES,
        basis=Basis.SAID,
        evidence=Evidence(text=_WORDS, field="content", start=start, end=start + len(_WORDS)),
        confidence=0.93,
        speaker="Jonas Weir",
        party="Mayor's office",
        role=Role.PARTY,
    )


def _event(now: datetime) -> Event:
    titles = (
        ("Larnwicker Bote", "de", "Larnwick: Büro der Bürgermeisterin dementiert Rücktritt", None),
        ("North Fell Gazette", "en", "Mayor's office: 'Ms Ahlgren is not stepping down'", None),
        ("Le Courrier du Fell", "fr", "Larnwick : la maire ne démissionne pas, dit son porte-parole", "NFN"),
    )
    tellings = tuple(
        Telling(
            item=f"sample-item-{number}",
            publisher=publisher,
            language=language,
            at=now - timedelta(minutes=4 - number),
            title=title,
            link=None,
            fingerprint=number,
            copy=number == 2,
            origin=origin,
        )
        for number, (publisher, language, title, origin) in enumerate(titles)
    )
    return Event(
        id="sample-event",
        claim="sample-larnwick-mayor",
        stance=Stance.DENIES,
        party="mayors office",
        party_name="Mayor's office",
        speaker="Jonas Weir",
        role=Role.PARTY,
        basis=Basis.SAID,
        first_seen=now,
        last_seen=now,
        confidence=0.93,
        evidence=_WORDS,
        tellings=tellings,
    )
