"""Without a second reader the reading is what it was, to the byte, and nothing of one is imported."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from monitor.model.source import FeedState
from monitor.pipeline.judge_lines import assessment_row
from monitor.pipeline.reader import Reader
from monitor.pipeline.rule import Desk, Ruler
from monitor.pipeline.second_see import Seer
from monitor.store.port import Poll
from monitor.store.sqlite import SqliteStore
from tests.support.values import CALL, NOW, item

TITLES = (
    "Kremlin denies phone call between Trump and Putin",
    "Trump and Putin spoke by telephone, Kremlin says",
    "Putin and Trump: a report of a call",
    "Rain",
)
SCRIPT = """
import sys
from pathlib import Path
from monitor import app
config = app.load(Path(sys.argv[1]))
setup = app.set_up(config)
import monitor.daemon, monitor.pipeline.service, monitor.cli.run
setup.read(__import__("monitor.model.source", fromlist=["Item"]).Item(id="a", feed="f", title="Kremlin denies call"))
print(*sorted(sys.modules), sep="\\n")
"""
CONFIG = """
[store]
url = "sqlite:dementi.db"
[[claims]]
id = "call"
statement = "Donald Trump and Vladimir Putin spoke by telephone on 7 November 2024"
"""


def test_nothing_of_a_second_reader_is_imported_where_there_is_none(tmp_path: Path) -> None:
    config = tmp_path / "dementi.toml"
    config.write_text(CONFIG)
    run = subprocess.run([sys.executable, "-c", SCRIPT, str(config)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    rooms = ("monitor.opinion", "monitor.pipeline.second", "monitor.stance.second", "monitor.stance.doubt")
    assert [name for name in run.stdout.split() if name.startswith((*rooms, "onnxruntime", "tokenizers"))] == []


def test_looking_beside_the_reading_changes_no_verdict() -> None:
    read, seer = Reader([CALL]), Seer([CALL])
    for number, title in enumerate(TITLES):
        made = item(str(number), title=title)
        before = [json.dumps(assessment_row(a)) for a in read(made)]
        sights = seer(made, read(made))
        assert [json.dumps(assessment_row(s.assessment)) for s in sights if s.related] == before
        assert [json.dumps(assessment_row(a)) for a in read(made)] == before


def test_the_store_holds_the_same_bytes(store: SqliteStore) -> None:
    """An alert without a second opinion is stored as it was before there were any."""
    made = item("one", title=TITLES[0])
    store.keep_polls([Poll(state=FeedState(url=made.feed, next_due=NOW), items=(made,))])
    ruler = Ruler({CALL.id: CALL}, Desk(recipients={}, kinds={}), "r", NOW, store)
    ruler.rule_items([(made, Reader([CALL])(made))])
    bodies = [body for (body,) in store._all("SELECT body FROM alerts")]
    assert bodies
    assert not any("second" in json.loads(body) for body in bodies)
    assert store._all("SELECT * FROM queries") == []
