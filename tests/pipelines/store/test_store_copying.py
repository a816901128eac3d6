"""A copy holds every row of one moment, and a foreign one can do no harm."""

import itertools
import shutil
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    Boolean,
    Column,
    Float,
    LargeBinary,
    Table,
    create_engine,
    delete,
    insert,
    select,
)

from pipelines.errors import BadInput, FollowupError, StoreError, StoreTooNew
from pipelines.items import Article
from pipelines.outcomes import Outcome
from pipelines.store import (
    Connection,
    Database,
    articles,
    copying,
    crawls,
    migrations,
    open_database,
)
from pipelines.store.columns import Json, Text, UtcTime
from pipelines.store.migrations import REVISIONS
from pipelines.store.schema import DERIVED, crawl, incident, metadata
from pipelines.urls import canonical_key
from tests.conftest import PostgresServer
from tests.pipelines.store import asked

NOW = datetime(2014, 12, 20, 12, tzinfo=UTC)
ROWS = 3

#: What is made out of these is no part of a copy.
KEPT = [table for table in metadata.sorted_tables if table not in DERIVED]


def fill(conn: Connection) -> None:
    """Rows in every table that the schema describes, with all that its types can hold."""
    for table in KEPT:
        rows = [
            {column.name: value_of(column, number) for column in table.c}
            for number in range(1, ROWS + 1)
        ]
        own = [c.name for c in table.c if any(k.column.table is table for k in c.foreign_keys)]
        conn.execute(insert(table), [row | dict.fromkeys(own) for row in rows])
        for row in rows if own else ():  # the first names the last, the last the first
            named = dict.fromkeys(own, ROWS + 1 - row["id"])
            conn.execute(table.update().where(table.c.id == row["id"]).values(**named))


def value_of(column: Column[Any], number: int) -> Any:
    """Something of the column's type; the last row has null where that may be."""
    if column.foreign_keys or (column.primary_key and not isinstance(column.type, Text)):
        return number
    if column.nullable and number == ROWS:
        return None
    match column.type:
        case Text():
            return f"{column.name} {number} 소니 \U0001f4f0 ' \" \\ \n"
        case Json():
            return {"words": [number, 0.1, "bé", None], "": {"deep": [[]]}}
        case UtcTime():
            return NOW + timedelta(days=number, microseconds=123_456)
        case Float():
            return 0.1 * number
        case Boolean():
            return number % 2 == 0
        case LargeBinary():
            return bytes(range(256))
    return number


def rows_of(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    with database.read() as conn:
        return {table.name: sorted_rows(conn, table) for table in KEPT}


def sorted_rows(conn: Connection, table: Table) -> list[dict[str, Any]]:
    by_key = select(table).order_by(*table.primary_key.columns)
    return [dict(row._mapping) for row in conn.execute(by_key)]


def copied(database: Database, folder: Path) -> Path:
    path = folder / "copy.db"
    with database.read() as conn:
        copying.snapshot(conn, path)
    return path


def put_article(conn: Connection, name: str, text: str) -> int:
    url = f"https://lantern.test/{name}"
    return articles.insert(
        conn,
        Article(url, url, f"Headline {name}", text, outlet="The Lantern", published_at=NOW),
        keys=(canonical_key(url),),
        outcome=Outcome.STORED,
        seen_at=NOW,
    )


def found(database: Database, words: str) -> list[int]:
    with database.read() as conn:
        return asked.ids(conn, words)


def test_a_copy_holds_every_row(database: Database, tmp_path: Path) -> None:
    with database.write() as conn:
        fill(conn)
    path = copied(database, tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    with copying.opened(path) as copy:
        assert rows_of(copy) == rows_of(database)
        with copy.read() as conn:
            assert copying.faults(conn) == []
            assert set(copying.counts(conn).values()) == {ROWS}


def test_rows_come_back_into_postgresql_as_they_left_it(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    first, second = open_database(postgres.fresh()), open_database(postgres.fresh())
    with first.write() as conn:
        fill(conn)
    with copying.opened(copied(first, tmp_path)) as copy, copy.read() as source:
        with second.read() as conn:
            assert copying.is_empty(conn)
        with second.write() as conn:
            copying.restore_rows(source, conn)
            assert not copying.is_empty(conn)
    assert rows_of(second) == rows_of(first)
    first.close()
    second.close()


@pytest.mark.parametrize("goal", ["sqlite", "postgresql"])
def test_what_was_found_by_its_words_is_found_in_the_copy(
    database: Database, goal: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with database.write() as conn:
        first = put_article(conn, "one", "Investigators named the studio. 북한은 부인했다.")
        put_article(conn, "two", "Weather for the weekend.")
    target: Database
    with copying.opened(copied(database, tmp_path)) as copy:
        if goal == "sqlite":
            assert found(copy, "investigators studio") == [first]
            return
        target = open_database(request.getfixturevalue("postgres").fresh())
        with copy.read() as source, target.write() as conn:
            copying.restore_rows(source, conn)
    for words in ("investigators studio", "북한", "lantern"):
        assert found(target, words) == found(database, words) != []
    target.close()


def test_an_id_that_was_given_once_is_not_given_again(
    database: Database, tmp_path: Path, postgres: PostgresServer
) -> None:
    with database.write() as conn:
        ids = [crawls.request(conn, crawls.Trigger.HAND, "x", {}, now=NOW) for _ in range(3)]
        conn.execute(delete(crawl).where(crawl.c.id > ids[0]))
    target = open_database(postgres.fresh())
    with copying.opened(copied(database, tmp_path)) as copy:
        with copy.read() as source, target.write() as conn:
            copying.restore_rows(source, conn)
        for store in (copy, target):
            with store.write() as conn:
                assert crawls.request(conn, crawls.Trigger.HAND, "x", {}, now=NOW) == ids[-1] + 1
    target.close()


def test_a_copy_is_of_one_moment(database: Database, tmp_path: Path) -> None:
    """Of what is written while rows are copied, all of a transaction is in the copy or nothing."""
    ended = threading.Event()

    def write_on() -> None:
        for number in itertools.count():
            with database.write() as conn:
                put_article(conn, f"more-{number}", "Words.")
            if ended.wait(0.001):
                return

    with database.write() as conn:
        put_article(conn, "first", "Words.")
    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        for number in range(5):
            folder = tmp_path / str(number)
            folder.mkdir()
            with copying.opened(copied(database, folder)) as copy, copy.read() as conn:
                count = copying.counts(conn)
                assert count["article"] == count["revision"]
                assert copying.faults(conn) == []
    finally:
        ended.set()
        writer.join()
    with database.read() as conn:
        assert copying.counts(conn)["article"] >= count["article"] > 1


def test_a_copy_that_finds_no_room_says_so(database: Database, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be copied"), database.read() as conn:
        copying.snapshot(conn, tmp_path / "no-folder" / "copy.db")


def test_a_copy_of_an_older_version_is_brought_up(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as conn:
        config = Config()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        config.attributes["connection"] = conn
        command.upgrade(config, REVISIONS[0])
    engine.dispose()
    copying.inspect_copy(path)
    with copying.opened(path) as copy:
        copying.check_migrated(path)
        assert rows_of(copy)["article"] == []


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with which nothing is wrong."""
    folder = tmp_path_factory.mktemp("sound")
    with copying.opened(folder / "followup.db") as database:
        with database.write() as conn:
            put_article(conn, "one", "Words.")
        return copied(database, folder)


def statements(*texts: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with sqlite3.connect(path) as conn:
            for text in texts:
                conn.execute(text)
        conn.close()

    return change


def bytes_instead(old: bytes, new: bytes) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        content = path.read_bytes()
        assert old in content
        path.write_bytes(content.replace(old, new))

    return change


PAGE = (
    "INSERT INTO page (article_id, url, status, fetched_at, sha256, warc_file, warc_offset,"
    " warc_length) VALUES (1, 'u', 200, 0, 's', '{}', 0, 1)"
)
HOSTILE = {
    "a trigger": statements(
        "CREATE TRIGGER t AFTER UPDATE ON crawl BEGIN DELETE FROM article; END"
    ),
    "a view": statements("DROP TABLE sketch", "CREATE VIEW sketch AS SELECT 1 AS hash"),
    "a strange table": statements("CREATE TABLE more (x)"),
    "a strange virtual table": statements(
        "DROP TABLE article_search", "CREATE VIRTUAL TABLE article_search USING fts4(title)"
    ),
    "a path upwards": statements(PAGE.format("../../victim.warc.gz")),
    "an absolute path": statements(PAGE.format("/etc/passwd")),
    "a row of nothing": statements(PAGE.format("ok.warc.gz").replace("(1,", "(77,")),
    "a table less": statements("DROP TABLE tombstone"),
    "a column less": statements("ALTER TABLE tombstone RENAME COLUMN value TO worth"),
    "no revision": statements("DELETE FROM alembic_version"),
    "a schema that is no UTF-8": bytes_instead(
        b"CREATE TABLE sketch", b"CREATE TAB\xff\xff sketch"
    ),
    "a table's name that is no UTF-8": bytes_instead(
        b"tablesketchsketch", b"table\xff\xffetchsketch"
    ),
    "a column's name that is no UTF-8": bytes_instead(b"warc_offset", b"warc_\xff\xffset"),
    "no database": lambda path: path.write_bytes(b"<html>" * 5000),
    "half a file": lambda path: path.write_bytes(path.read_bytes()[: 9 * 4096]),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_copy_is_refused(case: str, sound: Path, tmp_path: Path) -> None:
    path = tmp_path / "copy.db"
    shutil.copy(sound, path)
    HOSTILE[case](path)
    with pytest.raises(BadInput, match="cannot be used"):
        use(path)


def use(path: Path) -> None:
    """As a restore does."""
    copying.inspect_copy(path)
    with copying.opened(path):
        copying.check_migrated(path)


def test_a_copy_of_a_newer_version_is_refused(sound: Path, tmp_path: Path) -> None:
    path = tmp_path / "copy.db"
    shutil.copy(sound, path)
    statements("UPDATE alembic_version SET version_num = '9999'")(path)
    with pytest.raises(StoreTooNew):
        copying.inspect_copy(path)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(at=st.integers(0, 400_000), bytes_=st.binary(min_size=1, max_size=200))
def test_a_damaged_copy_is_refused_or_read(
    at: int, bytes_: bytes, sound: Path, tmp_path: Path
) -> None:
    """Whatever stands in the file, it is told in words or makes no difference."""
    content = bytearray(sound.read_bytes())
    at %= len(content)
    content[at : at + len(bytes_)] = bytes_
    path = tmp_path / "copy.db"
    for left in tmp_path.glob("copy.db*"):
        left.unlink()
    path.write_bytes(content)
    try:
        use(path)
    except FollowupError:
        return


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE article SET authors = 'no json'", "cannot be taken over"),
        ("UPDATE article SET title = CAST(x'ff' AS TEXT)", "rows cannot be read: Could not decode"),
    ],
)
def test_rows_that_ours_cannot_hold_are_refused(
    change: str, said: str, sound: Path, postgres: PostgresServer, tmp_path: Path
) -> None:
    path = tmp_path / "copy.db"
    shutil.copy(sound, path)
    statements(change)(path)
    target = open_database(postgres.fresh())
    with (
        copying.opened(path) as copy,
        copy.read() as source,
        pytest.raises(BadInput, match=said),
        target.write() as conn,
    ):
        copying.restore_rows(source, conn)
    with target.read() as conn:
        assert copying.is_empty(conn)
        assert conn.execute(select(incident.c.id)).all() == []
    target.close()
