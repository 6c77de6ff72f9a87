"""Values that many tests need, and hand-made fakes at the ports."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from monitor.errors import NotifyError
from monitor.feeds.port import Reading
from monitor.model.alert import Message, Target
from monitor.model.claim import Claim, Party
from monitor.model.source import Feed, FeedState, Item, Known, Outcome
from monitor.model.verdict import Assessment, Basis, Evidence, Relation, Role, Stance, Statement, relation_of

NOW = datetime(2024, 11, 11, 10, 0, tzinfo=UTC)
CALL = Claim(
    id="call",
    statement="Donald Trump and Vladimir Putin spoke by telephone on 7 November 2024",
    parties=(Party(name="Kremlin", aliases=("Kreml",), speakers=("Dmitry Peskov",)),),
)


def item(name: str, *, feed: str = "https://outlet.example/rss", minutes: int = 0, **more: object) -> Item:
    at = NOW + timedelta(minutes=minutes)
    values = {"title": f"Kremlin denies call ({name})", "digest": name, "seen": at, "published": at} | more
    return Item(id=name, feed=feed, publisher=f"Outlet {name}", **values)  # type: ignore[arg-type]


def says(
    item_id: str, stance: Stance = Stance.DENIES, *, party: str | None = "Kremlin", confidence: float = 0.9
) -> Assessment:
    statement = Statement(
        stance=stance,
        basis=Basis.SAID,
        evidence=Evidence(text="denies call", field="title", start=8, end=19),
        confidence=confidence,
        speaker="Dmitry Peskov" if party == "Kremlin" else party,
        party=party,
        role=Role.PARTY,
    )
    return Assessment(item=item_id, claim="call", relation=relation_of([statement]), match=0.9, statements=(statement,))


def reports(item_id: str) -> Assessment:
    return Assessment(item=item_id, claim="call", relation=Relation.REPORTS, match=0.9)


class FakeSource:
    """Feeds that answer what `readings` says, or what it raises; `wait` holds them until it is set."""

    def __init__(self) -> None:
        self.readings: dict[str, Reading | Exception | Callable[[], Awaitable[Reading]]] = {}
        self.asked: list[str] = []
        self.closed = False

    async def read(
        self, feed: Feed, state: FeedState | None, now: datetime, known: Callable[[], Awaitable[Known]]
    ) -> Reading:
        self.asked.append(feed.url)
        answer = self.readings.get(feed.url, Reading(outcome=Outcome.EMPTY))
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Reading) else await answer()

    async def pushed(
        self,
        feed: Feed,
        state: FeedState,
        now: datetime,
        body: bytes,
        content_type: str,
        known: Callable[[], Awaitable[Known]],
    ) -> Reading:
        return await self.read(feed, state, now, known)

    def sift(self, sieve: Callable[[], Awaitable[bytes | None]]) -> None: ...

    async def close(self) -> None:
        self.closed = True


class FakeNotifier:
    """Takes messages, or answers them with the next of `faults`."""

    def __init__(self, name: str, *recipients: str) -> None:
        self.name = name
        self._recipients = recipients or (name,)
        self.taken: list[tuple[Message, Target]] = []
        self.faults: list[Exception] = []
        self.closed = False

    def recipients(self) -> tuple[str, ...]:
        return self._recipients

    async def send(self, message: Message, target: Target) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.taken.append((message, target))

    async def close(self) -> None:
        self.closed = True


DOWN = NotifyError("the target is down", retry=True)
