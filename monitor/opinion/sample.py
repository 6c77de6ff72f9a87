"""Invented news that a second reader is tried with: `dementi models try`."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from monitor.model.claim import Claim, Party
from monitor.model.opinion import Question
from monitor.model.source import Item
from monitor.model.verdict import Assessment, Relation

CLAIM = Claim(
    id="sample",
    statement="The mayor of Seldwyla has resigned",
    language="en",
    phrasings={
        "de": ("Die Bürgermeisterin von Seldwyla ist zurückgetreten",),
        "fr": ("La maire de Seldwyla a démissionné",),
        "es": ("La alcaldesa de Seldwyla ha dimitido",),
    },
    parties=(
        Party(name="Town hall of Seldwyla", aliases=("Rathaus", "mairie", "ayuntamiento"), speakers=("Berta Roth",)),
    ),
)


class Sample(NamedTuple):
    """A story, and what it does to the claim."""

    language: str
    title: str
    summary: str
    relation: Relation


SAMPLES = (
    Sample(
        "en", "Seldwyla mayor", "The mayor is not going anywhere, her spokeswoman Berta Roth said.", Relation.DENIES
    ),
    Sample("en", "Seldwyla mayor", "“I handed in my letter this morning,” mayor Berta Roth said.", Relation.CONFIRMS),
    Sample("en", "Seldwyla mayor", "Rumours of a resignation have kept the town busy for days.", Relation.REPORTS),
    Sample(
        "de", "Seldwyla", "„Ich bleibe bis zum letzten Tag im Amt“, sagte Bürgermeisterin Berta Roth.", Relation.DENIES
    ),
    Sample("de", "Seldwyla", "Sie habe ihr Amt niedergelegt, teilte Berta Roth am Morgen mit.", Relation.CONFIRMS),
    Sample("fr", "Seldwyla", "« Je reste à mon poste », a déclaré la maire Berta Roth.", Relation.DENIES),
    Sample("es", "Seldwyla", "La alcaldesa Berta Roth anunció que deja el cargo.", Relation.CONFIRMS),
)


def questions(read: Callable[[Item], Assessment | None] = lambda _: None) -> list[tuple[Sample, Question]]:
    """Each sample as a question. `read` is the built-in reading; without it the samples are taken to be silent."""
    asked = []
    for number, sample in enumerate(SAMPLES):
        item = Item(id=f"sample-{number}", feed="file:sample", title=sample.title, summary=sample.summary)
        silent = Assessment(item=item.id, claim=CLAIM.id, relation=Relation.REPORTS, match=0.5)
        assessment = read(item) or silent
        asked.append((sample, Question(item=item, claim=CLAIM, assessment=assessment, language=sample.language)))
    return asked
