"""Articles: stored once, read again, revised, looked at.

An article is known by the keys of all its addresses. Its text lies in its revisions (`texts`), its
words in the index (`search`), its raw answers on disk (`pages`); the functions here keep them in
step. Which text is a revision and which a copy is for `pipelines.dedupe` to say.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, update
from sqlalchemy import insert as insert_row

from pipelines.errors import UnknownThing
from pipelines.items import Article
from pipelines.outcomes import Outcome, Verdict
from pipelines.records import dates_record, entries_record
from pipelines.store import addresses, matches, pages, search
from pipelines.store.columns import storable
from pipelines.store.known import KNOWN, Known, known_of
from pipelines.store.pages import RawRecord
from pipelines.store.schema import article, incident, link, match, revision
from pipelines.store.texts import digest
from pipelines.store.validators import Validators
from pipelines.text import count_words
from pipelines.urls import host_of


@dataclass(frozen=True, slots=True)
class Revised:
    """What a new reading made of an article: the number of its current version, and whether that
    was `completed`: a whole text took the place of a teaser, which is no edit."""

    number: int
    completed: bool


def insert(
    conn: Connection,
    new: Article,
    *,
    keys: Sequence[str],
    read: Collection[str] = (),
    outcome: Outcome,
    seen_at: datetime,
    source_id: int | None = None,
    validators: Validators | None = None,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    raw: RawRecord | None = None,
    link_id: int | None = None,
    crawl_id: int | None = None,
    credit: tuple[str, str] | None = None,
) -> int:
    """Stores a new article as revision 1, with its addresses, its place in the index and its raw
    answer; gives its id.

    `keys` are all keys by which it is to be known, that of its own address first
    (`dedupe.keys_of`), those in `read` because they were asked for or answered, the others because
    the page names them; those that another article has stay with that one.
    `credit` is the agency that it is credited to and where that stands (`dedupe.credit_of`).
    """
    kept = validators or Validators()
    row = {
        "key": keys[0],
        "first_seen_at": seen_at,
        "listed_at": new.published_at or seen_at,
        "read_at": seen_at,
        "reads": 1,
        "due_at": due_at,
        "source_id": source_id,
        "etag": kept.etag,
        "last_modified": kept.last_modified,
        "outcome": outcome,
        "expires_at": expires_at,
        **_credited(credit),
        **_told(new),
        **_said(new),
    }
    id = int(conn.execute(_INSERT, row).scalar_one())
    addresses.add(conn, id, new, keys[1:], read)
    page_id = _keep_raw(conn, raw, id, link_id, crawl_id)
    version = _version(new, seen_at, page_id)
    conn.execute(_INSERT_REVISION, {"article_id": id, "number": 1, **version})
    _index(conn, id, new)
    return id


# Made once: SQLAlchemy takes longer to build a statement of forty values than SQLite to run it.
_INSERT = insert_row(article).returning(article.c.id)
_INSERT_REVISION = insert_row(revision)


def revise(
    conn: Connection,
    id: int,
    new: Article,
    *,
    seen_at: datetime,
    validators: Validators | None = None,
    due_at: datetime | None = None,
    raw: RawRecord | None = None,
    link_id: int | None = None,
    crawl_id: int | None = None,
    in_place: bool = False,
    credit: tuple[str, str] | None = None,
) -> Revised:
    """Writes a new version of a stored article; it counts as a reading too.

    A whole text takes the place of a partial one, any text that of one that expired, and with
    `in_place` any text that of another, within the same version: a twin's was read before.
    A partial text on a whole one is refused with ValueError: it would lose text.
    Raises UnknownThing.
    """
    known = get(conn, id)
    if new.partial and not known.partial and known.text is not None:
        raise ValueError(f"a partial text never revises a whole one (article {id})")
    completed = in_place or known.text is None or (known.partial and not new.partial)
    number = known.number if completed else known.number + 1
    page_id = _keep_raw(conn, raw, id, link_id, crawl_id)
    version = _version(new, seen_at, page_id)
    if completed:
        last = and_(revision.c.article_id == id, revision.c.number == number)
        conn.execute(update(revision).where(last).values(**version))
    else:
        conn.execute(_INSERT_REVISION, {"article_id": id, "number": number, **version})
    kept = validators or Validators()
    conn.execute(
        update(article)
        .where(article.c.id == id)
        .values(
            listed_at=new.published_at or known.published_at or known.first_seen_at,
            read_at=seen_at,
            reads=article.c.reads + 1,
            due_at=due_at,
            etag=kept.etag,
            last_modified=kept.last_modified,
            expired_at=None,
            vanished_at=None,
            gone_reads=0,
            gone_since=None,
            cosmetic_sha256=None,
            **_credited(credit),
            **_mended(_told(new)),
            **_said(new),
        )
    )
    search.remove(conn, [id])
    _index(conn, id, new)
    return Revised(number, completed)


def rescue(conn: Connection, id: int, *, due_at: datetime | None) -> None:
    """A person took in what no incident had: it is stored, its text stays, it is read again.

    The verdict is `matches.decide`'s, the link's outcome stays what it was. Raises UnknownThing.
    """
    get(conn, id)
    values = {"outcome": Outcome.STORED, "expires_at": None, "due_at": due_at}
    conn.execute(update(article).where(article.c.id == id).values(**values))


def get(conn: Connection, id: int) -> Known:
    """Raises UnknownThing where there is none of that id."""
    row = conn.execute(KNOWN.where(article.c.id == id)).one_or_none()
    if row is None:
        raise UnknownThing("article", id, remedy="`followup articles list` shows them.")
    return known_of(row)


def is_there(conn: Connection, id: int) -> bool:
    """False for one that was forgotten, or merged into another."""
    return conn.execute(select(article.c.id).where(article.c.id == id)).first() is not None


def last_id(conn: Connection) -> int:
    """The id of the article that was stored last; 0 where there is none."""
    return int(conn.execute(select(func.coalesce(func.max(article.c.id), 0))).scalar_one())


def find_by_keys(conn: Connection, keys: Sequence[str]) -> Known | None:
    """The article known by one of the keys; the first key that any is known by decides."""
    known_by = addresses.of_keys(conn, keys)
    for key in keys:
        for id, through in known_by.items():
            if key in through:
                return get(conn, id)
    return None


def due_for_reading(
    conn: Connection,
    now: datetime,
    *,
    by_hand: bool = False,
    incident_slug: str | None = None,
    source_ids: Collection[int] | None = None,
) -> list[int]:
    """Follow-ups of open incidents, or of one of them, to be read again, the longest due first.

    Only those that have a link to be read by; `by_hand` all of these, else those that are due. What
    was taken down is among them, since it may come back. A dismissed one is left alone, a kept or
    starred one counts as a follow-up.
    """
    taken = or_(
        and_(
            match.c.verdict == Verdict.FOLLOW_UP,
            func.coalesce(match.c.review, "") != matches.Decision.DISMISS,
        ),
        match.c.review.in_([matches.Decision.KEEP, matches.Decision.STAR]),
    )
    followed = (
        select(match.c.article_id)
        .join(incident, incident.c.id == match.c.incident_id)
        .where(match.c.article_id == article.c.id, incident.c.is_open, taken)
    )
    if incident_slug is not None:
        followed = followed.where(incident.c.slug == incident_slug)
    wanted = select(article.c.id).where(
        article.c.outcome.in_([Outcome.STORED, Outcome.COPY]),
        select(link.c.id).where(link.c.article_id == article.c.id).exists(),
        followed.exists(),
    )
    if not by_hand:
        wanted = wanted.where(article.c.due_at <= now)
    if source_ids is not None:
        wanted = wanted.where(article.c.source_id.in_(source_ids))
    return list(conn.execute(wanted.order_by(article.c.due_at, article.c.id)).scalars())


def _offset(at: datetime | None) -> int | None:
    east = None if at is None else at.utcoffset()
    return None if east is None else round(east.total_seconds() / 60)


def _told(read: Article) -> dict[str, Any]:
    """What a reading may leave out without taking back what an earlier one said."""
    return {
        "title": read.title,
        "published_at": read.published_at,
        "published_offset": _offset(read.published_at),
        "published_raw": read.published_raw,
        "modified_at": read.modified_at,
        "modified_offset": _offset(read.modified_at),
        "modified_raw": read.modified_raw,
        "language": read.language,
        "outlet": read.outlet,
        "section": read.section,
        "is_free": read.is_free,
        "image": read.image,
        "dates": dates_record(read.dates) or None,
    }


def _mended(told: dict[str, Any]) -> dict[str, Any]:
    """What was told anew: a time with all that belongs to it, the rest one by one."""
    times = ("published", "modified")
    silent = tuple(name for name in times if told[f"{name}_at"] is None)
    return {
        name: value
        for name, value in told.items()
        if (not name.startswith(silent) if name.startswith(times) else value is not None)
    }


def _said(read: Article) -> dict[str, Any]:
    return {
        "url": read.url,
        "canonical_url": read.canonical_url,
        "host": host_of(read.url),
        "authors": list(read.authors),
        "partial": read.partial,
        "words": count_words(read.text),
        "text_sha256": digest(read.text),
        "provenance": dict(read.provenance),
    }


def _credited(credit: tuple[str, str] | None) -> dict[str, str | None]:
    agency, found = credit or (None, None)
    return {"credit": agency, "credit_found": found}


def _version(read: Article, seen_at: datetime, page_id: int | None) -> dict[str, Any]:
    return {
        "title": read.title,
        "text": read.text,
        "html": read.html,
        "entries": entries_record(read.entries) or None,
        "modified_at": read.modified_at,
        "seen_at": seen_at,
        "text_sha256": digest(read.text),
        "page_id": page_id,
    }


def _keep_raw(
    conn: Connection,
    raw: RawRecord | None,
    article_id: int,
    link_id: int | None,
    crawl_id: int | None,
) -> int | None:
    if raw is None:
        return None
    return pages.record(conn, raw, article_id=article_id, link_id=link_id, crawl_id=crawl_id)


def _index(conn: Connection, id: int, read: Article) -> None:
    search.add(
        conn,
        id,
        title=storable(read.title) if read.title else None,
        text=storable(read.text),
        outlet=read.outlet,
        authors=read.authors,
    )
