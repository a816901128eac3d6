"""One host, one crawl: leases, and what is known of a host's manners.

A lease is a crawl's right to ask a host. It runs on REAL time and has to be renewed; one that ran
out is free for the next. Every lease of links goes through `frontier.take`, which uses this room in
the same transaction.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from pipelines.polling import RETRY_AFTER_MOST
from pipelines.store.database import insert_into
from pipelines.store.schema import host, origin

#: RFC 9309, 2.5: a crawler reads at least 500 KiB of a robots.txt.
ROBOTS_MAX_BYTES = 500 * 1024


@dataclass(frozen=True, slots=True)
class Robots:
    """A stored answer to robots.txt. `status` None: no answer came; `body` None: none to read."""

    status: int | None
    body: bytes | None
    fetched_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Manners:
    """What a host asks for. `crawl_delay` in seconds; times are REAL; None: nothing known."""

    host: str
    crawl_delay: float | None = None
    not_before: datetime | None = None
    leased_by: int | None = None
    lease_until: datetime | None = None
    last_request_at: datetime | None = None


def lease(
    conn: Connection, name: str, crawl_id: int, *, wall_now: datetime, seconds: float
) -> bool:
    """True if the crawl may ask the host now, and for so many seconds more.

    Retry-After counts: a host that asked to be left alone until later is not leased. A crawl that
    holds the lease already keeps it.
    """
    return name in lease_all(conn, [name], crawl_id, wall_now=wall_now, seconds=seconds)


def lease_all(
    conn: Connection, names: Iterable[str], crawl_id: int, *, wall_now: datetime, seconds: float
) -> frozenset[str]:
    """Those of the hosts that the crawl holds now. On PostgreSQL, hosts that another transaction
    is leasing at this moment are left to it."""
    wanted = sorted(set(names))  # in one order, so that two takers never wait for each other
    if not wanted:
        return frozenset()
    conn.execute(
        insert_into(conn, host).on_conflict_do_nothing(index_elements=[host.c.host]),
        [{"host": name} for name in wanted],
    )
    free = conn.execute(
        select(host.c.host)
        .where(host.c.host.in_(wanted), may_ask(crawl_id, wall_now))
        .with_for_update(skip_locked=True)
    ).scalars()
    held = frozenset(free)
    conn.execute(
        update(host)
        .where(host.c.host.in_(held))
        .values(leased_by=crawl_id, lease_until=wall_now + timedelta(seconds=seconds))
    )
    return held


def may_ask(crawl_id: int, wall_now: datetime) -> ColumnElement[bool]:
    """The condition on a row of `host`: free, run out or the crawl's own, and not silenced."""
    return and_(
        or_(
            host.c.leased_by.is_(None),
            host.c.leased_by == crawl_id,
            host.c.lease_until <= wall_now,
        ),
        or_(
            host.c.not_before.is_(None),
            host.c.not_before <= wall_now,
            host.c.not_before > wall_now + RETRY_AFTER_MOST,  # as `silent_until`
        ),
    )


def silent_until(not_before: datetime | None, wall_now: datetime) -> datetime | None:
    """Until when (REAL) a host is to be left alone; None where it may be asked now.

    A time that no Retry-After can give was written before the clock was set back: it says nothing.
    """
    if not_before is None or not wall_now < not_before <= wall_now + RETRY_AFTER_MOST:
        return None
    return not_before


def renew(conn: Connection, crawl_id: int, *, wall_now: datetime, seconds: float) -> int:
    """Prolongs all leases of a crawl; how many they are."""
    until = wall_now + timedelta(seconds=seconds)
    mine = update(host).where(host.c.leased_by == crawl_id)
    return conn.execute(mine.values(lease_until=until)).rowcount


def release(
    conn: Connection, crawl_ids: Collection[int], *, names: Collection[str] | None = None
) -> int:
    """Gives back the leases of crawls, of all hosts or of those named; how many they were."""
    held = update(host).where(host.c.leased_by.in_(crawl_ids))
    if names is not None:
        held = held.where(host.c.host.in_(names))
    return conn.execute(held.values(leased_by=None, lease_until=None)).rowcount


def mark_requested(conn: Connection, at: Mapping[str, datetime]) -> None:
    """When hosts were asked last (REAL), so that the next crawl keeps the gap too."""
    for name in sorted(at):
        _set(conn, name, last_request_at=at[name])


def set_not_before(conn: Connection, name: str, not_before: datetime | None) -> None:
    """From Retry-After (REAL): no crawl takes a link of this host before."""
    _set(conn, name, not_before=not_before)


def set_crawl_delay(conn: Connection, name: str, seconds: float | None) -> None:
    """From robots.txt; None where it names none."""
    _set(conn, name, crawl_delay=seconds)


def manners(conn: Connection, name: str) -> Manners:
    """What is known of a host; all None for one never met."""
    row = conn.execute(select(host).where(host.c.host == name)).one_or_none()
    return Manners(name) if row is None else Manners(**row._mapping)


def get_robots(conn: Connection, name: str) -> Robots | None:
    """The stored robots.txt of an origin ("https://example.org"), however old."""
    row = conn.execute(select(origin).where(origin.c.origin == name)).one_or_none()
    if row is None:
        return None
    return Robots(row.robots_status, row.robots_body, row.robots_fetched_at, row.robots_until)


def put_robots(conn: Connection, name: str, robots: Robots) -> None:
    """Keeps an answer to robots.txt, cut at `ROBOTS_MAX_BYTES`."""
    body = None if robots.body is None else robots.body[:ROBOTS_MAX_BYTES]
    values = {
        "robots_status": robots.status,
        "robots_body": body,
        "robots_fetched_at": robots.fetched_at,
        "robots_until": robots.until,
    }
    conn.execute(
        insert_into(conn, origin)
        .values(origin=name, **values)
        .on_conflict_do_update(index_elements=[origin.c.origin], set_=values)
    )


def _set(conn: Connection, name: str, **values: object) -> None:
    conn.execute(
        insert_into(conn, host)
        .values(host=name, **values)
        .on_conflict_do_update(index_elements=[host.c.host], set_=values)
    )
