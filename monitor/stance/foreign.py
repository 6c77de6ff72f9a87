"""What stands in a span that is neither the claim nor a mere circumstance: a cue over it is about something else."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.lexicon.tables import among
from monitor.stance.scope import Scene, Span

_PLAIN_TABLES = frozenset(["cue", "mask", "negator", "say", "source", "anaphor"])
_SHORT = 3  # letters; shorter words carry no content
_EVENT = 2.0  # how much an event of its own weighs, in words


def unexplained(scene: Scene, span: Span, ignore: Iterable[int] = ()) -> float:
    """How many content words of the span neither the claim nor its circumstances explain; events count double."""
    known = _explained(scene) | set(ignore)
    taken = _taken(scene)
    small = _small(scene)
    weight = 0.0
    events = _events(scene, taken)
    for i in range(max(span.first, 0), min(span.last + 1, scene.size)):
        word = scene.sentence.words[i]
        if (i in known and i not in events) or len(word.low) < _SHORT or any(among(word.low, s) for s in small):
            continue
        if i in events:
            weight += _EVENT
        elif _is_name(scene, i):
            weight += 0.5
        else:
            weight += 1.0
    return weight


def strangers(scene: Scene, span: Span) -> list[int]:
    """Proper names in the span that the claim does not know: words with a capital that nothing else explains."""
    known = _explained(scene) | {i for f in scene.sentence.names for i in f.parts}
    small = _small(scene)
    found = []
    for i in range(max(span.first, 0), min(span.last + 1, scene.size)):
        word = scene.sentence.words[i]
        if i not in known and _is_name(scene, i) and not any(among(word.low, s) for s in small):
            found.append(i)
    return found


def own_event(scene: Scene, span: Span) -> bool:
    """The span tells of an event that is not the claim's."""
    return any(span.first <= i <= span.last for i in _events(scene, _taken(scene)))


def _explained(scene: Scene) -> set[int]:
    touch = scene.touch
    found = {i for c in touch.cores for i in c.parts} | {i for g in touch.groups for i in g} | set(touch.words)
    return found | {i for f in scene.sentence.found if f.entry.table in _PLAIN_TABLES for i in f.parts}


def _taken(scene: Scene) -> set[int]:
    """Words that tell no other event: the claim's own, and those of a stance."""
    touch = scene.touch
    found = {i for c in touch.cores for i in c.parts} | {i for g in touch.groups for i in g} | set(touch.words)
    return found | {i for f in scene.sentence.found if f.entry.table in ("cue", "negator", "anaphor") for i in f.parts}


def _events(scene: Scene, known: set[int]) -> set[int]:
    return {
        i
        for f in scene.sentence.of("event")
        if not known.intersection(f.parts) and not f.entry.generic
        for i in f.parts
    }


def _small(scene: Scene) -> tuple[frozenset[str], ...]:
    words = scene.tables.words
    return tuple(words[k] for k in ("stop", "aside", "that", "but", "and", "he", "titles", "ask") if k in words)


def _is_name(scene: Scene, at: int) -> bool:
    """A capital where the language does not ask for one; in German only beside another, or after a bare preposition."""
    words, gaps = scene.sentence.words, scene.sentence.gaps
    raw = words[at].raw
    if not raw[:1].isupper():
        return False
    opens = at == 0 or any(c in gaps[at] for c in ":.!?\"„“«»'‘")
    beside = (at + 1 < scene.size and words[at + 1].raw[:1].isupper() and gaps[at + 1] in (" ", "-")) or (
        at > 0 and words[at - 1].raw[:1].isupper() and gaps[at] in (" ", "-")
    )
    if scene.tables.code == "de":
        return beside or any(c.isupper() for c in raw[1:]) or _bare(scene, at)
    return not opens or beside


_BARE = frozenset(
    [
        "von",
        "mit",
        "für",
        "gegen",
        "bei",
        "und",
        "an",
        "zwischen",
        "hat",
        "will",
        "dass",
        "ob",
        "wonach",
        "durch",
        "über",
    ]
)
_ENDS = (
    "ung",
    "ungen",
    "heit",
    "keit",
    "keiten",
    "schaft",
    "tion",
    "tionen",
    "ismus",
    "tät",
    "en",
    "nis",
    "ment",
    "ei",
)


def _bare(scene: Scene, at: int) -> bool:
    """A German noun without the article that a common noun would have: opening a sentence, or after a preposition."""
    raw = scene.sentence.words[at].raw
    before = scene.sentence.words[at - 1] if at else None
    if raw.endswith(_ENDS) or (before and before.low not in _BARE):
        return False
    following = scene.sentence.words[at + 1].raw if at + 1 < scene.size else ""
    return bool(before) or following[:1].islower()
