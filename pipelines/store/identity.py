"""Who a store is, for ids that must not meet those of another store; it moves with a backup."""

from uuid import UUID, uuid4

from sqlalchemy import Connection, select

from pipelines.store.database import insert_into
from pipelines.store.schema import identity


def of_store(conn: Connection) -> UUID | None:
    """None where nobody asked for it yet: `settle` then."""
    said = conn.execute(select(identity.c.uuid)).scalar_one_or_none()
    return None if said is None else UUID(said)


def settle(conn: Connection) -> UUID:
    """Gives the store its identity for good, once; whoever comes second gets the first's."""
    made = insert_into(conn, identity).values(id=1, uuid=str(uuid4()))
    conn.execute(made.on_conflict_do_nothing())
    return UUID(conn.execute(select(identity.c.uuid)).scalar_one())
