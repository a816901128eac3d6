"""What an incident can learn from: what it took, what came near, what people decided about.

Only rows come from here, without texts (`holdings` reads those); which of them teach, and what, is
for `pipelines.relevance` to say.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, or_, select

from pipelines.outcomes import Verdict
from pipelines.store.crawls import CrawlState
from pipelines.store.matches import Decision
from pipelines.store.schema import article, crawl, incident, match, review

#: Of what was left as off topic the latest articles are looked at, so many of all that are stored:
#: a thousand sources bring these in a day.
LOOKED_BACK = 20_000

_NEWS = (Verdict.FOLLOW_UP, Verdict.CANDIDATE)
_LOST = (CrawlState.FAILED, CrawlState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one article stands with an incident.

    Attributes:
        decision: a person's; None where nobody decided.
        forced: a person let it in, whatever its score.
        at: when it was decided about, else when it was taken, else when it was judged.
        has_text: it can still be read.
        group: its copy group; None where it stands alone.
        is_copy: it is not the first of its group.
    """

    article_id: int
    title: str | None
    score: float
    verdict: Verdict
    decision: Decision | None
    forced: bool
    at: datetime
    has_text: bool
    group: int | None
    is_copy: bool

    @property
    def by_hand(self) -> bool:
        """A person said what it is."""
        return self.forced or self.decision is not None

    @property
    def is_taken(self) -> bool:
        """A follow-up, unless a person said that it is none."""
        if self.decision is not None:
            return self.decision is not Decision.DISMISS
        return self.verdict is Verdict.FOLLOW_UP


def standings(conn: Connection, incident_id: int) -> Iterator[Standing]:
    """All that an incident took or holds as candidates, all that was decided about, and what it
    left as off topic among the latest `LOOKED_BACK` articles; not what lies outside its window."""
    decided = select(review.c.article_id).where(
        review.c.incident_id == incident_id, review.c.label.is_(None)
    )
    yield from _read(
        conn, incident_id, match.c.review.is_not(None), match.c.article_id.in_(decided)
    )
    yield from _read(conn, incident_id, match.c.review.is_(None), match.c.verdict.in_(_NEWS))
    last_id = conn.execute(select(func.coalesce(func.max(article.c.id), 0))).scalar_one()
    yield from _read(
        conn,
        incident_id,
        match.c.review.is_(None),
        match.c.verdict == Verdict.OFF_TOPIC,
        match.c.article_id > last_id - LOOKED_BACK,
    )


def _read(
    conn: Connection, incident_id: int, *conditions: ColumnElement[bool]
) -> Iterator[Standing]:
    at = func.coalesce(match.c.reviewed_at, match.c.taken_at, match.c.judged_at)
    rows = conn.execute(
        select(
            match.c.article_id,
            article.c.title,
            match.c.score,
            match.c.verdict,
            match.c.review,
            match.c.forced,
            at.label("at"),
            article.c.expired_at.is_(None).label("has_text"),
            article.c.group_id,
            article.c.copy_of.is_not(None).label("is_copy"),
        )
        .join(article, article.c.id == match.c.article_id)
        .where(match.c.incident_id == incident_id, *conditions)
        .order_by(match.c.article_id)
    )
    for row in rows:
        yield Standing(
            article_id=row.article_id,
            title=row.title,
            score=row.score,
            verdict=Verdict(row.verdict),
            decision=None if row.review is None else Decision(row.review),
            forced=row.forced,
            at=row.at,
            has_text=bool(row.has_text),
            group=row.group_id,
            is_copy=bool(row.is_copy),
        )


def nearest(conn: Connection, incident_id: int, score: float, limit: int) -> list[int]:
    """Ids of the undecided articles with a text whose score lies nearest to a score."""
    apart = func.abs(match.c.score - score)
    rows = conn.execute(
        select(match.c.article_id)
        .join(article, article.c.id == match.c.article_id)
        .where(
            match.c.incident_id == incident_id,
            match.c.score > 0,
            match.c.review.is_(None),
            ~match.c.forced,
            article.c.expired_at.is_(None),
        )
        .order_by(apart, match.c.article_id)
        .limit(limit)
    )
    return list(rows.scalars())


def undecided(conn: Connection, incident_id: int, ids: Collection[int]) -> frozenset[int]:
    """Those of the articles that are there still and that no person decided about or let in."""
    by_hand = (
        select(match.c.article_id)
        .where(
            match.c.article_id == article.c.id,
            match.c.incident_id == incident_id,
            or_(match.c.review.is_not(None), match.c.forced),
        )
        .exists()
    )
    return frozenset(
        conn.execute(select(article.c.id).where(article.c.id.in_(ids), ~by_hand)).scalars()
    )


def has_news(conn: Connection, since: datetime) -> list[str]:
    """The open incidents that took an article, or found a candidate, since then."""
    judged = (
        select(match.c.article_id)
        .where(
            match.c.incident_id == incident.c.id,
            match.c.verdict.in_(_NEWS),
            match.c.judged_at >= since,
        )
        .exists()
    )
    wanted = select(incident.c.slug).where(incident.c.is_open, judged)
    return list(conn.execute(wanted.order_by(incident.c.id)).scalars())


def unlearned_since(conn: Connection, crawl_id: int) -> datetime | None:
    """When the first of the crawls began whose articles taught nobody yet: a running one, and those
    before it that were cut off since another one finished. None where it has not begun."""
    finished = select(func.max(crawl.c.ended_at)).where(crawl.c.state == CrawlState.FINISHED)
    last = conn.execute(finished).scalar()
    cut_off = crawl.c.state.in_(_LOST)
    if last is not None:
        cut_off &= crawl.c.ended_at >= last
    wanted = select(func.min(crawl.c.started_at)).where(or_(crawl.c.id == crawl_id, cut_off))
    since: datetime | None = conn.execute(wanted).scalar()
    return since
