from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import StoreError, StoreLocked
from monitor.store.lock import hold

NOW = datetime(2024, 11, 7, 12, 0, tzinfo=UTC)
# Holds the lock, forks a worker that outlives it, tells both and waits to be killed.
HOLDER = """
import os, sys, time
from datetime import UTC, datetime
from monitor.store.lock import hold
with hold(sys.argv[1], datetime(2024, 11, 7, tzinfo=UTC)):
    if not os.fork():
        print(os.getpid(), flush=True)  # the worker says so itself: by then it has let go of the lock
    time.sleep(60)
"""


def test_the_second_is_told_who_holds_it_and_since_when(tmp_path: Path) -> None:
    database = tmp_path / "dementi.db"
    with hold(database, NOW):
        with pytest.raises(StoreLocked, match=f"process {os.getpid()} holds it since 2024-11-07T12:00:00Z") as said:
            hold(database, NOW).__enter__()
        assert said.value.exit_code == 75
    with hold(database, NOW):
        pass


def test_it_is_let_go_when_its_holder_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), hold(tmp_path / "x.db", NOW):
        raise RuntimeError
    with hold(tmp_path / "x.db", NOW):
        pass


def test_kill_9_lets_it_go_although_a_worker_lives_on(tmp_path: Path) -> None:
    database = tmp_path / "dementi.db"
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, database], stdout=subprocess.PIPE, text=True)
    assert holder.stdout
    worker = int(holder.stdout.readline())
    try:
        with pytest.raises(StoreLocked, match=f"process {holder.pid} "):
            hold(database, NOW).__enter__()
        holder.kill()
        holder.wait()
        with hold(database, NOW):
            os.kill(worker, 0)  # it does live
    finally:
        holder.kill()
        os.kill(worker, signal.SIGKILL)
        holder.stdout.close()


def test_two_stores_do_not_stand_in_each_others_way(tmp_path: Path) -> None:
    with hold(tmp_path / "a.db", NOW), hold(tmp_path / "b.db", NOW), hold(":memory:", NOW), hold(":memory:", NOW):
        pass


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"nowhere/x\.db\.lock: No such file"):
        hold(tmp_path / "nowhere" / "x.db", NOW).__enter__()
