"""A raw page that goes is found in its revision without reading all texts."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_index("ix_revision_page_id", "revision", ["page_id"])
