"""Links between articles with one text, and the groups that follow from them.

What is a copy and which groups the links make is for `pipelines.dedupe` to say. A group's origin is
its member that is no copy.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from pipelines.items import WIDESPREAD_FROM, Duplicate, DuplicateKind
from pipelines.store import sketches
from pipelines.store.database import chunks
from pipelines.store.known import with_offset
from pipelines.store.schema import article, copy_decision, copy_group, copy_link


@dataclass(frozen=True, slots=True)
class Member:
    """One article of a copy group; `kind` and `similarity` are None for the origin."""

    article_id: int
    url: str
    outlet: str | None
    title: str | None
    published_at: datetime | None
    first_seen_at: datetime
    kind: DuplicateKind | None
    similarity: float | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article stands: the origin that it is a copy of, and how; None each for none."""

    copy_of: int | None
    kind: DuplicateKind | None
    similarity: float | None


@dataclass(frozen=True, slots=True)
class Linked:
    """An article of a neighbourhood with what its group and its origin are told by."""

    id: int
    key: str
    url: str
    outlet: str | None
    title: str | None
    published_at: datetime | None
    published_offset: int | None
    first_seen_at: datetime
    credit: str | None
    credit_found: str | None
    partial: bool
    words: int
    copy_of: int | None
    group_id: int | None
    duplicate_kind: str | None
    similarity: float | None

    @property
    def published(self) -> datetime | None:
        """With the page's own offset."""
        return self.published_at and with_offset(self.published_at, self.published_offset)


@dataclass(slots=True)
class Neighbourhood:
    """All that hangs together with some articles: by links, by a person's word, or in one group
    until now. Pairs are (lower id, higher id)."""

    articles: dict[int, Linked] = field(default_factory=dict)
    links: dict[tuple[int, int], tuple[DuplicateKind, float]] = field(default_factory=dict)
    together: set[tuple[int, int]] = field(default_factory=set)
    apart: set[tuple[int, int]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Group:
    """A group as it is to be: its origin, why it is that, and for each copy how it was found."""

    origin: int
    reason: str
    copies: Mapping[int, tuple[DuplicateKind, float]]


# ------------------------------------------------------------------------------------------ links


def links_of(conn: Connection, article_id: int) -> dict[int, Duplicate]:
    """The articles that an article is linked with, by their ids."""
    found = {}
    for row in conn.execute(_LINKS, {"ids": [article_id]}):
        other = row.other_id if row.article_id == article_id else row.article_id
        found[other] = Duplicate(other, DuplicateKind(row.kind), row.similarity)
    return found


def link(conn: Connection, article_id: int, found: Iterable[Duplicate]) -> None:
    """Links an article with others; a link that is there already gets the new kind."""
    rows = [
        {
            "article_id": min(article_id, one.article_id),
            "other_id": max(article_id, one.article_id),
            "kind": one.kind,
            "similarity": one.similarity,
        }
        for one in found
    ]
    if rows:
        conn.execute(_LINK[conn.dialect.name], rows)


def unlink(conn: Connection, article_id: int, others: Iterable[int]) -> None:
    """Takes links between an article and others away."""
    for some in chunks(sorted(set(others))):
        conn.execute(_UNLINK, {"one": article_id, "others": some})


def _linking(new: sqlite.Insert | postgresql.Insert) -> sqlite.Insert | postgresql.Insert:
    told = {"kind": new.excluded.kind, "similarity": new.excluded.similarity}
    return new.on_conflict_do_update(index_elements=list(copy_link.primary_key), set_=told)


_LINK = {
    "sqlite": _linking(sqlite.insert(copy_link)),
    "postgresql": _linking(postgresql.insert(copy_link)),
}
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_LINKS = select(copy_link).where(
    or_(copy_link.c.article_id.in_(_IDS), copy_link.c.other_id.in_(_IDS))
)
_OTHERS: BindParameter[Any] = bindparam("others", expanding=True)
_UNLINK = delete(copy_link).where(
    or_(
        and_(copy_link.c.article_id == bindparam("one"), copy_link.c.other_id.in_(_OTHERS)),
        and_(copy_link.c.other_id == bindparam("one"), copy_link.c.article_id.in_(_OTHERS)),
    )
)


def withdraw(conn: Connection, article_ids: Sequence[int]) -> None:
    """Takes the texts of articles out of the comparison, for they are gone: their sketches, links
    and places in groups. What rested on them stands in the queue."""
    left = _groups_of(conn, article_ids)
    for id in article_ids:
        _release(conn, id)
        unlink(conn, id, links_of(conn, id))
    sketches.drop(conn, article_ids)
    for some in chunks(sorted(article_ids)):
        conn.execute(update(article).where(article.c.id.in_(some)).values(**_ALONE))
    for group_id in left:
        _tidy(conn, group_id)


def _release(conn: Connection, article_id: int) -> None:
    """Of a text that too many have, each is linked with the first only: when that goes, the others
    look for another."""
    kept = sketches.texts(conn, [article_id]).get(article_id)
    if kept is not None and sketches.common(conn, [kept.sketch.whole]).get(kept.sketch.whole, 0) > (
        WIDESPREAD_FROM
    ):
        sketches.enqueue(conn, links_of(conn, article_id))


# ------------------------------------------------------------------------------------------ groups


def neighbourhood(conn: Connection, article_ids: Iterable[int]) -> Neighbourhood:
    """All that hangs together with these articles; those that are gone are left out."""
    found, front = Neighbourhood(), set(article_ids)
    while front:
        reached: set[int] = set()
        for some in chunks(sorted(front)):
            reached |= _step(conn, found, some)
        front = reached - found.articles.keys()
    there = found.articles.keys()
    found.apart = {pair for pair in found.apart if there >= set(pair)}
    return found


def _step(conn: Connection, found: Neighbourhood, ids: Sequence[int]) -> set[int]:
    """Reads some articles and all that touches them; gives the ids met."""
    groups = set()
    for row in conn.execute(_LINKED, {"ids": ids}):
        found.articles[row.id] = Linked(*row)
        groups.add(row.group_id)
    reached = set(ids)
    for row in conn.execute(_LINKS, {"ids": ids}):
        found.links[row.article_id, row.other_id] = DuplicateKind(row.kind), row.similarity
        reached |= {row.article_id, row.other_id}
    for row in conn.execute(_DECIDED, {"ids": ids}):
        pair = (row.article_id, row.other_id)
        (found.together if row.together else found.apart).add(pair)
        reached |= set(pair) if row.together else set()
    for some in chunks(groups - {None}):
        reached |= set(conn.execute(_MEMBERS, {"groups": some}).scalars())
    gone = set(ids) - found.articles.keys()
    return reached - gone


_LINKED = select(*(article.c[name] for name in Linked.__dataclass_fields__))
_LINKED = _LINKED.where(article.c.id.in_(_IDS))
_DECIDED = select(copy_decision).where(
    or_(copy_decision.c.article_id.in_(_IDS), copy_decision.c.other_id.in_(_IDS))
)
_MEMBERS = select(article.c.id).where(article.c.group_id.in_(bindparam("groups", expanding=True)))


def assign(
    conn: Connection, old: Collection[Linked], groups: Sequence[Group], *, now: datetime
) -> None:
    """Writes down the groups that `old` articles form by now; those in none of them stand alone.

    A group keeps its id where most of its members stay together.
    """
    before = {one.id: one for one in old}
    ids = _ids_for(before, groups)
    wanted: dict[int, tuple[Any, ...]] = dict.fromkeys(before, (None, None, None, None))
    for group, id in zip(groups, ids, strict=True):
        group_id = _written(conn, id, group.reason, now)
        wanted[group.origin] = (group_id, None, None, None)
        for copy, (kind, similarity) in group.copies.items():
            wanted[copy] = (group_id, group.origin, kind, similarity)
    names = ("group_id", "copy_of", "duplicate_kind", "similarity")
    for id, values in wanted.items():
        if values != tuple(getattr(before[id], name) for name in names):
            row = dict(zip(names, values, strict=True))
            conn.execute(update(article).where(article.c.id == id).values(**row))
    gone = {one.group_id for one in old} - {None} - set(ids)
    for some in chunks(gone):
        conn.execute(delete(copy_group).where(copy_group.c.id.in_(some)))


def _ids_for(before: Mapping[int, Linked], groups: Sequence[Group]) -> list[int | None]:
    """For each group the id of the one that most of its members were in, unless that goes on in
    another one that took more of it over; None where it is new."""
    claims = []
    for place, group in enumerate(groups):
        were = [before[id].group_id for id in (group.origin, *group.copies)]
        claims += [
            (-were.count(id), id, place) for id in sorted({id for id in were if id is not None})
        ]
    ids: list[int | None] = [None] * len(groups)
    for _, id, place in sorted(claims):
        if ids[place] is None and id not in ids:
            ids[place] = id
    return ids


def _written(conn: Connection, id: int | None, reason: str, now: datetime) -> int:
    if id is None:
        row = insert(copy_group).values(created_at=now, origin_reason=reason)
        return int(conn.execute(row.returning(copy_group.c.id)).scalar_one())
    told = update(copy_group).where(
        copy_group.c.id == id, copy_group.c.origin_reason.is_distinct_from(reason)
    )
    conn.execute(told.values(origin_reason=reason))
    return id


def places(conn: Connection, article_ids: Iterable[int]) -> dict[int, Place]:
    """Where articles stand."""
    found = {}
    columns = (article.c.id, article.c.copy_of, article.c.duplicate_kind, article.c.similarity)
    for some in chunks(article_ids):
        for row in conn.execute(select(*columns).where(article.c.id.in_(some))):
            kind = None if row.duplicate_kind is None else DuplicateKind(row.duplicate_kind)
            found[row.id] = Place(row.copy_of, kind, row.similarity)
    return found


def members(conn: Connection, group_id: int) -> list[Member]:
    """The articles of a group: the origin first, then in the order in which they were seen."""
    rows = conn.execute(
        select(
            article.c.id,
            article.c.url,
            article.c.outlet,
            article.c.title,
            article.c.published_at,
            article.c.first_seen_at,
            article.c.duplicate_kind,
            article.c.similarity,
        )
        .where(article.c.group_id == group_id)
        .order_by(article.c.copy_of.is_not(None), article.c.first_seen_at, article.c.id)
    )
    return [
        Member(*row[:6], None if row[6] is None else DuplicateKind(row[6]), row[7]) for row in rows
    ]


_ALONE = {"group_id": None, "copy_of": None, "duplicate_kind": None, "similarity": None}


def is_grouped(conn: Connection, article_id: int) -> bool:
    """True where an article is in a group, or a person joined it with another."""
    in_group = article.c.group_id.is_not(None) & (article.c.id == article_id)
    if conn.execute(select(article.c.id).where(in_group)).first() is not None:
        return True
    return conn.execute(_DECIDED, {"ids": [article_id]}).first() is not None


def _groups_of(conn: Connection, article_ids: Sequence[int]) -> list[int]:
    found: set[int] = set()
    for some in chunks(article_ids):
        groups = select(article.c.group_id).where(
            article.c.id.in_(some), article.c.group_id.is_not(None)
        )
        found |= set(conn.execute(groups).scalars())
    return sorted(found)


def _tidy(conn: Connection, group_id: int) -> None:
    """Sees to it that a group that lost members has one origin and a copy at least, or is none; it
    is made anew when its articles are taken out of the queue."""
    rest = [each.article_id for each in members(conn, group_id)]
    sketches.enqueue(conn, rest[:1])
    if len(rest) < 2:
        conn.execute(update(article).where(article.c.id.in_(rest)).values(**_ALONE))
        conn.execute(delete(copy_group).where(copy_group.c.id == group_id))
        return
    origin = update(article).where(article.c.id == rest[0])
    conn.execute(origin.values(copy_of=None, duplicate_kind=None, similarity=None))
    conn.execute(update(article).where(article.c.id.in_(rest[1:])).values(copy_of=rest[0]))
