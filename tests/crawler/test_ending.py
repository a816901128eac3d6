"""A crawl ends quickly when told, keeps what it has, and a store that fails costs nothing."""

import os
import resource
import signal
import sqlite3
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crawler import life
from crawler.services import crawls
from crawler.wanted import Wanted
from pipelines.store import crawl_sources, sources
from pipelines.store import crawls as crawl_rows
from pipelines.store.crawls import CrawlState, Trigger
from tests.crawler.at_work import (
    AT,
    Paper,
    assert_nothing_is_open,
    ended,
    endings,
    opened,
    outcomes,
    row,
    source,
    start_due,
    until,
)
from tests.crawler.strange_sites import Piece, served

#: From the wish to the row's end; a person is promised five seconds for the process as well.
ENDS_SECONDS = 4.0
ADDED_PAGES = 12


def hanging(path: str) -> Sequence[Piece]:
    """Its pages never come."""
    if path in ("/robots.txt", "/feed"):
        return Paper("hanging.test", {"feed": 5})(path)
    return [60.0]


@pytest.mark.parametrize("how", ["cancelled", "SIGTERM"])
def test_a_crawl_whose_requests_hang_ends_within_seconds_and_keeps_its_work(
    tmp_path: Path, how: str
) -> None:
    sites = {"hanging.test": hanging, "paper.test": Paper("paper.test", {"feed": 300}, 0.1)}
    with served(sites) as strange, opened(tmp_path, strange) as home:
        for host in sites:
            source(home, f"http://{host}/feed")
        id, child = crawls.start(home, Wanted())
        until(lambda: "/feed/0" in strange.paths("hanging.test"))
        until(lambda: "stored" in outcomes(home).values())
        if how == "cancelled":
            crawls.cancel(home, id)
        else:
            child.send_signal(signal.SIGTERM)
        seconds = until(lambda: row(home, id).ended_at is not None, 2 * ENDS_SECONDS)
        done = ended(home, id, child, ENDS_SECONDS)
        assert seconds < ENDS_SECONDS
        assert done.state is CrawlState.CANCELLED
        counts = dict(done.counts or {})
        assert counts.get("stored", 0) + counts.get("copy", 0) > 0
        assert sum(counts.values()) == done.links_found == 305
        assert counts["deferred"] + counts["cancelled"] > 200
        left = [url for url, outcome in outcomes(home).items() if "hanging" in url and outcome]
        assert {outcomes(home)[url] for url in left} <= {"cancelled", "deferred"}
        assert_nothing_is_open(home)


def test_a_crawl_runs_behind_the_server_once_it_has_begun(tmp_path: Path) -> None:
    with (
        served({"paper.test": Paper("paper.test", {"feed": 50}, 0.2)}) as strange,
        opened(tmp_path, strange) as home,
    ):
        source(home, "http://paper.test/feed")
        id, child = crawls.start(home, Wanted())
        assert os.getpriority(os.PRIO_PROCESS, child.pid) == os.getpriority(os.PRIO_PROCESS, 0)
        until(lambda: "/feed/1" in strange.paths("paper.test"))
        assert os.getpriority(os.PRIO_PROCESS, child.pid) >= 10
        crawls.cancel(home, id)
        ended(home, id, child)


def test_a_crawl_shows_its_rate_and_what_remains(tmp_path: Path) -> None:
    with (
        served({"paper.test": Paper("paper.test", {"feed": 100}, 0.1)}) as strange,
        opened(tmp_path, strange) as home,
    ):
        source(home, "http://paper.test/feed")
        id, child = crawls.start(home, Wanted())
        until(lambda: dict(row(home, id).progress or {}).get("pages", 0) > 20)
        shown = dict(row(home, id).progress or {})
        assert shown["pages"] + shown["remaining"] in range(98, 103)
        assert 0.5 < shown["rate"] < 10
        assert shown["asking"] == ["paper.test"]
        assert (shown["sources"], shown["sources_read"]) == (1, 1)
        crawls.cancel(home, id)
        ended(home, id, child)


def test_a_store_that_another_process_locks_for_a_while_is_waited_for(tmp_path: Path) -> None:
    with (
        served({"paper.test": Paper("paper.test", {"feed": ADDED_PAGES}, 0.2)}) as strange,
        opened(tmp_path, strange) as home,
    ):
        source(home, "http://paper.test/feed")
        id, child = crawls.start(home, Wanted())
        until(lambda: "/feed/1" in strange.paths("paper.test"))
        with sqlite3.connect(tmp_path / "followup.db", timeout=30) as database:
            database.execute("BEGIN IMMEDIATE")
            time.sleep(4)
            database.rollback()
        done = ended(home, id, child)
        assert done.state is CrawlState.FINISHED
        assert sorted(strange.paths("paper.test")) == sorted(set(strange.paths("paper.test")))
        assert len(outcomes(home)) == ADDED_PAGES
        assert set(outcomes(home).values()) <= {"stored", "copy"}
        assert_nothing_is_open(home)


def test_a_full_disk_ends_a_crawl_as_failed_and_the_next_goes_on(tmp_path: Path) -> None:
    with (
        served({"paper.test": Paper("paper.test", {"feed": ADDED_PAGES}, 0.3)}) as strange,
        opened(tmp_path, strange) as home,
    ):
        id, child = start_due(home, [source(home, "http://paper.test/feed")], AT)
        until(lambda: "/feed/1" in strange.paths("paper.test"))
        # No file of the child may grow beyond this: what a full disk says to a writer.
        small, limits = 16_000, resource.prlimit(child.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (small, limits[1]))
        time.sleep(3)
        assert row(home, id).ended_at is None
        assert child.poll() is None
        resource.prlimit(child.pid, resource.RLIMIT_FSIZE, limits)
        done = ended(home, id, child)
        assert done.state is CrawlState.FAILED
        assert "cannot be used" in str(done.end_reason)
        read = {url for url, outcome in outcomes(home).items() if outcome in ("stored", "copy")}
        assert len(read) < ADDED_PAGES
        others = {outcome for outcome in outcomes(home).values() if outcome is not None}
        assert others <= {"stored", "copy", "cancelled", "deferred"}
        assert_nothing_is_open(home)
        again, child = crawls.start(home, Wanted())
        assert ended(home, again, child).state is CrawlState.FINISHED
        assert len(outcomes(home)) == ADDED_PAGES
        assert set(outcomes(home).values()) <= {"stored", "copy", "unchanged"}


def test_a_crawl_that_waits_for_a_server_is_not_dead_and_one_that_had_a_process_is(
    tmp_path: Path,
) -> None:
    with served({}) as strange, opened(tmp_path, strange) as home:
        id = source(home, "http://paper.test/feed")
        with home.database.write() as conn:
            sources.set_due(conn, id, None)
            waits, began = (
                crawl_rows.request(conn, Trigger.API, "test", {"due": True}, now=home.now())
                for _ in range(2)
            )
            crawl_sources.put(conn, began, [id], now=home.now(), due={id: AT})
        lock = life.take_lock(home.config, began)
        assert life.settle_dead(home.config, home.clock, home.database) == []
        lock.close()
        assert life.settle_dead(home.config, home.clock, home.database) == [began]
        assert (row(home, waits).state, row(home, began).state) == ("requested", "failed")
        assert endings(home, began) == {"left": 1}


def test_a_lock_comes_into_sight_locked_and_a_second_taker_waits(tmp_path: Path) -> None:
    with served({}) as strange, opened(tmp_path, strange) as home, ThreadPoolExecutor(1) as pool:
        first = life.take_lock(home.config, 7)
        assert [path.name for path in home.config.log_folder.iterdir()] == ["crawl-000007.lock"]
        second = pool.submit(life.take_lock, home.config, 7)
        time.sleep(0.3)
        assert not second.done()
        first.close()
        second.result(10).close()
