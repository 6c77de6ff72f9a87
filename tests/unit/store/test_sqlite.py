from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Migrations

from monitor.errors import StoreCorrupt, StoreError, StoreFull, StoreLocked, StoreNewer
from monitor.store import connection, migrations
from monitor.store.sqlite import SqliteStore, open_store
from tests.contract.store_values import NOW, URL, alert, delivery, event, item, keep, later, watch


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "dementi.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    made = open_store(f"sqlite:{path}")
    yield made
    made.close()


def pragma(path: Path, name: str) -> object:
    with closing(sqlite3.connect(path)) as other:
        return other.execute(f"PRAGMA {name}").fetchone()[0]


def fill(store: SqliteStore, start: int, count: int = 50) -> None:
    keep(store, *(item(f"i{n}", content="x" * 2000) for n in range(start, start + count)))


# -- opening


def test_a_new_store_is_strict_logged_ahead_and_synced(store: SqliteStore, path: Path) -> None:
    assert pragma(path, "journal_mode") == "wal"
    assert store._one("PRAGMA synchronous") == (2,)  # FULL
    assert store._one("PRAGMA foreign_keys") == (1,)
    tables = store._all("SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    assert {name for name, strict in tables if not strict} == {"_sqlite_migrations", "sqlite_schema"}


def test_the_schemas_number_is_that_of_the_migrations(store: SqliteStore, path: Path) -> None:
    assert pragma(path, "user_version") == connection.SCHEMA == len(migrations.schema._migrations)


def test_a_store_keeps_what_it_held(store: SqliteStore, path: Path) -> None:
    keep(store, item())
    store.close()
    with closing(open_store(f"sqlite:{path}")) as again:
        assert again.unjudged(10) == [item()]


@pytest.mark.parametrize("url", ["postgresql://localhost/x", "dementi.db", "sqlite:", ""])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(StoreError, match="write sqlite:PATH"):
        open_store(url)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"nowhere/x\.db: cannot be opened; look at its folder"):
        open_store(f"sqlite:{tmp_path}/nowhere/x.db")


def test_many_who_create_it_at_once_all_find_it_made(path: Path) -> None:
    script = f"from monitor.store.sqlite import open_store; print(open_store('sqlite:{path}').pending())"
    started = [subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) for _ in range(4)]
    assert [process.communicate()[0] for process in started] == [b"0\n"] * 4


# -- readers


def test_a_reader_sees_what_is_committed_while_a_writer_is_at_work(store: SqliteStore, path: Path) -> None:
    keep(store, item())
    with closing(open_store(f"sqlite:{path}", readonly=True)) as reader, store.transaction():
        store.keep_event(event())
        assert [row["id"] for row in reader.list_items()] == ["i1"]
        assert list(reader.list_events()) == []


def test_a_reader_cannot_write(store: SqliteStore, path: Path) -> None:
    with (
        closing(open_store(f"sqlite:{path}", readonly=True)) as reader,
        pytest.raises(StoreError, match="may not be written"),
    ):
        reader.keep_event(event())


def test_a_reader_does_not_make_a_store(path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store yet"):
        open_store(f"sqlite:{path}", readonly=True)
    assert not path.exists()


def test_odd_names_of_files_are_read(tmp_path: Path) -> None:
    odd = f"sqlite:{tmp_path}/a b?c#d%20ü.db"
    open_store(odd).close()
    with closing(open_store(odd, readonly=True)) as reader:
        assert reader.pending() == 0


# -- what goes wrong


def test_a_second_writer_waits_and_then_says_who_is_in_the_way(
    store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "PATIENCE", 0.05)
    with closing(open_store(f"sqlite:{path}")) as second:
        with store.transaction(), pytest.raises(StoreLocked, match=r"dementi\.db: another process is writing") as said:
            second.keep_event(event())
        assert said.value.exit_code == 75
        second.keep_event(event())
    assert store.events_of("call") == [event()]


def test_a_newer_store_is_refused_and_not_touched(store: SqliteStore, path: Path) -> None:
    store.close()
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    for readonly in (False, True):
        with pytest.raises(StoreNewer, match="newer dementi \\(schema 99, this one knows"):
            open_store(f"sqlite:{path}", readonly=readonly)
    assert path.read_bytes() == before


def test_another_programs_database_is_refused_and_not_touched(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    with pytest.raises(StoreCorrupt, match="of another program"):
        open_store(f"sqlite:{path}")
    assert path.read_bytes() == before


@pytest.mark.parametrize("readonly", [False, True])
def test_a_file_that_is_no_database_is_refused_and_not_touched(path: Path, readonly: bool) -> None:
    path.write_text("dear diary, " * 1000)
    with pytest.raises(StoreCorrupt, match="is not a database"):
        open_store(f"sqlite:{path}", readonly=readonly)
    assert path.read_text() == "dear diary, " * 1000


def test_a_damaged_store_says_so(store: SqliteStore, path: Path) -> None:
    fill(store, 0)
    store.close()
    pages = bytearray(path.read_bytes())
    pages[4096 * 2 :] = b"\xff" * (len(pages) - 4096 * 2)
    path.write_bytes(pages)
    with pytest.raises(StoreCorrupt, match="restore a backup"), closing(open_store(f"sqlite:{path}")) as damaged:
        list(damaged.list_items())


def test_a_full_disk_keeps_what_was_committed_and_nothing_of_the_rest(store: SqliteStore) -> None:
    fill(store, 0)
    pages = store._one("PRAGMA page_count")[0]
    store._one(f"PRAGMA max_page_count = {pages + 10}")
    with pytest.raises(StoreFull, match=r"dementi\.db: no space is left"):
        fill(store, 50)
    assert len(list(store.list_items())) == 50
    store._one("PRAGMA max_page_count = 1000000")
    fill(store, 50)
    assert len(list(store.list_items())) == 100


def test_a_row_that_does_not_fit_the_model_is_damage(store: SqliteStore) -> None:
    store.keep_alert(alert(), [delivery()])
    store._connection.execute("UPDATE alerts SET body = '{}'")
    with pytest.raises(StoreCorrupt, match="cannot be read back"):
        store.due_deliveries(NOW, 1)


# -- upgrades


NOW_KNOWN = connection.SCHEMA  # the schema that a store has before an upgrade


@pytest.fixture
def next_schema(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the code know one migration more than there are."""

    def use(sql: str) -> None:
        newer = Migrations("dementi")
        for known in migrations.schema._migrations:
            newer(name=known.name)(known.fn)
        newer(name="one more")(lambda db: db.execute(sql))
        monkeypatch.setattr(migrations, "schema", newer)
        monkeypatch.setattr(connection, "SCHEMA", NOW_KNOWN + 1)

    return use


def test_an_upgrade_makes_a_backup_first(
    store: SqliteStore, path: Path, next_schema: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(store, item())
    store.close()
    next_schema("ALTER TABLE items ADD COLUMN mood TEXT")
    with pytest.raises(StoreError, match="dementi db migrate"):
        open_store(f"sqlite:{path}", readonly=True)
    open_store(f"sqlite:{path}").close()
    with closing(open_store(f"sqlite:{path}")) as upgraded:
        assert upgraded.unjudged(10) == [item()]
        assert upgraded._one("SELECT mood FROM items") == (None,)
    assert pragma(path, "user_version") == NOW_KNOWN + 1
    assert sorted(file.name for file in path.parent.iterdir()) == ["dementi.db", f"dementi.db.schema{NOW_KNOWN}.bak"]
    monkeypatch.undo()
    with closing(open_store(f"sqlite:{path}.schema{NOW_KNOWN}.bak")) as backup:
        assert backup.unjudged(10) == [item()]


def test_an_upgrade_that_fails_changes_nothing(
    store: SqliteStore, path: Path, next_schema: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(store, item())
    store.close()
    next_schema("ALTER TABLE absent ADD COLUMN mood TEXT")
    with pytest.raises(StoreError, match="no such table"):
        open_store(f"sqlite:{path}")
    monkeypatch.undo()
    with closing(open_store(f"sqlite:{path}")) as old:
        assert old.unjudged(10) == [item()]


def test_a_backup_never_overwrites_an_earlier_one(
    store: SqliteStore, path: Path, next_schema: Callable[[str], None]
) -> None:
    store.close()
    earlier = path.with_name(f"dementi.db.schema{NOW_KNOWN}.bak")
    earlier.write_text("precious")
    next_schema("ALTER TABLE items ADD COLUMN mood TEXT")
    open_store(f"sqlite:{path}").close()
    assert earlier.read_text() == "precious"
    assert path.with_name(f"dementi.db.schema{NOW_KNOWN}.bak.2").exists()


# -- how queries are answered


def plans(store: SqliteStore, call: Callable[[], object]) -> list[str]:
    """How SQLite answers every query of a call."""
    asked: list[str] = []
    store._connection.set_trace_callback(asked.append)
    call()
    store._connection.set_trace_callback(None)
    queries = [sql for sql in asked if not sql.startswith(("BEGIN", "COMMIT", "--"))]
    assert queries
    return [line[3] for sql in queries for line in store._all(f"EXPLAIN QUERY PLAN {sql}")]


CALLS: dict[str, Callable[[SqliteStore], object]] = {
    "due": lambda s: s.due(NOW, 10),
    "states": lambda s: s.states([URL]),
    "known": lambda s: s.known(URL),
    "unjudged": lambda s: s.unjudged(10),
    "item": lambda s: s.item("i1"),
    "versions": lambda s: s.versions("i1"),
    "mark_judged": lambda s: s.mark_judged(item(), NOW),
    "keep_polls": lambda s: keep(s, item(digest="edited")),
    "assessments_of": lambda s: s.assessments_of("i1"),
    "keep_assessments": lambda s: s.keep_assessments(item(), [], "rules", NOW),
    "events_of": lambda s: s.events_of("call"),
    "keep_event": lambda s: s.keep_event(event(tellings=())),
    "status_of": lambda s: s.status_of("call"),
    "turns_of": lambda s: s.turns_of("call"),
    "alert": lambda s: s.alert("a1"),
    "alerts_of": lambda s: s.alerts_of("e1"),
    "due_deliveries": lambda s: s.due_deliveries(later(days=1), 10),
    "due_deliveries of a channel": lambda s: s.due_deliveries(later(days=1), 10, "desk"),
    "keep_deliveries": lambda s: s.keep_deliveries([delivery()]),
    "retry": lambda s: s.retry(delivery().id, NOW),
    "recent_items": lambda s: list(s.recent_items(NOW)),
    "pages_asked": lambda s: s.pages_asked(NOW),
    "miss_pages": lambda s: s.miss_pages(NOW),
    "page_of": lambda s: s.page_of("i1"),
    "subscription_at": lambda s: s.subscription_at("t"),
    "want_page": lambda s: s.want_page(item(), 0.5, NOW),
}


# An index of unjudged items, or of pending pages, only is meant to be read from its beginning.
WHOLE = {
    *("SCAN CONSTANT ROW", "SCAN items USING INDEX items_unjudged"),
    "SCAN pages USING INDEX pages_pending",
}


@pytest.mark.parametrize("name", CALLS)
def test_no_query_of_the_daemon_reads_a_whole_table_or_sorts(store: SqliteStore, name: str) -> None:
    store.sync(watch(), NOW)
    keep(store, item())
    store.keep_event(event())
    store.keep_alert(alert(), [delivery()])
    steps = plans(store, lambda: CALLS[name](store))
    assert not [step for step in steps if step.startswith("SCAN") and step not in WHOLE], steps
    assert not [step for step in steps if "TEMP B-TREE" in step], steps


@pytest.mark.parametrize("name", ["list_items", "list_events", "list_deliveries"])
def test_long_lists_are_read_in_the_order_of_an_index(store: SqliteStore, name: str) -> None:
    steps = plans(store, lambda: list(getattr(store, name)()))
    assert not [step for step in steps if "TEMP B-TREE" in step], steps


def test_opening_an_existing_store_does_not_load_the_migrations(store: SqliteStore, path: Path) -> None:
    script = f"""import sys; from monitor.store.sqlite import open_store; open_store('sqlite:{path}', readonly=True)
print('sqlite_utils' in sys.modules)"""
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout == b"False\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_that_may_not_be_written_is_named(store: SqliteStore, path: Path) -> None:
    store.close()
    path.chmod(0o400)
    with pytest.raises(StoreError, match=r"dementi\.db: may not be"), closing(open_store(f"sqlite:{path}")) as locked:
        locked.keep_event(event())
