"""A crawl's list of sources: which it is to poll, for which due time, and how each of them ended.

A row is open until its source was polled, was given to another crawl, or the crawl ended without
it. What the schedule put on a list becomes due again where the crawl could not poll it, so that no
due run is lost. A source is polled for the crawl whose row is open; rows of a crawl that has ended
are never open (`crawls.finish` sees to that).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from pipelines.incident import Source
from pipelines.store import sources
from pipelines.store.database import insert_into
from pipelines.store.schema import crawl, crawl_source, source


class Ending(StrEnum):
    """How a source on a crawl's list ended."""

    POLLED = "polled"
    FAILED = "failed"
    LEFT = "left"
    HANDED = "handed"


@dataclass(frozen=True, slots=True)
class Given:
    """A source that another crawl handed over at `at` and that is still to be polled. `trigger` is
    why that crawl was asked for."""

    source: Source
    by: int
    trigger: str
    at: datetime


def put(
    conn: Connection,
    crawl_id: int,
    source_ids: Iterable[int],
    *,
    now: datetime,
    due: Mapping[int, datetime | None] = MappingProxyType({}),
    given_by: int | None = None,
) -> int:
    """Puts sources on a crawl's list; how many. One that it has polled already is to be polled once
    more, of one that is open it is noted besides who handed it over. The due time that a row serves
    stays: that of the poll which is added stands in the row of the crawl that handed it over."""
    rows = [
        {
            "crawl_id": crawl_id,
            "source_id": id,
            "due_at": due.get(id),
            "given_by": given_by,
            "at": now,
        }
        for id in sorted(set(source_ids))
    ]
    if not rows:
        return 0
    insert = insert_into(conn, crawl_source)
    said = insert.excluded
    again = {
        "ending": None,
        "reason": None,
        "links": None,
        "due_at": func.coalesce(crawl_source.c.due_at, said.due_at),
        "given_by": func.coalesce(said.given_by, crawl_source.c.given_by),
        "at": said.at,
    }
    conn.execute(insert.on_conflict_do_update(index_elements=_KEY, set_=again), rows)
    return len(rows)


_KEY = [crawl_source.c.crawl_id, crawl_source.c.source_id]


def open_of(conn: Connection, crawl_id: int) -> list[Source]:
    """The sources that a crawl is still to poll, by id."""
    ids = select(crawl_source.c.source_id).where(_is_open(crawl_id))
    return sources.listed(conn, conn.execute(ids).scalars())


def served(conn: Connection, crawl_id: int) -> Mapping[int, datetime]:
    """The due times that open sources on a crawl's list are polled for, by source id; sources that
    the schedule did not put there have none."""
    rows = select(crawl_source.c.source_id, crawl_source.c.due_at).where(
        _is_open(crawl_id), crawl_source.c.due_at.is_not(None)
    )
    return dict(conn.execute(rows).all())


def given(conn: Connection, crawl_id: int) -> list[Given]:
    """Those of the open ones that other crawls handed over, in the order of that."""
    rows = conn.execute(
        select(crawl_source.c.source_id, crawl.c.id, crawl.c.trigger, crawl_source.c.at)
        .join_from(crawl_source, crawl, crawl.c.id == crawl_source.c.given_by)
        .where(_is_open(crawl_id))
        .order_by(crawl_source.c.at, crawl_source.c.source_id)
    ).all()
    found = {each.id: each for each in sources.listed(conn, [row.source_id for row in rows])}
    return [Given(found[row.source_id], row.id, row.trigger, row.at) for row in rows]


def hand_over(
    conn: Connection,
    crawl_id: int,
    source_ids: Collection[int],
    receiver: int,
    reason: str,
    *,
    now: datetime,
) -> int:
    """Puts open sources of a crawl on another's list, with what they were due for; how many.

    See in the same transaction, and last, that the other still takes things (`crawls.hold_open`).
    """
    mine = and_(_is_open(crawl_id), crawl_source.c.source_id.in_(source_ids))
    rows = conn.execute(select(crawl_source.c.source_id, crawl_source.c.due_at).where(mine))
    due = dict(rows.all())
    put(conn, receiver, due, now=now, due=due, given_by=crawl_id)
    closing = {"ending": Ending.HANDED, "reason": reason, "at": now}
    return conn.execute(update(crawl_source).where(mine).values(**closing)).rowcount


def close(
    conn: Connection,
    crawl_id: int,
    source_id: int,
    ending: Ending,
    reason: str | None,
    *,
    now: datetime,
    links: int | None,
) -> bool:
    """Closes a source's row with its ending; False where there is none that is open."""
    mine = and_(_is_open(crawl_id), crawl_source.c.source_id == source_id)
    values = {"ending": ending, "reason": reason, "links": links, "at": now}
    return conn.execute(update(crawl_source).where(mine).values(**values)).rowcount == 1


def leave(conn: Connection, crawl_id: int, reason: str, *, now: datetime, again: bool) -> int:
    """Closes all open rows as LEFT; how many they were.

    With `again` the sources that the schedule wanted are due at once; those that another crawl
    handed over always are, since nobody else will poll them for that one.
    """
    wanted: ColumnElement[bool] = crawl_source.c.given_by.is_not(None)
    if again:
        wanted = or_(wanted, crawl_source.c.due_at.is_not(None))
    ids = select(crawl_source.c.source_id).where(_is_open(crawl_id), wanted)
    conn.execute(
        update(source).where(source.c.id.in_(ids), source.c.due_at > now).values(due_at=now)
    )
    closing = {"ending": Ending.LEFT, "reason": reason, "at": now}
    return conn.execute(update(crawl_source).where(_is_open(crawl_id)).values(**closing)).rowcount


def busy(conn: Connection) -> Mapping[int, int]:
    """Which crawl that has not ended is to poll a source: crawl ids by source id."""
    rows = conn.execute(
        select(crawl_source.c.source_id, func.max(crawl_source.c.crawl_id))
        .join_from(crawl_source, crawl, crawl.c.id == crawl_source.c.crawl_id)
        .where(crawl_source.c.ending.is_(None), crawl.c.ended_at.is_(None))
        .group_by(crawl_source.c.source_id)
    )
    return dict(rows.all())


def counts(conn: Connection, crawl_id: int) -> Mapping[str, int]:
    """How many sources of a crawl ended how; "open" are those to be polled yet."""
    rows = conn.execute(
        select(func.coalesce(crawl_source.c.ending, "open"), func.count())
        .where(crawl_source.c.crawl_id == crawl_id)
        .group_by(crawl_source.c.ending)
    )
    return dict(rows.all())


def _is_open(crawl_id: int) -> ColumnElement[bool]:
    return and_(crawl_source.c.crawl_id == crawl_id, crawl_source.c.ending.is_(None))
