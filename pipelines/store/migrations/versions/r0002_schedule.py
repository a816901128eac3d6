"""The schedule: what people set, which sources a crawl polls, who keeps it."""

from alembic import op
from sqlalchemy import (
    Boolean,
    Column,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    UniqueConstraint,
    false,
    text,
)

from pipelines.store.columns import Id, Json, Text, UtcTime

revision = "0002"
down_revision = "0001"

UNPOLLED = text("ending IS NULL")


def upgrade() -> None:
    op.add_column(
        "source", Column("quiet_polls", Integer(), nullable=False, server_default=text("0"))
    )
    op.add_column("source", Column("resting", Boolean(), nullable=False, server_default=false()))
    op.create_index("ix_source_due", "source", ["resting", "due_at"])
    op.add_column("crawl", Column("cancel_reason", Text()))
    op.add_column("crawl", Column("sealed_at", UtcTime()))
    schedules()
    polls()
    servers()


def schedules() -> None:
    """When to poll, and what is paused."""
    op.create_table(
        "schedule",
        Column("id", Id, nullable=False),
        Column("subject", Text(), nullable=False),
        Column("incident_id", Id),
        Column("source_id", Id),
        Column("rule", Json()),
        Column("paused_at", UtcTime()),
        Column("changed_at", UtcTime(), nullable=False),
        Column("changed_by", Text(), nullable=False),
        ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_schedule_incident_id", ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["source_id"], ["source.id"], name="fk_schedule_source_id", ondelete="CASCADE"
        ),
        PrimaryKeyConstraint("id", name="pk_schedule"),
        UniqueConstraint("subject", name="uq_schedule_subject"),
        sqlite_autoincrement=True,
    )


def polls() -> None:
    """The sources on a crawl's list."""
    op.create_table(
        "crawl_source",
        Column("crawl_id", Id, nullable=False),
        Column("source_id", Id, nullable=False),
        Column("due_at", UtcTime()),
        Column("given_by", Id),
        Column("ending", Text()),
        Column("reason", Text()),
        Column("links", Integer()),
        Column("at", UtcTime(), nullable=False),
        ForeignKeyConstraint(
            ["crawl_id"], ["crawl.id"], name="fk_crawl_source_crawl_id", ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["source_id"], ["source.id"], name="fk_crawl_source_source_id", ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["given_by"], ["crawl.id"], name="fk_crawl_source_given_by"),
        PrimaryKeyConstraint("crawl_id", "source_id", name="pk_crawl_source"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_crawl_source_open",
        "crawl_source",
        ["source_id", "crawl_id"],
        sqlite_where=UNPOLLED,
        postgresql_where=UNPOLLED,
    )


def servers() -> None:
    """Who keeps the schedule."""
    op.create_table(
        "server",
        Column("name", Text(), nullable=False),
        Column("token", Text(), nullable=False),
        Column("home", Text(), nullable=False),
        Column("machine", Text(), nullable=False),
        Column("pid", Integer(), nullable=False),
        Column("url", Text(), nullable=False),
        Column("since", UtcTime(), nullable=False),
        Column("beat_at", UtcTime(), nullable=False),
        Column("ticked_at", UtcTime()),
        PrimaryKeyConstraint("name", name="pk_server"),
    )
