"""Who is told what: targets, what there is to tell, and what became of the telling."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, UniqueConstraint, text

from pipelines.store.columns import Id, Json, Text, UtcTime
from pipelines.store.schema.articles import match, revision
from pipelines.store.schema.base import metadata
from pipelines.store.schema.crawls import crawl, link

notice_target = Table(  # an address that somebody wants to be told at
    "notice_target",
    metadata,
    Column("id", Id, primary_key=True),
    Column("address", Text, nullable=False),  # the person; may hold passwords: never shown whole
    Column("secret", Text),  # the person: key of the webhook's signature; null: not signed
    Column("incident_id", Id, ForeignKey("incident.id", ondelete="CASCADE")),  # null: all
    Column("events", Json, nullable=False),  # the person: notices.Event, at least one
    Column("digest", Text),  # the person: "1h", "08:00"; null: at once
    Column("quiet", Text),  # the person: "22:00-07:00"; null: never quiet
    Column("timezone", Text, nullable=False),  # IANA name, of `digest` and `quiet`
    Column("added_at", UtcTime, nullable=False),  # nothing that happened before is told
    Column("told_at", UtcTime),  # the last message that went well; null: none yet
    Column("failing_since", UtcTime),  # since the last that went well; null: it does not fail
    Column("failing_why", Text),  # of the last try; null: it does not fail
    sqlite_autoincrement=True,
)

notice = (
    Table(  # something to tell, once for all targets; what it says is looked up when it is sent
        "notice",
        metadata,
        Column("id", Id, primary_key=True),
        Column("event", Text, nullable=False),  # notices.Event
        Column("subject", Text, nullable=False),  # of what, in words that never come twice
        Column("incident_id", Id, ForeignKey("incident.id", ondelete="CASCADE"), index=True),
        # null: of no single incident
        Column("article_id", Id, ForeignKey("article.id", ondelete="SET NULL")),
        # null: of no article, or it was forgotten
        Column("number", Integer),  # of the revision; null: of none
        Column("source_id", Id, ForeignKey("source.id", ondelete="SET NULL"), index=True),
        # null: of no source, or it was removed
        Column("crawl_id", Id, ForeignKey("crawl.id", ondelete="SET NULL"), index=True),
        # the first of a row of crawls; null: of none
        Column("at", UtcTime, nullable=False),  # when it happened
        Column(
            "over_at", UtcTime
        ),  # a silence: when the source spoke again; null: not yet, or none
        UniqueConstraint("event", "subject"),
        sqlite_autoincrement=True,
    )
)
Index("ix_notice_article_id", notice.c.article_id, notice.c.event, notice.c.incident_id)
Index("ix_notice_at", notice.c.event, notice.c.at)

notice_delivery = Table(  # one message to one target
    "notice_delivery",
    metadata,
    Column("id", Id, primary_key=True),
    Column("target_id", Id, ForeignKey("notice_target.id", ondelete="CASCADE"), nullable=False),
    Column("key", Text, nullable=False, unique=True),  # the same at every try, for the receiver
    Column("state", Text, nullable=False),  # notices.DeliveryState
    Column("tries", Integer, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("first_tried_at", UtcTime, nullable=False),  # REAL
    Column("sending_since", UtcTime, nullable=False),  # REAL; of the last try
    Column("next_try_at", UtcTime),  # REAL; null: no further try
    Column("reason", Text),  # why the last try failed; null: it did not
    Column("ended_at", UtcTime),  # told, failed or unsure since; null: it may still be told
    sqlite_autoincrement=True,
)
_OPEN = text("state IN ('waiting', 'sending')")
Index(
    "ix_notice_delivery_open",
    notice_delivery.c.target_id,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
Index("ix_notice_delivery_target", notice_delivery.c.target_id)

notice_telling = Table(  # one thing to tell to one target
    "notice_telling",
    metadata,
    Column("target_id", Id, ForeignKey("notice_target.id", ondelete="CASCADE"), primary_key=True),
    Column("notice_id", Id, ForeignKey("notice.id", ondelete="CASCADE"), primary_key=True),
    Column("due_at", UtcTime, nullable=False),  # not before; digest and quiet hours decide
    Column(
        "delivery_id", Id, ForeignKey("notice_delivery.id", ondelete="CASCADE")
    ),  # null: in no message yet
    Column("dropped", Text),  # why it needs no telling any more; null: it does
    sqlite_with_rowid=False,
)
_WAITING = text("delivery_id IS NULL AND dropped IS NULL")
Index(
    "ix_notice_telling_waiting",
    notice_telling.c.target_id,
    notice_telling.c.due_at,
    sqlite_where=_WAITING,
    postgresql_where=_WAITING,
)
Index("ix_notice_telling_delivery", notice_telling.c.delivery_id)
Index("ix_notice_telling_notice", notice_telling.c.notice_id)

notice_cursor = Table(  # up to when was looked for what there is to tell
    "notice_cursor",
    metadata,
    Column("what", Text, primary_key=True),
    Column("at", UtcTime, nullable=False),
)

# By these the collector finds what is new in other rooms' tables.
Index("ix_match_taken", match.c.taken_at)
_EDITED = text("number > 1")
Index("ix_revision_edited", revision.c.seen_at, sqlite_where=_EDITED, postgresql_where=_EDITED)
Index("ix_crawl_ended", crawl.c.state, crawl.c.ended_at)
Index("ix_link_source", link.c.source_id, link.c.found_at)
