"""What happened that somebody may want to be told of: reads other rooms' tables, writes nothing.

Times are written before their transaction commits, so a reader that remembers the last time it saw
would lose what was committed late: callers look back over a while, and what stands among the
notices already is left out here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, text

from pipelines.incident import Health
from pipelines.outcomes import Verdict
from pipelines.store.crawls import CrawlState, Trigger
from pipelines.store.matches import Decision
from pipelines.store.notices import Event
from pipelines.store.schema import (
    article,
    crawl,
    link,
    match,
    notice,
    revision,
    source,
)

_MICROSECOND = timedelta(microseconds=1)

#: An article is a follow-up now: by its verdict, unless a person dismissed it, or by hand.
IS_TAKEN: ColumnElement[bool] = or_(
    func.coalesce(match.c.review, "").in_([Decision.KEEP, Decision.STAR]),
    and_(match.c.verdict == Verdict.FOLLOW_UP, match.c.review.is_(None)),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """An article that became a follow-up of an incident. `is_taken`: it still is one."""

    article_id: int
    incident_id: int
    at: datetime
    outlet: str | None
    host: str
    group_id: int | None
    is_taken: bool


@dataclass(frozen=True, slots=True)
class Edited:
    """A new version of an article that a person had kept or starred for an incident."""

    article_id: int
    incident_id: int
    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class EndedCrawl:
    """A crawl that failed or was missed."""

    id: int
    request: Mapping[str, Any]
    due_at: datetime
    ended_at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class Polled:
    """What the polls of a source told."""

    id: int
    health: Health
    health_since: datetime
    failures: int
    polled_at: datetime
    quiet_polls: int
    tags: tuple[str, ...]
    language: str | None
    country: str | None


def taken(conn: Connection, since: datetime, *, limit: int) -> list[Taken]:
    """Articles that became follow-ups since then and are in no notice yet, in their order."""
    noted = select(notice.c.id).where(
        notice.c.article_id == match.c.article_id,
        notice.c.event == Event.NEW_FOLLOW_UP,
        notice.c.incident_id == match.c.incident_id,
    )
    rows = conn.execute(
        select(
            match.c.article_id,
            match.c.incident_id,
            match.c.taken_at,
            article.c.outlet,
            article.c.host,
            article.c.group_id,
            IS_TAKEN.label("is_taken"),
        )
        .join(article, article.c.id == match.c.article_id)
        .where(match.c.taken_at >= since, ~noted.exists())
        .order_by(match.c.taken_at, match.c.article_id)
        .limit(limit)
    )
    return [Taken(*row) for row in rows]


def is_first_of_outlet(conn: Connection, one: Taken) -> bool:
    """True where no earlier follow-up of that incident is of the same outlet.

    An outlet is known by its name; by its host, where the page gives no name.
    """
    same = article.c.host == one.host if one.outlet is None else article.c.outlet == one.outlet
    earlier = or_(
        match.c.taken_at < one.at,
        and_(match.c.taken_at == one.at, match.c.article_id < one.article_id),
    )
    found = (
        select(match.c.article_id)
        .join(article, article.c.id == match.c.article_id)
        .where(match.c.incident_id == one.incident_id, match.c.taken_at <= one.at, earlier, same)
    )
    return conn.execute(found.limit(1)).first() is None


def is_group_noted(conn: Connection, one: Taken) -> bool:
    """True where another article of its copy group stands among the new follow-ups already."""
    if one.group_id is None:
        return False
    found = (
        select(notice.c.id)
        .join(article, article.c.id == notice.c.article_id)
        .where(
            article.c.group_id == one.group_id,
            article.c.id != one.article_id,
            notice.c.event == Event.NEW_FOLLOW_UP,
            notice.c.incident_id == one.incident_id,
        )
    )
    return conn.execute(found.limit(1)).first() is not None


def edited(conn: Connection, since: datetime, *, limit: int) -> list[Edited]:
    """New versions since then of articles that were kept or starred before, in no notice yet."""
    noted = select(notice.c.id).where(
        notice.c.article_id == revision.c.article_id,
        notice.c.event == Event.REVISION,
        notice.c.incident_id == match.c.incident_id,
        notice.c.number == revision.c.number,
    )
    rows = conn.execute(
        select(revision.c.article_id, match.c.incident_id, revision.c.number, revision.c.seen_at)
        .join(match, match.c.article_id == revision.c.article_id)
        .where(
            text("revision.number > 1"),  # spelled out: the partial index is for these words
            revision.c.seen_at >= since,
            match.c.review.in_([Decision.KEEP, Decision.STAR]),
            match.c.reviewed_at <= revision.c.seen_at,
            ~noted.exists(),
        )
        .order_by(revision.c.seen_at, revision.c.article_id, revision.c.number)
        .limit(limit)
    )
    return [Edited(*row) for row in rows]


def ended(
    conn: Connection,
    state: CrawlState,
    since: datetime,
    until: datetime | None = None,
    *,
    limit: int,
) -> list[EndedCrawl]:
    """Crawls that ended in that state in that time, in their order.

    Not those started at a terminal: a person watches them.
    """
    wanted = select(
        crawl.c.id, crawl.c.request, crawl.c.requested_at, crawl.c.ended_at, crawl.c.end_reason
    ).where(crawl.c.state == state, crawl.c.ended_at >= since, crawl.c.trigger != Trigger.HAND)
    if until is not None:
        wanted = wanted.where(crawl.c.ended_at <= until)
    rows = conn.execute(wanted.order_by(crawl.c.ended_at, crawl.c.id).limit(limit))
    return [EndedCrawl(*row) for row in rows]


def first_missed(conn: Connection, since: datetime, gap: timedelta) -> EndedCrawl | None:
    """The first missed run noticed since then whose gap is in no notice yet.

    A gap is all that was noticed within so much time after the first of it: one of the schedule can
    hold thousands of runs.
    """
    while rows := ended(conn, CrawlState.MISSED, since, limit=1):
        told = select(func.max(notice.c.at)).where(
            notice.c.event == Event.MISSED,
            notice.c.at <= rows[0].ended_at,
            notice.c.at >= rows[0].ended_at - gap,
        )
        begun = conn.execute(told).scalar()
        if begun is None:
            return rows[0]
        since = begun + gap + _MICROSECOND
    return None


def polled(conn: Connection, *, least_quiet_polls: int) -> list[Polled]:
    """Sources that somebody wants polled and that failed last, or had no news in so many polls."""
    rows = conn.execute(
        select(
            source.c.id,
            source.c.health,
            source.c.health_since,
            source.c.failures,
            source.c.polled_at,
            source.c.quiet_polls,
            source.c.tags,
            source.c.language,
            source.c.country,
        ).where(
            ~source.c.resting,
            source.c.polled_at.is_not(None),
            or_(
                source.c.health.in_([Health.FAILING, Health.DENIED]),
                source.c.quiet_polls >= least_quiet_polls,
            ),
        )
    )
    return [
        Polled(row.id, Health(row.health), *row[2:6], tuple(row.tags), *row[7:]) for row in rows
    ]


def news_times(conn: Connection, source_id: int, *, limit: int) -> list[datetime]:
    """When a source had new links, the last time first; one time for all links of one poll."""
    times: list[datetime] = []
    while len(times) < limit:
        found = select(link.c.found_at).where(link.c.source_id == source_id)
        if times:
            found = found.where(link.c.found_at < times[-1])
        last = conn.execute(found.order_by(link.c.found_at.desc()).limit(1)).scalar()
        if last is None:
            break
        times.append(last)
    return times
