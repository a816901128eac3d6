"""What the schedule looks at: what is due, and what stands in the way of asking for it now.

An idle look is one indexed query. Whether a source is wanted, and when it is due next, is for the
rules to say; the rows that follow from it are written by `schedules`, `crawls`, `crawl_sources`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, func, or_, select

from pipelines.incident import Source
from pipelines.store import articles, crawls, hosts, sources
from pipelines.store.crawls import CrawlState, Trigger
from pipelines.store.database import chunks
from pipelines.store.frontier import LinkState, is_due
from pipelines.store.schema import crawl, crawl_link, host, link, source

#: Re-readings that are looked at to see whether one of them could be asked for now.
MOST_READINGS = 500

_UNENDED = crawl.c.state.in_([CrawlState.REQUESTED, CrawlState.RUNNING])


@dataclass(frozen=True, slots=True)
class Held:
    """A host that is not to be asked until a REAL time, and why in words."""

    until: datetime
    reason: str


def sources_due(conn: Connection, now: datetime) -> list[Source]:
    """Sources that are due and do not rest, by id."""
    due = or_(source.c.due_at.is_(None), source.c.due_at <= now)
    ids = conn.execute(select(source.c.id).where(source.c.resting.is_(False), due)).scalars()
    return sources.listed(conn, ids)


def sources_due_after(conn: Connection, after: datetime) -> list[Source]:
    """Sources that are due later and do not rest, by id."""
    later = select(source.c.id).where(source.c.resting.is_(False), source.c.due_at > after)
    return sources.listed(conn, conn.execute(later).scalars())


def are_as_before(conn: Connection, before: Collection[Source]) -> bool:
    """True where these sources are there and due as they were when they were read."""
    wanted = {one.id: one.due_at for one in before}
    there = sources.listed(conn, [id for id in wanted if id is not None])
    return wanted == {one.id: one.due_at for one in there}


def scheduled_crawls(conn: Connection) -> int:
    """How many crawls of the schedule's own have not ended."""
    its_own = crawl.c.trigger.in_([Trigger.SCHEDULE, Trigger.REVISIT])
    return conn.execute(select(func.count()).where(_UNENDED, its_own)).scalar_one()


def held_hosts(conn: Connection, names: Collection[str], wall_now: datetime) -> Mapping[str, Held]:
    """Those of the hosts that asked not to be asked yet: Retry-After, or a Crawl-delay.

    A crawl that asks a host already keeps its Crawl-delay, and takes a source of it before what it
    has in line; waiting for a free moment would be waiting for the crawl's end.
    """
    found = {}
    for some in chunks(sorted(set(names))):
        asks = or_(host.c.not_before > wall_now, host.c.crawl_delay > 0)
        leased = select(crawl.c.id).where(
            crawl.c.id == host.c.leased_by, host.c.lease_until > wall_now, crawls.takes_more()
        )
        wanted = select(host, leased.exists().label("is_asked"))
        for row in conn.execute(wanted.where(host.c.host.in_(some), asks)):
            delay = None if row.is_asked else row.crawl_delay
            held = _held(row.host, row.not_before, delay, row.last_request_at, wall_now)
            if held is not None and held.until > wall_now:
                found[row.host] = held
    return found


def _held(
    name: str,
    not_before: datetime | None,
    crawl_delay: float | None,
    last_request_at: datetime | None,
    wall_now: datetime,
) -> Held | None:
    holds = []
    not_before = hosts.silent_until(not_before, wall_now)
    if not_before is not None:
        reason = f"{name} asked to be left alone until {not_before:%Y-%m-%d %H:%M:%S} UTC"
        holds.append(Held(not_before, reason))
    if crawl_delay is not None and last_request_at is not None:
        free_at = last_request_at + timedelta(seconds=crawl_delay)
        reason = f"{name} asks for {crawl_delay:g} s between two requests"
        if last_request_at <= wall_now:  # else the clock was set back; the crawl's gate keeps a gap
            holds.append(Held(free_at, reason))
    return max(holds, key=lambda held: held.until, default=None)


def is_something_ready(conn: Connection, now: datetime, wall_now: datetime) -> bool:
    """True where a queued link is due or a follow-up is to be read again, at a host that could be
    asked now, and no crawl that has not ended has it on its list."""
    queued = select(link.c.host).where(
        link.c.state == LinkState.QUEUED, is_due(now), ~_on_a_list().exists()
    )
    if _are_some_free(conn, set(conn.execute(queued.distinct()).scalars()), wall_now):
        return True
    due = articles.due_for_reading(conn, now)[:MOST_READINGS]
    # An article is read again by the oldest of its links, see `frontier.reread`.
    oldest = select(func.min(link.c.id)).where(link.c.article_id.in_(due))
    read = select(link.c.host).where(
        link.c.id.in_(oldest.group_by(link.c.article_id)),
        link.c.state.in_([LinkState.DONE, LinkState.FAILED]),
        ~_on_a_list().exists(),
    )
    return _are_some_free(conn, set(conn.execute(read.distinct()).scalars()), wall_now)


def _on_a_list() -> Select[tuple[int]]:
    return (
        select(crawl_link.c.crawl_id)
        .join(crawl, crawl.c.id == crawl_link.c.crawl_id)
        .where(crawl_link.c.link_id == link.c.id, crawl_link.c.outcome.is_(None), _UNENDED)
    )


def _are_some_free(conn: Connection, names: Collection[str], wall_now: datetime) -> bool:
    held = set(held_hosts(conn, names, wall_now))
    for some in chunks(sorted(set(names) - held)):
        leased = select(host.c.host).where(
            host.c.host.in_(some),
            host.c.leased_by.is_not(None),
            host.c.lease_until > wall_now,
        )
        if set(some) - set(conn.execute(leased).scalars()):
            return True
    return False
