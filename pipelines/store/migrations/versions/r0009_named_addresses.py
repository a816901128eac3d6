"""An address that a page only named is told from one that was read."""

from alembic import op
from sqlalchemy import Boolean, Column, true

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("alias", Column("is_read", Boolean(), nullable=False, server_default=true()))
