"""``followup dedupe``: copies in a file of articles, by the store's own code.

The articles lie in a temporary database, so that a file may be larger than memory. All are stored
before the first is compared; the groups are those that crawls would make of them.
"""

import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crawler.services.offline import read_articles
from pipelines.dedupe import credit_of, keys_of
from pipelines.items import Article, Duplicate, DuplicateKind
from pipelines.outcomes import Outcome
from pipelines.stages import settle
from pipelines.store import Connection, Database, articles, copies, open_database, sketches
from pipelines.store.database import chunks

#: The store wants a time at which each was first seen: the order of the file.
_NOW = datetime(2000, 1, 1, tzinfo=UTC)
#: Articles in one transaction.
_PORTION = 500


def dedupe(stream: Path) -> Iterator[dict[str, Any]]:
    """A line for each article, in the order of the file."""
    with tempfile.TemporaryDirectory(prefix="followup-dedupe-") as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'scratch.db'}")
        try:
            names = _fill(database, stream)
            _compare_all(database)
            yield from _answers(database, names)
        finally:
            database.close()


def _fill(database: Database, stream: Path) -> list[str]:
    """Stores all articles; gives what the file calls them, in the order of their ids from 1."""
    names: list[str] = []
    for portion in chunks(read_articles(stream, headline_suffices=True), _PORTION):
        with database.write() as conn:
            for name, article in portion:
                names.append(name)
                _keep(conn, article, len(names))
    return names


def _keep(conn: Connection, article: Article, number: int) -> None:
    keys = () if article.url.startswith("urn:") else keys_of(article)
    same = {known.id for key in keys if (known := articles.find_by_keys(conn, [key])) is not None}
    credit = credit_of(article)
    id = articles.insert(
        conn,
        article,
        keys=(f"{number:012}", *keys),
        outcome=Outcome.STORED,
        seen_at=_NOW + timedelta(microseconds=number),
        credit=None if credit is None else (credit.agency, str(credit.found_in)),
    )
    if id != number:
        raise ValueError(f"article {number} of a fresh database has the id {id}")
    copies.link(conn, id, [Duplicate(other, DuplicateKind.URL, 1.0) for other in sorted(same)])
    sketches.enqueue(conn, [id])


def _compare_all(database: Database) -> None:
    """All sketches first: then no article is compared twice because another one came later."""
    done = _PORTION
    while done:
        with database.write() as conn:
            done = settle(conn, now=_NOW, most=_PORTION)


def _answers(database: Database, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    for ids in chunks(range(1, len(names) + 1), _PORTION):
        with database.read() as conn:
            found = copies.places(conn, ids)
        for id in ids:
            place = found[id]
            yield {
                "id": names[id - 1],
                "group": names[(place.copy_of or id) - 1],
                "copy_of": None if place.copy_of is None else names[place.copy_of - 1],
                "kind": None if place.kind is None else str(place.kind),
                "similarity": None if place.similarity is None else round(place.similarity, 4),
            }
