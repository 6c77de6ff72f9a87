"""Who answers: one key for a party, however it is spelt, in whatever language or script.

    statement ─▶ a party of the claim (name, alias, speaker; all words of the one among those of the other)
              ─▶ else the party as named, else the speaker by name
              ─▶ else the outlet, where the outlet itself stands behind it (fact-check, retraction, own proof)
              ─▶ else ANONYMOUS (insiders) or NOBODY (a headline such as "Call denied")

`same` then says whether an event is that party's: the same key, the same words in another spelling, or a speaker
known to speak for it. Two parties that the claim tells apart are never taken as one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from monitor.model.claim import Claim, Party
from monitor.model.source import Item
from monitor.model.story import Event
from monitor.model.verdict import Basis, Role, Statement
from monitor.text import fold

LONGEST = 200  # characters of a name that count
NOBODY = ""  # nobody is named: a bare headline
ANONYMOUS = "anonymous"  # insiders, "a person familiar with the matter"

# A speaker that begins so is described, not named. Of the second row only in lower case: Le Pen, Van der Aa.
_THE = frozenset(
    ("the", "a", "an", "der", "die", "das", "ein", "eine", "les", "il", "lo", "gli", "el", "los", "las", "het")
)
_OF = frozenset(
    ("le", "la", "l", "un", "une", "una", "de", "een", "o", "os", "as", "um", "uma", "son", "sa", "her", "his")
)

_WORD = re.compile(r"[^\W_]+(?:['’ʼ][^\W_]+)*")
# Spellings of one sound between Latin orthographies and transliterations: Peskow, Peskov; Uschakow, Ouchakov, Ushakov.
_SOUNDS = (
    ("tsch", "s"), ("sch", "s"), ("tch", "s"), ("sh", "s"), ("ch", "s"), ("zh", "s"), ("cz", "s"), ("sz", "s"),
    ("ph", "f"), ("kh", "h"), ("ck", "k"), ("ts", "s"), ("tz", "s"), ("x", "ks"),
    ("z", "s"), ("c", "k"), ("q", "k"), ("w", "v"), ("g", "h"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """Who stands behind a statement."""

    key: str  # folded; NOBODY, ANONYMOUS, or the party
    name: str | None  # the party as shown
    speaker: str  # the speaker's name, folded; "" where only an institution or a role speaks
    named: bool  # speaks on the record
    listed: bool = False  # a party of the claim
    by_speaker: bool = False  # nothing but the speaker's name is known


def voice_of(statement: Statement, item: Item, claim: Claim) -> Voice:
    """The voice behind a statement of an item."""
    party = _listed(statement, claim)
    speaker = _person(statement.speaker, party or (Party(name=statement.party) if statement.party else None))
    if party is not None:
        return Voice(
            key=folded(party.name), name=party.name, speaker=speaker, named=not statement.anonymous, listed=True
        )
    if statement.party and _core(statement.party):
        named = not statement.anonymous
        return Voice(key=folded(statement.party), name=statement.party[:LONGEST], speaker=speaker, named=named)
    if statement.anonymous:
        return Voice(key=ANONYMOUS, name=None, speaker="", named=False)
    if speaker:
        return Voice(
            key=speaker,
            name=statement.speaker and statement.speaker[:LONGEST],
            speaker=speaker,
            named=True,
            by_speaker=True,
        )
    if statement.party:  # "government": a role, but somebody's
        return Voice(key=folded(statement.party), name=statement.party[:LONGEST], speaker="", named=True)
    if (statement.basis is Basis.SHOWN or statement.role is Role.OUTLET) and item.publisher:
        return Voice(key=folded(item.publisher), name=item.publisher[:LONGEST], speaker="", named=True)
    return Voice(key=NOBODY, name=None, speaker="", named=False)


def same(voice: Voice, event: Event, claim: Claim) -> bool:
    """The event is an answer of this voice."""
    if voice.key in (NOBODY, ANONYMOUS) or event.party in (NOBODY, ANONYMOUS):
        return voice.key == event.party
    if voice.key == event.party or _alike(voice.key, event.party):
        return True
    if not voice.speaker or (voice.listed and event.party in {folded(party.name) for party in claim.parties}):
        return False
    if voice.by_speaker or event.party == folded(
        event.speaker or ""
    ):  # on one side only a name is known, perhaps a surname
        return any(_shares(voice.speaker, known) for known in event.voices)
    return " " in voice.speaker and any(_alike(voice.speaker, known) for known in event.voices)


def is_person(speaker: str | None, party: str | None, claim: Claim) -> bool:
    """The speaker is somebody by name: not the party itself under another name, not a role, not "the automaker"."""
    if not speaker or speaker.split()[0].casefold() in _THE or speaker.split()[0] in _OF:
        return False
    listed = next((known for known in claim.parties if known.name == party), None)
    return bool(_person(speaker, listed or (Party(name=party) if party else None)))


@lru_cache(maxsize=8_192)
def folded(name: str) -> str:
    """A name as a key: words in lower case Latin letters, without articles and roles unless there is nothing else."""
    return " ".join(_core(name) or _words(name))


def _listed(statement: Statement, claim: Claim) -> Party | None:
    """The claim's party that a statement belongs to: by exact names first, then by words in common.

    A party that is named and unknown to the claim is not overruled by a speaker who merely shares words with another.
    """
    tries: list[tuple[str | None, Callable[[str, str], bool]]] = [
        (statement.party, _alike),
        (statement.speaker, _alike),
        (statement.party, _shares),
        (None if statement.party else statement.speaker, _shares),
    ]
    for name, matches in tries:
        found = [party for party in claim.parties if name and any(matches(folded(name), n) for n in _names(party))]
        if len(found) == 1:
            return found[0]
    return None


def _names(party: Party) -> Iterable[str]:
    return map(folded, (party.name, *party.aliases, *party.speakers))


def _person(speaker: str | None, party: Party | None) -> str:
    """The folded name of a speaker who is a person; "" for the institution itself and for roles."""
    if not speaker or not _core(speaker) or not any(word[0].isupper() for word in _WORD.findall(speaker)[-1:]):
        return ""
    name = folded(speaker)
    institution = (party.name, *party.aliases) if party else ()
    return "" if any(_alike(name, folded(other)) for other in institution) else name


def _shares(one: str, other: str) -> bool:
    return _within(one, other) or _within(other, one)


def _within(short: str, long: str) -> bool:
    """Every word of one name is among those of the other, and what is left over does not set them apart."""
    few, many = set(map(_sound, short.split())), {_sound(word): word for word in long.split()}
    if not few or not few <= set(many):
        return False
    return not any(_any_of("apart", word) for sound, word in many.items() if sound not in few)


def _alike(one: str, other: str) -> bool:
    """The same words, whatever the spelling and the order."""
    return one == other or (set(map(_sound, one.split())) == set(map(_sound, other.split())) and bool(one))


@lru_cache(maxsize=32_768)
def _sound(word: str) -> str:
    """Consonants of a word as they sound; short words and what has digits stay as they are."""
    if len(word) < 5 or not word.isalpha():
        return word
    sound = word
    for spelling, plain in _SOUNDS:
        sound = sound.replace(spelling, plain)
    sound = re.sub(r"f+$", "v", sound)
    sound = sound[0] + re.sub(r"[aeiouyj]", "", sound[1:])
    sound = re.sub(r"(.)\1+", r"\1", sound)
    return sound if len(sound) > 2 else word


def _core(name: str) -> list[str]:
    """The words that name somebody: without articles and roles."""
    return [word for word in _words(name) if not _any_of("roles", word)]


def _words(name: str) -> list[str]:
    """Folded words without articles, elisions and the English genitive. UN is no article."""
    parts = [part for word in _WORD.findall(name[:LONGEST]) for part in re.split("['’ʼ]", word)]
    kept = [part for part in parts if (part.isupper() and len(part) > 1) or not _any_of("articles", _fold(part))]
    return [word for word in map(_fold, kept or parts) if word]


@lru_cache(maxsize=32_768)
def _fold(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold.key(word))


@lru_cache(maxsize=32_768)
def _any_of(table: str, word: str) -> bool:
    exact, starts, ends = _table()[table]
    return word in exact or word.startswith(starts) or word.endswith(ends)


@cache
def _table() -> dict[str, tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]]:
    """Rows of names.toml as (whole words, beginnings, endings)."""
    tables = tomllib.loads((files("monitor.story") / "names.toml").read_text(encoding="utf-8"))
    return {
        name: (
            frozenset(row for row in rows if "*" not in row),
            tuple(row[:-1] for row in rows if row.endswith("*")),
            tuple(row[1:] for row in rows if row.startswith("*")),
        )
        for name, rows in tables.items()
    }
