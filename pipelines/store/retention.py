"""What goes after its time, in portions: raw pages over an age or a size, answers to robots.txt
long out of date, files of sitemaps that nobody names any more, the sources of crawls long ended.

Looking for it is one reading transaction; taking it away is many short ones, whose size is the
caller's. Whatever is looked for here may have gone meanwhile: taking it away is safe to repeat. A
raw page that goes leaves its article whole; its revision says then that no raw answer is kept.
"""

from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, and_, delete, func, select, tuple_

from pipelines.store import pages
from pipelines.store.database import chunks
from pipelines.store.schema import crawl, crawl_source, document, origin, page, source

#: An answer to robots.txt holds a day. One that ran out so long ago is of a host that is not asked
#: any more; if it is, it gives a new one.
ROBOTS_KEPT_AFTER = timedelta(days=30)
#: A sitemap's file that its source did not read for so long is named no more, or stands behind
#: more files than are read in a poll. A file that answers "not modified" is read whole each week.
DOCUMENTS_KEPT_AFTER = timedelta(days=60)
#: Pages of the search index that are written in one step; 4 KB each.
_MERGED_PAGES = 64
#: Rows of an index that are looked at (lang_analyze.html recommends 100 to 1,000).
_ANALYSED_ROWS = 400


@dataclass(frozen=True, slots=True)
class Outdated:
    """Raw pages that are to go, of one file. `is_whole`: no other record of the file stays."""

    warc_file: str
    ids: tuple[int, ...]
    bytes: int
    is_whole: bool


def holds_outdated(
    conn: Connection, *, before: datetime | None = None, most_bytes: int | None = None
) -> bool:
    """True where `outdated_pages` may find something: a quicker look."""
    oldest, total = conn.execute(
        select(func.min(page.c.fetched_at), func.coalesce(func.sum(page.c.warc_length), 0))
    ).one()
    is_old = before is not None and oldest is not None and oldest < before
    return is_old or (most_bytes is not None and total > most_bytes)


def outdated_pages(
    conn: Connection,
    files: Collection[str],
    *,
    before: datetime | None = None,
    most_bytes: int | None = None,
) -> list[Outdated]:
    """The raw pages in these files that were fetched before a time, and of the rest the oldest that
    are too many to be kept in so many bytes."""
    wanted = select(page.c.id, page.c.warc_file, page.c.warc_length, page.c.fetched_at)
    newest_first = wanted.order_by(page.c.fetched_at.desc(), page.c.id.desc())
    going: dict[str, list[tuple[int, int]]] = {}
    staying: set[str] = set()
    total = 0
    with closing(conn.execute(newest_first.execution_options(yield_per=1000))) as rows:
        for row in rows:
            if row.warc_file not in files:
                continue
            is_old = before is not None and row.fetched_at < before
            total += row.warc_length
            if is_old or (most_bytes is not None and total > most_bytes):
                going.setdefault(row.warc_file, []).append((row.id, row.warc_length))
            else:
                staying.add(row.warc_file)
    return [
        Outdated(
            name,
            tuple(id for id, _ in reversed(found)),
            sum(length for _, length in found),
            name not in staying,
        )
        for name, found in reversed(going.items())
    ]


def take_off(conn: Connection, folder: Path, ids: Sequence[int], *, erase: bool) -> int:
    """Takes raw pages of one file away; how many they were. With `erase` their records are written
    over at once; without it the file is to go as a whole (`unlink_unnamed`).

    Hold the file (`pages.alone`) and `raw_lock.changing`.
    """
    wanted = select(page.c.warc_file, page.c.warc_offset, page.c.warc_length)
    rows = conn.execute(wanted.where(page.c.id.in_(ids))).all()
    names = {row.warc_file for row in rows}
    if len(names) > 1:
        raise ValueError(f"{sorted(names)} are several files")
    if erase and names:
        stretches = [(row.warc_offset, row.warc_length) for row in rows]
        pages.blank(folder / names.pop(), stretches)
    return conn.execute(delete(page).where(page.c.id.in_(ids))).rowcount


def unnamed_files(conn: Connection, names: Iterable[str]) -> list[str]:
    """Those of the files in which no row names a record."""
    named = set(conn.execute(select(page.c.warc_file).distinct()).scalars())
    return sorted(set(names) - named)


def unlink_unnamed(conn: Connection, folder: Path, name: str) -> bool:
    """Takes a file of raw pages away if no row names a record of it. Hold it (`pages.alone`)."""
    if conn.execute(select(page.c.id).where(page.c.warc_file == name).limit(1)).first() is not None:
        return False
    (folder / name).unlink(missing_ok=True)
    return True


def outdated_robots(conn: Connection, *, now: datetime) -> list[str]:
    """Origins whose answer to robots.txt ran out long ago."""
    over = origin.c.robots_until < now - ROBOTS_KEPT_AFTER
    return list(conn.execute(select(origin.c.origin).where(over)).scalars())


def drop_robots(conn: Connection, names: Sequence[str], *, now: datetime) -> int:
    """Takes those answers away, but for one that was renewed meanwhile; how many they were."""
    over = and_(origin.c.origin.in_(names), origin.c.robots_until < now - ROBOTS_KEPT_AFTER)
    return conn.execute(delete(origin).where(over)).rowcount


@dataclass(frozen=True, slots=True)
class OldFile:
    """A file of a source, and when it was last read, named or found not modified."""

    source_id: int
    url: str
    seen_at: datetime


def outdated_files(conn: Connection) -> list[OldFile]:
    """Files of sources that were last seen long before their source was polled last.

    A source that is not polled keeps all it has: its next "not modified" would hide them.
    """
    wanted = select(document.c.source_id, document.c.url, document.c.polled_at, source.c.polled_at)
    rows = conn.execute(
        wanted.add_columns(document.c.unchanged_since)
        .join(source, source.c.id == document.c.source_id)
        .where(document.c.url != source.c.url, document.c.polled_at < source.c.polled_at)
    )
    found = []
    for id, url, polled_at, source_polled_at, unchanged_since in rows:
        seen_at = max(polled_at, unchanged_since or polled_at)
        if seen_at < source_polled_at - DOCUMENTS_KEPT_AFTER:
            found.append(OldFile(id, url, seen_at))
    return found


def drop_files(conn: Connection, files: Iterable[OldFile]) -> int:
    """Takes those files' rows away, but for what was read meanwhile; how many they were."""
    count = 0
    for old in files:
        count += conn.execute(
            delete(document).where(
                document.c.source_id == old.source_id,
                document.c.url == old.url,
                document.c.polled_at <= old.seen_at,
            )
        ).rowcount
    return count


def last_ended(conn: Connection, *, before: datetime) -> int | None:
    """The latest of the crawls that ended before a time; None where there is none."""
    over = select(crawl.c.id).where(crawl.c.ended_at < before)
    return conn.execute(over.order_by(crawl.c.id.desc()).limit(1)).scalar()


def drop_polls(conn: Connection, last: int, *, before: datetime, limit: int) -> int:
    """Takes the sources off the lists of crawls up to `last` that ended before a time, so many at
    most; how many they were. What is open stays, and so do the crawls with their links."""
    keys = (crawl_source.c.crawl_id, crawl_source.c.source_id)
    over = and_(keys[0] <= last, crawl_source.c.ending.is_not(None), crawl.c.ended_at < before)
    found = select(*keys).join(crawl, crawl.c.id == keys[0]).where(over)
    rows = conn.execute(found.order_by(*keys).limit(limit)).all()
    if rows:
        conn.execute(delete(crawl_source).where(tuple_(*keys).in_([tuple(row) for row in rows])))
    return len(rows)


def crawls_ended(conn: Connection, ids: Iterable[int]) -> dict[int, datetime | None]:
    """When each of these crawls ended, None for one that did not; those that are known."""
    found: dict[int, datetime | None] = {}
    for some in chunks(ids):
        wanted = select(crawl.c.id, crawl.c.ended_at).where(crawl.c.id.in_(some))
        found |= {row.id: row.ended_at for row in conn.execute(wanted)}
    return found


def merge_index(conn: Connection) -> bool:
    """Merges a little of what was added to the search index in pieces; False: all is in order.
    PostgreSQL does so by itself."""
    if conn.dialect.name != "sqlite":
        return False
    changes = select(func.total_changes())
    before = conn.execute(changes).scalar_one()
    conn.exec_driver_sql(
        f"INSERT INTO article_search(article_search, rank) VALUES ('merge', {_MERGED_PAGES})"
    )
    # fts5.html, 6.9: a merge that found nothing to do changes fewer than 2 rows.
    return int(conn.execute(changes).scalar_one() - before) >= 2


def analyse(conn: Connection) -> None:
    """Lets the database look at how its tables are filled, where that changed much."""
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql(f"PRAGMA analysis_limit = {_ANALYSED_ROWS}")
        conn.exec_driver_sql("PRAGMA optimize")
