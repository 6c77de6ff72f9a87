"""One item and one claim: where each sentence touches the claim, and what in it speaks against its being this one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from monitor.lexicon.numbers import Quantity, quantities
from monitor.lexicon.passage import Found, Passage, Sentence
from monitor.lexicon.tables import among, tables
from monitor.lexicon.tables import names as gazetteer
from monitor.lexicon.touch import Clash, Core, Touch
from monitor.matching.claim import Compiled, Group, Wording, is_month
from monitor.matching.terms import Terms
from monitor.text.fold import key, plain
from monitor.text.words import Word

_FORCE = {"happened": "happened", "mention": "mention", "opposite": "happened", "planned": "planned"}
_ENOUGH = 0.5  # of a phrasing's own words (names left out) make the claim's event without a kind of event
_BESIDE_NAMES = 0.3  # the same, where all of the claim's names stand in the sentence
_RESPELT = 6  # letters of a name that may be transcribed otherwise in one letter …
_SAME_HEAD = 4  # … behind so many
_LONG_NAME = 5  # letters of a name that may take an ending of any length
_SAME = 0.005  # two numbers are one


class Seen(NamedTuple):
    """A sentence and the terms its words touch: the same for every claim, so looked up once."""

    sentence: Sentence
    touched: tuple[tuple[int, ...], ...]  # by word
    terms: Mapping[int, Sequence[int]]  # of all its words, each with the words that touch it, in order
    kinds: frozenset[str]  # of event that it tells or mentions
    numbers: tuple[Quantity, ...]


_UNTOUCHED = Touch(cores=(), groups=(), words=(), clashes=(), cover=0.0)


def see(passage: Passage, terms: Terms) -> list[Seen]:
    """All sentences, looked at for the claims of a watchlist."""
    seen = []
    for sentence in passage.sentences:
        touched = tuple(terms.touched(w) for w in sentence.words)
        kinds = frozenset(f.entry.kind for f in sentence.found if f.entry.table == "event")
        numbers = tuple(quantities(sentence, passage.tables))
        at: dict[int, list[int]] = {}
        for i, numbered in enumerate(touched):
            for n in numbered:
                at.setdefault(n, []).append(i)
        seen.append(Seen(sentence, touched, at, kinds, numbers))
    return seen


def touch(seen: Seen, passage: Passage, compiled: Compiled, terms: Terms) -> Touch:
    """What of the claim stands in the sentence."""
    if compiled.terms.isdisjoint(seen.terms) and seen.kinds.isdisjoint(compiled.kinds) and not seen.numbers:
        return _UNTOUCHED._replace(groups=((),) * compiled.asked.groups, clashes=_clashes(seen, passage, compiled))
    sentence, touched = seen.sentence, seen.touched
    groups = [_persons(g, seen, passage) for g in compiled.groups if not g.predicate]
    for n, g in enumerate(g for g in compiled.groups if not g.predicate):
        if g.rare:
            groups[n] = [i for i in groups[n] if _spelt(sentence.words[i], touched[i], g, terms)]
    named = {i for g in groups for i in g}
    cores = [c for f in sentence.found if (c := _core(f, compiled))]
    own, cover = _own(passage, compiled, seen)
    cores += _by_words(compiled, seen, named, cores)
    clashes = _clashes(seen, passage, compiled) + _swapped(compiled, groups, cores, sentence)
    return Touch(
        cores=cores,
        groups=groups,
        words=sorted(own - named),
        clashes=clashes,
        cover=cover,
    )


def _positions(names: Iterable[tuple[int, ...]], seen: Seen) -> list[int]:
    """Words of a sentence that touch one of the names, each a run of terms."""
    found: set[int] = set()
    terms, touched = seen.terms, seen.touched
    for run in names:
        if run and run[0] not in terms:
            continue
        if len(run) == 1:
            found.update(terms[run[0]])
            continue
        for i in range(len(touched) - len(run) + 1):
            if all(term in touched[i + n] for n, term in enumerate(run)):
                found.update(range(i, i + len(run)))
    return sorted(found)


def _persons(group: Group, seen: Seen, passage: Passage) -> list[int]:
    """`_positions`, without namesakes: a surname behind another first name is somebody else's."""
    found = _positions(group.names, seen)
    full = [run for run in group.names if len(run) > 1]
    if not found or not full or passage.tables.code == "de":  # German capitals before a surname are mostly titles
        return found
    sentence, whole = seen.sentence, set(_positions(full, seen))
    taken = {i for f in sentence.found if f.entry.table in ("source", "say", "cue", "event") for i in f.parts}
    titles = passage.tables.words.get("titles", frozenset())
    kept = []
    for i in found:
        before = sentence.words[i - 1] if i and sentence.gaps[i] == " " else None
        other = (
            before and before.raw[:1].isupper() and len(before.raw) > 2 and i - 1 not in taken and i - 1 not in found
        )
        if i in whole or not other or (before and among(before.low, titles)):
            kept.append(i)
    return kept


def _spelt(word: Word, touched: Sequence[int], group: Group, terms: Terms) -> bool:
    """A rare name is what shows the claim: the word is that name, an ending added, or the last vowel changed for one.

    Banksy is not Banks or Banku, Tor no Tory; in another script the spelling says less, and is believed.
    """
    spelt = key(word.low)
    own = {n for run in group.names for n in run}
    for name in (terms.all[n].key for n in touched if n in own):
        ending = len(spelt) - len(name)
        if not word.low.isascii() and plain(word.low) != spelt:
            return True
        if spelt.startswith(name) and (ending <= 1 or len(name) >= _LONG_NAME):
            return True
        if name[-1] in "aeo" and spelt.startswith(name[:-1]) and 0 <= ending <= 1:
            return True
        if (
            len(name) >= _RESPELT
            and ending == 0
            and spelt[:_SAME_HEAD] == name[:_SAME_HEAD]
            and _one_letter(spelt, name)
        ):
            return True
    return False


def _one_letter(one: str, other: str) -> bool:
    """Transcriptions of one name: Ratnikow, Ratnikov; not Marchesi, Marquise."""
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(one, other, score_cutoff=1) <= 1


def _core(found: Found, compiled: Compiled) -> Core | None:
    entry = found.entry
    if entry.table == "event" and entry.kind in compiled.frames and entry.type in ("happened", "mention"):
        return Core(found.parts, 1, "frame", 0.7, entry.kind)
    if entry.table != "event" or entry.kind not in compiled.kinds:
        return None
    sign = compiled.kinds[entry.kind] * (-1 if entry.type == "opposite" else 1)
    return Core(found.parts, sign, _FORCE[entry.type], 0.7 if entry.generic else 1.0, entry.kind)


def _own(passage: Passage, compiled: Compiled, seen: Seen) -> tuple[set[int], float]:
    """Words of the sentence that are words of the claim, and the best share of a wording they make."""
    best, places = 0.0, set[int]()
    for wording in compiled.wordings:
        here = wording.weights.keys() & seen.terms.keys()
        if not here:
            continue
        share = sum(wording.weights[n] for n in here) / wording.total
        best = max(best, share)
        if wording.language == passage.language or share >= _ENOUGH:
            places.update(i for n in here for i in seen.terms[n])
    return places, best


def _by_words(compiled: Compiled, seen: Seen, named: set[int], known: Sequence[Core]) -> list[Core]:
    """The claim's event told in the claim's own words, or in words of the event given with the claim."""
    taken = {p for c in known for p in c.parts}
    found = []
    for group in compiled.groups:
        if group.predicate:
            at = [i for i in _positions(group.names, seen) if i not in taken]
            found += [Core((i,), 1, "mention", 0.6) for i in at]
    if known or found:
        return found
    best: tuple[float, tuple[int, ...]] = (0.0, ())
    names = {n for g in compiled.groups if not g.predicate for run in g.names for n in run}
    for wording in compiled.wordings:  # in any language: loanwords and cognates meet (Plagiat, plagiat, plagiarism)
        if not wording.weights.keys().isdisjoint(seen.terms):
            best = max(best, _share(wording, names, seen, named))
    beside = named and not compiled.kinds and all(_positions(g.names, seen) for g in compiled.groups)
    return [Core(best[1], 1, "words", min(1.0, best[0]))] if best[0] >= (_BESIDE_NAMES if beside else _ENOUGH) else []


def _share(wording: Wording, names: set[int], seen: Seen, named: set[int]) -> tuple[float, tuple[int, ...]]:
    wanted = {n: w for n, w in wording.weights.items() if n not in names}
    at = {n: [i for i in seen.terms[n] if i not in named] for n in wanted if n in seen.terms}
    held = {n for n in at if at[n]}
    places = sorted({i for n in held for i in at[n]})
    total = sum(wanted.values())
    return (sum(wanted[n] for n in held) / total if total else 0.0), tuple(places)


_BY = frozenset(["by", "von", "vom", "par", "por", "da", "dal", "dalla", "door", "przez", "od", "av"])  # passive


def _swapped(
    compiled: Compiled, groups: Sequence[Sequence[int]], cores: Sequence[Core], sentence: Sentence
) -> list[Clash]:
    """Who and whom have changed places: X sues Y, Y sues X. A passive does that too, so its "by" excuses."""
    if compiled.ordered is None or not cores:
        return []
    before, after = (groups[n] for n in compiled.ordered)
    core = cores[0]
    if not before or not after or not (min(after) < core.first and min(before) > core.last and max(after) < core.first):
        return []
    if max(before) < core.first or any(w.low in _BY for w in sentence.words[core.last + 1 : min(before)]):
        return []
    return [Clash(core.first, core.last, "role", sentence.words[min(before)].raw)]


def _clashes(seen: Seen, passage: Passage, compiled: Compiled) -> list[Clash]:
    found, sentence = [], seen.sentence
    for q in seen.numbers:
        text = sentence.text[sentence.words[q.first].start : sentence.words[q.last].end]
        if q.year and compiled.years and int(q.value) not in compiled.years:
            found.append(Clash(q.first, q.last, "year", text))
        elif not q.year and compiled.quantities and not any(_agrees(q, w) for w in compiled.quantities):
            found.append(Clash(q.first, q.last, "number", text))
    found += _months(sentence, passage, compiled)
    found += _places(sentence, compiled)
    return found


def _agrees(said: Quantity, wanted: Quantity) -> bool:
    """The numbers may be one: the same, or as much more or less as either says."""
    if abs(said.value - wanted.value) <= _SAME * max(said.value, wanted.value, 1.0):
        return True
    if wanted.more or said.less:
        return said.value > wanted.value
    return (wanted.less or said.more) and said.value < wanted.value


def _months(sentence: Sentence, passage: Passage, compiled: Compiled) -> list[Clash]:
    """A month more than four months away from the claim's moment."""
    since = compiled.claim.since
    if since is None or not passage.tables.months:
        return []
    found = []
    for i, word in enumerate(sentence.words):
        month = _month(word.low, passage.tables.code)
        if month and min((month - since.month) % 12, (since.month - month) % 12) > 4:
            found.append(Clash(i, i, "month", word.raw))
    return found


@lru_cache(maxsize=16_384)
def _month(word: str, language: str) -> int:
    return is_month(word, tables(language).months)


def _places(sentence: Sentence, compiled: Compiled) -> list[Clash]:
    """A country the claim does not name, where the claim names one."""
    if not sentence.names or not compiled.places:
        return []
    known = gazetteer()
    mine = _with_parents(compiled.places)
    if not any(known[p].kind in ("country", "region", "city") for p in compiled.places if p in known):
        return []
    found = []
    for f in sentence.names:
        name = f.entry.kind
        if (
            known[name].kind in ("country", "region", "city")
            and f.entry.type != "speaks"
            and not mine & _with_parents({name})
        ):
            first, last = sentence.cut(f.first, f.last)
            found.append(Clash(f.first, f.last, "place", sentence.text[first:last]))
    return found


def _with_parents(some: frozenset[str] | set[str]) -> set[str]:
    known = gazetteer()
    return set(some) | {parent for name in some if name in known for parent in known[name].of}
