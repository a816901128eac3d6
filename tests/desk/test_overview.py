"""The reads behind the doors, on both databases."""

from datetime import timedelta

from pipelines.incident import Source, SourceKind
from pipelines.store import Connection, crawl_sources, crawls, overview, sources
from pipelines.store.crawl_sources import Ending
from pipelines.store.crawls import CrawlState, Trigger
from pipelines.store.database import Database
from pipelines.store.schema import server, source
from pipelines.store.trial import try_write
from tests.crawler.terminal import NOW


def ask(conn: Connection, state: CrawlState) -> int:
    id = crawls.request(conn, Trigger.HAND, "test", {}, now=NOW)
    if state is not CrawlState.REQUESTED:
        crawls.start(conn, id, pid=1, now=NOW, wall_now=NOW)
    if state not in (CrawlState.REQUESTED, CrawlState.RUNNING):
        crawls.finish(conn, id, state, now=NOW, requests=7)
    return id


def test_pages_of_several_states_are_one_list(database: Database) -> None:
    order = [CrawlState.FINISHED, CrawlState.RUNNING, CrawlState.FAILED] * 4
    with database.write() as conn:
        ids = [ask(conn, state) for state in order]
    ended = (CrawlState.FAILED, CrawlState.FINISHED)
    wanted = [id for id, state in zip(ids, order, strict=True) if state in ended][::-1]
    with database.read() as conn:
        first = overview.crawls_page(conn, limit=3, states=ended)
        rest = overview.crawls_page(conn, limit=50, before=first[-1].id, states=ended)
        assert [row.id for row in overview.crawls_page(conn, limit=50)] == ids[::-1]
    assert [row.id for row in [*first, *rest]] == wanted


def test_tallies_are_of_new_crawls_and_of_those_named(database: Database) -> None:
    with database.write() as conn:
        first, second, third = (
            ask(conn, state)
            for state in (CrawlState.RUNNING, CrawlState.FINISHED, CrawlState.CANCELLED)
        )
    with database.read() as conn:
        assert [one.id for one in overview.tallies(conn, 0, [])] == [first, second, third]
        told = list(overview.tallies(conn, second, [first]))
    assert [(one.id, one.state, one.is_begun, one.requests) for one in told] == [
        (first, "running", True, 0),
        (third, "cancelled", True, 7),
    ]
    assert [one.counts for one in told] == [None, {}]


def test_open_sources_of_a_crawl_come_first(database: Database) -> None:
    with database.write() as conn:
        id = ask(conn, CrawlState.RUNNING)
        for number in range(4):
            url = f"https://outlet{number}.example/"
            sources.add(conn, Source(SourceKind.FEED, url), now=NOW)
        crawl_sources.put(conn, id, [1, 2, 3, 4], now=NOW)
        crawl_sources.close(conn, id, 1, Ending.POLLED, None, now=NOW, links=2)
        crawl_sources.close(conn, id, 2, Ending.FAILED, "status 503", now=NOW, links=None)
    with database.read() as conn:
        listed = overview.sources_of_crawl(conn, id, limit=3)
    assert [(one.source_id, one.ending) for one in listed] == [(3, None), (4, None), (2, "failed")]


def test_sources_at_rest_are_not_due(database: Database) -> None:
    with database.write() as conn:
        for number, due in enumerate((None, NOW - timedelta(hours=1), NOW + timedelta(hours=1))):
            new = Source(SourceKind.FEED, f"https://outlet{number}.example/", due_at=due)
            sources.add(conn, new, now=NOW)
    with database.read() as conn:
        due_now = overview.due(conn, now=NOW)
        assert overview.healths(conn) == {"new": 3}
    assert due_now == overview.Due(2, NOW - timedelta(hours=1))
    with database.write() as conn:
        conn.execute(source.update().values(resting=True))
    with database.read() as conn:
        assert overview.due(conn, now=NOW) == overview.Due(0, None)


def test_a_trial_write_is_undone(database: Database) -> None:
    try_write(database)
    try_write(database)
    with database.read() as conn:
        assert conn.execute(server.select()).all() == []
