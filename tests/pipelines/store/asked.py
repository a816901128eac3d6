"""Lists as the tests of the store ask for them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from pipelines.store import listing
from pipelines.store.listing import Order
from pipelines.store.narrowing import Selection
from pipelines.store.query import parse_query

NOW = datetime(2014, 12, 20, 12, tzinfo=UTC)


def ids(
    conn: Connection,
    query: str = "",
    *,
    incident_id: int | None = None,
    limit: int = 500,
    one_of_group: bool = False,
    order: Order = Order.PUBLISHED,
    **chosen: Sequence[str],
) -> list[int]:
    """Ids of the articles that fit, the first line first."""
    wanted = Selection(incident_id, parse_query(query, NOW), chosen)
    return [
        spot.id for spot in listing.page(conn, wanted, order, limit=limit, copies=not one_of_group)
    ]
