"""Whose rule holds, what a pause stops, and that a change applies at once."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.schedule.applying import applied, clock_set_back, wake
from crawler.schedule.claims import MOST_MISSED
from crawler.schedule.effective import Rules
from crawler.schedule.rules import Rule, read_rule
from crawler.schedule.times import next_time
from pipelines.incident import Follows, Incident, Profile, Source, SourceKind
from pipelines.polling import POLL_EVERY
from pipelines.store import Connection, Database, crawls, incidents, schedules, sources
from pipelines.store.crawls import Crawl, CrawlState
from pipelines.store.schedules import Subject

NOW = datetime(2014, 12, 20, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ALL = Subject()


@pytest.fixture
def conn(database: Database) -> Iterator[Connection]:
    with database.write() as connection:
        yield connection


def incident(conn: Connection, slug: str, **follows: tuple[object, ...]) -> Subject:
    profile = Profile((), ("en",), 0.2, 0.1)
    new = Incident(slug, slug, profile, follows=Follows(**follows))  # type: ignore[arg-type]
    return Subject(incident_id=incidents.add(conn, new, NOW))


def source(conn: Connection, name: str, *tags: str, due_at: datetime | None = None) -> Source:
    new = Source(SourceKind.FEED, f"https://{name}.test/feed", tags=tags, due_at=due_at)
    id, _ = sources.add(conn, new, now=NOW)
    return sources.get(conn, id)


def every(typed: str, **given: object) -> Rule:
    return read_rule(every=typed, timezone="UTC", anchor=NOW, **given)  # type: ignore[arg-type]


def put(conn: Connection, subject: Subject, now: datetime = NOW, **values: object) -> None:
    """As the service does it."""
    if isinstance(rule := values.get("rule"), Rule):
        values["rule"] = rule.record()
    with applied(conn, now):
        schedules.put(conn, subject, values, by="test", now=now)


def due(conn: Connection, one: Source) -> datetime | None:
    return sources.get(conn, one.id or 0).due_at


def is_resting(conn: Connection, one: Source) -> bool:
    return one.id in {other.id for other in schedules.resting(conn)}


def missed(conn: Connection) -> list[Crawl]:
    rows = [row for row in crawls.list_all(conn) if row.state is CrawlState.MISSED]
    return sorted(rows, key=lambda row: row.requested_at)


def test_own_goes_before_incidents_these_before_all_and_all_before_adaptive(
    conn: Connection,
) -> None:
    one = source(conn, "a")
    ferry, storm = incident(conn, "ferry"), incident(conn, "storm")
    assert Rules.load(conn).of(one) == ()
    assert Rules.load(conn).next_due(one, NOW) is None
    put(conn, ALL, rule=every("6h"))
    assert [name for name, _ in Rules.load(conn).of(one)] == ["all"]
    put(conn, ferry, rule=every("2h"))
    put(conn, storm, rule=every("45m"))
    rules = Rules.load(conn)
    assert {name for name, _ in rules.of(one)} == {ferry.name, storm.name}
    assert rules.next_due(one, NOW) == NOW + 45 * MINUTE, "the soonest of several"
    assert rules.next_due(one, NOW + 110 * MINUTE) == NOW + 2 * HOUR
    own = Subject(source_id=one.id)
    put(conn, own, rule=every("1d"))
    assert [name for name, _ in Rules.load(conn).of(one)] == [own.name]
    assert Rules.load(conn, of=one).of(one) == Rules.load(conn).of(one)


def test_only_open_incidents_that_follow_a_source_have_a_say(conn: Connection) -> None:
    one, other = source(conn, "a", "asia"), source(conn, "b")
    asia = incident(conn, "asia", tags=("asia",))
    put(conn, asia, rule=every("1h"))
    rules = Rules.load(conn)
    assert rules.of(one)
    assert rules.is_wanted(one)
    assert not rules.of(other)
    assert not rules.is_wanted(other)
    with applied(conn, NOW):
        incidents.set_open(conn, "asia", False)
    assert not Rules.load(conn).of(one)


def test_a_pause_holds_at_each_level(conn: Connection) -> None:
    one, other = source(conn, "a", "asia"), source(conn, "b")
    ferry, asia = incident(conn, "ferry"), incident(conn, "asia", tags=("asia",))
    for subject, stopped in (
        (ALL, {one.id, other.id}),
        (Subject(source_id=one.id), {one.id}),
        (ferry, {other.id}),
        (asia, set()),
    ):
        put(conn, subject, paused_at=NOW)
        rules = Rules.load(conn)
        assert {each.id for each in (one, other) if not rules.is_wanted(each)} == stopped
        assert {each.id for each in (one, other) if is_resting(conn, each)} == stopped
        put(conn, subject, paused_at=None)
        assert schedules.resting(conn) == []
        assert schedules.list_all(conn) == []


def test_a_paused_incidents_rule_does_not_count(conn: Connection) -> None:
    one = source(conn, "a")
    ferry, _ = incident(conn, "ferry"), incident(conn, "storm")
    put(conn, ferry, rule=every("5m"))
    put(conn, ferry, paused_at=NOW)
    assert Rules.load(conn).of(one) == ()
    assert Rules.load(conn).is_wanted(one)


def test_a_changed_rule_applies_at_once_to_all_under_it(conn: Connection) -> None:
    later = NOW + 8 * HOUR
    one, own = source(conn, "a", due_at=later), source(conn, "b", due_at=later)
    ferry = incident(conn, "ferry")
    put(conn, Subject(source_id=own.id), rule=every("7h"))
    put(conn, ferry, rule=every("5m"))
    assert (due(conn, one), due(conn, own)) == (NOW + 5 * MINUTE, NOW + 7 * HOUR)
    put(conn, ferry, rule=every("2h"))
    assert due(conn, one) == NOW + 2 * HOUR


def test_back_to_adaptive_the_sooner_of_what_stands_and_the_usual_wait(conn: Connection) -> None:
    one = source(conn, "a")
    incident(conn, "ferry")
    for typed, then in (("5m", NOW + 5 * MINUTE), ("9h", NOW + POLL_EVERY)):
        put(conn, ALL, rule=every(typed))
        put(conn, ALL, rule=None)
        assert due(conn, one) == then


def test_jitter_gives_each_source_its_own_time(conn: Connection) -> None:
    some = [source(conn, f"s{number}") for number in range(20)]
    incident(conn, "ferry")
    rule = every("1h", jitter="20m")
    put(conn, ALL, rule=rule)
    appointed = [due(conn, one) for one in some]
    assert appointed == [next_time(rule, NOW, key=one.id or 0) for one in some]
    assert len(set(appointed)) > 10


def test_what_fell_into_a_pause_is_not_missed(conn: Connection) -> None:
    ruled, adaptive = source(conn, "a"), source(conn, "b", due_at=NOW + HOUR)
    incident(conn, "ferry")
    put(conn, Subject(source_id=ruled.id), rule=every("1h"))
    put(conn, ALL, paused_at=NOW)
    assert is_resting(conn, ruled)
    assert is_resting(conn, adaptive)
    later = NOW + timedelta(days=3, minutes=10)
    put(conn, ALL, later, paused_at=None)
    assert schedules.resting(conn) == []
    assert due(conn, ruled) == NOW + timedelta(days=3, hours=1)
    assert due(conn, adaptive) == later
    assert missed(conn) == []


def test_an_opened_incident_wakes_what_rested(conn: Connection) -> None:
    one, new = source(conn, "a", due_at=NOW), source(conn, "b")
    schedules.rest(conn, [one.id or 0, new.id or 0])
    assert wake(conn, NOW + HOUR) == 0, "still nobody wants them"
    with applied(conn, NOW + HOUR):
        incident(conn, "ferry")
    assert schedules.resting(conn) == []
    assert due(conn, one) == NOW + HOUR
    assert due(conn, new) is None, "one that was never polled is due at once"


def test_late_runs_of_a_rule_that_is_changed_stand_as_missed(conn: Connection) -> None:
    one, other = source(conn, "a"), source(conn, "b")
    incident(conn, "ferry")
    put(conn, ALL, rule=every("1h", jitter="5m"))
    later = NOW + timedelta(hours=3, minutes=30)
    put(conn, ALL, later, rule=replace(every("15m"), anchor=later))
    rows = missed(conn)
    assert [row.requested_at for row in rows] == [NOW + n * HOUR for n in (1, 2, 3)]
    assert [row.request["sources"] for row in rows] == [2, 2, 2]
    assert due(conn, one) == due(conn, other) == later, "they are caught up once, now"
    put(conn, ALL, later + 10 * MINUTE, rule=None)
    assert len(missed(conn)) == 3, "what is due now is none of the rule's times"


def test_what_is_due_just_now_runs_whatever_changes(conn: Connection) -> None:
    one = source(conn, "a")
    incident(conn, "ferry")
    put(conn, ALL, rule=every("1h"))
    put(conn, ALL, NOW + HOUR + timedelta(seconds=2), rule=every("3h"))
    assert due(conn, one) == NOW + HOUR
    assert missed(conn) == []


def test_a_long_row_of_missed_runs_is_folded(conn: Connection) -> None:
    source(conn, "a")
    incident(conn, "ferry")
    put(conn, ALL, rule=every("1m"))
    put(conn, ALL, NOW + 2 * HOUR + 10 * timedelta(seconds=1), paused_at=NOW)
    rows = missed(conn)
    assert len(rows) == MOST_MISSED
    assert rows[0].request["runs"] == 119 - MOST_MISSED + 1
    assert rows[-1].requested_at == NOW + 119 * MINUTE


def test_after_a_long_gap_the_newest_missed_runs_are_told_of(conn: Connection) -> None:
    source(conn, "a")
    incident(conn, "ferry")
    put(conn, ALL, rule=every("1m", jitter="30s"))
    put(conn, ALL, NOW + timedelta(days=30, seconds=40), rule=every("1h"))
    rows = missed(conn)
    assert len(rows) == MOST_MISSED
    assert rows[-1].requested_at == NOW + timedelta(days=30)
    first = (NOW + timedelta(days=30) - rows[0].requested_at) // MINUTE
    assert rows[0].request["runs"] == 30 * 24 * 60 - first
    assert rows[0].request["exact"]


def test_a_rule_of_many_sources_is_changed_after_a_long_gap_in_no_time(conn: Connection) -> None:
    some = [source(conn, f"s{number}") for number in range(200)]
    incident(conn, "ferry")
    rule = read_rule(cron="*/5 * * * *", timezone="Europe/Berlin", jitter="2m", anchor=NOW)
    put(conn, ALL, rule=rule)
    before = time.process_time()
    put(conn, ALL, NOW + timedelta(days=7, seconds=40), rule=None)
    assert time.process_time() - before < 1.0
    rows = missed(conn)
    assert len(rows) == MOST_MISSED
    assert {row.request["sources"] for row in rows} == {len(some)}


def test_a_rule_holds_though_the_clock_is_set_back(conn: Connection) -> None:
    one, before = source(conn, "a"), NOW - timedelta(days=365)
    incident(conn, "ferry")
    put(conn, ALL, rule=every("1h"))
    put(conn, Subject(source_id=one.id), rule=replace(every("2h"), anchor=before))
    assert clock_set_back(conn, before + HOUR) == 1
    assert clock_set_back(conn, before + HOUR) == 0
    held = Rules.load(conn).rules
    assert next_time(held["all"], before + HOUR) == before + 2 * HOUR
    assert held[Subject(source_id=one.id).name].anchor == before


def test_a_few_of_many_sources_cost_little(database: Database) -> None:
    profile = Profile((), ("en",), 0.2, 0.1)
    with database.write() as conn:
        for number in range(100):
            follows = Follows(ids=tuple(range(number, 1_000, 2)), tags=(f"t{number}",))
            incidents.add(conn, Incident(f"i{number}", "", profile, follows=follows), NOW)
        some = [source(conn, f"s{number}", f"t{number}") for number in range(10)]
    with database.read() as conn:
        Rules.load(conn)
        before = time.process_time()
        rules = Rules.load(conn)
        loaded = time.process_time()
        for one in some:
            rules.is_wanted(one)
            rules.next_due(one, NOW)
        asked = time.process_time()
    assert loaded - before < 0.1, "100 incidents with 50,000 ids in all"
    assert asked - loaded < 0.1
