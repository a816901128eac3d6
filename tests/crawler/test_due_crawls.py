"""A crawl of the schedule polls what stands on its list; what it could not poll is due again."""

import signal
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.home import Home
from crawler.schedule.rules import read_rule
from crawler.services import crawls
from crawler.wanted import Wanted
from pipelines.store import crawls as crawl_rows
from pipelines.store import schedules, sources
from pipelines.store.crawls import CrawlState
from pipelines.store.schedules import Subject
from tests.crawler.at_work import (
    AT,
    Paper,
    assert_nothing_is_open,
    due_at,
    ended,
    endings,
    opened,
    outcomes,
    row,
    source,
    start_due,
    until,
)
from tests.crawler.strange_sites import Piece, StrangeSites, answer, served

#: The next time of a source that was claimed: the schedule moved it there.
NEXT = AT + timedelta(hours=3)


def claimed(home: Home, *ids: int) -> list[int]:
    with home.database.write() as conn:
        for id in ids:
            sources.set_due(conn, id, NEXT)
    return list(ids)


def asked(strange: StrangeSites, host: str) -> int:
    return len(strange.paths(host))


def test_it_polls_its_list_and_nothing_else(tmp_path: Path) -> None:
    papers = {host: Paper(host, {"feed": 12}) for host in ("mine.test", "theirs.test")}
    with served(papers) as strange, opened(tmp_path, strange) as home:
        mine, gone = source(home, "http://mine.test/feed"), source(home, "http://mine.test/none")
        source(home, "http://theirs.test/feed")
        done = ended(home, *start_due(home, claimed(home, mine, gone), AT))
        assert done.state is CrawlState.FINISHED
        assert asked(strange, "theirs.test") == 0
        assert endings(home, done.id) == {"polled": 1, "failed": 1}
        assert set(outcomes(home).values()) <= {"stored", "copy", "bad_feed"}
        # Twelve new links: it is asked again as soon as may be; one that failed after an hour.
        soon, late = due_at(home, mine), due_at(home, gone)
        assert soon is not None
        assert late is not None
        assert timedelta(minutes=15) <= soon - AT <= timedelta(minutes=25)
        assert late - AT >= timedelta(minutes=60)
        assert soon.timestamp() % 300 == late.timestamp() % 300 == 0


def test_polls_without_news_are_counted_and_slow_a_source_down(tmp_path: Path) -> None:
    with (
        served({"mine.test": Paper("mine.test", {"feed": 1})}) as strange,
        opened(tmp_path, strange) as home,
    ):
        mine = source(home, "http://mine.test/feed")
        for quiet in (0, 1):
            ended(home, *start_due(home, claimed(home, mine), AT))
            with home.database.read() as conn:
                assert sources.quiet_polls(conn, mine) == quiet


def test_a_source_under_a_rule_keeps_to_its_grid(tmp_path: Path) -> None:
    with (
        served({"mine.test": Paper("mine.test", {"feed": 1})}) as strange,
        opened(tmp_path, strange) as home,
    ):
        mine = source(home, "http://mine.test/feed")
        rule = read_rule(every="7h", timezone="UTC", anchor=AT - timedelta(hours=1))
        with home.database.write() as conn:
            set_to = {"rule": rule.record()}
            schedules.put(conn, Subject(source_id=mine), set_to, now=home.now(), by="test")
        id, child = crawls.start(home, Wanted())
        ended(home, id, child)
        assert due_at(home, mine) == AT + timedelta(hours=6)  # it had no time yet
        claimed(home, mine)
        id, child = crawls.start(home, Wanted())
        ended(home, id, child)
        assert due_at(home, mine) == NEXT  # a crawl by hand does not shift it


def test_a_source_whose_host_wants_to_be_left_alone_is_due_when_that_is_over(
    tmp_path: Path,
) -> None:
    def busy(path: str) -> Sequence[Piece]:
        if path == "/robots.txt":
            return [answer("", "text/plain")]
        return [answer("later", status=429, Retry_After="1800")]

    with served({"busy.test": busy}) as strange, opened(tmp_path, strange) as home:
        ids = [source(home, f"http://busy.test/{name}") for name in ("one", "two")]
        done = ended(home, *start_due(home, claimed(home, *ids), AT))
        assert asked(strange, "busy.test") == 1
        assert endings(home, done.id) == {"failed": 1, "left": 1}
        (left,) = (done.result or {})["not_polled"]
        assert "http://busy.test/" in left["url"]
        dues = sorted(due_at(home, id) or AT for id in ids)
        assert AT + timedelta(minutes=29) < dues[0] < AT + timedelta(minutes=31)


@pytest.mark.parametrize("end", ["kill", "terminate", "by server", "by a person"])
def test_what_was_not_polled_is_due_again_unless_a_person_ended_the_crawl(
    tmp_path: Path, end: str
) -> None:
    def slow(path: str) -> Sequence[Piece]:
        return [answer("", "text/plain")] if path == "/robots.txt" else [30.0]

    with served({"slow.test": slow}) as strange, opened(tmp_path, strange) as home:
        ids = [source(home, f"http://slow.test/{name}") for name in ("one", "two")]
        id, child = start_due(home, claimed(home, *ids), AT)
        until(lambda: asked(strange, "slow.test") > 0)
        if end == "kill":
            child.kill()
        elif end == "terminate":
            child.send_signal(signal.SIGTERM)
        else:
            with home.database.write() as conn:
                reason = "the server stops" if end == "by server" else None
                crawl_rows.ask_cancel(conn, id, now=home.now(), reason=reason)
        done = ended(home, id, child, 10)
        words = {
            "kill": "its process ended without a word",
            "terminate": "its process was told to end",
            "by server": "the server stops",
            "by a person": "cancelled",
        }
        assert done.end_reason == words[end]
        assert done.state is (CrawlState.FAILED if end == "kill" else CrawlState.CANCELLED)
        assert endings(home, id) == {"left": 2}
        for source_id in ids:
            due = due_at(home, source_id)
            assert due is not None
            assert (due == NEXT) is (end == "by a person")
            assert (due <= home.now()) is (end != "by a person")
        assert row(home, id).counts == {}
        assert_nothing_is_open(home)
