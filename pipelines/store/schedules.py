"""What people set about when to poll, and the due times that follow from it.

A row is a subject's: all sources, an incident's, one source. Rules are kept as they are handed over
and never read here.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, or_, select, update

from pipelines.incident import Follows, Source
from pipelines.store import sources
from pipelines.store.database import chunks, insert_into
from pipelines.store.schema import incident, schedule, source

#: Sources that are in hand at a time.
_PORTION = 100


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose setting it is: an incident's or a source's, by id, or all sources' where both are None.
    `name` is its key, and what rows of crawls call it."""

    incident_id: int | None = None
    source_id: int | None = None

    @property
    def name(self) -> str:
        """ "all", "incident 3" or "source 12"."""
        if self.source_id is not None:
            return f"source {self.source_id}"
        return "all" if self.incident_id is None else f"incident {self.incident_id}"


@dataclass(frozen=True, slots=True)
class Setting:
    """A row. `rule` is None where the subject has none of its own, `paused_at` where it runs;
    `slug` is an incident's."""

    subject: Subject
    slug: str | None
    rule: Mapping[str, Any] | None
    paused_at: datetime | None
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class Follower:
    """An open incident, as far as it matters for when to poll."""

    id: int
    slug: str
    follows: Follows


def list_all(conn: Connection, *, source_id: int | None = None) -> list[Setting]:
    """All settings: that for all sources, then those of incidents, then those of sources, by id;
    with `source_id` of these only that one's."""
    order = (
        schedule.c.source_id.is_not(None),
        schedule.c.incident_id.is_not(None),
        schedule.c.source_id,
        schedule.c.incident_id,
    )
    wanted = select(schedule, incident.c.slug).select_from(schedule.outerjoin(incident))
    if source_id is not None:
        mine = or_(schedule.c.source_id.is_(None), schedule.c.source_id == source_id)
        wanted = wanted.where(mine)
    return [
        Setting(
            Subject(row.incident_id, row.source_id),
            row.slug,
            row.rule,
            row.paused_at,
            row.changed_at,
            row.changed_by,
        )
        for row in conn.execute(wanted.order_by(*order))
    ]


def put(
    conn: Connection, subject: Subject, values: Mapping[str, Any], *, by: str, now: datetime
) -> None:
    """Keeps what is set for a subject: `rule` or `paused_at` or both, None taking one away. What
    is not named stays as it is; a subject for which nothing is set has no row."""
    changed = {**values, "changed_at": now, "changed_by": by}
    conn.execute(
        insert_into(conn, schedule)
        .values(
            {
                "subject": subject.name,
                "incident_id": subject.incident_id,
                "source_id": subject.source_id,
                **changed,
            }
        )
        .on_conflict_do_update(index_elements=[schedule.c.subject], set_=changed)
    )
    says_nothing = (schedule.c.rule.is_(None), schedule.c.paused_at.is_(None))
    conn.execute(delete(schedule).where(schedule.c.subject == subject.name, *says_nothing))


def followers(conn: Connection) -> list[Follower]:
    """The open incidents by id, without their seeds and profiles."""
    rows = conn.execute(
        select(incident.c.id, incident.c.slug, incident.c.follows)
        .where(incident.c.is_open)
        .order_by(incident.c.id)
    )
    return [
        Follower(
            row.id,
            row.slug,
            Follows(**{name: tuple(values) for name, values in row.follows.items()}),
        )
        for row in rows
    ]


def coming(conn: Connection, now: datetime) -> Iterator[Source]:
    """All sources by when they are polled next, those that are due first; by id where they are
    polled together. Read as far as they are taken."""
    later = case((source.c.due_at > now, source.c.due_at), else_=None)
    wanted = select(source).order_by(later.asc().nulls_first(), source.c.id)
    with closing(conn.execute(wanted.execution_options(yield_per=_PORTION))) as rows:
        yield from map(sources.read, rows)


def resting(conn: Connection) -> list[Source]:
    """The sources that were due while nobody wanted them polled."""
    wanted = select(source.c.id).where(source.c.resting)
    ids = set(conn.execute(wanted).scalars())
    return [one for one in sources.list_all(conn) if one.id in ids] if ids else []


def rest(conn: Connection, ids: Collection[int]) -> None:
    """These sources are looked at no more until they are woken."""
    _set_resting(conn, ids, True)


def wake(conn: Connection, ids: Collection[int]) -> None:
    """These sources are looked at again when they are due."""
    _set_resting(conn, ids, False)


def _set_resting(conn: Connection, ids: Collection[int], resting: bool) -> None:
    for some in chunks(ids):
        conn.execute(update(source).where(source.c.id.in_(some)).values(resting=resting))


def appoint(conn: Connection, due: Mapping[int, datetime | None]) -> None:
    """When each source is to be polled next; None is at once."""
    rows: Sequence[Mapping[str, Any]] = [{"one": id, "at": at} for id, at in due.items()]
    if rows:
        conn.execute(
            update(source).where(source.c.id == bindparam("one")).values(due_at=bindparam("at")),
            rows,
        )
