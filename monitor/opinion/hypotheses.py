"""A claim as an inference model is asked about it: what is claimed, and that it is false."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from monitor.model.claim import Claim
from monitor.text.language import weighed

_LONGEST = 400  # characters of a statement; the rest would leave no room for what is read


class Hypotheses(NamedTuple):
    """Two sentences that cannot both hold."""

    claim: str
    denial: str


@lru_cache(maxsize=1)
def denials() -> Mapping[str, str]:
    """Language -> sentence with {} for the claim."""
    return tomllib.loads(files(__package__).joinpath("negations.toml").read_text(encoding="utf-8"))


def hypotheses(claim: Claim, language: str) -> Hypotheses:
    """The claim in the item's language where it has a phrasing in it, else as it is stated; and its denial.

    The denial is a frame around the statement ("The following is false: …"), from a small table by language: negating a
    sentence itself takes a grammar of each language. In a language without a frame the English one is used.
    """
    own = claim.language or weighed(claim.statement)[0]
    text, spoken = claim.statement, own
    if own != language and (other := claim.phrasings.get(language)):
        text, spoken = other[0], language
    text = " ".join(text.split())[:_LONGEST].strip()
    return Hypotheses(claim=text, denial=denials().get(spoken, denials()["en"]).format(text))
