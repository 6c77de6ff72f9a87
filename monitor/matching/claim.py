"""A claim compiled once: its names, its kinds of event, its numbers and dates, its words in each language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from monitor.lexicon.numbers import Quantity, quantities
from monitor.lexicon.passage import Passage, Sentence, read
from monitor.lexicon.tables import among, tables
from monitor.lexicon.tables import kinds as kind_facts
from monitor.lexicon.touch import Asked
from monitor.matching.kin import PARTICLES, entries, in_small, kin
from monitor.matching.rarity import rare
from monitor.matching.terms import Terms
from monitor.model.claim import Claim
from monitor.text.fold import key, low
from monitor.text.language import guess
from monitor.text.words import Word, words

_SURNAME = 3  # letters; a shorter one does not stand for a person by itself: Kim Jong Un, UN


class Group(NamedTuple):
    """Names of one thing the claim is about: one of them must be touched. Each is a run of term numbers."""

    names: tuple[tuple[int, ...], ...]
    predicate: bool  # its names are words of the event ("step down"), not of a thing
    rare: bool = False  # hardly any other news holds it


class Wording(NamedTuple):
    """One way the claim is said: its content words with their weights."""

    language: str
    weights: dict[int, float]  # term number -> weight
    total: float


class Compiled(NamedTuple):
    """A claim, ready to be looked for."""

    claim: Claim
    groups: tuple[Group, ...]
    given: bool  # the groups were given with the claim, not guessed from its statement
    spare: int  # names that an item may leave out: it calls a player "the Tank", a minister "the minister"
    wordings: tuple[Wording, ...]
    terms: frozenset[int]  # all that it cares about: of names and of wordings
    kinds: dict[str, int]  # kind of event -> 1, or -1 where its happening means that the claim's does not hold
    frames: frozenset[str]  # meetings and calls in which the claim's event is set: where there was none, it was not
    quantities: tuple[Quantity, ...]
    years: frozenset[int]
    places: frozenset[str]
    excluded: tuple[tuple[int, ...], ...]
    ordered: tuple[int, int] | None  # name groups before and after the event in the statement, where their order counts
    asked: Asked


def compile_claim(claim: Claim, terms: Terms) -> Compiled:
    """Read the claim's statement and phrasings with the tables of their languages."""
    texts = _texts(claim)
    passages = [read([("title", text)], tables(language)) for language, text in texts]
    first = passages[0]
    terms.glue = terms.glue or any(p.tables.compounds for p in passages)
    groups = _given(claim, terms) or _guessed(first, terms)
    named = {n for g in groups if not g.predicate for run in g.names for n in run}
    main = _kinds(passages)
    sign = _sign(passages, main)
    wordings = tuple(_wording(p, terms, named) for p in passages)
    return Compiled(
        claim=claim,
        groups=tuple(groups),
        given=bool(claim.about),
        spare=_spare(groups) if claim.about else 0,
        wordings=wordings,
        terms=frozenset(n for g in groups for run in g.names for n in run).union(*(w.weights for w in wordings)),
        kinds=_spread(main),
        frames=_frames(first) - set(main),
        quantities=tuple(
            q
            for s in first.sentences
            for q in quantities(s, first.tables)
            if not q.year and not _day(s, q.first, first)
        ),
        years=_years(claim),
        places=frozenset(f.entry.kind for p in passages for s in p.sentences for f in s.names),
        ordered=_ordered(first, groups, main, terms),
        excluded=tuple(_run(text, terms, name=False) for text in claim.exclude),
        asked=Asked(
            sign=sign,
            plan=_plan(first),
            specific=_specific(claim) if claim.about else any(g.rare for g in groups),
            cues=frozenset(f.entry.type for s in first.sentences for f in s.found if f.entry.table == "cue"),
            given=bool(claim.about),
            rare=frozenset(n for n, g in enumerate(g for g in groups if not g.predicate) if g.rare),
            groups=sum(not g.predicate for g in groups),
            parties=claim.parties,
            kinds=frozenset(main),
        ),
    )


def _ordered(passage: Passage, groups: Sequence[Group], main: dict[str, int], terms: Terms) -> tuple[int, int] | None:
    """Who does it and to whom: the first group named before the event, the first named after it."""
    facts = kind_facts()
    if len(passage.sentences) != 1 or any(facts[k].roles in ("mutual", "thing") for k in main):
        return None
    sentence = passage.sentences[0]
    events = [i for f in sentence.found if f.entry.table == "event" for i in f.parts]
    first = {run[0] for g in groups for run in g.names if run}
    touched = [terms.touched_of(w, first) for w in sentence.words]
    named = [n for n, g in enumerate(g for g in groups if not g.predicate)]
    hard = [g for g in groups if not g.predicate]
    at = {n: [i for run in hard[n].names for i in range(len(touched)) if run and run[0] in touched[i]] for n in named}
    if not events and len(sentence.words) == 3:
        events = [1]  # X verb Y
    before = [n for n in named if at[n] and events and min(at[n]) < min(events)]
    after = [n for n in named if at[n] and events and min(at[n]) > max(events)]
    return (before[0], after[0]) if before and after else None


def _texts(claim: Claim) -> list[tuple[str, str]]:
    language = claim.language or guess(claim.statement)
    texts = [(language, claim.statement)]
    texts += [(code, text) for code, several in claim.phrasings.items() for text in several]
    return texts


def _run(text: str, terms: Terms, *, name: bool) -> tuple[int, ...]:
    """Term numbers of a text's words. Small words inside a name ("van der") are no names themselves."""
    found = words(text)
    small = [w.raw[:1].islower() or (w is not found[-1] and w.low in PARTICLES) for w in found]
    return tuple(terms.number_of(w, name=name and not s) for w, s in zip(found, small, strict=True))


def _given(claim: Claim, terms: Terms) -> list[Group]:
    """Groups as the watchlist gives them. A group with a name in small letters holds words of the event."""
    groups = []
    for names in claim.about:
        small = [n for n in names if in_small(n)]
        titles = tables(claim.language or "en").words.get("titles", frozenset())
        offices = [n for n in names if among(low(n), titles)]  # the Pope is "il papa", "der Papst" in running text
        runs = tuple(r for r in (_run(n, terms, name=not in_small(n) and n not in offices) for n in names) if r)
        runs += tuple(run for n in names for run in kin(entries(n), terms))
        if runs:
            spelt = [n for n in names if n[:1].isupper()]
            unusual = bool(spelt) and all(rare(n.split()) and not entries(n) for n in spelt)
            groups.append(Group(runs, len(small) * 2 >= len(names), rare=unusual))
    return groups


def _spare(groups: Sequence[Group]) -> int:
    """One of two names may be missing where a rare one stands; one of three or more anyway."""
    hard = [g for g in groups if not g.predicate]
    return int(len(hard) > 2 or (len(hard) == 2 and any(g.rare for g in hard)))


def _guessed(passage: Passage, terms: Terms) -> list[Group]:
    """Names as capitals show them in a statement; in German, where nouns have them, only runs and strange words."""
    groups = []
    for sentence in passage.sentences:
        for first, last in _capitals(sentence, passage):
            run = tuple(terms.number_of(sentence.words[i], name=True) for i in range(first, last + 1))
            others = _other_names(sentence, first, last, terms)
            common = any(last in f.parts for f in sentence.found)  # "New York Police" is not any police
            short = len(sentence.words[last].low) < _SURNAME
            surname = [run[-1:]] if len(run) > 1 and not common and not short else []
            known = any(set(f.parts) & set(range(first, last + 1)) for f in sentence.names)
            unusual = not common and not known and rare([sentence.words[i].raw for i in range(first, last + 1)])
            first_part = (
                [run[:1]] if len(run) > 1 and sentence.gaps[first + 1] == "-" and passage.language == "de" else []
            )
            cases = _cases(sentence.words[first : last + 1], passage, terms)
            groups.append(Group((run, *surname, *first_part, *cases, *others), predicate=False, rare=unusual))
    return groups


_CASES = frozenset(["pl", "cs", "sk", "ru", "uk", "bg", "hr"])  # languages that inflect names
_STEM = 4  # letters at least that are left of a name without its ending


def _cases(name: Sequence[Word], passage: Passage, terms: Terms) -> list[tuple[int, ...]]:
    """A name that stands in an oblique case, by what its cases share: (w) Kuźmicach Dolnych, Kuźmice Dolne."""
    if passage.language not in _CASES:
        return []
    stems = [_stem(word.low, passage.tables.endings) for word in name]
    return [tuple(terms.number(key(s), name=True) for s in stems)] if all(len(s) >= _STEM for s in stems) else []


def _stem(word: str, endings: Sequence[str]) -> str:
    fitting = (e for e in endings if word.endswith(e) and len(word) - len(e) >= _STEM)
    return word[: len(word) - len(max(fitting, key=len, default=""))]


def _other_names(sentence: Sentence, first: int, last: int, terms: Terms) -> list[tuple[int, ...]]:
    """What the gazetteer calls the same thing in other languages: Ukrainian, ukrainisch, український; Kyiv."""
    named = {f.entry.kind for f in sentence.names if f.first == first and f.last == last}
    return kin(frozenset(named), terms)


def _capitals(sentence: Sentence, passage: Passage) -> list[tuple[int, int]]:
    """(first, last) of runs of capitalised words that are no words of the language."""
    taken = {i for f in sentence.found if f.entry.table == "event" for i in f.parts}
    small = passage.tables.words.get("stop", frozenset()) | passage.tables.words.get("titles", frozenset())
    runs: list[tuple[int, int]] = []
    for i, word in enumerate(sentence.words):
        capital = word.raw[:1].isupper() and not among(word.low, small) and i not in taken
        capital = capital and not is_month(word.low, passage.tables.months)  # the veto on dates looks after those
        if not capital or (i == 0 and not _strange(sentence, 0, passage)):
            continue
        if passage.language == "de" and not _strange(sentence, i, passage):
            continue
        if runs and runs[-1][1] == i - 1 and sentence.gaps[i] in (" ", "-"):
            runs[-1] = (runs[-1][0], i)
        else:
            runs.append((i, i))
    return runs


def _strange(sentence: Sentence, at: int, passage: Passage) -> bool:
    """Looks like a name though its place or language would capitalise any word: stands without an article."""
    raw = sentence.words[at].raw
    if any(c.isupper() for c in raw[1:]) or any(c.isdigit() for c in raw):
        return True
    following = sentence.words[at + 1].raw if at + 1 < len(sentence.words) else ""
    if passage.language != "de":
        if following[:1].isupper() and sentence.gaps[at + 1] == " ":
            return True
        acts = at + 1 in {i for f in sentence.found for i in f.parts if f.entry.table in ("event", "say", "cue")}
        return _bare_subject(raw, following, passage.language) or (acts and not raw.endswith("s"))
    before = sentence.words[at - 1] if at else None
    alone = before is None or (before.raw[:1].islower() and before.low in _BARE) or before.raw[:1].isupper()
    return alone and not raw.endswith(("ung", "heit", "keit", "schaft", "tion", "en"))


def _bare_subject(raw: str, following: str, language: str) -> bool:
    """A statement opens with a noun without article: where articles are the rule, that is a name."""
    if language == "en":
        verb = following in ("is", "has", "will", "was", "and") or (following.endswith("s") and len(following) > 3)
        return verb and not raw.endswith("s")
    return language in ("fr", "es", "it", "pt", "nl") and not raw.endswith(("s", "en"))


_BARE = frozenset(
    [
        "von",
        "in",
        "aus",
        "nach",
        "mit",
        "für",
        "gegen",
        "bei",
        "und",
        "an",
        "zwischen",
        "auf",
        "hat",
        "ist",
        "haben",
        "will",
        "wird",
    ]
)


def _wording(passage: Passage, terms: Terms, named: set[int]) -> Wording:
    """Content words of one text. Names weigh most, words of the event more than others."""
    stop = passage.tables.words.get("stop", frozenset())
    weights: dict[int, float] = {}
    for sentence in passage.sentences:
        event = {i for f in sentence.found if f.entry.table == "event" for i in f.parts}
        silent = {i for f in sentence.found if f.entry.table == "negator" for i in f.parts}
        for i, word in enumerate(sentence.words):
            if i in silent or among(word.low, stop) or (len(word.low) < 2 and not word.low.isdigit()):
                continue
            touched = terms.touched_of(word, named)
            number = min(touched) if touched else terms.number(key(word.low), name=False)
            weights[number] = 1.6 if touched else 1.2 if i in event else 1.0
    return Wording(passage.language, weights, sum(weights.values()) or 1.0)


def _kinds(passages: Sequence[Passage]) -> dict[str, int]:
    """Kinds of event the claim is about, each with 1, or -1 where the claim says its opposite.

    What a text tells is its event; what it mentions ("deleted footage of the arrest") is so where it tells nothing.
    One word that is the opposite of some event (safe, open, accident) is too common to make it the claim's.
    """
    told: Counter[str] = Counter()
    mentioned: Counter[str] = Counter()
    signs: Counter[str] = Counter()
    for n, passage in enumerate(passages):
        for f in (f for s in passage.sentences for f in s.found if f.entry.table == "event"):
            if f.entry.type == "opposite" and len(f.parts) == 1:
                continue
            kind, sure = f.entry.kind, f.entry.type in ("happened", "opposite")
            (told if sure else mentioned)[kind] += 2 if n == 0 else 1
            signs[kind] += -1 if f.entry.type == "opposite" else 1
    most = len(passages) + 1
    kept = {k for k, v in told.items() if v * 2 >= most or v >= 2} or {k for k, v in mentioned.items() if v * 2 >= most}
    facts = kind_facts()
    if any(not facts[k].generic for k in kept):
        kept = {k for k in kept if not facts[k].generic}
    return {k: 1 if signs[k] >= 0 else -1 for k in kept}


_INSIDE = frozenset(
    [
        "in", "during", "im", "bei", "beim", "während", "lors", "dans", "durante", "en",
        "nel", "nella", "na", "no", "tijdens", "podczas", "w", "в", "во", "під",
        "при", "při", "under", "i",
    ]
)  # fmt: skip


def _frames(passage: Passage) -> frozenset[str]:
    """Without the call no urging "in that call"."""
    facts = kind_facts()
    inside = {
        f.entry.kind
        for s in passage.sentences
        for f in s.found
        if f.entry.table == "event" and any(w.low in _INSIDE for w in s.words[max(0, f.first - 3) : f.first])
    }
    return frozenset(k for k in inside if facts[k].roles == "mutual" and facts[k].generic)


def _spread(main: dict[str, int]) -> dict[str, int]:
    """With the kinds that imply or exclude those."""
    facts = kind_facts()
    spread = dict(main)
    for kind, sign in main.items():
        for other in facts[kind].implied_by:
            spread.setdefault(other, sign)
        for other in facts[kind].excluded_by:
            spread.setdefault(other, -sign)
    return spread


def _sign(passages: Sequence[Passage], main: dict[str, int]) -> int:
    """-1 where most texts of the claim are negative; by its kinds' opposites it is counted in `kinds` already."""
    votes = [_negative(p, main) for p in passages]
    return -1 if votes[0] and sum(votes) * 2 >= len(votes) else 1


def _negative(passage: Passage, main: dict[str, int]) -> bool:
    """A negator works on the claim's event: "will not resign", not "urged him not to go"."""
    for s in passage.sentences:
        events = [f for f in s.found if f.entry.table == "event" and f.entry.kind in main]
        for negator in (f for f in s.found if f.entry.table == "negator"):
            near = any(-4 <= negator.first - part <= 3 for f in events for part in f.parts)
            before = any(f.last < negator.first - 1 for f in events) and negator.entry.side == "after"
            if not events or (near and not before):
                return True
    return False


def _specific(claim: Claim) -> bool:
    """A name given with the claim is no country, city or institution that is in the news every day."""
    spelt = [names for names in claim.about if 2 * sum(map(in_small, names)) < len(names)]
    return any(not any(_well_known(n) for n in names) for names in spelt)


def _well_known(name: str) -> bool:
    found = read([("title", name)], tables("und"))
    return any(s.names for s in found.sentences)


def _plan(passage: Passage) -> bool:
    return any(f.entry.table == "mask" and f.entry.type == "plan" for s in passage.sentences for f in s.found)


_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def _years(claim: Claim) -> frozenset[int]:
    texts = [claim.statement, *(t for several in claim.phrasings.values() for t in several)]
    years = {int(y) for text in texts for y in _YEAR.findall(text)}
    if claim.since:
        years.add(claim.since.year)
    if claim.until:
        years.add(claim.until.year)
    return frozenset(years)


def _day(sentence: Sentence, at: int, passage: Passage) -> bool:
    """A number beside a month's name is a day."""
    near = [sentence.words[i].low for i in (at - 1, at + 1) if 0 <= i < len(sentence.words)]
    return any(is_month(word, passage.tables.months) for word in near)


def is_month(word: str, months: dict[str, int] | object) -> int:
    """1..12 for a month's name, else 0."""
    assert isinstance(months, dict)  # noqa: S101
    if word in months:
        return int(months[word])
    return next((int(n) for a, n in months.items() if a.endswith("*") and word.startswith(a[:-1])), 0)
