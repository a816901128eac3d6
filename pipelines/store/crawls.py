"""Crawls: who asked for one, what became of it.

A crawl is asked for by any door (`request`), started by one child process (`start`), and ends in
exactly one state. Its counts by outcome are taken from its worklist, never handed in, so that they
always add up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Update, and_, func, select, update

from pipelines.errors import UnknownThing
from pipelines.outcomes import Outcome
from pipelines.store import crawl_sources
from pipelines.store.schema import crawl, crawl_link, crawl_source


class Trigger(StrEnum):
    """Why a crawl was asked for."""

    SCHEDULE = "schedule"
    HAND = "hand"
    API = "api"
    BACKFILL = "backfill"
    REVISIT = "revisit"


class CrawlState(StrEnum):
    """Where a crawl stands. MISSED is one that was due while nothing ran."""

    REQUESTED = "requested"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Crawl:
    """A crawl's row; see `schema.crawl` for what None means. `heartbeat_at` is REAL time."""

    id: int
    trigger: Trigger
    requested_by: str
    request: Mapping[str, Any]
    state: CrawlState
    requested_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    end_reason: str | None
    exit_status: int | None
    pid: int | None
    heartbeat_at: datetime | None
    cancel_requested_at: datetime | None
    cancel_reason: str | None
    sealed_at: datetime | None
    progress: Mapping[str, Any] | None
    known: int
    counts: Mapping[str, int] | None
    links_found: int | None
    requests: int
    seconds: float | None
    result: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Counts:
    """A crawl's links by outcome, and how many have none yet."""

    by_outcome: Mapping[Outcome, int]
    open: int

    @property
    def links_found(self) -> int:
        """All links, open ones too."""
        return sum(self.by_outcome.values()) + self.open


def request(
    conn: Connection,
    trigger: Trigger,
    requested_by: str,
    request: Mapping[str, Any],
    *,
    now: datetime,
) -> int:
    """Asks for a crawl and gives its id. `request` says what for: incident, sources, urls, all."""
    return int(
        conn.execute(
            crawl.insert()
            .values(
                trigger=trigger,
                requested_by=requested_by,
                request=dict(request),
                state=CrawlState.REQUESTED,
                requested_at=now,
                known=0,
                requests=0,
            )
            .returning(crawl.c.id)
        ).scalar_one()
    )


def miss(
    conn: Connection,
    requested_by: str,
    request: Mapping[str, Any],
    reason: str,
    *,
    due_at: datetime,
    now: datetime,
) -> int:
    """Writes down a run of the schedule that did not happen at its time, and why; gives its id."""
    row = _missed(requested_by, request, reason, due_at, now)
    return int(conn.execute(crawl.insert().values(**row).returning(crawl.c.id)).scalar_one())


def miss_all(
    conn: Connection,
    rows: Iterable[tuple[datetime, str, Mapping[str, Any]]],
    requested_by: str,
    *,
    now: datetime,
) -> list[int]:
    """`miss` for many: due time, reason and request of each; their ids in that order."""
    missed = [_missed(requested_by, request, why, at, now) for at, why, request in rows]
    if not missed:
        return []
    ids = crawl.insert().returning(crawl.c.id, sort_by_parameter_order=True)
    return list(conn.execute(ids, missed).scalars())


def missed(conn: Connection, limit: int) -> list[Crawl]:
    """The rows of missed runs that were written last, the newest first."""
    rows = select(crawl).where(crawl.c.state == CrawlState.MISSED)
    return [_crawl(row) for row in conn.execute(rows.order_by(crawl.c.id.desc()).limit(limit))]


def miss_more(conn: Connection, id: int, sources: int) -> None:
    """So many further sources had the same missed run."""
    request = dict(get(conn, id).request)
    request["sources"] = request.get("sources", 0) + sources
    conn.execute(update(crawl).where(crawl.c.id == id).values(request=request))


def mark_caught_up(conn: Connection, id: int) -> None:
    """A crawl that waits to be launched is late."""
    request = {**get(conn, id).request, "caught_up": True}
    conn.execute(update(crawl).where(crawl.c.id == id).values(request=request))


def _missed(
    requested_by: str,
    request: Mapping[str, Any],
    reason: str,
    due_at: datetime,
    now: datetime,
) -> Mapping[str, Any]:
    return {
        "trigger": Trigger.SCHEDULE,
        "requested_by": requested_by,
        "request": dict(request),
        "state": CrawlState.MISSED,
        "requested_at": due_at,
        "ended_at": now,
        "end_reason": reason,
        "known": 0,
        "requests": 0,
    }


def start(conn: Connection, id: int, *, pid: int, now: datetime, wall_now: datetime) -> bool:
    """True if the crawl is this process's now; False if it was started or cancelled already."""
    return _changed(
        conn,
        update(crawl)
        .where(crawl.c.id == id, crawl.c.state == CrawlState.REQUESTED)
        .values(state=CrawlState.RUNNING, pid=pid, started_at=now, heartbeat_at=wall_now),
    )


def heartbeat(
    conn: Connection,
    id: int,
    *,
    wall_now: datetime,
    requests: int,
    progress: Mapping[str, Any] | None = None,
) -> bool:
    """The child lives. False if the crawl runs no more for others: it must stop then."""
    values: dict[str, Any] = {"heartbeat_at": wall_now, "requests": requests}
    if progress is not None:
        values["progress"] = dict(progress)
    return _changed(
        conn,
        update(crawl).where(crawl.c.id == id, crawl.c.state == CrawlState.RUNNING).values(**values),
    )


def finish(
    conn: Connection,
    id: int,
    state: CrawlState,
    *,
    now: datetime,
    end_reason: str | None = None,
    exit_status: int | None = None,
    requests: int | None = None,
    seconds: float | None = None,
) -> bool:
    """Ends a crawl and writes its counts. False if it had ended already; nothing changes then.

    Close its worklist (`worklists.close`) before, in the same transaction. Sources that it has not
    polled are left; what the schedule wanted of them is due again unless a person ended the crawl.
    """
    totals = counts(conn, id)
    values: dict[str, Any] = {
        "state": state,
        "ended_at": now,
        "end_reason": end_reason,
        "exit_status": exit_status,
        "seconds": seconds,
        "counts": {outcome.value: count for outcome, count in totals.by_outcome.items()},
        "links_found": totals.links_found,
    }
    if requests is not None:
        values["requests"] = requests
    unended = crawl.c.state.in_([CrawlState.REQUESTED, CrawlState.RUNNING])
    if not _changed(conn, update(crawl).where(crawl.c.id == id, unended).values(**values)):
        return False
    ended = get(conn, id)
    by_person = ended.cancel_requested_at is not None and ended.cancel_reason is None
    crawl_sources.leave(conn, id, end_reason or str(state), now=now, again=not by_person)
    return True


def set_exit_status(conn: Connection, id: int, exit_status: int) -> None:
    """What the launcher saw of the child that ended its crawl itself."""
    conn.execute(update(crawl).where(crawl.c.id == id).values(exit_status=exit_status))


def set_result(conn: Connection, id: int, result: Mapping[str, Any]) -> None:
    """What the child has to say besides its counts."""
    conn.execute(update(crawl).where(crawl.c.id == id).values(result=dict(result)))


def get(conn: Connection, id: int) -> Crawl:
    """Raises UnknownThing where there is none of that id."""
    row = conn.execute(select(crawl).where(crawl.c.id == id)).one_or_none()
    if row is None:
        raise UnknownThing("crawl", id, remedy="`followup crawls list` shows them.")
    return _crawl(row)


def list_all(conn: Connection, *, limit: int | None = None) -> list[Crawl]:
    """Crawls, the newest first."""
    return [
        _crawl(row) for row in conn.execute(select(crawl).order_by(crawl.c.id.desc()).limit(limit))
    ]


def in_state(conn: Connection, state: CrawlState) -> list[Crawl]:
    """Crawls that stand there, the oldest first."""
    rows = conn.execute(select(crawl).where(crawl.c.state == state).order_by(crawl.c.id))
    return [_crawl(row) for row in rows]


def running(conn: Connection) -> list[Crawl]:
    """Crawls whose row says that they run; whether their process lives is for the caller to see."""
    return in_state(conn, CrawlState.RUNNING)


def ask_cancel(
    conn: Connection, id: int, *, now: datetime, reason: str | None = None
) -> CrawlState:
    """Asks for the end of a crawl: one that has not begun ends here, a running one is told to.

    `reason` is None where a person asks. Gives the state after that. Raises UnknownThing.
    """
    get(conn, id)
    conn.execute(
        update(crawl)
        .where(crawl.c.id == id, crawl.c.ended_at.is_(None))
        .where(crawl.c.cancel_requested_at.is_(None))
        .values(cancel_requested_at=now, cancel_reason=reason)
    )
    current = get(conn, id).state
    said = reason or "cancelled before it began"
    if current is CrawlState.REQUESTED and finish(
        conn, id, CrawlState.CANCELLED, now=now, end_reason=said
    ):
        return CrawlState.CANCELLED
    return current


def takes_more() -> ColumnElement[bool]:
    """The condition on a row of `crawl`: it runs, and may be handed something to do."""
    return and_(
        crawl.c.state == CrawlState.RUNNING,
        crawl.c.sealed_at.is_(None),
        crawl.c.cancel_requested_at.is_(None),
    )


def hold_open(conn: Connection, id: int) -> bool:
    """True where a crawl takes more, and does until the end of this transaction.

    Belongs at the end of the transaction that hands something over: whoever has a crawl's row waits
    for nothing else then, so that no two wait for each other on PostgreSQL.
    """
    row = select(crawl.c.id).where(crawl.c.id == id, takes_more())
    return conn.execute(row.with_for_update(key_share=True)).one_or_none() is not None


def lock(conn: Connection, id: int) -> None:
    """Lets nobody hand a crawl anything until the end of this transaction; for its own process,
    before it looks whether anything was."""
    conn.execute(select(crawl.c.id).where(crawl.c.id == id).with_for_update(key_share=True))


def seal(conn: Connection, id: int, *, now: datetime) -> None:
    """The crawl takes nothing more in hand: it is about to end."""
    conn.execute(
        update(crawl).where(crawl.c.id == id, crawl.c.sealed_at.is_(None)).values(sealed_at=now)
    )


def given_sources(conn: Connection, id: int) -> Mapping[int, int]:
    """How many sources a crawl handed to others, by the other's id."""
    rows = conn.execute(
        select(crawl_source.c.crawl_id, func.count())
        .where(crawl_source.c.given_by == id)
        .group_by(crawl_source.c.crawl_id)
    )
    return {row[0]: row[1] for row in rows}


def counts(conn: Connection, id: int) -> Counts:
    """The links of a crawl by outcome, now; those that were known already among them."""
    rows = conn.execute(
        select(crawl_link.c.outcome, func.count())
        .where(crawl_link.c.crawl_id == id)
        .group_by(crawl_link.c.outcome)
    )
    by_outcome: dict[Outcome, int] = {}
    waiting = 0
    for outcome, count in rows:
        if outcome is None:
            waiting = count
        else:
            by_outcome[Outcome(outcome)] = count
    known = conn.execute(select(crawl.c.known).where(crawl.c.id == id)).scalar() or 0
    if known:
        by_outcome[Outcome.ALREADY_KNOWN] = by_outcome.get(Outcome.ALREADY_KNOWN, 0) + known
    return Counts(dict(sorted(by_outcome.items())), waiting)


def _changed(conn: Connection, statement: Update) -> bool:
    return conn.execute(statement).rowcount == 1


def _crawl(row: Row[Any]) -> Crawl:
    values = dict(row._mapping)
    values["trigger"] = Trigger(row.trigger)
    values["state"] = CrawlState(row.state)
    return Crawl(**values)
