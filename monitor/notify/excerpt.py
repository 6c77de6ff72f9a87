"""The evidence with its sentence before and after, cut out of the item. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from monitor.model.alert import Alert
from monitor.model.source import Item
from monitor.model.verdict import Evidence
from monitor.notify.clean import line

# An end of sentence: a mark, closing quotes, and a gap; Chinese and Japanese marks and the Hindi danda need no gap.
_END = re.compile("[.!?…][\"'”“’»)\\]]*\\s+|[。！？।]\\s*|\\n+")
_ABBREVIATION = re.compile(r"(?:\b(?:\w|Dr|Mr|Mrs|Ms|St|No|Nr|Prof|Gen|Sen|bzw|ca|vs|z\.B|d\.h|u\.a)|\b\d{1,2})\.\s*$")
_REACH = 1200  # characters looked at on either side
_LONGEST = 420  # characters shown of each part


@dataclass(frozen=True, kw_only=True, slots=True)
class Excerpt:
    """Words that show a stance, in their surroundings; each part is one clean line, and may be empty.

    Put together they read on: a gap that the text has beside the evidence stands in `before` and `after`.
    """

    before: str  # the sentence before, and the beginning of the evidence's own
    evidence: str
    after: str  # the rest of the evidence's sentence, and the next


def excerpt(alert: Alert) -> Excerpt | None:
    """None where the alert carries no words at all. Where the item does not hold them, they stand alone."""
    if alert.statement is None:
        words = line(alert.event.evidence, _LONGEST) if alert.event else ""
        return Excerpt(before="", evidence=words, after="") if words else None
    evidence = alert.statement.evidence
    text = _text(alert.item, evidence)
    if text is None:
        return Excerpt(before="", evidence=line(evidence.text, _LONGEST), after="")
    first, last = _surroundings(text, evidence.start, evidence.end)
    return Excerpt(
        before=_last_words(text[first : evidence.start]),
        evidence=line(evidence.text, _LONGEST),
        after=_first_words(text[evidence.end : last]),
    )


def _text(item: Item | None, evidence: Evidence) -> str | None:
    """The field the evidence was cut from; None where it is not there, or not any more (an edited item)."""
    if item is None:
        return None
    text = dict(item.fields()).get(evidence.field)
    return text if text is not None and text[evidence.start : evidence.end] == evidence.text else None


def _surroundings(text: str, start: int, end: int) -> tuple[int, int]:
    """From where the sentence before begins to where the sentence after ends."""
    low, high = max(0, start - _REACH), min(len(text), end + _REACH)
    ends = [low, *_ends(text, low, high), high]
    own = bisect_right(ends, start) - 1  # its sentence begins at ends[own]
    closing = bisect_left(ends, end)  # and ends at ends[closing]
    return ends[max(0, own - 1)], ends[min(len(ends) - 1, closing + 1)]


def _ends(text: str, low: int, high: int) -> list[int]:
    """Where sentences end, as offsets just past the gap after them."""
    found = (match.end() for match in _END.finditer(text, low, high))
    return [end for end in found if low < end < high and not _goes_on(text, low, end)]


def _goes_on(text: str, low: int, end: int) -> bool:
    """A small letter follows, as after a quoted exclamation, or an abbreviation or ordinal ended, no sentence."""
    return text[end].islower() or bool(_ABBREVIATION.search(text[max(low, end - 12) : end]))


def _last_words(text: str) -> str:
    """One line, cut at its beginning where it is too long: what stands next to the evidence matters most."""
    clean = line(text, _REACH)
    if len(clean) > _LONGEST:
        clean = "…" + clean[-_LONGEST:].partition(" ")[2]
    return clean + " " * (clean != "" and text[-1].isspace())


def _first_words(text: str) -> str:
    clean = line(text, _LONGEST)
    return " " * (clean != "" and text[0].isspace()) + clean
