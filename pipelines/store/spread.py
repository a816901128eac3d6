"""Who carries a text, and whom the articles of incidents and groups count for. No text is read.

What makes sources independent, and which member of a group is the origin, is for `pipelines.dedupe`
to say: here are the addresses, times and credits that it needs.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, or_, select

from pipelines.items import DuplicateKind
from pipelines.outcomes import Verdict
from pipelines.store.known import with_offset
from pipelines.store.matches import Decision
from pipelines.store.schema import article, copy_group, match


@dataclass(frozen=True, slots=True)
class Alike:
    """So many articles with one host, one credit, and one host and credit of their origin.

    `credit` is None for nobody; `origin_host` and `origin_credit` None for what is no copy.
    """

    articles: int
    host: str
    credit: str | None
    origin_host: str | None
    origin_credit: str | None


@dataclass(frozen=True, slots=True)
class Carried:
    """A member of a copy group, or an article that stands alone.

    `copy_of`, `kind` and `similarity` are None for the origin; `origin_reason` is the group's, None
    where nobody looked yet. Times of publication have the page's own offset.
    """

    id: int
    url: str
    outlet: str | None
    title: str | None
    published_at: datetime | None
    first_seen_at: datetime
    credit: str | None
    credit_found: str | None
    partial: bool
    words: int
    group: int | None
    copy_of: int | None
    kind: DuplicateKind | None
    similarity: float | None
    origin_reason: str | None


def carriers(conn: Connection, id: int) -> list[Carried]:
    """The article and all of its group: the origin first, then in the order in which they were
    seen. Empty where there is no such article."""
    group_id = conn.execute(select(article.c.group_id).where(article.c.id == id)).scalar()
    wanted = article.c.id == id if group_id is None else article.c.group_id == group_id
    order = (article.c.copy_of.is_not(None), article.c.first_seen_at, article.c.id)
    return [_carried(row) for row in conn.execute(_CARRIED.where(wanted).order_by(*order))]


def _carried(row: Row[Any]) -> Carried:
    told = dict(row._mapping)
    at, offset = told["published_at"], told.pop("published_offset")
    told["published_at"] = None if at is None else with_offset(at, offset)
    kind = told.pop("duplicate_kind")
    told["kind"] = None if kind is None else DuplicateKind(kind)
    return Carried(group=told.pop("group_id"), **told)


def of_incident(conn: Connection, incident_id: int) -> list[Alike]:
    """The follow-ups of an incident: what it took and nobody dismissed, and what was kept."""
    return [Alike(*row) for row in conn.execute(_OF_INCIDENT, {"of_incident": incident_id})]


def of_groups(conn: Connection, group_ids: Collection[int]) -> Mapping[int, list[Alike]]:
    """The members of each of these groups, in one query; a group that is none is left out."""
    found: dict[int, list[Alike]] = defaultdict(list)
    if group_ids:
        for group_id, *alike in conn.execute(_OF_GROUPS, {"of_groups": sorted(set(group_ids))}):
            found[group_id].append(Alike(*alike))
    return dict(found)


_CARRIED: Select[Any] = select(
    article.c.published_at,
    article.c.published_offset,
    article.c.duplicate_kind,
    article.c.id,
    article.c.url,
    article.c.outlet,
    article.c.title,
    article.c.first_seen_at,
    article.c.credit,
    article.c.credit_found,
    article.c.partial,
    article.c.words,
    article.c.group_id,
    article.c.copy_of,
    article.c.similarity,
    copy_group.c.origin_reason,
).select_from(article.outerjoin(copy_group, copy_group.c.id == article.c.group_id))

_origin = article.alias("origin")
_ALIKE = (article.c.host, article.c.credit, _origin.c.host, _origin.c.credit)


def _rows(*apart: Any) -> Select[Any]:
    joined = article.outerjoin(_origin, _origin.c.id == article.c.copy_of)
    columns = (*apart, func.count(), *_ALIKE)
    return select(*columns).select_from(joined).group_by(*apart, *_ALIKE)


# Made once: lists ask for every page of theirs.
_TAKEN = or_(
    match.c.review.in_([Decision.KEEP, Decision.STAR]),
    (match.c.verdict == Verdict.FOLLOW_UP) & match.c.review.is_(None),
)
_OF_INCIDENT = _rows().where(
    article.c.id.in_(
        select(match.c.article_id).where(match.c.incident_id == bindparam("of_incident"), _TAKEN)
    )
)
_OF_GROUPS = _rows(article.c.group_id).where(
    article.c.group_id.in_(bindparam("of_groups", expanding=True))
)
