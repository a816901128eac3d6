"""The desk: labels, decisions taken together, saved searches, when somebody last looked, tokens and
sessions."""

from alembic import op
from sqlalchemy import (
    Boolean,
    Column,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    UniqueConstraint,
)

from pipelines.store.columns import Id, Json, Text, UtcTime

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("review", Column("label", Text()))
    op.add_column("review", Column("labelled", Boolean()))
    op.add_column("review", Column("batch", Text()))
    op.create_index("ix_review_batch", "review", ["batch"])
    op.create_table(
        "label",
        Column("incident_id", Id, nullable=False),
        Column("name", Text(), nullable=False),
        Column("article_id", Id, nullable=False),
        PrimaryKeyConstraint("incident_id", "name", "article_id"),
        ForeignKeyConstraint(["incident_id"], ["incident.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["article_id"], ["article.id"], ondelete="CASCADE"),
    )
    op.create_index("ix_label_article_id", "label", ["article_id"])
    op.create_table(
        "saved_search",
        Column("id", Id, nullable=False),
        Column("incident_id", Id),
        Column("name", Text(), nullable=False),
        Column("query", Text(), nullable=False),
        Column("filters", Json(), nullable=False),
        Column("created_by", Text(), nullable=False),
        Column("created_at", UtcTime(), nullable=False),
        PrimaryKeyConstraint("id"),
        UniqueConstraint("incident_id", "name"),
        ForeignKeyConstraint(["incident_id"], ["incident.id"], ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "looked",
        Column("incident_id", Id, nullable=False),
        Column("person", Text(), nullable=False),
        Column("at", UtcTime(), nullable=False),
        PrimaryKeyConstraint("incident_id", "person"),
        ForeignKeyConstraint(["incident_id"], ["incident.id"], ondelete="CASCADE"),
    )
    op.create_table(
        "token",
        Column("id", Id, nullable=False),
        Column("name", Text(), nullable=False),
        Column("sha256", Text(), nullable=False),
        Column("scopes", Json(), nullable=False),
        Column("created_at", UtcTime(), nullable=False),
        Column("used_at", UtcTime()),
        Column("revoked_at", UtcTime()),
        PrimaryKeyConstraint("id"),
        UniqueConstraint("sha256"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "session",
        Column("sha256", Text(), nullable=False),
        Column("person", Text(), nullable=False),
        Column("created_at", UtcTime(), nullable=False),
        Column("expires_at", UtcTime(), nullable=False),
        PrimaryKeyConstraint("sha256"),
        quote=True,
    )
