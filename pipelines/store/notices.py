"""Who is to be told, and what there is to tell.

A notice is written once for all targets (unique by event and subject), and with it, in the same
transaction, a telling for each target that wants it: that is the ledger by which nothing is told
twice. What a notice says is looked up when it is sent, so that what was forgotten is not told.
`happenings` finds what is new, `deliveries` keeps what became of the tellings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from pipelines.errors import UnknownThing
from pipelines.store.database import insert_into
from pipelines.store.schema import notice, notice_cursor, notice_target, notice_telling


class Event(StrEnum):
    """What people can be told of."""

    NEW_FOLLOW_UP = "new_follow_up"
    FIRST_REPORT = "first_report"
    REVISION = "revision"
    SOURCE_SILENT = "source_silent"
    CRAWL_FAILED = "crawl_failed"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Target:
    """An address that is told; see `schema.notice_target` for what None means.

    `address` and `secret` may hold passwords: neither is ever shown, nor in a repr.
    """

    address: str
    events: tuple[Event, ...]
    timezone: str
    secret: str | None = None
    incident_id: int | None = None
    digest: str | None = None
    quiet: str | None = None
    added_at: datetime | None = None
    told_at: datetime | None = None
    failing_since: datetime | None = None
    failing_why: str | None = None
    id: int = 0

    def __repr__(self) -> str:
        return f"Target(id={self.id})"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell. `subject` says of what, in words that never come twice for an event."""

    event: Event
    subject: str
    at: datetime
    incident_id: int | None = None
    article_id: int | None = None
    number: int | None = None
    source_id: int | None = None
    crawl_id: int | None = None


def add_target(conn: Connection, new: Target, *, now: datetime) -> int:
    """Keeps a target and gives its id. What happened before `now` is never told to it."""
    values = {
        "address": new.address,
        "secret": new.secret,
        "incident_id": new.incident_id,
        "events": list(new.events),
        "digest": new.digest,
        "quiet": new.quiet,
        "timezone": new.timezone,
        "added_at": now,
    }
    made = insert(notice_target).values(**values).returning(notice_target.c.id)
    return int(conn.execute(made).scalar_one())


def get_target(conn: Connection, id: int) -> Target:
    """Raises UnknownThing where there is none of that id."""
    row = conn.execute(select(notice_target).where(notice_target.c.id == id)).one_or_none()
    if row is None:
        raise UnknownThing("target", id, remedy="`followup notify list` shows them.")
    return target_of(row)


def targets(conn: Connection) -> list[Target]:
    """All targets by id."""
    rows = conn.execute(select(notice_target).order_by(notice_target.c.id))
    return [target_of(row) for row in rows]


def remove_target(conn: Connection, id: int) -> None:
    """Takes a target away with what is kept of its tellings. Raises UnknownThing."""
    gone = conn.execute(delete(notice_target).where(notice_target.c.id == id))
    if gone.rowcount == 0:
        raise UnknownThing("target", id, remedy="`followup notify list` shows them.")


def note(conn: Connection, new: Notice) -> int | None:
    """Writes down that there is something to tell; None where it stands there already."""
    made: int | None = conn.execute(
        insert_into(conn, notice)
        .values(
            event=new.event,
            subject=new.subject,
            incident_id=new.incident_id,
            article_id=new.article_id,
            number=new.number,
            source_id=new.source_id,
            crawl_id=new.crawl_id,
            at=new.at,
        )
        .on_conflict_do_nothing(index_elements=[notice.c.event, notice.c.subject])
        .returning(notice.c.id)
    ).scalar()
    return made


def is_noted(conn: Connection, event: Event, subject: str) -> bool:
    """True where that stands among the notices."""
    found = select(notice.c.id).where(notice.c.event == event, notice.c.subject == subject)
    return conn.execute(found).first() is not None


def tell(conn: Connection, notice_id: int, due: Mapping[int, datetime]) -> None:
    """Puts a notice on the list of targets, by id, each with the time from which it is due.

    Belongs into the transaction of the `note` that gave the id.
    """
    rows = [
        {"target_id": target_id, "notice_id": notice_id, "due_at": due_at}
        for target_id, due_at in due.items()
    ]
    if rows:
        conn.execute(insert(notice_telling), rows)


def silences(conn: Connection) -> Mapping[int, int]:
    """Sources that fell silent and have not spoken since: source id -> id of the notice."""
    rows = conn.execute(
        select(notice.c.source_id, notice.c.id).where(
            notice.c.event == Event.SOURCE_SILENT,
            notice.c.over_at.is_(None),
            notice.c.source_id.is_not(None),
        )
    )
    return dict(rows.all())


def end_silences(conn: Connection, notice_ids: Sequence[int], *, now: datetime) -> None:
    """These sources spoke again: the next silence is another one."""
    conn.execute(update(notice).where(notice.c.id.in_(notice_ids)).values(over_at=now))


def stands_since(
    conn: Connection, event: Event, since: datetime, until: datetime, incident_id: int | None
) -> bool:
    """True where a notice of that event and incident (None: of none) lies in that time."""
    found = select(notice.c.id).where(
        notice.c.event == event, notice.c.at >= since, notice.c.at <= until
    )
    of = notice.c.incident_id
    found = found.where(of.is_(None) if incident_id is None else of == incident_id)
    return conn.execute(found.limit(1)).first() is not None


def cursors(conn: Connection) -> Mapping[str, datetime]:
    """Up to when was looked, by what was looked for."""
    return dict(conn.execute(select(notice_cursor.c.what, notice_cursor.c.at)).all())


def set_cursor(conn: Connection, what: str, at: datetime) -> None:
    """All that happened up to then is written down."""
    made = insert_into(conn, notice_cursor).values(what=what, at=at)
    conn.execute(made.on_conflict_do_update(index_elements=[notice_cursor.c.what], set_={"at": at}))


def target_of(row: Row[Any]) -> Target:
    """A target from its row."""
    values = {name: getattr(row, name) for name in notice_target.c.keys()}  # noqa: SIM118
    return Target(**{**values, "events": tuple(Event(name) for name in row.events)})
