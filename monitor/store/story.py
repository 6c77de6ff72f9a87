"""What happened in the world, as stored: claims and their turns, assessments, events and their tellings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from operator import itemgetter

from monitor.model.claim import Claim, Watch
from monitor.model.source import Item
from monitor.model.story import ClaimStatus, Event
from monitor.model.verdict import Assessment, Relation
from monitor.store.items import ItemsTable
from monitor.store.port import Turn
from monitor.store.rows import (
    EVENT,
    TELLING,
    dump,
    dump_gates,
    dump_statements,
    load_gates,
    load_statements,
    moment,
)
from monitor.store.session import Line

# Built from column names; no value from outside is ever part of a statement's text.
_EVENTS = f"SELECT event, {EVENT.names()} FROM events"  # noqa: S608
EVENTS_OF = f"{_EVENTS} WHERE claim = ? ORDER BY event"
_TELLINGS = f"SELECT event, {TELLING.names('tellings.')} FROM events JOIN tellings USING (event)"  # noqa: S608
TELLINGS_OF_CLAIM = f"{_TELLINGS} WHERE claim = ? ORDER BY event, position"
TELLINGS = f"SELECT {TELLING.names()} FROM tellings WHERE event = ? ORDER BY position"  # noqa: S608
SUMMARY = ("publishers", "own_words", "told")  # what the list shows of an event's tellings, the uncounted ones too
EVENT_ROW = (*EVENT.columns, *SUMMARY)
KEEP_EVENT = f"""INSERT INTO events ({", ".join(EVENT_ROW)}) VALUES ({", ".join("?" * len(EVENT_ROW))})
ON CONFLICT (id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in EVENT_ROW[1:])}
RETURNING event"""  # noqa: S608
KEEP_TELLING = f"""INSERT OR REPLACE INTO tellings (event, position, {TELLING.names()})
VALUES (?, ?, {", ".join("?" * len(TELLING.columns))})"""  # noqa: S608
KEEP_ASSESSMENT = """INSERT OR REPLACE INTO assessments
(item, version, claim, rules, at, relation, match, statements, gates) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
ASSESSMENTS = """SELECT claim, relation, match, statements, gates FROM assessments
WHERE item = (SELECT item FROM items WHERE id = ?)
AND version = coalesce(?, (SELECT version FROM items WHERE id = ?)) ORDER BY claim"""

# CROSS JOIN: begin with the few items that are about something, never with all that were seen.
SOURCES = """SELECT DISTINCT url FROM assessments CROSS JOIN items USING (item) CROSS JOIN feeds USING (feed)
WHERE claim = ? AND seen >= ? AND watched = 1 ORDER BY url"""


class StoryTables(ItemsTable):
    """The part of `Store` that is about claims and what was said of them."""

    def sync(self, watch: Watch, now: datetime) -> list[str]:
        with self.transaction():
            self._sync_feeds(watch.feeds, now)
            self._sync_claims(watch.claims, now)
            lines = self._all("SELECT id FROM claims WHERE watched = 1 AND caught_up = 0 ORDER BY claim")
        return [claim for (claim,) in lines]

    def caught_up(self, claims: Collection[str]) -> None:
        with self.transaction():
            for claim in claims:
                self._run("UPDATE claims SET caught_up = 1 WHERE id = ?", (claim,))

    def status_of(self, claim: str) -> ClaimStatus:
        line = self._one("SELECT status FROM claims WHERE id = ?", (claim,))
        with self._reading(f"the status of claim {claim}"):
            return ClaimStatus(line[0]) if line else ClaimStatus.UNVERIFIED

    def turns_of(self, claim: str) -> list[Turn]:
        lines = self._all(
            "SELECT at, before, after FROM claim_turns JOIN claims USING (claim) WHERE id = ? ORDER BY turn", (claim,)
        )
        with self._reading(f"the history of claim {claim}"):
            return [
                Turn(at=datetime.fromisoformat(at), before=ClaimStatus(before), after=ClaimStatus(after))
                for at, before, after in lines
            ]

    def keep_status(self, claim: str, status: ClaimStatus, now: datetime) -> None:
        at = moment(now)
        with self.transaction():
            before = self.status_of(claim)
            if before is status:
                return
            self._run(
                """INSERT INTO claims (id, statement, definition, first_seen, status, changed)
                VALUES (?, '', '', ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET status = excluded.status, changed = excluded.changed""",
                (claim, at, str(status), at),
            )
            self._run(
                """INSERT INTO claim_turns (claim, at, before, after)
                VALUES ((SELECT claim FROM claims WHERE id = ?), ?, ?, ?)""",
                (claim, at, str(before), str(status)),
            )

    def keep_assessments(
        self,
        item: Item,
        assessments: Sequence[Assessment],
        rules: str,
        now: datetime,
        claims: Collection[str] | None = None,
    ) -> None:
        with self.transaction():
            line = self._one("SELECT item FROM items WHERE id = ?", (item.id,))
            if line is None:
                return  # nothing to hang it on: an item that was never stored
            self._forget_assessments(line[0], item.version, claims)
            for found in assessments:
                said, gates = dump_statements(found.statements), dump_gates(found.gates)
                self._run(
                    KEEP_ASSESSMENT,
                    (
                        line[0],
                        item.version,
                        found.claim,
                        rules,
                        moment(now),
                        str(found.relation),
                        found.match,
                        said,
                        gates,
                    ),
                )

    def assessments_of(self, item_id: str, version: int | None = None) -> list[Assessment]:
        lines = self._all(ASSESSMENTS, (item_id, version, item_id))
        with self._reading(f"the reading of item {item_id}"):
            return [
                Assessment(
                    item=item_id,
                    claim=claim,
                    relation=Relation(relation),
                    match=match,
                    statements=load_statements(statements),
                    gates=load_gates(gates),
                )
                for claim, relation, match, statements, gates in lines
            ]

    def sources_of(self, claims: Collection[str], since: datetime) -> dict[str, list[str]]:
        found = {claim: [url for (url,) in self._all(SOURCES, (claim, moment(since)))] for claim in claims}
        return {claim: urls for claim, urls in found.items() if urls}

    def events_of(self, claim: str) -> list[Event]:
        events = self._all(EVENTS_OF, (claim,))
        lines = self._all(TELLINGS_OF_CLAIM, (claim,)) if events else []
        tellings = {event: list(group) for event, group in groupby(lines, itemgetter(0))}
        with self._reading(f"an event of claim {claim}"):
            return [_event(line, tellings.get(line[0], ())) for line in events]

    def keep_event(self, event: Event) -> None:
        with self.transaction():
            summary = (dump(tuple[str, ...], event.publishers), event.own_words, event.told)
            number = self._run(KEEP_EVENT, (*EVENT.encode(event), *summary)).fetchone()[0]
            held = self._all(TELLINGS, (number,))
            rows = [TELLING.encode(telling) for telling in event.tellings]
            for position, row in enumerate(rows):
                if position >= len(held) or held[position] != row:
                    self._run(KEEP_TELLING, (number, position, *row))
            if len(held) > len(rows):
                self._run("DELETE FROM tellings WHERE event = ? AND position >= ?", (number, len(rows)))

    def _forget_assessments(self, item: int, version: int, claims: Collection[str] | None) -> None:
        held = self._all("SELECT claim FROM assessments WHERE item = ? AND version = ?", (item, version))
        for (claim,) in held:  # a handful, where `claims` may be ten thousand
            if claims is None or claim in claims:
                self._run(
                    "DELETE FROM assessments WHERE item = ? AND version = ? AND claim = ?", (item, version, claim)
                )

    def _sync_claims(self, claims: Iterable[Claim], now: datetime) -> None:
        held = {line[0]: line[1:] for line in self._all("SELECT id, definition, watched FROM claims")}
        wanted = {claim.id: claim for claim in claims}
        for claim in wanted.values():
            meaning = definition(claim)
            if held.get(claim.id) != (meaning, 1):
                self._keep_claim(claim, meaning, now)
        for claim_id in held.keys() - wanted.keys():
            self._run("UPDATE claims SET watched = 0 WHERE id = ? AND watched = 1", (claim_id,))

    def _keep_claim(self, claim: Claim, meaning: str, now: datetime) -> None:
        """A claim that was away has missed items meanwhile: it has to catch up like a new or restated one."""
        at = moment(now)
        self._run(
            """INSERT INTO claims (id, watched, statement, definition, first_seen, status, changed)
            VALUES (?, 1, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET watched = 1, caught_up = 0, statement = excluded.statement,
            definition = excluded.definition""",
            (claim.id, claim.statement, meaning, at, str(ClaimStatus.UNVERIFIED), at),
        )


def definition(claim: Claim) -> str:
    """Hash of all in a claim that the reading of items depends on."""
    meant = replace(claim, tags=(), fire=(), quiet=())
    return sha256(dump(Claim, meant).encode("utf-8", "replace")).hexdigest()[:32]


def _event(line: Line, tellings: Iterable[Line]) -> Event:
    return EVENT.decode(line[1:], tellings=tuple(TELLING.decode(telling[1:]) for telling in tellings))
