"""Searches that people keep: a name, a query, what was chosen in the facets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crawler.home import Home
from pipelines.dates import iso
from pipelines.errors import BadInput
from pipelines.store import incidents
from pipelines.store import saved_searches as store

#: Signs that a name may have.
MOST_NAME = 100


@dataclass(frozen=True, slots=True)
class Saved:
    """A search that was kept. `incident` None: over the articles of all."""

    id: int
    incident: str | None
    name: str
    query: str
    chosen: Mapping[str, tuple[str, ...]]
    created_by: str
    created_at: datetime

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "id": self.id,
            "incident": self.incident,
            "name": self.name,
            "query": self.query,
            "chosen": {name: list(values) for name, values in self.chosen.items()},
            "created_by": self.created_by,
            "created_at": iso(self.created_at),
        }


def saved_searches(home: Home, incident: str | None = None) -> list[Saved]:
    """The searches that were kept of an incident, or of all articles, by name. Raises
    UnknownThing."""
    with home.database.read() as conn:
        of = None if incident is None else incidents.get(conn, incident).id
        return [
            Saved(
                one.id,
                incident,
                one.name,
                one.query,
                {name: tuple(values) for name, values in one.filters.items()},
                one.created_by,
                one.created_at,
            )
            for one in store.list_of(conn, of)
        ]


def save_search(
    home: Home,
    name: str,
    query: str,
    chosen: Mapping[str, tuple[str, ...]],
    *,
    by: str,
    incident: str | None = None,
) -> int:
    """Keep a search; gives its id. Raises UnknownThing, and BadInput for a name that is empty, too
    long or taken."""
    name = " ".join(name.split())
    if not 0 < len(name) <= MOST_NAME:
        raise BadInput(f"A name has 1 to {MOST_NAME} signs.")
    with home.database.write() as conn:
        of = None if incident is None else incidents.get(conn, incident).id
        filters = {facet: list(values) for facet, values in chosen.items()}
        return store.add(conn, of, name, query, filters, by=by, now=home.now())


def remove_search(home: Home, id: int) -> None:
    """Take a kept search away. Raises UnknownThing."""
    with home.database.write() as conn:
        store.remove(conn, id)
