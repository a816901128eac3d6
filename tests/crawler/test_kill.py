"""kill -9 of a crawl at random moments: the next crawl goes on, and nothing is lost or doubled.

KILLS and SEED in the environment make it a bench: KILLS=10 SEED=7 pytest tests/crawler/test_kill.py
"""

import os
import random
import sqlite3
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.home import Home
from crawler.newsroom import Newsroom
from crawler.services import crawls, demo
from crawler.wanted import Wanted
from pipelines.store import exports
from pipelines.store.crawls import CrawlState
from pipelines.store.exports import Exported

AT = datetime(2014, 12, 22, 12, tzinfo=UTC)
KILLS = int(os.environ.get("KILLS", "3"))
SEED = int(os.environ.get("SEED", "1"))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[object, ...]]:
    with Newsroom.serve(now=AT) as room:
        folder = tmp_path_factory.mktemp("undisturbed")
        with demo.open_visit(folder, room, AT) as home:
            demo.set_up(home)
            report = crawls.run(home, Wanted())
            assert report.state is CrawlState.FINISHED
            return followed(home)


def followed(home: Home) -> dict[str, tuple[object, ...]]:
    """What is stored, by address: all that must not depend on how often a crawl was killed."""
    with home.database.read() as conn:
        rows = list(exports.export(conn, 1))
    by_id = {row.id: row for row in rows}
    assert len({row.canonical_url for row in rows}) == len(rows)
    return {row.canonical_url: told(row, by_id) for row in rows}


def told(row: Exported, by_id: dict[int, Exported]) -> tuple[object, ...]:
    group = frozenset(r.canonical_url for r in by_id.values() if r.group and r.group == row.group)
    return (row.title, row.text, row.verdict, row.partial, row.revisions, group)


def test_a_crawl_killed_at_random_moments_ends_like_an_undisturbed_one(
    tmp_path: Path, undisturbed: dict[str, tuple[object, ...]]
) -> None:
    moments = random.Random(SEED)
    with Newsroom.serve(now=AT) as room, demo.open_visit(tmp_path, room, AT) as home:
        demo.set_up(home)
        killed = dict(kill_one(home, moments.uniform(0.8, 3.5)) for _ in range(KILLS))
        report = crawls.run(home, Wanted())
        assert report.state is CrawlState.FINISHED
        assert sum(report.counts.values()) == report.links_found
        assert followed(home) == undisturbed
        rows = crawls.list_all(home)
        assert_asked_once(room, kills=len(killed), at_once=home.config.hosts_at_once)
    states = {row.id: row.state for row in rows}
    assert {id: states[id] is CrawlState.FAILED for id in killed} == killed
    assert any(killed.values())
    assert_whole(tmp_path)


def kill_one(home: Home, seconds: float) -> tuple[int, bool]:
    """Start a crawl and kill it after so long; its id, and whether it was still running."""
    id, process = crawls.start(home, Wanted())
    time.sleep(seconds)
    was_running = process.poll() is None
    process.kill()
    process.wait()
    return id, was_running


def assert_asked_once(room: Newsroom, *, kills: int, at_once: int) -> None:
    """Only what was in flight at a kill, or was read and waited for its cleaning, may have been
    read a second time."""
    read = Counter(
        (visit.host, visit.path)
        for visit in room.log()
        if visit.status == 200 and not visit.conditional and visit.path.count("/") > 1
    )
    again = sum(number - 1 for number in read.values())
    assert again <= 2 * kills * at_once, read.most_common(5)


def assert_whole(folder: Path) -> None:
    """The database is sound, and every raw record on disk belongs to a row."""
    with sqlite3.connect(folder / "followup.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = database.execute(
            "SELECT warc_file, max(warc_offset + warc_length) FROM page GROUP BY warc_file"
        ).fetchall()
        open_rows = "SELECT count(*) FROM crawl_link WHERE outcome IS NULL"
        assert database.execute(open_rows).fetchone() == (0,)
    ends = {path.name: path.stat().st_size for path in (folder / "raw").glob("*.warc.gz")}
    assert ends == dict(rows)
