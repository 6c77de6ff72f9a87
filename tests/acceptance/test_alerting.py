"""Promises 8, 10 and 14: pure verdicts, nothing lost and nothing said twice, mail that forms a thread."""

from __future__ import annotations

import json
import random
import time

import pytest

from tests.support.desk import DENIAL, Desk
from tests.support.feeds import rss
from tests.support.servers import Feeds, Mailbox, Receiver, until

REPRINT = (
    "Moscow denies Trump-Putin call",
    "Kremlin spokesman Dmitry Peskov called the report of a call pure fiction.",
)
REVERSAL = (
    "Kremlin confirms phone call between Trump and Putin",
    "Kremlin spokesman Dmitry Peskov confirmed that Donald Trump and Vladimir Putin had spoken by telephone.",
)


def test_the_same_item_gives_the_same_verdict(desk: Desk) -> None:
    desk.write()
    lines = "\n".join(
        json.dumps({"id": str(n), "title": title, "summary": summary})
        for n, (title, summary) in enumerate([DENIAL, REPRINT, REVERSAL] * 3)
    )
    runs = [desk("judge", "--watchlist", "watch.toml", stdin=lines) for _ in range(2)]
    assert [run.returncode for run in runs] == [0, 0], runs[0].stderr
    assert runs[0].stdout == runs[1].stdout
    found = [json.loads(line) for line in runs[0].stdout.splitlines()]
    for line in found:
        del line["item"]
    assert found[0] == found[3] == found[6]
    assert [line["relation"] for line in found[:3]] == ["denies", "denies", "confirms"]
    assert not (desk.folder / "dementi.db").exists(), "judge stores nothing"


def test_a_denial_and_its_reprints_are_one_event_and_one_alert(desk: Desk, feeds: Feeds, receiver: Receiver) -> None:
    outlets = [f"/outlet{n}" for n in range(5)]
    feeds.pages |= {path: rss((f"{path}", *(REPRINT if n % 2 else DENIAL))) for n, path in enumerate(outlets)}
    desk.write(feeds="".join(desk.feed(feeds, path) for path in outlets), channels=desk.webhook(receiver))
    assert desk("run", "--once").returncode == 0
    (event,) = desk.rows("events")
    assert (event["stance"], event["party"], event["items"]) == ("denies", "Kremlin", 5)
    (body,) = receiver.bodies
    assert body["type"] == "claim.denied"
    assert body["data"]["statement"]["speaker"] == "Dmitry Peskov"
    assert body["data"]["claim_status"]["after"] == "denied"


def test_a_party_that_takes_back_its_word_is_alerted_as_a_reversal(
    desk: Desk, feeds: Feeds, receiver: Receiver
) -> None:
    desk.write(feeds=desk.feed(feeds, "/a"), channels=desk.webhook(receiver))
    feeds.pages["/a"] = rss(("g1", *DENIAL))
    assert desk("run", "--once").returncode == 0
    feeds.pages["/a"] = rss(("g2", *REVERSAL), ("g1", *DENIAL))
    assert desk("run", "--once").returncode == 0
    assert [body["type"] for body in receiver.bodies] == ["claim.denied", "claim.reversed"]
    assert desk.rows("claims")[0]["status"] == "reversed"


@pytest.mark.parametrize("seed", range(4))
def test_killed_between_commit_and_send_every_alert_arrives_and_is_seen_once(
    desk: Desk, feeds: Feeds, receiver: Receiver, seed: int
) -> None:
    """A receiver that knows ids sees each alert once, whenever the process dies."""
    chance = random.Random(seed)
    names = [f"Minister Aldous Verrin number {n}" for n in range(6)]
    claims = "".join(f'[[claims]]\nid = "c{n}"\nstatement = "{name} resigns"\n' for n, name in enumerate(names))
    desk.write(feeds=desk.feed(feeds, "/a"), claims=claims, channels=desk.webhook(receiver))
    feeds.pages["/a"] = rss(*((f"g{n}", f"{name} denies resignation") for n, name in enumerate(names)))
    deaths = 0
    while deaths < 5:
        with desk.daemon() as daemon:
            daemon.says("watching")
            time.sleep(chance.uniform(0, 0.6))
            daemon.process.kill()
            daemon.process.wait()
            deaths += 1
    with desk.daemon() as daemon:
        daemon.says("watching")
        until(lambda: len(receiver.taken) == len(desk.rows("deliveries")) > 0)
        until(lambda: all(row["state"] == "sent" for row in desk.rows("deliveries")))
        assert daemon.end() == 0
    rows = desk.rows("deliveries")
    assert {row["alert"] for row in rows} == set(receiver.taken)
    assert len(rows) == len({row["claim"] for row in rows})


def test_killed_after_the_receiver_took_it_the_id_is_the_same(desk: Desk, feeds: Feeds, receiver: Receiver) -> None:
    desk.write(feeds=desk.feed(feeds, "/a"), channels=desk.webhook(receiver))
    feeds.pages["/a"] = rss(("g1", *DENIAL))
    with desk.daemon() as daemon:
        receiver.hook = daemon.process.kill  # dies before it can settle the delivery
        until(lambda: receiver.taken)
        daemon.process.wait()
    receiver.hook = lambda: None
    with desk.daemon() as daemon:
        until(lambda: [row["state"] for row in desk.rows("deliveries")] == ["sent"])
        assert daemon.end() == 0
    assert list(receiver.taken.values()) == [2]
    assert len(desk.rows("deliveries")) == 1


def test_a_webhook_that_is_down_gets_the_alert_later_and_a_refusal_is_shown(
    desk: Desk, feeds: Feeds, receiver: Receiver
) -> None:
    desk.write(feeds=desk.feed(feeds, "/a"), channels=desk.webhook(receiver))
    feeds.pages["/a"] = rss(("g1", *DENIAL))
    receiver.script = [(503, {"Retry-After": "1"}), (500, {})]
    done = desk("run", "--once")
    assert done.returncode == 0
    (row,) = desk.rows("deliveries")
    assert (row["state"], row["attempts"]) == ("pending", 1)
    assert "503" in row["error"]
    receiver.script = [(404, {})]
    until(lambda: desk("run", "--once").returncode == 0 and desk.rows("deliveries")[0]["state"] == "dead", 30)
    assert "404" in desk.rows("deliveries")[0]["error"]
    assert desk("deliveries", "retry", row["id"]).returncode == 0
    assert desk("run", "--once").returncode == 0
    assert desk.rows("deliveries")[0]["state"] == "sent"
    assert desk("deliveries", "retry", "nonsense").returncode == 65


def test_redirects_are_not_followed_with_a_message(desk: Desk, feeds: Feeds, receiver: Receiver) -> None:
    desk.write(feeds=desk.feed(feeds, "/a"), channels=desk.webhook(receiver))
    feeds.pages["/a"] = rss(("g1", *DENIAL))
    receiver.script = [(307, {"Location": feeds.url("/elsewhere")})]
    assert desk("run", "--once").returncode == 0
    (row,) = desk.rows("deliveries")
    assert row["state"] == "dead"
    assert "redirect" in row["error"]
    assert feeds.asked("/elsewhere") == 0


def test_mails_of_one_claim_form_a_thread_and_say_who_denies_what(desk: Desk, feeds: Feeds, mailbox: Mailbox) -> None:
    desk.write(feeds=desk.feed(feeds, "/a"), channels=desk.email(mailbox, "desk@news.example", "night@news.example"))
    feeds.pages["/a"] = rss(("g1", *DENIAL))
    assert desk("run", "--once").returncode == 0
    feeds.pages["/a"] = rss(("g2", *REVERSAL), ("g1", *DENIAL))
    assert desk("run", "--once").returncode == 0
    assert sorted(mail["To"] for mail in mailbox.mails) == ["desk@news.example"] * 2 + ["night@news.example"] * 2
    first, second = (mail for mail in mailbox.mails if mail["To"] == "desk@news.example")
    assert first["Message-ID"] != second["Message-ID"]
    assert set(first["References"].split()) & set(second["References"].split())
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["List-Id"]
    plain, rich = first.get_body(("plain",)), first.get_body(("html",))
    assert plain is not None
    assert rich is not None
    for words in ("Dmitry Peskov", "Kremlin", "There was no conversation", "Outlet a", "https://outlet.example/g1"):
        assert words in plain.get_content(), words
        assert words.replace("“", "") in rich.get_content(), words


def test_one_refused_recipient_takes_nothing_from_the_other(desk: Desk, feeds: Feeds, mailbox: Mailbox) -> None:
    mailbox.refuse = {"gone@news.example": "550 no such user"}
    desk.write(feeds=desk.feed(feeds, "/a"), channels=desk.email(mailbox, "gone@news.example", "desk@news.example"))
    feeds.pages["/a"] = rss(("g1", *DENIAL))
    assert desk("run", "--once").returncode == 0
    states = {row["recipient"]: row["state"] for row in desk.rows("deliveries")}
    assert states == {"gone@news.example": "dead", "desk@news.example": "sent"}


def test_smtp_that_is_down_keeps_the_mail(desk: Desk, feeds: Feeds, mailbox: Mailbox) -> None:
    desk.write(feeds=desk.feed(feeds, "/a"), channels=desk.email(mailbox, "desk@news.example"))
    feeds.pages["/a"] = rss(("g1", *DENIAL))
    mailbox.close()
    assert desk("run", "--once").returncode == 0
    (row,) = desk.rows("deliveries")
    assert (row["state"], row["attempts"]) == ("pending", 1)
