"""What the store holds that can be judged again: articles whose text is still there.

Their ids come at once, the articles in portions: a large store's texts are never in memory.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, or_, select

from pipelines.items import Article
from pipelines.outcomes import Verdict
from pipelines.store.database import chunks
from pipelines.store.known import with_offset
from pipelines.store.schema import article, incident, match, revision
from pipelines.store.texts import CURRENT


@dataclass(frozen=True, slots=True)
class View:
    """What an incident made of an article. `by_hand`: a person kept, dismissed or forced it."""

    score: float
    verdict: Verdict
    by_hand: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A stored article as it is judged.

    Attributes:
        article: its current version, without markup, entries and provenance.
        text_sha256: of that version; another one where it was revised since.
        copy_of: the origin of its copy group; None where it is no copy.
        view: of the incident that was asked for; None where it never judged the article.
    """

    id: int
    article: Article
    text_sha256: str
    copy_of: int | None
    view: View | None


def count(conn: Connection) -> int:
    """Articles that can be judged."""
    wanted = select(func.count()).select_from(article).where(_READABLE)
    return int(conn.execute(wanted).scalar_one())


def newest(conn: Connection, limit: int | None = None) -> list[int]:
    """Ids of the articles that can be judged, the newest published first."""
    order = article.c.listed_at.desc(), article.c.id.desc()
    wanted = select(article.c.id).where(_READABLE).order_by(*order).limit(limit)
    return list(conn.execute(wanted).scalars())


def read(conn: Connection, ids: Iterable[int], incident_id: int | None = None) -> list[Held]:
    """Those of the articles that can still be judged, by id, with an incident's view of them."""
    view = and_(match.c.article_id == article.c.id, match.c.incident_id == incident_id)
    wanted: Select[Any] = (
        select(*_COLUMNS, match.c.score, match.c.verdict, match.c.review, match.c.forced)
        .select_from(CURRENT.outerjoin(match, view))
        .where(_READABLE)
        .order_by(article.c.id)
    )
    return [
        _held(row)
        for some in chunks(sorted(ids))
        for row in conn.execute(wanted.where(article.c.id.in_(some)))
    ]


def beside(conn: Connection, incident_id: int, limit: int, *, least: float) -> list[int]:
    """Ids of the latest articles that can be read and came near an incident: those with at least
    this score, and those that a person decided about, which take half of the places at most."""
    wanted = _NEAR.where(incident.c.id == incident_id)
    by_hand = conn.execute(wanted.where(_BY_HAND).limit(limit // 2)).scalars().all()
    others = conn.execute(wanted.where(match.c.score >= least).limit(limit)).scalars()
    return sorted(list(dict.fromkeys([*by_hand, *others]))[:limit])


def decided(conn: Connection, limit: int) -> list[int]:
    """Ids of the latest articles that can be read and that a person decided about for an incident
    that is open."""
    wanted = _NEAR.where(incident.c.is_open, _BY_HAND).limit(limit)
    return sorted(conn.execute(wanted).scalars())


def decisions(conn: Connection, ids: Iterable[int]) -> dict[int, dict[int, bool]]:
    """By article and by incident, whether people kept or let in an article, or dismissed it; only
    what they decided about."""
    found: dict[int, dict[int, bool]] = {}
    for some in chunks(ids):
        rows = conn.execute(
            select(match.c.article_id, match.c.incident_id, match.c.review)
            .where(match.c.article_id.in_(some), _BY_HAND)
            .order_by(match.c.article_id, match.c.incident_id)
        )
        for article_id, incident_id, review in rows:
            found.setdefault(article_id, {})[incident_id] = review != "dismiss"
    return found


def by_hand(conn: Connection, incident_id: int) -> list[int]:
    """Ids of the articles that can be read and that a person decided about for an incident."""
    wanted = (
        select(article.c.id)
        .join(match, match.c.article_id == article.c.id)
        .where(_READABLE, _BY_HAND, match.c.incident_id == incident_id)
        .order_by(article.c.id)
    )
    return list(conn.execute(wanted).scalars())


def _held(row: Row[Any]) -> Held:
    at = row.published_at
    return Held(
        id=row.id,
        article=Article(
            url=row.url,
            canonical_url=row.canonical_url,
            title=row.title,
            text=row.text,
            published_at=None if at is None else with_offset(at, row.published_offset),
            language=row.language,
            outlet=row.outlet,
            partial=row.partial,
        ),
        text_sha256=row.text_sha256,
        copy_of=row.copy_of,
        view=None
        if row.verdict is None
        else View(row.score, Verdict(row.verdict), row.forced or row.review is not None),
    )


def followed_by(conn: Connection, ids: Iterable[int]) -> Counter[str]:
    """By the slug of each open incident, how many of the articles are its follow-ups."""
    found: Counter[str] = Counter()
    kept = match.c.review.in_(["keep", "star"])
    follow_up = and_(match.c.verdict == Verdict.FOLLOW_UP, match.c.review.is_(None))
    for some in chunks(ids):
        rows = conn.execute(
            select(incident.c.slug, func.count())
            .join(match, match.c.incident_id == incident.c.id)
            .where(incident.c.is_open, match.c.article_id.in_(some), or_(kept, follow_up))
            .group_by(incident.c.slug)
        )
        for slug, number in rows:
            found[slug] += number
    return found


_READABLE = article.c.expired_at.is_(None)
_BY_HAND = or_(match.c.review.is_not(None), match.c.forced)
_NEAR = (
    select(article.c.id)
    .join(match, match.c.article_id == article.c.id)
    .join(incident, incident.c.id == match.c.incident_id)
    .where(_READABLE)
    .group_by(article.c.id)
    .order_by(article.c.id.desc())
)
_COLUMNS = (
    article.c.id,
    article.c.url,
    article.c.canonical_url,
    article.c.title,
    article.c.published_at,
    article.c.published_offset,
    article.c.language,
    article.c.outlet,
    article.c.partial,
    article.c.text_sha256,
    article.c.copy_of,
    revision.c.text,
)
