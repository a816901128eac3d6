"""Looking at the store and claiming what is due: whole or not at all, once, and cheaply."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from apscheduler.schedulers import base as scheduling

from crawler import life
from crawler.clock import Clock
from crawler.config import Config
from crawler.home import Home, open_home
from crawler.schedule import claims, ticking
from crawler.schedule.claiming import BackOff, Claimer, Superseded
from crawler.schedule.claims import Decisions, Due, Moment
from crawler.schedule.rules import read_rule
from crawler.schedule.ticking import Schedule
from crawler.supervisor import Supervisor
from pipelines.errors import StoreError
from pipelines.incident import Incident, Profile, Source, SourceKind
from pipelines.items import Link
from pipelines.store import (
    crawl_sources,
    crawls,
    due,
    hosts,
    incidents,
    offers,
    schedules,
    servers,
    sources,
)
from pipelines.store.crawls import Crawl, CrawlState, Trigger
from pipelines.store.offers import Offered
from pipelines.store.schedules import Subject
from pipelines.store.schema import host
from pipelines.store.servers import Holder

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
WALL = Clock.wall


@dataclass
class Desk:
    """A home with sources under a rule of ten minutes, and a claimer whose clocks are set."""

    home: Home
    claimer: Claimer
    at: float = 1_000.0

    def look(self, now: datetime, *, passed: float | None = None) -> list[int]:
        """A look at a product time; by default as much real time passed as product time."""
        last = self.claimer.looked_at or now
        self.at += max((now - last).total_seconds(), 0.0) if passed is None else passed
        self.claimer.home = replace(self.home, clock=Clock(now, 1.0))
        return self.claimer.look()

    def crawls(self, state: CrawlState) -> list[Crawl]:
        with self.home.database.read() as conn:
            return crawls.in_state(conn, state)

    def due(self) -> dict[int | None, datetime | None]:
        with self.home.database.read() as conn:
            return {one.id: one.due_at for one in sources.list_all(conn)}

    def end(self, id: int) -> None:
        """The crawl polled all and finished."""
        with self.home.database.write() as conn:
            for source in crawl_sources.open_of(conn, id):
                crawl_sources.close(
                    conn, id, source.id or 0, crawl_sources.Ending.POLLED, None, now=NOW, links=0
                )
            crawls.finish(conn, id, CrawlState.FINISHED, now=NOW)


def add_sources(home: Home, count: int, due_at: datetime | None) -> None:
    with home.database.write() as conn:
        for number in range(count):
            url = f"http://paper{number}.test/feed"
            sources.add(conn, Source(SourceKind.FEED, url, due_at=due_at), now=NOW)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    config = Config(
        home=tmp_path, database_url=f"sqlite:///{tmp_path / 'f.db'}", contact="t@example.org"
    )
    with open_home(config) as home:
        rule = read_rule(every="10m", timezone="UTC", anchor=NOW - timedelta(days=1))
        with home.database.write() as conn:
            incidents.add(conn, Incident("hack", "Hack", Profile((), (), 0.25, 0.15)), now=NOW)
            schedules.put(conn, Subject(), {"rule": rule.record()}, by="a test", now=NOW)
            me = Holder("me", str(tmp_path), "here", 1, "http://x/", WALL(), WALL())
            assert servers.acquire(conn, me, wall_now=WALL(), before=()) is None
        add_sources(home, 3, NOW)
        one = Desk(home, Claimer(home, "me"))
        one.claimer.monotonic = lambda: one.at
        yield one


def test_a_claim_is_a_crawl_with_its_list_and_the_next_times(desk: Desk) -> None:
    (id,) = desk.look(NOW)
    (crawl,) = desk.crawls(CrawlState.REQUESTED)
    assert (crawl.id, crawl.trigger, crawl.requested_by) == (id, Trigger.SCHEDULE, "schedule")
    assert crawl.request == {"due": True, "polls": 3}
    with desk.home.database.read() as conn:
        assert crawl_sources.busy(conn) == {1: id, 2: id, 3: id}
        ticked_at = servers.ticked_at(conn)
    assert ticked_at is not None
    assert abs(ticked_at - NOW) < SECOND
    assert set(desk.due().values()) == {NOW + 10 * MINUTE}
    assert desk.look(NOW + SECOND) == []
    assert desk.crawls(CrawlState.MISSED) == []


def test_a_lock_file_of_another_database_stops_no_claimed_crawl(desk: Desk) -> None:
    for id in (1, 2, 3):
        life.lock_path(desk.home.config, id).touch()
    (polling,) = desk.look(NOW)
    queue(desk, "http://elsewhere.test/a")
    with desk.home.database.read() as conn:
        assert not life.is_dead(desk.home.config, crawls.get(conn, polling), WALL())
    desk.end(polling)
    (reading,) = desk.look(NOW + 6 * MINUTE)
    assert not life.lock_path(desk.home.config, reading).exists()


def test_a_claim_that_never_began_ends_with_its_server_and_is_due_again(desk: Desk) -> None:
    (id,) = desk.look(NOW)
    home = replace(desk.home, clock=Clock(NOW + SECOND, 1.0))
    schedule = Schedule(home, Supervisor(home), "me", lambda: None)
    schedule.release("the server was stopped")
    (crawl,) = desk.crawls(CrawlState.CANCELLED)
    assert (crawl.id, crawl.end_reason) == (id, "the server was stopped")
    assert all(at is not None and at <= NOW + 2 * SECOND for at in desk.due().values())
    with pytest.raises(Superseded):
        desk.look(NOW + MINUTE)


def test_a_server_that_lost_the_schedule_claims_nothing(desk: Desk) -> None:
    other = Holder("other", "/else", "there", 2, "http://y/", WALL(), WALL())
    with desk.home.database.write() as conn:
        later = WALL() + 2 * servers.SILENT_AFTER
        assert servers.acquire(conn, other, wall_now=later, before=()) is None
    with pytest.raises(Superseded):
        desk.look(NOW)
    assert desk.crawls(CrawlState.REQUESTED) == []
    assert set(desk.due().values()) == {NOW}


def test_what_a_server_before_did_not_do_is_missed_and_caught_up(desk: Desk) -> None:
    with desk.home.database.write() as conn:
        servers.ticked(conn, "me", NOW - MINUTE)
    (id,) = desk.look(NOW + 25 * MINUTE)
    missed = desk.crawls(CrawlState.MISSED)
    assert [row.requested_at for row in missed] == [NOW + n * 10 * MINUTE for n in range(3)]
    assert {row.end_reason for row in missed} == {
        "the server was not running from 2026-03-02 11:59:00 to 12:25:00 UTC"
    }
    assert {row.request["sources"] for row in missed} == {3}
    assert desk.crawls(CrawlState.REQUESTED)[0].request["caught_up"]
    desk.end(id)
    assert desk.look(NOW + 26 * MINUTE) == []
    assert set(desk.due().values()) == {NOW + 30 * MINUTE}


def test_a_machine_that_slept_is_told_from_a_schedule_that_stood_still(desk: Desk) -> None:
    desk.end(desk.look(NOW)[0])
    desk.end(desk.look(NOW + 21 * MINUTE, passed=1.0)[0])
    desk.claimer.trouble("the database is locked")
    desk.look(NOW + 42 * MINUTE)
    reasons = [row.end_reason for row in desk.crawls(CrawlState.MISSED)]
    assert str(reasons[0]).startswith("the machine slept from 2026-03-02 12:00:00 to 12:21:00")
    assert str(reasons[-1]).endswith("the database is locked")
    assert "stood still" in str(reasons[-1])


def test_a_clock_set_back_counts_due_times_anew(desk: Desk) -> None:
    desk.end(desk.look(NOW)[0])
    with desk.home.database.write() as conn:
        sources.set_due(conn, 1, NOW + timedelta(days=40))
    back = NOW - timedelta(days=2) + MINUTE
    assert desk.look(back, passed=1.0) == []
    due = desk.due()
    assert set(due.values()) == {back + 10 * MINUTE}, "by the rule, which holds from now on"
    with desk.home.database.read() as conn:
        ticked_at = servers.ticked_at(conn)
    assert ticked_at is not None
    assert abs(ticked_at - back) < SECOND


def test_a_rule_set_on_a_clock_that_was_wrong_holds_at_once(desk: Desk) -> None:
    desk.end(desk.look(NOW)[0])
    desk.look(NOW - timedelta(days=30), passed=1.0)
    back = NOW - timedelta(days=30) + 11 * MINUTE
    assert set(desk.due().values()) == {back - MINUTE}
    assert len(desk.look(back)) == 1


def test_a_rule_set_while_a_claim_is_decided_is_not_overwritten(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide, rule = claims.decide, read_rule(every="2h", timezone="UTC", anchor=NOW)

    def while_a_person_sets_a_rule(found: Iterable[Due], moment: Moment) -> Decisions:
        with desk.home.database.write() as conn:
            schedules.put(conn, Subject(), {"rule": rule.record()}, by="a test", now=NOW)
        return decide(found, moment)

    monkeypatch.setattr(claims, "decide", while_a_person_sets_a_rule)
    assert desk.look(NOW) == []
    assert set(desk.due().values()) == {NOW}
    monkeypatch.undo()
    assert len(desk.look(NOW + SECOND)) == 1
    assert set(desk.due().values()) == {NOW + timedelta(hours=2)}


def test_the_schedule_starts_no_more_than_its_crawls_at_once(desk: Desk) -> None:
    small = replace(desk.home, config=replace(desk.home.config, crawls_at_once=1))
    desk.home = small
    (id,) = desk.look(NOW)
    with small.database.write() as conn:
        for source in crawl_sources.open_of(conn, id)[:2]:
            done = crawl_sources.Ending.POLLED
            crawl_sources.close(conn, id, source.id or 0, done, None, now=NOW, links=0)
        crawls.request(conn, Trigger.HAND, "someone", {}, now=NOW)
    for number in range(1, 34):
        assert desk.look(NOW + number * 20 * SECOND) == []
    desk.end(id)
    assert len(desk.look(NOW + 11 * MINUTE + 20 * SECOND)) == 1
    reasons = {row.end_reason: row.request["sources"] for row in desk.crawls(CrawlState.MISSED)}
    assert reasons["1 crawl was running already"] == 2
    assert reasons[f"crawl {id} had it still in hand"] == 1


def test_a_long_crawl_keeps_the_others_waiting_for_one_interval_at_most(desk: Desk) -> None:
    desk.home = replace(desk.home, config=replace(desk.home.config, crawls_at_once=1))
    with desk.home.database.write() as conn:
        schedules.appoint(conn, {2: NOW + 5 * MINUTE, 3: None})
    (long,) = desk.look(NOW)
    with desk.home.database.write() as conn:
        schedules.appoint(conn, {3: NOW + 5 * MINUTE})
        crawl_sources.close(conn, long, 3, crawl_sources.Ending.POLLED, None, now=NOW, links=0)
    for number in range(1, 30):
        assert desk.look(NOW + number * 20 * SECOND) == []
    (other,) = desk.look(NOW + 10 * MINUTE)
    with desk.home.database.read() as conn:
        assert [one.id for one in crawl_sources.open_of(conn, other)] == [2, 3]
    for number in range(31, 120):
        assert desk.look(NOW + number * 20 * SECOND) == [], "two of one are enough"


def test_a_missed_run_has_one_row_whenever_its_sources_were_looked_at(desk: Desk) -> None:
    (id,) = desk.look(NOW)
    for number in range(1, 40):
        desk.look(NOW + number * 20 * SECOND)
    (row,) = desk.crawls(CrawlState.MISSED)
    assert (row.request["sources"], row.requested_at) == (3, NOW + 10 * MINUTE)
    with desk.home.database.write() as conn:
        schedules.appoint(conn, {1: NOW + 10 * MINUTE})
    desk.look(NOW + 14 * MINUTE)
    assert [one.request["sources"] for one in desk.crawls(CrawlState.MISSED)] == [4]
    assert id == 1


def test_a_missed_run_has_one_row_also_after_a_restart(desk: Desk) -> None:
    (id,) = desk.look(NOW)
    for number in range(1, 34):
        desk.look(NOW + number * 20 * SECOND)
    (row,) = desk.crawls(CrawlState.MISSED)
    assert row.end_reason == f"crawl {id} had it still in hand"
    with desk.home.database.write() as conn:
        schedules.appoint(conn, {1: NOW + 10 * MINUTE})
    desk.end(id)
    desk.claimer = Claimer(desk.home, "me", lambda: desk.at)
    desk.look(NOW + 13 * MINUTE)
    (only,) = desk.crawls(CrawlState.MISSED)
    assert (only.id, only.request["sources"], only.end_reason) == (row.id, 4, row.end_reason)


def test_a_crawl_that_a_killed_server_claimed_and_never_launched_is_late(desk: Desk) -> None:
    (id,) = desk.look(NOW)
    desk.claimer = Claimer(replace(desk.home, clock=Clock(NOW + 25 * MINUTE, 1.0)), "me")
    desk.claimer.take_over()
    desk.claimer.take_over()
    (row,) = desk.crawls(CrawlState.MISSED)
    assert (row.requested_at, row.request["sources"]) == (NOW, 3)
    assert str(row.end_reason).startswith("the server was not running from 2026-03-02 12:00:00")
    assert desk.crawls(CrawlState.REQUESTED)[0].request["caught_up"]
    desk.look(NOW + 25 * MINUTE)
    missed = {row.requested_at: row.request["sources"] for row in desk.crawls(CrawlState.MISSED)}
    assert missed == {NOW + n * 10 * MINUTE: 3 for n in range(3)}
    again = Claimer(replace(desk.home, clock=Clock(NOW + 26 * MINUTE, 1.0)), "me")
    again.take_over()
    assert len(desk.crawls(CrawlState.MISSED)) == 3
    assert [row.id for row in desk.crawls(CrawlState.REQUESTED)] == [id]


def test_a_host_that_asked_for_peace_is_not_claimed(desk: Desk) -> None:
    with desk.home.database.write() as conn:
        hosts.set_not_before(conn, "paper0.test", WALL() + MINUTE)
        hosts.set_crawl_delay(conn, "paper1.test", 500.0)
        hosts.mark_requested(conn, {"paper1.test": WALL()})
    desk.look(NOW)
    with desk.home.database.read() as conn:
        assert list(crawl_sources.busy(conn)) == [3]
    assert desk.due() == {1: NOW, 2: NOW, 3: NOW + 10 * MINUTE}


def test_a_host_with_a_delay_that_is_being_asked_gets_its_source_claimed(desk: Desk) -> None:
    with desk.home.database.write() as conn:
        id = crawls.request(conn, Trigger.HAND, "someone", {}, now=NOW)
        crawls.start(conn, id, pid=1, now=NOW, wall_now=WALL())
        hosts.set_crawl_delay(conn, "paper1.test", 500.0)
        hosts.mark_requested(conn, {"paper1.test": WALL()})
        assert due.held_hosts(conn, ["paper1.test"], WALL())
        until = WALL() + timedelta(seconds=90)
        conn.execute(host.update().values(leased_by=id, lease_until=until))
        assert not due.held_hosts(conn, ["paper1.test"], WALL())
        crawls.ask_cancel(conn, id, now=NOW)
        assert due.held_hosts(conn, ["paper1.test"], WALL())


def queue(desk: Desk, url: str) -> None:
    with desk.home.database.write() as conn:
        id = crawls.request(conn, Trigger.HAND, "someone", {}, now=NOW)
        host = url.split("/")[2]
        offers.offer(conn, [Offered(Link(url), url, host, None)], id, now=NOW)
        crawls.finish(conn, id, CrawlState.FINISHED, now=NOW)


def test_links_alone_get_a_crawl_now_and_then(desk: Desk) -> None:
    with desk.home.database.write() as conn:
        schedules.appoint(conn, dict.fromkeys((1, 2, 3), NOW + timedelta(days=9)))
    assert desk.look(NOW) == []
    queue(desk, "http://paper0.test/a")
    (id,) = desk.look(NOW + 6 * SECOND)
    (crawl,) = desk.crawls(CrawlState.REQUESTED)
    assert (crawl.trigger, crawl.request) == (Trigger.REVISIT, {"due": True})
    desk.end(id)
    assert desk.look(NOW + 4 * MINUTE) == []
    with desk.home.database.write() as conn:
        hosts.set_not_before(conn, "paper0.test", WALL() + MINUTE)
    assert desk.look(NOW + 7 * MINUTE) == [], "its host is not to be asked"
    with desk.home.database.write() as conn:
        hosts.set_not_before(conn, "paper0.test", None)
    assert len(desk.look(NOW + 8 * MINUTE)) == 1


def test_crawls_that_fail_at_once_are_asked_for_ever_less(desk: Desk) -> None:
    off = BackOff()
    waits = []
    for _ in range(12):
        off.note(failed=True, seconds=2.0, at=0.0)
        waits.append(off.until)
    assert waits[:4] == [5, 10, 20, 40]
    assert waits[-1] == 600
    off.note(failed=False, seconds=2.0, at=0.0)
    off.note(failed=True, seconds=100.0, at=0.0)
    assert off.until == 0
    desk.claimer.back_off.note(failed=True, seconds=1.0, at=desk.at)
    assert desk.look(NOW) == []
    assert len(desk.look(NOW + 6 * SECOND)) == 1


def test_an_idle_look_at_a_thousand_sources_is_cheap(desk: Desk) -> None:
    add_sources(desk.home, 1_000, NOW + timedelta(days=1))
    desk.end(desk.look(NOW)[0])
    supervisor = Supervisor(desk.home)
    began = time.process_time()
    for number in range(100):
        supervisor.mind()
        supervisor.launch_requested()
        assert desk.look(NOW + number * SECOND) == []
    assert (time.process_time() - began) / 100 < 0.005


class _SetBack(datetime):
    """A machine's clock that shows two days ago."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) - timedelta(days=2)


def test_the_jobs_go_on_where_the_machines_clock_is_set_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks: list[float] = []
    tells: list[float] = []
    monkeypatch.setattr(Schedule, "_look", lambda self: ticks.append(time.monotonic()))
    monkeypatch.setattr(Schedule, "_tell", lambda self: tells.append(time.monotonic()))
    schedule = Schedule(desk.home, Supervisor(desk.home), "me", lambda: None)
    schedule.start()
    try:
        for clock in (scheduling, ticking):
            monkeypatch.setattr(clock, "datetime", _SetBack)
        time.sleep(3.6)
        set_back = time.monotonic() - 3.6
        assert len([at for at in ticks if at > set_back + 2]) >= 1
        assert tells
        after = schedule._scheduler.get_job("look after").next_run_time
        assert after - _SetBack.now(UTC) < timedelta(days=1, minutes=1)
    finally:
        schedule.stop()


def test_a_store_that_fails_is_told_and_tried_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost: list[bool] = []
    schedule = Schedule(desk.home, Supervisor(desk.home), "me", lambda: lost.append(True))
    monkeypatch.setattr(Supervisor, "launch_requested", lambda self: [])

    def full(self: Claimer) -> list[int]:
        raise StoreError("The disk is full.")

    monkeypatch.setattr(Claimer, "look", full)
    schedule._look()
    assert schedule.problem() == "The disk is full."
    monkeypatch.undo()
    monkeypatch.setattr(Supervisor, "launch_requested", lambda self: [])
    schedule._look()
    assert schedule.problem() is None
    assert lost == []
