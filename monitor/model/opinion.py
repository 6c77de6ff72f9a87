"""What a second reader is asked about an item and a claim, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.model.claim import Claim
from monitor.model.source import Item
from monitor.model.times import aware
from monitor.model.verdict import Assessment, Statement


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One pair of item and claim, with what the built-in reading says of it."""

    item: Item
    claim: Claim
    assessment: Assessment
    language: str  # of the item, as the built-in reading took it


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """What an answer cost."""

    seconds: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0  # in the currency that the config gives its prices in


@dataclass(frozen=True, kw_only=True, slots=True)
class Opinion:
    """What the second reader makes of a pair. Its statements quote the item word for word; those that did not are void.

    No statement: the item takes no stance on the claim, in the second reader's view; unless all was void (`counts`).
    """

    by: str  # the model's name, as shown to people
    statements: tuple[Statement, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)  # "confirms", "denies", "silent": 0..1
    void: tuple[str, ...] = ()  # why answers were thrown away: "the quotation is not in the item"
    usage: Usage = Usage()

    @property
    def counts(self) -> bool:
        """False where all that it said was void: then it says nothing of the pair, not even that it is silent."""
        return bool(self.statements) or not self.void


@dataclass(frozen=True, kw_only=True, slots=True)
class SecondOpinion:
    """`[second_opinion]` of the config: when the second reader is asked, and what its answer may do.

    How it is reached (folder, address, key, prices) is the adapter's business and stands in the settings.
    """

    kind: str  # "nli" | "llm"
    model: str  # its name, as shown to people
    low: float = 0.0  # a statement of the built-in reading is doubtful from this confidence …
    high: float = 1.0  # … to below this one
    match: float = 0.0  # least `Assessment.match` of a silent pair that is asked about
    before_alert: bool = True  # alerts that are about to go out are asked about, however sure the reading is
    may_alert: bool = False  # a silent pair may become an alert; else it becomes a review
    languages: tuple[str, ...] = ()  # only items in these (ISO 639-1) are asked about; (): all
    per_hour: int = 60  # questions
    per_day: int = 500
    timeout: timedelta = timedelta(seconds=20)  # of one question, from the call to the answer


class Why(StrEnum):
    """Why a second reader is asked about a pair."""

    ALERT = "alert"  # somebody is about to be told
    DOUBTFUL = "doubtful"  # the built-in reading found an answer and is not sure of it
    SILENT = "silent"  # it found none, and there may be one


class Outcome(StrEnum):
    """What an opinion did to the built-in reading."""

    AGREED = "agreed"  # the same answers stand
    RAISED = "raised"  # an answer more
    LOWERED = "lowered"  # an answer less
    TURNED = "turned"  # another answer
    VOID = "void"  # all that was said was void


class QueryState(StrEnum):
    """What became of a question."""

    WAITING = "waiting"
    ANSWERED = "answered"
    FAILED = "failed"  # given up: the model is gone, or failed too often
    MISSED = "missed"  # waited too long: the budget was spent, or the item changed meanwhile


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """One question, from the moment the pair was found worth it. Settled once."""

    id: str  # item, version and claim determine it
    item: str  # Item.id
    version: int  # of the item
    claim: str  # Claim.id
    why: Why
    doubt: float  # 0..1: how likely the built-in reading errs
    made: datetime
    due: datetime  # not asked before
    assessment: Assessment  # the built-in one, kept as it was
    language: str = ""
    related: bool = True  # False: the built-in reading does not take the item to be about the claim
    alerts: tuple[str, ...] = ()  # ids of the alerts that the built-in reading made of it
    state: QueryState = QueryState.WAITING
    attempts: int = 0
    asked: datetime | None = None  # when the reader was last asked; None: never, or the answer was known already
    settled: datetime | None = None
    key: str = ""  # of the cache: content, claim and reader
    opinion: Opinion | None = None
    outcome: Outcome | None = None
    contested: bool = False  # the two readers differ, whatever stands in the end
    review: bool = False  # put up for people to look at
    error: str | None = None

    def __post_init__(self) -> None:
        aware(made=self.made, due=self.due, asked=self.asked, settled=self.settled)
