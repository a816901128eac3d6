"""Sketches of fixed size: a text is looked up by some twenty keys and compared by its samples, all
in one row. Links between articles are kept, and which articles are to be compared anew.

The old rows say which samples a text has but not in which order, so sketches are made anew of the
texts: all articles that had one stand in the queue. Until they are through, groups rest on what was
found before.
"""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
)

from pipelines.store.columns import Id, Text

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "copy_queue",
        Column("article_id", Id, nullable=False),
        PrimaryKeyConstraint("article_id"),
        ForeignKeyConstraint(["article_id"], ["article.id"], ondelete="CASCADE"),
    )
    op.execute(
        "INSERT INTO copy_queue (article_id) SELECT article_id FROM sketch"
        " UNION SELECT id FROM article WHERE group_id IS NOT NULL"
    )
    op.drop_table("sketch")
    _make_sketches()
    op.create_table(
        "copy_link",
        Column("article_id", Id, nullable=False),
        Column("other_id", Id, nullable=False),
        Column("kind", Text(), nullable=False),
        Column("similarity", Float(), nullable=False),
        PrimaryKeyConstraint("article_id", "other_id"),
        ForeignKeyConstraint(["article_id"], ["article.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["other_id"], ["article.id"], ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_copy_link_other_id", "copy_link", ["other_id"])
    op.execute(
        "INSERT INTO copy_link (article_id, other_id, kind, similarity)"
        " SELECT CASE WHEN id < copy_of THEN id ELSE copy_of END,"
        " CASE WHEN id < copy_of THEN copy_of ELSE id END, duplicate_kind, similarity"
        " FROM article WHERE copy_of IS NOT NULL"
    )


def _make_sketches() -> None:
    op.create_table(
        "sketch",
        Column("article_id", Id, nullable=False),
        Column("digest", BigInteger(), nullable=False),
        Column("shingles", Integer(), nullable=False),
        Column("is_about_title", Boolean(), nullable=False),
        Column("samples", LargeBinary(), nullable=False),
        PrimaryKeyConstraint("article_id"),
        ForeignKeyConstraint(["article_id"], ["article.id"], ondelete="CASCADE"),
    )
    op.create_table(
        "sketch_key",
        Column("key", Integer(), nullable=False),
        Column("article_id", Id, nullable=False),
        PrimaryKeyConstraint("key", "article_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "common_key",
        Column("key", Integer(), nullable=False),
        Column("articles", Integer(), nullable=False),
        PrimaryKeyConstraint("key"),
    )
