"""What goes after its time, in portions: raw pages over an age or a size, answers to robots.txt
long out of date, files of sitemaps that nobody names any more.

Looking for it is one reading transaction; taking it away is many short ones, whose size is the
caller's. Whatever is looked for here may have gone meanwhile: taking it away is safe to repeat. A
raw page that goes leaves its article whole; its revision says then that no raw answer is kept.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, tuple_

from pipelines.store import pages
from pipelines.store.schema import document, origin, page, source

#: An answer to robots.txt holds a day. One that ran out so long ago is of a host that is not asked
#: any more; if it is, it gives a new one.
ROBOTS_KEPT_AFTER = timedelta(days=30)
#: A sitemap's file that its source did not read for so long is named no more, or stands behind
#: more files than are read in a poll. A file that answers "not modified" is read whole each week.
DOCUMENTS_KEPT_AFTER = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Outdated:
    """Raw pages that are to go, of one file. `is_whole`: no other record of the file stays."""

    warc_file: str
    ids: tuple[int, ...]
    bytes: int
    is_whole: bool


def outdated_pages(
    conn: Connection,
    files: Collection[str],
    *,
    before: datetime | None = None,
    most_bytes: int | None = None,
) -> list[Outdated]:
    """The raw pages in these files that were fetched before a time, and of the rest the oldest that
    are too many to be kept in so many bytes."""
    newest_first = select(page.c.id, page.c.warc_file, page.c.warc_length, page.c.fetched_at)
    rows = conn.execute(
        newest_first.order_by(page.c.fetched_at.desc(), page.c.id.desc()).execution_options(
            yield_per=1000
        )
    )
    going: dict[str, list[tuple[int, int]]] = {}
    staying: set[str] = set()
    total = 0
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


def outdated_documents(conn: Connection) -> list[tuple[int, str]]:
    """Files of sources that were read long before their source was read last: id and address.

    A source that is not polled keeps all it has: its next "not modified" would hide them.
    """
    wanted = select(document.c.source_id, document.c.url, document.c.polled_at, source.c.polled_at)
    rows = conn.execute(
        wanted.add_columns(document.c.unchanged_since)
        .join(source, source.c.id == document.c.source_id)
        .where(document.c.url != source.c.url, document.c.polled_at < source.c.polled_at)
    )
    return [
        (id, url)
        for id, url, polled_at, source_polled_at, unchanged_since in rows
        if max(polled_at, unchanged_since or polled_at) < source_polled_at - DOCUMENTS_KEPT_AFTER
    ]


def drop_documents(conn: Connection, keys: Sequence[tuple[int, str]], *, before: datetime) -> int:
    """Takes those files' rows away, but for one read after `before`; how many they were."""
    old: ColumnElement[bool] = tuple_(document.c.source_id, document.c.url).in_(keys)
    unread = or_(document.c.unchanged_since.is_(None), document.c.unchanged_since < before)
    return conn.execute(delete(document).where(old, document.c.polled_at < before, unread)).rowcount


def raw_bytes(conn: Connection) -> int:
    """Bytes of all raw pages that rows name."""
    return int(conn.execute(select(func.coalesce(func.sum(page.c.warc_length), 0))).scalar_one())
