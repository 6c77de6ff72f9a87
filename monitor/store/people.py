"""What people tell dementi: whom to leave alone for a while, and what it got right or wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from monitor.model.route import Silence
from monitor.store.outbox import Outbox
from monitor.store.port import Row
from monitor.store.rows import moment, printed

SILENCES = "SELECT silence, claims, made, until, author, note FROM silences"


class People(Outbox):
    """The part of `Store` that people write to, beside the daemon."""

    def keep_silence(self, silence: Silence, now: datetime) -> int:
        with self.transaction():
            done = self._run(
                "INSERT INTO silences (claims, made, until, author, note) VALUES (?, ?, ?, ?, ?)",
                (json.dumps(silence.claims), moment(now), moment(silence.until), silence.author, silence.note),
            )
        return int(done.lastrowid or 0)

    def end_silence(self, number: int, now: datetime) -> bool:
        with self.transaction():
            done = self._run(
                "UPDATE silences SET until = ? WHERE silence = ? AND until > ?", (moment(now), number, moment(now))
            )
        return done.rowcount > 0

    def silences(self, now: datetime) -> list[Silence]:
        lines = self._all(f"{SILENCES} WHERE until > ? ORDER BY silence", (moment(now),))
        with self._reading("a silence"):
            return [
                Silence(claims=tuple(json.loads(claims)), until=datetime.fromisoformat(until), author=author, note=note)
                for _, claims, _, until, author, note in lines
            ]

    def list_silences(self) -> Iterator[Row]:
        for number, claims, made, until, author, note in self._all(f"{SILENCES} ORDER BY silence DESC", ()):
            yield {
                "id": number,
                "claims": json.loads(claims),
                "made": printed(made),
                "until": printed(until),
                "author": author,
                "note": note,
            }

    def keep_mark(
        self,
        verdict: str,
        note: str,
        now: datetime,
        *,
        alert: str | None = None,
        item: str | None = None,
        claim: str | None = None,
    ) -> None:
        with self.transaction():
            self._run(
                "INSERT INTO marks (at, verdict, alert, item, claim, note) VALUES (?, ?, ?, ?, ?, ?)",
                (moment(now), verdict, alert, item, claim, note),
            )

    def list_marks(self) -> Iterator[Row]:
        lines = self._all("SELECT at, verdict, alert, item, claim, note FROM marks ORDER BY mark DESC", ())
        for at, verdict, alert, item, claim, note in lines:
            yield {
                "at": printed(at),
                "verdict": verdict,
                "alert": alert,
                "item": item,
                "claim": claim,
                "note": note,
            }
