"""Up to when somebody knows an incident, and what its outlets corrected since."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from pipelines.outcomes import Verdict
from pipelines.store.database import insert_into
from pipelines.store.schema import article, looked, match, revision


@dataclass(frozen=True, slots=True)
class Corrected:
    """A version that came with its outlet's own words on it."""

    article_id: int
    title: str | None
    outlet: str | None
    at: datetime
    kind: str


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


def corrected(
    conn: Connection, incident_id: int, since: datetime | None, *, limit: int
) -> list[Corrected]:
    """Follow-ups with a note of their outlet in a later version, the latest first."""
    wanted = (
        select(article.c.id, revision.c.title, article.c.outlet, revision.c.seen_at)
        .add_columns(revision.c.note_kind)
        .join(revision, revision.c.article_id == article.c.id)
        .join(match, match.c.article_id == article.c.id)
        .where(
            match.c.incident_id == incident_id,
            match.c.verdict == Verdict.FOLLOW_UP,
            revision.c.number > 1,
            revision.c.note_kind.is_not(None),
        )
    )
    if since is not None:
        wanted = wanted.where(revision.c.seen_at > since)
    rows = conn.execute(wanted.order_by(revision.c.seen_at.desc()).limit(limit))
    return [Corrected(*row) for row in rows]
