"""Real processes that hang, swell and are killed."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest

from monitor.feeds.workers import Workers
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
