"""Who keeps the schedule: one server at a time on a database.

Within a data folder a locked file decides, which is the caller's to hold: `before` is what the
folder's servers left there, and shows that the row's holder was of this folder and is gone. A
holder of another data folder (on one PostgreSQL) counts as living while its heart beats.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from pipelines.store.database import insert_into
from pipelines.store.schema import server

#: The row of the one who keeps the schedule.
SCHEDULE = "schedule"
#: A server writes its sign of life far more often; after so long without one it is dead (REAL).
SILENT_AFTER = timedelta(seconds=30)
#: The token of a row that nobody holds: its server ended in good order.
_NOBODY = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """A server as its row tells it. `token` is its alone; `since` and `beat_at` are REAL.

    `ticked_at` is the product's time up to which the schedule was looked after, by this server or
    by one before it; None: never yet.
    """

    token: str
    home: str
    machine: str
    pid: int
    url: str
    since: datetime
    beat_at: datetime
    ticked_at: datetime | None = None


def acquire(
    conn: Connection,
    me: Holder,
    *,
    wall_now: datetime,
    before: Collection[str],
    name: str = SCHEDULE,
) -> Holder | None:
    """Takes the row for `me`; None when it is taken, else the holder who lives.

    `before` are the tokens of the data folder's servers before this one: a row with one of them is
    taken over at once.
    """
    mine = asdict(replace(me, beat_at=wall_now))
    del mine["ticked_at"]  # how far the schedule was looked after outlives who did it
    conn.execute(
        insert_into(conn, server)
        .values(name=name, **mine)
        .on_conflict_do_nothing(index_elements=[server.c.name])
    )
    there = _holder(
        conn.execute(select(server).where(server.c.name == name).with_for_update()).one()
    )
    is_silent = wall_now - there.beat_at > SILENT_AFTER
    if there.token not in (me.token, *before, _NOBODY) and not is_silent:
        return there
    conn.execute(update(server).where(server.c.name == name).values(**mine))
    return None


def holder(conn: Connection, *, name: str = SCHEDULE) -> Holder | None:
    """Who has the row, dead or alive; None where nobody has."""
    row = conn.execute(
        select(server).where(server.c.name == name, server.c.token != _NOBODY)
    ).one_or_none()
    return None if row is None else _holder(row)


def ticked_at(conn: Connection, *, name: str = SCHEDULE) -> datetime | None:
    """Up to when the schedule was looked after, whoever did it; None: never yet."""
    when: datetime | None = conn.execute(
        select(server.c.ticked_at).where(server.c.name == name)
    ).scalar()
    return when


def beat(conn: Connection, token: str, wall_now: datetime) -> bool:
    """The server lives. False if another has the row: it must stop then."""
    return _set(conn, token, beat_at=wall_now)


def ticked(conn: Connection, token: str, now: datetime) -> bool:
    """The schedule was looked after up to `now`. False if another server has the row.

    Belongs into the transaction that makes crawls of what is due: one who lost the row makes none.
    """
    return _set(conn, token, ticked_at=now)


def release(conn: Connection, token: str) -> bool:
    """The server ends in good order: the next one need not wait. False if another has the row."""
    return _set(conn, token, token=_NOBODY)


def _set(conn: Connection, held: str, **values: Any) -> bool:
    mine = update(server).where(server.c.token == held)
    return conn.execute(mine.values(**values)).rowcount == 1


def _holder(row: Row[Any]) -> Holder:
    values = dict(row._mapping)
    del values["name"]
    return Holder(**values)
