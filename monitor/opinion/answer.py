"""What a language model answers, and what of it may be believed.

| the answer | what becomes of it |
|---|---|
| a quotation that the item does not hold word for word, or of a word or less | void |
| a stance or basis of no such name, fields that are no text | void |
| a speaker whom the item does not name | emptied |
| a party that is neither the claim's nor named in the item | emptied |
| a party of the claim, for whom the built-in reading hears nobody speak there | kept, and the role is no party's |
| "said" or "shown" by nobody that is left | as if the outlet had told it: a confirmation by nobody answers nothing |
| more than twelve statements, or anything that is not the JSON asked for | all of it is refused |

Role and party are found by the built-in reading from the speaker's printed name: a model may not promote anybody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from monitor.errors import OpinionError
from monitor.model.claim import Party
from monitor.model.opinion import Question
from monitor.model.verdict import Basis, Evidence, Role, Stance, Statement
from monitor.opinion.quote import find, occurs
from monitor.opinion.voices import Heard, Voice, heard, who_is
from monitor.stance.merge import merge
from monitor.stance.speakers import NOBODY, Speaker

_MOST = 12  # statements: no item holds more answers to one claim
_NAME = 200  # characters of a speaker or party
# What one reader's word is worth before it is weighed with the other's; the pipeline weighs. Likelier than not.
_WORD = 0.75

_THOUGHT = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_BLOCK = re.compile(r"\A\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*\Z", re.DOTALL)


def parsed(text: str) -> list[Any]:
    """The statements of an answer, unchecked. Raises OpinionError where it is not the JSON that was asked for."""
    text = _THOUGHT.sub("", text)
    block = _BLOCK.match(text)
    try:
        data = json.loads(block[1] if block else text)
    except (ValueError, RecursionError):
        raise OpinionError("the answer is not the JSON that was asked for") from None
    found = data.get("statements") if isinstance(data, Mapping) else data
    if not isinstance(found, list):
        raise OpinionError("the answer is not the JSON that was asked for")
    if len(found) > _MOST:
        raise OpinionError(f"the answer holds {len(found)} statements, more than any item has")
    return found


def believed(answers: Sequence[Any], question: Question) -> tuple[list[Statement], list[str]]:
    """Statements that the item bears out, and why the others are void."""
    made: list[Statement] = []
    void: list[str] = []
    sentences = heard(question) if answers else []
    for answer in answers:
        statement = _statement(answer, question, sentences)
        if isinstance(statement, str):
            void.append(statement)
        else:
            made.append(statement)
    return merge(made), void


def _statement(answer: Any, question: Question, sentences: Sequence[Heard]) -> Statement | str:
    if not isinstance(answer, Mapping) or not all(isinstance(answer.get(key), str) for key in ("stance", "quote")):
        return "an answer without stance or quotation"
    try:
        stance, basis = Stance(answer["stance"]), Basis(answer.get("basis", "said"))
    except ValueError:
        return "a stance or basis that was not offered"
    evidence = find(answer["quote"], question.item)
    if evidence is None:
        return "the quotation is not in the item"
    who = _who(_text(answer.get("speaker")), _text(answer.get("party")), question, _voice(evidence, sentences))
    return Statement(
        stance=stance,
        basis=basis if who is not NOBODY else Basis.ASSERTED,
        evidence=evidence,
        confidence=_WORD,
        speaker=who.name,
        party=who.party,
        role=who.role,
        anonymous=who.anonymous,
    )


def _who(speaker: str, party: str, question: Question, voice: Voice | None) -> Speaker:
    """The speaker as the built-in reading takes the name. What the item does not name is nobody."""
    item = question.item
    own = _party_of(party, question.claim.parties)
    if own and not any(occurs(name, item) for name in (own.name, *own.aliases, *own.speakers)):
        own = None
    speaker = speaker if occurs(speaker, item) else ""
    party = own.name if own else party if occurs(party, item) else ""
    if not speaker and not party:
        return NOBODY
    who = who_is(speaker or party, question)
    if who.role is Role.PARTY:
        return who._replace(name=speaker or who.name)
    if own and voice and (voice.role, voice.party) == (Role.PARTY, own.name):  # speaks for it, by a name nobody knows
        return who._replace(name=speaker or who.name, party=own.name, role=Role.PARTY)
    return who._replace(name=speaker or party, party=party or who.party)


def _voice(evidence: Evidence, sentences: Sequence[Heard]) -> Voice | None:
    """Whom the built-in reading hears in the sentence that is quoted."""
    here = (s for s in sentences if s.field == evidence.field and s.start <= evidence.start < s.end)
    return next((sentence.voice for sentence in here), None)


def _party_of(name: str, parties: Sequence[Party]) -> Party | None:
    wanted = name.casefold()
    return next((p for p in parties if wanted in {n.casefold() for n in (p.name, *p.aliases, *p.speakers)}), None)


def _text(value: Any) -> str:
    return " ".join(value.split())[:_NAME] if isinstance(value, str) else ""
