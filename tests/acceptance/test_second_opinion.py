"""A second opinion, from the config to the webhook: the installed command, a real chat server, a real receiver."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from tests.support.desk import DENIAL, Desk
from tests.support.feeds import rss
from tests.support.opinion import Chat, chat_server, refused
from tests.support.servers import Feeds, Receiver

SECOND = """
[second_opinion]
kind = "llm"
model = "small"
url = "{url}"
timeout = "5s"
"""
AGREES = {
    "stance": "denies", "basis": "said", "speaker": "Dmitry Peskov", "party": "Kremlin", "confidence": 0.95,
    "quote": "Kremlin denies phone call between Trump and Putin",
}  # fmt: skip


@contextmanager
def chat() -> Iterator[Chat]:
    """The chat server in a thread of its own."""
    loop, ready, end = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    held: list[Chat] = []

    async def serve() -> None:
        async with chat_server() as made:
            held.append(made)
            ready.set()
            await end.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield held[0]
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join(10)
        loop.close()


@pytest.fixture
def second() -> Iterator[Chat]:
    with chat() as made:
        yield made


def write(desk: Desk, feeds: Feeds, receiver: Receiver, second: Chat, more: str = "") -> None:
    feeds.pages["/a"] = rss(("g1", *DENIAL))
    desk.let(urlsplit(second.url).port or 0)
    channels = desk.webhook(receiver) + SECOND.format(url=second.url) + more
    desk.write(feeds=desk.feed(feeds, "/a"), channels=channels)


def test_an_alert_carries_both_readings(desk: Desk, feeds: Feeds, receiver: Receiver, second: Chat) -> None:
    second.says(AGREES)
    write(desk, feeds, receiver, second)
    done = desk("run", "--once")
    assert done.returncode == 0, done.stderr
    (body,) = receiver.bodies
    assert body["type"] == "claim.denied"
    told = body["data"]["second_opinion"]
    assert (told["by"], told["state"], told["built_in"], told["relation"]) == ("small", "agrees", "denies", "denies")
    (row,) = desk.rows("opinions")
    assert (row["why"], row["outcome"], row["state"]) == ("alert", "agreed", "answered")
    why = desk("why", row["item"])
    assert "asked because alert" in why.stdout
    assert "small: denies" in why.stdout


def test_an_alert_that_the_second_reader_does_not_see_is_put_up_for_review(
    desk: Desk, feeds: Feeds, receiver: Receiver, second: Chat
) -> None:
    second.says()
    write(desk, feeds, receiver, second, '[[routes]]\nchannels = ["hook"]\nreasons = ["review"]\n')
    assert desk("run", "--once").returncode == 0
    (row,) = desk.rows("opinions")
    (body,) = receiver.bodies
    if row["outcome"] == "lowered":
        assert (body["type"], body["data"]["second_opinion"]["state"]) == ("claim.review", "disagrees")
        assert [r["id"] for r in desk.rows("opinions", "--review")] == [row["id"]]
    else:  # sure enough to stand against it: then the difference is told
        assert (body["type"], body["data"]["second_opinion"]["state"]) == ("claim.denied", "disagrees")


def test_a_model_that_refuses_delays_nothing(desk: Desk, feeds: Feeds, receiver: Receiver, second: Chat) -> None:
    second.replies.append(refused(429, retry_after="3600"))
    write(desk, feeds, receiver, second)
    assert desk("run", "--once").returncode == 0
    (body,) = receiver.bodies
    assert body["type"] == "claim.denied"
    assert body["data"]["second_opinion"] == {
        "by": "small", "state": "pending", "built_in": "denies", "relation": None, "evidence": None,
    }  # fmt: skip
    assert [row["state"] for row in desk.rows("opinions")] == ["waiting"]


def test_try_shows_both(desk: Desk, feeds: Feeds, receiver: Receiver, second: Chat) -> None:
    second.says(AGREES)
    write(desk, feeds, receiver, second)
    done = desk("try", DENIAL[0], "--second-opinion")
    assert done.returncode == 0, done.stderr
    assert "second opinion by small: denies" in done.stdout
    assert "together: denies (agreed)" in done.stdout


def test_backtest_reckons_without_asking(desk: Desk, feeds: Feeds, receiver: Receiver, second: Chat) -> None:
    write(desk, feeds, receiver, second)
    line = json.dumps({"id": "1", "title": DENIAL[0], "summary": DENIAL[1], "published": "2024-11-11T10:00:00Z"})
    done = desk("backtest", "watch.toml", "-", "--explain-cost", "--json", stdin=line)
    assert done.returncode == 0, done.stderr
    (row,) = map(json.loads, done.stdout.splitlines())
    assert (row["day"], row["related"], row["asked"], row["alert"]) == ("2024-11-11", 1, 1, 1)
    assert second.asked == []
