"""Opening the database, its transactions, and what can go wrong with it in words.

SQLite runs with WAL, foreign keys and BEGIN IMMEDIATE for writes: a deferred transaction that turns
into a write fails at once when another process wrote meanwhile, whatever the busy timeout
(sqlite.org/isolation.html). Deleted rows are overwritten (secure_delete): what is forgotten by hand
must not stay in free pages.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, InterfaceError, OperationalError

from pipelines.errors import BadInput, StoreError, StoreTooNew
from pipelines.store import migrations, relisting
from pipelines.store.migrations import REVISIONS

T = TypeVar("T")

#: How long a write waits for another process's write.
BUSY_SECONDS = 30
#: Names the lock under which one process at a time migrates a PostgreSQL database.
_MIGRATION_LOCK = 0x466F6C6C6F777570

_FORMS = "Use sqlite:///PATH or postgresql://USER@HOST/NAME."


class Database:
    """An open store. Transactions are the caller's: each `with` block is one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._file = _file_at(engine.url)
        self._writing = engine.execution_options(store_writes=True)
        self._reading = engine.execution_options(postgresql_readonly=True)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that may write: committed at the end, undone by any exception.

        Lists are brought up to date before it ends. Raises StoreError where the database fails:
        busy, full, gone, damaged, replaced.
        """
        self._require_file()
        with _in_words(self._engine.url), self._writing.begin() as conn:
            yield conn
            if conn.in_transaction():  # else the caller ended it
                relisting.settle(conn)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One transaction that sees one state and cannot write. Raises StoreError as `write`."""
        self._require_file()
        with _in_words(self._engine.url), self._reading.begin() as conn:
            yield conn

    def scrub(self) -> None:
        """Takes what was deleted out of the files too: the search index's old segments, the log.

        For use after `forgetting`, outside a transaction; works in short steps, so that others can
        write in between. PostgreSQL does it by its own autovacuum.
        """
        if self._engine.dialect.name != "sqlite":
            return
        pages = -200
        while True:
            with self.write() as conn:
                before = _total_changes(conn)
                conn.exec_driver_sql(
                    "INSERT INTO article_search(article_search, rank) VALUES ('merge', ?)", (pages,)
                )
                # fts5.html, 6.9: a merge that found nothing to do changes fewer than 2 rows.
                if _total_changes(conn) - before < 2:
                    break
            pages = 200
        with _in_words(self._engine.url), self._engine.connect() as conn:
            conn.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def fold_log(self) -> int:
        """Takes what SQLite's write-ahead log holds over into the database file, and gives the
        log's place back to the disk where nobody is reading or writing at the moment; how many
        bytes it had then, 0 where it was left. Holds nobody up."""
        log = Path(f"{self._engine.url.database}-wal")
        if self._engine.dialect.name != "sqlite" or not log.exists():
            return 0
        before = log.stat().st_size
        with _in_words(self._engine.url), self._engine.connect() as conn:
            raw: Any = conn.connection
            raw.execute("PRAGMA wal_checkpoint(PASSIVE)")
            # TRUNCATE would let others wait for as long as it waits itself (pragma.html).
            raw.execute("PRAGMA busy_timeout = 0")
            (is_busy, *_) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            raw.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        return 0 if is_busy else before

    def _require_file(self) -> None:
        """Raise StoreError where the file that was opened is not at its place any more: what goes
        into a removed one is gone at the end, and new connections would find another."""
        url = self._engine.url
        if _file_at(url) != self._file:
            raise StoreError(
                f"The database {url.database} was removed or replaced while it was in use.",
                remedy="Stop Followup, put the right file there (from a backup if need be), and"
                " start it again.",
            )

    def close(self) -> None:
        """Gives all connections back to the system."""
        self._engine.dispose()


def open_database(url: str) -> Database:
    """The store at ``sqlite:///PATH`` or ``postgresql://…``, made and migrated as needed.

    Several processes may open a fresh one at once. Raises BadInput for a URL of another kind,
    StoreTooNew for a database of a newer version, StoreError where it cannot be used.
    """
    parsed = _parsed(url)
    engine = _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _postgresql(parsed)
    try:
        with _in_words(parsed):
            _bring_up_to_date(engine, parsed)
    except BaseException:
        engine.dispose()
        raise
    return Database(engine)


def insert_into(conn: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT, in the words of the connection's database."""
    return sqlite.insert(table) if conn.dialect.name == "sqlite" else postgresql.insert(table)


def chunks(items: Iterable[T], size: int = 500) -> Iterator[list[T]]:
    """The items in lists short enough to be bound parameters of one statement."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # they quote the address, which may have a password
        raise BadInput("The address of the database cannot be read.", remedy=_FORMS) from None
    backend = parsed.drivername.partition("+")[0]
    if backend == "sqlite" and parsed.database and parsed.database != ":memory:":
        return parsed.set(drivername="sqlite+pysqlite")
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    raise BadInput("The address names no database that can be used.", remedy=_FORMS)


def _file_at(url: URL) -> tuple[int, int] | None:
    """Which file lies at the place of a SQLite database; None where there is none."""
    if url.get_backend_name() != "sqlite":
        return None
    try:
        found = os.stat(url.database or "")
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _postgresql(url: URL) -> Engine:
    try:
        return create_engine(url, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise StoreError(
            "The driver for PostgreSQL is not installed.",
            remedy="Install it with: pip install 'followup[postgresql]'.",
        ) from error


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        for pragma in ("foreign_keys = ON", "synchronous = NORMAL", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(conn: Connection) -> None:
        writes = conn.get_execution_options().get("store_writes", False)
        conn.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
        conn.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _bring_up_to_date(engine: Engine, url: URL) -> None:
    if _is_current(engine):
        return
    if engine.dialect.name == "sqlite":
        path = Path(url.database or "").absolute()
        with _folder_locked(path.parent):
            _make_private(path)
            with engine.connect() as conn:
                # Persistent; the switch is refused while others read, hence once and locked.
                conn.connection.execute("PRAGMA journal_mode = WAL")
            _migrate(engine)
            _close_to_others(path)
    else:
        _migrate(engine)


def _make_private(path: Path) -> None:
    """A new file is for this user's eyes alone, as the addresses of notices have passwords; SQLite
    gives the files that it lays beside it the same mode."""
    with suppress(OSError):  # where there is one, or none can be made: SQLite says that next
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _close_to_others(path: Path) -> None:
    """A file of an earlier version is closed to all but its owner and their group."""
    with suppress(PermissionError):  # it belongs to another user, whose choice it is
        path.chmod(path.stat().st_mode & 0o770)


def _is_current(engine: Engine) -> bool:
    """False for a database to migrate; a fresh SQLite file is not made here yet."""
    database = engine.url.database or ""
    if engine.dialect.name == "sqlite" and not Path(database).exists():
        return False
    with engine.begin() as conn:
        return _revision(conn) == REVISIONS[-1]


def _revision(conn: Connection) -> str | None:
    """The migration at which the database stands; None for an empty one."""
    if not inspect(conn).has_table("alembic_version"):
        return None
    revision: str | None = conn.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if revision is not None and revision not in REVISIONS:
        raise StoreTooNew(
            "The database was made by a newer version of Followup.",
            remedy="Install that version or a later one, or use another FOLLOWUP_HOME.",
        )
    return revision


def _migrate(engine: Engine) -> None:
    # Alembic takes a tenth of a second to import; a database that is up to date never needs it.
    from alembic import command
    from alembic.config import Config

    with engine.execution_options(store_writes=True).begin() as conn, _migrations() as folder:
        if conn.dialect.name == "postgresql":
            conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        if _revision(conn) == REVISIONS[-1]:
            return
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = conn
        command.upgrade(config, "head")
        relisting.settle(conn)


@contextmanager
def _migrations() -> Iterator[Path]:
    """The folder of migrations. Alembic reads them from disk, so it is unpacked for it where the
    project is a zipped egg, as scrapyd runs it (as_file does folders from Python 3.12 on)."""
    packed = files(migrations)
    if isinstance(packed, Path):
        yield packed
        return
    with TemporaryDirectory(prefix="followup-migrations-") as folder:
        for below in ("", "versions"):
            Path(folder, below).mkdir(exist_ok=True)
            for file in packed.joinpath(below).iterdir():
                if file.name.endswith(".py"):
                    Path(folder, below, file.name).write_bytes(file.read_bytes())
        yield Path(folder)


@contextmanager
def _folder_locked(folder: Path) -> Iterator[None]:
    """One process at a time makes a database in a folder. The lock leaves no file behind."""
    try:
        import fcntl
    except ImportError:  # a system without flock: SQLite's own locks must do
        yield
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise _unwritable(folder) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _unwritable(folder: Path) -> StoreError:
    return StoreError(
        f"No database can be made in {str(folder)!r}.",
        remedy="Make that folder and let yourself write there, or set FOLLOWUP_HOME to another.",
    )


def _total_changes(conn: Connection) -> int:
    return int(conn.exec_driver_sql("SELECT total_changes()").scalar_one())


@contextmanager
def _in_words(url: URL) -> Iterator[None]:
    """Turns the failures of a database, not the mistakes of its caller, into StoreError."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise _explained(url, str(error.orig)) from error
    except DatabaseError as error:
        if type(error) is not DatabaseError:  # IntegrityError and its like are our mistakes
            raise
        raise _explained(url, str(error.orig)) from error


#: What SQLite says (sqlite.org/rescode.html), and what a person can do about it.
_REMEDIES = (
    (
        "unable to open",
        "Make its folder and let yourself write there, or set FOLLOWUP_HOME to another.",
    ),
    ("readonly", "Let yourself write it and its folder, or set FOLLOWUP_HOME to another."),
    ("locked", "Another process has been writing for long: wait for it or stop it."),
    ("full", "Free some space on that disk and run the command again."),
    ("not a database", "Put back a copy of the data folder, or move the file away."),
    ("malformed", "Put back a copy of the data folder, or move the file away."),
    ("already exists", "It belongs to another program: set FOLLOWUP_HOME to another folder."),
)


def _explained(url: URL, cause: str) -> StoreError:
    shown = url.set(query={}).render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite":
        shown = url.database or shown
        remedy = next((cure for sign, cure in _REMEDIES if sign in cause), None)
    else:
        remedy = "See that the server runs and FOLLOWUP_DATABASE_URL names it and its database."
    first_line = cause.strip().partition("\n")[0]
    return StoreError(f"The database {shown} cannot be used: {first_line}.", remedy=remedy)
