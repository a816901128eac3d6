"""Crawls as child processes: launched once, minded, ended with force where nothing else helps."""

import fcntl
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler import children, life
from crawler.children import MOST_UNSEEN_SECONDS, POLITE_SECONDS, End, Watch, force, observe
from crawler.home import Home
from crawler.newsroom import Newsroom
from crawler.services import crawls, demo
from crawler.supervisor import Ended, Supervisor, within
from crawler.wanted import Wanted
from pipelines.errors import StoreError
from pipelines.store.crawls import Crawl, CrawlState, Trigger

AT = datetime(2014, 12, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)
#: A child on a busy machine has begun well within this.
HANG_SECONDS = 8.0


def row(**more: Any) -> Crawl:
    empty: dict[str, Any] = dict.fromkeys(Crawl.__dataclass_fields__)
    told = {"id": 1, "state": CrawlState.RUNNING, "heartbeat_at": AT, "request": {}}
    return Crawl(**(empty | told | more))


def watched(rows: list[tuple[float, Crawl]]) -> Watch:
    watch = Watch(rows[0][0])
    for at, seen in rows:
        watch = observe(watch, seen, at=at)
    return watch


def test_a_crawl_whose_heart_beats_goes_on() -> None:
    rows = [(float(at), row(heartbeat_at=AT + at * SECOND)) for at in range(100)]
    assert force(watched(rows), rows[-1][1], 5.0) is None


def test_a_crawl_without_a_heartbeat_is_ended() -> None:
    rows = [(float(at), row()) for at in range(7)]
    assert force(watched(rows[:5]), row(), 5.0) is None
    said = "its process gave no sign of life for 5 s"
    assert force(watched(rows), row(), 5.0) == End(CrawlState.FAILED, said)


def test_one_that_never_begins_is_ended_too() -> None:
    asleep = row(state=CrawlState.REQUESTED, heartbeat_at=None)
    watch = watched([(float(at), asleep) for at in range(7)])
    end = force(watch, asleep, 5.0)
    assert end is not None
    assert end.state is CrawlState.FAILED


def test_time_in_which_nobody_looked_is_not_held_against_a_crawl() -> None:
    watch = watched([(0.0, row()), (1.0, row()), (3_601.0, row())])
    assert force(watch, row(), 5.0) is None


def test_a_cancelled_crawl_has_its_time_and_no_more() -> None:
    asked = row(cancel_requested_at=AT)
    watch = observe(Watch(0.0), asked, at=10.0)
    assert force(watch, asked, 60.0) is None
    late = observe(watch, asked, at=10.0 + POLITE_SECONDS)
    assert force(late, asked, 60.0) == End(CrawlState.CANCELLED, "cancelled")
    told = replace(asked, cancel_reason="the server was stopped")
    assert force(late, told, 60.0) == End(CrawlState.CANCELLED, "the server was stopped")


def test_the_asking_counts_from_when_it_was_made_within_reason() -> None:
    asked = row(cancel_requested_at=AT)
    seen = observe(Watch(0.0), asked, at=10.0, unseen_seconds=0.6)
    assert seen.asked_at == 9.4
    of_another_clock = observe(Watch(0.0), asked, at=10.0, unseen_seconds=9e9)
    assert of_another_clock.asked_at == 10.0 - MOST_UNSEEN_SECONDS


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with Newsroom.serve(now=AT) as room, demo.open_visit(tmp_path, room, AT) as opened:
        demo.set_up(opened)
        yield replace(opened, config=replace(opened.config, hang_seconds=HANG_SECONDS))


def mind(
    supervisor: Supervisor, until: Callable[[list[Ended]], bool], seconds: float = 60
) -> list[Ended]:
    deadline = time.monotonic() + seconds
    ended: list[Ended] = []
    while not until(ended):
        assert time.monotonic() < deadline, ended
        ended += supervisor.mind()
        time.sleep(0.1)
    return ended


def is_running(home: Home, id: int) -> Callable[[list[Ended]], bool]:
    return lambda ended: crawls.get(home, id).state is CrawlState.RUNNING


def test_a_requested_crawl_is_launched_once_and_settled(home: Home) -> None:
    supervisor = Supervisor(home)
    id = crawls.request(home, Wanted(sources=(1,)), trigger=Trigger.API, by="a test")
    assert supervisor.launch_requested() == [id]
    assert supervisor.launch_requested() == []
    assert Supervisor(home).launch_requested() == [], "another server leaves it alone"
    (ended,) = mind(supervisor, bool)
    assert (ended.row.id, ended.row.state) == (id, CrawlState.FINISHED)
    assert ended.row.exit_status == 0
    assert (ended.row.requested_by, ended.row.trigger) == ("a test", Trigger.API)


def test_a_terminals_crawl_is_never_taken_for_one_to_launch(home: Home) -> None:
    id, process = crawls.start(home, Wanted(sources=(1,)))
    assert Supervisor(home).launch_requested() == []
    process.kill()
    process.wait()
    assert life.settle_dead(home.config, home.clock, home.database) == [id]


def test_a_lock_file_of_another_database_kills_no_crawl(home: Home) -> None:
    id = crawls.request(home, Wanted(sources=(1,)), by="a test") + 1
    life.lock_path(home.config, id).touch()
    assert crawls.request(home, Wanted(sources=(1,)), by="a test") == id
    assert life.settle_dead(home.config, home.clock, home.database) == []


def test_a_crawl_that_hangs_is_killed_and_says_so(home: Home) -> None:
    supervisor = Supervisor(home)
    id = crawls.request(home, Wanted(), by="a test")
    supervisor.launch_requested()
    mind(supervisor, is_running(home, id))
    pid = crawls.get(home, id).pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    (ended,) = mind(supervisor, bool)
    assert time.monotonic() - began < HANG_SECONDS + 5
    assert ended.row.state is CrawlState.FAILED
    assert ended.row.end_reason == "its process gave no sign of life for 8 s"
    assert sum((ended.row.counts or {}).values()) == ended.row.links_found
    assert ended.row.exit_status == -signal.SIGKILL


def test_a_hung_crawl_that_a_dead_server_left_is_killed_too(home: Home) -> None:
    _, process = crawls.start(home, Wanted())
    supervisor = Supervisor(home)
    mind(supervisor, is_running(home, 1))
    process.send_signal(signal.SIGSTOP)
    mind(supervisor, lambda _: process.poll() is not None)
    mind(supervisor, lambda _: crawls.get(home, 1).state is CrawlState.FAILED, 5)


def test_a_crawl_of_nobody_that_was_killed_is_settled_by_the_next_look(home: Home) -> None:
    _, process = crawls.start(home, Wanted(sources=(1,)))
    supervisor = Supervisor(home)
    supervisor.mind()
    assert crawls.get(home, 1).ended_at is None
    process.kill()
    process.wait()
    assert supervisor.mind() == []
    assert crawls.get(home, 1).end_reason == "its process ended without a word"


def test_a_crawl_that_nobody_could_launch_or_fail_is_settled_later(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: Any, **more: Any) -> Any:
        raise StoreError("The disk is full.")

    id, supervisor = crawls.request(home, Wanted(), by="a test"), Supervisor(home)
    monkeypatch.setattr(children, "launch", full)
    assert supervisor.launch_requested() == []
    supervisor.mind()
    assert crawls.get(home, id).state is CrawlState.FAILED


def test_a_crawl_that_is_about_to_be_launched_never_looks_dead(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    id, locked = crawls.request(home, Wanted(), by="a test"), fcntl.flock

    def looked_at_before(file: Any, operation: int) -> None:
        monkeypatch.undo()
        assert life.settle_dead(home.config, home.clock, home.database) == []
        locked(file, operation)

    monkeypatch.setattr(fcntl, "flock", looked_at_before)
    with life.take_new_lock(home.config, id), pytest.raises(FileExistsError):
        life.take_new_lock(home.config, id)
    assert not list(home.config.log_folder.glob("*.*.lock"))


def test_a_cancelled_crawl_that_does_not_listen_is_killed(home: Home) -> None:
    patient = replace(home, config=replace(home.config, hang_seconds=60.0))
    supervisor = Supervisor(patient)
    id = crawls.request(home, Wanted(), by="a test")
    supervisor.launch_requested()
    mind(supervisor, is_running(home, id))
    os.kill(crawls.get(home, id).pid or 0, signal.SIGSTOP)
    crawls.cancel(home, id)
    began = time.monotonic()
    (ended,) = mind(supervisor, bool)
    assert time.monotonic() - began < POLITE_SECONDS + 1
    assert (ended.row.state, ended.row.end_reason) == (CrawlState.CANCELLED, "cancelled")


def test_all_are_stopped_in_time_the_deaf_ones_with_force(home: Home) -> None:
    supervisor = Supervisor(replace(home, config=replace(home.config, hang_seconds=60.0)))
    ids = [crawls.request(home, wanted, by="a test") for wanted in (Wanted(), Wanted(sources=(1,)))]
    assert supervisor.launch_requested() == ids
    mind(supervisor, is_running(home, ids[0]))
    os.kill(crawls.get(home, ids[0]).pid or 0, signal.SIGSTOP)
    began = time.monotonic()
    supervisor.stop_all("the server was stopped", 5.0, threading.Event())
    assert time.monotonic() - began < 6
    rows = [crawls.get(home, id) for id in ids]
    assert rows[0].state is CrawlState.CANCELLED
    assert rows[0].end_reason == "the server was stopped"
    assert {one.state for one in rows} <= {CrawlState.CANCELLED, CrawlState.FINISHED}
    crawls.request(home, Wanted(sources=(1,)), by="a test")
    assert supervisor.launch_requested() == [], "what comes now is for the next server"


def test_a_crawl_that_cannot_begin_fails_with_its_last_words(home: Home) -> None:
    id = crawls.request(home, Wanted(), by="a test")
    lost = replace(home, environment={**home.environment, "FOLLOWUP_MIN_GAP_SECONDS": "soon"})
    supervisor = Supervisor(lost)
    supervisor.launch_requested()
    (ended,) = mind(supervisor, bool)
    assert (ended.row.id, ended.row.state) == (id, CrawlState.FAILED)
    assert "FOLLOWUP_MIN_GAP_SECONDS" in str(ended.row.end_reason)
    assert ended.row.exit_status not in (None, 0)


def test_a_store_that_is_held_up_holds_nobody_up() -> None:
    began = time.monotonic()
    assert not within(0.2, lambda: time.sleep(5))
    assert time.monotonic() - began < 1

    def refused() -> None:
        raise StoreError("full")

    assert not within(1.0, refused)
    assert within(1.0, lambda: None)


def test_the_last_words_are_the_last_line_that_says_something(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert children.last_words(log).startswith("it could not be started")
    log.write_text("one\ntwo\n\n", "utf-8")
    assert children.last_words(log) == "two"
    log.write_text(
        "one\n2014-12-18 10:00:00 [crawler.spiders.base] ERROR: not begun: two\n", "utf-8"
    )
    assert children.last_words(log) == "not begun: two"
