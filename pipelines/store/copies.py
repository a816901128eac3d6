"""Sketches of texts, and groups of articles with one text.

The store finds what has something in common; whether it is a copy is for `pipelines.dedupe` to
say. A group's origin is its member that is no copy.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from pipelines.errors import UnknownThing
from pipelines.items import DuplicateKind
from pipelines.store.database import chunks
from pipelines.store.schema import article, copy_group, revision, sketch
from pipelines.store.texts import CURRENT, digest

#: Articles with the same text that are looked at; one outlet's template can have thousands.
MOST_SAME = 20


@dataclass(frozen=True, slots=True)
class Sketched:
    """What a new text is compared with: `sampled` hashes are stored; `text` None: it expired."""

    title: str | None
    text: str | None
    sampled: int


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


def sketch_add(conn: Connection, article_id: int, hashes: Iterable[int]) -> None:
    """Keeps the sampled shingles of an article's text in place of those of an earlier text.

    Hashes are signed 64-bit numbers.
    """
    conn.execute(_DELETE_SKETCH, {"of_article": article_id})
    rows = [{"hash": value, "article_id": article_id} for value in sorted(set(hashes))]
    if rows:
        conn.execute(insert(sketch), rows)


_DELETE_SKETCH = delete(sketch).where(sketch.c.article_id == bindparam("of_article"))


def shared_sketch(conn: Connection, hashes: Sequence[int], cap: int) -> Mapping[int, int]:
    """Article id to the number of `hashes` that it has. Hashes that stand in `cap` articles or more
    don't count; articles with none are left out."""
    shared: Counter[int] = Counter()
    for some in chunks(sorted(set(hashes))):
        rare = (
            select(sketch.c.hash)
            .where(sketch.c.hash.in_(some))
            .group_by(sketch.c.hash)
            .having(func.count() < cap)
        )
        rows = conn.execute(
            select(sketch.c.article_id, func.count())
            .where(sketch.c.hash.in_(rare))
            .group_by(sketch.c.article_id)
        )
        for article_id, count in rows:
            shared[article_id] += count
    return shared


def same_text(conn: Connection, text: str) -> list[int]:
    """Articles whose whole current text is the same, white space aside; the oldest `MOST_SAME`."""
    wanted = select(article.c.id).where(article.c.text_sha256 == digest(text))
    return list(conn.execute(wanted.order_by(article.c.id).limit(MOST_SAME)).scalars())


def sketched(conn: Connection, article_ids: Iterable[int]) -> Mapping[int, Sketched]:
    """What is known of stored articles for comparing a text with them."""
    found = {}
    for some in chunks(sorted(set(article_ids))):
        sampled = (
            select(func.count())
            .where(sketch.c.article_id == article.c.id)
            .correlate(article)
            .scalar_subquery()
        )
        rows = conn.execute(
            select(article.c.id, article.c.title, revision.c.text, sampled)
            .select_from(CURRENT)
            .where(article.c.id.in_(some))
        )
        for id, title, text, count in rows:
            found[id] = Sketched(title, text, count)
    return found


def join_group(
    conn: Connection,
    article_id: int,
    original_id: int,
    *,
    kind: DuplicateKind,
    similarity: float,
    now: datetime,
) -> int:
    """Puts an article into the group of the one that it repeats; gives the group's id.

    `copy_of` becomes the group's origin, also where the one it was found by is a copy itself. An
    article that is an origin of copies brings them along.
    """
    original = conn.execute(
        select(article.c.group_id, article.c.copy_of).where(article.c.id == original_id)
    ).one_or_none()
    if original is None:
        raise UnknownThing("article", original_id)
    origin_id = original.copy_of or original_id
    if article_id in (origin_id, original_id):
        raise ValueError(f"article {article_id} cannot be a copy of itself")
    group_id = original.group_id
    if group_id is None:
        group_id = conn.execute(
            insert(copy_group).values(created_at=now).returning(copy_group.c.id)
        ).scalar_one()
        conn.execute(update(article).where(article.c.id == origin_id).values(group_id=group_id))
    left = conn.execute(select(article.c.group_id).where(article.c.id == article_id)).scalar()
    conn.execute(
        update(article)
        .where(article.c.copy_of == article_id)
        .values(copy_of=origin_id, group_id=group_id)
    )
    conn.execute(
        update(article)
        .where(article.c.id == article_id)
        .values(copy_of=origin_id, group_id=group_id, duplicate_kind=kind, similarity=similarity)
    )
    if left not in (None, group_id):
        _tidy(conn, left)
    return int(group_id)


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


def part(conn: Connection, article_ids: Sequence[int]) -> None:
    """Takes articles out of their groups: of the rest, the first seen is the origin then.

    A group that is left with one member is none any more.
    """
    leaving = article.c.id.in_(article_ids)
    groups = select(article.c.group_id).where(leaving, article.c.group_id.is_not(None)).distinct()
    left = list(conn.execute(groups).scalars())
    conn.execute(update(article).where(leaving).values(**_ALONE))
    for group_id in left:
        _tidy(conn, group_id)


_ALONE = {"group_id": None, "copy_of": None, "duplicate_kind": None, "similarity": None}


def _tidy(conn: Connection, group_id: int) -> None:
    """Sees to it that a group has one origin and a copy at least, or is none."""
    rest = [each.article_id for each in members(conn, group_id)]
    if len(rest) < 2:
        conn.execute(update(article).where(article.c.id.in_(rest)).values(**_ALONE))
        conn.execute(delete(copy_group).where(copy_group.c.id == group_id))
        return
    origin = update(article).where(article.c.id == rest[0])
    conn.execute(origin.values(copy_of=None, duplicate_kind=None, similarity=None))
    conn.execute(update(article).where(article.c.id.in_(rest[1:])).values(copy_of=rest[0]))
