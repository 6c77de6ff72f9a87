"""What happened in the world: events, and how a claim stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.times import aware
from monitor.model.verdict import Basis, Role, Stance


class ClaimStatus(StrEnum):
    """How a claim stands, by all events so far."""

    UNVERIFIED = "unverified"  # nothing seen yet
    REPORTED = "reported"  # items are about it, nobody answered
    CONFIRMED = "confirmed"
    DENIED = "denied"
    CONTESTED = "contested"  # one party confirms, another denies
    REVERSED = "reversed"  # a party took back its own word


class Reason(StrEnum):
    """Why an alert exists. The same word stands in store, log, metric, mail and webhook."""

    FIRST_CONFIRMATION = "first-confirmation"
    FIRST_DENIAL = "first-denial"
    SECOND_PARTY = "second-party"  # another party gives an answer that one party had given before
    CORROBORATED = "corroborated"  # the same answer once more, told in an outlet's own words
    REVERSED = "reversed"  # a party that had answered now answers the other way
    RETRACTED = "retracted"  # an answer vanished in an edit, or was taken back by its outlet
    REVIEW = "review"  # the readers differ, and somebody should look
    AMENDED = "amended"  # an answer that was told, on a second reading, does not stand
    FEED_FAILING = "feed-failing"
    FEED_RECOVERED = "feed-recovered"
    COVERAGE_DARK = "coverage-dark"  # the key sources of a claim cannot be read
    TARGET_GONE = "target-gone"  # another channel's target refuses messages for good
    TEST = "test"


@dataclass(frozen=True, kw_only=True, slots=True)
class Telling:
    """One item's telling of an event: who printed it, and a fingerprint that knows copies."""

    item: str  # Item.id
    publisher: str  # the outlet; the feed's address where it has no name
    language: str | None
    at: datetime  # published, else seen
    title: str
    link: str | None
    fingerprint: int  # SimHash of the text, 64 bits: near-equal for reprints
    copy: bool = False  # a reprint of an earlier telling of this event
    words: tuple[int, ...] = ()  # sketch of the whole text: the smallest hashes of its word shingles, 32 bits each
    lead: tuple[int, ...] = ()  # hashes of the first shingles, in reading order: what a cut summary keeps
    origin: str | None = None  # the wire or outlet it leans on: "Interfax", "dpa"; None: nobody named
    speaker: str | None = None  # as this telling prints it
    evidence: str = ""  # its words


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One real confirmation or denial, however many print it: claim, stance and party."""

    id: str
    claim: str  # Claim.id
    stance: Stance  # confirms or denies
    party: str  # folded key of the party, of the speaker where there is none; "" nobody named, "anonymous" insiders
    party_name: str | None  # as shown
    speaker: str | None  # as printed by the telling that is shown
    role: Role
    basis: Basis
    first_seen: datetime
    last_seen: datetime
    confidence: float  # of the surest telling
    evidence: str  # the words, from the telling that is shown
    baseline: bool = False  # first found in a feed's first fetch, or for a claim added later: told, not alerted
    tellings: tuple[Telling, ...] = ()  # a bounded number; the first is shown, then by arrival
    named: bool = True  # False: so far only unnamed or anonymous sources stand behind it
    by_speaker: bool = False  # only a speaker's name is known, no institution
    voices: tuple[str, ...] = ()  # folded names under which the party spoke: its own, its speakers'
    retracted: datetime | None = None  # when its last own telling vanished; counts no more
    more: int = 0  # further tellings, counted but not kept
    more_copies: int = 0  # how many of those are reprints
    more_items: tuple[str, ...] = ()  # their item ids, the newest of them: an item is counted once
    more_publishers: tuple[str, ...] = ()  # their outlets, as far as no kept telling names them

    def __post_init__(self) -> None:
        aware(first_seen=self.first_seen, last_seen=self.last_seen, retracted=self.retracted)

    @property
    def publishers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*(t.publisher for t in self.tellings), *self.more_publishers)))

    @property
    def items(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*(t.item for t in self.tellings), *self.more_items)))

    @property
    def told(self) -> int:
        """How many items tell it, reprints included."""
        return len(self.tellings) + self.more

    @property
    def own_words(self) -> int:
        """How many tellings are no copies of one another."""
        return sum(not t.copy for t in self.tellings) + self.more - self.more_copies

    @property
    def origins(self) -> tuple[str, ...]:
        """The wires and outlets that the kept tellings lean on."""
        return tuple(dict.fromkeys(t.origin for t in self.tellings if t.origin))
