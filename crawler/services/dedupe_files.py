"""``followup dedupe``: copies in a file of articles, by the store's own code."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler.services.offline import read_articles
from pipelines.dedupe import Entry, group, keys_of
from pipelines.outcomes import Outcome
from pipelines.stages import StoredSketches
from pipelines.store import articles, open_database

#: Nothing in the answer depends on it; the store wants a time for what it keeps.
_NOW = datetime(2000, 1, 1, tzinfo=UTC)


def dedupe(stream: Path) -> Iterator[dict[str, Any]]:
    """A line for each article, in the order of the file."""
    rows = list(read_articles(stream, headline_suffices=True))
    with tempfile.TemporaryDirectory(prefix="followup-dedupe-") as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'scratch.db'}")
        try:
            with database.write() as conn:
                entries = []
                for number, (_, article) in enumerate(rows):
                    id = articles.insert(
                        conn,
                        article,
                        keys=(str(number),),
                        outcome=Outcome.STORED,
                        seen_at=_NOW,
                    )
                    keys = () if article.url.startswith("urn:") else keys_of(article)
                    entries.append(
                        Entry(id, keys, article.title, article.text, article.published_at)
                    )
                found = group(entries, StoredSketches(conn))
        finally:
            database.close()
    names = {entry.id: id for entry, (id, _) in zip(entries, rows, strict=True)}
    for one in found:
        yield {
            "id": names[one.id],
            "group": names[one.group],
            "copy_of": None if one.copy_of is None else names[one.copy_of],
            "kind": None if one.kind is None else str(one.kind),
            "similarity": None if one.similarity is None else round(one.similarity, 4),
        }
