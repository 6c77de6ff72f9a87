"""A config that is right: what its values become."""

from __future__ import annotations

import base64
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from monitor import app
from monitor.errors import ConfigError
from monitor.model.claim import Party
from monitor.model.story import Reason
from monitor.model.verdict import Role, Stance
from monitor.settings import find
from monitor.settings.channels import EmailTable

GOOD = Path(__file__).parents[2] / "cases" / "config" / "good"


@pytest.fixture(scope="module")
def config() -> app.Config:
    return app.load(GOOD / "everything.toml")


def test_paths_are_relative_to_the_file(config: app.Config) -> None:
    assert config.settings.store.url == f"sqlite:{GOOD / 'sub' / 'dementi.db'}"
    feed = config.watch.feeds[0]
    assert (feed.url, feed.path) == ("file:feeds/a%20b.xml", GOOD / "feeds" / "a b.xml")


def test_feeds_take_what_they_leave_out_from_the_settings(config: app.Config) -> None:
    own, included = config.watch.feeds
    assert (own.every, own.language, own.alert_on_first_fetch) == (timedelta(seconds=60), "de", True)
    assert (included.every, included.publisher, included.alert_on_first_fetch) == (
        timedelta(minutes=90),
        "Example",
        False,
    )


def test_a_claim_with_everything(config: app.Config) -> None:
    claim = config.watch.claim("trump-putin-call")
    assert claim is not None
    assert claim.parties == (
        Party(name="White House"),
        Party(name="Kremlin", aliases=("Kreml", "Moskau"), speakers=("Dmitri Peskow",)),
    )
    assert (claim.since, claim.until) == (date(2024, 11, 7), date(2025, 1, 1))
    assert claim.phrasings["ru"] == ("Трамп поговорил с Путиным по телефону",)
    assert claim.about == (("Trump",), ("Putin", "Kremlin", "Kreml"))


def test_a_bare_statement_gets_an_id_that_can_be_typed(config: app.Config) -> None:
    assert config.watch.claims[1].id == "der-burgermeister-von-lodz-tritt-zuruck"


def test_routes(config: app.Config) -> None:
    route = config.settings.routes[0].route()
    assert route.stances == (Stance.DENIES,)
    assert route.reasons == (Reason.REVERSED, Reason.FIRST_DENIAL)
    assert route.roles == (Role.PARTY,)
    assert (route.digest, route.digest_zone, route.min_confidence) == (time(8), "Europe/Berlin", 1.0)
    assert route.quiet_hours is not None
    assert route.quiet_hours.start == time(22)


def test_smtp_ports_follow_the_security(config: app.Config) -> None:
    email = config.settings.channels[0]
    assert isinstance(email, EmailTable)
    assert email.smtp.port == 465


def test_no_repr_holds_an_address_that_may_hold_a_token(config: app.Config) -> None:
    assert "token=1" not in repr(config.settings)


def test_without_channels_and_routes_alerts_are_on_the_console(tmp_path: Path) -> None:
    (tmp_path / "dementi.toml").write_text("")
    settings = app.load(tmp_path / "dementi.toml").settings
    assert [channel.kind for channel in settings.channels] == ["console"]
    assert [route.channels for route in settings.routes] == [("console",)]
    assert settings.store.url == f"sqlite:{tmp_path / 'dementi.db'}"


def test_without_routes_every_channel_gets_everything(tmp_path: Path) -> None:
    (tmp_path / "dementi.toml").write_text(
        '[[channels]]\nname = "a"\nkind = "console"\n[[channels]]\nname = "b"\nkind = "console"\n'
    )
    assert [route.channels for route in app.load(tmp_path / "dementi.toml").settings.routes] == [("a", "b")]


def test_a_config_does_not_include_itself(tmp_path: Path) -> None:
    (tmp_path / "dementi.toml").write_text('include = ["*.toml", "**/w.toml"]\n')
    (tmp_path / "sub").mkdir()
    for file in (tmp_path / "w.toml", tmp_path / "sub" / "w.toml"):
        file.write_text(f'[[claims]]\nid = "{file.parent.name}"\nstatement = "The mayor resigned"\n')
    assert {claim.id for claim in app.load(tmp_path / "dementi.toml").watch.claims} == {tmp_path.name, "sub"}


# -- where it is looked for


@pytest.mark.parametrize(
    "places",
    [
        ["conf", "cwd", "xdg"],
        ["cwd", "xdg"],
        ["xdg"],
    ],
)
def test_the_search_order(places: list[str], tmp_path: Path) -> None:
    files = {
        "conf": tmp_path / "conf" / "dementi.toml",
        "cwd": tmp_path / "cwd" / "dementi.toml",
        "xdg": tmp_path / "xdg" / "dementi" / "dementi.toml",
    }
    for file in files.values():
        file.parent.mkdir(parents=True)
    for place in places:
        files[place].touch()
    env = {
        "CONFIGURATION_DIRECTORY": f"{tmp_path / 'none'}:{tmp_path / 'conf'}",
        "XDG_CONFIG_HOME": str(tmp_path / "xdg"),
    }
    assert find(None, env, tmp_path / "cwd") == files[places[0]]
    named = {**env, "DEMENTI_CONFIG": "by-env.toml"}
    assert find(None, named, tmp_path / "cwd") == Path("by-env.toml")
    assert find(Path("by-hand.toml"), named, tmp_path / "cwd") == Path("by-hand.toml")


def test_no_config_names_every_place_and_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        find(None, {"HOME": str(tmp_path / "home")}, tmp_path)
    assert raised.value.exit_code == 78
    for part in (tmp_path / "dementi.toml", tmp_path / "home/.config/dementi/dementi.toml", "dementi init"):
        assert str(part) in str(raised.value)


# -- secrets

KEY = "whsec_" + base64.b64encode(b"k" * 24).decode()


def secret_config(folder: Path, keys: str) -> app.Config:
    (folder / "dementi.toml").write_text(
        f'[[channels]]\nname = "hook"\nkind = "webhook"\nurl = "https://hooks.example.org/"\n{keys}\n'
    )
    return app.load(folder / "dementi.toml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{KEY}\n\n{KEY}\n", None),
        ("", "is empty"),
        (f"{KEY}\nhunter2\n", "secret 2 is not whsec_ and 24 to 64 bytes in base64"),
        ("whsec_aHVudGVyMg==\n", "secret 1 is not whsec_ and 24 to 64 bytes in base64"),
        ("whsec_hunter2!\n", "secret 1 is not whsec_ and 24 to 64 bytes in base64"),
    ],
)
def test_a_secret_of_no_use_is_said_without_saying_it(text: str, message: str | None, tmp_path: Path) -> None:
    (tmp_path / "hook.key").write_text(text)
    config = secret_config(tmp_path, 'secret_file = "hook.key"')
    if message is None:
        app.check_secrets(config)
        return
    with pytest.raises(ConfigError) as raised:
        app.check_secrets(config)
    assert str(raised.value).endswith(f"dementi.toml:5: channels[0].secret_file: {message}")


def test_secrets_from_the_environment_and_from_systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.delenv("HOOK", raising=False)
    by_env = secret_config(tmp_path, 'secret_env = "HOOK"')
    with pytest.raises(ConfigError, match="no variable HOOK"):
        app.check_secrets(by_env)
    monkeypatch.setenv("HOOK", KEY)
    app.check_secrets(by_env)
    by_systemd = secret_config(tmp_path, 'secret_credential = "hook"')
    with pytest.raises(ConfigError, match="CREDENTIALS_DIRECTORY"):
        app.check_secrets(by_systemd)
    (tmp_path / "hook").write_text(KEY)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    app.check_secrets(by_systemd)


def test_lists_work_where_secrets_are_out_of_reach(tmp_path: Path) -> None:
    assert secret_config(tmp_path, 'secret_file = "/nowhere/hook.key"').settings.channels
