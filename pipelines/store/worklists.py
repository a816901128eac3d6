"""A crawl's worklist as a whole: what is open, what holds it up, and its end."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, case, func, literal, select, update

from pipelines.outcomes import Outcome
from pipelines.polling import MOST_FORGIVEN, MOST_TRIES, next_try
from pipelines.store import crawls, hosts, readings
from pipelines.store.database import chunks, insert_into
from pipelines.store.frontier import (
    KEEPS_ITS_PLACE,
    LAST_IN_LINE,
    LinkState,
    is_due,
    open_elsewhere,
    open_hosts,
    put_on_worklist,
    raise_priority,
    settle,
)
from pipelines.store.schema import crawl, crawl_link, host, link

_WORK = crawl_link.join(link, link.c.id == crawl_link.c.link_id)

#: Why a link is queued again that a crawl was reading when it crashed or was found to hang.
BROKEN_OFF = "its crawl broke off while it was read"


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


def held_hosts(
    conn: Connection, crawl_id: int, *, wall_now: datetime, names: Collection[str] = ()
) -> list[Held]:
    """Those of the hosts on the worklist, and of those named, that another crawl holds which may be
    handed something: one that runs on, and is no probe."""
    is_held = and_(host.c.leased_by != crawl_id, host.c.lease_until > wall_now)
    held = select(host.c.host, host.c.leased_by, host.c.lease_until, crawl.c.request).join_from(
        host, crawl, crawl.c.id == host.c.leased_by
    )
    wanted = [host.c.host.in_(open_hosts(crawl_id))]
    wanted += [host.c.host.in_(some) for some in chunks(sorted(set(names)))]
    found = {
        row.host: Held(row.host, row.leased_by, row.lease_until)
        for some in wanted
        for row in conn.execute(held.where(is_held, crawls.takes_more(), some))
        if not row.request.get("probe")
    }
    return [found[name] for name in sorted(found)]


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
    free_at = (
        _free_at(
            row.leased_by, row.lease_until, hosts.silent_until(row.not_before, wall_now), crawl_id
        )
        for row in blocked
    )
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


def hand_over(
    conn: Connection, crawl_id: int, held: Held, reason: str, *, now: datetime, first: bool
) -> int:
    """Puts links at a host that another crawl holds on that crawl's worklist; how many they were.

    Here they end DEFERRED with the reason. With `first` they go first in line there. See in the
    same transaction, and last, that the other still takes things (`crawls.hold_open`).
    """
    theirs = and_(
        crawl_link.c.crawl_id == crawl_id,
        crawl_link.c.outcome.is_(None),
        link.c.host == held.host,
        link.c.state == LinkState.QUEUED,
    )
    if first:
        raise_priority(conn, select(link.c.id).select_from(_WORK).where(theirs))
    at = literal(now, crawl_link.c.at.type)
    rows = select(literal(held.crawl_id), link.c.id, link.c.host, at).select_from(_WORK)
    put_on_worklist(conn, rows.where(theirs), again=True)
    return defer_hosts(conn, crawl_id, [held.host], reason, now=now)


def put_first(
    conn: Connection, crawl_id: int, source_ids: Collection[int], *, now: datetime
) -> Mapping[int, int]:
    """Puts links of some sources first in line on the lists of the crawls that have them open; how
    many, by crawl.

    On this crawl's worklist they end DEFERRED, with a reason that names the other crawl.
    """
    there = open_elsewhere(crawl_id)
    rows = conn.execute(
        select(link.c.id, link.c.host, there.limit(1).scalar_subquery().label("holder")).where(
            link.c.state == LinkState.QUEUED, link.c.source_id.in_(source_ids), there.exists()
        )
    ).all()
    for some in chunks(rows):
        raise_priority(conn, select(link.c.id).where(link.c.id.in_([row.id for row in some])))
        conn.execute(
            insert_into(conn, crawl_link).on_conflict_do_nothing(
                index_elements=[crawl_link.c.crawl_id, crawl_link.c.link_id]
            ),
            [
                {
                    "crawl_id": crawl_id,
                    "link_id": row.id,
                    "host": row.host,
                    "at": now,
                    "outcome": Outcome.DEFERRED,
                    "reason": f"first in line on the list of crawl {row.holder}",
                }
                for row in some
            ],
        )
    return Counter(row.holder for row in rows)


def remaining(conn: Connection, crawl_id: int) -> int:
    """Links on the worklist that have no outcome yet."""
    is_open = and_(crawl_link.c.crawl_id == crawl_id, crawl_link.c.outcome.is_(None))
    return conn.execute(select(func.count()).where(is_open)).scalar_one()


def close(
    conn: Connection,
    crawl_id: int,
    reason: str,
    *,
    now: datetime,
    outcome: Outcome = Outcome.DEFERRED,
    crashed: bool = False,
) -> int:
    """Closes every open row with `outcome` (one that `KEEPS_ITS_PLACE`); how many they were.

    Links that the crawl was fetching are queued again and end CANCELLED. Where it `crashed` or hung
    each of them may have been the cause: they go last in line, then wait, and are given up.
    """
    if outcome not in KEEPS_ITS_PLACE:
        raise ValueError(f"{outcome} would close links that are still queued")
    broken_off = _break_off(conn, crawl_id, now) if crashed else 0
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
            tries=case((link.c.tries > 0, link.c.tries - 1), else_=0),
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
    return broken_off + in_flight + closed


def _break_off(conn: Connection, crawl_id: int, now: datetime) -> int:
    """Settles what a crawl was fetching when it crashed; how many links.

    Those that wait do so for different times, so that they do not meet again: where one of them is
    the cause it is alone the next time.
    """
    suspects = _suspects(conn, crawl_id)
    waiting = 0
    for row in suspects:
        times = min(row.tries, row.times + 1)
        if times >= MOST_TRIES:
            said = f"given up: its crawl broke off {times} times while it was read"
            settle(conn, crawl_id, row.id, Outcome.PARSE_ERROR, said, now=now)
            if row.article_id is not None:
                readings.set_due(conn, row.article_id, None)
            continue
        again = None
        if times > MOST_FORGIVEN:
            again = next_try(now, times + waiting, gives_up=False)
            waiting += 1
        settle(conn, crawl_id, row.id, Outcome.CANCELLED, BROKEN_OFF, now=now, next_try_at=again)
        conn.execute(update(link).where(link.c.id == row.id).values(priority=LAST_IN_LINE))
    return len(suspects)


def _suspects(conn: Connection, crawl_id: int) -> Sequence[Row[Any]]:
    """What a crawl is fetching, and how many `times` earlier crawls broke off over it; by that."""
    before = crawl_link.alias("before")
    times = (
        select(func.count())
        .select_from(crawl.join(before, before.c.crawl_id == crawl.c.id))
        .where(
            crawl.c.state == crawls.CrawlState.FAILED,
            before.c.link_id == link.c.id,
            before.c.reason == BROKEN_OFF,
        )
        .correlate(link)
        .scalar_subquery()
        .label("times")
    )
    wanted: Select[Any] = (
        select(link.c.id, link.c.tries, link.c.article_id, times)
        .select_from(_WORK)
        .where(
            crawl_link.c.crawl_id == crawl_id,
            crawl_link.c.outcome.is_(None),
            link.c.crawl_id == crawl_id,
            link.c.state == LinkState.FETCHING,
        )
        .order_by(times.desc(), link.c.id)
    )
    return conn.execute(wanted).all()
