"""Real processes that hang, swell and are killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator

import pytest

from monitor.feeds.sieve import packed
from monitor.feeds.workers import Workers, _Worker
from monitor.matching.index import Index
from monitor.model.claim import Claim
from tests.unit.feeds.conftest import item, rss

BASE = "https://feeds.example/rss"
# feedparser's attribute handling is quadratic; the fast reader declines elements with so many attributes.
POISON = "<x " + " ".join(f'a{n}="1"' for n in range(60_000)) + "/>"


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    workers = Workers(size=1, deadline=1.0)
    yield workers
    await workers.close()


def titles(parsed: object) -> list[str | None]:
    return [entry.title for entry in parsed["entries"]]  # type: ignore[index]


async def test_one_process_answers_many_requests(workers: Workers) -> None:
    bodies = [rss(item(n)) for n in range(20)]
    found = await asyncio.gather(*(workers.parse(body, "", BASE) for body in bodies))
    assert [titles(parsed) for parsed in found] == [[f"Report {n}"] for n in range(20)]


async def test_a_poisonous_item_is_set_aside_and_the_rest_goes_on(workers: Workers) -> None:
    bad = item(2).replace("</item>", POISON + "</item>")
    poisoned, fine = await asyncio.gather(
        workers.parse(rss(item(1), bad, item(3)), "", BASE), workers.parse(rss(item(4)), "", BASE)
    )
    assert titles(poisoned) == ["Report 1", "Report 3"]
    assert "1 of 3 items set aside" in (poisoned["error"] or "")
    assert titles(fine) == ["Report 4"]


async def test_a_feed_of_poison_ends_as_an_error(workers: Workers) -> None:
    bad = [item(n).replace("</item>", POISON + "</item>") for n in range(2)]
    parsed = await workers.parse(rss(*bad), "", BASE)
    assert parsed["outcome"] == "error"
    assert titles(await workers.parse(rss(item(4)), "", BASE)) == ["Report 4"]


async def test_a_killed_process_costs_nothing(workers: Workers) -> None:
    await workers.warm()
    place = workers._free._queue[0]  # type: ignore[attr-defined]
    os.kill(place.process.pid, signal.SIGKILL)
    assert titles(await workers.parse(rss(item(1)), "", BASE)) == ["Report 1"]


async def test_a_request_that_nobody_waits_for_harms_none(workers: Workers) -> None:
    await workers.warm()
    task = asyncio.create_task(workers.parse(rss(*(item(n) for n in range(2000))), "", BASE))
    await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert titles(await workers.parse(rss(item(1)), "", BASE)) == ["Report 1"]


async def test_closing_ends_the_processes(workers: Workers) -> None:
    await workers.warm()
    process = workers._free._queue[0].process  # type: ignore[attr-defined]
    await workers.close()
    assert process.returncode is not None


async def test_entries_about_no_claim_come_back_as_idle_for_the_claims_of_that_moment(workers: Workers) -> None:
    async def marks() -> list[bool]:
        return [entry.idle for entry in (await workers.parse(rss(item(1), item(2, "Ada Hale")), "", BASE))["entries"]]

    def sieve(name: str) -> bytes | None:
        return packed(Index([Claim(id="one", statement=f"{name} resigned", about=((name,),))]))

    assert await marks() == [False, False]
    workers.sieve = sieve("Ada Hale")
    assert await marks() == [True, False]
    os.kill(workers._free._queue[0].process.pid, signal.SIGKILL)  # type: ignore[attr-defined]
    await asyncio.sleep(0.1)
    assert await marks() in (
        [True, False],
        [False, False],
    )  # a body that a worker died of is read with care, not sifted
    assert await marks() == [True, False]
    workers.sieve = sieve("Viktor Brandt")
    assert await marks() == [True, True]
    workers.sieve = None
    assert await marks() == [False, False]
    workers.sieve = b"no sieve at all"
    assert await marks() == [False, False]


async def test_killing_at_work_sets_no_item_aside(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[_Worker] = []
    start = _Worker.start

    async def noted(deadline: float) -> _Worker:
        started.append(await start(deadline))
        return started[-1]

    monkeypatch.setattr(_Worker, "start", noted)
    bodies = [rss(*(item(f"{n}-{m}", text="Some <b>words</b> about it. " * 200) for m in range(40))) for n in range(20)]
    work = asyncio.gather(*(workers.parse(body, "", BASE) for body in bodies))
    kills = 0
    while not work.done() and kills < 8:
        await asyncio.sleep(0.01)
        if len(started) > kills:  # each is killed once, soon after it began
            await asyncio.sleep(0.02 * kills)
            with contextlib.suppress(ProcessLookupError):
                started[-1].process.kill()
            kills = len(started)
    found = await work
    assert [len(titles(parsed)) for parsed in found] == [40] * 20
    assert kills
