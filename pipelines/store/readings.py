"""A stored article is read again and makes no version: it is as it was, or its text is not there.

What makes one is `articles.revise`. When it is due again, and how many answers say that an article
was taken down, is for `pipelines.polling` to say.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, update

from pipelines.polling import READ_AGAIN, Ladder, Missing, appeared_at, has_vanished, next_look
from pipelines.store import articles
from pipelines.store.columns import storable
from pipelines.store.schema import article
from pipelines.store.texts import digest
from pipelines.store.validators import Validators


@dataclass(frozen=True, slots=True)
class Gone:
    """What good answers without its text make of an article: how many there were in a row, the
    first of them, and when it was taken down (None: that is not sure)."""

    reads: int
    since: datetime
    vanished_at: datetime | None


def touch(
    conn: Connection,
    id: int,
    *,
    now: datetime,
    due_at: datetime | None,
    validators: Validators | None = None,
    cosmetic: str | None = None,
) -> None:
    """An article was read again and is as it was. Without `validators` the old ones stay (304).

    `cosmetic` is what was read (`cosmetic_digest`) where it differs in what makes no version: that
    is counted, once however often the same is read; the version's own text stays.
    """
    values: dict[str, Any] = _read(now, due_at) | {
        "vanished_at": None,
        "gone_reads": 0,
        "gone_since": None,
    }
    if validators is not None:
        values |= {"etag": validators.etag, "last_modified": validators.last_modified}
        values["cosmetic_sha256"] = cosmetic
    if cosmetic is not None:
        is_new = article.c.cosmetic_sha256.is_distinct_from(cosmetic)
        values["cosmetic_sha256"] = cosmetic
        values["cosmetic_changes"] = article.c.cosmetic_changes + case((is_new, 1), else_=0)
    _update(conn, id, values)


def cosmetic_digest(title: str | None, text: str) -> str:
    """By which a reading that made no version is known again."""
    return digest(storable(f"{title or ''}\n\n{text}"))


def glimpse(conn: Connection, id: int, *, now: datetime, due_at: datetime | None) -> None:
    """An article was read again, but only a part of it came: that says nothing of the whole. What
    would make the next request conditional stays that of the last whole answer."""
    _update(conn, id, _read(now, due_at))


def set_due(conn: Connection, id: int, due_at: datetime | None) -> None:
    """When it is read again; None is never."""
    _update(conn, id, {"due_at": due_at})


def mark_gone(
    conn: Connection,
    id: int,
    *,
    now: datetime,
    missing: Missing,
    ladder: Ladder = READ_AGAIN,
) -> Gone:
    """A good answer came without its text. Enough of them, and its outlet took it down: what is
    stored stays, and it is looked at less often. Raises UnknownThing."""
    known = articles.get(conn, id)
    reads, since = known.gone_reads + 1, known.gone_since or now
    vanished_at = known.vanished_at
    if vanished_at is None and has_vanished(reads, now - since, missing):
        vanished_at = now
    appeared = appeared_at(known.published_at, known.first_seen_at)
    values = {
        "gone_reads": reads,
        "gone_since": since,
        "vanished_at": vanished_at,
        "due_at": next_look(appeared, now, ladder, vanished=vanished_at is not None),
    }
    _update(conn, id, values)
    return Gone(reads, since, vanished_at)


def _read(now: datetime, due_at: datetime | None) -> dict[str, Any]:
    return {"read_at": now, "reads": article.c.reads + 1, "due_at": due_at}


def _update(conn: Connection, id: int, values: dict[str, Any]) -> None:
    conn.execute(update(article).where(article.c.id == id).values(**values))
