"""Up to when somebody knows an incident, and what became a follow-up since."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select

from pipelines.outcomes import Verdict
from pipelines.store.database import insert_into
from pipelines.store.schema import looked, match

#: What a match says of a follow-up: it was taken and nobody dismissed it, or a person kept it.
_IS_TAKEN = or_(
    match.c.review.in_(["keep", "star"]),
    and_(match.c.review.is_(None), match.c.verdict == Verdict.FOLLOW_UP),
)


def at(conn: Connection, incident_id: int, person: str) -> datetime | None:
    """When somebody looked last; None: never."""
    mine = (looked.c.incident_id == incident_id, looked.c.person == person)
    found: datetime | None = conn.execute(select(looked.c.at).where(*mine)).scalar()
    return found


def put(conn: Connection, incident_id: int, person: str, *, now: datetime) -> None:
    """Somebody has looked just now."""
    made = insert_into(conn, looked).values(incident_id=incident_id, person=person, at=now)
    keys = [looked.c.incident_id, looked.c.person]
    conn.execute(made.on_conflict_do_update(index_elements=keys, set_={"at": now}))


def new(
    conn: Connection, incident_id: int, since: datetime | None, *, limit: int
) -> list[tuple[int, datetime]]:
    """The latest articles that became follow-ups after a moment, with when they did; None:
    whenever they did."""
    latest = _new(incident_id, since).order_by(match.c.taken_at.desc(), match.c.article_id.desc())
    return [(row[0], row[1]) for row in conn.execute(latest.limit(limit))]


def new_count(conn: Connection, incident_id: int, since: datetime) -> int:
    """How many became follow-ups after a moment, copies too."""
    each = _new(incident_id, since).subquery()
    return int(conn.execute(select(func.count()).select_from(each)).scalar_one())


def _new(incident_id: int, since: datetime | None) -> Select[Any]:
    mine = (match.c.incident_id == incident_id, match.c.taken_at.is_not(None), _IS_TAKEN)
    wanted = select(match.c.article_id, match.c.taken_at).where(*mine)
    return wanted if since is None else wanted.where(match.c.taken_at > since)
