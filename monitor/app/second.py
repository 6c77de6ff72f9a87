"""Second opinions on demand: on one text, and reckoned over many items without asking anybody."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from monitor.app.config import Config
from monitor.app.opinion import advisor_of, policy_of
from monitor.errors import InputError, OpinionError

if TYPE_CHECKING:
    from monitor.model.claim import Claim
    from monitor.model.opinion import Opinion, SecondOpinion
    from monitor.model.source import Item
    from monitor.model.verdict import Assessment
    from monitor.stance.doubt import Sight
    from monitor.stance.second import Joint

LETTERS = 3.5  # of a token, over the languages of feeds: for a reckoning, not for a bill
AROUND = 900  # tokens of a question beside the item and the claim
ANSWER = 120  # tokens of an answer


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """What both readers say of one claim."""

    claim: str  # Claim.id
    built_in: Assessment
    doubt: float  # 0..1: how likely the built-in reading errs
    opinion: Opinion | None = None
    joint: Joint | None = None
    fault: str = ""  # why there is no opinion

    def told(self) -> Iterator[str]:
        """As plain lines."""
        yield f"built-in: {self.built_in.relation}; it errs on {self.doubt:.0%} of such items"
        if self.opinion is None or self.joint is None:
            yield f"second opinion: none: {self.fault}"
            return
        if not self.opinion.counts:
            yield f"second opinion by {self.opinion.by}: void: {'; '.join(self.opinion.void)}"
            return
        yield f"second opinion by {self.opinion.by}: {self.joint.second}"
        for s in self.opinion.statements:
            who = " for ".join(filter(None, (s.speaker, s.party))) or "someone"
            yield f"    {s.stance} ({who}, {s.basis}) {s.confidence:.2f}: “{s.evidence.text}”"
        spent = f"{self.opinion.usage.seconds:.1f} s, cost {self.opinion.usage.cost:.6f}"
        yield f"together: {self.joint.assessment.relation} ({self.joint.outcome}); {spent}"


def second_opinions(config: Config, item: Item, claims: Sequence[Claim]) -> list[Answered]:
    """Ask the second reader of the config about an item and every one of these claims that it may be about.

    Raises ConfigError where it lacks what it needs, InputError where there is no [second_opinion].
    """
    from monitor.pipeline.second_see import Seer
    from monitor.stance.doubt import doubt

    advisor = advisor_of(config)
    if advisor is None:
        raise InputError("the config has no [second_opinion]")
    sights = Seer(claims)(item, _read(claims, item))
    by_id = {claim.id: claim for claim in claims}

    async def ask() -> list[Answered]:
        try:
            return [await _answered(advisor, item, by_id[s.assessment.claim], s, doubt(s)) for s in sights]
        finally:
            await advisor.close()

    return asyncio.run(ask())


async def _answered(advisor: Any, item: Item, claim: Claim, sight: Sight, doubtful: float) -> Answered:
    from monitor.model.opinion import Question
    from monitor.stance.second import combine

    question = Question(item=item, claim=claim, assessment=sight.assessment, language=sight.language)
    try:
        opinion = await advisor.ask(question)
    except OpinionError as fault:
        return Answered(claim=claim.id, built_in=sight.assessment, doubt=doubtful, fault=str(fault))
    joint = combine(sight.assessment, opinion)
    return Answered(claim=claim.id, built_in=sight.assessment, doubt=doubtful, opinion=opinion, joint=joint)


def _read(claims: Sequence[Claim], item: Item) -> Sequence[Assessment]:
    from monitor.app.reading import reading_of

    return reading_of(claims)(item)


# ---------------------------------------------------------------- what it would cost


@dataclass(frozen=True, kw_only=True, slots=True)
class Reckoned:
    """What of one day would have been asked."""

    day: date | None  # UTC; None: items without a date
    related: int  # pairs that the built-in reading takes for related
    asked: Mapping[str, int]  # by `Why`
    over: int  # of those, beyond the day's budget
    tokens: int  # in and out, roughly
    cost: float  # roughly, in the currency of the config's prices


def reckon(config: Config | None, claims: Sequence[Claim], items: Sequence[Item]) -> list[Reckoned]:
    """Day by day what a second reader would have been asked, by the options of the config, or by the defaults."""
    from monitor.model.opinion import SecondOpinion

    options = (policy_of(config) if config else None) or SecondOpinion(kind="llm", model="any")
    table = config.settings.second_opinion if config else None
    prices = (getattr(table, "price_in", 0.0), getattr(table, "price_out", 0.0))
    days: dict[date | None, list[tuple[str, int]]] = {}
    related: dict[date | None, int] = {}
    for item, sights, alerted in _seen(claims, items):
        at = item.published or item.seen
        day = at.date() if at else None
        related[day] = related.get(day, 0) + sum(s.related for s in sights)
        days.setdefault(day, []).extend(_asked(item, sights, alerted, options))
    return [_of_day(day, days[day], related[day], options, prices) for day in sorted(days, key=lambda d: d or date.min)]


def _seen(
    claims: Sequence[Claim], items: Sequence[Item]
) -> Iterator[tuple[Item, Sequence[Sight], frozenset[tuple[str, str]]]]:
    """Each item with what is known of its pairs, and which of all pairs would have made an alert."""
    from monitor.app.reading import reading_of
    from monitor.pipeline.second_see import Seer
    from monitor.story.play import play

    read, seer = reading_of(claims), Seer(claims)
    judged = [(item, read(item)) for item in items]
    alerts = [alert for alert in play(judged, claims) if alert.item and alert.claim]
    told = frozenset((a.item.id, a.claim.id) for a in alerts if a.item and a.claim)
    for item, found in judged:
        yield item, seer(item, found), told


def _asked(
    item: Item, sights: Sequence[Sight], alerted: frozenset[tuple[str, str]], options: SecondOpinion
) -> Iterator[tuple[str, int]]:
    """(why, tokens) of each question."""
    from monitor.stance.second import band

    length = sum(len(text) for _, text in item.fields())
    for sight in sights:
        alerting = (item.id, sight.assessment.claim) in alerted
        if found := band(sight, options, alerting=alerting):
            yield str(found.why), round(length / LETTERS) + AROUND


def _of_day(
    day: date | None,
    asked: Sequence[tuple[str, int]],
    related: int,
    options: SecondOpinion,
    prices: tuple[float, float],
) -> Reckoned:
    counts: dict[str, int] = {}
    for why, _ in asked:
        counts[why] = counts.get(why, 0) + 1
    within = asked[: options.per_day]
    tokens = sum(n for _, n in within)
    cost = (tokens * prices[0] + ANSWER * len(within) * prices[1]) / 1_000_000
    return Reckoned(
        day=day,
        related=related,
        asked=counts,
        over=len(asked) - len(within),
        tokens=tokens + ANSWER * len(within),
        cost=cost,
    )
