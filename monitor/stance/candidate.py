"""A place where somebody may take a stance on the claim, with what speaks for and against it."""

from __future__ import annotations

from dataclasses import dataclass, field

from monitor.model.verdict import Basis, Evidence, Role, Stance
from monitor.stance.speakers import Speaker


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """One possible statement. `features` are what the weights weigh; names are those of weights.toml."""

    stance: Stance
    basis: Basis
    evidence: Evidence
    who: Speaker
    hedged: bool = False
    features: dict[str, float] = field(default_factory=dict)
    reason: str = ""  # for people: the cue and what it governs


def plain(candidate: Candidate) -> bool:
    """The claim itself, merely stated: alerts nobody."""
    return candidate.basis is Basis.ASSERTED and candidate.stance is Stance.CONFIRMS


def about_speaker(who: Speaker) -> dict[str, float]:
    """Features of the one who speaks."""
    return {
        "who.party": float(who.role is Role.PARTY),
        "who.authority": float(who.role is Role.AUTHORITY),
        "who.other": float(who.role is Role.OTHER),
        "who.media": float(who.media),
        "who.insider": float(who.anonymous),
        "who.nobody": float(not who.kind),
    }
