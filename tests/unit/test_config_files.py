"""What the project ships: config/, its schemas for editors, and what `dementi init` writes."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor import app
from monitor.errors import ConfigError
from monitor.model.claim import Watch
from monitor.settings.starter import write
from scripts.schemas import CONFIG, schemas

WATCHLISTS = sorted([*CONFIG.glob("watchlists/*.toml"), *CONFIG.glob("demo/*.toml")])


# ---------------------------------------------------------------- config/


@pytest.mark.parametrize("name", ["dementi.toml", "demo.toml"])
def test_a_shipped_config_loads_and_its_examples_hold(name: str) -> None:
    config = app.load(CONFIG / name)
    app.check_examples(config)
    assert config.watch.claims
    assert all(claim.quiet for claim in config.watch.claims), "what must not alert is an example, too"


def test_the_demo_asks_nobody_and_alerts_at_once() -> None:
    feeds = app.load(CONFIG / "demo.toml").watch.feeds
    assert len(feeds) == 9
    assert all(feed.path and feed.path.is_file() and feed.alert_on_first_fetch for feed in feeds)
    assert all("(d" in str(feed.publisher).lower() or "(д" in str(feed.publisher) for feed in feeds), (
        "marked as invented"
    )


def test_real_outlets_are_watched_in_many_languages_and_do_not_flood() -> None:
    feeds = [feed for feed in app.load(CONFIG / "dementi.toml").watch.feeds if feed.url.startswith("https://")]
    assert len({feed.publisher for feed in feeds}) >= 12
    assert len({feed.language for feed in feeds}) >= 6
    assert not any(feed.alert_on_first_fetch for feed in feeds)


def test_the_big_config_tells_the_bundled_story_too() -> None:
    demo, big = app.load(CONFIG / "demo.toml").watch, app.load(CONFIG / "dementi.toml").watch
    assert set(ids(demo)) < set(ids(big))


def ids(watch: Watch) -> list[str]:
    return [claim.id for claim in watch.claims]


def test_every_key_stands_in_the_shipped_config() -> None:
    """The README promises it. Secrets have three keys each; one of the three is shown, the others are named."""
    text = (CONFIG / "dementi.toml").read_text()
    schema = json.loads(schemas()["dementi.schema.json"])
    elsewhere = {"ClaimEntry", "FeedEntry", "PartyEntry"}  # in watchlists
    tables = [schema, *(table for name, table in schema["definitions"].items() if name not in elsewhere)]
    keys = {key for table in tables for key in table.get("properties", ())} - {"feeds"}
    assert len(keys) > 40
    assert not [key for key in sorted(keys) if not re.search(rf"\b{key}\b", text)]


def test_what_stands_in_its_comments_is_right_as_well(tmp_path: Path) -> None:
    text = (CONFIG / "dementi.toml").read_text().replace("watchlists/*.toml", str(CONFIG / "watchlists" / "*.toml"))
    text = text.replace("demo/story.toml", str(CONFIG / "demo" / "story.toml"))
    (tmp_path / "dementi.toml").write_text("".join(map(uncommented, text.splitlines(keepends=True))))
    settings = app.load(tmp_path / "dementi.toml").settings
    assert [channel.kind for channel in settings.channels] == ["console", "email", "webhook", "apprise", "atom"]
    assert settings.web
    assert settings.routes[0].roles
    assert settings.second_opinion
    assert settings.second_opinion.policy().per_day == 500


# ---------------------------------------------------------------- schemas


@pytest.mark.parametrize("name", schemas())
def test_the_schema_is_current(name: str) -> None:
    assert (CONFIG / name).read_text(encoding="utf-8") == schemas()[name], "`make schemas` renews it"


@pytest.mark.parametrize("name", schemas())
def test_every_reference_of_a_schema_leads_somewhere(name: str) -> None:
    schema = json.loads(schemas()[name])
    references = [node["$ref"] for node in nodes(schema) if "$ref" in node]
    assert references
    assert all(reference.removeprefix("#/definitions/") in schema["definitions"] for reference in references)


@pytest.mark.parametrize("name", schemas())
def test_a_schema_speaks_of_nothing_that_toml_lacks(name: str) -> None:
    found = list(nodes(json.loads(schemas()[name])))
    assert not any(node.get("type") == "null" or "discriminator" in node for node in found)
    assert not any("default" in node and node["default"] is None for node in found)


@pytest.mark.parametrize(
    "path", [CONFIG / "dementi.toml", CONFIG / "demo.toml", *WATCHLISTS], ids=lambda path: path.name
)
def test_a_shipped_file_fits_its_schema(path: Path) -> None:
    name = "dementi.schema.json" if path.parent == CONFIG else "watchlist.schema.json"
    schema = json.loads(schemas()[name])
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    assert not list(misfits(data, schema, schema["definitions"]))
    assert list(misfits(data | {"clams": []}, schema, schema["definitions"])) == ["clams"]


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
    for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from nodes(inner)


def misfits(data: Any, schema: dict[str, Any], definitions: dict[str, Any], at: str = "") -> Iterator[str]:
    """Places whose key or type the schema does not know: the part of JSON Schema that our schemas use."""
    schema = schema | definitions.get(schema.get("$ref", "").removeprefix("#/definitions/"), {})
    schema = schema | (schema["allOf"][0] if "allOf" in schema else {})
    schema = schema | definitions.get(schema.get("$ref", "").removeprefix("#/definitions/"), {})
    if choices := schema.get("oneOf") or schema.get("anyOf"):
        found = [list(misfits(data, choice, definitions, at)) for choice in choices]
        yield from min(found, key=len)
    elif isinstance(data, dict):
        for key, value in data.items():
            known = schema.get("properties", {}).get(key) or schema.get("additionalProperties")
            if known:
                yield from misfits(value, known, definitions, f"{at}.{key}".strip("."))
            else:
                yield f"{at}.{key}".strip(".")
        yield from (f"{at}.{key}" for key in schema.get("required", ()) if key not in data)
    elif isinstance(data, list):
        for number, entry in enumerate(data):
            yield from misfits(entry, schema.get("items", {}), definitions, f"{at}[{number}]")
    elif schema.get("type") not in {KINDS.get(type(data), "string"), "number" if type(data) is int else ""}:
        yield at


KINDS = {bool: "boolean", int: "integer", float: "number"}


# ---------------------------------------------------------------- dementi init


def test_the_starter_loads_and_its_examples_hold(tmp_path: Path) -> None:
    written = write(tmp_path / "a" / "desk")
    assert [path.relative_to(tmp_path / "a" / "desk").as_posix() for path in written] == [
        "dementi.toml",
        "watchlists/example.toml",
        "watchlists/example.xml",
    ]
    config = app.load(written[0])
    app.check_examples(config)
    (feed,) = config.watch.feeds
    assert feed.path == written[2]


def test_what_stands_in_comments_would_be_right_as_well(tmp_path: Path) -> None:
    """A newcomer takes the # away; every commented table and key must then load."""
    config, watchlist, _ = write(tmp_path)
    for path in (config, watchlist):
        path.write_text("".join(map(uncommented, path.read_text().splitlines(keepends=True))))
    (tmp_path / "smtp-password").write_text("x\n")
    loaded = app.load(config)
    assert {channel.name for channel in loaded.settings.channels} == {"terminal", "desk", "newsroom", "chat"}
    assert loaded.settings.routes[0].digest
    assert loaded.settings.http.allow_private
    assert loaded.settings.second_opinion
    assert len(loaded.watch.feeds) == 3
    assert loaded.watch.claims[0].since


def uncommented(line: str) -> str:
    """`# name = "desk"` and `# [[feeds]]` are config; `# Mail. Secrets never …` is prose."""
    bare = line.removeprefix("# ")
    is_config = bare.startswith("[") or (bare.partition(" = ")[0].replace("_", "").isalpha() and " = " in bare)
    return bare if is_config else line


@pytest.mark.parametrize("there", ["dementi.toml", "watchlists/example.xml"])
def test_nothing_is_overwritten(there: str, tmp_path: Path) -> None:
    (tmp_path / there).parent.mkdir(exist_ok=True)
    (tmp_path / there).write_text("mine")
    with pytest.raises(ConfigError, match="is there already"):
        write(tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / there]
    assert (tmp_path / there).read_text() == "mine"


def test_a_dangling_link_is_no_invitation(tmp_path: Path) -> None:
    (tmp_path / "dementi.toml").symlink_to(tmp_path / "elsewhere.toml")
    with pytest.raises(ConfigError):
        write(tmp_path)
    assert not (tmp_path / "elsewhere.toml").exists()


def test_a_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "desk").write_text("mine")
    with pytest.raises(ConfigError, match="cannot be written"):
        write(tmp_path / "desk")
