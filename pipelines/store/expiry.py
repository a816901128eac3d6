"""Text that was kept for a while goes; address, title, verdict and reason remain."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select, update

from pipelines.store import copies, pages, raw_lock, search, sketches
from pipelines.store.database import chunks
from pipelines.store.schema import article, link, revision


def expire(conn: Connection, *, now: datetime, folder: Path, limit: int | None = None) -> int:
    """Takes away the text of articles whose time is over, of `limit` of them at most; how many.

    `folder` is that of the raw pages: an article that an incident left behind when it was deleted
    may have some. While a backup is made, nothing expires.
    """
    with raw_lock.changing(folder) as may_change:
        return _expire(conn, now, folder, limit) if may_change else 0


def _expire(conn: Connection, now: datetime, folder: Path, limit: int | None) -> int:
    sketches.lock(conn)
    over = select(article.c.id).where(
        article.c.expires_at.is_not(None),
        article.c.expires_at <= now,
        article.c.expired_at.is_(None),
    )
    ids = list(conn.execute(over.order_by(article.c.expires_at).limit(limit)).scalars())
    for some in chunks(ids):
        _take_text(conn, some, folder)
        conn.execute(
            update(article).where(article.c.id.in_(some)).values(expired_at=now, due_at=None)
        )
    return len(ids)


def _take_text(conn: Connection, ids: Sequence[int], folder: Path) -> None:
    pages.remove(conn, folder, ids)
    search.remove(conn, ids)
    copies.withdraw(conn, ids)
    versions = update(revision).where(revision.c.article_id.in_(ids))
    conn.execute(versions.values(text=None, html=None, entries=None))
    conn.execute(update(link).where(link.c.article_id.in_(ids)).values(snippet=None))
