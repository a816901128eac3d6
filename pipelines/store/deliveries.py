"""What becomes of tellings: each goes into one message to its target, and is told at most once.

A message is claimed (`sending`) in a transaction before the network is touched. One that is found
`sending` after its time was sent by a process that died: nobody knows whether it arrived, so it is
`unsure` and never sent again. A target has one message on its way at a time.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, func, insert, literal, select, text, update

from pipelines.store.columns import UtcTime
from pipelines.store.notices import Target, target_of
from pipelines.store.schema import notice_delivery, notice_target, notice_telling
from pipelines.store.tellings import Item, drop_stale, items


class DeliveryState(StrEnum):
    """Where a message stands. WAITING is between two tries."""

    WAITING = "waiting"
    SENDING = "sending"
    TOLD = "told"
    FAILED = "failed"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Due:
    """A target with something to tell, and since when that waits."""

    target: Target
    since: datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is this process's to send. `key` is the same at every try."""

    id: int
    target: Target
    key: str
    tries: int
    first_tried_at: datetime
    made_at: datetime
    items: tuple[Item, ...]
    total: int


_IS_WAITING = and_(notice_telling.c.delivery_id.is_(None), notice_telling.c.dropped.is_(None))
#: Spelled out: the partial index is for these words.
_IS_OPEN = text("notice_delivery.state IN ('waiting', 'sending')")


def due(conn: Connection, *, now: datetime, wall: datetime) -> list[Due]:
    """Targets to which a message can be sent, the one that waits longest first.

    `now` is the product's time, for what is due; `wall` real time, for tries again.
    """
    first_due = (
        select(func.min(notice_telling.c.due_at))
        .where(notice_telling.c.target_id == notice_target.c.id, _IS_WAITING)
        .scalar_subquery()
    )
    rows = conn.execute(
        select(
            notice_target,
            first_due.label("first_due"),
            notice_delivery.c.state,
            notice_delivery.c.next_try_at,
            notice_delivery.c.made_at,
        ).outerjoin(
            notice_delivery, and_(notice_delivery.c.target_id == notice_target.c.id, _IS_OPEN)
        )
    )
    found = []
    for row in rows:
        if row.state == DeliveryState.WAITING and row.next_try_at <= wall:
            found.append(Due(target_of(row), row.made_at))
        elif row.state is None and row.first_due is not None and row.first_due <= now:
            found.append(Due(target_of(row), row.first_due))
    return sorted(found, key=lambda one: one.since)


def claim(
    conn: Connection, target_id: int, *, key: str, now: datetime, wall: datetime, most: int
) -> Claimed | None:
    """Makes a target's next message this process's: the one to be tried again, else all that waits.

    `key` is the key of a new one; at most `most` of its items are given. None where another process
    was faster, or nothing is left to tell.
    """
    locked = select(notice_target).where(notice_target.c.id == target_id)
    row = conn.execute(locked.with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return None
    open_one = select(notice_delivery).where(notice_delivery.c.target_id == target_id, _IS_OPEN)
    begun = conn.execute(open_one).one_or_none()
    if begun is None:
        made = _gather(conn, target_id, key, now, wall)
        if made is None:
            return None
    elif begun.state == DeliveryState.SENDING or begun.next_try_at > wall:
        return None
    else:
        made = begun.id
        drop_stale(conn, notice_telling.c.delivery_id == made)
        values = {"state": DeliveryState.SENDING, "sending_since": wall, "next_try_at": None}
        again = update(notice_delivery).where(notice_delivery.c.id == made)
        conn.execute(again.values(tries=notice_delivery.c.tries + 1, **values))
    sent = conn.execute(select(notice_delivery).where(notice_delivery.c.id == made)).one()
    told, total = items(conn, made, most=most)
    return Claimed(
        id=sent.id,
        target=target_of(row),
        key=sent.key,
        tries=sent.tries,
        first_tried_at=sent.first_tried_at,
        made_at=sent.made_at,
        items=told,
        total=total,
    )


def _gather(
    conn: Connection, target_id: int, key: str, now: datetime, wall: datetime
) -> int | None:
    """A new message of all that waits for a target, once some of it is due; gives its id."""
    waiting = and_(notice_telling.c.target_id == target_id, _IS_WAITING)
    first_due = select(func.min(notice_telling.c.due_at)).where(waiting)
    due_at = conn.execute(first_due).scalar()
    if due_at is None or due_at > now:
        return None
    drop_stale(conn, waiting)
    if conn.execute(first_due).scalar() is None:
        return None
    made = int(
        conn.execute(
            insert(notice_delivery)
            .values(
                target_id=target_id,
                key=key,
                state=DeliveryState.SENDING,
                tries=1,
                made_at=now,
                first_tried_at=wall,
                sending_since=wall,
            )
            .returning(notice_delivery.c.id)
        ).scalar_one()
    )
    conn.execute(update(notice_telling).where(waiting).values(delivery_id=made))
    return made


def told(conn: Connection, one: Claimed, *, now: datetime) -> bool:
    """The receiver took it. False where the row says something else by now."""
    known = notice_delivery.c.state.in_([DeliveryState.SENDING, DeliveryState.UNSURE])
    done = conn.execute(
        update(notice_delivery)
        .where(notice_delivery.c.id == one.id, known)
        .values(state=DeliveryState.TOLD, reason=None, ended_at=now)
    )
    well = {"told_at": now, "failing_since": None, "failing_why": None}
    conn.execute(update(notice_target).where(notice_target.c.id == one.target.id).values(**well))
    return done.rowcount == 1


def put_off(
    conn: Connection, one: Claimed, reason: str, *, next_try_at: datetime, now: datetime
) -> None:
    """The receiver did not take it; it is tried again at `next_try_at` (real time)."""
    _end(conn, one.id, DeliveryState.WAITING, reason, next_try_at=next_try_at)
    _mark_failing(conn, one.target.id, reason, now)


def give_up(conn: Connection, one: Claimed, reason: str, *, now: datetime) -> None:
    """It is not tried again: nobody took it for too long."""
    _end(conn, one.id, DeliveryState.FAILED, reason, ended_at=now)
    _mark_failing(conn, one.target.id, reason, now)


def leave_unsure(conn: Connection, one: Claimed, reason: str, *, now: datetime) -> None:
    """Nobody knows whether it arrived; it is not tried again."""
    _end(conn, one.id, DeliveryState.UNSURE, reason, ended_at=now)
    _mark_failing(conn, one.target.id, reason, now)


def let_go(conn: Connection, one: Claimed, *, now: datetime) -> None:
    """Nothing of it is left to tell."""
    gone = "nothing of it was left to tell"
    _end(conn, one.id, DeliveryState.FAILED, gone, ended_at=now)


def settle_dead(conn: Connection, *, before: datetime, now: datetime) -> int:
    """Messages that were begun before then (real time) and never ended are unsure; gives how many.

    Their process died between claiming and writing down how it went.
    """
    settled = conn.execute(
        update(notice_delivery)
        .where(
            _IS_OPEN,
            notice_delivery.c.state == DeliveryState.SENDING,
            notice_delivery.c.sending_since < before,
        )
        .values(
            state=DeliveryState.UNSURE,
            reason="its process ended while it was sent",
            ended_at=now,
        )
    )
    return settled.rowcount


def has_dead(conn: Connection, *, before: datetime) -> bool:
    """True where `settle_dead` has something to do."""
    stuck = select(notice_delivery.c.id).where(
        _IS_OPEN,
        notice_delivery.c.state == DeliveryState.SENDING,
        notice_delivery.c.sending_since < before,
    )
    return conn.execute(stuck.limit(1)).first() is not None


def _end(conn: Connection, id: int, state: DeliveryState, reason: str, **values: Any) -> None:
    conn.execute(
        update(notice_delivery)
        .where(notice_delivery.c.id == id, notice_delivery.c.state == DeliveryState.SENDING)
        .values(state=state, reason=reason, **values)
    )


def _mark_failing(conn: Connection, target_id: int, reason: str, now: datetime) -> None:
    since = func.coalesce(notice_target.c.failing_since, literal(now, UtcTime))
    failing = update(notice_target).where(notice_target.c.id == target_id)
    conn.execute(failing.values(failing_since=since, failing_why=reason))
