"""One server keeps the schedule, whoever else tries."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pipelines.store import Database, servers
from pipelines.store.servers import SILENT_AFTER, Holder

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
FIRST = Holder("one", "/data", "press", 41, "http://127.0.0.1:8765/", NOW, NOW)
OTHER = Holder("two", "/elsewhere", "desk", 42, "http://127.0.0.1:8766/", NOW, NOW)


def acquire(
    database: Database, me: Holder, now: datetime = NOW, before: Sequence[str] = ()
) -> Holder | None:
    with database.write() as conn:
        return servers.acquire(conn, me, wall_now=now, before=before)


def holder(database: Database) -> Holder | None:
    with database.read() as conn:
        return servers.holder(conn)


def test_the_second_server_learns_who_the_first_is(database: Database) -> None:
    assert holder(database) is None
    assert acquire(database, FIRST) is None
    assert acquire(database, OTHER, NOW + SECOND) == FIRST
    assert holder(database) == FIRST


def test_a_server_that_beats_is_never_taken_over(database: Database) -> None:
    acquire(database, FIRST)
    later = NOW + 10 * SILENT_AFTER
    with database.write() as conn:
        assert servers.beat(conn, "one", later)
    there = acquire(database, OTHER, later + SILENT_AFTER)
    assert there == replace(FIRST, beat_at=later)


def test_a_silent_server_is_taken_over_and_learns_it(database: Database) -> None:
    acquire(database, FIRST)
    later = NOW + SILENT_AFTER + SECOND
    assert acquire(database, OTHER, later) is None
    with database.write() as conn:
        assert not servers.beat(conn, "one", later)
        assert not servers.ticked(conn, "one", later)
        assert not servers.release(conn, "one")
    assert holder(database) == replace(OTHER, beat_at=later)


def test_the_same_folders_next_server_need_not_wait(database: Database) -> None:
    acquire(database, FIRST)
    killed = replace(FIRST, token="three", pid=43)
    assert acquire(database, killed, NOW + SECOND, before=["other"]) == FIRST
    assert acquire(database, killed, NOW + SECOND, before=["other", "one"]) is None


def test_a_good_end_frees_the_row_and_keeps_how_far_it_came(database: Database) -> None:
    acquire(database, FIRST)
    with database.write() as conn:
        assert servers.ticked(conn, "one", NOW + SECOND)
        assert servers.release(conn, "one")
    assert holder(database) is None
    assert acquire(database, OTHER, NOW + SECOND) is None
    with database.read() as conn:
        assert servers.ticked_at(conn) == NOW + SECOND
    there = holder(database)
    assert there is not None
    assert there.ticked_at == NOW + SECOND
