"""Offering, taking and settling links; one host, one crawl; nothing lost, nothing counted twice."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete

from pipelines.errors import UnknownThing
from pipelines.incident import Source, SourceKind
from pipelines.items import Link
from pipelines.outcomes import Outcome
from pipelines.store import Database, crawls, due, frontier, hosts, offers, sources, worklists
from pipelines.store.frontier import LinkState, QueuedLink
from pipelines.store.offers import Offer, Offered
from pipelines.store.schema import crawl, crawl_link, host, link, tombstone

NOW = datetime(2014, 12, 20, 12, tzinfo=UTC)
WALL = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def begin(conn: Connection) -> int:
    id = crawls.request(conn, crawls.Trigger.HAND, "test", {}, now=NOW)
    assert crawls.start(conn, id, pid=1, now=NOW, wall_now=WALL)
    return id


def wanted(key: str, *, priority: int = 0, age: int | None = None, force: bool = False) -> Offered:
    published_at = None if age is None else NOW - age * HOUR
    return Offered(
        link=Link(f"http://{key}", title=f"About {key}", published_at=published_at),
        key=key,
        host=key.partition("/")[0],
        priority=priority,
        force=force,
    )


def put(conn: Connection, crawl_id: int, *keys: str) -> list[Offer]:
    return offers.offer(conn, [wanted(key) for key in keys], crawl_id, now=NOW)


def take(
    conn: Connection,
    crawl_id: int,
    *,
    busy: Sequence[str] = (),
    limit: int = 10,
    now: datetime = NOW,
    wall_now: datetime = WALL,
) -> list[QueuedLink]:
    return frontier.take(
        conn,
        crawl_id,
        busy_hosts=busy,
        now=now,
        wall_now=wall_now,
        lease_seconds=60,
        limit=limit,
    )


def settle(
    conn: Connection,
    crawl_id: int,
    link_id: int,
    outcome: Outcome = Outcome.OFF_TOPIC,
    next_try_at: datetime | None = None,
) -> bool:
    return frontier.settle(
        conn, crawl_id, link_id, outcome, "because", now=NOW, next_try_at=next_try_at
    )


def at_once(run: Callable[[int], None], ids: list[int]) -> None:
    """Runs for every id in a thread of its own; raises what any of them raised."""
    gate = threading.Barrier(len(ids))
    with ThreadPoolExecutor(len(ids)) as pool:
        for future in [pool.submit(lambda id=id: (gate.wait(30), run(id))) for id in ids]:
            future.result(60)


def test_new_links_are_queued_and_listed(database: Database) -> None:
    with database.write() as conn:
        id = begin(conn)
        answers = put(conn, id, "a.test/1", "b.test/2")
        assert [(answer.key, answer.outcome) for answer in answers] == [
            ("a.test/1", None),
            ("b.test/2", None),
        ]
        assert crawls.counts(conn, id) == crawls.Counts({}, 2)


def test_a_link_offered_twice_is_counted_twice_and_listed_once(database: Database) -> None:
    with database.write() as conn:
        id = begin(conn)
        assert [a.outcome for a in put(conn, id, "a.test/1", "a.test/1")] == [
            None,
            Outcome.ALREADY_KNOWN,
        ]
        assert put(conn, id, "a.test/1")[0].outcome is Outcome.ALREADY_KNOWN
        counts = crawls.counts(conn, id)
    assert counts == crawls.Counts({Outcome.ALREADY_KNOWN: 2}, 1)
    assert counts.links_found == 3


def test_a_settled_link_is_known_to_the_next_crawl(database: Database) -> None:
    with database.write() as conn:
        first = begin(conn)
        put(conn, first, "a.test/1")
        settle(conn, first, take(conn, first)[0].id)
        second = begin(conn)
        assert put(conn, second, "a.test/1")[0].outcome is Outcome.ALREADY_KNOWN
        assert crawls.counts(conn, second).by_outcome == {Outcome.ALREADY_KNOWN: 1}
        assert take(conn, second) == []


def test_force_queues_a_settled_link_again_with_its_tries_forgotten(database: Database) -> None:
    with database.write() as conn:
        first = begin(conn)
        put(conn, first, "a.test/1")
        settle(conn, first, take(conn, first)[0].id, Outcome.HTTP_ERROR)
        hosts.release(conn, [first])
        second = begin(conn)
        answer = offers.offer(conn, [wanted("a.test/1", force=True)], second, now=NOW)[0]
        assert answer.outcome is None
        again = take(conn, second)[0]
        assert (again.id, again.tries) == (answer.link_id, 1)


def test_what_was_forgotten_is_not_fetched_even_by_force(database: Database) -> None:
    with database.write() as conn:
        conn.execute(
            tombstone.insert(),
            [
                {"kind": "article", "value": "a.test/1", "forgotten_at": NOW},
                {"kind": "outlet", "value": "b.test", "forgotten_at": NOW},
            ],
        )
        id = begin(conn)
        gone = [wanted(key, force=True) for key in ("a.test/1", "b.test/1", "sub.b.test/1")]
        answers = offers.offer(conn, [*gone, wanted("ab.test/1")], id, now=NOW)
        assert [answer.outcome for answer in answers] == [Outcome.ALREADY_KNOWN] * 3 + [None]


def test_links_left_behind_are_taken_up_when_they_are_due(database: Database) -> None:
    with database.write() as conn:
        first = begin(conn)
        put(conn, first, "a.test/1", "b.test/1")
        for taken in take(conn, first):
            later = NOW + HOUR if taken.host == "a.test" else None
            outcome = Outcome.TIMEOUT if taken.host == "a.test" else Outcome.BUDGET
            settle(conn, first, taken.id, outcome, later)
        hosts.release(conn, [first])
        second = begin(conn)
        assert frontier.take_up(conn, second, now=NOW) == 1
        assert frontier.take_up(conn, second, now=NOW) == 0
        assert [taken.key for taken in take(conn, second)] == ["b.test/1"]
        assert frontier.take_up(conn, second, now=NOW + HOUR) == 1


def test_taking_up_for_some_sources_leaves_the_links_of_others(database: Database) -> None:
    with database.write() as conn:
        one, _ = sources.add(conn, Source(SourceKind.FEED, "http://one.test/f"), now=NOW)
        first = begin(conn)
        ours = Offered(Link("http://one.test/1"), "one.test/1", "one.test", source_id=one)
        offers.offer(conn, [ours, wanted("two.test/1")], first, now=NOW)
        worklists.close(conn, first, "the test ends it", now=NOW)
        second = begin(conn)
        assert frontier.take_up(conn, second, now=NOW, source_ids=[one]) == 1
        assert [taken.key for taken in take(conn, second)] == ["one.test/1"]


def test_the_best_link_of_each_host_is_taken_first(database: Database) -> None:
    with database.write() as conn:
        id = begin(conn)
        found = [
            wanted("a.test/undated"),
            wanted("a.test/old", age=30),
            wanted("a.test/new", age=1),
            wanted("b.test/low", age=0),
            wanted("b.test/high", priority=5),
            wanted("c.test/only", priority=1),
        ]
        offers.offer(conn, found, id, now=NOW)
        assert [taken.key for taken in take(conn, id)] == [
            "b.test/high",
            "c.test/only",
            "a.test/new",
        ]
        assert [taken.key for taken in take(conn, id, limit=1)] == ["b.test/low"]
        assert [taken.key for taken in take(conn, id, busy=["b.test"])] == ["a.test/old"]
        assert [taken.key for taken in take(conn, id)] == ["a.test/undated"]
        assert take(conn, id) == []


def test_a_host_is_one_crawls_until_its_lease_runs_out(database: Database) -> None:
    with database.write() as conn:
        first, second = begin(conn), begin(conn)
        put(conn, first, "a.test/1", "a.test/2")
        put(conn, second, "a.test/2", "b.test/1")
        assert len(take(conn, first)) == 1
        assert [taken.key for taken in take(conn, second)] == ["b.test/1"]
        held = worklists.held_hosts(conn, second, wall_now=WALL)
        assert held == [worklists.Held("a.test", first, WALL + timedelta(seconds=60))]
        waiting = worklists.waiting(conn, second, now=NOW, wall_now=WALL)
        assert (waiting.open, waiting.fetching, waiting.ready) == (2, 1, 0)
        assert waiting.host_free_at == WALL + timedelta(seconds=60)
        hosts.renew(conn, first, wall_now=WALL + timedelta(seconds=50), seconds=60)
        assert take(conn, second, wall_now=WALL + timedelta(seconds=61)) == []
        late = WALL + timedelta(seconds=110)
        assert [taken.key for taken in take(conn, second, wall_now=late)] == ["a.test/2"]


def test_retry_after_silences_a_host_for_its_own_crawl_too(database: Database) -> None:
    with database.write() as conn:
        id = begin(conn)
        put(conn, id, "a.test/1")
        hosts.set_not_before(conn, "a.test", WALL + HOUR)
        assert take(conn, id) == []
        waiting = worklists.waiting(conn, id, now=NOW, wall_now=WALL)
        assert (waiting.ready, waiting.host_free_at) == (0, WALL + HOUR)
        assert not hosts.lease(conn, "a.test", id, wall_now=WALL, seconds=5)
        assert len(take(conn, id, wall_now=WALL + HOUR)) == 1


def test_a_clock_that_was_set_back_silences_no_host(database: Database) -> None:
    before = WALL + 30 * 24 * HOUR
    with database.write() as conn:
        id = begin(conn)
        put(conn, id, "a.test/1")
        hosts.mark_requested(conn, {"a.test": before})
        hosts.set_not_before(conn, "a.test", before + HOUR)
        hosts.set_crawl_delay(conn, "a.test", 10)
        assert due.held_hosts(conn, ["a.test"], WALL) == {}
        waiting = worklists.waiting(conn, id, now=NOW, wall_now=WALL)
        assert (waiting.ready, waiting.host_free_at) == (1, None)
        assert len(take(conn, id)) == 1


def test_a_link_to_be_tried_later_waits_for_its_time(database: Database) -> None:
    with database.write() as conn:
        id = begin(conn)
        put(conn, id, "a.test/1")
        settle(conn, id, take(conn, id)[0].id, Outcome.TIMEOUT, NOW + HOUR)
        second = begin(conn)
        hosts.release(conn, [id])
        assert put(conn, second, "a.test/1")[0].outcome is None
        assert take(conn, second) == []
        waiting = worklists.waiting(conn, second, now=NOW, wall_now=WALL)
        assert (waiting.open, waiting.ready, waiting.next_try_at) == (1, 0, NOW + HOUR)
        assert take(conn, second, now=NOW + HOUR)[0].tries == 2


def test_what_another_crawl_is_fetching_is_deferred(database: Database) -> None:
    with database.write() as conn:
        first, second = begin(conn), begin(conn)
        put(conn, first, "a.test/1")
        take(conn, first)
        answer = put(conn, second, "a.test/1")[0]
        assert (answer.outcome, answer.reason) == (
            Outcome.DEFERRED,
            f"crawl {first} is fetching it",
        )
        assert crawls.counts(conn, second) == crawls.Counts({Outcome.DEFERRED: 1}, 0)


def test_what_an_ended_crawl_left_in_flight_is_queued_again(database: Database) -> None:
    with database.write() as conn:
        first, second = begin(conn), begin(conn)
        put(conn, first, "a.test/1")
        take(conn, first)
        crawls.finish(conn, first, crawls.CrawlState.FAILED, now=NOW)
        assert put(conn, second, "a.test/1")[0].outcome is None


def test_a_link_settled_by_one_crawl_is_closed_for_the_others(database: Database) -> None:
    with database.write() as conn:
        first, second = begin(conn), begin(conn)
        put(conn, first, "a.test/1")
        put(conn, second, "a.test/1")
        assert settle(conn, first, take(conn, first)[0].id, Outcome.STORED)
        counts = crawls.counts(conn, second)
        assert counts == crawls.Counts({Outcome.ALREADY_KNOWN: 1}, 0)


def test_settling_twice_changes_nothing(database: Database) -> None:
    with database.write() as conn:
        id = begin(conn)
        put(conn, id, "a.test/1")
        taken = take(conn, id)[0]
        assert settle(conn, id, taken.id, Outcome.STORED)
        assert not settle(conn, id, taken.id, Outcome.WALL)
        assert crawls.counts(conn, id).by_outcome == {Outcome.STORED: 1}
        with pytest.raises(UnknownThing):
            settle(conn, id, taken.id + 99)


def test_a_crawl_thought_dead_does_not_settle_what_another_took_over(database: Database) -> None:
    with database.write() as conn:
        first = begin(conn)
        put(conn, first, "a.test/1")
        taken = take(conn, first)[0]
        assert frontier.release(conn, [first]) == 1
        crawls.finish(conn, first, crawls.CrawlState.FAILED, now=NOW)
        second = begin(conn)
        frontier.take_up(conn, second, now=NOW)
        assert take(conn, second)[0].tries == 2
        settle(conn, first, taken.id, Outcome.STORED)
        assert crawls.counts(conn, second).open == 1
        assert settle(conn, second, taken.id, Outcome.STORED)


@pytest.mark.parametrize(
    ("outcome", "later", "state"),
    [
        (Outcome.STORED, False, LinkState.DONE),
        (Outcome.COPY, False, LinkState.DONE),
        (Outcome.HTTP_ERROR, False, LinkState.FAILED),
        (Outcome.TIMEOUT, False, LinkState.FAILED),
        (Outcome.TIMEOUT, True, LinkState.QUEUED),
        (Outcome.ROBOTS_DENIED, True, LinkState.QUEUED),
        (Outcome.BUDGET, False, LinkState.QUEUED),
        (Outcome.DEFERRED, False, LinkState.QUEUED),
        (Outcome.CANCELLED, False, LinkState.QUEUED),
    ],
)
def test_the_outcome_says_whether_a_link_is_asked_for_again(
    database: Database, outcome: Outcome, later: bool, state: LinkState
) -> None:
    with database.write() as conn:
        id = begin(conn)
        put(conn, id, "a.test/1")
        settle(conn, id, take(conn, id)[0].id, outcome, NOW + HOUR if later else None)
        row = conn.execute(link.select()).one()
        assert (row.state, row.outcome, row.reason) == (state, outcome, "because")
        assert row.crawl_id is None


def test_a_worklist_is_closed_whole(database: Database) -> None:
    with database.write() as conn:
        id = begin(conn)
        put(conn, id, "a.test/1", "a.test/2", "b.test/1")
        settle(conn, id, take(conn, id, limit=1)[0].id, Outcome.WALL)
        take(conn, id, limit=1)
        assert worklists.close(conn, id, "the budget is used up", now=NOW, outcome=Outcome.BUDGET)
        counts = crawls.counts(conn, id)
        assert counts == crawls.Counts(
            {Outcome.BUDGET: 1, Outcome.CANCELLED: 1, Outcome.WALL: 1}, 0
        )
        assert sorted(row.state for row in conn.execute(link.select())) == [
            LinkState.FAILED,
            LinkState.QUEUED,
            LinkState.QUEUED,
        ]
        with pytest.raises(ValueError, match="still queued"):
            worklists.close(conn, id, "no", now=NOW, outcome=Outcome.WALL)


def test_hosts_that_are_held_can_be_left_to_the_crawl_that_holds_them(database: Database) -> None:
    with database.write() as conn:
        first, second = begin(conn), begin(conn)
        put(conn, first, "a.test/1", "a.test/2")
        take(conn, first)
        put(conn, second, "a.test/2", "b.test/1")
        assert worklists.defer_hosts(conn, second, ["a.test"], "held", now=NOW) == 1
        assert crawls.counts(conn, second) == crawls.Counts({Outcome.DEFERRED: 1}, 1)
        assert [taken.key for taken in take(conn, first)] == ["a.test/2"]


def test_two_takers_at_once_never_get_the_same_host(database: Database) -> None:
    names = [f"h{i}.test" for i in range(40)]
    with database.write() as conn:
        takers = [begin(conn) for _ in range(4)]
        for each in takers:
            put(conn, each, *(f"{name}/{i}" for name in names for i in range(2)))
    got: dict[int, list[QueuedLink]] = {id: [] for id in takers}

    def run(id: int) -> None:
        for _ in range(12):
            with database.write() as conn:
                got[id] += take(conn, id, busy=[q.host for q in got[id]], limit=3)

    at_once(run, takers)
    taken = [queued for each in got.values() for queued in each]
    assert Counter(queued.host for queued in taken) == Counter(names)


def test_two_crawls_that_offer_the_same_new_links_at_once_both_list_them(
    database: Database,
) -> None:
    keys = [f"h{i}.test/{i}" for i in range(300)]
    with database.write() as conn:
        ids = [begin(conn) for _ in range(3)]

    def run(id: int) -> None:
        with database.write() as conn:
            put(conn, id, *(keys if id % 2 else reversed(keys)))

    at_once(run, ids)
    with database.read() as conn:
        assert [crawls.counts(conn, id).open for id in ids] == [300] * 3


def test_the_next_links_are_found_by_index_in_a_database_without_statistics(
    database: Database,
) -> None:
    with database.write() as conn:
        id = begin(conn)
        put(conn, id, *(f"h{n % 100}.test/{n}" for n in range(2000)))
        asked = frontier._best_by_host(id, [], NOW, WALL)
        sql = str(asked.compile(dialect=conn.dialect, compile_kwargs={"literal_binds": True}))
        explain = "EXPLAIN QUERY PLAN " if conn.dialect.name == "sqlite" else "EXPLAIN "
        plan = str(conn.exec_driver_sql(explain + sql.replace("%", "%%")).all())
    assert "ix_link_next" in plan
    assert "ix_crawl_link_open" in plan
    for scan in ("Seq Scan on link", "Seq Scan on crawl_link", "SCAN theirs", "SCAN listed"):
        assert scan not in plan


KEYS = [f"{name}.test/{i}" for name in "abc" for i in range(4)]
STEP = st.one_of(
    st.tuples(
        st.just("offer"),
        st.integers(0, 1),
        st.lists(st.tuples(st.sampled_from(KEYS), st.booleans()), max_size=6),
    ),
    st.tuples(st.just("take"), st.integers(0, 1), st.integers(1, 4)),
    st.tuples(st.just("settle"), st.integers(0, 1), st.sampled_from(list(Outcome)), st.booleans()),
    st.tuples(st.just("take_up"), st.integers(0, 1)),
    st.tuples(st.just("die"), st.integers(0, 1)),
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, max_size=25))
def test_counts_always_add_up_to_the_links(database: Database, steps: list[tuple]) -> None:
    with database.write() as conn:
        for table in (crawl_link, link, host, crawl):
            conn.execute(delete(table))
        live = [begin(conn), begin(conn)]
        offered: Counter[int] = Counter()
        added: Counter[int] = Counter()
        closed: Counter[int] = Counter()
        in_flight: dict[int, list[int]] = {}
        for step in steps:
            id = live[step[1]]
            if step[0] == "offer":
                found = [wanted(key, force=force) for key, force in step[2]]
                answers = offers.offer(conn, found, id, now=NOW)
                assert [answer.key for answer in answers] == [each.key for each in found]
                offered[id] += len(found)
            elif step[0] == "take":
                busy = _fetching_hosts(conn, id)
                taken = take(conn, id, busy=sorted(busy), limit=step[2])
                assert len({queued.host for queued in taken}) == len(taken)
                in_flight.setdefault(id, []).extend(queued.id for queued in taken)
            elif step[0] == "settle" and in_flight.get(id):
                later = NOW + HOUR if step[3] else None
                assert settle(conn, id, in_flight[id].pop(), step[2], later)
            elif step[0] == "take_up":
                added[id] += frontier.take_up(conn, id, now=NOW + 2 * HOUR)
            elif step[0] == "die":
                frontier.release(conn, [id])
                in_flight.pop(id, None)
                closed[id] += worklists.close(conn, id, "killed", now=NOW)
                crawls.finish(conn, id, crawls.CrawlState.FAILED, now=NOW)
                assert crawls.get(conn, id).links_found == offered[id] + added[id]
                live[step[1]] = begin(conn)
            for each in live:
                assert crawls.counts(conn, each).links_found == offered[each] + added[each]
            owners = conn.execute(link.select().where(link.c.state == "fetching")).all()
            assert sorted(row.id for row in owners) == sorted(
                id for ids in in_flight.values() for id in ids
            )


def _fetching_hosts(conn: Connection, crawl_id: int) -> set[str]:
    mine = link.select().where(link.c.state == "fetching", link.c.crawl_id == crawl_id)
    return {row.host for row in conn.execute(mine)}
