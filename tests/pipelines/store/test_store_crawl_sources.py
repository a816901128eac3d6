"""The sources on a crawl's list: put there, polled, handed over, left; no due run is lost."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.incident import Source, SourceKind
from pipelines.store import Connection, Database, crawl_sources, crawls, sources
from pipelines.store.crawl_sources import Ending
from pipelines.store.crawls import CrawlState, Trigger

NOW = datetime(2014, 12, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def begun(conn: Connection, trigger: Trigger = Trigger.SCHEDULE) -> int:
    id = crawls.request(conn, trigger, "test", {}, now=NOW)
    assert crawls.start(conn, id, pid=1, now=NOW, wall_now=NOW)
    return id


def added(conn: Connection, number: int) -> list[int]:
    """So many sources, each due in an hour."""
    ids = []
    for each in range(number):
        id, _ = sources.add(conn, Source(SourceKind.FEED, f"http://{each}.test/feed"), now=NOW)
        sources.set_due(conn, id, NOW + HOUR)
        ids.append(id)
    return ids


def due(conn: Connection, ids: list[int]) -> list[datetime | None]:
    return [sources.get(conn, id).due_at for id in ids]


def open_ids(conn: Connection, crawl_id: int) -> list[int | None]:
    return [source.id for source in crawl_sources.open_of(conn, crawl_id)]


def test_a_list_is_worked_off_row_by_row(database: Database) -> None:
    with database.write() as conn:
        id, (one, two, three) = begun(conn), added(conn, 3)
        assert crawl_sources.put(conn, id, [three, one, two, one], now=NOW) == 3
        assert open_ids(conn, id) == [one, two, three]
        assert crawl_sources.busy(conn) == {one: id, two: id, three: id}
        assert crawl_sources.close(conn, id, one, Ending.POLLED, None, now=NOW, links=7)
        assert not crawl_sources.close(conn, id, one, Ending.FAILED, "no", now=NOW, links=None)
        assert crawl_sources.close(conn, id, two, Ending.FAILED, "gone", now=NOW, links=None)
        assert crawl_sources.counts(conn, id) == {"polled": 1, "failed": 1, "open": 1}
        assert crawl_sources.busy(conn) == {three: id}


def test_what_is_due_again_depends_on_how_the_crawl_ended(database: Database) -> None:
    ends: Mapping[str, bool] = {"failed": True, "by server": True, "by a person": False}
    for end, again in ends.items():
        with database.write() as conn:
            id, ids = begun(conn), added(conn, 2)
            crawl_sources.put(conn, id, ids, now=NOW, due={ids[0]: NOW})
            if end != "failed":
                reason = "the server stops" if end == "by server" else None
                crawls.ask_cancel(conn, id, now=NOW, reason=reason)
            state = CrawlState.FAILED if end == "failed" else CrawlState.CANCELLED
            assert crawls.finish(conn, id, state, now=NOW, end_reason=end)
            assert crawl_sources.counts(conn, id) == {"left": 2}
            # The second was not there for the schedule.
            assert due(conn, ids) == [NOW if again else NOW + HOUR, NOW + HOUR]


def test_a_due_time_that_has_come_already_is_not_moved(database: Database) -> None:
    with database.write() as conn:
        id, (one, two) = begun(conn), added(conn, 2)
        sources.set_due(conn, one, NOW - HOUR)
        sources.set_due(conn, two, None)
        crawl_sources.put(conn, id, [one, two], now=NOW, due={one: NOW, two: NOW})
        assert crawl_sources.leave(conn, id, "because", now=NOW, again=True) == 2
        assert due(conn, [one, two]) == [NOW - HOUR, None]


@pytest.mark.parametrize("reason", [None, "the server stops"])
def test_a_crawl_cancelled_before_it_began_leaves_no_open_row(
    database: Database, reason: str | None
) -> None:
    with database.write() as conn:
        ids = added(conn, 1)
        id = crawls.request(conn, Trigger.SCHEDULE, "test", {}, now=NOW)
        crawl_sources.put(conn, id, ids, now=NOW, due={ids[0]: NOW})
        assert crawls.ask_cancel(conn, id, now=NOW, reason=reason) is CrawlState.CANCELLED
        assert crawl_sources.counts(conn, id) == {"left": 1}
        assert due(conn, ids) == [NOW + HOUR if reason is None else NOW]


def test_a_source_handed_over_is_the_others_with_its_due_time(database: Database) -> None:
    with database.write() as conn:
        giver, taker = begun(conn, Trigger.HAND), begun(conn)
        one, two = added(conn, 2)
        crawl_sources.put(conn, giver, [one, two], now=NOW, due={one: NOW})
        assert crawl_sources.hand_over(conn, giver, [one], taker, "handed", now=NOW) == 1
        assert crawls.hold_open(conn, taker)
        assert crawl_sources.counts(conn, giver) == {"handed": 1, "open": 1}
        (given,) = crawl_sources.given(conn, taker)
        assert (given.source.id, given.by, given.trigger) == (one, giver, Trigger.HAND)
        assert given.at == NOW
        crawls.finish(conn, taker, CrawlState.FAILED, now=NOW)
        assert due(conn, [one, two]) == [NOW, NOW + HOUR]


def test_a_gift_that_is_not_polled_is_due_even_where_a_person_ended_the_crawl(
    database: Database,
) -> None:
    with database.write() as conn:
        giver, taker, ids = begun(conn, Trigger.HAND), begun(conn), added(conn, 1)
        crawl_sources.put(conn, giver, ids, now=NOW)
        crawl_sources.hand_over(conn, giver, ids, taker, "handed", now=NOW)
        crawls.ask_cancel(conn, taker, now=NOW)
        crawls.finish(conn, taker, CrawlState.CANCELLED, now=NOW)
        assert due(conn, ids) == [NOW]


def test_a_source_polled_already_is_polled_again_for_another_crawl(database: Database) -> None:
    with database.write() as conn:
        giver, taker, ids = begun(conn), begun(conn), added(conn, 1)
        for id, at in ((giver, NOW + HOUR), (taker, NOW)):
            crawl_sources.put(conn, id, ids, now=NOW, due={ids[0]: at})
        crawl_sources.close(conn, taker, ids[0], Ending.POLLED, None, now=NOW, links=3)
        crawl_sources.hand_over(conn, giver, ids, taker, "handed", now=NOW + HOUR)
        assert open_ids(conn, taker) == ids
        assert [given.at for given in crawl_sources.given(conn, taker)] == [NOW + HOUR]
        assert crawl_sources.served(conn, taker) == {ids[0]: NOW}


def test_a_removed_source_leaves_every_list(database: Database) -> None:
    with database.write() as conn:
        id, (one, two) = begun(conn), added(conn, 2)
        crawl_sources.put(conn, id, [one, two], now=NOW)
        sources.remove(conn, one)
        assert open_ids(conn, id) == [two]
        assert not crawl_sources.close(conn, id, one, Ending.POLLED, None, now=NOW, links=0)
