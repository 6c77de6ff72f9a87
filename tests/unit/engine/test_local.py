from __future__ import annotations

import threading

from monitor.engine.local import LocalEngine


async def test_calls_of_one_lane_keep_their_order_and_lanes_do_not_wait_for_one_another() -> None:
    engine = LocalEngine()
    thinking, done = threading.Event(), []
    try:
        import asyncio

        thought = asyncio.create_task(engine.think(thinking.wait, 30))
        await asyncio.gather(*(engine.store(done.append, n) for n in range(50)))
        assert done == list(range(50))
        assert not thought.done()
        thinking.set()
        assert await thought
    finally:
        engine.close()
