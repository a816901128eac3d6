"""Cheap reads for those who watch: pages of the list of crawls, what a crawl has in hand, figures.

A door that is asked every second reads here. Nothing here counts a table that grows with the
articles: what must be counted is counted once and then from the last id on.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from pipelines.incident import Health
from pipelines.store.crawls import Crawl, CrawlState, Trigger
from pipelines.store.schema import article, crawl, crawl_source, incident, source


@dataclass(frozen=True, slots=True)
class Polled:
    """One source on a crawl's list. `ending` is None while it is open."""

    source_id: int
    url: str
    outlet: str | None
    due_at: datetime | None
    given_by: int | None
    ending: str | None
    reason: str | None
    links: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """What is counted of a crawl. `counts` is None until it ended, and where it was missed."""

    id: int
    state: str
    trigger: str
    is_begun: bool
    requests: int
    counts: Mapping[str, int] | None


@dataclass(frozen=True, slots=True)
class Failing:
    """A source that cannot be read, and why; `failures` are the polls in a row that failed."""

    id: int
    url: str
    outlet: str | None
    health: str
    reason: str | None
    since: datetime
    failures: int
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Followed:
    """An incident without what it is recognised by."""

    id: int
    slug: str
    title: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Due:
    """Sources that are due now; `oldest` is the earliest due time, None where none has one."""

    count: int
    oldest: datetime | None


def crawls_page(
    conn: Connection,
    *,
    limit: int,
    before: int | None = None,
    states: Collection[CrawlState] = (),
) -> list[Crawl]:
    """Crawls, the newest first, from the one before `before` on; only those in `states`, if any.

    States are asked for one by one: with several at once SQLite would sort all rows of them.
    """
    wanted = select(crawl).order_by(crawl.c.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(crawl.c.id < before)
    asked = [wanted.where(crawl.c.state == state) for state in states] or [wanted]
    rows = [row for each in asked for row in conn.execute(each)]
    return [_crawl(row) for row in sorted(rows, key=lambda row: -int(row.id))[:limit]]


def tallies(conn: Connection, after: int, ids: Collection[int]) -> Iterator[Tally]:
    """Crawls with an id above `after`, and those of `ids`; they may be very many."""
    wanted = (
        select(
            crawl.c.id,
            crawl.c.state,
            crawl.c.trigger,
            crawl.c.started_at.is_not(None),
            crawl.c.requests,
            crawl.c.counts,
        )
        .where(or_(crawl.c.id > after, crawl.c.id.in_(list(ids))))
        .order_by(crawl.c.id)
        .execution_options(yield_per=1_000)
    )
    for row in conn.execute(wanted):
        yield Tally(*row)


def sources_of_crawl(conn: Connection, crawl_id: int, *, limit: int) -> list[Polled]:
    """The sources on a crawl's list: the open ones first, then those that were not read."""
    rank = func.coalesce(crawl_source.c.ending, "")
    order = (rank != "", rank == "polled", crawl_source.c.source_id)
    mine = (
        select(
            crawl_source.c.source_id,
            source.c.url,
            source.c.outlet,
            crawl_source.c.due_at,
            crawl_source.c.given_by,
            crawl_source.c.ending,
            crawl_source.c.reason,
            crawl_source.c.links,
            crawl_source.c.at,
        )
        .join(source, source.c.id == crawl_source.c.source_id)
        .where(crawl_source.c.crawl_id == crawl_id)
    )
    return [Polled(*row) for row in conn.execute(mine.order_by(*order).limit(limit))]


def incidents(conn: Connection) -> list[Followed]:
    """All incidents by id."""
    wanted = select(incident.c.id, incident.c.slug, incident.c.title, incident.c.is_open)
    return [Followed(*row) for row in conn.execute(wanted.order_by(incident.c.id))]


def healths(conn: Connection) -> Mapping[str, int]:
    """Sources by health."""
    rows = conn.execute(select(source.c.health, func.count()).group_by(source.c.health))
    return {str(health): int(count) for health, count in rows}


def failing(conn: Connection, *, limit: int) -> list[Failing]:
    """Sources whose last poll failed, those that fail for longest first."""
    wanted = (
        select(
            source.c.id,
            source.c.url,
            source.c.outlet,
            source.c.health,
            source.c.health_reason,
            source.c.health_since,
            source.c.failures,
            source.c.due_at,
        )
        .where(source.c.health.in_([Health.FAILING, Health.DENIED]))
        .order_by(source.c.health_since, source.c.id)
    )
    return [Failing(*row) for row in conn.execute(wanted.limit(limit))]


def due(conn: Connection, *, now: datetime) -> Due:
    """The sources that are due and not at rest."""
    is_due = or_(source.c.due_at.is_(None), source.c.due_at <= now)
    row = conn.execute(
        select(func.count(), func.min(source.c.due_at)).where(source.c.resting.is_(False), is_due)
    ).one()
    return Due(int(row[0]), row[1])


def articles_since(conn: Connection, after: int) -> tuple[int, int]:
    """How many articles have an id above `after`, and the highest id."""
    row = conn.execute(
        select(func.count(), func.max(article.c.id)).where(article.c.id > after)
    ).one()
    return int(row[0]), int(row[1] or after)


def _crawl(row: Row[Any]) -> Crawl:
    told = {"trigger": Trigger(row.trigger), "state": CrawlState(row.state)}
    return Crawl(**{**row._mapping, **told})
