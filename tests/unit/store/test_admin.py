from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.errors import InputError, StoreError, StoreNewer
from monitor.model.story import ClaimStatus
from monitor.store import admin
from monitor.store.connection import open_writer
from monitor.store.sqlite import SqliteStore, open_store
from tests.contract.store_values import NOW, alert, assessment, delivery, event, item, keep, later, telling, watch


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = open_store(f"sqlite:{tmp_path}/dementi.db")
    made.sync(watch(), NOW)
    keep(made, item(title="Ünïcödé \u2028 'quoted'"), item("i2", content=None))
    keep(made, item(digest="other", version=2, seen=later(hours=1)))
    made.keep_assessments(item(version=2), [assessment()], "rules 1", NOW)
    made.mark_judged(item(version=2), NOW)
    made.keep_event(event(tellings=(telling(), telling("i2", words=(1, 2)))))
    made.keep_status("call", ClaimStatus.DENIED, NOW)
    made.keep_alert(alert(), [delivery(), delivery("second@example.org", error="550")])
    yield made
    made.close()


@pytest.fixture
def url(store: SqliteStore) -> str:
    return f"sqlite:{store.name}"


def break_it(store: SqliteStore, sql: str) -> None:
    store._connection.execute("PRAGMA foreign_keys = OFF")
    store._connection.execute("PRAGMA ignore_check_constraints = ON")
    store._connection.execute(sql)


def lists(store: SqliteStore) -> list[object]:
    shown = (store.list_items(), store.list_events(), store.list_claims(), store.list_feeds(), store.list_deliveries())
    return [list(rows) for rows in shown]


# -- backup


def test_a_backup_holds_everything_while_the_store_is_in_use(store: SqliteStore, url: str, tmp_path: Path) -> None:
    with store.transaction():
        store.keep_event(event("uncommitted"))
        admin.backup(url, tmp_path / "copy.db")
    with closing(open_store(f"sqlite:{tmp_path}/copy.db", readonly=True)) as copy:
        assert [row["id"] for row in copy.list_events()] == ["e1"]
        assert copy.due_deliveries(NOW, 10) == store.due_deliveries(NOW, 10)
    assert admin.check(f"sqlite:{tmp_path}/copy.db") == []
    assert not list(tmp_path.glob("*.part"))


def test_a_backup_overwrites_nothing(url: str, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(StoreError, match="is there already"):
        admin.backup(url, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "precious"


def test_a_backup_of_nothing_or_to_nowhere_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store yet"):
        admin.backup(f"sqlite:{tmp_path}/none.db", tmp_path / "copy.db")
    with pytest.raises(StoreError, match=r"nowhere/copy\.db: cannot be opened"):
        admin.backup(url, tmp_path / "nowhere/copy.db")


def test_migrate_makes_what_is_missing_and_leaves_what_is_right(url: str, tmp_path: Path) -> None:
    assert admin.migrate(url) is None
    assert admin.migrate(f"sqlite:{tmp_path}/new.db") is None
    assert admin.check(f"sqlite:{tmp_path}/new.db") == []


# -- check


def test_a_sound_store_has_no_faults(url: str) -> None:
    assert admin.check(url) == []


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("DELETE FROM alerts", "row 1 of deliveries refers to a row of alerts that is not there"),
        ("DELETE FROM tellings", "event e1 has no telling"),
        ("DELETE FROM tellings WHERE position = 0", "event e1 misses a telling"),
        ("UPDATE item_versions SET version = 7", "item i1 has an old version that is not older"),
        ("UPDATE assessments SET version = 7", "item i1 has a reading of a version that is not there"),
        ("UPDATE claims SET status = 'confirmed'", "claim call does not stand as its last turn says"),
        ("UPDATE deliveries SET state = 'lost'", "delivery a1/desk/desk@example.org is in no known state"),
        ("UPDATE alerts SET body = '{'", "alert a1 cannot be read: 1 validation error"),
        ("UPDATE assessments SET statements = '[{}]'", "statement call cannot be read"),
        ("UPDATE items SET seen = 'noon'", "item i1 cannot be read: Invalid isoformat string: 'noon'"),
        ("UPDATE events SET stance = 'shrugs'", "event e1 cannot be read: 'shrugs' is not a valid Stance"),
        ("UPDATE feeds SET extra = '{'", "feed https://news.example.org/rss cannot be read"),
    ],
)
def test_what_is_wrong_is_named(store: SqliteStore, url: str, sql: str, fault: str) -> None:
    break_it(store, sql)
    assert [said for said in admin.check(url) if said.startswith(fault)], admin.check(url)


def test_damaged_pages_are_found(store: SqliteStore, url: str) -> None:
    keep(store, *(item(f"n{n}", content="x" * 1000) for n in range(200)))
    store.close()
    path = Path(store.name)
    pages = bytearray(path.read_bytes())
    pages[-40 * 4096 : -20 * 4096] = b"\xaa" * (20 * 4096)
    path.write_bytes(pages)
    assert admin.check(url)


def test_a_file_that_is_no_database_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("dear diary, " * 100)
    (said,) = admin.check(f"sqlite:{tmp_path}/x.db")
    assert "is not a database" in said


# -- export and import


def test_an_export_brings_everything_back(store: SqliteStore, url: str, tmp_path: Path) -> None:
    exported = list(admin.export_lines(url))
    copy_url = f"sqlite:{tmp_path}/copy.db"
    assert admin.import_lines(copy_url, exported) == len(exported) - 2
    assert list(admin.export_lines(copy_url)) == exported
    with closing(open_store(copy_url)) as copy:
        assert lists(copy) == lists(store)
        assert copy.due_deliveries(NOW, 10) == store.due_deliveries(NOW, 10)
        assert copy.versions("i1") == store.versions("i1")
        assert copy.sync(watch(), NOW) == ["call"]
    assert admin.check(copy_url) == []


def test_every_table_is_exported() -> None:
    with closing(open_writer(":memory:")) as connection:
        names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%sqlite_%'")
        assert sorted(admin.TABLES) == sorted(name for (name,) in names)


def test_an_export_is_of_one_moment(store: SqliteStore, url: str) -> None:
    lines = admin.export_lines(url)
    begun = [next(lines), next(lines)]
    keep(store, item("late"))
    rows = [json.loads(line) for line in (*begun, *lines)]
    assert [row["row"]["id"] for row in rows if row.get("table") == "items"] == ["i1", "i2"]


def cut(lines: list[str]) -> list[str]:
    return lines[:-1]


def thin(lines: list[str]) -> list[str]:
    return [line for line in lines if '"tellings"' not in line or '"end"' in line]


def garble(lines: list[str]) -> list[str]:
    return [*lines[:2], "{", *lines[2:]]


def foreign(lines: list[str]) -> list[str]:
    return [lines[0], '{"table": "sqlite_schema", "row": {"x": 1}}', *lines[1:]]


def column(lines: list[str]) -> list[str]:
    return [lines[0], '{"table": "claims", "row": {"id) SELECT 1; --": 1}}', *lines[1:]]


def wrong_type(lines: list[str]) -> list[str]:
    return [line.replace('"version": 1', '"version": "one"') for line in lines]


def twice(lines: list[str]) -> list[str]:
    return [lines[0], lines[1], *lines[1:]]


def headless(lines: list[str]) -> list[str]:
    return lines[1:]


def nothing(_: list[str]) -> list[str]:
    return []


def other_schema(lines: list[str]) -> list[str]:
    return ['{"format": "dementi-export", "schema": 99}', *lines[1:]]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (cut, "cut off"),
        (thin, "incomplete"),
        (garble, "line 3: is no JSON"),
        (foreign, "line 2: is no row of a table"),
        (column, "line 2: is no row of a table"),
        (wrong_type, "does not fit into item"),
        (twice, "line 3: does not fit into feeds"),
        (headless, "line 1: is not the head"),
        (nothing, "line 1: is no JSON"),
        (other_schema, "line 1: an export of schema 99"),
    ],
)
def test_a_broken_export_is_refused_whole(url: str, tmp_path: Path, spoil, said: str) -> None:  # type: ignore[no-untyped-def]  # one of the functions above
    lines = spoil(list(admin.export_lines(url)))
    with pytest.raises(InputError, match=said):
        admin.import_lines(f"sqlite:{tmp_path}/copy.db", lines)
    with closing(open_store(f"sqlite:{tmp_path}/copy.db")) as copy:
        assert lists(copy) == [[], [], [], [], []]


def test_nothing_is_imported_into_a_store_that_holds_something(url: str) -> None:
    exported = list(admin.export_lines(url))
    with pytest.raises(StoreError, match="holds feeds, items, item_versions"):
        admin.import_lines(url, exported)
    assert list(admin.export_lines(url)) == exported


def test_a_newer_store_is_neither_exported_nor_migrated(store: SqliteStore, url: str) -> None:
    store._connection.execute("PRAGMA user_version = 99")
    for call in (admin.migrate, admin.check, lambda url: list(admin.export_lines(url))):
        with pytest.raises(StoreNewer):
            call(url)
