"""A second copy of the store: one moment of it as a SQLite file, and the way back.

From SQLite the file is copied as it lies, in one reading transaction that holds nobody up. From
PostgreSQL, and back into it, all rows go table by table as the schema describes them; the search
index is made anew. Ids that were given once are not given again after that.

A copy from elsewhere is foreign: `inspect_copy` looks at its shape before anything is done with it,
so that no trigger, view or path in it can do harm.
"""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Table,
    bindparam,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from pipelines.errors import BadInput, StoreError, StoreTooNew
from pipelines.store import search, servers
from pipelines.store.database import Database, chunks, open_database
from pipelines.store.migrations import REVISIONS
from pipelines.store.migrations.versions.r0012_lists import TRIGGERS
from pipelines.store.schema import DERIVED, article, metadata, page, revision
from pipelines.store.texts import CURRENT

#: Rows that are in hand at a time.
_PORTION = 500
#: What a file of raw pages is called; nothing else may stand in a row, least of all a path.
RAW_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}\.warc\.gz")
#: Tables that the schema does not describe.
_OTHERS = ("alembic_version", "article_search")
#: By our own triggers lists are kept; those of other versions are of the same words.
_TRIGGERS = dict(TRIGGERS)


def snapshot(conn: Connection, path: Path) -> None:
    """Writes one moment of the store into a new SQLite file, readable by this user alone.

    `conn` is a reading transaction in which nothing was read yet. Raises StoreError where the file
    cannot be written.
    """
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        if conn.dialect.name == "sqlite":
            _copy_file(conn, path)
        else:
            conn.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            with opened(path) as copy, copy.write() as target:
                copy_rows(conn, target)
        with closing(sqlite3.connect(path)) as copied:
            copied.execute("PRAGMA journal_mode = DELETE")  # whole in itself, without a log beside
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"The database cannot be copied to {str(path)!r}: {error}.",
            remedy="See that there is space for a second copy of it, or name a FILE elsewhere.",
        ) from error


def _copy_file(conn: Connection, path: Path) -> None:
    source = conn.connection.dbapi_connection
    if not isinstance(source, sqlite3.Connection):
        raise TypeError(f"{source!r} is no connection to SQLite")
    with closing(sqlite3.connect(path)) as target:
        target.execute("PRAGMA synchronous = OFF")
        source.backup(target)


@contextmanager
def opened(path: Path) -> Iterator[Database]:
    """The store in a file; made, or migrated to this version, as needed."""
    database = open_database(f"sqlite:///{path}")
    try:
        yield database
    finally:
        database.close()


def counts(conn: Connection) -> dict[str, int]:
    """How many rows each table has."""
    return {
        table.name: int(conn.execute(select(func.count()).select_from(table)).scalar_one())
        for table in _tables()
    }


def is_empty(conn: Connection) -> bool:
    """True for a store in which nothing was ever written."""
    return all(conn.execute(select(table).limit(1)).first() is None for table in _tables())


def faults(conn: Connection) -> list[str]:
    """What is damaged in the database, some lines at most; PostgreSQL has tools of its own."""
    if conn.dialect.name != "sqlite":
        return []
    said = [str(row[0]) for row in conn.exec_driver_sql("PRAGMA integrity_check(5)")]
    strays = conn.exec_driver_sql("PRAGMA foreign_key_check").first()
    found = [] if said == ["ok"] else said
    return found + ([f"rows of {strays[0]} name others that are not there"] if strays else [])


def named_files(conn: Connection) -> dict[str, int]:
    """The files of raw pages that rows name, and the byte at which the last named record ends."""
    end = func.max(page.c.warc_offset + page.c.warc_length)
    rows = conn.execute(select(page.c.warc_file, end).group_by(page.c.warc_file))
    return {name: int(last) for name, last in rows}


def free_server(conn: Connection) -> None:
    """Whoever kept the schedule does not keep that of a copy; how far it was kept stays known, so
    that runs between a backup and its restoring stand as missed."""
    if (held := servers.holder(conn)) is not None:
        servers.release(conn, held.token)


# ------------------------------------------------------------------------- from one into the other


def copy_rows(source: Connection, target: Connection) -> None:
    """All rows of one store into another, empty one; the search index of that one is made anew.

    Both stand at the same migration. It is one transaction on both sides.
    """
    for table in _tables():
        _copy_table(source, target, table)
    _index_all(target)
    _give_no_id_again(target, _highest_ids(source))
    if target.dialect.name == "postgresql":
        target.exec_driver_sql("ANALYZE")


def restore_rows(source: Connection, target: Connection) -> None:
    """`copy_rows` of a foreign store. Raises BadInput for rows that ours cannot hold."""
    try:
        copy_rows(source, target)
    except (IntegrityError, DataError, ValueError, TypeError) as error:
        first_line = str(error).partition("\n")[0]
        raise _foreign(f"its rows cannot be taken over: {first_line}") from error
    except OperationalError as error:
        if not isinstance(error.orig, sqlite3.Error):  # it is the target that failed
            raise
        raise _foreign(f"its rows cannot be read: {error.orig}") from error
    if counts(source) != counts(target):
        raise _foreign(f"of {counts(source)} rows only {counts(target)} came over")


def _tables() -> list[Table]:
    """Those that others refer to first; not those that are made out of others."""
    return [table for table in metadata.sorted_tables if table not in DERIVED]


def _copy_table(source: Connection, target: Connection, table: Table) -> None:
    """Rows that name others of their own table learn of those when all are there."""
    inner = [column.name for column in table.c if _names_its_own(column)]
    named: list[dict[str, Any]] = []
    wanted = select(table).execution_options(yield_per=_PORTION)
    with closing(source.execute(wanted)) as rows:
        for portion in rows.mappings().partitions():
            values = [dict(row) for row in portion]
            for row in values:
                later = {name: row.pop(name) for name in inner}
                if any(value is not None for value in later.values()):
                    named.append({"own_id": row["id"], **later})
            target.execute(insert(table), values)
    for some in chunks(named, _PORTION):
        target.execute(update(table).where(table.c.id == bindparam("own_id")), some)


def _names_its_own(column: Column[Any]) -> bool:
    return any(key.column.table is column.table for key in column.foreign_keys)


def _index_all(conn: Connection) -> None:
    there = select(article.c.id).select_from(CURRENT).where(revision.c.text.is_not(None))
    for ids in chunks(conn.execute(there.order_by(article.c.id)).scalars().all(), _PORTION):
        wanted = (article.c.id, article.c.title, article.c.outlet, article.c.authors)
        rows = select(*wanted, revision.c.text).select_from(CURRENT).where(article.c.id.in_(ids))
        for row in conn.execute(rows).all():
            search.add(
                conn,
                row.id,
                title=row.title,
                text=row.text,
                outlet=row.outlet,
                authors=row.authors,
            )


def _counting_tables() -> list[Table]:
    """Tables whose ids are counted up and never given twice."""
    return [table for table in _tables() if table.dialect_options["sqlite"]["autoincrement"]]


def _highest_ids(conn: Connection) -> dict[str, int]:
    """The highest id that each table ever gave."""
    if conn.dialect.name == "sqlite":
        rows = conn.exec_driver_sql("SELECT name, seq FROM sqlite_sequence")
        return {name: int(last) for name, last in rows}
    highest = {}
    for table in _counting_tables():
        sequence = _sequence(conn, table)
        row = conn.exec_driver_sql(f"SELECT last_value, is_called FROM {sequence}").one()
        if row.is_called:
            highest[table.name] = int(row.last_value)
    return highest


def _give_no_id_again(conn: Connection, highest: dict[str, int]) -> None:
    for table in _counting_tables():
        last = highest.get(table.name)
        if last is None:
            continue
        if conn.dialect.name == "postgresql":
            called = {"name": _sequence(conn, table), "last": last}
            conn.execute(text("SELECT setval(CAST(:name AS regclass), :last)"), called)
        else:
            row = {"name": table.name, "last": last}
            conn.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), row)
            conn.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), row)


def _sequence(conn: Connection, table: Table) -> str:
    """The name of the sequence of a table's ids, quoted by PostgreSQL itself."""
    quoted = conn.dialect.identifier_preparer.format_table(table)
    asked = text("SELECT pg_get_serial_sequence(:table, 'id')")
    return str(conn.execute(asked, {"table": quoted}).scalar_one())


# ---------------------------------------------------------------------------------- foreign copies


def inspect_copy(path: Path) -> None:
    """Looks at a copy from elsewhere, runs nothing that stands in it, and makes it ready to open.

    Raises StoreTooNew for one of a newer version, BadInput for what is no store of ours or damaged.
    """
    with _foreign_file(path) as conn:
        # sqlite.org/security.html: what an application should do with a file of others.
        conn.execute("PRAGMA trusted_schema = OFF")
        conn.execute("PRAGMA cell_size_check = ON")
        _check_revision(conn)
        _check_shape(conn)
        said = [row[0] for row in conn.execute("PRAGMA integrity_check(3)")]
        if said != ["ok"]:
            raise _foreign(f"its database is damaged: {'; '.join(map(str, said))[:300]}")
        if conn.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise _foreign("its database is damaged: rows name others that are not there")
        _check_names(conn)
        conn.execute("PRAGMA journal_mode = WAL")


def check_migrated(path: Path) -> None:
    """Holds an opened copy to the shape of a store that was made here. Raises BadInput."""
    with _foreign_file(path) as conn:
        found = _columns(conn)
    wanted = {name: {each.name for each in table.c} for name, table in metadata.tables.items()}
    wrong = [name for name, columns in wanted.items() if found.get(name) != columns]
    if wrong:
        raise _foreign(f"its table {wrong[0]} is none of this version")


@contextmanager
def _foreign_file(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a copy; what cannot be read in it is told as BadInput."""
    try:
        with closing(sqlite3.connect(path)) as conn:
            yield conn
    # SQLite's message of a broken schema quotes it; Python fails on bytes there that are no UTF-8.
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise _foreign(f"its database cannot be read: {error}") from error


def _check_revision(conn: sqlite3.Connection) -> None:
    row = conn.execute("SELECT version_num FROM alembic_version").fetchone()
    if row is None:
        raise _foreign("its database is empty")
    if row[0] not in REVISIONS:
        raise StoreTooNew(
            "The backup was made by a newer version of Followup.",
            remedy="Install that version or a later one, then restore.",
        )


def _check_shape(conn: sqlite3.Connection) -> None:
    known = set(metadata.tables) | set(_OTHERS)
    for kind, name, table, sql in conn.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema"
    ):
        is_index = kind == "index" and (table in known or table.startswith("article_search_"))
        is_table = kind == "table" and (
            name in known or re.fullmatch(r"article_search_(data|idx|content|docsize|config)", name)
        )
        is_own = str(name).startswith("sqlite_") and kind in ("table", "index")
        is_virtual = kind == "table" and re.match(r"\s*CREATE\s+VIRTUAL", sql or "", re.I)
        if is_virtual and (name != "article_search" or not re.search(r"USING\s+fts5", sql, re.I)):
            raise _foreign(f"its table {name} is none of ours")
        is_ours = kind == "trigger" and _TRIGGERS.get(name) == sql
        if not (is_index or is_table or is_own or is_ours):
            raise _foreign(f"its {kind} {name} is none of ours")


def _check_names(conn: sqlite3.Connection) -> None:
    for (name,) in conn.execute("SELECT DISTINCT warc_file FROM page"):
        if not isinstance(name, str) or not RAW_NAME.fullmatch(name):
            raise _foreign(f"it names {name!r} as a file of raw pages")


def _columns(conn: sqlite3.Connection) -> dict[str, set[str]]:
    rows = conn.execute(
        "SELECT m.name, x.name FROM sqlite_schema AS m, pragma_table_xinfo(m.name) AS x"
        " WHERE m.type = 'table'"
    )
    found: dict[str, set[str]] = {}
    for table, column in rows:
        found.setdefault(table, set()).add(column)
    return found


def _foreign(why: str) -> BadInput:
    return BadInput(f"The backup cannot be used: {why}.", remedy="Take another backup.")
