"""The frontier: every address ever found, and what became of it.

A link is queued, fetched by one crawl at a time, and ends done or failed; its row outlives kill -9
at any moment. Each crawl has a worklist: one row for each link that it found to be read, which is
closed with exactly one outcome (`worklists`). Links enter through `offers`, people read of them in
`ledger`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    update,
)

from pipelines.errors import UnknownThing
from pipelines.items import Link
from pipelines.outcomes import Outcome
from pipelines.store import hosts
from pipelines.store.columns import Id
from pipelines.store.database import chunks, insert_into
from pipelines.store.schema import article, crawl, crawl_link, host, link


class LinkState(StrEnum):
    """Where a link stands."""

    QUEUED = "queued"
    FETCHING = "fetching"
    DONE = "done"
    FAILED = "failed"


#: A page was read there; every other outcome without another try leaves the link failed.
READ = frozenset(
    {
        Outcome.STORED,
        Outcome.REVISED,
        Outcome.UNCHANGED,
        Outcome.COPY,
        Outcome.CANDIDATE,
        Outcome.OFF_TOPIC,
        Outcome.OUT_OF_WINDOW,
        Outcome.ALREADY_KNOWN,
    }
)
#: The address was not really tried: it keeps its place though no time for another try is given.
KEEPS_ITS_PLACE = frozenset({Outcome.DEFERRED, Outcome.BUDGET, Outcome.CANCELLED})
#: The least priority of what a person waits for; an address typed by hand goes before it still.
FIRST_IN_LINE, TYPED = 50, 100
#: Of a link that its crawl may have broken off by: others at its host go before it.
LAST_IN_LINE = -1


@dataclass(frozen=True, slots=True)
class QueuedLink:
    """A link to be fetched now, by the crawl that took it and no other.

    `article_id`, `etag` and `last_modified` are set where it is a re-reading of a stored article;
    `for_incident_id` where a person asked for it to be taken into that incident.
    """

    id: int
    link: Link
    key: str
    host: str
    source_id: int | None
    priority: int
    tries: int
    found_at: datetime
    for_incident_id: int | None
    article_id: int | None
    etag: str | None
    last_modified: str | None


def take_up(
    conn: Connection, crawl_id: int, *, now: datetime, source_ids: Collection[int] | None = None
) -> int:
    """Puts all queued links that are due, or those of some sources, on a crawl's worklist.

    How many were added. What an earlier crawl left behind is found again this way; what another
    crawl that is running still has on its list is left to that one.
    """
    due = select(
        literal(crawl_id), link.c.id, link.c.host, literal(now, link.c.found_at.type)
    ).where(link.c.state == LinkState.QUEUED, is_due(now), ~open_elsewhere(crawl_id).exists())
    if source_ids is not None:
        due = due.where(link.c.source_id.in_(source_ids))
    return put_on_worklist(conn, due)


def raise_priority(conn: Connection, link_ids: Select[tuple[int]]) -> None:
    """Puts links first in line, whichever crawl has them on its list."""
    conn.execute(
        update(link)
        .where(link.c.id.in_(link_ids), link.c.priority < FIRST_IN_LINE)
        .values(priority=FIRST_IN_LINE)
    )


_theirs = crawl_link.alias("theirs")
_other = crawl.alias("other")
_LISTED = [crawl_link.c.crawl_id, crawl_link.c.link_id]


def open_elsewhere(crawl_id: int) -> Select[tuple[int]]:
    """The rows of a link that are open on the lists of other crawls that go on with them."""
    return (
        select(_theirs.c.crawl_id)
        .join(_other, _other.c.id == _theirs.c.crawl_id)
        .where(
            _theirs.c.link_id == link.c.id,
            _theirs.c.outcome.is_(None),
            _theirs.c.crawl_id != crawl_id,
            _other.c.ended_at.is_(None),
            _other.c.sealed_at.is_(None),
            _other.c.cancel_requested_at.is_(None),
        )
        .correlate(link)
    )


def reread(conn: Connection, crawl_id: int, article_ids: Iterable[int], *, now: datetime) -> int:
    """Queues the links of stored articles again and puts them on a crawl's worklist.

    How many were added. An article without a link (ingested) is skipped; of several links of one
    article the oldest is read. One that another crawl is fetching or has on its list is left to it.
    """
    added = 0
    for some in chunks(sorted(set(article_ids))):
        oldest = (
            select(func.min(link.c.id))
            .where(link.c.article_id.in_(some))
            .group_by(link.c.article_id)
        )
        ids = list(conn.execute(oldest).scalars())
        conn.execute(
            update(link)
            .where(link.c.id.in_(ids), link.c.state.in_([LinkState.DONE, LinkState.FAILED]))
            .values(state=LinkState.QUEUED, tries=0, next_try_at=None, for_incident_id=None)
        )
        queued = select(
            literal(crawl_id), link.c.id, link.c.host, literal(now, link.c.found_at.type)
        ).where(
            link.c.id.in_(ids),
            link.c.state == LinkState.QUEUED,
            ~open_elsewhere(crawl_id).exists(),
        )
        added += put_on_worklist(conn, queued)
    return added


def take(
    conn: Connection,
    crawl_id: int,
    *,
    busy_hosts: Collection[str],
    now: datetime,
    wall_now: datetime,
    lease_seconds: float,
    limit: int,
) -> list[QueuedLink]:
    """The best links that may be fetched now, at most one for each host; their hosts are leased.

    Best: highest priority, then newest published, then first found. Hosts in `busy_hosts`, hosts
    that another crawl holds and hosts that asked to be left alone are passed over. Fewer than
    `limit` may come although more are ready, where another crawl takes at the same moment.
    """
    best = _best_by_host(crawl_id, busy_hosts, now, wall_now).subquery()
    rows = conn.execute(
        select(link.c.id, link.c.host)
        .where(link.c.id.in_(select(best.c.id)))
        .order_by(*_BEST_FIRST)
        .limit(limit)
    ).all()
    held = hosts.lease_all(
        conn, [row.host for row in rows], crawl_id, wall_now=wall_now, seconds=lease_seconds
    )
    ids = [row.id for row in rows if row.host in held]
    conn.execute(
        update(link)
        .where(link.c.id.in_(ids), link.c.state == LinkState.QUEUED)
        .values(state=LinkState.FETCHING, crawl_id=crawl_id, tries=link.c.tries + 1)
    )
    taken = (
        select(link, article.c.etag, article.c.last_modified)
        .select_from(link.outerjoin(article, article.c.id == link.c.article_id))
        .where(link.c.id.in_(ids), link.c.state == LinkState.FETCHING, link.c.crawl_id == crawl_id)
        .order_by(*_BEST_FIRST)
    )
    return [_queued(row) for row in conn.execute(taken)]


def settle(
    conn: Connection,
    crawl_id: int,
    link_id: int,
    outcome: Outcome,
    reason: str | None,
    *,
    now: datetime,
    article_id: int | None = None,
    next_try_at: datetime | None = None,
) -> bool:
    """Closes a link's row on a crawl's worklist with its outcome.

    With `next_try_at`, or an outcome that `KEEPS_ITS_PLACE`, the link is queued again; else it is
    done or failed, and rows that other crawls have open for it are closed too: nobody reads it
    twice. A link that another crawl took over meanwhile (this one was thought dead) is left to it.
    False, and nothing changed, if the row was closed before. Raises UnknownThing if there is none.
    """
    mine = {"of_link": link_id, "of_crawl": crawl_id}
    closing = {"outcome": outcome, "reason": reason, "at": now}
    if conn.execute(_CLOSE, mine | closing).rowcount == 0:
        _check_listed(conn, crawl_id, link_id)
        return False
    again = next_try_at is not None or outcome in KEEPS_ITS_PLACE
    ended = LinkState.DONE if outcome in READ else LinkState.FAILED
    settled = {
        "of_article": article_id,
        "state": LinkState.QUEUED if again else ended,
        "outcome": outcome,
        "reason": reason,
        "next_try_at": next_try_at if again else None,
        "changed_at": now,
    }
    moved = conn.execute(_SETTLE, mine | settled).rowcount
    if moved and not again:
        told = {"reason": f"crawl {crawl_id} settled it meanwhile", "at": now}
        known = {"outcome": Outcome.ALREADY_KNOWN, **told}
        conn.execute(_CLOSE_ALL, {"of_link": link_id, **known})
    return True


# Made once: SQLAlchemy takes longer to build such a statement than SQLite to run it.
_CLOSE_ALL = update(crawl_link).where(
    crawl_link.c.link_id == bindparam("of_link"), crawl_link.c.outcome.is_(None)
)
_CLOSE = _CLOSE_ALL.where(crawl_link.c.crawl_id == bindparam("of_crawl"))
_SETTLE = (
    update(link)
    .where(
        link.c.id == bindparam("of_link"),
        or_(link.c.crawl_id == bindparam("of_crawl"), link.c.state != LinkState.FETCHING),
    )
    .values(
        crawl_id=None,
        article_id=func.coalesce(bindparam("of_article", type_=Id), link.c.article_id),
    )
)


def _check_listed(conn: Connection, crawl_id: int, link_id: int) -> None:
    listed = select(crawl_link.c.link_id).where(
        crawl_link.c.crawl_id == crawl_id, crawl_link.c.link_id == link_id
    )
    if conn.execute(listed).one_or_none() is None:
        remedy = f"It is not on the worklist of crawl {crawl_id}."
        raise UnknownThing("link", link_id, remedy=remedy)


def put_back(conn: Connection, crawl_id: int, link_id: int) -> None:
    """Queues a link again within the crawl that took it: its host asked to be asked later. Its
    row on the worklist stays open."""
    mine = and_(link.c.id == link_id, link.c.crawl_id == crawl_id)
    conn.execute(
        update(link)
        .where(mine, link.c.state == LinkState.FETCHING)
        .values(state=LinkState.QUEUED, crawl_id=None)
    )


def take_back_try(conn: Connection, link_id: int) -> None:
    """A link that was taken but not really asked for has used up no try."""
    conn.execute(
        update(link).where(link.c.id == link_id, link.c.tries > 0).values(tries=link.c.tries - 1)
    )


def source_of(conn: Connection, link_id: int) -> int | None:
    """The source that named a link; None for one typed by hand, or whose source is gone."""
    id: int | None = conn.execute(select(link.c.source_id).where(link.c.id == link_id)).scalar()
    return id


def article_of(conn: Connection, link_id: int) -> int | None:
    """The stored article that a link leads to; None where none was read there yet."""
    id: int | None = conn.execute(select(link.c.article_id).where(link.c.id == link_id)).scalar()
    return id


def release(conn: Connection, crawl_ids: Collection[int]) -> int:
    """Queues again what dead crawls were fetching and frees their hosts; how many links.

    Close their worklists and end them (`crawls.finish`) in the same transaction.
    """
    hosts.release(conn, crawl_ids)
    return conn.execute(
        update(link)
        .where(link.c.state == LinkState.FETCHING, link.c.crawl_id.in_(crawl_ids))
        .values(state=LinkState.QUEUED, crawl_id=None)
    ).rowcount


_BEST_FIRST = (link.c.priority.desc(), link.c.published_at.desc().nulls_last(), link.c.id)


def is_due(now: datetime) -> ColumnElement[bool]:
    return or_(link.c.next_try_at.is_(None), link.c.next_try_at <= now)


def open_hosts(crawl_id: int) -> Select[tuple[str]]:
    """The hosts of a worklist's open rows, one index look-up each however many links they have.

    Neither database has this "loose index scan" of its own; a recursive query makes one
    (wiki.postgresql.org/wiki/Loose_indexscan).
    """
    is_open = and_(crawl_link.c.crawl_id == crawl_id, crawl_link.c.outcome.is_(None))
    first = select(func.min(crawl_link.c.host).label("host")).where(is_open)
    found = first.cte("open_host", recursive=True)
    after = select(func.min(crawl_link.c.host)).where(is_open, crawl_link.c.host > found.c.host)
    every = found.union_all(select(after.scalar_subquery()).where(found.c.host.is_not(None)))
    return select(every.c.host).where(every.c.host.is_not(None))


def _best_by_host(
    crawl_id: int, busy_hosts: Collection[str], now: datetime, wall_now: datetime
) -> Select[tuple[int]]:
    """The id of the best link of each host that may be asked."""
    names = open_hosts(crawl_id).subquery("names")
    theirs = link.alias("theirs")
    listed = crawl_link.alias("listed")
    best = (
        select(theirs.c.id)
        .select_from(theirs.join(listed, listed.c.link_id == theirs.c.id))
        .where(
            theirs.c.host == names.c.host,
            theirs.c.state == LinkState.QUEUED,
            or_(theirs.c.next_try_at.is_(None), theirs.c.next_try_at <= now),
            listed.c.crawl_id == crawl_id,
            listed.c.host == names.c.host,
            listed.c.outcome.is_(None),
        )
        .order_by(theirs.c.priority.desc(), theirs.c.published_at.desc().nulls_last(), theirs.c.id)
        .limit(1)
        .correlate(names)
        .scalar_subquery()
    )
    return (
        select(best.label("id"))
        .select_from(names.outerjoin(host, host.c.host == names.c.host))
        .where(
            names.c.host.not_in(busy_hosts),
            hosts.may_ask(crawl_id, wall_now),
        )
    )


def put_on_worklist(
    conn: Connection, rows: Select[tuple[int, int, str, datetime]], *, again: bool = False
) -> int:
    """Puts crawl, link, host and time on worklists; rows that stand there already are left, but
    with `again` those that were DEFERRED are opened once more."""
    insert = insert_into(conn, crawl_link).from_select(["crawl_id", "link_id", "host", "at"], rows)
    if again:
        opened = {"outcome": None, "reason": None, "at": insert.excluded.at}
        was_deferred = crawl_link.c.outcome == Outcome.DEFERRED
        insert = insert.on_conflict_do_update(
            index_elements=_LISTED, set_=opened, where=was_deferred
        )
    else:
        insert = insert.on_conflict_do_nothing(index_elements=_LISTED)
    return conn.execute(insert, execution_options={"preserve_rowcount": True}).rowcount


def _queued(row: Row[Any]) -> QueuedLink:
    said = Link(row.url, row.title, row.published_at, row.snippet, row.language, row.found_in)
    return QueuedLink(
        id=row.id,
        link=said,
        key=row.key,
        host=row.host,
        source_id=row.source_id,
        priority=row.priority,
        tries=row.tries,
        found_at=row.found_at,
        for_incident_id=row.for_incident_id,
        article_id=row.article_id,
        etag=row.etag,
        last_modified=row.last_modified,
    )
