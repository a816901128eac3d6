"""What a server does daily: what is over its time goes, and nobody who crawls is held up."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from crawler.config import Config
from crawler.home import Home, open_home
from crawler.life import lock_path, log_path, take_lock
from crawler.services import upkeep
from crawler.services.checks import check
from pipelines.incident import Source, SourceKind
from pipelines.items import Duplicate, DuplicateKind
from pipelines.stages import regroup
from pipelines.store import (
    articles,
    copies,
    copying,
    crawl_sources,
    crawls,
    hosts,
    pages,
    raw_lock,
    servers,
    sketches,
    sources,
)
from pipelines.store.pages import RawPages
from pipelines.store.schema import article, page, revision
from tests.crawler.terminal import Terminal
from tests.pipelines.store.kept import put

NOW = datetime(2014, 12, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@contextmanager
def opened(folder: Path, **settings: Any) -> Iterator[Home]:
    config = Config(home=folder, database_url=f"sqlite:///{folder / 'followup.db'}", now=NOW)
    with open_home(replace(config, **settings)) as home:
        yield home


def fill(home: Home, files: int, each: int, *, size: int = 1_000) -> None:
    """Files of raw pages; the first is as many days old as there are files, the last of today."""
    for number in range(files):
        raw = RawPages(home.config.raw_folder, number + 1)
        with home.database.write() as conn:
            for part in range(each):
                at = NOW - (files - 1 - number) * DAY + timedelta(hours=1)
                put(conn, raw, f"{number}-{part}", at, size)
        raw.close()


def raw_names(home: Home) -> list[str]:
    return sorted(path.name for path in home.config.raw_folder.iterdir())


def test_nothing_that_is_promised_goes_by_default(tmp_path: Path) -> None:
    with opened(tmp_path) as home:
        fill(home, 3, 4)
    with opened(tmp_path, now=NOW + 1000 * DAY) as home:
        before = counts(home)
        assert [line for line in upkeep.look_after(home) if not is_of_order(line)] == []
        assert counts(home) == before
        with home.database.read() as conn:
            assert list(pages.unreadable(conn, home.config.raw_folder)) == []


def is_of_order(line: str) -> bool:
    """True for what takes nothing away."""
    return line.startswith(("the search index was merged", "the database's log was folded in"))


def counts(home: Home) -> dict[str, int]:
    with home.database.read() as conn:
        return copying.counts(conn)


def test_raw_pages_over_their_age_go_with_a_line(tmp_path: Path) -> None:
    with opened(tmp_path, keep_raw_days=2) as home:
        fill(home, 5, 20)
        assert raw_names(home) == [f"crawl-00000{number}.warc.gz" for number in range(1, 6)]
        lines = upkeep.look_after(home)
        assert lines[0].startswith("raw pages older than 2 days: 40 (0.")
        assert raw_names(home) == [f"crawl-00000{number}.warc.gz" for number in range(3, 6)]
        assert counts(home)["page"] == 60
        assert counts(home)["article"] == counts(home)["revision"] == 100
        with home.database.read() as conn:
            assert list(pages.unreadable(conn, home.config.raw_folder)) == []
            kept = select(revision.c.page_id).where(revision.c.page_id.is_not(None))
            assert len(conn.execute(kept).all()) == 60
        assert not [line for line in upkeep.look_after(home) if "raw pages" in line]


def test_raw_pages_over_their_size_go_the_oldest_first(tmp_path: Path) -> None:
    with opened(tmp_path, keep_raw_megabytes=1) as home:
        fill(home, 4, 5, size=100_000)
        lines = upkeep.look_after(home)
        assert lines[0] == "raw pages over 1 MB in sum: 11 (1.1 MB)"
        assert raw_names(home) == ["crawl-000003.warc.gz", "crawl-000004.warc.gz"]
        with home.database.read() as conn:
            assert list(pages.unreadable(conn, home.config.raw_folder)) == []
            stays = conn.execute(select(page.c.url).order_by(page.c.id)).scalars().all()
        assert stays[0] == "https://lantern.test/2-1"


def test_raw_pages_that_a_living_crawl_writes_are_left(tmp_path: Path) -> None:
    with opened(tmp_path, keep_raw_days=1) as home:
        raw = RawPages(home.config.raw_folder, 9)
        with home.database.write() as conn:
            put(conn, raw, "old", NOW - 9 * DAY)
        assert not [line for line in upkeep.look_after(home) if "raw pages" in line]
        raw.close()
        assert upkeep.look_after(home)[0].startswith("raw pages older than 1 days: 1")


def test_raw_pages_are_left_while_a_backup_is_made(tmp_path: Path) -> None:
    with opened(tmp_path, keep_raw_days=1) as home:
        fill(home, 3, 1)
        with raw_lock.still(home.config.raw_folder, waiting=pytest.fail):
            assert "a backup is being made" in upkeep.look_after(home)[0]
        assert counts(home)["page"] == 3


def test_a_file_whose_rows_are_gone_goes_the_day_after(tmp_path: Path) -> None:
    """Killed between the last row and the file, upkeep takes the file when it runs again."""
    with opened(tmp_path, keep_raw_days=100) as home:
        fill(home, 2, 2)
        with home.database.write() as conn:
            conn.execute(page.delete().where(page.c.warc_file == "crawl-000001.warc.gz"))
        upkeep.look_after(home)
        assert raw_names(home) == ["crawl-000002.warc.gz"]


def test_texts_over_their_time_go_in_portions(tmp_path: Path) -> None:
    with opened(tmp_path) as home:
        fill(home, 1, 30)
        with home.database.write() as conn:
            conn.execute(update(article).where(article.c.id > 5).values(expires_at=NOW - DAY))
        assert "texts whose time was over: 25" in upkeep.look_after(home)
        assert counts(home)["page"] == 5


def test_copies_of_what_expired_are_compared_anew(tmp_path: Path) -> None:
    with opened(tmp_path) as home:
        fill(home, 1, 3)
        with home.database.write() as conn:
            for id in (2, 3):
                copies.link(conn, id, [Duplicate(1, DuplicateKind.TEXT, 1.0)])
            regroup(conn, [1, 2, 3], now=NOW)
            members = [articles.get(conn, id) for id in (1, 2, 3)]
            origin = next(one.id for one in members if one.copy_of is None)
            gone = update(article).where(article.c.id == origin).values(expires_at=NOW - DAY)
            conn.execute(gone)
        lines = upkeep.look_after(home)
        assert "articles compared with others anew: 1" in lines
        with home.database.read() as conn:
            assert [articles.get(conn, id).group for id in (1, 2, 3)] == [None] * 3
            assert not sketches.has_queued(conn)


def crawl_with_log(home: Home, days_ago: int | None, size: int = 10) -> Path:
    """The log of a crawl that ended so many days ago; None: it has not ended."""
    with home.database.write() as conn:
        id = crawls.request(conn, crawls.Trigger.HAND, "x", {}, now=NOW)
        if days_ago is not None:
            ended_at = NOW - days_ago * DAY
            crawls.finish(conn, id, crawls.CrawlState.FINISHED, now=ended_at)
    log = log_path(home.config, id)
    log.write_bytes(b"x" * size)
    lock_path(home.config, id).touch()
    return log


def test_logs_over_their_age_go_but_those_of_living_crawls(tmp_path: Path) -> None:
    with opened(tmp_path) as home:
        old, young = crawl_with_log(home, 91), crawl_with_log(home, 89)
        living = crawl_with_log(home, None)
        server_log = home.config.log_folder / "server.log"
        server_log.touch()
        (line,) = [line for line in upkeep.look_after(home) if "logs" in line]
        assert line == "logs of crawls older than 90 days or over 1000 MB in sum: 1 (0.0 MB)"
        assert not old.exists()
        assert young.exists()
        assert living.exists()
        assert server_log.exists()
        locks = sorted(path.name for path in home.config.log_folder.glob("*.lock"))
        assert locks == [living.with_suffix(".lock").name]


def test_logs_over_their_size_go_the_oldest_first(tmp_path: Path) -> None:
    with opened(tmp_path, keep_log_megabytes=1) as home:
        living = crawl_with_log(home, None, 400_000)
        logs = [crawl_with_log(home, days, 400_000) for days in (3, 2, 1)]
        upkeep.look_after(home)
        assert living.exists()
        assert [log.exists() for log in logs] == [False, False, True]


def test_what_old_crawls_polled_goes_with_their_logs(tmp_path: Path) -> None:
    with opened(tmp_path, keep_log_days=10) as home:
        with home.database.write() as conn:
            feeds = (Source(SourceKind.FEED, f"https://{number}.test/") for number in range(20))
            ids = [sources.add(conn, feed, now=NOW)[0] for feed in feeds]
            done = []
            for days in (20, 11, 9):
                at = NOW - days * DAY
                done.append(crawls.request(conn, crawls.Trigger.SCHEDULE, "x", {}, now=at))
                crawl_sources.put(conn, done[-1], ids, now=at)
                crawls.finish(conn, done[-1], crawls.CrawlState.FINISHED, now=at)
        told = "sources on the lists of crawls that ended over 10 days ago: 40"
        assert told in upkeep.look_after(home)
        with home.database.read() as conn:
            assert [sum(crawl_sources.counts(conn, id).values()) for id in done] == [0, 0, 20]
            assert crawls.get(conn, done[0]).state is crawls.CrawlState.FINISHED
        assert not any("lists of crawls" in line for line in upkeep.look_after(home))


def test_the_lock_of_a_process_that_is_about_to_end_is_left(tmp_path: Path) -> None:
    with opened(tmp_path) as home:
        log = crawl_with_log(home, 1)
        id = int(log.stem.removeprefix("crawl-"))
        with take_lock(home.config, id):
            upkeep.look_after(home)
            assert lock_path(home.config, id).exists()
        upkeep.look_after(home)
        assert not lock_path(home.config, id).exists()


def test_robots_long_out_of_date_go(tmp_path: Path) -> None:
    with opened(tmp_path) as home:
        with home.database.write() as conn:
            for days in (5, 50):
                old = hosts.Robots(200, b"x" * 400_000, NOW - days * DAY, NOW - days * DAY)
                hosts.put_robots(conn, f"https://{days}.test", old)
        assert "answers to robots.txt that ran out over 30 days ago: 1" in upkeep.look_after(home)
        with home.database.read() as conn:
            assert hosts.get_robots(conn, "https://5.test") is not None


def test_a_crawl_that_writes_meanwhile_is_never_held_up_for_long(tmp_path: Path) -> None:
    """2,000 raw pages and 1,000 texts go while another process would write each 10 ms."""
    waits: list[float] = []
    with opened(tmp_path, keep_raw_days=2) as home:
        for number in range(8):
            raw = RawPages(home.config.raw_folder, number + 1)
            with home.database.write() as conn:
                for part in range(50):
                    at = NOW - (7 - number + part % 2) * DAY
                    put(conn, raw, f"{number}-{part}", at, 20_000)
            raw.close()
        with home.database.write() as conn:
            expiring = update(article).where(article.c.id % 3 == 0)
            conn.execute(expiring.values(expires_at=NOW - DAY))
        over = threading.Event()

        def write() -> None:
            conn = sqlite3.connect(tmp_path / "followup.db", timeout=30, isolation_level=None)
            while not over.is_set():
                began = time.monotonic()
                conn.execute("BEGIN IMMEDIATE")
                conn.execute("UPDATE crawl SET requests = requests + 1")
                conn.execute("COMMIT")
                waits.append(time.monotonic() - began)
                time.sleep(0.01)
            conn.close()

        writer = threading.Thread(target=write)
        writer.start()
        try:
            lines = upkeep.look_after(home)
        finally:
            over.set()
            writer.join()
        assert len(lines) >= 2
        assert len(waits) > 20
        waits.sort()
        assert waits[int(len(waits) * 0.99)] < 0.2, waits[-5:]
        with home.database.read() as conn:
            assert list(pages.unreadable(conn, home.config.raw_folder)) == []
            assert copying.faults(conn) == []


def test_the_pace_follows_how_long_a_step_took(tmp_path: Path) -> None:
    with opened(tmp_path) as home:
        pace = upkeep.Pace(home.database)
        with pace.step():
            time.sleep(upkeep.AIM_SECONDS * 1.5)
        assert pace.rows == 4
        for _ in range(2):
            with pace.step():
                pass
        assert pace.rows == 16
        given = pace.portions(list(range(20)))
        assert [len(some) for some in given] == [16, 4]


# ------------------------------------------------------------------------------------------- check


def holder(beat_at: datetime) -> servers.Holder:
    return servers.Holder(
        token="t",
        home="/home",
        machine="here",
        pid=7,
        url="http://127.0.0.1:8080",
        since=beat_at,
        beat_at=beat_at,
    )


def test_check_tells_of_the_server(tmp_path: Path) -> None:
    with opened(tmp_path) as home:
        assert found(home)["server"] == (True, "none runs: crawls are asked for by hand")
        for seconds, is_well in ((1, True), (60, False)):
            wall = home.clock.wall()
            with home.database.write() as conn:
                me = holder(wall)
                servers.acquire(conn, me, wall_now=wall - timedelta(seconds=seconds), before="t")
            assert found(home)["server"][0] is is_well
            assert "process 7 on here" in found(home)["server"][1]


def found(home: Home, *, deep: bool = False) -> dict[str, tuple[bool, str]]:
    return {each.what: (each.is_well, each.said) for each in check(home, deep=deep)}


def test_check_complains_of_a_disk_with_less_room_than_was_set(tmp_path: Path) -> None:
    with opened(tmp_path) as home:
        assert found(home)["disk"][0]
    with opened(tmp_path, min_free_megabytes=1 << 39) as home:
        assert not found(home)["disk"][0]


def test_check_looks_deep_when_asked(tmp_path: Path) -> None:
    with opened(tmp_path) as home:
        fill(home, 1, 3)
        assert "raw pages" not in found(home)
        assert found(home, deep=True)["raw pages"] == (True, "all can be read")
        assert found(home, deep=True)["database"] == (True, "sound")
        path = home.config.raw_folder / "crawl-000001.warc.gz"
        os.truncate(path, path.stat().st_size - 500)
        is_well, said = found(home, deep=True)["raw pages"]
        assert not is_well
        assert "1 cannot be read: https://lantern.test/0-2" in said


def test_check_deep_is_a_command(followed: Terminal) -> None:
    told = followed.good("check", "--deep", "--json").json
    assert {"server", "database", "raw pages"} < {each["what"] for each in told}
