"""The server left running, and killed: the schedule goes on and nothing is lost or doubled.

Time is sped up, and the newsroom's clock stands still while no server runs. As a bench:
KILLS=20 DAYS=7 SECONDS=300 TROUBLE=30 SEED=n pytest tests/crawler/test_always_on.py
"""

import errno
import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from crawler.newsroom import Newsroom
from crawler.services import demo
from tests.crawler.serving import Serving
from tests.crawler.terminal import ROOT, foreign

KILLS = int(os.environ.get("KILLS", "3"))
SEED = int(os.environ.get("SEED", "1"))
DAYS = float(os.environ.get("DAYS", "1"))
#: Real seconds in which these days pass while a server runs.
SECONDS = float(os.environ.get("SECONDS", "15"))
#: Real seconds for which the disk is full, or the database locked by another process.
TROUBLE = float(os.environ.get("TROUBLE", "3"))
SPEED = DAYS * 86_400 / SECONDS
BEGIN = datetime(2014, 12, 18, tzinfo=UTC)
END = BEGIN + timedelta(days=DAYS)
EVERY = timedelta(hours=2)

#: Title, text and verdict by address.
Stored = dict[str, tuple[object, ...]]

pytestmark = pytest.mark.timeout(1_200)


@dataclass
class Week:
    """A server on the newsroom, and their common clock."""

    room: Newsroom
    serving: Serving

    def run(self, seconds: float) -> None:
        """Let a server run for so long, and stop both clocks with kill -9."""
        self.begin()
        time.sleep(seconds)
        self.serving.kill()
        self.room.set_clock(speed=0.0)

    def begin(self) -> None:
        """Start a server that goes on where the newsroom's clock stands."""
        now = self.room.clock.now()
        self.serving.start(FOLLOWUP_NOW=now.isoformat(), FOLLOWUP_SPEED=str(SPEED))
        self.room.set_clock(now=now, speed=SPEED)

    def finish(self, trouble: Callable[[Path], None] | None = None) -> Stored:
        """Run to the end of the days, end politely, look once more by hand; what is stored then."""
        self.begin()
        if trouble is not None:
            time.sleep(SECONDS / 4)
            trouble(self.serving.home)
        left = (END - self.room.clock.now()).total_seconds() / SPEED
        time.sleep(max(left, 0.0))
        self.room.set_clock(now=END, speed=0.0)
        assert self.serving.stop() == 0
        command(self.serving, "crawl", now=END + timedelta(days=1))
        return stored(self.serving)


def command(serving: Serving, *arguments: str, now: datetime) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "crawler", *arguments],
        env={**foreign(), **serving.environment, "FOLLOWUP_NOW": now.isoformat()},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def stored(serving: Serving) -> Stored:
    """What must not depend on how often the server was killed, by address."""
    out = command(serving, "export", demo.SLUG, "--format", "jsonl", "--full-text", now=END)
    rows = [json.loads(line) for line in out.splitlines()]
    assert len({row["canonical_url"] for row in rows}) == len(rows), "an article stands twice"
    return {row["canonical_url"]: (row["title"], row["text"], row["verdict"]) for row in rows}


@contextmanager
def week(folder: Path) -> Iterator[Week]:
    with Newsroom.serve(now=BEGIN) as room:
        with demo.open_visit(folder, room, BEGIN) as home:
            demo.set_up(home)
        serving = Serving(demo.visit_environment(folder, room))
        command(serving, "schedule", "set", "--every", "2h", now=BEGIN)
        try:
            yield Week(room, serving)
        finally:
            if serving.process is not None and serving.process.poll() is None:
                serving.kill()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    with week(tmp_path_factory.mktemp("undisturbed") / "home") as one:
        found = one.finish()
    assert len(found) > 20
    return found


def check_books(home: Path) -> None:
    """No crawl runs, the counts add up, every due run happened or is missed, the file is whole."""
    with closing(sqlite3.connect(home / "followup.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        unended = "SELECT id, state FROM crawl WHERE state IN ('requested', 'running')"
        assert database.execute(unended).fetchall() == []
        assert database.execute("SELECT * FROM crawl_link WHERE outcome IS NULL").fetchall() == []
        assert database.execute("SELECT * FROM crawl_source WHERE ending IS NULL").fetchall() == []
        for id, counts, found in database.execute("SELECT id, counts, links_found FROM crawl"):
            assert counts is None or sum(json.loads(counts).values()) == found, id
        check_runs(database)


def check_runs(database: sqlite3.Connection) -> None:
    """Times are microseconds since 1970 there."""
    every = EVERY // timedelta(microseconds=1)
    missed = {
        row[0] for row in database.execute("SELECT requested_at FROM crawl WHERE state = 'missed'")
    }
    for (source,) in database.execute("SELECT id FROM source").fetchall():
        rows = database.execute(
            "SELECT due_at, ending FROM crawl_source WHERE source_id = ? AND due_at IS NOT NULL",
            (source,),
        ).fetchall()
        polled = [due_at for due_at, ending in rows if ending in ("polled", "failed")]
        assert len(set(polled)) == len(polled), f"a run of source {source} happened twice"
        happened = {due_at for due_at, _ in rows}
        due = sorted(happened | missed)
        lost = [(a, b) for a, b in pairwise(due) if b - a > every]
        assert lost == [], f"runs of source {source} are lost"


def test_a_server_killed_at_random_moments_ends_like_an_undisturbed_one(
    tmp_path: Path, undisturbed: Stored
) -> None:
    moments = random.Random(SEED)
    with week(tmp_path / "home") as one:
        for _ in range(KILLS):
            one.run(moments.uniform(0.5, 2 * SECONDS / (KILLS + 1) - 0.5))
        assert one.finish() == undisturbed
        check_books(one.serving.home)


def lock_database(home: Path) -> None:
    """Hold the database's write lock in another process."""
    script = (
        "import sqlite3, sys, time; database = sqlite3.connect(sys.argv[1], timeout=60);"
        "database.execute('BEGIN IMMEDIATE'); time.sleep(float(sys.argv[2])); database.rollback()"
    )
    path = str(home / "followup.db")
    subprocess.run([sys.executable, "-c", script, path, str(TROUBLE)], check=True)


def fill_disk(home: Path) -> None:
    """Leave no byte free for a while."""
    ballast = home / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 16))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
    time.sleep(TROUBLE)
    ballast.unlink()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 MB."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder],
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip("no small disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_database_locked_for_a_while_costs_nothing(tmp_path: Path, undisturbed: Stored) -> None:
    with week(tmp_path / "home") as one:
        assert one.finish(lock_database) == undisturbed
        check_books(one.serving.home)


def test_a_full_disk_costs_nothing(small_disk: Path, undisturbed: Stored) -> None:
    with week(small_disk / "home") as one:
        assert one.finish(fill_disk) == undisturbed
        check_books(one.serving.home)
