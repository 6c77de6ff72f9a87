"""Issue 4, ways in: OPML, autodiscovery, generated search feeds; from the command line, on real servers."""

from __future__ import annotations

import json
import subprocess
import tomllib

from tests.support.desk import DEMENTI, Desk
from tests.support.feeds import rss
from tests.support.servers import Feeds

OPML = """<opml version="2.0"><body><outline text="Folder">
<outline text='Gazette "East" &#127;' type="rss" xmlUrl="https://gazette.example/rss?a=1&amp;b=2" language="de-AT"/>
<outline text="Courier" xmlUrl="HTTPS://courier.example:443/feed#top"/></outline>
<outline text="Private" xmlUrl="https://me:secret@private.example/feed"/>
</body></opml>"""


def test_feeds_of_another_reader_become_a_watchlist_that_runs(desk: Desk) -> None:
    desk.write(feeds='[[feeds]]\nurl = "https://courier.example/feed"\n')
    (desk.folder / "mine.opml").write_text(OPML)
    done = desk("feeds", "import", "mine.opml", "--into", "more.toml")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "1 feeds; 1 are watched already" in done.stderr
    assert "user and password" in done.stderr
    table = tomllib.loads((desk.folder / "more.toml").read_text())
    assert table == {
        "feeds": [{"url": "https://gazette.example/rss?a=1&b=2", "publisher": 'Gazette "East"', "language": "de"}]
    }
    desk.config.write_text(desk.config.read_text().replace('["watch.toml"]', '["watch.toml", "more.toml"]'))
    assert desk("check").returncode == 0
    exported = desk("feeds", "export").stdout
    again = desk("feeds", "import", "-", "--into", "none.toml", stdin=exported)
    assert "nothing to write; 2 are watched already" in again.stderr
    assert not (desk.folder / "none.toml").exists()


def test_an_import_never_overwrites(desk: Desk) -> None:
    desk.write()
    before = (desk.folder / "watch.toml").read_text()
    done = desk("feeds", "import", "-", "--into", "watch.toml", stdin=OPML)
    assert done.returncode == 78
    assert "watch.toml: is there already; nothing was written" in done.stderr
    assert (desk.folder / "watch.toml").read_text() == before


def test_import_needs_no_config_and_refuses_what_is_no_opml(desk: Desk) -> None:
    def bare(stdin: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [DEMENTI, "feeds", "import", "-"],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=desk.folder,
            env={"PATH": "/usr/bin", "HOME": str(desk.folder)},
            timeout=60,
            check=False,
        )

    assert len(tomllib.loads(bare(OPML).stdout)["feeds"]) == 2
    done = bare("<rss/>")
    assert (done.returncode, done.stdout) == (65, "")
    assert "not <opml>" in done.stderr


def test_the_feeds_of_a_page_are_found_where_they_can_be_read(desk: Desk, feeds: Feeds) -> None:
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="{href}">' for href in ("/gone", "/rss"))
    feeds.pages |= {"/start": f"<html><head>{links}</head></html>".encode(), "/rss": rss(("g1", "A headline"))}
    done = desk("feeds", "find", feeds.url("/start"), "--allow", f"127.0.0.1:{feeds.port}", "--json")
    assert done.returncode == 78, "a config that is named must be there"
    desk.write()
    done = desk("feeds", "find", feeds.url("/start"), "--allow", f"127.0.0.1:{feeds.port}", "--json")
    (row,) = map(json.loads, done.stdout.splitlines())
    assert row == {"url": feeds.url("/rss"), "title": "Test outlet", "language": "en", "entries": 1}
    plain = desk("feeds", "find", feeds.url("/start"), "--allow", f"127.0.0.1:{feeds.port}")
    assert plain.stdout == f"{feeds.url('/rss')}\tTest outlet\ten\t1\n"


def test_a_page_that_is_private_or_not_there_is_an_error(desk: Desk, feeds: Feeds) -> None:
    desk.write()
    done = desk("feeds", "find", feeds.url("/start"))
    assert (done.returncode, done.stdout) == (69, "")
    assert "allow" in done.stderr
    assert not feeds.log
    done = desk("feeds", "find", feeds.url("/nowhere"), "--allow", f"127.0.0.1:{feeds.port}")
    assert done.returncode == 69
    assert "404" in done.stderr


def test_search_feeds_are_off_and_come_by_one_switch(desk: Desk) -> None:
    desk.write(claims='[[claims]]\nid = "call"\nstatement = "Trump and Putin spoke"\nabout = [["Trump"], ["Putin"]]\n')
    assert 'xmlUrl="' not in desk("feeds", "export").stdout
    switch = '\n[search]\nengines = ["google-news", "gdelt"]\nlanguages = ["en", "de"]\n'
    desk.config.write_text(desk.config.read_text() + switch)
    exported = desk("feeds", "export").stdout
    assert exported.count('xmlUrl="https://news.google.com/rss/search?') == 2
    assert exported.count('xmlUrl="https://api.gdeltproject.org/') == 1, "the same words: one question"
    assert "bing" not in exported
    desk.config.write_text(desk.config.read_text().replace('"gdelt"', '"gdlt"'))
    done = desk("check")
    assert done.returncode == 78
    assert "search.engines" in done.stderr
