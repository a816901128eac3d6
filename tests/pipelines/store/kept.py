"""Articles with raw pages, put into a store as a crawl does."""

import os
from datetime import datetime

from pipelines.items import Article, Duplicate, DuplicateKind, Page
from pipelines.outcomes import Outcome
from pipelines.stages import regroup
from pipelines.store import Connection, articles, copies
from pipelines.store.pages import RawPages
from pipelines.urls import canonical_key


def join(
    conn: Connection,
    id: int,
    first: int,
    *,
    now: datetime,
    kind: DuplicateKind = DuplicateKind.TEXT,
    similarity: float = 1.0,
) -> int | None:
    """Makes one article a copy of another, as if their texts were; gives their group."""
    copies.link(conn, id, [Duplicate(first, kind, similarity)])
    regroup(conn, [id], now=now)
    return articles.get(conn, id).group


def put(conn: Connection, raw: RawPages, name: str, at: datetime, size: int = 1_000) -> int:
    """An article with a raw page of so many bytes."""
    url = f"https://lantern.test/{name}"
    body = name.encode() + os.urandom(size)
    kept = raw.append(Page(url, url, 200, (("content-type", "text/html"),), body, at))
    return articles.insert(
        conn,
        Article(url, url, name, f"Words of {name}.", published_at=at),
        keys=(canonical_key(url),),
        outcome=Outcome.STORED,
        seen_at=at,
        raw=kept,
    )
