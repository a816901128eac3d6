"""A real write that leaves nothing behind: whether the database takes one."""

from contextlib import suppress
from datetime import UTC, datetime

from pipelines.store.database import Database
from pipelines.store.schema import server

#: A name that no server has; the row never lives to be seen.
_NAME = "trial"
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class _Undone(Exception):
    """Ends the transaction without a trace."""


def try_write(database: Database) -> None:
    """Write a row and undo it. Raises StoreError where the database takes no write."""
    row = {"token": "", "home": "", "machine": "", "pid": 0, "url": ""}
    with suppress(_Undone), database.write() as conn:
        conn.execute(server.insert().values(name=_NAME, since=_LONG_AGO, beat_at=_LONG_AGO, **row))
        raise _Undone
