"""Notices: who is told what, what there is to tell, what became of it."""

from alembic import op
from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    UniqueConstraint,
    text,
)

from pipelines.store.columns import Id, Json, Text, UtcTime

revision = "0003"
down_revision = "0002"

OPEN = text("state IN ('waiting', 'sending')")
WAITING = text("delivery_id IS NULL AND dropped IS NULL")
EDITED = text("number > 1")


def upgrade() -> None:
    taken()
    targets()
    notices()
    deliveries()
    op.create_index(
        "ix_revision_edited",
        "revision",
        ["seen_at"],
        sqlite_where=EDITED,
        postgresql_where=EDITED,
    )
    op.create_index("ix_crawl_ended", "crawl", ["state", "ended_at"])
    op.create_index("ix_link_source", "link", ["source_id", "found_at"])


def taken() -> None:
    """When an article became a follow-up; of old ones the last judgement is all that is known."""
    op.add_column("match", Column("taken_at", UtcTime()))
    op.execute(
        'UPDATE "match" SET taken_at = judged_at'
        " WHERE verdict = 'follow_up' OR review IN ('keep', 'star')"
    )
    op.create_index("ix_match_taken", "match", ["taken_at"])


def targets() -> None:
    """Addresses that are told, and up to when was looked for news."""
    op.create_table(
        "notice_target",
        Column("id", Id, nullable=False),
        Column("address", Text(), nullable=False),
        Column("secret", Text()),
        Column("incident_id", Id),
        Column("events", Json(), nullable=False),
        Column("digest", Text()),
        Column("quiet", Text()),
        Column("timezone", Text(), nullable=False),
        Column("added_at", UtcTime(), nullable=False),
        Column("told_at", UtcTime()),
        Column("failing_since", UtcTime()),
        Column("failing_why", Text()),
        ForeignKeyConstraint(
            ["incident_id"],
            ["incident.id"],
            name="fk_notice_target_incident_id",
            ondelete="CASCADE",
        ),
        PrimaryKeyConstraint("id", name="pk_notice_target"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "notice_cursor",
        Column("what", Text(), nullable=False),
        Column("at", UtcTime(), nullable=False),
        PrimaryKeyConstraint("what", name="pk_notice_cursor"),
    )


def notices() -> None:
    """What there is to tell."""
    op.create_table(
        "notice",
        Column("id", Id, nullable=False),
        Column("event", Text(), nullable=False),
        Column("subject", Text(), nullable=False),
        Column("incident_id", Id),
        Column("article_id", Id),
        Column("number", Integer()),
        Column("source_id", Id),
        Column("crawl_id", Id),
        Column("at", UtcTime(), nullable=False),
        Column("over_at", UtcTime()),
        ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_notice_incident_id", ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_notice_article_id", ondelete="SET NULL"
        ),
        ForeignKeyConstraint(
            ["source_id"], ["source.id"], name="fk_notice_source_id", ondelete="SET NULL"
        ),
        ForeignKeyConstraint(
            ["crawl_id"], ["crawl.id"], name="fk_notice_crawl_id", ondelete="SET NULL"
        ),
        PrimaryKeyConstraint("id", name="pk_notice"),
        UniqueConstraint("event", "subject", name="uq_notice_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notice_incident_id", "notice", ["incident_id"])
    op.create_index("ix_notice_source_id", "notice", ["source_id"])
    op.create_index("ix_notice_crawl_id", "notice", ["crawl_id"])
    op.create_index("ix_notice_article_id", "notice", ["article_id", "event", "incident_id"])
    op.create_index("ix_notice_at", "notice", ["event", "at"])


def deliveries() -> None:
    """What became of the telling."""
    op.create_table(
        "notice_delivery",
        Column("id", Id, nullable=False),
        Column("target_id", Id, nullable=False),
        Column("key", Text(), nullable=False),
        Column("state", Text(), nullable=False),
        Column("tries", Integer(), nullable=False),
        Column("made_at", UtcTime(), nullable=False),
        Column("first_tried_at", UtcTime(), nullable=False),
        Column("sending_since", UtcTime(), nullable=False),
        Column("next_try_at", UtcTime()),
        Column("reason", Text()),
        Column("ended_at", UtcTime()),
        ForeignKeyConstraint(
            ["target_id"],
            ["notice_target.id"],
            name="fk_notice_delivery_target_id",
            ondelete="CASCADE",
        ),
        PrimaryKeyConstraint("id", name="pk_notice_delivery"),
        UniqueConstraint("key", name="uq_notice_delivery_key"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_notice_delivery_open",
        "notice_delivery",
        ["target_id"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_notice_delivery_target", "notice_delivery", ["target_id"])
    op.create_table(
        "notice_telling",
        Column("target_id", Id, nullable=False),
        Column("notice_id", Id, nullable=False),
        Column("due_at", UtcTime(), nullable=False),
        Column("delivery_id", Id),
        Column("dropped", Text()),
        ForeignKeyConstraint(
            ["target_id"],
            ["notice_target.id"],
            name="fk_notice_telling_target_id",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name="fk_notice_telling_notice_id", ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["delivery_id"],
            ["notice_delivery.id"],
            name="fk_notice_telling_delivery_id",
            ondelete="CASCADE",
        ),
        PrimaryKeyConstraint("target_id", "notice_id", name="pk_notice_telling"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_notice_telling_waiting",
        "notice_telling",
        ["target_id", "due_at"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_index("ix_notice_telling_delivery", "notice_telling", ["delivery_id"])
    op.create_index("ix_notice_telling_notice", "notice_telling", ["notice_id"])
