"""Issue 4, WebSub: a hub sends what is new, long before the next poll; on a real hub, feed and receiver."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator

import pytest

from tests.support.desk import DENIAL, Desk
from tests.support.feeds import rss
from tests.support.hub import Hub
from tests.support.servers import Feeds, Receiver, until

QUIET = ("g0", "Nothing of interest happened")


@pytest.fixture
def hub() -> Iterator[Hub]:
    made = Hub()
    yield made
    made.close()


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def topic(desk: Desk, feeds: Feeds, receiver: Receiver, hub: Hub, port: int) -> str:
    """A desk that polls once an hour a feed that names its hub; the feed's own address."""
    own = feeds.url("/self")
    links = f'<atom:link rel="hub" href="{hub.url}"/><atom:link rel="self" href="{own}"/>'
    page = rss(QUIET).replace(b"<channel>", b'<channel xmlns:atom="http://www.w3.org/2005/Atom">' + links.encode())
    feeds.pages["/rss"] = page
    desk.let(hub.port)
    desk.write(
        feeds=desk.feed(feeds, "/rss"),
        channels=desk.webhook(receiver) + "min_confidence = 0.1\n",
        poll='every = "1h"',
        routes=f'[websub]\nlisten = "127.0.0.1:{port}"\ncallback_url = "http://127.0.0.1:{port}/websub"\n',
    )
    return own


def test_what_a_hub_sends_is_alerted_at_once_also_after_a_kill(
    desk: Desk, feeds: Feeds, receiver: Receiver, hub: Hub, topic: str
) -> None:
    with desk.daemon() as first:
        until(lambda: topic in hub.verified)
        assert hub.publish(topic, rss(("g1", *DENIAL)), secret="a guess") == 202
        first.says("is not signed by its hub")
        first.end(signal.SIGKILL)
    assert receiver.bodies == []
    with desk.daemon() as second:
        second.says("watching 1 claims")
        assert hub.publish(topic, rss(("g1", *DENIAL))) == 202
        until(lambda: receiver.bodies)
        assert hub.publish(topic, rss(("g1", *DENIAL))) == 202
        assert second.end() == 0
    assert (len(receiver.bodies), feeds.asked("/rss"), len(hub.asked)) == (1, 1, 1)
    assert "Kremlin" in str(receiver.bodies[0])
    (row,) = desk.rows("feeds")
    assert row["pushed_until"] is not None
    rows = desk.rows("items")
    assert [row["title"] for row in rows] == [DENIAL[0], QUIET[1]]
    secret = hub.verified[topic]["hub.secret"]
    assert not [log for log in desk.folder.glob("daemon*.log") if secret in log.read_text()]


def test_without_the_table_hubs_are_left_alone(desk: Desk, feeds: Feeds, hub: Hub, topic: str) -> None:
    desk.write(feeds=desk.feed(feeds, "/rss"))
    with desk.daemon() as daemon:
        until(lambda: desk.rows("items"))
        assert daemon.end() == 0
    assert hub.asked == []


def test_a_port_that_is_taken_is_said_at_the_start(desk: Desk, topic: str, port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        done = desk("run", seconds=30)
    assert done.returncode == 78
    assert "websub.listen: cannot be listened on" in done.stderr
