"""An article keeps its section, its price and every time that its page gave; each version of its
text keeps its markup and the entries of a live blog. What was stored before has none of them."""

from alembic import op
from sqlalchemy import Boolean, Column

from pipelines.store.columns import Json, Text

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("article", Column("section", Text()))
    op.add_column("article", Column("is_free", Boolean()))
    op.add_column("article", Column("dates", Json()))
    op.add_column("revision", Column("html", Text()))
    op.add_column("revision", Column("entries", Json()))
