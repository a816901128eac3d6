"""An article knows since when its text was not there, and which cosmetic change was seen last."""

from alembic import op
from sqlalchemy import Column

from pipelines.store.columns import Text, UtcTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("article", Column("gone_since", UtcTime()))
    op.add_column("article", Column("cosmetic_sha256", Text()))
