"""A store has an identity, for the ids of what leaves it."""

from alembic import op
from sqlalchemy import Column, Integer

from pipelines.store.columns import Text

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "identity",
        Column("id", Integer(), primary_key=True, autoincrement=False),
        Column("uuid", Text(), nullable=False),
    )
