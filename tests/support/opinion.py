"""What second readers are tried with: a tiny inference model in a folder, a chat server, and questions to ask."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from aiohttp import web
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from monitor.model.claim import Claim
from monitor.model.opinion import Question
from monitor.model.source import Item
from monitor.model.verdict import Assessment, Relation, Statement, relation_of
from tests.support.values import CALL, item

# What the tiny model knows of the world: these words confirm, these deny, and these turn a hypothesis round.
CONFIRMS = ("confirms", "confirmed", "bestätigt", "telephoned")
DENIES = ("denies", "denied", "dementiert")
TURNS = ("false", "falsch")
THREE = ("entailment", "neutral", "contradiction")
_SPECIAL = ("[PAD]", "[CLS]", "[SEP]", "[UNK]")
_WORDS = (*_SPECIAL, *CONFIRMS, *DENIES, *TURNS)
_SURE = 8.0  # logit of what it is sure of


def tiny_model(
    folder: Path,
    labels: Sequence[str] = THREE,
    inputs: Sequence[str] = ("input_ids", "attention_mask"),
    kind: int = TensorProto.INT64,
    config: dict[str, object] | None = None,
    endless: bool = False,
) -> Path:
    """A real ONNX graph and a real tokenizer: entailment is the product of the premise's sign and the hypothesis's.

    `endless`: it computes until it is stopped.
    """
    folder.mkdir(parents=True, exist_ok=True)
    named = {"id2label": {str(n): label for n, label in enumerate(labels)}, "pad_token_id": 0}
    (folder / "config.json").write_text(json.dumps(named if config is None else config))
    _tokenizer().save(str(folder / "tokenizer.json"))
    onnx.save(_graph(labels, inputs, kind, endless=endless), str(folder / "model.onnx"))
    return folder


def _tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(WordLevel({word: n for n, word in enumerate(_WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = Lowercase(), Whitespace()
    special = [("[CLS]", 1), ("[SEP]", 2)]
    pair = "[CLS] $A [SEP] $B:1 [SEP]:1"
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", pair=pair, special_tokens=special)
    return tokenizer


def _graph(labels: Sequence[str], inputs: Sequence[str], kind: int, *, endless: bool) -> onnx.ModelProto:
    sign = [1.0 if w in CONFIRMS else -1.0 if w in DENIES else 0.0 for w in _WORDS]
    turn = [-2.0 if w in TURNS else 1.0 if w == "[CLS]" else 0.0 for w in _WORDS]
    weight = {"entail": _SURE, "contradict": -_SURE, "not_entail": -_SURE}
    rows = [next((v for k, v in weight.items() if label.lower().startswith(k)), 0.0) for label in labels]
    bias = [_SURE / 2 if label.lower().startswith("n") else 0.0 for label in labels]
    constants = {"sign": [sign], "turn": [turn], "rows": rows, "bias": bias, "steep": 3.0}
    stored = [numpy_helper.from_array(np.asarray(v, np.float32), k) for k, v in constants.items()]
    stored.append(numpy_helper.from_array(np.asarray([1], np.int64), "axis"))
    nodes = [
        helper.make_node("Gather", ["sign", "input_ids"], ["signs"], axis=1),  # 1 × batch × tokens
        helper.make_node("Gather", ["turn", "input_ids"], ["turns"], axis=1),
        helper.make_node("Squeeze", ["signs", "zero"], ["signs2"]),
        helper.make_node("Squeeze", ["turns", "zero"], ["turns2"]),
        helper.make_node("ReduceSum", ["signs2", "axis"], ["premise"], keepdims=1),
        helper.make_node("ReduceSum", ["turns2", "axis"], ["hypothesis"], keepdims=1),
        helper.make_node("Mul", ["premise", "steep"], ["steeper"]),
        helper.make_node("Tanh", ["steeper"], ["sure"]),
        helper.make_node("Mul", ["sure", "hypothesis"], ["agree"]),
        helper.make_node("Mul", ["agree", "rows"], ["scaled"]),
        helper.make_node("Add", ["scaled", "bias"], ["logits" if not endless else "first"]),
    ]
    stored.append(numpy_helper.from_array(np.asarray([0], np.int64), "zero"))
    if endless:
        nodes.append(_forever(stored))
    shape = ["batch", "tokens"]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(name, kind, shape) for name in inputs],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", len(labels)])],
        stored,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def _forever(stored: list[TensorProto]) -> onnx.NodeProto:
    """A loop of 2^62 rounds."""
    stored.append(numpy_helper.from_array(np.asarray(2**62, np.int64), "rounds"))
    stored.append(numpy_helper.from_array(np.asarray(True, np.bool_), "go"))
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["on"], ["still"]),
            helper.make_node("Neg", ["before"], ["after"]),
        ],
        "round",
        [
            helper.make_tensor_value_info("number", TensorProto.INT64, []),
            helper.make_tensor_value_info("on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("before", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("still", TensorProto.BOOL, []),
            helper.make_tensor_value_info("after", TensorProto.FLOAT, None),
        ],
    )
    return helper.make_node("Loop", ["rounds", "go", "first"], ["logits"], body=body)


def asked(
    title: str = "Kremlin denies call",
    *,
    summary: str | None = None,
    claim: Claim = CALL,
    statements: Sequence[Statement] = (),
    language: str = "en",
    **more: object,
) -> Question:
    """A question about one item."""
    made: Item = item("one", title=title, summary=summary, **more)
    relation = relation_of(statements) if statements else Relation.REPORTS
    assessment = Assessment(item=made.id, claim=claim.id, relation=relation, match=0.8, statements=tuple(statements))
    return Question(item=made, claim=claim, assessment=assessment, language=language)


Reply = Callable[[web.Request, dict[str, Any]], Awaitable[web.StreamResponse]]


class Chat:
    """A real server on loopback that speaks OpenAI's protocol. `replies` are used up in turn; the last one stays."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        data = await request.json()
        self.asked.append(data)
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        self.paths.append(request.path)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        return await reply(request, data)

    def says(self, *statements: dict[str, Any], **more: Any) -> None:
        """Answer as asked."""
        self.replies.append(told(json.dumps({"statements": statements}), **more))

    def shown(self) -> str:
        """What the model was last shown by the user."""
        text: str = self.asked[-1]["messages"][-1]["content"]
        return text


@asynccontextmanager
async def chat_server() -> AsyncIterator[Chat]:
    chat = Chat()
    application = web.Application()
    application.router.add_post("/{path:.*}", chat.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        chat.url = f"http://127.0.0.1:{port}/v1"
        yield chat
    finally:
        await runner.cleanup()


def told(text: Any, *, finish: str = "stop", usage: Any = None, **message: Any) -> Reply:
    """A chat's completion that holds this text."""

    async def reply(_: web.Request, data: dict[str, Any]) -> web.StreamResponse:
        choice = {"index": 0, "message": {"role": "assistant", "content": text} | message, "finish_reason": finish}
        counted = {"prompt_tokens": 900, "completion_tokens": 50} if usage is None else usage
        said = {"object": "chat.completion", "model": data["model"], "choices": [choice], "usage": counted}
        return web.json_response(said)

    return reply


def refused(status: int, error: Any = None, **headers: str) -> Reply:
    """An error as OpenAI's protocol has it."""

    async def reply(_: web.Request, __: dict[str, Any]) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.json_response({"error": error or {"message": "no", "code": None}}, status=status, headers=named)

    return reply
