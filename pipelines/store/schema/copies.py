"""How copies are found: sketches of texts, links between articles, what a person said of them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
)

from pipelines.store.columns import Id, Text, UtcTime
from pipelines.store.schema.base import metadata

sketch = Table(  # what is compared of a text: items.Sketch
    "sketch",
    metadata,
    Column("article_id", Id, ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("digest", BigInteger, nullable=False),
    Column("shingles", Integer, nullable=False),
    Column("is_about_title", Boolean, nullable=False),
    Column("samples", LargeBinary, nullable=False),  # four bytes each, the lowest first
)

# The index of sketches. `sketches.keep` and `sketches.drop` see to it that no article has keys
# without a sketch: a foreign key would need an index of its own, which doubles the table.
sketch_key = Table(
    "sketch_key",
    metadata,
    Column("key", Integer, primary_key=True, autoincrement=False),  # signed 32 bits
    Column("article_id", Id, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

common_key = Table(  # keys that items.COMMON_FROM articles have or more
    "common_key",
    metadata,
    Column("key", Integer, primary_key=True, autoincrement=False),
    Column("articles", Integer, nullable=False),  # rows of sketch_key
)

copy_link = Table(  # two articles with one text; a group is what hangs together by these
    "copy_link",
    metadata,
    Column("article_id", Id, ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "other_id", Id, ForeignKey("article.id", ondelete="CASCADE"), primary_key=True, index=True
    ),  # of the two, the higher id
    Column("kind", Text, nullable=False),  # items.DuplicateKind
    Column("similarity", Float, nullable=False),  # 0 to 1
    sqlite_with_rowid=False,
)

copy_queue = Table(  # articles to be compared anew: what they were judged by has changed since
    "copy_queue",
    metadata,
    Column("article_id", Id, ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
)

copy_decision = Table(  # a person joined or parted two articles; holds whatever their texts say
    "copy_decision",
    metadata,
    Column("article_id", Id, ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "other_id", Id, ForeignKey("article.id", ondelete="CASCADE"), primary_key=True, index=True
    ),  # of the two, the higher id
    Column("together", Boolean, nullable=False),  # false: they are kept apart
    Column("decided_by", Text, nullable=False),
    Column("decided_at", UtcTime, nullable=False),
)
