"""What people did to articles, in its order, and how it is taken back.

Nothing is ever taken out of `review`. A batch is what was done at once; one that is undone is named
by the rows that undid it, which are a batch too and can be undone again. A decision knows how the
article stood before it, so that it can stand so again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, tuple_, update

from pipelines.store.columns import UtcTime
from pipelines.store.database import insert_into
from pipelines.store.schema import article, label, listed, match, review

#: What of an article a decision may change.
_OF_ARTICLE = ("outcome", "expires_at", "due_at")


@dataclass(frozen=True, slots=True)
class Done:
    """Something that was done to an article for an incident: a decision (None withdraws one), a
    note, or a label put on or taken off. `before` is how it stood, of a decision alone."""

    id: int
    article_id: int
    incident_id: int
    decision: str | None
    note: str | None
    label: str | None
    labelled: bool | None
    batch: str | None
    before: Mapping[str, Any] | None
    undoes: str | None
    by: str
    at: datetime

    @property
    def about(self) -> tuple[int, int, str | None]:
        """What it is about: later deeds about the same stand in the way of undoing it."""
        return self.article_id, self.incident_id, self.label


_DONE = select(
    review.c.id,
    review.c.article_id,
    review.c.incident_id,
    review.c.decision,
    review.c.note,
    review.c.label,
    review.c.labelled,
    review.c.batch,
    review.c.before,
    review.c.undoes,
    review.c.decided_by.label("by"),
    review.c.decided_at.label("at"),
)


def of_batch(conn: Connection, batch: str) -> list[Done]:
    """What was done at once, in its order; empty where no batch has that name."""
    rows = conn.execute(_DONE.where(review.c.batch == batch).order_by(review.c.id))
    return [Done(**row._mapping) for row in rows]


def is_latest(conn: Connection, done: Done) -> bool:
    """True where nothing was done since about the same that still holds."""
    mine = (review.c.article_id == done.article_id) & (review.c.incident_id == done.incident_id)
    rows = conn.execute(_DONE.where(mine).order_by(review.c.id))
    holding: list[str | None] = []
    taken_back: dict[str | None, str] = {}
    last = None
    for row in rows:
        one = Done(**row._mapping)
        if one.about != done.about or is_note(one):
            continue
        last = one.id
        if one.undoes is None:
            holding.append(one.batch)
        elif one.undoes in holding:
            holding.remove(one.undoes)
            taken_back[one.batch] = one.undoes
        elif one.undoes in taken_back:
            holding.append(taken_back.pop(one.undoes))
    if done.undoes is not None:
        return done.id == last
    return bool(holding) and holding[-1] == done.batch


def is_note(one: Done) -> bool:
    """A note alone: nothing stands in the way of taking it back."""
    return one.before is None and one.label is None


def is_undone(conn: Connection, batch: str) -> bool:
    """True where a batch was taken back, and that was not taken back again."""
    undoing = select(review.c.batch).where(review.c.undoes == batch).distinct()
    return any(not is_undone(conn, one) for one in conn.execute(undoing).scalars() if one)


def latest_notes(conn: Connection, of: Mapping[int, int | None]) -> dict[int, str]:
    """By article the latest note on it that was not taken back, for its incident."""
    pairs = [(id, incident_id) for id, incident_id in of.items() if incident_id is not None]
    wanted = tuple_(review.c.article_id, review.c.incident_id).in_(pairs)
    noted = select(review.c.article_id, review.c.note, review.c.batch).where(
        wanted, review.c.note.is_not(None)
    )
    return {
        row.article_id: row.note
        for row in conn.execute(noted.order_by(review.c.id))
        if row.batch is None or not is_undone(conn, row.batch)
    }


def record(
    conn: Connection,
    article_id: int,
    incident_id: int,
    *,
    by: str,
    now: datetime,
    batch: str | None = None,
    decision: str | None = None,
    note: str | None = None,
    label: str | None = None,
    labelled: bool | None = None,
    before: Mapping[str, Any] | None = None,
    undoes: str | None = None,
) -> None:
    """Writes down what was done; nothing else changes by it."""
    row = {"decision": decision, "note": note, "label": label, "labelled": labelled}
    conn.execute(
        insert(review).values(
            **row,
            article_id=article_id,
            incident_id=incident_id,
            batch=batch,
            before=before,
            undoes=undoes,
            decided_by=by,
            decided_at=now,
        )
    )


# ------------------------------------------------------------------------------ how it stood before


def standing(conn: Connection, article_id: int, incident_id: int) -> dict[str, Any]:
    """How an article stands with an incident, as JSON: all that a decision may change."""
    mine = select(match).where(*_of(article_id, incident_id))
    judged = conn.execute(mine).mappings().one_or_none()
    told = select(*(article.c[name] for name in _OF_ARTICLE)).where(article.c.id == article_id)
    return {
        "match": None if judged is None else _written(judged),
        "article": _written(conn.execute(told).mappings().one()),
    }


def decision_of(conn: Connection, article_id: int, incident_id: int) -> str | None:
    """What is decided on an article now; None: nothing."""
    return conn.execute(select(match.c.review).where(*_of(article_id, incident_id))).scalar()


def restore(conn: Connection, done: Done) -> None:
    """Lets an article stand with an incident as it did before a decision. What it was judged to be
    since, after a revision say, stays."""
    before = done.before or {}
    mine = _of(done.article_id, done.incident_id)
    told = before.get("match")
    if told is None:
        conn.execute(delete(match).where(*mine))
    else:
        values = _read(match, told)
        judged_at = conn.execute(select(match.c.judged_at).where(*mine)).scalar()
        if judged_at not in (values["judged_at"], done.at):
            for name in ("score", "reasons", "judged_at"):
                values.pop(name)
        conn.execute(update(match).where(*mine).values(**values))
    values = _read(article, before.get("article") or {})
    if values:
        conn.execute(update(article).where(article.c.id == done.article_id).values(**values))


def _of(article_id: int, incident_id: int) -> tuple[Any, Any]:
    return match.c.article_id == article_id, match.c.incident_id == incident_id


def _written(row: RowMapping) -> dict[str, Any]:
    """Times to the microsecond."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in row.items()
        if name not in ("article_id", "incident_id")
    }


def _read(table: Any, told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value)
        if value is not None and isinstance(table.c[name].type, UtcTime)
        else value
        for name, value in told.items()
    }


# ------------------------------------------------------------------------------------------- labels


def put_on(conn: Connection, article_id: int, incident_id: int, name: str) -> bool:
    """False where the label is on already."""
    row = {"article_id": article_id, "incident_id": incident_id, "name": name}
    made = insert_into(conn, label).values(**row).on_conflict_do_nothing()
    return conn.execute(made).rowcount > 0


def take_off(conn: Connection, article_id: int, incident_id: int, name: str) -> bool:
    """False where the label is not on."""
    gone = delete(label).where(
        label.c.article_id == article_id, label.c.incident_id == incident_id, label.c.name == name
    )
    return conn.execute(gone).rowcount > 0


def stands_best_with(conn: Connection, article_id: int) -> int | None:
    """The incident whose opinion an article has in the list of all; None: no incident has it."""
    mine = listed.c.article_id == article_id, listed.c.incident_id == 0
    return conn.execute(select(listed.c.of_incident_id).where(*mine)).scalar()
