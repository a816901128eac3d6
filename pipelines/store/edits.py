"""What outlets changed in the follow-ups of an incident, the latest first.

An incident with few edited articles is asked for them; of one with many, the latest edits of all
articles are gone through, as its own soon come.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from pipelines.store.coverage import IS_TAKEN
from pipelines.store.database import chunks
from pipelines.store.schema import article, facet_count, listed, revision

#: Edited articles of an incident that are asked one by one.
MOST_ASKED = 2_000


@dataclass(frozen=True, slots=True)
class Edit:
    """A later version of a follow-up; `kind` is of its outlet's own note on it, None: no note."""

    article_id: int
    number: int
    title: str | None
    outlet: str | None
    at: datetime
    kind: str | None


def latest(
    conn: Connection,
    incident_id: int,
    *,
    after: datetime | None = None,
    before: datetime | None = None,
    noted: bool = False,
    limit: int,
) -> list[Edit]:
    """The latest versions first seen after one moment and before another; `noted`: those alone
    that came with a note."""
    wanted = select(*_COLUMNS).where(revision.c.number > 1)
    if after is not None:
        wanted = wanted.where(revision.c.seen_at > after)
    if before is not None:
        wanted = wanted.where(revision.c.seen_at < before)
    if noted:
        wanted = wanted.where(revision.c.note_kind.is_not(None))
    rows = _found(conn, incident_id, wanted.order_by(*_LATEST).limit(limit))
    rows = sorted(rows, key=lambda row: (row.seen_at, row.article_id, row.number), reverse=True)
    rows = rows[:limit]
    asked = select(article.c.id, article.c.outlet)
    of = {row.article_id for row in rows}
    outlets = {row[0]: row[1] for row in conn.execute(asked.where(article.c.id.in_(of)))}
    return [
        Edit(row.article_id, row.number, row.title, outlets[row.article_id], row.seen_at,
             row.note_kind)
        for row in rows
    ]  # fmt: skip


_COLUMNS = (
    revision.c.article_id,
    revision.c.number,
    revision.c.title,
    revision.c.seen_at,
    revision.c.note_kind,
)
_LATEST = (revision.c.seen_at.desc(), revision.c.article_id.desc(), revision.c.number.desc())


def _found(conn: Connection, incident_id: int, wanted: Select[Any]) -> Sequence[Row[Any]]:
    edited = (
        facet_count.c.incident_id == incident_id,
        facet_count.c.changed != "no",
        IS_TAKEN,
    )
    n = select(func.coalesce(func.sum(facet_count.c.n), 0)).where(*edited)
    if int(conn.execute(n).scalar_one()) > MOST_ASKED:
        mine = (
            select(listed.c.article_id)
            .join(facet_count, facet_count.c.id == listed.c.facet_id)
            .where(
                listed.c.article_id == revision.c.article_id,
                listed.c.incident_id == incident_id,
                IS_TAKEN,
            )
        )
        return conn.execute(wanted.where(mine.correlate(revision).exists())).all()
    kinds = select(facet_count.c.id).where(*edited)
    ids = conn.execute(select(listed.c.article_id).where(listed.c.facet_id.in_(kinds))).scalars()
    rows: list[Row[Any]] = []
    for some in chunks(ids.all()):
        rows += conn.execute(wanted.where(revision.c.article_id.in_(some))).all()
    return rows
