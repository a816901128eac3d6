"""What is new in an incident, its days, and the ledger are told without reading all of it."""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, PrimaryKeyConstraint, text

from pipelines.store.columns import Id

revision = "0013"
down_revision = "0012"

EMPTY = text("n = 0")
TAKEN = text("taken_at IS NOT NULL")
NOTED = text("note_kind IS NOT NULL AND number > 1")


def upgrade() -> None:
    op.create_table(
        "known_count",
        Column("incident_id", Id, nullable=False, autoincrement=False),
        Column("day", Integer(), nullable=False, autoincrement=False),
        Column("seen_day", Integer(), nullable=False, autoincrement=False),
        Column("n", BigInteger(), nullable=False),
        PrimaryKeyConstraint("incident_id", "day", "seen_day", name="pk_known_count"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_known_count_empty", "known_count", ["n"], sqlite_where=EMPTY, postgresql_where=EMPTY
    )
    op.execute(
        "INSERT INTO known_count (incident_id, day, seen_day, n)"
        " SELECT incident_id, day, seen_day, sum(n) FROM coverage_count GROUP BY 1, 2, 3"
    )
    op.create_index(
        "ix_coverage_count_seen", "coverage_count", ["incident_id", "outlet", "seen_day"]
    )
    op.create_index(
        "ix_match_new",
        "match",
        ["incident_id", "taken_at", "article_id", "verdict", "review"],
        sqlite_where=TAKEN,
        postgresql_where=TAKEN,
    )
    op.create_index(
        "ix_revision_noted", "revision", ["seen_at"], sqlite_where=NOTED, postgresql_where=NOTED
    )
    op.create_index("ix_link_outcome", "link", ["outcome", "changed_at", "id"])
