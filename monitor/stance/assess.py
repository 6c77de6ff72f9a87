"""What an item says of a claim: sentence by sentence, with memory of what it is about and who spoke last.

For every cue: what does it govern, who governs it, and is what it governs the claim? For every telling of the claim's
event that no cue governs: is it negated or undone, and does somebody stand behind it?
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from monitor.lexicon.passage import Found, Passage
from monitor.lexicon.touch import Asked, Core, Touch
from monitor.model.verdict import Basis, Evidence, Gate, Role, Stance, Statement
from monitor.stance.clauses import clauses
from monitor.stance.foreign import own_event, strangers, unexplained
from monitor.stance.scope import STANCES, Scene, Span, left_of, masks, negated, right_of
from monitor.stance.speakers import NOBODY, Speaker, speaker

_SIGN = {"deny": -1, "false": -1, "retract": -1, "confirm": 1, "true": 1}
_KILLS = frozenset(["condition", "question", "demand", "fiction", "modal"])  # take all force out of a stance
_WEAKENS = frozenset(["hedge", "condition", "question", "demand", "fiction", "modal", "accuse", "plan"])
_FLOOR = 0.4  # a statement less sure than this is not made
_FORGETS = 2  # sentences after which "the report" no longer means the claim


@dataclass
class Memory:
    """What the sentences so far were about."""

    about: bool = False  # the claim
    elsewhere: bool = False  # the last stance taken was about something else
    age: int = 0  # sentences since it was last touched
    sign: int = 0  # of the last bare telling of the claim's event
    last: Speaker = NOBODY
    gates: list[Gate] = field(default_factory=list)

    @property
    def fresh(self) -> bool:
        return self.about and self.age <= _FORGETS

    def note(self, name: str, passed: bool, detail: str, score: float | None = None) -> None:
        if len(self.gates) < 200:
            self.gates.append(Gate(name=name, passed=passed, detail=detail, score=score))


def assess(passage: Passage, touches: Sequence[Touch], asked: Asked) -> tuple[list[Statement], list[Gate]]:
    """All statements, best first by field order, one for each stance and party; and how they came about."""
    memory = Memory()
    found: list[Statement] = []
    for sentence, touch in zip(passage.sentences, touches, strict=True):
        scene = Scene(sentence, clauses(sentence, passage.tables), touch, passage.tables)
        reader = _Reader(scene, asked, memory)
        found += reader.read()
    return _merged(found), memory.gates


class _Reader:
    """Reads one sentence."""

    def __init__(self, scene: Scene, asked: Asked, memory: Memory) -> None:
        self.scene = scene
        self.asked = asked
        self.memory = memory
        self.touch = scene.touch
        self.sentence = scene.sentence
        self.governed: set[int] = set()  # cores that a cue has taken
        self.other = False  # a cue here governs something that is not the claim
        self.local = False  # the claim was touched earlier in this sentence

    def read(self) -> list[Statement]:
        found: list[Statement] = []
        for cue in self.sentence.of("cue"):
            found += self._cue(cue)
        for number, core in enumerate(self.touch.cores):
            if number not in self.governed:
                found += self._bare(core)
        found += self._echo() if not found else []
        self._remember()
        return found

    # -- cues

    def _cue(self, cue: Found) -> list[Statement]:
        kind = cue.entry.type
        if cue.entry.answer and not self._whole(cue):
            return []
        over = masks(self.scene, cue.parts)
        content, relation, cores = self._content(cue)
        for number in cores:
            self.governed.add(number)
        words = self._text(cue.first, cue.last)
        if relation == "other":
            self.other = kind in STANCES
            self.memory.note("content", False, f"“{words}” ({kind}) is about something else")
            return []
        if over & _KILLS:
            self.memory.note("mask", False, f"“{words}” ({kind}) stands under {', '.join(sorted(over))}")
            return []
        if kind == "unsaid":
            self.memory.note("unsaid", False, f"“{words}” takes no stance")
            return []
        who = self._speaker(cue, content)
        if kind == "decline":
            return [self._make(Stance.DECLINES, Basis.SAID, cue.first, cue.last, 0.8, who)]
        turned = negated(self.scene, cue.parts)
        if turned and kind in ("deny", "confirm", "retract", "false"):
            self.memory.note("negation", False, f"“{words}” ({kind}) is itself negated")
            return []
        sign = _SIGN[kind] * (-1 if turned else 1)
        return self._decide(cue, sign, content, relation, cores, who, hedged="hedge" in over or cue.entry.hedged)

    def _decide(
        self, cue: Found, sign: int, content: Span, relation: str, cores: list[int], who: Speaker, *, hedged: bool
    ) -> list[Statement]:
        score = {"this": 0.9, "report": 0.8, "pronoun": 0.7, "none": 0.65}[relation]
        if relation == "this":
            core = self.touch.cores[cores[0]]
            score *= 0.5 + 0.5 * core.score
            sign *= core.sign * (-1 if negated(self.scene, core.parts) else 1)
        if cue.entry.weak and relation in ("none", "pronoun"):
            score *= 0.6
        sign *= self.asked.sign
        stance = Stance.CONFIRMS if sign > 0 else Stance.DENIES
        if who.media and stance is Stance.CONFIRMS:
            score *= 0.6
        basis = Basis.SHOWN if cue.entry.shown else Basis.SAID if who is not NOBODY else Basis.SHOWN
        first = min([cue.first, *(self.touch.cores[c].first for c in cores)])
        last = max([cue.last, *(self.touch.cores[c].last for c in cores)])
        self.memory.note(
            "cue", True, f"“{self._text(cue.first, cue.last)}” ({cue.entry.type}) governs {relation}: {stance}", score
        )
        return [self._make(stance, basis, first, last, score, who, hedged=hedged)]

    def _content(self, cue: Found) -> tuple[Span, str, list[int]]:
        """What a cue governs: the span, how it relates to the claim, and which cores it holds."""
        right, left = right_of(self.scene, cue), left_of(self.scene, cue)
        order = {"after": [right], "before": [left]}.get(cue.entry.content)
        if order is None:
            order = [left, right] if cue.entry.type in ("false", "true") else [right, left]
        for span in order:
            cores = self._cores(span)
            if cores:
                return (span, "this", cores) if self._fits(span, cores, cue) else (span, "other", cores)
        across = self._across(cue)
        if across:
            return across
        if not self._topic():
            return right, "other", []
        return self._by_topic(cue, order, right, left)

    def _by_topic(self, cue: Found, order: list[Span], right: Span, left: Span) -> tuple[Span, str, list[int]]:
        """The cue names no event of the claim: it may mean it by "the report", by "this", or by leaving it out."""
        speaking = self._speaking(cue)
        for span in order:
            anaphor = self._anaphor(span)
            room = {"report": 2.0, "pronoun": 1.0}.get(anaphor, 0.0)
            if anaphor and unexplained(self.scene, span, speaking) <= room and not own_event(self.scene, span):
                return span, anaphor, []
        content = right if cue.entry.type not in ("false", "true") else left
        if unexplained(self.scene, content, speaking) <= 0 and not own_event(self.scene, Span(left.first, right.last)):
            return right, "none", []
        return right, "other", []

    def _speaking(self, cue: Found) -> set[int]:
        """Words beside the cue that name the speaker."""
        comma = self.scene.part(cue.first, commas=True)
        found: set[int] = set()
        for a, b in ((comma[0], cue.first - 1), (cue.last + 1, comma[1])):
            who = self._who(a, b)
            if who.name:
                start = self.sentence.text.find(who.name, self.sentence.words[a].start if a <= b else 0)
                found |= {i for i in range(a, b + 1) if start <= self.sentence.words[i].start < start + len(who.name)}
                found |= {i for f in self.sentence.of("source") for i in f.parts if a <= i <= b}
                break
        return found

    def _cores(self, span: Span) -> list[int]:
        return [n for n, c in enumerate(self.touch.cores) if span.holds(c.parts) or span.first <= c.first <= span.last]

    def _across(self, cue: Found) -> tuple[Span, str, list[int]] | None:
        """Over a colon or a dash: "Trump-Putin call: Kremlin denies", "Kremlin denies: no such call"."""
        first, last = self.scene.part(cue.first)
        for span in (Span(0, first - 1), Span(last + 1, self.scene.size - 1)):
            border = (
                self.scene.clauses.borders[first if span.first == 0 else last + 1] if span.first <= span.last else ""
            )
            if border in ("colon", "dash", "strong"):
                cores = self._cores(span)
                inside = unexplained(self.scene, Span(first, last), self._speaking(cue))
                if cores and self._fits(span, cores) and inside <= 1:
                    return span, "this" if span.first == 0 else "none", cores if span.first == 0 else []
        return None

    def _anaphor(self, span: Span) -> str:
        kinds = {f.entry.type for f in self.sentence.of("anaphor") if span.holds(f.parts)}
        return "report" if "report" in kinds else "pronoun" if kinds else ""

    def _topic(self) -> bool:
        return self.local or (self.memory.fresh and not self.other)

    def _half_named(self) -> bool:
        return self.asked.groups > 0 and self.touch.named(0, self.scene.size) == self.asked.groups

    def _fits(self, span: Span, cores: list[int], cue: Found | None = None) -> bool:
        """The event in the span is the claim's own: its names stand by, and no other number, year, place or person."""
        named = self.touch.named(0, self.scene.size)
        if self.asked.groups and not named and not self.memory.fresh:
            self.memory.note("names", False, f"no name of the claim by “{self._text(span.first, span.last)[:80]}”")
            return False
        for clash in self.touch.clashes:
            if span.first <= clash.first <= span.last:
                self.memory.note(clash.what, False, f"another {clash.what}: {clash.text}")
                return False
        if self.asked.groups and self.touch.named(span.first, span.last) < min(1, self.asked.groups):
            speaking = self._speaking(cue) if cue else set()
            others = [i for i in strangers(self.scene, span) if i not in speaking]
            if others:
                self.memory.note("person", False, f"somebody else: {self.sentence.words[others[0]].raw}")
                return False
        return True

    # -- without a cue

    def _bare(self, core: Core) -> list[Statement]:
        part = Span(*self.scene.part(core.first))
        if not self._fits(part, []):
            return []
        over = masks(self.scene, core.parts)
        turned = negated(self.scene, core.parts)
        sign = core.sign * (-1 if turned else 1) * self.asked.sign
        self.local = True
        if over & _WEAKENS and not (over <= {"plan"} and self.asked.plan):
            self.memory.note(
                "mask", False, f"“{self._text(core.first, core.last)}” stands under {', '.join(sorted(over))}"
            )
            return []
        if core.force == "planned" or (core.force == "mention" and not turned):
            return []
        who = self._source(core)
        stance = Stance.CONFIRMS if sign > 0 else Stance.DENIES
        score = 0.5 + 0.3 * core.score
        if who is NOBODY:
            self.memory.sign = sign
            return [self._make(stance, Basis.ASSERTED, core.first, core.last, score, NOBODY)]
        if who.media or who.anonymous:
            self.memory.note("source", False, f"{who.name} only reports it")
            return []
        return [self._make(stance, Basis.SAID, core.first, core.last, score + 0.1 * (who.role is not Role.OTHER), who)]

    def _source(self, core: Core) -> Speaker:
        """Who stands behind a telling of the event: a speech verb's subject, the left of a colon, the tail of a dash."""
        first, last = self.scene.part(core.first)
        for say in self.sentence.of("say"):
            if say.entry.doubtful:
                continue
            who = self._of_say(say, core)
            if who is not NOBODY:
                return who
        if first > 0 and self.scene.clauses.borders[first] == "colon" and first <= 9:
            who = self._who(0, first - 1)
            if who is not NOBODY:
                return who
        if (
            last + 1 < self.scene.size
            and self.scene.size - last <= 8
            and self.scene.clauses.borders[last + 1] == "dash"
        ):
            who = self._who(last + 1, self.scene.size - 1)
            if who is not NOBODY:
                return who
        if self.sentence.quoted[core.first] and self.memory.last is not NOBODY:
            return self.memory.last
        return NOBODY

    def _of_say(self, say: Found, core: Core) -> Speaker:
        first, last = self.scene.part(say.first, commas=True)
        if say.entry.source == "after":
            return self._who(say.last + 1, last)
        if say.entry.source == "before":
            return self._who(first, say.first - 1)
        left, right = (first, say.first - 1), (say.last + 1, last)
        sides = (left, right) if core.first > say.last else (right, left)
        for a, b in sides:
            if not a <= core.first <= b:
                who = self._who(a, b)
                if who is not NOBODY:
                    return who
        return self._who(first, say.first - 1)

    def _echo(self) -> list[Statement]:
        """ "The ministry said so": a speech verb over "this", when the last telling was bare."""
        if not self.memory.sign or not self.memory.fresh or self.touch.cores:
            return []
        for say in self.sentence.of("say"):
            first, last = self.scene.part(say.first)
            if say.entry.doubtful or last - first > 12 or self._anaphor(Span(first, last)) != "pronoun":
                continue
            who = self._who(first, last)
            if who.role in (Role.PARTY, Role.AUTHORITY):
                stance = Stance.CONFIRMS if self.memory.sign > 0 else Stance.DENIES
                return [self._make(stance, Basis.SAID, first, last, 0.7, who)]
        return []

    def _whole(self, cue: Found) -> bool:
        """A word of answer stands alone: opens a sentence, a quotation or what follows a colon, and a border ends it."""
        borders = self.scene.clauses.borders
        opens = cue.first == 0 or borders[cue.first] in ("colon", "quote", "strong", "dash")
        gap = self.sentence.gaps[cue.last + 1]
        return opens and (cue.last + 1 >= self.scene.size or any(c in gap for c in ',.!"”“»’:;–—…'))

    # -- who

    def _speaker(self, cue: Found, content: Span) -> Speaker:
        part = Span(*self.scene.part(cue.first))
        comma = Span(*self.scene.part(cue.first, commas=True))
        left, right = Span(comma.first, cue.first - 1), Span(cue.last + 1, comma.last)
        inner = Span(cue.first + 1, cue.last - 1) if len(cue.parts) > 1 else Span(0, -1)
        nouns = [left, right] if content.first > cue.first else [right, left]
        for span in (*nouns, inner, Span(part.first, cue.first - 1), Span(cue.last + 1, part.last)):
            who = self._who(span.first, span.last)
            if who is not NOBODY and not self._is_report(who):
                return who
        for say in self.sentence.of("say"):
            first, last = self.scene.part(say.first, commas=True)
            who = self._who(first, last)
            if who is not NOBODY:
                return who
        if part.first > 0 and self.scene.clauses.borders[part.first] in ("colon", "dash"):
            who = self._who(0, part.first - 1)
            if who is not NOBODY:
                return who
        if part.last + 1 < self.scene.size:
            who = self._who(part.last + 1, self.scene.size - 1)
            if who is not NOBODY:
                return who
        return self.memory.last if self.memory.age <= _FORGETS else NOBODY

    @staticmethod
    def _is_report(who: Speaker) -> bool:
        return who.media

    def _who(self, first: int, last: int) -> Speaker:
        return speaker(self.sentence, first, last, self.asked.parties, self.scene.tables)

    # -- results

    def _make(
        self, stance: Stance, basis: Basis, first: int, last: int, score: float, who: Speaker, *, hedged: bool = False
    ) -> Statement:
        start, end = self.sentence.cut(first, last)
        return Statement(
            stance=stance,
            basis=basis,
            evidence=Evidence(text=self.sentence.text[start:end], field=self.sentence.field, start=start, end=end),
            confidence=round(min(score, 0.99), 3),
            speaker=who.name,
            party=who.party,
            role=who.role,
            hedged=hedged,
            anonymous=who.anonymous,
        )

    def _text(self, first: int, last: int) -> str:
        if last < first:
            return ""
        start, end = self.sentence.cut(first, last)
        return self.sentence.text[start:end]

    def _remember(self) -> None:
        memory = self.memory
        whole = Span(0, self.scene.size - 1)
        touched = self.touch.cores and self._fits(whole, [])
        if touched or (self._half_named() and not self.other and not own_event(self.scene, whole)):
            memory.about, memory.age = True, 0
        elif self.other:
            memory.about, memory.sign = False, 0
        else:
            memory.age += 1
        who = self._who(0, self.scene.size - 1)
        if who is not NOBODY and not who.media:
            memory.last = who


def _merged(statements: list[Statement]) -> list[Statement]:
    """One for each stance and party, the surest; said outweighs asserted."""
    best: dict[tuple[Stance, str], Statement] = {}
    for s in statements:
        if s.confidence < _FLOOR:
            continue
        name = (s.party or s.speaker or "").casefold()
        known = best.get((s.stance, name))
        if known is None or s.confidence > known.confidence:
            best[s.stance, name] = s
    answered = {s.stance for s in best.values() if s.basis is not Basis.ASSERTED}
    return [s for s in best.values() if s.basis is not Basis.ASSERTED or s.stance not in answered]
