"""What people tell a desk, and ask of it: silences, marks, routes, the reading explained, a watchlist tried."""

from __future__ import annotations

import json

from tests.support.desk import CALL, DENIAL, Desk
from tests.support.feeds import rss
from tests.support.servers import Feeds, Receiver


def test_a_silence_holds_and_drops_nothing(desk: Desk, feeds: Feeds, receiver: Receiver) -> None:
    feeds.pages["/a"] = rss(("g1", *DENIAL))
    desk.write(feeds=desk.feed(feeds, "/a"), channels=desk.webhook(receiver))
    assert desk("silence", "add", "nonsense", "--for", "2h").returncode == 65
    assert desk("silence", "add", "call", "--for", "2x").returncode == 2
    done = desk("silence", "add", "call", "--for", "2h", "--why", "known", "--by", "ada")
    assert done.returncode == 0, done.stderr
    assert desk("run", "--once").returncode == 0
    assert receiver.requests == 0
    (row,) = desk.rows("deliveries")
    assert row["state"] == "pending"
    (silence,) = desk.rows("silence")
    assert (silence["claims"], silence["author"], silence["note"]) == (["call"], "ada", "known")
    assert row["due"] == silence["until"]
    assert desk("silence", "end", str(silence["id"])).returncode == 0
    assert desk("silence", "end", "99").returncode == 65


def test_routes_tell_who_would_hear_of_it_and_why_not(desk: Desk, receiver: Receiver) -> None:
    desk.write(channels=desk.webhook(receiver) + "min_confidence = 0.8\n")
    (told,) = desk.rows("routes", "test", "call")
    assert told["channels"] == ["hook"]
    assert told["due"]
    (silent,) = desk.rows("routes", "test", "call", "--confidence", "0.7")
    assert silent["due"] is None
    assert "confidence" in silent["refusal"]
    assert desk("routes", "test", "other").returncode == 65


def test_marks_are_kept_and_become_examples(desk: Desk, feeds: Feeds, receiver: Receiver) -> None:
    feeds.pages["/a"] = rss(("g1", *DENIAL))
    desk.write(feeds=desk.feed(feeds, "/a"), channels=desk.webhook(receiver))
    assert desk("run", "--once").returncode == 0
    (delivery,) = desk.rows("deliveries")
    done = desk("mark", delivery["alert"], "wrong", "--note", "satire", "--example")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == f'quiet = ["{DENIAL[0]}"]'
    (item,) = desk.rows("items")
    assert desk("mark", item["id"], "missed", "--claim", "call").returncode == 0
    assert desk("mark", item["id"], "missed").returncode == 2
    assert desk("mark", "nothing", "right").returncode == 65


def test_why_and_try_print_the_whole_reading_also_of_silence(desk: Desk, feeds: Feeds) -> None:
    feeds.pages["/a"] = rss(("g1", *DENIAL), ("g2", "Putin congratulates Trump"))
    desk.write(feeds=desk.feed(feeds, "/a"))
    assert desk("run", "--once").returncode == 0
    denial, other = sorted(desk.rows("items"), key=lambda row: row["title"] != DENIAL[0])
    spoken = desk("why", denial["id"])
    assert spoken.returncode == 0, spoken.stderr
    assert "relation: denies" in spoken.stdout
    assert "cue deny" in spoken.stdout
    silent = desk("why", other["id"], "--claim", "call")
    assert silent.returncode == 0
    assert "what happened" in silent.stdout
    assert desk("why", "nothing").returncode == 65
    tried = desk("try", "Kremlin denies call between Trump and Putin", "--claim", "call")
    assert "relation: denies" in tried.stdout
    assert desk("try", "x", "--claim", "cal").returncode == 65


def test_backtest_plays_the_past_in_time_order_and_compares_watchlists(desk: Desk) -> None:
    desk.write()
    items = [
        {
            "id": "2",
            "title": "Kremlin confirms phone call between Trump and Putin",
            "published": "2024-11-13T10:00:00Z",
        },
        {"id": "3", "title": "Kremlin denies phone call between Trump and Putin", "published": "2024-11-11T11:00:00Z"},
        {"id": "1", "title": DENIAL[0], "summary": DENIAL[1], "published": "2024-11-11T10:00:00Z"},
    ]
    (desk.folder / "items.jsonl").write_text("\n".join(map(json.dumps, items)))
    rows = desk.rows("backtest", "watch.toml", "items.jsonl")
    assert [(row["item"], row["reason"], row["stance"], row["at"]) for row in rows] == [
        ("1", "first-denial", "denies", "2024-11-11T10:00:00Z"),
        ("2", "reversed", "confirms", "2024-11-13T10:00:00Z"),
    ]
    (desk.folder / "new.toml").write_text(CALL + "until = 2024-11-12\nsince = 2024-11-07\n")
    changed = desk.rows("backtest", "new.toml", "items.jsonl", "--against", "watch.toml")
    assert [(row["change"], row["reason"]) for row in changed] == [("lost", "reversed")]


def test_a_webhook_that_answers_410_is_asked_no_more_and_the_mail_says_so(
    desk: Desk, feeds: Feeds, receiver: Receiver
) -> None:
    feeds.pages["/a"] = rss(("g1", *DENIAL))
    desk.write(
        feeds=desk.feed(feeds, "/a"),
        channels=desk.webhook(receiver)
        + '[[channels]]\nname = "screen"\nkind = "console"\n[[routes]]\nchannels = ["screen"]\n',
    )
    receiver.script = [(410, {})]
    done = desk("run", "--once")
    assert done.returncode == 0
    assert "takes no more messages" in done.stdout
    rows = {row["channel"]: row["state"] for row in desk.rows("deliveries") if row["claim"]}
    assert rows == {"hook": "dead", "screen": "sent"}


def test_the_store_is_backed_up_checked_exported_and_imported(desk: Desk, feeds: Feeds) -> None:
    feeds.pages["/a"] = rss(("g1", *DENIAL))
    desk.write(feeds=desk.feed(feeds, "/a"))
    assert desk("run", "--once").returncode == 0
    assert desk("db", "check").returncode == 0
    assert desk("db", "backup", "copy.db").returncode == 0
    assert desk("db", "backup", "copy.db").returncode == 1, "nothing is overwritten"
    whole = desk("db", "export").stdout
    desk.write(feeds=desk.feed(feeds, "/a"), store="sqlite:other.db")
    assert desk("db", "import", "-", stdin=whole).returncode == 0
    assert [row["title"] for row in desk.rows("items")] == [DENIAL[0]]
    assert desk("db", "import", "-", stdin=whole).returncode == 1, "only an empty store is filled"


def test_an_alert_is_repeated_until_it_is_acknowledged(desk: Desk, feeds: Feeds) -> None:
    feeds.pages["/a"] = rss(("g1", *DENIAL))
    screen = '[[channels]]\nname = "screen"\nkind = "console"\n[[routes]]\nchannels = ["screen"]\nrepeat = "30m"\n'
    desk.write(feeds=desk.feed(feeds, "/a"), channels=screen)
    assert desk("run", "--once").returncode == 0
    (row,) = desk.rows("deliveries")
    assert row["state"] == "pending", "it comes again"
    assert desk("ack", "nothing").returncode == 65
    assert desk("ack", row["alert"], "--by", "ada").returncode == 0
    assert [row["state"] for row in desk.rows("deliveries")] == ["sent"]
