"""What a telling says, as it stands now, and the ledger of all of them.

The rows hold ids alone: headline, outlet and reason are looked up when they are needed, so that
what was forgotten is not told, and what was dismissed in the meantime is taken from the list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, update

from pipelines.incident import Health
from pipelines.store.happenings import IS_TAKEN
from pipelines.store.matches import Decision
from pipelines.store.notices import Event, Target, target_of
from pipelines.store.schema import (
    article,
    crawl,
    incident,
    link,
    match,
    notice,
    notice_delivery,
    notice_target,
    notice_telling,
    revision,
    source,
)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a message, as it stands now; what an event does not have is None.

    `title` of a revision is that version's headline, `old_title` that of the version before.
    """

    notice_id: int
    event: Event
    at: datetime
    slug: str | None
    incident: str | None
    incident_id: int | None
    article_id: int | None
    title: str | None
    old_title: str | None
    number: int | None
    url: str | None
    outlet: str | None
    published_at: datetime | None
    source_id: int | None
    health: str | None
    reason: str | None
    since: datetime | None
    crawl_id: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the ledger. `state`: a `deliveries.DeliveryState`, or "dropped"; `at`: its end."""

    item: Item
    target: Target
    state: str
    due_at: datetime
    at: datetime | None
    tries: int
    next_try_at: datetime | None
    reason: str | None


_NEW, _OLD = revision.alias("new_version"), revision.alias("old_version")
_LAST_NEWS = (
    select(func.max(link.c.found_at))
    .where(link.c.source_id == source.c.id)
    .correlate(source)
    .scalar_subquery()
)
_ITEMS = (
    select(
        notice.c.id.label("notice_id"),
        notice.c.event,
        notice.c.at,
        incident.c.slug,
        incident.c.title.label("incident"),
        notice.c.incident_id,
        notice.c.article_id,
        func.coalesce(_NEW.c.title, article.c.title).label("title"),
        _OLD.c.title.label("old_title"),
        notice.c.number,
        func.coalesce(article.c.url, source.c.url).label("url"),
        func.coalesce(article.c.outlet, article.c.host, source.c.outlet).label("outlet"),
        article.c.published_at,
        notice.c.source_id,
        source.c.health,
        func.coalesce(source.c.health_reason, crawl.c.end_reason).label("reason"),
        case(
            (source.c.health.in_([Health.FAILING, Health.DENIED]), source.c.health_since),
            else_=_LAST_NEWS,
        ).label("since"),
        notice.c.crawl_id,
    )
    .select_from(notice_telling)
    .join(notice, notice.c.id == notice_telling.c.notice_id)
    .outerjoin(incident, incident.c.id == notice.c.incident_id)
    .outerjoin(article, article.c.id == notice.c.article_id)
    .outerjoin(source, source.c.id == notice.c.source_id)
    .outerjoin(crawl, crawl.c.id == notice.c.crawl_id)
    .outerjoin(_NEW, and_(_NEW.c.article_id == article.c.id, _NEW.c.number == notice.c.number))
    .outerjoin(_OLD, and_(_OLD.c.article_id == article.c.id, _OLD.c.number == notice.c.number - 1))
)


_IS_ITS_MATCH = and_(
    match.c.article_id == notice.c.article_id, match.c.incident_id == notice.c.incident_id
)
_MATCHED = select(notice.c.id).join(match, _IS_ITS_MATCH)
#: What need not be told any more, and why. A digest or quiet hours can lie between.
_STALE = (
    (
        "forgotten before it was told",
        select(notice.c.id).where(
            notice.c.event.in_([Event.NEW_FOLLOW_UP, Event.FIRST_REPORT, Event.REVISION]),
            notice.c.article_id.is_(None),
        ),
    ),
    (
        "dismissed before it was told",
        _MATCHED.where(match.c.review == Decision.DISMISS),
    ),
    (
        "no follow-up any more",
        _MATCHED.where(notice.c.event.in_([Event.NEW_FOLLOW_UP, Event.FIRST_REPORT]), ~IS_TAKEN),
    ),
    (
        "it spoke again before it was told",
        select(notice.c.id).where(
            notice.c.event == Event.SOURCE_SILENT,
            or_(notice.c.over_at.is_not(None), notice.c.source_id.is_(None)),
        ),
    ),
)


def drop_stale(conn: Connection, which: ColumnElement[bool]) -> None:
    """Takes from the lists what need not be told any more, of the tellings that fit `which`."""
    for why, stale in _STALE:
        of_it = stale.where(notice.c.id == notice_telling.c.notice_id).correlate(notice_telling)
        conn.execute(
            update(notice_telling)
            .where(which, notice_telling.c.dropped.is_(None), of_it.exists())
            .values(dropped=why)
        )


def items(conn: Connection, delivery_id: int, *, most: int) -> tuple[tuple[Item, ...], int]:
    """What a message has to say now, at most so many items, and how many there are."""
    of_it = and_(notice_telling.c.delivery_id == delivery_id, notice_telling.c.dropped.is_(None))
    total = conn.execute(select(func.count()).select_from(notice_telling).where(of_it))
    rows = conn.execute(_ITEMS.where(of_it).order_by(notice.c.id).limit(most))
    return tuple(_item(row) for row in rows), int(total.scalar_one())


def _item(row: Any) -> Item:
    mapping = row._mapping
    values = {name: mapping[name] for name in Item.__dataclass_fields__}
    return Item(**{**values, "event": Event(row.event)})


def ledger(conn: Connection, *, target_id: int | None = None, limit: int) -> list[Told]:
    """What was told to whom, what waits and what failed, the newest first."""
    wanted = (
        _ITEMS.add_columns(
            notice_telling.c.due_at,
            notice_telling.c.target_id,
            notice_telling.c.dropped,
            notice_delivery.c.state,
            notice_delivery.c.tries,
            notice_delivery.c.next_try_at,
            notice_delivery.c.ended_at,
            notice_delivery.c.reason.label("failure"),
        )
        .outerjoin(notice_delivery, notice_delivery.c.id == notice_telling.c.delivery_id)
        .order_by(notice_telling.c.notice_id.desc(), notice_telling.c.target_id)
        .limit(limit)
    )
    if target_id is not None:
        wanted = wanted.where(notice_telling.c.target_id == target_id)
    targets = {row.id: target_of(row) for row in conn.execute(select(notice_target))}
    return [
        Told(
            item=_item(row),
            target=targets[row.target_id],
            state="dropped" if row.dropped else row.state or "waiting",
            due_at=row.due_at,
            at=row.ended_at,
            tries=row.tries or 0,
            next_try_at=row.next_try_at,
            reason=row.dropped or row.failure,
        )
        for row in conn.execute(wanted)
    ]


def waiting(conn: Connection) -> Mapping[int, int]:
    """How many things wait to be told, by target; those between two tries too."""
    rows = conn.execute(
        select(notice_telling.c.target_id, func.count())
        .outerjoin(notice_delivery, notice_delivery.c.id == notice_telling.c.delivery_id)
        .where(
            notice_telling.c.dropped.is_(None),
            func.coalesce(notice_delivery.c.state, "waiting") == "waiting",
        )
        .group_by(notice_telling.c.target_id)
    )
    return dict(rows.all())
