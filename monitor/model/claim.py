"""What is watched for: claims, the parties whose word settles them, and the watchlist as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from monitor.model.source import Feed


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """A person or institution whose word settles a claim."""

    name: str
    aliases: tuple[str, ...] = ()  # other names of the institution: "Kreml", "Moskau"
    speakers: tuple[str, ...] = ()  # people who speak for it: "Dmitri Peskow"


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """One checkable statement about the world. Its statement alone is enough; all else sharpens it."""

    id: str
    statement: str
    language: str | None = None  # ISO 639-1 of the statement; None: found from it
    phrasings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # language -> other ways to say it
    about: tuple[tuple[str, ...], ...] = ()  # every group must be touched by one of its names
    exclude: tuple[str, ...] = ()  # an item that holds one of these is about something else
    parties: tuple[Party, ...] = ()
    since: date | None = None  # the moment the claim is about; earlier items do not answer it
    until: date | None = None
    tags: tuple[str, ...] = ()
    fire: tuple[str, ...] = ()  # example texts that must alert
    quiet: tuple[str, ...] = ()  # example texts that must not


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """Everything the watchlists name, after all checks."""

    feeds: tuple[Feed, ...] = ()
    claims: tuple[Claim, ...] = ()

    def claim(self, claim_id: str) -> Claim | None:
        return next((claim for claim in self.claims if claim.id == claim_id), None)
