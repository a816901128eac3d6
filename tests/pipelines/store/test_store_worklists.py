"""Links at a host that another crawl holds are handed to that crawl."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest
from sqlalchemy import select, update

from pipelines.incident import Source, SourceKind
from pipelines.items import Link
from pipelines.outcomes import Outcome
from pipelines.store import (
    Connection,
    Database,
    crawls,
    frontier,
    offers,
    sources,
    worklists,
)
from pipelines.store.crawls import CrawlState, Trigger
from pipelines.store.offers import Offered
from pipelines.store.schema import crawl_link, link

NOW = datetime(2014, 12, 20, tzinfo=UTC)
DAY = timedelta(days=1)


def begun(conn: Connection, request: Mapping[str, object] = MappingProxyType({})) -> int:
    id = crawls.request(conn, Trigger.HAND, "test", request, now=NOW)
    crawls.start(conn, id, pid=1, now=NOW, wall_now=NOW)
    return id


def offered(path: str) -> Offered:
    return Offered(Link(f"http://a.test/{path}"), f"a.test/{path}", "a.test")


def take(conn: Connection, crawl_id: int) -> list[str]:
    taken = frontier.take(
        conn, crawl_id, busy_hosts=(), now=NOW, wall_now=NOW, lease_seconds=60, limit=5
    )
    return [link.link.url for link in taken]


def hand(conn: Connection, crawl_id: int, *, first: bool = False, at: datetime = NOW) -> int:
    """What a crawl does with what is at hosts that others hold; how many links it gave away."""
    given = 0
    for held in worklists.held_hosts(conn, crawl_id, wall_now=at):
        given += worklists.hand_over(conn, crawl_id, held, "handed", now=at, first=first)
        assert crawls.hold_open(conn, held.crawl_id)
    return given


def crash(conn: Connection, now: datetime) -> dict[str, str]:
    """A crawl that takes what is due and crashes; how each link of its list ended."""
    id = begun(conn)
    frontier.take_up(conn, id, now=now)
    frontier.take(conn, id, busy_hosts=(), now=now, wall_now=NOW, lease_seconds=60, limit=5)
    worklists.close(conn, id, "its process ended", now=now, crashed=True)
    crawls.finish(conn, id, CrawlState.FAILED, now=now)
    frontier.release(conn, [id])
    rows = conn.execute(
        select(link.c.url, crawl_link.c.outcome)
        .join_from(crawl_link, link, link.c.id == crawl_link.c.link_id)
        .where(crawl_link.c.crawl_id == id)
    )
    return dict(rows.all())


def test_a_link_that_crashes_its_crawls_goes_last_then_waits_and_is_given_up(
    database: Database,
) -> None:
    first, second = "http://a.test/1", "http://a.test/2"
    with database.write() as conn:
        id = begun(conn)
        offers.offer(conn, [offered("1"), offered("2")], id, now=NOW)
        worklists.close(conn, id, "it is over", now=NOW)
        crawls.finish(conn, id, CrawlState.FINISHED, now=NOW)
        assert crash(conn, NOW) == {first: "cancelled", second: "deferred"}
        assert crash(conn, NOW) == {first: "deferred", second: "cancelled"}
        conn.execute(update(link).where(link.c.url == second).values(state="done"))
        assert crash(conn, NOW) == {first: "cancelled"}, "twice it costs the place in line only"
        assert crash(conn, NOW) == {first: "cancelled"}
        assert crash(conn, NOW) == {}, "then it waits"
        assert crash(conn, NOW + DAY) == {first: "cancelled"}
        assert crash(conn, NOW + 2 * DAY) == {first: "parse_error"}
        row = conn.execute(select(link).where(link.c.url == first)).one()
        assert row.reason == "given up: its crawl broke off 5 times while it was read"
        assert row.state == "failed"


def test_links_of_one_crash_do_not_wait_for_the_same_time(database: Database) -> None:
    with database.write() as conn:
        id = begun(conn)
        each = [Offered(Link(f"http://{h}.test/1"), f"{h}.test/1", f"{h}.test") for h in "ab"]
        offers.offer(conn, each, id, now=NOW)
        worklists.close(conn, id, "it is over", now=NOW)
        crawls.finish(conn, id, CrawlState.FINISHED, now=NOW)
        for _ in range(3):
            assert len(crash(conn, NOW)) == 2
        times = conn.execute(select(link.c.next_try_at)).scalars().all()
        assert len(set(times)) == 2
        assert min(times) > NOW


def test_a_cancelled_crawl_costs_its_links_nothing(database: Database) -> None:
    with database.write() as conn:
        id = begun(conn)
        offers.offer(conn, [offered("1")], id, now=NOW)
        assert take(conn, id)
        worklists.close(conn, id, "it was cancelled", now=NOW)
        row = conn.execute(select(link)).one()
        assert (row.tries, row.priority, row.next_try_at) == (0, 0, None)


def test_the_holder_gets_what_another_crawl_wants_of_its_host(database: Database) -> None:
    with database.write() as conn:
        holder, other = begun(conn), begun(conn)
        offers.offer(conn, [offered("1")], holder, now=NOW)
        assert take(conn, holder) == ["http://a.test/1"]
        offers.offer(conn, [offered("2")], other, now=NOW)
        assert take(conn, other) == []
        assert hand(conn, other) == 1
        assert take(conn, holder) == ["http://a.test/2"]
        assert crawls.counts(conn, other).by_outcome == {Outcome.DEFERRED: 1}
        assert crawls.counts(conn, holder).open == 2


def test_what_a_person_waits_for_is_first_in_line_at_the_holder(database: Database) -> None:
    with database.write() as conn:
        holder, other = begun(conn), begun(conn)
        offers.offer(conn, [offered(str(number)) for number in range(5)], holder, now=NOW)
        take(conn, holder)
        offers.offer(conn, [offered("last")], other, now=NOW)
        assert hand(conn, other, first=True) == 1
        assert take(conn, holder) == ["http://a.test/last"]


def test_a_link_that_the_holder_had_put_off_is_open_there_again(database: Database) -> None:
    with database.write() as conn:
        holder, other = begun(conn), begun(conn)
        offers.offer(conn, [offered("1"), offered("2")], holder, now=NOW)
        take(conn, holder)
        worklists.defer_hosts(conn, holder, ["a.test"], "not just now", now=NOW)
        offers.offer(conn, [offered("2")], other, now=NOW)
        assert hand(conn, other) == 1
        assert take(conn, holder) == ["http://a.test/2"]


def test_nothing_is_handed_to_a_crawl_whose_lease_ran_out(database: Database) -> None:
    with database.write() as conn:
        holder, other = begun(conn), begun(conn)
        offers.offer(conn, [offered("1")], holder, now=NOW)
        take(conn, holder)
        offers.offer(conn, [offered("2")], other, now=NOW)
        assert hand(conn, other, at=NOW + timedelta(hours=1)) == 0


@pytest.mark.parametrize("end", ["sealed", "cancelled", "ended", "probe"])
def test_nothing_is_handed_to_a_crawl_that_takes_nothing(database: Database, end: str) -> None:
    with database.write() as conn:
        holder = begun(conn, {"probe": ["http://a.test/"]} if end == "probe" else {})
        other = begun(conn)
        offers.offer(conn, [offered("1")], holder, now=NOW)
        take(conn, holder)
        offers.offer(conn, [offered("2")], other, now=NOW)
        if end == "sealed":
            crawls.seal(conn, holder, now=NOW)
        if end == "cancelled":
            crawls.ask_cancel(conn, holder, now=NOW)
        if end == "ended":
            crawls.finish(conn, holder, CrawlState.FINISHED, now=NOW)
        assert worklists.held_hosts(conn, other, wall_now=NOW) == []
        assert crawls.hold_open(conn, holder) is (end == "probe")
        assert worklists.waiting(conn, other, now=NOW, wall_now=NOW).host_free_at is not None


def test_what_is_open_on_another_list_is_not_taken_up_a_second_time(database: Database) -> None:
    with database.write() as conn:
        source, _ = sources.add(conn, Source(SourceKind.FEED, "http://a.test/feed"), now=NOW)
        holder, every, narrow = begun(conn), begun(conn), begun(conn)
        links = [replace(offered(str(number)), source_id=source) for number in range(9)]
        offers.offer(conn, [*links, offered("loose")], holder, now=NOW)
        assert frontier.take_up(conn, every, now=NOW) == 0
        assert frontier.take_up(conn, narrow, now=NOW, source_ids=[source]) == 0
        assert worklists.put_first(conn, narrow, [source], now=NOW) == {holder: 9}
        assert crawls.counts(conn, narrow).by_outcome == {Outcome.DEFERRED: 9}
        assert frontier.take(
            conn, holder, busy_hosts=(), now=NOW, wall_now=NOW, lease_seconds=60, limit=1
        )[0].link.url != "http://a.test/loose"  # fmt: skip
        crawls.seal(conn, holder, now=NOW)
        assert frontier.take_up(conn, every, now=NOW) == 9


def test_givers_and_a_crawl_that_seals_itself_lose_nothing_between_them(
    database: Database,
) -> None:
    """Many rounds of the race with the store alone: a link handed over is open at the receiver when
    it seals itself, or was not handed over."""
    for number in range(25):
        with database.write() as conn:
            holder, other = begun(conn), begun(conn)
            offers.offer(conn, [offered(f"{number}/held")], holder, now=NOW)
            (held_link,) = take(conn, holder)
            offers.offer(conn, [offered(f"{number}/wanted")], other, now=NOW)
        gate = threading.Barrier(2)

        def give(giver: int = other, receiver: int = holder, gate: threading.Barrier = gate) -> int:
            gate.wait(30)
            with database.write() as conn:
                for held in worklists.held_hosts(conn, giver, wall_now=NOW):
                    worklists.hand_over(conn, giver, held, "handed", now=NOW, first=False)
                    if not crawls.hold_open(conn, receiver):
                        conn.rollback()
                        return 0
                    return 1
            return 0

        def seal(id: int = holder, gate: threading.Barrier = gate) -> int:
            gate.wait(30)
            with database.write() as conn:
                crawls.lock(conn, id)
                crawls.seal(conn, id, now=NOW)
                return worklists.remaining(conn, id)

        with ThreadPoolExecutor(2) as pool:
            given = pool.submit(give)
            seen = pool.submit(seal).result(60)
        with database.write() as conn:
            assert seen == 1 + given.result(), held_link
            for id in (holder, other):
                worklists.close(conn, id, "the round is over", now=NOW)
                frontier.release(conn, [id])
                crawls.finish(conn, id, CrawlState.FINISHED, now=NOW)
