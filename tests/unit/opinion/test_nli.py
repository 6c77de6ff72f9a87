"""A real onnxruntime and a real tokenizer, with a model of a few hundred bytes."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from pathlib import Path

import pytest
from onnx import TensorProto

from monitor.errors import ConfigError, OpinionError
from monitor.model.claim import Claim
from monitor.model.opinion import Opinion, Question
from monitor.model.verdict import Basis, Role, Stance
from monitor.opinion.nli import NliAdvisor, chosen
from monitor.opinion.voices import heard
from tests.support.opinion import THREE, asked, tiny_model


async def opinion_of(folder: Path, question: Question) -> Opinion:
    advisor = NliAdvisor(folder=folder)
    try:
        return await advisor.ask(question)
    finally:
        await advisor.close()


def test_the_model_is_tiny(tmp_path: Path) -> None:
    tiny_model(tmp_path)
    assert (tmp_path / "model.onnx").stat().st_size < 1500


async def test_a_denial_is_found_with_who_denies_and_where(tmp_path: Path) -> None:
    question = asked(
        "Trump and Putin", summary="Nothing is known yet. Kremlin spokesman Dmitry Peskov denies any call."
    )
    opinion = await opinion_of(tiny_model(tmp_path / "tiny"), question)
    (statement,) = opinion.statements
    assert (statement.stance, statement.basis, statement.role) == (Stance.DENIES, Basis.SAID, Role.PARTY)
    assert (statement.speaker, statement.party) == ("Dmitry Peskov", "Kremlin")
    evidence = statement.evidence
    assert question.item.summary is not None
    assert evidence.text == question.item.summary[evidence.start : evidence.end]
    assert evidence.text == "Kremlin spokesman Dmitry Peskov denies any call."
    assert opinion.by == "tiny"
    assert opinion.scores["denies"] > 0.9
    assert opinion.scores["silent"] < 0.1
    assert opinion.usage.seconds > 0


async def test_what_takes_no_stance_is_silent(tmp_path: Path) -> None:
    opinion = await opinion_of(tiny_model(tmp_path), asked("Trump and Putin: what is known of a call"))
    assert opinion.statements == ()
    assert opinion.counts
    assert opinion.scores["silent"] > 0.9


@pytest.mark.parametrize(
    "labels",
    [
        THREE,
        ("CONTRADICTION", "NEUTRAL", "ENTAILMENT"),
        ("Neutral", "Entailment", "Contradiction"),
        ("entailment", "not_entailment"),
        ("not_entailment", "entailment"),
        ("contradiction", "entailment"),
    ],
)
async def test_the_order_of_labels_is_the_models_own(labels: tuple[str, ...], tmp_path: Path) -> None:
    folder = tiny_model(tmp_path, labels)
    denied = await opinion_of(folder, asked("Kremlin denies call with Trump"))
    confirmed = await opinion_of(folder, asked("Kremlin confirms call with Trump"))
    assert [s.stance for s in denied.statements] == [Stance.DENIES]
    assert [s.stance for s in confirmed.statements] == [Stance.CONFIRMS]


@pytest.mark.parametrize("kind", [TensorProto.INT64, TensorProto.INT32])
@pytest.mark.parametrize(
    "inputs", [("input_ids",), ("input_ids", "attention_mask"), ("input_ids", "token_type_ids", "attention_mask")]
)
async def test_the_graph_gets_what_it_asks_for(inputs: tuple[str, ...], kind: int, tmp_path: Path) -> None:
    opinion = await opinion_of(tiny_model(tmp_path, inputs=inputs, kind=kind), asked())
    assert [s.stance for s in opinion.statements] == [Stance.DENIES]


async def test_the_headlines_stance_is_not_lent_to_every_sentence(tmp_path: Path) -> None:
    """The headline is the context of each sentence: "denies" in it would make each one a denial."""
    text = "“Grain matters,” foreign minister Andrii Sybiha said. Chancellor Olaf Scholz said he had seen a farm."
    opinion = await opinion_of(tiny_model(tmp_path), asked("Kremlin denies call with Trump", summary=text))
    assert [s.evidence.field for s in opinion.statements] == ["title"]


async def test_a_bare_telling_is_no_confirmation(tmp_path: Path) -> None:
    """Nobody stands behind it: the statement is kept, and does not answer."""
    opinion = await opinion_of(tiny_model(tmp_path), asked("Trump telephoned Putin"))
    assert [(s.stance, s.basis) for s in opinion.statements] == [(Stance.CONFIRMS, Basis.ASSERTED)]
    assert not opinion.statements[0].answers
    assert opinion.scores["confirms"] == 0


async def test_a_claim_in_another_language_is_asked_in_the_items_own(tmp_path: Path) -> None:
    claim = Claim(
        id="call",
        statement="Donald Trump spoke to Vladimir Putin",
        phrasings={"de": ("Trump telefonierte mit Putin",)},
    )
    question = asked("Trump und Putin: Moskau dementiert Telefonat", claim=claim, language="de")
    opinion = await opinion_of(tiny_model(tmp_path), question)
    assert [s.stance for s in opinion.statements] == [Stance.DENIES]


async def test_a_long_item_is_read_where_it_bears_on_the_claim(tmp_path: Path) -> None:
    filler = " ".join(f"Somebody else sold {n} tonnes of grain in a small town." for n in range(100))
    content = f"{filler} Dmitry Peskov denied a call of Trump and Putin."
    question = asked("Trump and Putin", content=content)
    assert len(chosen(heard(question))) == 24
    opinion = await opinion_of(tiny_model(tmp_path), question)
    assert [(s.speaker, s.stance) for s in opinion.statements] == [("Dmitry Peskov", Stance.DENIES)]


# ---------------------------------------------------------------- what goes wrong


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (("LABEL_0", "LABEL_1", "LABEL_2"), "entailment cannot be told"),
        (("entailment", "entailment", "contradiction"), "entailment cannot be told"),
        (("entailment", "neutral", "other"), "contradiction cannot be told"),
        (("entailment", "neutral"), "contradiction cannot be told"),
        (("positive", "negative"), "entailment cannot be told"),
    ],
)
async def test_labels_that_say_too_little_are_refused(labels: tuple[str, ...], said: str, tmp_path: Path) -> None:
    with pytest.raises(OpinionError, match=said) as raised:
        await opinion_of(tiny_model(tmp_path, labels), asked())
    assert raised.value.lasting


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({}, "no id2label"),
        ({"id2label": {"a": "entailment"}}, "does not number"),
        ({"id2label": {"1": "entailment", "2": "contradiction"}}, "from 0"),
        ({"id2label": {"0": "entailment", "1": "not_entailment"}}, "names 2 labels, and the model gives"),
    ],
)
async def test_a_config_that_does_not_fit_is_refused(config: dict[str, object], said: str, tmp_path: Path) -> None:
    with pytest.raises(OpinionError, match=said) as raised:
        await opinion_of(tiny_model(tmp_path, config=config), asked())
    assert raised.value.lasting


def test_labels_may_be_told_the_other_way_round(tmp_path: Path) -> None:
    config = {"label2id": {"contradiction": 2, "entailment": 0, "neutral": 1}}
    folder = tiny_model(tmp_path, config=config)
    opinion = asyncio.run(opinion_of(folder, asked()))
    assert [s.stance for s in opinion.statements] == [Stance.DENIES]


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "config.json"])
async def test_a_damaged_file_is_told_and_lasts(name: str, tmp_path: Path) -> None:
    tiny_model(tmp_path)
    (tmp_path / name).write_bytes(b"\x00rubbish")
    with pytest.raises(OpinionError, match=name) as raised:
        await opinion_of(tmp_path, asked())
    assert raised.value.lasting


async def test_a_config_of_brackets_breaks_nothing(tmp_path: Path) -> None:
    tiny_model(tmp_path)
    (tmp_path / "config.json").write_text("[" * 100_000)
    with pytest.raises(OpinionError, match=r"config.json is not JSON"):
        await opinion_of(tmp_path, asked())


async def test_a_graph_that_asks_for_more_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OpinionError, match="pixel_values"):
        await opinion_of(tiny_model(tmp_path, inputs=("input_ids", "pixel_values")), asked())


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "config.json"])
def test_a_folder_without_a_file_is_refused_before_anything_is_asked(name: str, tmp_path: Path) -> None:
    tiny_model(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(ConfigError, match=f"lacks {name}"):
        NliAdvisor(folder=tmp_path)


def test_no_folder_names_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="dementi models get"):
        NliAdvisor(folder=tmp_path / "none")


async def test_a_model_that_goes_away_later_is_told(tmp_path: Path) -> None:
    advisor = NliAdvisor(folder=tiny_model(tmp_path))
    (tmp_path / "model.onnx").unlink()
    with pytest.raises(OpinionError, match="lacks") as raised:
        await advisor.ask(asked())
    assert raised.value.lasting
    await advisor.close()


async def test_a_model_that_never_ends_is_stopped_and_its_thread_is_free_again(tmp_path: Path) -> None:
    advisor = NliAdvisor(folder=tiny_model(tmp_path, endless=True), timeout=0.3)
    for _ in range(2):
        with pytest.raises(OpinionError, match=r"no answer within 0.3 s") as raised:
            await advisor.ask(asked())
        assert not raised.value.lasting
    free = advisor._worker.submit(lambda: "free")
    assert await asyncio.wrap_future(free) == "free"
    await advisor.close()


async def test_who_stops_waiting_stops_the_model(tmp_path: Path) -> None:
    advisor = NliAdvisor(folder=tiny_model(tmp_path, endless=True), timeout=60)
    task = asyncio.create_task(advisor.ask(asked()))
    while advisor._model is None:  # noqa: ASYNC110 - nobody tells when the thread has begun
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.wrap_future(advisor._worker.submit(lambda: "free")) == "free"
    await advisor.close()


async def test_the_same_question_gets_the_same_answer(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path)
    one, two = await opinion_of(folder, asked()), await opinion_of(folder, asked())
    assert dataclasses.replace(one, usage=two.usage) == two


def test_the_identity_changes_with_each_file(tmp_path: Path) -> None:
    before = NliAdvisor(folder=tiny_model(tmp_path / "a")).identity
    assert NliAdvisor(folder=tiny_model(tmp_path / "b")).identity == before
    for name in ("config.json", "tokenizer.json", "model.onnx"):
        folder = tiny_model(tmp_path / name)
        with (folder / name).open("ab") as file:
            file.write(b"\n")
        assert NliAdvisor(folder=folder).identity != before
    data = tiny_model(tmp_path / "data")
    (data / "model.onnx_data").write_bytes(b"weights beside the graph")
    assert NliAdvisor(folder=data).identity != before


def test_a_missing_extra_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.opinion.nli.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"dementi\[nli\]"):
        NliAdvisor(folder=tiny_model(tmp_path))


def test_the_config_is_written_as_a_hub_would(tmp_path: Path) -> None:
    tiny_model(tmp_path)
    assert json.loads((tmp_path / "config.json").read_text())["id2label"]["0"] == "entailment"
