"""Lists and their counts are kept ready; triggers note of which articles they are out of date."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Integer,
    PrimaryKeyConstraint,
    UniqueConstraint,
    text,
)

from pipelines.store.columns import Id, Json, Text, UtcTime

revision = "0012"
down_revision = "0011"

GROUPED = text("group_id IS NOT NULL")
EMPTY = text("n = 0")

_OWN = "({0}.verdict <> 'off_topic' OR {0}.review IS NOT NULL OR {0}.forced)"
_WATCHED = {
    "article": (
        *("outlet", "language", "listed_at", "first_seen_at", "group_id", "copy_of"),
        "vanished_at",
    ),
    "match": ("article_id", "verdict", "review", "score", "forced"),
    "revision": ("article_id", "number"),
}
_COUNTS = {
    "article": "TRUE",
    "match": _OWN,
    "revision": "{0}.number > 1",
}


def _triggers(is_not: str) -> dict[str, tuple[str, str, str, str]]:
    """Name -> table, event, condition, and of which row the article is noted."""
    made = {}
    for table, columns in _WATCHED.items():
        changed = " OR ".join(f"OLD.{name} {is_not} NEW.{name}" for name in columns)
        new, old = _COUNTS[table].format("NEW"), _COUNTS[table].format("OLD")
        made[f"to_list_{table}_new"] = (table, "INSERT", new, "NEW")
        changing = f"UPDATE OF {', '.join(columns)}"
        if table != "article":  # whose id never changes
            made[f"to_list_{table}_was"] = (table, changing, f"({old}) AND ({changed})", "OLD")
        made[f"to_list_{table}_is"] = (table, changing, f"({new}) AND ({changed})", "NEW")
        made[f"to_list_{table}_gone"] = (table, "DELETE", old, "OLD")
    return made


def _on_sqlite(name: str, table: str, event: str, condition: str, row: str) -> str:
    id = "id" if table == "article" else "article_id"
    return (
        f'CREATE TRIGGER {name} AFTER {event} ON "{table}" WHEN {condition}'
        f" BEGIN INSERT INTO to_list (article_id) VALUES ({row}.{id}); END"
    )


def _on_postgresql(name: str, table: str, event: str, condition: str, row: str) -> str:
    id = "id" if table == "article" else "article_id"
    return (
        f'CREATE TRIGGER {name} AFTER {event} ON "{table}" FOR EACH ROW WHEN ({condition})'
        f" EXECUTE FUNCTION note_{row.lower()}_{id}()"
    )


#: As they stand in a SQLite file; a copy from elsewhere may have these and no others.
TRIGGERS = {name: _on_sqlite(name, *parts) for name, parts in _triggers("IS NOT").items()}


def upgrade() -> None:
    op.add_column("review", Column("before", Json()))
    op.add_column("review", Column("undoes", Text()))
    op.create_index("ix_review_undoes", "review", ["undoes"])
    lines()
    counts()
    op.create_table("to_list", Column("article_id", Id, nullable=False))
    if op.get_bind().dialect.name == "sqlite":
        for trigger in TRIGGERS.values():
            op.execute(text(trigger))
    else:
        functions()
        for name, parts in _triggers("IS DISTINCT FROM").items():
            op.execute(text(_on_postgresql(name, *parts)))
    # The lines of all that is stored are made when the last migration is done.
    op.execute("INSERT INTO to_list (article_id) SELECT id FROM article")


def functions() -> None:
    for row in ("NEW", "OLD"):
        for id in ("id", "article_id"):
            op.execute(
                text(
                    f"CREATE FUNCTION note_{row.lower()}_{id}() RETURNS trigger LANGUAGE plpgsql"
                    f" AS $$ BEGIN INSERT INTO to_list (article_id) VALUES ({row}.{id});"
                    " RETURN NULL; END $$"
                )
            )


def lines() -> None:
    op.create_table(
        "listed",
        Column("article_id", Id, nullable=False, autoincrement=False),
        Column("incident_id", Id, nullable=False, autoincrement=False),
        Column("of_incident_id", Id),
        Column("facet_id", Id, nullable=False),
        Column("listed_at", UtcTime(), nullable=False),
        Column("first_seen_at", UtcTime(), nullable=False),
        Column("score", Float(), nullable=False),
        Column("group_id", Id),
        Column("is_copy", Boolean(), nullable=False),
        PrimaryKeyConstraint("article_id", "incident_id", name="pk_listed"),
        sqlite_with_rowid=False,
    )
    tail = ["article_id", "facet_id"]
    op.create_index("ix_listed_published", "listed", ["incident_id", "listed_at", *tail])
    op.create_index("ix_listed_seen", "listed", ["incident_id", "first_seen_at", *tail])
    op.create_index("ix_listed_score", "listed", ["incident_id", "score", *tail])
    op.create_index("ix_listed_facet", "listed", ["facet_id", "listed_at", "article_id"])
    op.create_index(
        "ix_listed_group",
        "listed",
        ["group_id", "incident_id"],
        sqlite_where=GROUPED,
        postgresql_where=GROUPED,
    )


def counts() -> None:
    kinds = ("incident_id", "source_id", "outlet", "language", "verdict", "review", "copied")
    op.create_table(
        "facet_count",
        Column("id", Id, nullable=False),
        Column("incident_id", Id, nullable=False),
        Column("source_id", Id, nullable=False),
        Column("outlet", Text(), nullable=False),
        Column("language", Text(), nullable=False),
        Column("verdict", Text(), nullable=False),
        Column("review", Text(), nullable=False),
        Column("copied", Boolean(), nullable=False),
        Column("changed", Text(), nullable=False),
        Column("n", BigInteger(), nullable=False),
        PrimaryKeyConstraint("id", name="pk_facet_count"),
        UniqueConstraint(*kinds, "changed", name="uq_facet_count_all"),
    )
    op.create_table(
        "day_count",
        Column("incident_id", Id, nullable=False, autoincrement=False),
        Column("day", Integer(), nullable=False, autoincrement=False),
        Column("verdict", Text(), nullable=False),
        Column("review", Text(), nullable=False),
        Column("n", BigInteger(), nullable=False),
        PrimaryKeyConstraint("incident_id", "day", "verdict", "review", name="pk_day_count"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "coverage_count",
        Column("incident_id", Id, nullable=False, autoincrement=False),
        Column("outlet", Text(), nullable=False),
        Column("day", Integer(), nullable=False, autoincrement=False),
        Column("seen_day", Integer(), nullable=False, autoincrement=False),
        Column("n", BigInteger(), nullable=False),
        PrimaryKeyConstraint("incident_id", "outlet", "day", "seen_day", name="pk_coverage_count"),
        sqlite_with_rowid=False,
    )
    for name in ("facet_count", "day_count", "coverage_count"):
        op.create_index(f"ix_{name}_empty", name, ["n"], sqlite_where=EMPTY, postgresql_where=EMPTY)
