"""Labels that are on: which article has which. Who put them there stands in `review`."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from pipelines.store.database import chunks
from pipelines.store.schema import label


def of_articles(
    conn: Connection, incident_id: int, article_ids: Sequence[int]
) -> Mapping[int, tuple[str, ...]]:
    """Article id to its labels by name; articles without any are left out."""
    found: dict[int, tuple[str, ...]] = {}
    for some in chunks(sorted(set(article_ids))):
        rows = conn.execute(
            select(label.c.article_id, label.c.name)
            .where(label.c.incident_id == incident_id, label.c.article_id.in_(some))
            .order_by(label.c.name)
        )
        for id, name in rows:
            found[id] = (*found.get(id, ()), name)
    return found
