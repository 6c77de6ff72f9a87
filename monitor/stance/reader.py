"""Reads one sentence: finds the candidates for a stance on the claim."""

from __future__ import annotations

from monitor.lexicon.passage import Found
from monitor.lexicon.touch import Asked, Core, Touch
from monitor.model.verdict import Basis, Evidence, Role, Stance
from monitor.stance.candidate import Candidate, about_speaker
from monitor.stance.foreign import own_event, strangers, unexplained
from monitor.stance.memory import Memory
from monitor.stance.scope import STANCES, Scene, Span, left_of, masks, negated, right_of
from monitor.stance.source import Sources
from monitor.stance.speakers import NOBODY, OUTLET, Speaker

_SIGN = {"deny": -1, "false": -1, "retract": -1, "confirm": 1, "true": 1}
_KILLS = frozenset(["condition", "question", "demand", "fiction", "modal"])  # no stance is taken under these
_WEAKENS = frozenset(["hedge", "condition", "question", "demand", "fiction", "modal", "accuse", "plan"])
_HELD = 0.4  # of a claim without rare names a sentence must hold so much
_VOICED = 0.35  # of a claim a sentence must hold so much, for its speaker to be speaking on it
_MUTE = 3  # words between a negator and a speech verb that it silences
_OPENS = 4  # words before a negator that opens what is said
_SHOWN = 8  # words shown as evidence behind it
_ROOM = 4.0  # content words that may be strange where "the report", "this" or nothing stands for the claim
_READABLE = 30  # words of evidence at most
_LONG_ECHO = 14  # words; "the ministry said so" is short


def held(touch: Touch, asked: Asked) -> bool:
    """Of a claim without rare names enough stands in a sentence: Russia, police, a match are in half the news."""
    told = any(c.kind and c.score >= 1 for c in touch.cores)
    if not asked.groups:
        return touch.cover >= _HELD
    named = sum(bool(g) for g in touch.groups)
    return (named == asked.groups and asked.groups > 1) or (
        2 * named >= asked.groups and (told or touch.cover >= _HELD)
    )


def strength(touch: Touch) -> float:
    """How much ties a sentence to the claim.

    1 for each thing named, 1 for its kind of event (1½ where that is no common one), ½ for each of two more words.
    """
    kinds = [c.score for c in touch.cores if c.kind]
    told = 0.0 if not kinds else 1.5 if max(kinds) >= 1 else 1.0
    return sum(bool(g) for g in touch.groups) + told + min(len(touch.words), 2) / 2


class Reader:
    """One sentence, one claim."""

    def __init__(self, scene: Scene, asked: Asked, memory: Memory) -> None:
        self.scene = scene
        self.asked = asked
        self.memory = memory
        self.touch = scene.touch
        self.sentence = scene.sentence
        self.sources = Sources(scene, asked.parties, memory)
        self.governed: set[int] = set()  # cores that a cue has taken
        self.other = False  # a cue here governs something that is not the claim
        self.argued = False  # and there the claim's event is what another event is about
        self.local = False  # the claim was touched earlier in this sentence
        self.whole = Span(0, scene.size - 1)
        self.named = self.touch.named(0, scene.size)

    def read(self) -> list[Candidate]:
        found: list[Candidate] = []
        cues = self.sentence.of("cue")
        for cue in cues:
            if not any(c.first < cue.first and cue.last < c.last and c.entry.type in STANCES for c in cues):
                found += self._cue(cue)  # "rejected … as untrue … back": the inner word belongs to the outer
        for number, core in enumerate(self.touch.cores):
            if number not in self.governed:
                found += self._bare(core)
        if not found and not self.touch.cores and not self.other:
            found += self._voiced()
        if not found:
            found += self._echo()
        self._remember()
        return found

    # -- cues

    def _cue(self, cue: Found) -> list[Candidate]:  # noqa: C901  the reasons to drop a cue, in order
        kind = cue.entry.type
        if cue.entry.answer and not self._whole(cue):
            return []
        span, relation, cores = self._content(cue)
        self.governed |= set(cores)
        said = self._text(cue.first, cue.last)
        over = masks(self.scene, cue.parts)
        if relation == "argument":
            self.argued = self.other = True
            self.memory.argued = True
            self.memory.note(
                "argument", False, f"“{said}” ({kind}) is about another event, which only concerns the claim's"
            )
            return []
        if kind in self.asked.cues and set(cue.parts) <= set(self.touch.words):
            return []  # the claim's own word
        if not self.memory.held:
            self.memory.note("cover", False, f"too little of the claim stands in any sentence for “{said}”")
            return []
        if relation == "elsewhere":
            self.memory.note("content", False, f"“{said}” ({kind}) answers what stands before it")
            return []
        if relation == "other":
            self.other = self.other or kind in STANCES
            if not self._maybe(span):
                self.memory.note("content", False, f"“{said}” ({kind}) is about something else")
                return []
        if cue.entry.weak and not self._backed(cue, span, relation):
            self.memory.note("weak", False, f"“{said}” ({kind}) may mean something else, and no report stands by")
            return []
        if over & _KILLS:
            self.memory.note("mask", False, f"“{said}” ({kind}) stands under {', '.join(sorted(over))}")
            return []
        if kind == "unsaid":
            self.memory.note("unsaid", False, f"“{said}” takes no stance")
            return []
        who = self.sources.of_cue(cue, span)
        if kind == "decline":
            return [self._make(Stance.DECLINES, Basis.SAID, cue.first, cue.last, who, {}, f"“{said}” declines")]
        turned = negated(self.scene, cue.parts)
        if turned and kind in ("deny", "confirm", "retract", "false"):
            self.memory.note("negation", False, f"“{said}” ({kind}) is itself negated")
            return []
        sign = _SIGN[kind] * (-1 if turned else 1)
        made = self._decide(cue, sign, span, relation, cores, who, hedged="hedge" in over or cue.entry.hedged)
        framed = relation == "this" and self.touch.cores[cores[0]].force == "frame"
        return [] if framed and made.stance is Stance.CONFIRMS else [made]

    def _decide(
        self, cue: Found, sign: int, span: Span, relation: str, cores: list[int], who: Speaker, *, hedged: bool
    ) -> Candidate:
        features = {"cue": 1.0, f"rel.{relation}": 1.0, "weak": float(cue.entry.weak), "hedged": float(hedged)}
        features[f"type.{cue.entry.type}"] = 1.0
        if cores and relation == "this":
            core = self.touch.cores[cores[0]]
            told = core.sign * (-1 if negated(self.scene, core.parts) else 1)
            once = cue.entry.answer or core.first < cue.first  # "No, he has not died", "not arrested: a hoax" deny once
            sign = told if once and told < 0 and sign < 0 else sign * told
            features |= self._of_core(core)
        else:
            # "the report" says what the claim says; of a negative claim, what was told last: "will run", "will not run"
            sign *= (self._polar() or self.memory.polar or -1) if self.asked.sign < 0 else 1
        features |= self._of_span(span, self.sources.beside(cue)) | about_speaker(who)
        features |= self._apart(relation, features)
        sign *= self.asked.sign
        features["negative"] = float(self.asked.sign < 0)
        stance = Stance.CONFIRMS if sign > 0 else Stance.DENIES
        basis = Basis.SAID if who is not NOBODY and not cue.entry.shown else Basis.SHOWN
        held = [self.touch.cores[c] for c in cores if relation == "this"]
        first, last = min([cue.first, *(c.first for c in held)]), max([cue.last, *(c.last for c in held)])
        reason = f"“{self._text(cue.first, cue.last)}” ({cue.entry.type}) governs {relation}: {stance}"
        checked = (
            cue.entry.shown or cue.entry.type == "retract" or (cue.entry.answer and self.sentence.field == "title")
        )
        shown_by = OUTLET if who is NOBODY and checked else who
        return self._make(stance, basis, first, last, shown_by, features, reason, hedged=hedged)

    def _content(self, cue: Found) -> tuple[Span, str, list[int]]:
        """What a cue governs: the span, how it relates to the claim, and which cores it holds."""
        right, left = right_of(self.scene, cue), left_of(self.scene, cue)
        if cue.entry.type in ("false", "true"):
            right = self._joined_off(right)
        order = {"after": [right], "before": [left]}.get(cue.entry.content)
        if order is None:
            order = [left, right] if cue.entry.type in ("false", "true") else [right, left]
        for span in order:
            cores = self._cores(span)
            if cores and all(self._argument(n, span) for n in cores):
                return span, "argument", cores
            if cores:
                return span, "this", cores
            if span is right and cue.entry.type in ("deny", "confirm") and self._reported(cue, right) and self._topic():
                return span, "report", []
        return self._across(cue) or self._by_topic(cue, order, right, left)

    def _argument(self, core: int, span: Span) -> bool:
        """Another event has the claim's for its object: "was informed of the call" denied leaves the call standing."""
        mine = self.touch.cores[core]
        events = [f for f in self.sentence.of("event") if f.entry.type == "happened" and not f.entry.generic]
        other = [f for f in events if f.entry.kind not in self.asked.kinds and span.holds(f.parts)]
        if mine.force == "happened":  # its words stand around another verb: "had been informed of a call"
            return any(mine.first < f.first and f.last < mine.last for f in other)
        end = span.last if self.scene.tables.verb_final else mine.first
        return mine.force == "mention" and any(f.first <= end and not set(f.parts) & set(mine.parts) for f in other)

    def _across(self, cue: Found) -> tuple[Span, str, list[int]] | None:
        """Over a colon or a dash: "Trump-Putin call: Kremlin denies", "Kremlin denies: no such call"."""
        first, last = self.scene.part(cue.first)
        borders = self.scene.clauses.borders
        if first > 0 and borders[first] in ("colon", "dash", "strong"):
            span = Span(0, first - 1)
            cores = self._cores(span)
            if cores and self._plain(Span(first, last), cue):
                return span, "this", cores
        if last + 1 < self.scene.size and borders[last + 1] in ("colon", "dash"):
            span = Span(last + 1, self.scene.size - 1)
            if self._cores(span) and self._plain(Span(first, last), cue):
                return span, "none", []
        return None

    def _plain(self, span: Span, cue: Found) -> bool:
        """Nothing of its own stands in a cue's part."""
        return unexplained(self.scene, span, self.sources.beside(cue)) <= 1

    def _joined_off(self, span: Span) -> Span:
        """Up to the next "and": what is called false stands before it, or in a clause of its own behind it."""
        both = self.scene.tables.words.get("and", frozenset())
        ends = [i - 1 for i in range(span.first, span.last + 1) if self.sentence.words[i].low in both]
        return Span(span.first, min([span.last, *ends]))

    def _reported(self, cue: Found, span: Span) -> bool:
        """A word for a report stands right behind the cue."""
        near = Span(span.first, min(span.last, cue.last + 4))
        return self._anaphor(near) == "report" and not own_event(self.scene, near)

    def _by_topic(self, cue: Found, order: list[Span], right: Span, left: Span) -> tuple[Span, str, list[int]]:
        """The cue names no event of the claim: it may mean it by "the report", by "this", or by leaving it out."""
        speaking = self.sources.beside(cue)
        told = own_event(self.scene, Span(0, cue.first - 1)) and not self.touch.cores
        if told and any(self._anaphor(span) == "pronoun" for span in order):
            return right, "elsewhere", []
        known = self._topic() or any(c.last < cue.first for c in self.touch.cores)
        if not known and not self._all_named():
            return right, "other", []
        for span in order:
            anaphor = self._anaphor(span)
            if (
                anaphor == "pronoun" and told
            ):  # "was informed, but the ministry denied this": this is what stands before
                continue
            room = {"report": 2.0 if known else 1.0, "pronoun": 1.0 if known else -1.0}.get(anaphor, -1.0)
            if unexplained(self.scene, span, speaking) <= room and not own_event(self.scene, span):
                return span, anaphor, []
        span = left if cue.entry.type in ("false", "true") else right
        if (
            known
            and not told
            and unexplained(self.scene, span, speaking) <= 0
            and not own_event(self.scene, Span(left.first, right.last))
        ):
            return right, "none", []
        return right, "other", []

    def _polar(self) -> int:
        """How this sentence tells the event; 0 where it does not."""
        if not self.touch.cores:
            return 0
        core = self.touch.cores[0]
        return core.sign * (-1 if negated(self.scene, core.parts) else 1)

    def _cores(self, span: Span) -> list[int]:
        return [n for n, c in enumerate(self.touch.cores) if span.first <= c.first <= span.last]

    def _anaphor(self, span: Span) -> str:
        kinds = {f.entry.type for f in self.sentence.of("anaphor") if span.holds(f.parts) and not self._article(f)}
        return "report" if "report" in kinds else "pronoun" if kinds else ""

    def _article(self, anaphor: Found) -> bool:
        """German "das", "dem" before a noun is an article, however many adjectives stand between."""
        if self.scene.tables.code != "de" or anaphor.entry.type != "pronoun":
            return False
        words, at = self.sentence.words, anaphor.last + 1
        while at < self.scene.size and at <= anaphor.last + 2 and self.sentence.gaps[at] == " ":
            if words[at].raw[:1].isupper():
                return True
            if not words[at].low.endswith(("e", "en", "er", "es", "em")):
                return False
            at += 1
        return False

    def _topic(self) -> bool:
        return self.local or (self.memory.fresh and not self.other)

    def _all_named(self) -> bool:
        return self.asked.groups > 1 and self.named == self.asked.groups

    def _fits(self, span: Span, cue: Found | None = None) -> bool:
        """The event in the span may be the claim's own: a name stands by, no other number, year, place, person."""
        if self.asked.groups and not self.named and not self.memory.fresh:
            self.memory.note("names", False, f"no name of the claim by “{self._text(span.first, span.last)[:80]}”")
            return False
        for clash in self.touch.clashes:
            if span.first <= clash.first <= span.last and clash.what in ("number", "year"):
                self.memory.note(clash.what, False, f"another {clash.what}: {clash.text}")
                return False
        if self.asked.groups and not self.touch.named(span.first, span.last):
            speaking = self.sources.beside(cue) if cue else set()
            others = [i for i in strangers(self.scene, span) if i not in speaking]
            if others:
                self.memory.note("person", False, f"somebody else: {self.sentence.words[others[0]].raw}")
                return False
        return True

    # -- without a cue

    def _bare(self, core: Core) -> list[Candidate]:
        part = Span(*self.scene.part(core.first))
        if self.asked.groups and not self.named and not self.memory.fresh:
            self.memory.note("names", False, f"no name of the claim by “{self._text(core.first, core.last)}”")
            return []
        self.local = True
        over = masks(self.scene, core.parts) & _WEAKENS
        turned = negated(self.scene, core.parts, noun=core.force == "mention")
        told = self._text(core.first, core.last)
        if over and not (over == {"plan"} and self.asked.plan):
            self.memory.note("mask", False, f"“{told}” stands under {', '.join(sorted(over))}")
            return []
        if core.force == "planned" or (core.force in ("mention", "frame") and not turned):
            return []
        sign = core.sign * (-1 if turned else 1) * self.asked.sign
        who = self.sources.of_telling(core)
        if who.media or who.anonymous:
            self.memory.reported = True
            self.memory.note("source", False, f"{who.name} only reports it")
            return []
        stance = Stance.CONFIRMS if sign > 0 else Stance.DENIES
        plain = who is NOBODY and stance is Stance.CONFIRMS  # alerts nobody
        if not (plain or self.asked.specific or held(self.touch, self.asked)):
            self.memory.note("cover", False, f"too little of the claim stands beside “{told}”")
            return []
        features = {"bare": 1.0, "turned": float(turned), "asserted": float(who is NOBODY)} | self._of_core(core)
        features |= self._of_span(part) | about_speaker(who)
        features["negative"] = float(self.asked.sign < 0)
        basis = Basis.ASSERTED if who is NOBODY else Basis.SAID
        if who is NOBODY:
            self.memory.sign = sign
        return [self._make(stance, basis, core.first, core.last, who, features, f"“{told}” is told: {stance}")]

    def _voiced(self) -> list[Candidate]:
        """Somebody speaks on the claim in words no table knows: "There was no arrangement", "Nobody has agreed"."""
        topic = self._topic() or self.named == self.asked.groups > 0
        negator = next((f for f in self.sentence.of("negator") if not masks(self.scene, f.parts) & _WEAKENS), None)
        silent = any(f.entry.type in ("decline", "unsaid") for f in self.sentence.of("cue")) or self._mute(negator)
        if not topic or not self.memory.held or self.scene.clauses.question or silent:
            return []
        own = [*self.touch.words, *(i for g in self.touch.groups for i in g)]
        if negator is None and (self.touch.cover < _VOICED or not own):
            return []
        at = negator.first if negator else own[0]
        core = Core((at,), 1, "voiced", 0.0)
        who = self.sources.of_telling(core)
        if who.role not in (Role.PARTY, Role.AUTHORITY) or (not negator and masks(self.scene, (at,)) & _WEAKENS):
            return []
        part = Span(*self.scene.part(at))
        sign = (-1 if negator else 1) * self.asked.sign
        stance = Stance.CONFIRMS if sign > 0 else Stance.DENIES
        features = {"voiced": 1.0, "quoted": float(self.sentence.quoted[at]), "turned": float(negator is not None)}
        features["opens"] = float(at - part.first <= _OPENS)
        features |= self._of_span(part) | about_speaker(who)
        features["negative"] = float(self.asked.sign < 0)
        last = min(part.last, at + _SHOWN)
        reason = f"{who.name} says “{self._text(at, last)}”: {stance}"
        return [self._make(stance, Basis.SAID, at, last, who, features, reason)]

    def _mute(self, negator: Found | None) -> bool:
        """What is negated is the speaking: "We do not talk about …"."""
        says = self.sentence.of("say")
        return negator is not None and any(0 < f.first - negator.last <= _MUTE for f in says)

    def _echo(self) -> list[Candidate]:
        """A party or authority speaks right after a bare telling, of "this" or on it ("so the ministry")."""
        memory = self.memory
        sign = memory.sign or memory.headline
        if not sign or not memory.fresh or self.scene.clauses.question:
            return []
        announced = [f for f in self.sentence.of("cue") if f.entry.type == "confirm" and f.entry.weak]
        for say in (*self.sentence.of("say"), *announced):
            first, last = self.scene.part(say.first)
            who = self.sources.within(first, last)
            if (
                say.entry.doubtful
                or who.anonymous
                or who.media
                or who.role not in (Role.PARTY, Role.AUTHORITY)
                or masks(self.scene, say.parts) & _KILLS
            ):
                continue
            this = self._anaphor(Span(first, last)) == "pronoun" and last - first <= _LONG_ECHO
            stance = Stance.CONFIRMS if sign > 0 else Stance.DENIES
            features = {"echo": 1.0, "echo.this": float(this), "echo.title": float(self.sentence.number == 1)}
            features |= self._of_span(self.whole) | about_speaker(who)
            features["turned"] = float(bool(self.sentence.of("negator")))
            return [self._make(stance, Basis.SAID, first, last, who, features, f"{who.name} speaks after it is told")]
        return []

    def _maybe(self, span: Span) -> bool:
        """Content that is not known to be the claim's may still be: a name stands by, or hardly anything else does."""
        if not (self.memory.cored or self._all_named() or self.asked.specific):
            return False
        if not self.asked.specific and not held(self.touch, self.asked):
            return False
        if self.named:
            return True
        return self.memory.fresh and unexplained(self.scene, span) <= _ROOM

    def _backed(self, cue: Found, span: Span, relation: str) -> bool:
        """A word with other meanings counts where it governs a report, or the claim itself on its proper side."""
        if relation == "report" or self._reported(cue, right_of(self.scene, cue)):
            return True
        return relation == "this" and (span.last > cue.last or cue.entry.type in ("false", "true"))

    def _whole(self, cue: Found) -> bool:
        """A word of answer stands alone: it opens a sentence, a quotation or a part, and a border ends it."""
        borders = self.scene.clauses.borders
        opens = cue.first == 0 or borders[cue.first] in ("colon", "quote", "strong", "dash")
        gap = self.sentence.gaps[cue.last + 1]
        return opens and (cue.last + 1 >= self.scene.size or any(c in gap for c in ',.!"”“»’:;–—…'))

    # -- features and results

    def _of_core(self, core: Core) -> dict[str, float]:
        return {"core": core.score, "words": float(core.force == "words"), "mention": float(core.force == "mention")}

    def _of_span(self, span: Span, speaking: set[int] | None = None) -> dict[str, float]:
        groups = self.asked.groups
        speaking = speaking or set()
        near = self.touch.named(span.first, span.last)
        foreign = [i for i in strangers(self.scene, span) if i not in speaking]
        clashes = {c.what for c in self.touch.clashes if span.first <= c.first <= span.last}
        return {
            "unexplained": min(unexplained(self.scene, span, speaking), 8.0) / 4,
            "strangers": min(len(foreign), 4.0) / 2,
            "person": float(bool(foreign) and bool(groups) and not near),
            "missing": (groups - self.named) / groups if groups else 0.0,
            "near": near / groups if groups else 0.5,
            "cover": self.touch.cover,
            "fresh": float(self.memory.fresh),
            "cored": float(self.memory.cored),
            "title": float(self.sentence.field == "title"),
            "late": min(self.sentence.number, 10) / 10,
            "own": float(own_event(self.scene, span)),
            "clash.number": float("number" in clashes),
            "clash.time": float(bool(clashes & {"year", "month"})),
            "clash.place": float("place" in clashes),
            "clash.role": float("role" in clashes),
        }

    @staticmethod
    def _apart(relation: str, features: dict[str, float]) -> dict[str, float]:
        """Content that is not known to be the claim's: how little of it is strange, and how much is named."""
        if relation != "other":
            return {}
        close = features["unexplained"] <= 0.5 and not features["own"]
        return {
            "other.close": float(close and features["near"] > 0),
            "other.bare": float(close and not features["near"]),
            "other.all": float(features["missing"] == 0),
            "other.fresh": features["fresh"],
        }

    def _make(
        self,
        stance: Stance,
        basis: Basis,
        first: int,
        last: int,
        who: Speaker,
        features: dict[str, float],
        reason: str,
        *,
        hedged: bool = False,
    ) -> Candidate:
        start, end = self.sentence.cut(*self._readable(first, last))
        evidence = Evidence(text=self.sentence.text[start:end], field=self.sentence.field, start=start, end=end)
        return Candidate(
            stance=stance, basis=basis, evidence=evidence, who=who, hedged=hedged, features=features, reason=reason
        )

    def _readable(self, first: int, last: int) -> tuple[int, int]:
        """Evidence that an editor can read: the parts of the sentence that the words stand in, if not long."""
        a, b = self.scene.part(first, commas=True)[0], self.scene.part(last, commas=True)[1]
        return (a, b) if b - a < _READABLE else (first, last)

    def _text(self, first: int, last: int) -> str:
        if last < first:
            return ""
        start, end = self.sentence.cut(first, last)
        return self.sentence.text[start:end]

    def _remember(self) -> None:
        memory = self.memory
        touched = bool(self.touch.cores) and not self.argued and self._fits(self.whole)
        named = self._all_named() or (self.asked.specific and self.named == self.asked.groups)
        if touched or (named and not self.other):
            memory.about, memory.age = True, 0
            memory.polar = self._polar() or memory.polar
        elif self.other:
            memory.about, memory.sign = False, 0
        else:
            memory.age += 1
        if self.sentence.field == "title":
            memory.headline = memory.sign
        elif memory.age:
            memory.sign = 0
        self.sources.remember()
