"""Sketches of texts, the index of their keys, and the queue of articles to be compared anew.

The store finds what has something in common; whether it is a copy is for `pipelines.dedupe` to say.
That depends on how many articles have a key (`items.COMMON_FROM`, `items.WIDESPREAD_FROM`): where
the number reaches or leaves one of the two, all that have the key stand in the queue.
"""

import sys
from array import array
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    Connection,
    Row,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from pipelines.items import COMMON_FROM, WIDESPREAD_FROM, Sketch
from pipelines.store.database import chunks
from pipelines.store.schema import article, common_key, copy_queue, sketch, sketch_key

_CAPS = (COMMON_FROM, WIDESPREAD_FROM)
#: Names the lock under which one process at a time changes sketches and groups in PostgreSQL.
_LOCK = 0x6B65797300000000


class Kept(NamedTuple):
    """An article's sketch with its headline."""

    title: str | None
    sketch: Sketch


def lock(conn: Connection) -> None:
    """Holds other writers of sketches and groups off until the transaction ends: two that count a
    key at the same time would both overlook that it became common. SQLite has one writer anyway.

    Take it before the first write of the transaction.
    """
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def keep(conn: Connection, article_id: int, kept: Sketch, keys: Collection[int]) -> None:
    """Keeps the sketch of an article's text, to be found by `keys`, in place of that of an earlier
    text. The keys are samples of it, or its `whole`."""
    drop(conn, [article_id])
    keep_first(conn, article_id, kept, keys)


def keep_first(conn: Connection, article_id: int, kept: Sketch, keys: Collection[int]) -> None:
    """`keep` for an article that has no sketch yet."""
    row = {
        "article_id": article_id,
        "digest": kept.digest,
        "shingles": kept.shingles,
        "is_about_title": kept.is_about_title,
        "samples": packed(kept.samples),
    }
    conn.execute(_INSERT, row)
    own = sorted(set(keys))
    conn.execute(_INSERT_KEYS, [{"key": key, "article_id": article_id} for key in own])
    _count_up(conn, own)


def drop(conn: Connection, article_ids: Iterable[int]) -> None:
    """Takes the sketches of articles away, where they have any."""
    for id, kept in texts(conn, article_ids).items():
        keys = _keys_of(conn, id, kept.sketch)
        conn.execute(_DELETE, {"of": id})
        for some in chunks(keys):
            conn.execute(_DELETE_KEYS, {"of": id, "keys": some})
        _count_down(conn, keys)


_INSERT = insert(sketch)
_INSERT_KEYS = insert(sketch_key)
_DELETE = delete(sketch).where(sketch.c.article_id == bindparam("of"))
_IN: BindParameter[Any] = bindparam("keys", expanding=True)
_OWN = sketch_key.c.article_id == bindparam("of")
_DELETE_KEYS = delete(sketch_key).where(sketch_key.c.key.in_(_IN), _OWN)


# ------------------------------------------------------------------------------------- looking up


def texts(conn: Connection, article_ids: Iterable[int]) -> dict[int, Kept]:
    """The sketches of articles, of those that have one."""
    found = {}
    for some in chunks(sorted(set(article_ids))):
        for row in conn.execute(_TEXTS, {"ids": some}):
            found[row.article_id] = Kept(row.title, _sketch_of(row))
    return found


def common(conn: Connection, keys: Iterable[int]) -> dict[int, int]:
    """Those of the keys that `COMMON_FROM` articles have or more, with how many."""
    found: dict[int, int] = {}
    for some in chunks(keys):
        found.update((key, articles) for key, articles in _by_keys(conn, _COMMON, some))
    return found


def holders(conn: Connection, keys: Iterable[int]) -> dict[int, list[int]]:
    """The articles that have each of the keys; a key that none has is left out."""
    found: dict[int, list[int]] = {}
    for some in chunks(keys):
        for key, article_id in _by_keys(conn, _HOLDERS, some):
            found.setdefault(key, []).append(article_id)
    return found


def first_holder(conn: Connection, key: int, but: int | None) -> int | None:
    """The lowest id of the articles that have a key, of others than `but`."""
    found = conn.execute(_FIRST, {"key": key, "but": but or 0}).scalar()
    return None if found is None else int(found)


def _by_keys(conn: Connection, statement: str, keys: Sequence[int]) -> Iterable[Any]:
    """The rows of a statement with a mark for each key. These two are most of what looking up
    costs, and SQLAlchemy takes longer to write out a list than SQLite to go through it."""
    mark = "?" if conn.dialect.name == "sqlite" else "%s"
    return conn.exec_driver_sql(statement.format(", ".join([mark] * len(keys))), tuple(keys))


_COMMON = "SELECT key, articles FROM common_key WHERE key IN ({})"
_HOLDERS = "SELECT key, article_id FROM sketch_key WHERE key IN ({}) ORDER BY key, article_id"
_TEXTS = select(sketch, article.c.title).join(article, article.c.id == sketch.c.article_id)
_TEXTS = _TEXTS.where(sketch.c.article_id.in_(bindparam("ids", expanding=True)))
_FIRST = (
    select(sketch_key.c.article_id)
    .where(sketch_key.c.key == bindparam("key"), sketch_key.c.article_id != bindparam("but"))
    .order_by(sketch_key.c.article_id)
    .limit(1)
)


# ------------------------------------------------------------------------------------------ queue


def enqueue(conn: Connection, article_ids: Iterable[int]) -> None:
    """These articles are to be compared anew."""
    rows = [{"article_id": id} for id in sorted(set(article_ids))]
    if rows:
        conn.execute(_ENQUEUE[conn.dialect.name], rows)


_ENQUEUE = {
    "sqlite": sqlite.insert(copy_queue).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(copy_queue).on_conflict_do_nothing(),
}


def take_queued(conn: Connection, most: int) -> list[int]:
    """Takes up to `most` articles out of the queue, the oldest first."""
    oldest = select(copy_queue.c.article_id).order_by(copy_queue.c.article_id).limit(most)
    ids = list(conn.execute(oldest).scalars())
    for some in chunks(ids):
        conn.execute(delete(copy_queue).where(copy_queue.c.article_id.in_(some)))
    return ids


def unsketched(conn: Connection, article_ids: Iterable[int]) -> set[int]:
    """Those of the articles that stand in the queue and have no sketch yet."""
    found: set[int] = set()
    for some in chunks(sorted(set(article_ids))):
        queued = select(copy_queue.c.article_id).where(copy_queue.c.article_id.in_(some))
        without = queued.where(copy_queue.c.article_id.not_in(select(sketch.c.article_id)))
        found |= set(conn.execute(without).scalars())
    return found


def has_queued(conn: Connection) -> bool:
    """True where an article is still to be compared anew."""
    return conn.execute(select(copy_queue.c.article_id).limit(1)).first() is not None


def _enqueue_holders(conn: Connection, keys: Collection[int]) -> None:
    if keys:
        enqueue(conn, {id for ids in holders(conn, keys).values() for id in ids})


# --------------------------------------------------------------------------------------- counting


def _count_up(conn: Connection, keys: Sequence[int]) -> None:
    """An article has got these keys."""
    known = common(conn, keys)
    if known:
        conn.execute(_MORE, {"keys": list(known), "by": 1})
    rare = [key for key in keys if key not in known]
    fresh = [
        {"key": row.key, "articles": row.articles}
        for some in chunks(rare)
        for row in conn.execute(_COUNT, {"keys": some})
    ]
    if fresh:
        conn.execute(insert(common_key), fresh)
    reached = [key for key, count in known.items() if count + 1 in _CAPS]
    _enqueue_holders(conn, reached + [row["key"] for row in fresh])


def _count_down(conn: Connection, keys: Sequence[int]) -> None:
    """An article has lost these keys."""
    known = common(conn, keys)
    if not known:
        return
    conn.execute(_MORE, {"keys": list(known), "by": -1})
    rare = [key for key, count in known.items() if count - 1 < COMMON_FROM]
    if rare:
        conn.execute(delete(common_key).where(common_key.c.key.in_(rare)))
    _enqueue_holders(conn, [key for key, count in known.items() if count in _CAPS])


_MORE = (
    update(common_key)
    .where(common_key.c.key.in_(_IN))
    .values(articles=common_key.c.articles + bindparam("by"))
)
_COUNT = (
    select(sketch_key.c.key, func.count().label("articles"))
    .where(sketch_key.c.key.in_(_IN))
    .group_by(sketch_key.c.key)
    .having(func.count() >= COMMON_FROM)
)


# ------------------------------------------------------------------------------------------- rows


def _keys_of(conn: Connection, article_id: int, kept: Sketch) -> list[int]:
    own = select(sketch_key.c.key).where(sketch_key.c.key.in_(_IN), _OWN)
    possible = sorted({*kept.samples, kept.whole})
    return [
        key
        for some in chunks(possible)
        for key in conn.execute(own, {"keys": some, "of": article_id}).scalars()
    ]


def _sketch_of(row: Row[Any]) -> Sketch:
    samples = array("i")
    samples.frombytes(row.samples)
    if sys.byteorder == "big":
        samples.byteswap()
    return Sketch(tuple(samples), row.shingles, row.digest, row.is_about_title)


def packed(samples: Sequence[int]) -> bytes:
    """Samples as they lie in a row: four bytes each, the lowest first."""
    row = array("i", samples)
    if sys.byteorder == "big":
        row.byteswap()
    return row.tobytes()
