"""How an incident is covered by its follow-ups: how many a day, which outlets, who had it first.

Follow-ups are what the incident took and nobody dismissed, and what a person kept. Numbers come
from the kept counts (`relisting`), so they cost the same whatever an incident has; single articles
are looked up by the kinds of lines (`facet_count`) that their outlet has. Days are of publication,
of the first reading where that is unknown, in UTC.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from pipelines.outcomes import Verdict
from pipelines.store.database import chunks
from pipelines.store.schema import coverage_count, day_count, facet_count, known_count, listed

_EPOCH = date(1970, 1, 1)
#: What a line's row of `facet_count` says of a follow-up.
IS_TAKEN = or_(
    facet_count.c.review.in_(["keep", "star"]),
    and_(facet_count.c.review == "", facet_count.c.verdict == Verdict.FOLLOW_UP),
)


@dataclass(frozen=True, slots=True)
class Days:
    """Which follow-ups are meant: of these days, both ends with them, and known at the end of
    `as_of`; None: of all, by what is known now."""

    since: date | None = None
    until: date | None = None
    as_of: date | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all are meant."""
        return (self.since, self.until, self.as_of) == (None, None, None)


@dataclass(frozen=True, slots=True)
class First:
    """An article by which an outlet, or an incident, begins; `at` is when it was published or, of
    `first_reports`, first seen."""

    outlet: str
    id: int
    at: datetime


def by_day(conn: Connection, incident_id: int, days: Days) -> list[tuple[date, int]]:
    """Days that have follow-ups, the earliest first, and how many."""
    wanted = select(known_count.c.day, func.sum(known_count.c.n)).where(
        known_count.c.incident_id == incident_id, *_of_days(known_count, days)
    )
    rows = conn.execute(wanted.group_by(known_count.c.day).order_by(known_count.c.day))
    return [(_EPOCH + timedelta(days=row[0]), int(row[1])) for row in rows]


def by_outlet(conn: Connection, incident_id: int, days: Days) -> dict[str, int]:
    """Outlets that have follow-ups, and how many; "" stands for an unknown one."""
    if days.is_whole:
        n = func.sum(facet_count.c.n)
        mine = select(facet_count.c.outlet, n).where(facet_count.c.incident_id == incident_id)
        rows = conn.execute(mine.where(IS_TAKEN).group_by(facet_count.c.outlet))
    else:
        count = coverage_count.c
        found = select(count.outlet, func.sum(count.n)).where(
            count.incident_id == incident_id, *_of_days(coverage_count, days)
        )
        rows = conn.execute(found.group_by(count.outlet))
    return {row[0]: int(row[1]) for row in rows}


def lanes(
    conn: Connection, incident_id: int, outlets: Collection[str], days: Days
) -> dict[str, dict[date, int]]:
    """For each of some outlets its days with how many, in order."""
    found: defaultdict[str, dict[date, int]] = defaultdict(dict)
    count = coverage_count.c
    key = (count.outlet, count.day)
    for some in chunks(outlets):
        wanted = select(*key, func.sum(count.n)).where(
            count.incident_id == incident_id,
            count.outlet.in_(some),
            *_of_days(coverage_count, days),
        )
        for outlet, day, n in conn.execute(wanted.group_by(*key).order_by(*key)):
            found[outlet][_EPOCH + timedelta(days=day)] = int(n)
    return dict(found)


def _of_days(table: Any, days: Days) -> list[ColumnElement[bool]]:
    parts: list[ColumnElement[bool]] = []
    if days.since is not None:
        parts.append(table.c.day >= _number(days.since))
    if days.until is not None:
        parts.append(table.c.day <= _number(days.until))
    if days.as_of is not None:
        parts.append(table.c.seen_day <= _number(days.as_of))
    return parts


def _number(day: date) -> int:
    return (day - _EPOCH).days


# --------------------------------------------------------------------------------- who had it first


def firsts(
    conn: Connection, incident_id: int, outlets: Collection[str], days: Days
) -> dict[str, First]:
    """The first article of each of some outlets. Each kind of line is asked for its own first."""
    line = listed.alias("line")
    earliest = (
        select(line.c.article_id)
        .where(line.c.facet_id == facet_count.c.id, *_within(line, days))
        .order_by(line.c.listed_at, line.c.article_id)
        .limit(1)
        .correlate(facet_count)
        .scalar_subquery()
    )
    found: dict[str, First] = {}
    for some in chunks(outlets):
        kinds = select(facet_count.c.outlet, earliest).where(
            facet_count.c.incident_id == incident_id, facet_count.c.outlet.in_(some), IS_TAKEN
        )
        of = {row[1]: row[0] for row in conn.execute(kinds) if row[1] is not None}
        for id, at in _published(conn, incident_id, of):
            best = found.get(of[id])
            if best is None or (at, id) < (best.at, best.id):
                found[of[id]] = First(of[id], id, at)
    return found


def _published(
    conn: Connection, incident_id: int, ids: Collection[int]
) -> list[tuple[int, datetime]]:
    rows: list[tuple[int, datetime]] = []
    for some in chunks(ids):
        wanted = select(listed.c.article_id, listed.c.listed_at).where(
            listed.c.article_id.in_(some), listed.c.incident_id == incident_id
        )
        rows += [(row[0], row[1]) for row in conn.execute(wanted)]
    return rows


def first(conn: Connection, incident_id: int, day: date, as_of: date | None) -> First | None:
    """The first article of a day; None: there is none."""
    wanted = (
        select(facet_count.c.outlet, listed.c.article_id, listed.c.listed_at)
        .join(facet_count, facet_count.c.id == listed.c.facet_id)
        .where(listed.c.incident_id == incident_id, *_within(listed, Days(day, day, as_of)))
        .where(IS_TAKEN)
        .order_by(listed.c.listed_at, listed.c.article_id)
        .limit(1)
    )
    row = conn.execute(wanted).one_or_none()
    return None if row is None else First(*row)


def _within(line: Any, days: Days) -> list[ColumnElement[bool]]:
    parts: list[ColumnElement[bool]] = []
    if days.since is not None:
        parts.append(line.c.listed_at >= _begin(days.since))
    if days.until is not None:
        parts.append(line.c.listed_at < _end(days.until))
    if days.as_of is not None:
        parts.append(line.c.first_seen_at < _end(days.as_of))
    return parts


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _end(day: date) -> datetime:
    """When a day is over."""
    return datetime.combine(day, time.max, UTC) + timedelta(microseconds=1)


# ------------------------------------------------------------------------------- since a moment ago


def taken(conn: Connection, incident_id: int) -> int:
    """All follow-ups, copies too."""
    n = select(func.coalesce(func.sum(known_count.c.n), 0))
    return int(conn.execute(n.where(known_count.c.incident_id == incident_id)).scalar_one())


def waiting(conn: Connection, incident_id: int) -> int:
    """Follow-ups and candidates that nobody reviewed, copies too."""
    mine = day_count.c.incident_id == incident_id
    kinds = day_count.c.verdict.in_([Verdict.FOLLOW_UP, Verdict.CANDIDATE])
    n = select(func.coalesce(func.sum(day_count.c.n), 0))
    return int(conn.execute(n.where(mine, kinds, day_count.c.review == "")).scalar_one())


def first_reports(
    conn: Connection, incident_id: int, since: datetime | None, *, limit: int
) -> list[First]:
    """Of the outlets whose first follow-up was first seen after a moment, these; the latest first.
    None: of all outlets. An unknown outlet counts as one."""
    begun = _begun(conn, incident_id, None if since is None else since.astimezone(UTC).date())
    found: list[First] = []
    for day in sorted(begun, reverse=True):
        new = _seen_first(conn, incident_id, day, begun[day])
        found += [one for one in new if since is None or one.at > since]
        if len(found) >= limit:
            break
    return sorted(found, key=lambda one: (one.at, one.id), reverse=True)[:limit]


def _begun(conn: Connection, incident_id: int, since: date | None) -> Mapping[date, set[str]]:
    """By day the outlets of which the first follow-up was seen on it."""
    count, mine = coverage_count.alias("count"), facet_count.c.incident_id == incident_id
    names = select(facet_count.c.outlet.label("name")).distinct()
    outlet = names.where(mine, IS_TAKEN).subquery()
    begun = (
        select(func.min(count.c.seen_day))
        .where(count.c.incident_id == incident_id, count.c.outlet == outlet.c.name)
        .correlate(outlet)
        .scalar_subquery()
    )
    found: defaultdict[date, set[str]] = defaultdict(set)
    for name, number in conn.execute(select(outlet.c.name, begun)):
        day = _EPOCH + timedelta(days=number)
        if since is None or day >= since:
            found[day].add(name)
    return found


def _seen_first(
    conn: Connection, incident_id: int, day: date, outlets: Collection[str]
) -> Sequence[First]:
    """The first follow-up of each of these outlets that was seen on a day."""
    wanted = (
        select(facet_count.c.outlet, listed.c.article_id, listed.c.first_seen_at)
        .join(facet_count, facet_count.c.id == listed.c.facet_id)
        .where(
            listed.c.incident_id == incident_id,
            listed.c.first_seen_at >= _begin(day),
            listed.c.first_seen_at < _end(day),
            IS_TAKEN,
        )
        .order_by(listed.c.first_seen_at, listed.c.article_id)
    )
    found: dict[str, First] = {}
    for row in conn.execute(wanted):
        if row[0] in outlets:
            found.setdefault(row[0], First(*row))
    return list(found.values())
