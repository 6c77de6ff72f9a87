"""Promise 10 under kill -9, thirty times over: nothing lost, nothing told twice. `benchmarks/crash.py` does more."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.crash import STEPS, play
from tests.support.desk import DEMENTI


@pytest.mark.timeout(240)
def test_killed_at_every_step_between_fetch_and_settled_nothing_is_lost_or_told_twice(tmp_path: Path) -> None:
    kills = 3 * len(STEPS)
    found = play(tmp_path, kills, command=[str(DEMENTI)], say=lambda _: None)
    assert str(found) == f"kills {kills} lost 0 repeated 0", found
    assert found.good, found
    assert len(found.steps.keys() & {step.__name__ for step in STEPS}) == len(STEPS), "a step never came"
    assert found.again, "no kill fell between taking and settling: the test has lost its teeth"
