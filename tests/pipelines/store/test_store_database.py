"""Opening, migrating and failing, in words."""

import multiprocessing
import sqlite3
import stat
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select

from pipelines.errors import BadInput, StoreError, StoreTooNew
from pipelines.store import Database, crawls, migrations, open_database
from pipelines.store.schema import crawl, metadata
from pipelines.store.trial import try_write

NOW = datetime(2014, 12, 20, 12, tzinfo=UTC)


def test_migrations_end_at_the_schema(database: Database) -> None:
    with database.write() as conn:
        context = MigrationContext.configure(
            conn,
            opts={
                "include_name": lambda name, kind, parents: (
                    kind != "table" or not str(name).startswith(("article_search", "alembic"))
                )
            },
        )
        assert compare_metadata(context, metadata) == []


def test_revisions_are_those_that_lie_in_the_folder() -> None:
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert [step.revision for step in scripts.walk_revisions()][::-1] == list(migrations.REVISIONS)


def test_a_written_row_is_there_after_reopening(database_url: str) -> None:
    first = open_database(database_url)
    with first.write() as conn:
        id = crawls.request(conn, crawls.Trigger.HAND, "test", {"all": True}, now=NOW)
    first.close()
    second = open_database(database_url)
    with second.read() as conn:
        assert crawls.get(conn, id).request == {"all": True}
    second.close()


def test_an_exception_undoes_the_whole_transaction(database: Database) -> None:
    def fail_half_way() -> None:
        with database.write() as conn:
            crawls.request(conn, crawls.Trigger.HAND, "test", {}, now=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    with database.read() as conn:
        assert crawls.list_all(conn) == []


def test_a_reading_transaction_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match=r"read-?only"), database.read() as conn:
        crawls.request(conn, crawls.Trigger.HAND, "test", {}, now=NOW)
    with database.write() as conn:
        crawls.request(conn, crawls.Trigger.HAND, "test", {}, now=NOW)


def test_times_come_back_as_the_same_moment_in_utc(database: Database) -> None:
    east = datetime(2014, 11, 24, 23, 59, 59, 123456, timezone(timedelta(hours=9)))
    with database.write() as conn:
        id = crawls.request(conn, crawls.Trigger.HAND, "test", {}, now=east)
        read = crawls.get(conn, id).requested_at
    assert read == east
    assert read.tzinfo is UTC


def test_sqlite_keeps_a_write_ahead_log_and_its_foreign_keys(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'new.db'}")
    with database.read() as conn:
        asked = ("journal_mode", "foreign_keys", "synchronous", "busy_timeout", "secure_delete")
        found = [conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]
    database.close()
    assert found == ["wal", 1, 1, 30_000, 1]


def test_a_naive_time_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match="no time zone"), database.write() as conn:
        conn.execute(select(crawl).where(crawl.c.requested_at < datetime(2014, 1, 1)))


@pytest.mark.parametrize("text", ["a\x00b", "\x00", "lone \ud800 surrogate", "\udfff", "😀 ok"])
def test_no_text_breaks_an_insert(database: Database, text: str) -> None:
    with database.write() as conn:
        id = crawls.request(
            conn, crawls.Trigger.HAND, text, {text: [text, {"deep": text}]}, now=NOW
        )
    kept = text.replace("\x00", "").replace("\ud800", "").replace("\udfff", "")
    with database.read() as conn:
        found = crawls.get(conn, id)
    assert found.requested_by == kept
    assert found.request == {kept: [kept, {"deep": kept}]}


def test_a_backslash_before_u0000_survives_in_json(database: Database) -> None:
    with database.write() as conn:
        id = crawls.request(conn, crawls.Trigger.HAND, "x", {"a": "\\u0000 \\\x00 \\\\"}, now=NOW)
        assert crawls.get(conn, id).request == {"a": "\\u0000 \\ \\\\"}


def _open(url: str, gate: "multiprocessing.synchronize.Barrier") -> None:
    gate.wait(60)
    database = open_database(url)
    with database.write() as conn:
        crawls.request(conn, crawls.Trigger.HAND, "test", {}, now=NOW)
    database.close()


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_processes_that_open_a_fresh_database_at_once_all_succeed(
    backend: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'fresh.db'}"
    if backend == "postgresql":
        url = request.getfixturevalue("postgres").fresh(template="template1")
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(4)
    processes = [context.Process(target=_open, args=(url, gate)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]
    database = open_database(url)
    with database.read() as conn:
        assert len(crawls.list_all(conn)) == 4
    database.close()


def test_a_database_of_a_newer_version_is_refused_with_a_remedy(database_url: str) -> None:
    database = open_database(database_url)
    with database.write() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    with pytest.raises(StoreTooNew) as caught:
        open_database(database_url)
    assert caught.value.remedy


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("These are notes. " * 500)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not a database") as caught:
        open_database(f"sqlite:///{path}")
    assert caught.value.remedy
    assert path.read_bytes() == before


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE article (id INTEGER)")
    other.commit()
    other.close()
    with pytest.raises(StoreError) as caught:
        open_database(f"sqlite:///{path}")
    assert caught.value.remedy


@pytest.mark.parametrize("place", ["missing/followup.db", "file/followup.db", "folder"])
def test_a_place_where_no_file_can_be_made_is_told_with_a_remedy(
    tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreError) as caught:
        open_database(f"sqlite:///{tmp_path / place}")
    assert caught.value.remedy


def test_a_server_that_is_not_there_is_told_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        open_database(f"postgresql://nobody:geheim@/none?host={tmp_path}")
    assert caught.value.remedy
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "no address"])
def test_an_address_of_another_kind_is_bad_input(url: str) -> None:
    with pytest.raises(BadInput):
        open_database(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u@h:hunter2/n",
        "mysql://u:hunter2@h/n",
        "hunter2",
    ],
)
def test_an_address_that_cannot_be_used_is_not_repeated(url: str) -> None:
    with pytest.raises(BadInput) as caught:
        open_database(url)
    assert "hunt" not in str(caught.value)
    assert caught.value.remedy


def test_a_password_among_the_options_of_an_address_is_not_shown() -> None:
    with pytest.raises(StoreError) as caught:
        open_database("postgresql://127.0.0.1:9/none?user=u&password=hunter2")
    assert "hunter2" not in str(caught.value)


def test_a_database_and_its_log_are_for_this_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    database = open_database(f"sqlite:///{path}")
    try_write(database)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    database.close()
    assert modes == {"new.db": 0o600, "new.db-wal": 0o600, "new.db-shm": 0o600}


def test_a_database_of_an_earlier_version_is_closed_to_others_but_its_group(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    path.touch()
    path.chmod(0o664)
    open_database(f"sqlite:///{path}").close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o660


@pytest.mark.parametrize("is_replaced", [False, True])
def test_a_database_that_is_gone_takes_no_write_and_is_not_made_anew(
    tmp_path: Path, is_replaced: bool
) -> None:
    path, aside = tmp_path / "f.db", tmp_path / "aside.db"
    database = open_database(f"sqlite:///{path}")
    path.rename(aside)
    if is_replaced:
        open_database(f"sqlite:///{path}").close()
    there = path.exists()
    for use in (database.write, database.read):
        with pytest.raises(StoreError, match="removed or replaced") as caught, use():
            pass
        assert "Stop Followup" in (caught.value.remedy or "")
    assert path.exists() is there
    if not is_replaced:
        aside.replace(path)
        try_write(database)
    database.close()
