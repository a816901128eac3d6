"""A group of copies says why its origin is the origin, and what a person joined or parted stays so;
an article its agency, its cosmetic changes and how often it was found empty; a version what its
outlet said of it and how much changed."""

from alembic import op
from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint

from pipelines.store.columns import Id, Text, UtcTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("article", Column("credit", Text()))
    op.add_column("article", Column("credit_found", Text()))
    op.add_column(
        "article", Column("cosmetic_changes", Integer(), nullable=False, server_default="0")
    )
    op.add_column("article", Column("gone_reads", Integer(), nullable=False, server_default="0"))
    op.add_column("copy_group", Column("origin_reason", Text()))
    op.add_column("revision", Column("note", Text()))
    op.add_column("revision", Column("note_kind", Text()))
    op.add_column("revision", Column("words_added", Integer()))
    op.add_column("revision", Column("words_removed", Integer()))
    op.create_table(
        "copy_decision",
        Column("article_id", Id, nullable=False),
        Column("other_id", Id, nullable=False),
        Column("together", Boolean(), nullable=False),
        Column("decided_by", Text(), nullable=False),
        Column("decided_at", UtcTime(), nullable=False),
        PrimaryKeyConstraint("article_id", "other_id"),
        ForeignKeyConstraint(["article_id"], ["article.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["other_id"], ["article.id"], ondelete="CASCADE"),
    )
    op.create_index("ix_copy_decision_other_id", "copy_decision", ["other_id"])
