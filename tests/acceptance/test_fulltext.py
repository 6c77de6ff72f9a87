"""Issue 4, ways in: the text of an item's page where the feed gives a teaser, and fact-checks on it."""

from __future__ import annotations

import signal
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tests.support.desk import Desk
from tests.support.servers import Answer, Feeds, Receiver, until

TEASER = "Did Donald Trump and Vladimir Putin speak by telephone?"
DENIAL = (
    "“There was no conversation. This is pure fiction,” Kremlin spokesman Dmitry Peskov said of the reported call "
    "between Donald Trump and Vladimir Putin."
)
FILLER = (
    "The Washington Post had reported the conversation on Sunday, and papers all over the world had taken it up since."
)
CHECK = """<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [{"@type": "ClaimReview",
"claimReviewed": "Donald Trump and Vladimir Putin spoke by telephone",
"author": {"@type": "Organization", "name": "Fact Desk"},
"reviewRating": {"@type": "Rating", "ratingValue": 1, "bestRating": 5, "alternateName": "False"}}]}</script>"""
SURE = "min_confidence = 0.1\n"  # of the route: how sure the reading is, is tested elsewhere
ON = '[fulltext]\nenabled = true\nper_host_delay = "1s"\n'


def html(*paragraphs: str, head: str = "") -> Any:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    page = f"<html><head><title>x</title>{head}</head><body><article><h1>{TEASER}</h1>{body}</article></body></html>"

    def answer(_: BaseHTTPRequestHandler) -> Answer:
        return 200, {"Content-Type": "text/html; charset=utf-8"}, page.encode()

    return answer


def teasers(feeds: Feeds, *paths: str, title: str = TEASER) -> bytes:
    items = "".join(
        f"<item><guid isPermaLink='false'>{path}</guid><title>{title}</title><link>{feeds.url(path)}</link></item>"
        for path in paths
    )
    return f"<rss version='2.0'><channel><title>Outlet</title>{items}</channel></rss>".encode()


@pytest.fixture
def asking(desk: Desk, feeds: Feeds, receiver: Receiver) -> Desk:
    """A desk with a feed of one teaser, the page behind it, and a webhook; it may ask for pages."""
    feeds.pages |= {"/rss": teasers(feeds, "/story"), "/story": html(FILLER, DENIAL, FILLER)}
    return desk.write(feeds=desk.feed(feeds, "/rss"), channels=desk.webhook(receiver) + SURE, routes=ON)


def why(desk: Desk) -> str:
    (row,) = desk.rows("items")
    done = desk("why", row["id"])
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_answer_that_stands_on_the_page_only_is_alerted(asking: Desk, feeds: Feeds, receiver: Receiver) -> None:
    assert asking("run", "--once").returncode == 0
    (body,) = receiver.bodies
    assert "pure fiction" in str(body)
    assert [path for path, _ in feeds.log] == ["/rss", "/robots.txt", "/story"]
    assert len({headers["user-agent"] for _, headers in feeds.log}) == 1
    assert "full text: fetched 2" in why(asking)
    (row,) = asking.rows("pages")
    assert (row["state"], row["attempts"], row["characters"] > 200) == ("fetched", 1, True)
    (event,) = asking.rows("events")
    assert event["evidence"] in DENIAL
    assert asking("run", "--once").returncode == 0
    assert (feeds.asked("/story"), len(receiver.bodies)) == (1, 1), "asked once, told once"


def test_nothing_is_asked_for_unless_the_config_says_so(asking: Desk, feeds: Feeds, receiver: Receiver) -> None:
    asking.write(feeds=asking.feed(feeds, "/rss"), channels=asking.webhook(receiver) + SURE)
    assert asking("run", "--once").returncode == 0
    assert ([path for path, _ in feeds.log], receiver.bodies) == (["/rss"], [])
    assert "full text: not asked for, because [fulltext] is off" in why(asking)


def test_a_feed_may_be_left_out(asking: Desk, feeds: Feeds, receiver: Receiver) -> None:
    more = asking.feed(feeds, "/rss", more="fulltext = false")
    asking.write(feeds=more, channels=asking.webhook(receiver) + SURE, routes=ON)
    assert asking("run", "--once").returncode == 0
    assert [path for path, _ in feeds.log] == ["/rss"]
    assert "not asked for, because its feed says fulltext = false" in why(asking)


def test_an_item_that_answers_by_itself_needs_no_page(asking: Desk, feeds: Feeds, receiver: Receiver) -> None:
    feeds.pages["/rss"] = teasers(feeds, "/story", title="Kremlin denies phone call between Trump and Putin")
    assert asking("run", "--once").returncode == 0
    assert ([path for path, _ in feeds.log], len(receiver.bodies)) == (["/rss"], 1)
    assert "not asked for, because its own words answer the claim" in why(asking)


def test_robots_are_obeyed_and_that_is_said(asking: Desk, feeds: Feeds, receiver: Receiver) -> None:
    feeds.pages["/robots.txt"] = b"User-agent: *\nDisallow: /story\n"
    assert asking("run", "--once").returncode == 0
    assert (feeds.asked("/story"), receiver.bodies) == (0, [])
    assert "full text: refused by robots.txt" in why(asking)
    done = asking("pages")
    assert "refused" in done.stdout
    assert done.stderr == "1 refused\n"


def test_a_fact_check_in_the_pages_markup_is_alerted_with_the_ratings_word(
    asking: Desk, feeds: Feeds, receiver: Receiver
) -> None:
    feeds.pages["/story"] = html(FILLER, FILLER, FILLER, head=CHECK)
    assert asking("run", "--once").returncode == 0
    assert len(receiver.bodies) == 1
    (event,) = asking.rows("events")
    assert (event["stance"], event["basis"], event["speaker"], event["evidence"]) == (
        *("denies", "shown"),
        *("Fact Desk", "False"),
    )
    assert "rated “False”" in why(asking)


def test_a_page_that_hung_when_the_daemon_was_killed_is_read_by_the_next(
    asking: Desk, feeds: Feeds, receiver: Receiver
) -> None:
    hang, answer = threading.Event(), feeds.pages["/story"]

    def hangs(_: BaseHTTPRequestHandler) -> None:
        hang.wait(60)

    feeds.pages["/story"] = hangs
    with asking.daemon() as first:
        until(lambda: feeds.asked("/story"))
        assert receiver.bodies == []
        first.end(signal.SIGKILL)
    hang.set()
    feeds.pages["/story"] = answer
    with asking.daemon() as second:
        until(lambda: receiver.bodies)
        assert second.end() == 0
    assert "pure fiction" in str(receiver.bodies[0])
    assert list(receiver.taken.values()) == [1]


def test_the_daemon_alerts_and_a_later_edit_of_the_teaser_changes_nothing(
    asking: Desk, feeds: Feeds, receiver: Receiver
) -> None:
    with asking.daemon() as daemon:
        until(lambda: receiver.bodies)
        assert daemon.end() == 0
    feeds.pages["/rss"] = teasers(feeds, "/story", title=f"{TEASER} What is known")
    assert asking("run", "--once").returncode == 0
    (row,) = asking.rows("items")
    assert (row["version"], row["claims"]) == (3, {"call": "denies"})
    assert (len(receiver.bodies), feeds.asked("/story")) == (1, 1)


def test_without_the_extra_the_config_is_refused_with_what_to_install(asking: Desk, tmp_path: Path) -> None:
    without = tmp_path / "without"
    without.mkdir()
    (without / "sitecustomize.py").write_text("import sys\nsys.modules['trafilatura'] = None\n")
    for words in (["check", "--offline"], ["run", "--once"]):
        done = asking(*words, env={"PYTHONPATH": str(without)})
        assert done.returncode == 78
        assert "fulltext.enabled: needs the extra: pip install 'dementi[fulltext]'" in done.stderr
    done = asking("check", "--offline")
    assert done.returncode == 0
    assert "full text: at most 120 pages an hour, where robots.txt allows it" in done.stdout
