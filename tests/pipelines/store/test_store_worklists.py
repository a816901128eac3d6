"""Links at a host that another crawl holds are handed to that crawl."""

from datetime import UTC, datetime, timedelta

from pipelines.items import Link
from pipelines.outcomes import Outcome
from pipelines.store import Connection, Database, crawls, frontier, offers, worklists
from pipelines.store.crawls import Trigger
from pipelines.store.offers import Offered

NOW = datetime(2014, 12, 20, tzinfo=UTC)


def begun(conn: Connection) -> int:
    id = crawls.request(conn, Trigger.HAND, "test", {}, now=NOW)
    crawls.start(conn, id, pid=1, now=NOW, wall_now=NOW)
    return id


def offered(path: str) -> Offered:
    return Offered(Link(f"http://a.test/{path}"), f"a.test/{path}", "a.test")


def take(conn: Connection, crawl_id: int) -> list[str]:
    taken = frontier.take(
        conn, crawl_id, busy_hosts=(), now=NOW, wall_now=NOW, lease_seconds=60, limit=5
    )
    return [link.link.url for link in taken]


def test_the_holder_gets_what_another_crawl_wants_of_its_host(database: Database) -> None:
    with database.write() as conn:
        holder, other = begun(conn), begun(conn)
        offers.offer(conn, [offered("1")], holder, now=NOW)
        assert take(conn, holder) == ["http://a.test/1"]
        offers.offer(conn, [offered("2")], other, now=NOW)
        assert take(conn, other) == []
        assert worklists.hand_over(conn, other, now=NOW, wall_now=NOW) == 1
        assert take(conn, holder) == ["http://a.test/2"]
        assert crawls.counts(conn, other).by_outcome == {Outcome.DEFERRED: 1}
        assert crawls.counts(conn, holder).open == 2


def test_nothing_is_handed_to_a_crawl_whose_lease_ran_out(database: Database) -> None:
    with database.write() as conn:
        holder, other = begun(conn), begun(conn)
        offers.offer(conn, [offered("1")], holder, now=NOW)
        take(conn, holder)
        offers.offer(conn, [offered("2")], other, now=NOW)
        late = NOW + timedelta(hours=1)
        assert worklists.hand_over(conn, other, now=NOW, wall_now=late) == 0
