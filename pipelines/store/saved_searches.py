"""Searches that people keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from pipelines.errors import BadInput, UnknownThing
from pipelines.store.schema import saved_search


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A kept search as it is stored; `filters` are the values chosen in the facets."""

    id: int
    incident_id: int | None
    name: str
    query: str
    filters: Mapping[str, Sequence[str]]
    created_by: str
    created_at: datetime


def list_of(conn: Connection, incident_id: int | None) -> list[SavedSearch]:
    """Those of an incident, or of all articles where it is None; by name."""
    wanted = select(saved_search).where(
        saved_search.c.incident_id.is_not_distinct_from(incident_id)
    )
    rows = conn.execute(wanted.order_by(saved_search.c.name, saved_search.c.id))
    return [SavedSearch(**row._mapping) for row in rows]


def add(
    conn: Connection,
    incident_id: int | None,
    name: str,
    query: str,
    filters: Mapping[str, Sequence[str]],
    *,
    by: str,
    now: datetime,
) -> int:
    """Keeps one and gives its id. Raises BadInput where the name is taken, also among those of all
    articles, whose null the table's constraint does not compare."""
    if any(one.name == name for one in list_of(conn, incident_id)):
        raise BadInput(f"A search is kept as {name!r} already.", remedy="Choose another name.")
    row = {"incident_id": incident_id, "name": name, "query": query, "filters": dict(filters)}
    made = insert(saved_search).values(**row, created_by=by, created_at=now)
    return int(conn.execute(made.returning(saved_search.c.id)).scalar_one())


def remove(conn: Connection, id: int) -> None:
    """Raises UnknownThing where there is none of that id."""
    if not conn.execute(delete(saved_search).where(saved_search.c.id == id)).rowcount:
        raise UnknownThing("saved search", id)
