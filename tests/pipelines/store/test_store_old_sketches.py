"""A store of an earlier version keeps its groups, and its articles are compared by their texts."""

import random
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, text

from pipelines.stages import settle
from pipelines.store import articles, open_database, sketches
from pipelines.store.schema import copy_link, copy_queue
from tests.pipelines.store.migrated import at_migration

NOW = datetime(2014, 12, 20, 12, tzinfo=UTC)
WORDS = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in ("n", "rd", "st", "lo")]


def story(seed: int) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=200))


#: By id: the text, None where it expired, and the origin.
STORED = {
    1: (story(1), None),
    2: (story(1), 1),
    3: (story(2), 1),
    4: (None, 1),
    5: (story(2), None),
}


def at_revision(database_url: str, revision: str) -> None:
    """A group of four, of which two are the same by now, and one that stands alone."""
    with at_migration(database_url, revision) as conn:
        at: Any = NOW if conn.dialect.name == "postgresql" else int(NOW.timestamp()) * 1_000_000
        conn.execute(text("INSERT INTO copy_group (created_at) VALUES (:at)"), {"at": at})
        for id, (wording, origin) in STORED.items():
            put(conn, id, wording, origin, at)


def put(conn: Connection, id: int, wording: str | None, origin: int | None, at: Any) -> None:
    row = {
        "id": id,
        "url": f"https://lantern.test/{id}",
        "at": at,
        "text": wording,
        "origin": origin,
        "group": 1 if id < 5 else None,
        "kind": "near" if origin else None,
        "similarity": 0.7 if origin else None,
        "partial": False,
    }
    conn.execute(
        text(
            "INSERT INTO article (id, key, url, canonical_url, host, authors, first_seen_at,"
            " listed_at, read_at, reads, partial, words, text_sha256, provenance, outcome,"
            " copy_of, group_id, duplicate_kind, similarity)"
            " VALUES (:id, :url, :url, :url, 'lantern.test', '[]', :at, :at, :at, 1, :partial, 200,"
            " '0', '{}', 'stored', :origin, :group, :kind, :similarity)"
        ),
        row,
    )
    conn.execute(
        text(
            "INSERT INTO revision (article_id, number, text, seen_at, text_sha256)"
            " VALUES (:id, 1, :text, :at, '0')"
        ),
        row,
    )
    if wording is not None:
        conn.execute(text("INSERT INTO sketch (hash, article_id) VALUES (7, :id), (8, :id)"), row)


@pytest.mark.parametrize("portion", [1, 100])
def test_groups_stand_until_their_texts_were_compared(database_url: str, portion: int) -> None:
    at_revision(database_url, "0009")
    database = open_database(database_url)
    with database.write() as conn:
        assert conn.execute(select(func.count()).select_from(copy_queue)).scalar() == 5
        assert conn.execute(select(func.count()).select_from(copy_link)).scalar() == 3
        assert [articles.get(conn, id).copy_of for id in STORED] == [None, 1, 1, 1, None]
    while True:
        with database.write() as conn:
            if not settle(conn, now=NOW, most=portion):
                break
    with database.write() as conn:
        assert [articles.get(conn, id).copy_of for id in STORED] == [None, 1, None, None, 3]
        assert articles.get(conn, 1).group == articles.get(conn, 2).group == 1
        assert sketches.texts(conn, STORED).keys() == {1, 2, 3, 5}
        assert not sketches.has_queued(conn)
    database.close()
