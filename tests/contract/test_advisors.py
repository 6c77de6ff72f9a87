"""What every second reader keeps, whatever reads: the promises of `opinion/port.py`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import OpinionError
from monitor.model.opinion import Question
from monitor.model.verdict import Stance
from monitor.opinion.port import Advisor
from monitor.opinion.registry import ADVISORS, make
from tests.support.opinion import asked, chat_server, refused, tiny_model, told
from tests.support.values import NOW

QUESTION = asked(
    "Trump and Putin", summary="“There was nothing,” said Dmitry Peskov, who denies a call. Kyiv is silent."
)
ANSWER = {"stance": "denies", "basis": "said", "speaker": "Dmitry Peskov", "party": "Kremlin", "quote": "denies a call"}
Rig = Callable[[Path, bool], Any]  # a folder, and whether it is broken -> a context that gives the second reader


@asynccontextmanager
async def nli(folder: Path, broken: bool) -> AsyncIterator[Advisor]:
    yield make(
        "nli", folder=tiny_model(folder / "tiny", ("a", "b", "c") if broken else ("contradiction", "entailment"))
    )


@asynccontextmanager
async def llm(folder: Path, broken: bool) -> AsyncIterator[Advisor]:
    async with chat_server() as chat:
        chat.replies.append(refused(401) if broken else told(json.dumps({"statements": [ANSWER]})))
        yield make("llm", model="tiny", url=chat.url, clock=lambda: NOW)


RIGS: dict[str, Rig] = {"nli": nli, "llm": llm}


@pytest.fixture(params=RIGS)
async def advisor(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Advisor]:
    async with RIGS[request.param](tmp_path, False) as made:
        yield made
        await made.close()


@pytest.fixture(params=RIGS)
async def broken(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Advisor]:
    async with RIGS[request.param](tmp_path, True) as made:
        yield made
        await made.close()


def test_every_kind_has_a_rig() -> None:
    assert set(RIGS) == set(ADVISORS)


async def test_it_has_a_name_and_an_identity(advisor: Advisor) -> None:
    assert advisor.name == "tiny"
    assert advisor.identity


async def test_evidence_is_cut_from_the_item(advisor: Advisor) -> None:
    opinion = await advisor.ask(QUESTION)
    fields = dict(QUESTION.item.fields())
    assert [s.stance for s in opinion.statements] == [Stance.DENIES]
    assert all(fields[e.field][e.start : e.end] == e.text for e in (s.evidence for s in opinion.statements))
    assert [(s.speaker, s.party) for s in opinion.statements] == [("Dmitry Peskov", "Kremlin")]
    assert opinion.by == advisor.name
    assert opinion.counts


async def test_scores_are_shares(advisor: Advisor) -> None:
    opinion = await advisor.ask(QUESTION)
    assert set(opinion.scores) == {"confirms", "denies", "silent"}
    assert all(0 <= score <= 1 for score in opinion.scores.values())
    assert opinion.scores["denies"] > opinion.scores["confirms"]


async def test_several_may_ask_at_once(advisor: Advisor) -> None:
    first, *others = await asyncio.gather(*(advisor.ask(QUESTION) for _ in range(8)))
    assert all(other.statements == first.statements for other in others)


@pytest.mark.parametrize(
    "question",
    [asked(""), asked("\u202e\x00 ⸘?"), asked("x", content="word " * 40_000), asked("Trump", language="tlh")],
    ids=["empty", "odd", "long", "klingon"],
)
async def test_any_item_is_an_opinion_or_an_error(advisor: Advisor, question: Question) -> None:
    opinion = await advisor.ask(question)
    assert not any(statement.answers for statement in opinion.statements)


async def test_what_will_not_mend_lasts_and_quotes_no_feed(broken: Advisor) -> None:
    for _ in range(2):
        with pytest.raises(OpinionError) as raised:
            await broken.ask(QUESTION)
        assert raised.value.lasting
        assert "Peskov" not in str(raised.value)
        assert "\n" not in str(raised.value)


async def test_closing_twice_is_fine(advisor: Advisor) -> None:
    await advisor.ask(QUESTION)
    await advisor.close()
    await advisor.close()
