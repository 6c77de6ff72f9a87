"""A second reader behind an endpoint that speaks OpenAI's protocol: hosted, or Ollama, llama.cpp, vLLM at home.

question ─▶ orders   an item that gives orders to machines is not shown to one
         ─▶ prompt   claim, and the item fenced as data
         ─▶ shape    the request, as much of the protocol as the endpoint takes
         ─▶ wire     one POST, bounded in time and size
         ─▶ answer   what of it the item bears out; quotations word for word
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from monitor.errors import OpinionError
from monitor.model.opinion import Opinion, Question, Usage
from monitor.model.verdict import Stance, Statement
from monitor.opinion.answer import believed, parsed
from monitor.opinion.orders import order_in
from monitor.opinion.prompt import VERSION, messages
from monitor.opinion.shape import Shape, body, simpler
from monitor.opinion.wire import Endpoint, Misshapen, address

_MOST_TOKENS = 10_000_000  # of a bill: what an endpoint counts is shown, and must be a number that can be meant
_TRIES = 6  # shapes that a request is tried in


class LlmAdvisor:
    """Asks one model at one endpoint."""

    def __init__(
        self,
        *,
        model: str,
        url: str,
        clock: Callable[[], datetime],
        key: Callable[[], str] | None = None,
        allow_private: Sequence[str] = (),
        trust_env: bool = False,
        max_tokens: int = 1_000,
        prices: tuple[float, float] = (0.0, 0.0),
        timeout: float = 20.0,
    ) -> None:
        """`prices` of a million tokens in and out; `timeout` in seconds, from the call to the answer."""
        self.name = model
        # Queries hold tokens of access, which change nothing: only where and whom.
        told = f"{model}\n{address(url).partition('?')[0]}\n{max_tokens}\n{VERSION}"
        self.identity = f"llm {hashlib.sha256(told.encode()).hexdigest()[:32]}"
        self._endpoint = Endpoint(
            url=url, clock=clock, key=key, allow_private=allow_private, trust_env=trust_env, timeout=timeout
        )
        self._max_tokens, self._prices, self._timeout = max_tokens, prices, timeout
        self._fence = secrets.token_bytes(16)
        self._shape = Shape()

    def __repr__(self) -> str:
        return f"LlmAdvisor({self.name!r}, {self._endpoint.host})"

    async def ask(self, question: Question) -> Opinion:
        """Raises OpinionError; lasting where key, model or endpoint are refused."""
        if order := await asyncio.to_thread(order_in, question.item):
            return Opinion(by=self.name, void=(f"the item gives orders to its reader: “{order[:60]}”",))
        started = time.perf_counter()
        try:
            async with asyncio.timeout(self._timeout):
                data = await self._asked(question)
        except TimeoutError:
            raise OpinionError(f"{self._endpoint.host}: no answer within {self._timeout:g} s") from None
        made, void = await asyncio.to_thread(believed, parsed(content(data)), question)  # searches long texts
        usage = self._usage(data, time.perf_counter() - started)
        return Opinion(by=self.name, statements=tuple(made), scores=_scores(made, void), void=tuple(void), usage=usage)

    async def close(self) -> None:
        await self._endpoint.close()

    async def _asked(self, question: Question) -> dict[str, Any]:
        """The answer, in the first shape that the endpoint takes; it is asked in that shape from then on."""
        said = messages(question, self._fence)
        shape: Shape | None = self._shape
        status = 0
        for _ in range(_TRIES):
            if shape is None:
                break
            answer = await self._endpoint.post(body(self.name, said, self._max_tokens, shape))
            if not isinstance(answer, Misshapen):
                self._shape = shape
                return answer
            shape, status = simpler(shape, answer.complaint), answer.status
        raise OpinionError(f"{self._endpoint.host}: {status}: it does not take the request", lasting=True)

    def _usage(self, data: dict[str, Any], seconds: float) -> Usage:
        told = data.get("usage")
        told = told if isinstance(told, dict) else {}
        tokens_in, tokens_out = _count(told.get("prompt_tokens")), _count(told.get("completion_tokens"))
        cost = (tokens_in * self._prices[0] + tokens_out * self._prices[1]) / 1_000_000
        return Usage(seconds=seconds, tokens_in=tokens_in, tokens_out=tokens_out, cost=cost)


def content(data: dict[str, Any]) -> str:
    """What the model wrote. Raises OpinionError where it wrote nothing, refused, or was cut off."""
    try:
        choice = data["choices"][0]
        message = choice["message"]
        text = message.get("content")
    except (AttributeError, IndexError, KeyError, TypeError):
        raise OpinionError("the answer is not of OpenAI's protocol") from None
    if choice.get("finish_reason") == "length":
        raise OpinionError("the answer was cut off: max_tokens is too small for this model")
    if message.get("refusal") or choice.get("finish_reason") == "content_filter":
        raise OpinionError("the model declines to answer")
    if isinstance(text, list):
        text = "".join(part.get("text", "") for part in text if isinstance(part, dict) and _is_text(part))
    if not isinstance(text, str) or not text.strip():
        raise OpinionError("the answer is empty")
    return text


def _is_text(part: dict[str, Any]) -> bool:
    return isinstance(part.get("text", ""), str)


def _scores(made: Sequence[Statement], void: Sequence[str]) -> dict[str, float]:
    """A vote, not a probability: a language model's own figures of how sure it is mean little."""
    if void and not made:
        return {}
    votes = {stance.value: float(any(s.stance is stance and s.answers for s in made)) for stance in Stance}
    del votes[Stance.DECLINES.value]
    return votes | {"silent": float(not any(votes.values()))}


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_TOKENS else 0
