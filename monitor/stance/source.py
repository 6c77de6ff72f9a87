"""Finds who stands behind a cue, a quotation or a telling: the places in a sentence where a speaker stands."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.lexicon.passage import Found
from monitor.lexicon.tables import among
from monitor.lexicon.touch import Core
from monitor.model.claim import Party
from monitor.model.verdict import Role
from monitor.stance.memory import Memory
from monitor.stance.scope import Scene, Span
from monitor.stance.speakers import NOBODY, Speaker, speaker

_LABEL = 9  # words that may stand before a colon if they name a speaker
_SHORT_LABEL = 3  # words of a label that is nothing but a name
_BEFORE = 4  # words in which the source stands before "zufolge"
_TAIL = 8  # words that may follow a dash if they name a speaker
_SPEAKING_FOR = 2  # sentences for which the last speaker goes on speaking


_REPORT = Speaker("the report", None, Role.OUTLET, "media")


class Sources:
    """Looks for speakers in one sentence."""

    def __init__(self, scene: Scene, parties: Sequence[Party], memory: Memory) -> None:
        self._scene = scene
        self._parties = parties
        self._memory = memory
        self._named: dict[tuple[int, int], Speaker] = {}  # what stands in a run of words, before memory adds to it

    def within(self, first: int, last: int) -> Speaker:
        """Who is named between two words as one who can speak."""
        who = self._named.get((first, last))
        if who is None:
            who = speaker(self._scene.sentence, first, last, self._parties, self._scene.tables)
            self._named[first, last] = who
        known = self._memory.people.get(_surname(who)) if who.role is not Role.PARTY else None
        if known:
            return who._replace(party=known.party, role=known.role, kind=known.kind)
        if who.kind == "company" and who.role is not Role.PARTY and self._memory.party:  # "the company": whose is known
            return who._replace(party=self._memory.party, role=Role.PARTY)
        return who

    def of_cue(self, cue: Found, content: Span) -> Speaker:
        """Whose stance a cue is. What a verb governs does not speak: its speaker stands on the other side."""
        if self._pronoun(cue) and cue.entry.type in ("deny", "confirm", "decline"):
            return self._spoke_last()
        part, comma = Span(*self._scene.part(cue.first)), Span(*self._scene.part(cue.first, commas=True))
        for span in self._sides(cue, content, part, comma):
            who = self.within(span.first, span.last)
            if who is not NOBODY and not who.media and not self._told_of(who, span):
                return who
        return self._by_label(part) or self._by_say() or self._by_border(part) or self._spoke_last()

    def _told_of(self, who: Speaker, span: Span) -> bool:
        """The claim's own person or thing, and no party to it: what is spoken of, not who speaks."""
        if who.role is not Role.OTHER or not who.name or who.kind != "name":
            return False
        words = self._scene.sentence.words
        own = {words[i].raw for g in self._scene.touch.groups for i in g if span.first <= i <= span.last}
        return bool(own) and all(part in own for part in who.name.replace("-", " ").split())

    def _sides(self, cue: Found, content: Span, part: Span, comma: Span) -> list[Span]:
        """Where the speaker may stand, likeliest first."""
        left, right = Span(comma.first, cue.first - 1), Span(cue.last + 1, comma.last)
        inner = [Span(cue.first + 1, cue.last - 1)] if len(cue.parts) > 1 else []
        if cue.entry.type in ("false", "true"):  # "X is false": X is no speaker; "X calls it false" has one before it
            return inner if content.first < cue.first else [left, *inner]
        if content.first < cue.first:
            return [right, *inner, Span(cue.last + 1, part.last)]
        return [left, *inner, Span(part.first, cue.first - 1), right]

    def of_telling(self, core: Core) -> Speaker:
        """Who stands behind a telling of the event, or NOBODY."""
        part = Span(*self._scene.part(core.first))
        for say in self._scene.sentence.of("say"):
            if say.entry.doubtful or set(say.parts) & set(core.parts):
                continue
            if say.entry.source != "around" and self._names_report(say):
                return _REPORT
            who = self._of_say(say, core)
            if who is not NOBODY:
                return who
        return self._by_label(part) or self._by_quote(core) or self._by_subject(core) or NOBODY

    def beside(self, cue: Found) -> set[int]:
        """Words beside a cue that name its speaker."""
        sentence = self._scene.sentence
        first, last = self._scene.part(cue.first, commas=True)
        for a, b in ((first, cue.first - 1), (cue.last + 1, last)):
            who = self.within(a, b)
            if a <= b and who.name:
                start = sentence.text.find(who.name, sentence.words[a].start)
                return {i for i in range(a, b + 1) if start <= sentence.words[i].start < start + len(who.name)}
        return set()

    def remember(self) -> None:
        """Keep who spoke here for the sentences to come."""
        who = self.within(0, self._scene.size - 1)
        if who.role is Role.PARTY and who.kind in ("name", "company", ""):
            self._memory.party = who.party
        if who is NOBODY or who.media:
            return
        self._memory.last = who
        if who.name and " " in who.name and who.party != who.name:
            self._memory.people.setdefault(_surname(who), who)

    def _of_say(self, say: Found, core: Core) -> Speaker:
        first, last = self._scene.part(say.first, commas=True)
        if say.entry.source == "around" and self._pronoun(say):
            return self._memory.last
        if say.entry.source == "after":
            return self.within(say.last + 1, last)
        if say.entry.source == "before":
            return self.within(max(first, say.first - _BEFORE), say.first - 1)
        left, right = Span(first, say.first - 1), Span(say.last + 1, last)
        for span in (left, right) if core.first > say.last else (right, left):
            if not span.first <= core.first <= span.last:
                who = self.within(span.first, span.last)
                if who is not NOBODY:
                    return who
        return self.within(first, say.first - 1) if core.first > say.last else NOBODY

    def _names_report(self, say: Found) -> bool:
        """Nobody stands behind it yet: "according to the report"."""
        first, last = self._scene.part(say.first, commas=True)
        before = Span(max(first, say.first - _BEFORE), say.first - 1)
        span = Span(say.last + 1, last) if say.entry.source == "after" else before
        reports = [f for f in self._scene.sentence.of("anaphor") if f.entry.type == "report"]
        return any(span.first <= f.first <= min(span.last, span.first + 4) for f in reports)

    def _pronoun(self, verb: Found) -> bool:
        """The subject beside the verb was named before: "he said"."""
        words, he = self._scene.sentence.words, self._scene.tables.words.get("he", frozenset())
        return any(0 <= i < len(words) and among(words[i].low, he) for i in (verb.first - 1, verb.last + 1))

    def _by_say(self) -> Speaker | None:
        for say in self._scene.sentence.of("say"):
            who = self.within(*self._scene.part(say.first, commas=True))
            if who is not NOBODY:
                return who
        return None

    def _by_border(self, part: Span) -> Speaker | None:
        """The other side of a colon or a dash."""
        for span in (Span(0, part.first - 1), Span(part.last + 1, self._scene.size - 1)):
            who = self.within(span.first, span.last)
            if who is not NOBODY:
                return who
        return None

    def _by_label(self, part: Span) -> Speaker | None:
        """A border with nothing but a speaker beyond it: "Kremlin: no call", "No call – Kremlin"."""
        borders, size = self._scene.clauses.borders, self._scene.size
        if 0 < part.first <= _LABEL and borders[part.first] == "colon":
            return self._alone(Span(0, part.first - 1))
        if part.last + 1 < size and size - part.last <= _TAIL and borders[part.last + 1] in ("dash", "colon"):
            return self._alone(Span(part.last + 1, size - 1))
        return None

    def _alone(self, span: Span) -> Speaker | None:
        who = self.within(span.first, span.last)
        if who is NOBODY:
            return self._label(span)
        words, small = self._scene.sentence.words, self._scene.tables.words.get("stop", frozenset())
        rest = [
            w for w in words[span.first : span.last + 1] if w.raw not in (who.name or "") and not among(w.low, small)
        ]
        spoken = {
            words[i].low for f in self._scene.sentence.found if f.entry.table in ("source", "say") for i in f.parts
        }
        return who if sum(w.low not in spoken for w in rest) <= 1 else None

    def _label(self, span: Span) -> Speaker | None:
        """A short label in capitals is a name, even in German: "BSI: …"."""
        words = self._scene.sentence.words[span.first : span.last + 1]
        if 0 < len(words) <= _SHORT_LABEL and all(w.raw[:1].isupper() for w in words) and words[0].raw.isupper():
            start, end = self._scene.sentence.cut(span.first, span.last)
            name = self._scene.sentence.text[start:end]
            return Speaker(name, name, Role.OTHER, "name")
        return None

    def _by_quote(self, core: Core) -> Speaker | None:
        """A quotation whose speaker stands outside it, or spoke last."""
        sentence = self._scene.sentence
        if not sentence.quoted[core.first]:
            return None
        outside = [i for i in range(self._scene.size) if not sentence.quoted[i]]
        if outside:
            after = [i for i in outside if i > core.last]
            before = [i for i in outside if i < core.first]
            for side in (after, before):
                who = self.within(side[0], side[-1]) if side else NOBODY
                if who is not NOBODY:
                    return who
        return self._spoke_last()

    def _by_subject(self, core: Core) -> Speaker | None:
        """A court that convicts, a regulator that bans: an authority as the subject of the event shows it."""
        first, _ = self._scene.part(core.first, commas=True)
        own = {i for group in self._scene.touch.groups for i in group}
        if own & set(range(first, core.first)):  # it is the claim's own: told of, not telling
            return None
        who = self.within(first, core.first - 1)
        return who if who.role is Role.AUTHORITY else None

    def _spoke_last(self) -> Speaker:
        return self._memory.last if self._memory.age <= _SPEAKING_FOR else NOBODY


def _surname(who: Speaker) -> str:
    words = (who.name or "").split()
    return words[-1].casefold() if words and words[-1][:1].isupper() else ""
