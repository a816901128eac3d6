"""What incidents make of articles, and what people decided: verdicts, reviews, notes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, case, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from pipelines.errors import UnknownThing
from pipelines.items import Reason, Relevance
from pipelines.outcomes import Verdict
from pipelines.store import deeds
from pipelines.store.database import insert_into
from pipelines.store.schema import article, incident, match, review


class Decision(StrEnum):
    """What a person makes of an article for an incident."""

    KEEP = "keep"
    DISMISS = "dismiss"
    STAR = "star"


@dataclass(frozen=True, slots=True)
class Match:
    """One incident's view of one article. `review` None: nobody decided yet."""

    article_id: int
    incident_id: int
    slug: str
    score: float
    verdict: Verdict
    reasons: tuple[Reason, ...]
    judged_at: datetime
    forced: bool
    review: Decision | None
    reviewed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Review:
    """A decision that was taken once. `decision` None: an earlier one was withdrawn."""

    incident_id: int
    decision: Decision | None
    note: str | None
    by: str
    at: datetime


def save(
    conn: Connection, article_id: int, relevance: Iterable[Relevance], *, now: datetime
) -> None:
    """Writes the verdicts on an article. Reviews stay; what a person forced in stays in."""
    rows = [
        {
            "article_id": article_id,
            "incident_id": each.incident_id,
            "score": each.score,
            "verdict": each.verdict,
            "reasons": [[reason.term, reason.kind, reason.weight] for reason in each.reasons],
            "judged_at": now,
            "forced": each.forced,
            "taken_at": now if each.verdict is Verdict.FOLLOW_UP else None,
        }
        for each in relevance
    ]
    if rows:
        conn.execute(_UPSERT[conn.dialect.name], rows)


def rescore(conn: Connection, article_id: int, judged: Relevance, *, now: datetime) -> None:
    """Writes what an article scores by now, and why; its verdict and what people decided stay."""
    reasons = [[reason.term, reason.kind, reason.weight] for reason in judged.reasons]
    conn.execute(
        update(match)
        .where(match.c.article_id == article_id, match.c.incident_id == judged.incident_id)
        .values(score=judged.score, reasons=reasons, judged_at=now)
    )


def _upsert(made: sqlite.Insert | postgresql.Insert) -> sqlite.Insert | postgresql.Insert:
    given = made.excluded
    return made.on_conflict_do_update(
        index_elements=[match.c.article_id, match.c.incident_id],
        set_={
            "score": given.score,
            "reasons": given.reasons,
            "judged_at": given.judged_at,
            "forced": match.c.forced | given.forced,
            "verdict": case((match.c.forced, match.c.verdict), else_=given.verdict),
            "taken_at": func.coalesce(match.c.taken_at, given.taken_at),
        },
    )


#: Made once: SQLAlchemy takes longer to build it than SQLite to run it.
_UPSERT = {
    "sqlite": _upsert(sqlite.insert(match)),
    "postgresql": _upsert(postgresql.insert(match)),
}


def of_article(conn: Connection, article_id: int) -> list[Match]:
    """What all incidents make of an article, the highest score first."""
    rows = conn.execute(
        select(match, incident.c.slug)
        .join(incident, incident.c.id == match.c.incident_id)
        .where(match.c.article_id == article_id)
        .order_by(match.c.score.desc(), match.c.incident_id)
    )
    return [_match(row) for row in rows]


def unjudged(conn: Connection, article_id: int) -> frozenset[int]:
    """The open incidents that never judged an article: most often opened since it was read."""
    judged = select(match.c.incident_id).where(match.c.article_id == article_id)
    wanted = select(incident.c.id).where(incident.c.is_open, incident.c.id.not_in(judged))
    return frozenset(conn.execute(wanted).scalars())


def decide(
    conn: Connection,
    article_id: int,
    incident_id: int,
    decision: Decision | None,
    *,
    note: str | None = None,
    by: str,
    now: datetime,
    batch: str | None = None,
) -> None:
    """Writes a person's decision beside the verdict, and into the history with how the article
    stood before; None withdraws it.

    An article that is kept or starred does not expire. One that the incident never judged gets a
    match with a score of 0. Raises UnknownThing for an article or incident that is not there.
    """
    for kind, table, id in (("article", article, article_id), ("incident", incident, incident_id)):
        if conn.execute(select(table.c.id).where(table.c.id == id)).first() is None:
            raise UnknownThing(kind, id)
    before = deeds.standing(conn, article_id, incident_id)
    made = insert_into(conn, match).values(
        article_id=article_id,
        incident_id=incident_id,
        score=0.0,
        verdict=Verdict.OFF_TOPIC,
        reasons=[],
        judged_at=now,
        forced=False,
        review=decision,
        reviewed_at=now,
        taken_at=now if decision in (Decision.KEEP, Decision.STAR) else None,
    )
    conn.execute(
        made.on_conflict_do_update(
            index_elements=[match.c.article_id, match.c.incident_id],
            set_={
                "review": decision,
                "reviewed_at": None if decision is None else now,
                "taken_at": func.coalesce(match.c.taken_at, made.excluded.taken_at),
            },
        )
    )
    deeds.record(
        conn,
        article_id,
        incident_id,
        decision=decision,
        note=note,
        batch=batch,
        before=before,
        by=by,
        now=now,
    )
    if decision in (Decision.KEEP, Decision.STAR):
        conn.execute(update(article).where(article.c.id == article_id).values(expires_at=None))


def history(conn: Connection, article_id: int) -> list[Review]:
    """All decisions and notes on an article, the oldest first; labels are left out."""
    wanted = select(review).where(review.c.article_id == article_id, review.c.label.is_(None))
    return [
        Review(
            incident_id=row.incident_id,
            decision=None if row.decision is None else Decision(row.decision),
            note=row.note,
            by=row.decided_by,
            at=row.decided_at,
        )
        for row in conn.execute(wanted.order_by(review.c.id))
    ]


def _match(row: Row[Any]) -> Match:
    return Match(
        article_id=row.article_id,
        incident_id=row.incident_id,
        slug=row.slug,
        score=row.score,
        verdict=Verdict(row.verdict),
        reasons=tuple(Reason(*reason) for reason in row.reasons),
        judged_at=row.judged_at,
        forced=row.forced,
        review=None if row.review is None else Decision(row.review),
        reviewed_at=row.reviewed_at,
    )
