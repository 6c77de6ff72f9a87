"""One watchlist file, as `judge` and `backtest` read it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.watchlist import load_watchlist
from monitor.watchlist.schema import made_id


def write(folder: Path, text: str) -> Path:
    file = folder / "watch.toml"
    file.write_text(text)
    return file


def test_statements_alone_are_enough(tmp_path: Path) -> None:
    watch = load_watchlist(write(tmp_path, '[[claims]]\nstatement = "The mayor of Linz resigned"\n'))
    assert [(claim.id, claim.about, claim.parties) for claim in watch.claims] == [
        ("the-mayor-of-linz-resigned", (), ())
    ]
    assert watch.feeds == ()


def test_the_same_statement_has_the_same_id_and_long_ones_stay_apart() -> None:
    long = "The government of the republic has agreed with all provinces on a ban of fireworks in "
    one, other = made_id(long + "Graz"), made_id(long + "Linz")
    assert one == made_id(long + "Graz")
    assert one != other
    assert max(len(one), len(other)) <= 48


def test_statements_without_latin_letters_get_an_id_as_well() -> None:
    assert made_id("Трамп поговорил с Путиным") == "tramp-pogovoril-s-putinym"
    assert made_id("特朗普与普京通了电话")


def test_settings_in_a_watchlist_are_sent_home(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"watch\.toml:1: poll: belongs into dementi\.toml"):
        load_watchlist(write(tmp_path, '[poll]\nevery = "10m"\n'))


@pytest.mark.parametrize("section", ["claims = 1", "claims = [1]", "[claims]", "feeds = ['x']", "claims = [[]]"])
def test_sections_of_the_wrong_shape(section: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        load_watchlist(write(tmp_path, section))
    assert [fault.line for fault in raised.value.faults] == [1]


def test_a_thousand_faults_in_one_go(tmp_path: Path) -> None:
    entries = (f"[[claims]]\nid = {json.dumps(f'c{i}')}\nstatemnt = 'x'\n" for i in range(1_000))
    with pytest.raises(ConfigError) as raised:
        load_watchlist(write(tmp_path, "".join(entries)))
    assert sorted(fault.line or 0 for fault in raised.value.faults) == sorted(
        [line for i in range(1_000) for line in (3 * i + 1, 3 * i + 3)]
    )


def test_addresses_may_be_long_as_those_of_searches_are(tmp_path: Path) -> None:
    url = "https://example.org/search?q=" + "a" * 1_000
    (feed,) = load_watchlist(write(tmp_path, f'[[feeds]]\nurl = "{url}"\n')).feeds
    assert feed.url == url
