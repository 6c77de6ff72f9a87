"""kill -9 at any moment: what was acknowledged is there, and no half of what was not."""

from __future__ import annotations

import random
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from monitor.store import admin
from monitor.store.sqlite import open_store
from tests.contract.store_values import later

# Rules on one item after the other, as the pipeline does, and says so after each commit.
WRITER = """
import sys
from monitor.model.story import ClaimStatus
from monitor.store.sqlite import open_store
from tests.contract.store_values import NOW, alert, assessment, delivery, event, item, keep, telling, watch
store = open_store("sqlite:" + sys.argv[1])
store.sync(watch(), NOW)
for n in range(int(sys.argv[2]), 10**9):
    found = item(f"i{n}", content="x" * 3000)
    with store.transaction():
        keep(store, found)
        store.keep_assessments(found, [assessment(found.id)], "rules 1", NOW)
        store.keep_event(event(f"e{n}", tellings=(telling(found.id), telling("copy", copy=True))))
        store.keep_status("call", ClaimStatus.DENIED if n % 2 else ClaimStatus.CONFIRMED, NOW)
        store.keep_alert(alert(f"a{n}"), [delivery(str(r), alert_id=f"a{n}") for r in range(3)])
        store.mark_judged(found, NOW)
    print(n, flush=True)
"""


def run_and_kill(database: Path, start: int, commits: int) -> int:
    """Kill the writer somewhere around that many commits; the first number it did not acknowledge."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, database, str(start)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    assert writer.stdout
    said = [writer.stdout.readline() for _ in range(commits)]
    writer.kill()
    said += writer.stdout.readlines()
    writer.wait()
    writer.stdout.close()
    return int([line for line in said if line.endswith("\n")][-1]) + 1


def test_kill_9_loses_nothing_acknowledged_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    database, chance = tmp_path / "dementi.db", random.Random(20241107)
    start = 0
    for _ in range(6):
        acknowledged = run_and_kill(database, start, chance.randint(1, 60))
        with closing(open_store(f"sqlite:{database}")) as store:
            events = {row["id"] for row in store.list_events()}
            items = {row["id"] for row in store.list_items() if row["judged"] and row["claims"]}
            due = store.due_deliveries(later(days=1), 10**6)
        # One more may be there: killed between its commit and the word of it.
        start = len(events)
        assert acknowledged <= start <= acknowledged + 1
        assert events == {f"e{n}" for n in range(start)}
        assert items == {f"i{n}" for n in range(start)}
        assert [delivery.id for delivery, _ in due] == [f"a{n}/desk/{r}" for n in range(start) for r in range(3)]
        assert admin.check(f"sqlite:{database}") == []
