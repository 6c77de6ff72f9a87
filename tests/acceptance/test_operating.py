"""Promises 16 and 18, the exit codes, and what a newcomer meets."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.desk import CALL, DEMENTI, DENIAL, Desk
from tests.support.feeds import rss
from tests.support.servers import Feeds, Receiver, until

ROOT = Path(__file__).parents[2]

# ---------------------------------------------------------------- 16. signals, reload, one daemon a store


def test_sigterm_finishes_what_is_under_way_and_exits_0(desk: Desk, feeds: Feeds, receiver: Receiver) -> None:
    feeds.pages["/a"] = rss(("g1", *DENIAL))
    desk.write(feeds=desk.feed(feeds, "/a"), channels=desk.webhook(receiver))
    with desk.daemon() as daemon:
        until(lambda: receiver.taken)
        assert daemon.end(signal.SIGTERM) == 0
    assert [row["state"] for row in desk.rows("deliveries")] == ["sent"]
    assert list(receiver.taken.values()) == [1]


def test_ctrl_c_ends_cleanly(desk: Desk) -> None:
    desk.write()
    with desk.daemon() as daemon:
        daemon.says("watching")
        assert daemon.end(signal.SIGINT) == 130
        assert "Traceback" not in daemon.log


def test_sighup_takes_a_new_watchlist_and_keeps_the_old_one_where_it_is_bad(
    desk: Desk, feeds: Feeds, receiver: Receiver
) -> None:
    feeds.pages["/a"] = rss(("g1", "Weather stays fine"))
    feeds.pages["/b"] = rss(("g1", *DENIAL))
    channels = desk.webhook(receiver)
    desk.write(feeds=desk.feed(feeds, "/a"), channels=channels)
    with desk.daemon() as daemon:
        until(lambda: feeds.asked("/a"))
        good = desk.feed(feeds, "/a") + desk.feed(feeds, "/b")
        desk.write(feeds=good, claims=CALL + 'stetement = "x"\n', channels=channels)
        daemon.process.send_signal(signal.SIGHUP)
        daemon.says("the old one stays in force")
        assert "did you mean" in daemon.log
        assert not feeds.asked("/b")
        desk.write(feeds=good, claims=CALL + 'fire = ["The weather stays fine"]\n', channels=channels)
        daemon.process.send_signal(signal.SIGHUP)
        until(lambda: daemon.log.count("the old one stays in force") == 2)
        assert not feeds.asked("/b")
        desk.write(feeds=good, channels=channels)
        daemon.process.send_signal(signal.SIGHUP)
        daemon.says("reloaded: watching 1 claims in 2 feeds")
        until(lambda: receiver.bodies)
        assert daemon.end() == 0


def test_a_second_daemon_on_one_store_refuses(desk: Desk) -> None:
    desk.write()
    with desk.daemon() as daemon:
        daemon.says("watching")
        second = desk("run")
        assert second.returncode == 75
        assert str(daemon.process.pid) in second.stderr
        assert desk("run", "--once").returncode == 75
        assert desk("claims").returncode == 0, "lists work beside the daemon"
        daemon.process.kill()
        daemon.process.wait()
    assert desk("run", "--once").returncode == 0, "a killed daemon leaves no lock behind"


def test_systemd_is_told_when_it_is_ready_alive_and_ending(desk: Desk, tmp_path: Path) -> None:
    desk.write()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(str(tmp_path / "notify.sock"))
        notify.settimeout(30)
        with desk.daemon({"NOTIFY_SOCKET": str(tmp_path / "notify.sock")}) as daemon:
            assert b"READY=1" in notify.recv(4096)
            daemon.process.send_signal(signal.SIGHUP)
            heard = b""
            while b"RELOADING=1" not in heard or not heard.rstrip().split(b"RELOADING=1")[1].count(b"READY=1"):
                heard += notify.recv(4096) + b"\n"
            daemon.process.send_signal(signal.SIGTERM)
            while b"STOPPING=1" not in heard:
                heard += notify.recv(4096)
            assert daemon.process.wait(30) == 0


# ---------------------------------------------------------------- 18. secrets


def test_secrets_appear_nowhere(desk: Desk, feeds: Feeds, receiver: Receiver) -> None:
    feeds.pages["/a"] = rss(("g1", *DENIAL))
    desk.write(feeds=desk.feed(feeds, "/a"), channels=desk.webhook(receiver))
    receiver.script = [(500, {})]
    said = [
        desk(*words)
        for words in (
            ("-v", "check"),
            ("-v", "run", "--once"),
            ("-v", "test-channel", "hook"),
            ("deliveries", "--json"),
            ("feeds", "--json"),
        )
    ]
    (desk.folder / "hook.key").write_text("whsec_!!! not base64 !!!\n")
    said.append(desk("-v", "check"))
    assert said[-1].returncode == 78
    text = "".join(run.stdout + run.stderr for run in said)
    assert receiver.secret.removeprefix("whsec_") not in text
    assert "not base64" not in text
    assert receiver.secret.removeprefix("whsec_").encode() not in (desk.folder / "dementi.db").read_bytes()


# ---------------------------------------------------------------- exit codes and bad input


def test_all_faults_of_all_files_at_once(desk: Desk) -> None:
    desk.write(claims=CALL + '[[claims]]\nid = "call"\nstatment = "x"\n', routes='[[routes]]\nchannels = ["dsk"]\n')
    for words in (("check",), ("run", "--once"), ("claims",)):
        done = desk(*words)
        assert done.returncode == 78
        faults = done.stderr.splitlines()
        assert any("watch.toml:" in line and "statment" in line and "did you mean" in line for line in faults)
        assert any("dementi.toml:" in line and "dsk" in line for line in faults)
        assert "Traceback" not in done.stderr


def test_no_config_names_the_places_that_were_looked_at(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run([DEMENTI, "check"], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 78
    assert "dementi init" in done.stderr


def test_usage_faults_exit_2() -> None:
    assert subprocess.run([DEMENTI, "judge"], capture_output=True, check=False).returncode == 2
    assert subprocess.run([DEMENTI, "--nonsense"], capture_output=True, check=False).returncode == 2


def test_a_broken_line_is_named_and_the_others_are_judged(desk: Desk) -> None:
    desk.write()
    lines = [json.dumps({"id": "1", "title": DENIAL[0]}), "{broken", '{"title": "2"}', "[]"]
    done = desk("judge", "--watchlist", "watch.toml", stdin="\n".join(lines))
    assert done.returncode == 65
    assert [json.loads(line)["item"] for line in done.stdout.splitlines()] == ["1"]
    assert "line 2" in done.stderr
    assert "line 3" in done.stderr
    assert "line 4" in done.stderr


def test_nothing_to_judge_is_fine(desk: Desk) -> None:
    desk.write()
    assert desk("judge", "--watchlist", "watch.toml", stdin="").returncode == 0


def test_a_newer_database_is_refused_and_a_broken_one_named(desk: Desk) -> None:
    desk.write()
    assert desk("run", "--once").returncode == 0
    (desk.folder / "broken.db").write_bytes(b"this is no database, it is a text that is long enough" * 100)
    desk.write(store="sqlite:broken.db")
    done = desk("run", "--once")
    assert done.returncode == 1
    assert "broken.db" in done.stderr
    assert "Traceback" not in done.stderr
    with closing(sqlite3.connect(desk.folder / "dementi.db")) as db:
        db.execute("PRAGMA user_version = 9999")
    desk.write()
    done = desk("run", "--once")
    assert done.returncode == 78, done.stderr
    assert "newer" in done.stderr


def test_a_database_locked_by_another_program_is_said_and_exits_75(desk: Desk) -> None:
    desk.write()
    assert desk("run", "--once").returncode == 0
    with closing(sqlite3.connect(desk.folder / "dementi.db", isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        done = desk("run", "--once", seconds=100)
    assert done.returncode == 75, done.stderr


def test_feeds_that_cannot_be_reached_harm_nothing(desk: Desk) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    desk.let(port)
    desk.write(feeds=f'[[feeds]]\nurl = "http://127.0.0.1:{port}/a"\n')
    done = desk("run", "--once")
    assert done.returncode == 0
    assert f"127.0.0.1:{port}" in done.stderr
    assert "cannot be read" in done.stderr


def test_check_tells_what_is_unreachable_and_still_exits_0(desk: Desk, feeds: Feeds) -> None:
    feeds.pages["/a"] = rss(("g1", *DENIAL))
    desk.write(feeds=desk.feed(feeds, "/a") + desk.feed(feeds, "/missing"))
    done = desk("check")
    assert done.returncode == 0, done.stderr
    assert "/missing" in done.stdout + done.stderr
    assert "404" in done.stdout + done.stderr


def test_an_example_that_does_not_fire_is_a_fault_with_its_line(desk: Desk) -> None:
    desk.write(claims=CALL + f'fire = ["{DENIAL[0]}", "Trump and Putin both like golf"]\nquiet = ["{DENIAL[0]}!"]\n')
    done = desk("check")
    assert done.returncode == 78
    assert "golf" in done.stderr
    assert "quiet" in done.stderr
    assert "watch.toml" in done.stderr


# ---------------------------------------------------------------- a newcomer


def test_without_arguments_it_greets_with_three_commands() -> None:
    done = subprocess.run([DEMENTI], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert all(f"dementi {word}" in done.stdout for word in ("init", "check", "run"))


def test_init_writes_a_desk_that_checks_and_runs(tmp_path: Path) -> None:
    folder = tmp_path / "mydesk"
    done = subprocess.run([DEMENTI, "init", str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    config = ["--config", str(folder / "dementi.toml")]
    checked = subprocess.run([DEMENTI, *config, "check", "--offline"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    again = subprocess.run([DEMENTI, "init", str(folder)], capture_output=True, text=True, check=False)
    assert again.returncode != 0, "nothing is overwritten"


def test_the_demo_tells_two_denials_and_nothing_else(tmp_path: Path) -> None:
    demo = tmp_path / "config"
    subprocess.run(["cp", "-r", ROOT / "config", demo], check=True)
    for store in demo.glob("*.db*"):
        store.unlink()
    done = subprocess.run(
        [DEMENTI, "--config", demo / "demo.toml", "run", "--once"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    listed = subprocess.run(
        [DEMENTI, "--config", demo / "demo.toml", "events", "--json"], capture_output=True, text=True, check=True
    )
    events = {row["claim"]: row for row in map(json.loads, listed.stdout.splitlines())}
    assert len(listed.stdout.splitlines()) == 2, listed.stdout
    call, told = events["trump-putin-call"], events["ukraine-told"]
    assert (call["stance"], call["party"]) == ("denies", "Kremlin")
    assert "Pes" in call["speaker"] or "Песков" in call["speaker"], "whichever of the five languages came first"
    assert len(call["publishers"]) >= 8
    assert told["stance"] == "denies"
    assert "oreign" in told["party"]
    assert done.stdout.count("DENIED") == 2, "hedged or not, whichever telling came first"


@pytest.mark.parametrize("words", [["claims"], ["events"], ["items"], ["feeds"], ["deliveries"]])
def test_lists_are_plain_in_a_pipe_and_json_where_asked(words: list[str], desk: Desk, feeds: Feeds) -> None:
    feeds.pages["/a"] = rss(("g1", "A title with \x1b[31mcolour &amp; bidi \u202eevil".replace("\x1b", "")))
    desk.write(feeds=desk.feed(feeds, "/a"))
    assert desk(*words).returncode == 0, "before anything was stored"
    assert desk("run", "--once").returncode == 0
    plain = desk(*words)
    assert plain.returncode == 0
    assert "\x1b" not in plain.stdout
    assert "\u202e" not in plain.stdout
    desk.rows(*words)
    assert len(desk.rows(*words, "--limit", "0")) == 0


def test_an_example_that_fails_at_the_start_is_said_and_does_not_make_it_deaf(
    desk: Desk, feeds: Feeds, receiver: Receiver
) -> None:
    feeds.pages["/a"] = rss(("g1", *DENIAL))
    claims = CALL + 'fire = ["Trump and Putin both like golf"]\n'
    desk.write(feeds=desk.feed(feeds, "/a"), claims=claims, channels=desk.webhook(receiver))
    done = desk("run", "--once")
    assert done.returncode == 0
    assert "golf" in done.stderr
    assert [body["type"] for body in receiver.bodies] == ["claim.denied"]


def test_the_shipped_claims_are_not_answered_by_the_story_of_another_year(tmp_path: Path) -> None:
    """`make run` beside the demo: what a newcomer sees first must be right. Without the real feeds: tests stay here."""
    config = tmp_path / "config"
    shutil.copytree(ROOT / "config", config, ignore=shutil.ignore_patterns("*.db*", "outlets.toml"))
    done = subprocess.run(
        [DEMENTI, "--config", config / "dementi.toml", "run", "--once"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("DENIED") == 2, done.stdout
    assert "CONFIRMED" not in done.stdout
