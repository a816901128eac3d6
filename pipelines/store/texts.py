"""Versions of texts: what an article said when.

The text of an article lies in its revisions and nowhere else; the last one is the current one.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, select, update

from pipelines.items import Entry
from pipelines.records import entries_of
from pipelines.store.columns import storable
from pipelines.store.schema import article, revision
from pipelines.text import squeeze


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of an article; number 1 is as first read. `text` None: it expired. `html` and
    `entries` as in `items.Article`. `note` is what its outlet says of it in its words; words are
    counted against the version before, None for the first."""

    article_id: int
    number: int
    title: str | None
    text: str | None
    html: str | None
    entries: tuple[Entry, ...]
    modified_at: datetime | None
    seen_at: datetime
    text_sha256: str
    page_id: int | None
    note: str | None
    note_kind: str | None
    words_added: int | None
    words_removed: int | None


def digest(text: str) -> str:
    """SHA-256 of a text, white space aside, in hexadecimal."""
    return hashlib.sha256(squeeze(storable(text)).encode()).hexdigest()


def of_article(conn: Connection, article_id: int) -> list[Revision]:
    """All versions, the oldest first. An article was edited one time less than it has of these."""
    wanted = select(revision).where(revision.c.article_id == article_id)
    rows = conn.execute(wanted.order_by(revision.c.number)).mappings()
    return [Revision(**{**row, "entries": entries_of(row["entries"] or ())}) for row in rows]


def annotate(
    conn: Connection,
    article_id: int,
    number: int,
    *,
    note: tuple[str, str] | None,
    words: tuple[int, int] | None,
) -> None:
    """What is known of one version: its outlet's own words on the text and what these are
    (`dedupe.NoteKind`), and how many words came and went against the version before."""
    text, kind = note or (None, None)
    added, removed = words or (None, None)
    conn.execute(
        update(revision)
        .where(revision.c.article_id == article_id, revision.c.number == number)
        .values(
            note=None if text is None else storable(text),
            note_kind=kind,
            words_added=added,
            words_removed=removed,
        )
    )


def text_of(conn: Connection, article_id: int) -> str | None:
    """The current text; None where it expired or there is no such article."""
    text: str | None = conn.execute(
        select(revision.c.text)
        .where(revision.c.article_id == article_id)
        .order_by(revision.c.number.desc())
        .limit(1)
    ).scalar()
    return text


def wording_of(conn: Connection, article_id: int) -> tuple[str | None, str | None]:
    """The headline that an article has and its current text; None each where there is none."""
    wanted = select(article.c.title, revision.c.text).select_from(CURRENT)
    row = conn.execute(wanted.where(article.c.id == article_id)).one_or_none()
    return (None, None) if row is None else (row.title, row.text)


_each = revision.alias("each")
_last = (
    select(func.max(_each.c.number))
    .where(_each.c.article_id == article.c.id)
    .correlate(article)
    .scalar_subquery()
)
#: Articles joined with their current version, to select from.
CURRENT = article.join(
    revision, and_(revision.c.article_id == article.c.id, revision.c.number == _last)
)
