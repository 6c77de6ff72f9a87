"""A claim's own examples: `fire` must alert, `quiet` must not. Run by `check` and before every reload."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.model.claim import Claim
from monitor.model.source import Item
from monitor.model.verdict import Assessment, Statement
from monitor.pipeline.setup import Read

SURE = 0.6  # the confidence that a route asks for where it says nothing else


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """An example that the reading does not bear out."""

    claim: str  # Claim.id
    key: str  # "fire" or "quiet"
    index: int  # which of them, from 0
    text: str
    found: str  # what the reading found instead, for people


def failures(claims: Sequence[Claim], read: Read) -> Iterator[Failure]:
    """Read every example as the title of an item."""
    for claim in claims:
        for key, texts in (("fire", claim.fire), ("quiet", claim.quiet)):
            for index, text in enumerate(texts):
                found = _of(claim, read(Item(id=f"{claim.id}-{key}-{index}", feed="", title=text)))
                if bool(_alerts(found)) != (key == "fire"):
                    yield Failure(claim=claim.id, key=key, index=index, text=text, found=_words(found))


def all_failures(claims: Sequence[Claim], read: Read) -> list[Failure]:
    """The same in one go, for a process of its own."""
    return list(failures(claims, read))


def _of(claim: Claim, found: Sequence[Assessment]) -> Assessment | None:
    return next((assessment for assessment in found if assessment.claim == claim.id), None)


def _alerts(found: Assessment | None) -> list[Statement]:
    return [s for s in found.statements if s.answers and s.confidence >= SURE] if found else []


def _words(found: Assessment | None) -> str:
    if found is None:
        return "it is not found to be about the claim"
    if not found.statements:
        return "it is found to be about the claim, and to answer nothing"
    return "; ".join(
        f"{s.speaker or s.party or 'someone'} {s.stance} ({s.basis}, {s.confidence:.2f}): “{s.evidence.text}”"
        for s in found.statements
    )
