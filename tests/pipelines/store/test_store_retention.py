"""What is over its time goes, and nothing else."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from pipelines.errors import StoreError
from pipelines.incident import Source, SourceKind
from pipelines.items import Page
from pipelines.store import (
    Connection,
    Database,
    crawl_sources,
    crawls,
    expiry,
    hosts,
    open_database,
    pages,
    raw_lock,
    retention,
    sources,
    texts,
)
from pipelines.store.pages import RawPages
from pipelines.store.retention import DOCUMENTS_KEPT_AFTER, ROBOTS_KEPT_AFTER, Outdated
from pipelines.store.schema import article, document, page
from pipelines.store.validators import Validators
from tests.pipelines.store.kept import put

NOW = datetime(2014, 12, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """The folder of raw pages."""
    folder = tmp_path / "raw"
    folder.mkdir()
    return folder


def filled(database: Database, folder: Path) -> dict[str, int]:
    """Two files: one with pages of ten and nine days ago, one with pages of nine days and today."""
    ids = {}
    for number, days in ((1, (10, 9)), (2, (9, 0))):
        raw = RawPages(folder, number)
        for age in days:
            with database.write() as conn:
                ids[f"{number}-{age}"] = put(conn, raw, f"{number}-{age}", NOW - age * DAY)
        raw.close()
    return ids


def outdated(database: Database, folder: Path, **limits: object) -> dict[str, Outdated]:
    files = {path.name for path in folder.glob("*.warc.gz")}
    with database.read() as conn:
        found = retention.outdated_pages(conn, files, **limits)  # type: ignore[arg-type]
        assert bool(found) == retention.holds_outdated(conn, **limits)  # type: ignore[arg-type]
    return {each.warc_file: each for each in found}


def take_off(database: Database, folder: Path, found: dict[str, Outdated]) -> int:
    count = 0
    for name, each in found.items():
        with database.write() as conn:
            count += retention.take_off(conn, folder, each.ids, erase=not each.is_whole)
            if each.is_whole:
                assert retention.unlink_unnamed(conn, folder, name)
    return count


def test_raw_pages_over_an_age_go_and_articles_stay(database: Database, raw: Path) -> None:
    ids = filled(database, raw)
    found = outdated(database, raw, before=NOW - 5 * DAY)
    assert {name: each.is_whole for name, each in found.items()} == {
        "crawl-000001.warc.gz": True,
        "crawl-000002.warc.gz": False,
    }
    assert take_off(database, raw, found) == 3
    assert [path.name for path in raw.iterdir()] == ["crawl-000002.warc.gz"]
    assert b"2-9" not in b"".join(path.read_bytes() for path in raw.iterdir())
    with database.read() as conn:
        assert pages.read(conn, raw, ids["1-10"]) is None
        assert pages.read(conn, raw, ids["2-0"]) is not None
        assert list(pages.unreadable(conn, raw)) == []
        (version,) = texts.of_article(conn, ids["2-9"])
        assert (version.text, version.page_id) == ("Words of 2-9.", None)
    assert outdated(database, raw, before=NOW - 5 * DAY) == {}


def test_raw_pages_over_a_size_go_the_oldest_first(database: Database, raw: Path) -> None:
    ids = filled(database, raw)
    with database.read() as conn:
        length = {row.article_id: row.warc_length for row in conn.execute(select(page))}
    most = length[ids["2-0"]] + length[ids["2-9"]] + 1
    found = outdated(database, raw, most_bytes=most)
    assert list(found) == ["crawl-000001.warc.gz"]
    assert sum(each.bytes for each in found.values()) == length[ids["1-9"]] + length[ids["1-10"]]
    assert outdated(database, raw, most_bytes=sum(length.values())) == {}


def test_nothing_goes_where_no_limit_is_set(database: Database, raw: Path) -> None:
    filled(database, raw)
    assert outdated(database, raw) == {}


def test_files_of_another_data_folder_are_left_to_it(database: Database, raw: Path) -> None:
    """Two homes on one PostgreSQL: rows of the other's files are none of ours."""
    filled(database, raw)
    (raw / "crawl-000001.warc.gz").rename(raw / "elsewhere")
    files = {"crawl-000002.warc.gz"}
    with database.read() as conn:
        found = retention.outdated_pages(conn, files, before=NOW + DAY)
    assert [each.warc_file for each in found] == ["crawl-000002.warc.gz"]


def test_a_file_with_a_record_is_never_unlinked(database: Database, raw: Path) -> None:
    filled(database, raw)
    (raw / "ingest-000007.warc.gz").write_bytes(b"left by a crash")
    names = [path.name for path in raw.iterdir()]
    with database.write() as conn:
        assert retention.unnamed_files(conn, names) == ["ingest-000007.warc.gz"]
        assert not retention.unlink_unnamed(conn, raw, "crawl-000001.warc.gz")
    assert (raw / "crawl-000001.warc.gz").exists()


def test_a_file_that_a_crawl_writes_is_not_ours(raw: Path) -> None:
    writing = RawPages(raw, 5)
    writing.append(Page("https://a.test/", "https://a.test/", 200, (), b"x", NOW))
    path = raw / "crawl-000005.warc.gz"
    with pages.alone(path) as handle:
        assert handle is None
    writing.close()
    with pages.alone(path) as handle:
        assert handle is not None
    with pages.alone(raw / "no-file") as handle:
        assert handle is None


def in_another(act: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=act)
    thread.start()
    return thread


def test_no_raw_page_goes_while_a_backup_is_made(database: Database, raw: Path) -> None:
    id = filled(database, raw)["1-10"]
    with database.write() as conn:
        expired = update(article).where(article.c.id == id)
        conn.execute(expired.values(expires_at=NOW - DAY))
    with raw_lock.still(raw, waiting=pytest.fail):
        with pytest.raises(StoreError, match="backup"), database.write() as conn:
            pages.remove(conn, raw, [id])
        with database.write() as conn:
            assert expiry.expire(conn, now=NOW, folder=raw) == 0
            assert pages.read(conn, raw, id) is not None
    with database.write() as conn:
        assert expiry.expire(conn, now=NOW, folder=raw) == 1
        assert pages.read(conn, raw, id) is None


def test_who_takes_pages_off_and_a_backup_wait_for_each_other(raw: Path) -> None:
    order: list[str] = []
    waits = threading.Event()

    def change() -> None:
        with raw_lock.changing(raw, waiting=waits.set) as may_change:
            assert may_change
            order.append("change")

    with raw_lock.still(raw, waiting=pytest.fail):
        changing = in_another(change)
        assert waits.wait(10)
        order.append("backup")
    changing.join(10)
    assert order == ["backup", "change"]

    waits.clear()

    def back_up() -> None:
        with raw_lock.still(raw, waiting=waits.set):
            order.append("backup")

    with raw_lock.changing(raw) as first, raw_lock.changing(raw) as second:
        assert first
        assert second
        backing_up = in_another(back_up)
        assert waits.wait(10)
        order.append("changed")
    backing_up.join(10)
    assert order == ["backup", "change", "changed", "backup"]


def test_a_few_texts_expire_at_a_time(database: Database, raw: Path) -> None:
    filled(database, raw)
    with database.write() as conn:
        conn.execute(update(article).values(expires_at=NOW))
    with database.write() as conn:
        assert [expiry.expire(conn, now=NOW, folder=raw, limit=3) for _ in range(3)] == [
            3,
            1,
            0,
        ]


def test_robots_that_ran_out_long_ago_go(database: Database) -> None:
    limit = NOW - ROBOTS_KEPT_AFTER
    with database.write() as conn:
        for name, until in (("old", limit - DAY), ("stale", limit + DAY), ("fresh", NOW + DAY)):
            robots = hosts.Robots(200, b"User-agent: *", until - DAY, until)
            hosts.put_robots(conn, f"https://{name}.test", robots)
    with database.read() as conn:
        assert retention.outdated_robots(conn, now=NOW) == ["https://old.test"]
    every = [f"https://{name}.test" for name in ("old", "stale", "fresh")]
    with database.write() as conn:
        assert retention.drop_robots(conn, every, now=NOW) == 1
        assert hosts.get_robots(conn, "https://stale.test") is not None


def source_with_files(conn: Connection, url: str, polled_at: datetime | None) -> int:
    new = Source(kind=SourceKind.SITEMAP, url=url)
    id, _ = sources.add(conn, new, now=NOW - 400 * DAY)
    long_ago = (polled_at or NOW) - DOCUMENTS_KEPT_AFTER - DAY
    for name, at in (("", long_ago), ("old", long_ago), ("read", NOW), ("unchanged", long_ago)):
        sources.save_document(conn, id, url + name, Validators("e"), now=at)
    sources.mark_unchanged(conn, id, url + "unchanged", now=NOW)
    if polled_at is not None:
        sources.mark_polled(conn, id, now=polled_at, due_at=polled_at)
    return id


def test_files_of_a_sitemap_that_are_read_no_more_go(database: Database) -> None:
    with database.write() as conn:
        id = source_with_files(conn, "https://a.test/", NOW)
        source_with_files(conn, "https://never.test/", None)
        paused, _ = sources.add(
            conn, Source(kind=SourceKind.SITEMAP, url="https://paused.test/"), now=NOW - 400 * DAY
        )
        sources.mark_polled(conn, paused, now=NOW - 300 * DAY, due_at=NOW)
        sources.save_document(
            conn, paused, "https://paused.test/2", Validators(), now=NOW - 350 * DAY
        )
    with database.read() as conn:
        found = retention.outdated_files(conn)
    assert [(old.source_id, old.url) for old in found] == [(id, "https://a.test/old")]
    with database.write() as conn:
        assert retention.drop_files(conn, found) == 1
        assert "https://a.test/old" not in sources.documents(conn, id)
        assert len(sources.documents(conn, id)) == 3


def test_a_file_that_was_read_meanwhile_stays(database: Database) -> None:
    with database.write() as conn:
        id = source_with_files(conn, "https://a.test/", NOW)
        found = retention.outdated_files(conn)
        sources.save_document(conn, id, "https://a.test/old", Validators(), now=NOW)
        assert retention.drop_files(conn, found) == 0
        assert conn.execute(select(document).where(document.c.url == found[0].url)).first()


def test_the_sources_of_crawls_that_ended_long_ago_go_a_few_at_a_time(database: Database) -> None:
    limit = NOW - 30 * DAY
    with database.write() as conn:
        feeds = (Source(SourceKind.FEED, f"https://{number}.test/") for number in range(3))
        ids = [sources.add(conn, feed, now=NOW)[0] for feed in feeds]
        old, running, new = (
            crawls.request(conn, crawls.Trigger.SCHEDULE, "x", {}, now=limit - DAY)
            for _ in range(3)
        )
        for crawl_id in (old, running, new):
            crawl_sources.put(conn, crawl_id, ids, now=limit - DAY)
        for crawl_id in (old, new):
            crawl_sources.leave(conn, crawl_id, "x", now=limit - DAY, again=False)
        crawls.finish(conn, old, crawls.CrawlState.FINISHED, now=limit - DAY)
        crawls.finish(conn, new, crawls.CrawlState.FINISHED, now=limit)
        assert retention.last_ended(conn, before=limit - DAY) is None
        assert retention.last_ended(conn, before=limit) == old
        gone = [retention.drop_polls(conn, new, before=limit, limit=2) for _ in range(3)]
        assert gone == [2, 1, 0]
        left = [crawl_sources.counts(conn, crawl_id) for crawl_id in (old, running, new)]
    assert left == [{}, {"open": 3}, {"left": 3}]


def test_when_crawls_ended_is_told_of_those_that_are_known(database: Database) -> None:
    with database.write() as conn:
        ids = [crawls.request(conn, crawls.Trigger.HAND, "x", {}, now=NOW) for _ in range(2)]
        crawls.finish(conn, ids[0], crawls.CrawlState.FINISHED, now=NOW)
        known = retention.crawls_ended(conn, [*ids, 99])
    assert known == {ids[0]: NOW, ids[1]: None}


def test_the_database_is_put_in_order_step_by_step(database: Database, tmp_path: Path) -> None:
    for number in range(40):
        with database.write() as conn:
            put(conn, RawPages(tmp_path, number), f"n-{number}", NOW)
    steps = 0
    while steps < 100:
        with database.write() as conn:
            if not retention.merge_index(conn):
                break
            steps += 1
    assert steps < 100
    with database.write() as conn:
        retention.analyse(conn)
    database.fold_log()
    log = tmp_path / "followup.db-wal"
    assert not log.exists() or log.stat().st_size == 0


def test_the_log_of_a_database_that_is_being_read_is_left(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'followup.db'}")
    with database.read() as conn:
        conn.execute(select(article.c.id)).all()
        with database.write() as other:
            crawls.request(other, crawls.Trigger.HAND, "x", {}, now=NOW)
        assert database.fold_log() == 0
    assert database.fold_log() > 0
    database.close()


def test_records_of_several_files_are_not_taken_off_at_once(database: Database, raw: Path) -> None:
    filled(database, raw)
    with database.write() as conn:
        ids = conn.execute(select(page.c.id)).scalars().all()
        with pytest.raises(ValueError, match="several files"):
            retention.take_off(conn, raw, ids, erase=True)
