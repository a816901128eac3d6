"""Articles with raw pages, put into a store as a crawl does."""

import os
from datetime import datetime

from pipelines.items import Article, Page
from pipelines.outcomes import Outcome
from pipelines.store import Connection, articles
from pipelines.store.pages import RawPages
from pipelines.urls import canonical_key


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
