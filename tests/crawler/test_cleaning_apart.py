"""A crawl cleans in a process of its own: it answers meanwhile, and takes that process with it."""

import os
import signal
import time
from pathlib import Path

import pytest

from crawler.home import Home
from crawler.services import crawls
from crawler.wanted import Wanted
from pipelines.store.crawls import CrawlState
from tests.crawler.at_work import (
    Paper,
    assert_nothing_is_open,
    ended,
    opened,
    outcomes,
    row,
    source,
    until,
)
from tests.crawler.strange_sites import served
from tests.processes import is_running

ENDS_SECONDS = 4.0


def cleaners(pid: int) -> list[int]:
    """The processes that a crawl's process has begun."""
    found: list[int] = []
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        found += map(int, thread.read_text().split())
    return found


def cleaning(home: Home, pid: int) -> int:
    """Wait until pages are stored; the process that cleans them."""
    until(lambda: len(outcomes(home)) > 3 and None not in list(outcomes(home).values())[:2])
    (cleaner,) = cleaners(pid)
    return cleaner


def test_a_cleaner_that_dies_costs_a_page_and_not_the_crawl(tmp_path: Path) -> None:
    site = {"paper.test": Paper("paper.test", {"feed": 40}, 0.1)}
    with served(site) as strange, opened(tmp_path, strange) as home:
        source(home, "http://paper.test/feed")
        id, child = crawls.start(home, Wanted())
        cleaner = cleaning(home, child.pid)
        os.kill(cleaner, signal.SIGSTOP)
        time.sleep(1.0)  # by now it has a page in hand
        os.kill(cleaner, signal.SIGSEGV)
        os.kill(cleaner, signal.SIGCONT)
        done = ended(home, id, child, 60)
        assert done.state is CrawlState.FINISHED
        counts = dict(done.counts or {})
        assert counts["parse_error"] == 1
        assert sum(counts.values()) == done.links_found == 40
        assert_nothing_is_open(home)


def test_a_crawl_answers_while_its_cleaner_hangs_and_ends_with_it(tmp_path: Path) -> None:
    site = {"paper.test": Paper("paper.test", {"feed": 60}, 0.1)}
    with served(site) as strange, opened(tmp_path, strange) as home:
        source(home, "http://paper.test/feed")
        id, child = crawls.start(home, Wanted())
        cleaner = cleaning(home, child.pid)
        os.kill(cleaner, signal.SIGSTOP)
        time.sleep(1.0)
        beat, asked = row(home, id).heartbeat_at, len(strange.paths("paper.test"))
        until(lambda: row(home, id).heartbeat_at != beat)
        until(lambda: len(strange.paths("paper.test")) > asked)
        crawls.cancel(home, id)
        assert until(lambda: row(home, id).ended_at is not None, 2 * ENDS_SECONDS) < ENDS_SECONDS
        done = ended(home, id, child, ENDS_SECONDS)
        assert done.state is CrawlState.CANCELLED
        counts = dict(done.counts or {})
        assert "parse_error" not in counts, "what waited is still queued"
        assert sum(counts.values()) == done.links_found == 60
        assert not is_running(cleaner)
        assert_nothing_is_open(home)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_crawl_that_is_ended_leaves_no_cleaner_behind(
    tmp_path: Path, number: signal.Signals
) -> None:
    site = {"paper.test": Paper("paper.test", {"feed": 60}, 0.1)}
    with served(site) as strange, opened(tmp_path, strange) as home:
        source(home, "http://paper.test/feed")
        _, child = crawls.start(home, Wanted())
        cleaner = cleaning(home, child.pid)
        child.send_signal(number)
        child.wait(10)
        until(lambda: not is_running(cleaner), 5)
