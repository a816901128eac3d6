"""A crawl's worklist as a whole: what is open, what holds it up, and its end."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, literal, select, update

from pipelines.outcomes import Outcome
from pipelines.store import crawls, hosts
from pipelines.store.frontier import (
    KEEPS_ITS_PLACE,
    LinkState,
    is_due,
    open_hosts,
    put_on_worklist,
)
from pipelines.store.schema import crawl_link, host, link

_WORK = crawl_link.join(link, link.c.id == crawl_link.c.link_id)


@dataclass(frozen=True, slots=True)
class Held:
    """A host on a worklist that another crawl holds, until when (REAL)."""

    host: str
    crawl_id: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is open on a worklist, and why it can't be taken just now.

    Attributes:
        open: links without an outcome.
        fetching: of these, taken already (by any crawl).
        ready: could be taken now.
        next_try_at: when the first of those set back is due again; None where none is.
        host_free_at: REAL; when the first host that is held or asked to be left alone is free.
    """

    open: int
    fetching: int
    ready: int
    next_try_at: datetime | None
    host_free_at: datetime | None


def held_hosts(conn: Connection, crawl_id: int, *, wall_now: datetime) -> list[Held]:
    """Hosts on the worklist that another crawl holds."""
    rows = conn.execute(
        select(host.c.host, host.c.leased_by, host.c.lease_until)
        .where(
            host.c.leased_by != crawl_id,
            host.c.lease_until > wall_now,
            host.c.host.in_(open_hosts(crawl_id)),
        )
        .order_by(host.c.host)
    )
    return [Held(*row) for row in rows]


def waiting(conn: Connection, crawl_id: int, *, now: datetime, wall_now: datetime) -> Waiting:
    """What a crawl's worklist still holds, and when something can be taken from it."""
    queued = link.c.state == LinkState.QUEUED
    due = and_(queued, is_due(now))
    free = hosts.may_ask(crawl_id, wall_now)
    row = conn.execute(
        select(
            func.count(),
            func.count().filter(link.c.state == LinkState.FETCHING),
            func.count().filter(and_(due, free)),
            func.min(link.c.next_try_at).filter(and_(queued, ~is_due(now))),
        )
        .select_from(_WORK.outerjoin(host, host.c.host == link.c.host))
        .where(crawl_link.c.crawl_id == crawl_id, crawl_link.c.outcome.is_(None))
    ).one()
    blocked = conn.execute(
        select(host.c.leased_by, host.c.lease_until, host.c.not_before)
        .distinct()
        .select_from(_WORK.join(host, host.c.host == link.c.host))
        .where(
            crawl_link.c.crawl_id == crawl_id,
            crawl_link.c.outcome.is_(None),
            due,
            ~hosts.may_ask(crawl_id, wall_now),
        )
    )
    free_at = (_free_at(*other, crawl_id) for other in blocked)
    host_free_at = min((at for at in free_at if at is not None), default=None)
    return Waiting(row[0], row[1], row[2], row[3], host_free_at)


def _free_at(
    leased_by: int | None,
    lease_until: datetime | None,
    not_before: datetime | None,
    crawl_id: int,
) -> datetime | None:
    """When a host that may not be asked now is free for the crawl."""
    lease_ends = lease_until if leased_by not in (None, crawl_id) else None
    return max((at for at in (lease_ends, not_before) if at is not None), default=None)


def defer_hosts(
    conn: Connection, crawl_id: int, names: Collection[str], reason: str, *, now: datetime
) -> int:
    """Closes the open rows of some hosts as DEFERRED; the links stay queued. How many they were.

    For hosts that another crawl holds, or that asked to be left alone for longer than it waits.
    """
    there = and_(
        crawl_link.c.crawl_id == crawl_id,
        crawl_link.c.outcome.is_(None),
        crawl_link.c.host.in_(names),
        crawl_link.c.link_id.in_(select(link.c.id).where(link.c.state == LinkState.QUEUED)),
    )
    ids = select(crawl_link.c.link_id).where(there)
    conn.execute(
        update(link)
        .where(link.c.id.in_(ids))
        .values(outcome=Outcome.DEFERRED, reason=reason, changed_at=now)
    )
    return conn.execute(
        update(crawl_link).where(there).values(outcome=Outcome.DEFERRED, reason=reason, at=now)
    ).rowcount


def hand_over(conn: Connection, crawl_id: int, *, now: datetime, wall_now: datetime) -> int:
    """Puts links at hosts that another crawl holds on that crawl's worklist; how many they were.

    Here they end DEFERRED with a reason that names the other crawl. Should that one be ending just
    now, they stay queued for the next.
    """
    given = 0
    for held in held_hosts(conn, crawl_id, wall_now=wall_now):
        if crawls.get(conn, held.crawl_id).request.get("probe"):
            continue  # it only looks at addresses, and is soon done
        mine = (
            select(
                literal(held.crawl_id), link.c.id, link.c.host, literal(now, crawl_link.c.at.type)
            )
            .select_from(_WORK)
            .where(
                crawl_link.c.crawl_id == crawl_id,
                crawl_link.c.outcome.is_(None),
                link.c.host == held.host,
                link.c.state == LinkState.QUEUED,
            )
        )
        put_on_worklist(conn, mine)
        reason = f"handed to crawl {held.crawl_id}, which is asking {held.host} just now"
        given += defer_hosts(conn, crawl_id, [held.host], reason, now=now)
    return given


def close(
    conn: Connection,
    crawl_id: int,
    reason: str,
    *,
    now: datetime,
    outcome: Outcome = Outcome.DEFERRED,
) -> int:
    """Closes every open row with `outcome` (one that `KEEPS_ITS_PLACE`); how many they were.

    Links that the crawl was fetching are queued again and end CANCELLED.
    """
    if outcome not in KEEPS_ITS_PLACE:
        raise ValueError(f"{outcome} would close links that are still queued")
    open_rows = and_(crawl_link.c.crawl_id == crawl_id, crawl_link.c.outcome.is_(None))
    ids = select(crawl_link.c.link_id).where(open_rows)
    mine = and_(link.c.crawl_id == crawl_id, link.c.state == LinkState.FETCHING)
    cut_off = update(crawl_link).where(
        open_rows, crawl_link.c.link_id.in_(select(link.c.id).where(mine))
    )
    in_flight = conn.execute(
        cut_off.values(outcome=Outcome.CANCELLED, reason="cut off in flight", at=now)
    ).rowcount
    conn.execute(
        update(link)
        .where(mine)
        .values(
            state=LinkState.QUEUED,
            crawl_id=None,
            outcome=Outcome.CANCELLED,
            reason="cut off in flight",
            changed_at=now,
        )
    )
    conn.execute(
        update(link)
        .where(link.c.id.in_(ids), link.c.state == LinkState.QUEUED)
        .values(outcome=outcome, reason=reason, changed_at=now)
    )
    closed = conn.execute(
        update(crawl_link).where(open_rows).values(outcome=outcome, reason=reason, at=now)
    ).rowcount
    return in_flight + closed
