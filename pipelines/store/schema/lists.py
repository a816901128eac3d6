"""Lists as they are shown and counted: made by `relisting` out of the other tables, and anew from
them at any time. Triggers note in `to_list` whose lines are out of date; whoever writes brings them
up to date before their transaction ends (`Database.write`), so lists are never behind.

Times and incidents as elsewhere, but for incident 0: the articles of all.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    text,
)

from pipelines.store.columns import Id, Text, UtcTime
from pipelines.store.schema.base import metadata

facet_count = Table(  # lines that are alike in all that lists are narrowed by, and how many
    "facet_count",
    metadata,
    Column("id", Id, primary_key=True),
    Column("incident_id", Id, nullable=False),
    Column("source_id", Id, nullable=False),  # 0: none; the source may be gone
    Column("outlet", Text, nullable=False),  # "": unknown
    Column("language", Text, nullable=False),  # "": unknown
    Column("verdict", Text, nullable=False),
    Column("review", Text, nullable=False),  # "": nobody decided
    Column("copied", Boolean, nullable=False),  # it has a copy group
    Column("changed", Text, nullable=False),  # "no", "edited", "vanished"
    Column("n", BigInteger, nullable=False),
    UniqueConstraint(
        *("incident_id", "source_id", "outlet", "language"),
        *("verdict", "review", "copied", "changed"),
        name="uq_facet_count_all",
    ),
)

listed = Table(  # an article in the list of an incident that it is not off topic for, and in 0
    "listed",
    metadata,
    Column("article_id", Id, primary_key=True, autoincrement=False),
    Column("incident_id", Id, primary_key=True, autoincrement=False),
    Column("of_incident_id", Id),  # whose score it is; null: no incident has it
    Column("facet_id", Id, nullable=False),  # of its row in facet_count
    Column("listed_at", UtcTime, nullable=False),  # as article has it
    Column("first_seen_at", UtcTime, nullable=False),  # the same
    Column("score", Float, nullable=False),  # relisting.NO_SCORE: no incident has it
    Column("group_id", Id),  # null: stands alone
    Column("is_copy", Boolean, nullable=False),  # its group has another origin
    sqlite_with_rowid=False,
)
_TAIL = (listed.c.article_id, listed.c.facet_id)
Index("ix_listed_published", listed.c.incident_id, listed.c.listed_at, *_TAIL)
Index("ix_listed_seen", listed.c.incident_id, listed.c.first_seen_at, *_TAIL)
Index("ix_listed_score", listed.c.incident_id, listed.c.score, *_TAIL)
Index("ix_listed_facet", listed.c.facet_id, listed.c.listed_at, listed.c.article_id)
_GROUPED = text("group_id IS NOT NULL")
Index(
    "ix_listed_group",
    listed.c.group_id,
    listed.c.incident_id,
    sqlite_where=_GROUPED,
    postgresql_where=_GROUPED,
)

day_count = Table(  # lines of a day
    "day_count",
    metadata,
    Column("incident_id", Id, primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False),  # of listed_at; since 1970, UTC
    Column("verdict", Text, primary_key=True),
    Column("review", Text, primary_key=True),  # "": nobody decided
    Column("n", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

coverage_count = Table(  # follow-ups of an outlet on a day
    "coverage_count",
    metadata,
    Column("incident_id", Id, primary_key=True, autoincrement=False),  # never 0
    Column("outlet", Text, primary_key=True),  # "": unknown
    Column("day", Integer, primary_key=True, autoincrement=False),  # as day_count has it
    Column("seen_day", Integer, primary_key=True, autoincrement=False),  # of first_seen_at
    Column("n", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
Index(
    "ix_coverage_count_seen",
    coverage_count.c.incident_id,
    coverage_count.c.outlet,
    coverage_count.c.seen_day,
)

known_count = Table(  # follow-ups of a day by the day on which they came to be known
    "known_count",
    metadata,
    Column("incident_id", Id, primary_key=True, autoincrement=False),  # never 0
    Column("day", Integer, primary_key=True, autoincrement=False),  # as day_count has it
    Column("seen_day", Integer, primary_key=True, autoincrement=False),  # of first_seen_at
    Column("n", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
_EMPTY = text("n = 0")
for _table in (facet_count, day_count, coverage_count, known_count):
    Index(f"ix_{_table.name}_empty", _table.c.n, sqlite_where=_EMPTY, postgresql_where=_EMPTY)

to_list = Table(  # articles whose lines are out of date; empty between transactions
    "to_list",
    metadata,
    Column("article_id", Id, nullable=False),
)

#: What is made out of the other tables, and never copied.
DERIVED = (facet_count, listed, day_count, coverage_count, known_count, to_list)
