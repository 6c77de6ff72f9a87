"""A second reader that infers: does a sentence entail the claim, or its denial? (extra `nli`)

    item ─▶ sentences, each with who speaks in it (voices)     the built-in reading's part: attribution
         ─▶ headline + sentence  ×  claim, denial              the model's part: entailment
         ─▶ a statement where one side is entailed

How surely a sentence confirms: the geometric mean of "entails the claim" and "contradicts its denial"; how surely it
denies: the same the other way round. Both must agree, because models take a sentence of something else for a
contradiction. Of models with two labels only the entailment of either is asked.

The headline is the context of each sentence, and would lend its own stance to all of them; where it takes one, the
others are read without it.
"""

from __future__ import annotations

import asyncio
import heapq
import math
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import ConfigError, Fault, OpinionError
from monitor.model.opinion import Opinion, Question, Usage
from monitor.model.verdict import Stance, Statement
from monitor.opinion.folder import fingerprint, missing
from monitor.opinion.hypotheses import Hypotheses, hypotheses
from monitor.opinion.voices import Heard, heard
from monitor.stance.merge import merge

if TYPE_CHECKING:
    from monitor.opinion.onnx import Model, Scored, Stop

_VERSION = "1"  # changes where the same model would be asked otherwise
_MOST = 24  # sentences of an item that are read
_ENOUGH = 0.5  # a sentence takes a stance above this: likelier than not
_CHARACTERS = 600  # of a headline or sentence: beyond that a tokenizer cuts anyway


class NliAdvisor:
    """Reads with the model in a folder, on this machine, in one thread of its own. Loads it when first asked."""

    def __init__(self, *, folder: Path, threads: int = 1, timeout: float = 20.0) -> None:
        """`timeout` in seconds, from the call to the answer. Raises ConfigError where something is not installed."""
        absent = [module for module in ("onnxruntime", "tokenizers") if find_spec(module) is None]
        if absent:
            raise _fault(f'needs {" and ".join(absent)}: pip install "dementi[nli]"')
        if wrong := missing(folder):
            raise _fault(f"{folder}: {wrong}")
        self.name = folder.name
        self.identity = f"nli {_VERSION} {fingerprint(folder)}"
        self._folder, self._threads, self._timeout = folder, threads, timeout
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="nli")
        self._model: Model | None = None

    def __repr__(self) -> str:
        return f"NliAdvisor({self.name!r})"

    async def ask(self, question: Question) -> Opinion:
        """Raises OpinionError: lasting where the model is broken or gone, else where it was too slow."""
        from monitor.opinion.onnx import Stop

        stop = Stop()
        work = asyncio.get_running_loop().run_in_executor(self._worker, self._read, question, stop)
        try:
            return await asyncio.wait_for(work, self._timeout)
        except TimeoutError:
            raise OpinionError(f"no answer within {self._timeout:g} s") from None
        finally:
            stop.now()  # also where whoever asked has gone: the thread must be free for the next question

    async def close(self) -> None:
        self._worker.shutdown(wait=False, cancel_futures=True)
        self._model = None

    def _read(self, question: Question, stop: Stop) -> Opinion:
        started = time.perf_counter()
        model = self._loaded()
        sentences = chosen(heard(question))
        asked = hypotheses(question.claim, question.language)
        shares = _shares(model, sentences, asked, stop)
        made, scores = composed(sentences, shares)
        usage = Usage(seconds=time.perf_counter() - started)
        return Opinion(by=self.name, statements=tuple(made), scores=scores, usage=usage)

    def _loaded(self) -> Model:
        if self._model is None:
            from monitor.opinion.onnx import Model

            self._model = Model(self._folder, self._threads)
        return self._model


def chosen(sentences: Sequence[Heard]) -> list[Heard]:
    """The sentences that are read: the likeliest to bear on the claim, in reading order."""
    if len(sentences) <= _MOST:
        return list(sentences)
    kept = heapq.nlargest(_MOST, range(len(sentences)), key=lambda n: sentences[n].weight)
    return [sentences[n] for n in sorted(kept)]


Shares = tuple[float, float]  # how surely a sentence confirms, and denies: 0..1


def _shares(model: Model, sentences: Sequence[Heard], asked: Hypotheses, stop: Stop) -> list[Shares]:
    title = " ".join(s.text for s in sentences if s.field == "title")[:_CHARACTERS]
    lent = bool(title) and max(_scored(model, [title], asked, stop)[0]) > _ENOUGH
    context = "" if lent else title
    return _scored(model, [_premise(context, s) for s in sentences], asked, stop)


def _premise(context: str, sentence: Heard) -> str:
    text = sentence.text[:_CHARACTERS]
    if not context or sentence.field == "title":
        return text
    return f"{context}{'' if context[-1] in '.!?…' else '.'} {text}"


def _scored(model: Model, premises: Sequence[str], asked: Hypotheses, stop: Stop) -> list[Shares]:
    pairs = [(premise, hypothesis) for premise in premises for hypothesis in asked]
    found = model.score(pairs, stop)
    return [_weighed(claim, denial) for claim, denial in zip(found[::2], found[1::2], strict=True)]


def _weighed(claim: Scored, denial: Scored) -> Shares:
    if claim.contradicts is None or denial.contradicts is None:
        return claim.entails, denial.entails
    return math.sqrt(claim.entails * denial.contradicts), math.sqrt(denial.entails * claim.contradicts)


def composed(sentences: Sequence[Heard], shares: Sequence[Shares]) -> tuple[list[Statement], dict[str, float]]:
    """Statements; and how surely the item confirms, denies, is silent.

    What nobody answers for does not confirm, and what other outlets are said to report answers nothing.
    """
    made: list[Statement] = []
    scores = {"confirms": 0.0, "denies": 0.0}
    for sentence, (confirms, denies) in zip(sentences, shares, strict=True):
        stance, share = (Stance.CONFIRMS, confirms) if confirms >= denies else (Stance.DENIES, denies)
        if sentence.voice.media:
            continue
        statement = _statement(sentence, stance, share)
        if statement.answers:
            scores[stance.value] = max(scores[stance.value], share)
        if share > _ENOUGH:
            made.append(statement)
    scores["silent"] = 1.0 - max(scores.values())
    return merge(made), scores


def _statement(sentence: Heard, stance: Stance, share: float) -> Statement:
    voice = sentence.voice
    return Statement(
        stance=stance,
        basis=voice.basis,
        evidence=sentence.evidence,
        confidence=round(min(share, 0.99), 3),
        speaker=voice.name,
        party=voice.party,
        role=voice.role,
        hedged=voice.hedged,
        anonymous=voice.anonymous,
    )


def _fault(message: str) -> ConfigError:
    return ConfigError([Fault(file="dementi.toml", line=None, path="second_opinion", message=message)])
