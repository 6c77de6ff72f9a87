from __future__ import annotations

from pathlib import Path

import feedparser
import pytest

from monitor.notify.atom import AtomChannel, write_whole
from tests.support.channels import DESK, NOW, alert, message


def channel(path: Path, keep: int = 100) -> AtomChannel:
    return AtomChannel(name="alerts", path=path, clock=lambda: NOW, keep=keep)


async def test_a_feed_reader_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "alerts.xml"
    await channel(path).send(message(alert()), DESK)
    feed = feedparser.parse(path.read_bytes())
    assert not feed.bozo
    assert feed.entries[0].title == "[Mayor's office (Jonas Weir) denies] Mayor Ahlgren of Larnwick resigns"
    assert feed.entries[0].link == "https://www.example.org/larnwick/ahlgren-bleibt"


async def test_newest_first_and_no_more_than_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "alerts.xml"
    made = channel(path, keep=3)
    for number in range(5):
        await made.send(message(alert(number=number)), DESK)
    ids = [entry.id.rpartition(":")[2] for entry in feedparser.parse(path.read_bytes()).entries]
    assert ids == ["alert-4", "alert-3", "alert-2"]


async def test_a_file_that_somebody_broke_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "alerts.xml"
    path.write_text("<feed><entry>")
    await channel(path).send(message(alert()), DESK)
    assert len(feedparser.parse(path.read_bytes()).entries) == 1


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "alerts.xml"
    path.mkdir()  # cannot be replaced by a file
    with pytest.raises(OSError, match=r"alerts\.xml"):
        write_whole(path, b"x")
    assert list(tmp_path.iterdir()) == [path]
