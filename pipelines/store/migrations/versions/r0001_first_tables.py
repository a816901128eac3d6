"""The first tables.

A migration says what it did on its day: it takes nothing from `schema`, which moves on.
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
    SmallInteger,
    UniqueConstraint,
    text,
)

from pipelines.store.columns import Id, Json, Text, UtcTime

revision = "0001"
down_revision = None

OPEN = text("outcome IS NULL")
EXPIRING = text("expires_at IS NOT NULL AND expired_at IS NULL")


def upgrade() -> None:
    followed()
    crawls()
    articles()
    frontier()
    judged()
    search()


def followed() -> None:
    """Incidents, and the sources that are read for them."""
    op.create_table(
        "incident",
        Column("id", Id, nullable=False),
        Column("slug", Text(), nullable=False),
        Column("title", Text(), nullable=False),
        Column("brief", Text()),
        Column("profile", Json(), nullable=False),
        Column("window_since", UtcTime()),
        Column("window_until", UtcTime()),
        Column("follows", Json(), nullable=False),
        Column("is_open", Boolean(), nullable=False),
        Column("created_at", UtcTime(), nullable=False),
        PrimaryKeyConstraint("id", name="pk_incident"),
        UniqueConstraint("slug", name="uq_incident_slug"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "seed",
        Column("id", Id, nullable=False),
        Column("incident_id", Id, nullable=False),
        Column("text", Text(), nullable=False),
        Column("title", Text()),
        Column("url", Text()),
        Column("published_at", UtcTime()),
        Column("language", Text()),
        ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_seed_incident_id", ondelete="CASCADE"
        ),
        PrimaryKeyConstraint("id", name="pk_seed"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_seed_incident_id", "seed", ["incident_id"])
    op.create_table(
        "source",
        Column("id", Id, nullable=False),
        Column("kind", Text(), nullable=False),
        Column("url", Text(), nullable=False),
        Column("outlet", Text()),
        Column("language", Text()),
        Column("country", Text()),
        Column("tags", Json(), nullable=False),
        Column("health", Text(), nullable=False),
        Column("health_reason", Text()),
        Column("health_since", UtcTime(), nullable=False),
        Column("failures", Integer(), nullable=False),
        Column("due_at", UtcTime()),
        Column("polled_at", UtcTime()),
        Column("added_at", UtcTime(), nullable=False),
        PrimaryKeyConstraint("id", name="pk_source"),
        UniqueConstraint("url", name="uq_source_url"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "document",
        Column("source_id", Id, nullable=False),
        Column("url", Text(), nullable=False),
        Column("etag", Text()),
        Column("last_modified", Text()),
        Column("polled_at", UtcTime(), nullable=False),
        Column("unchanged_since", UtcTime()),
        ForeignKeyConstraint(
            ["source_id"], ["source.id"], name="fk_document_source_id", ondelete="CASCADE"
        ),
        PrimaryKeyConstraint("source_id", "url", name="pk_document"),
    )


def crawls() -> None:
    """Crawls and the hosts they lease."""
    op.create_table(
        "crawl",
        Column("id", Id, nullable=False),
        Column("trigger", Text(), nullable=False),
        Column("requested_by", Text(), nullable=False),
        Column("request", Json(), nullable=False),
        Column("state", Text(), nullable=False),
        Column("requested_at", UtcTime(), nullable=False),
        Column("started_at", UtcTime()),
        Column("ended_at", UtcTime()),
        Column("end_reason", Text()),
        Column("exit_status", Integer()),
        Column("pid", Integer()),
        Column("heartbeat_at", UtcTime()),
        Column("cancel_requested_at", UtcTime()),
        Column("progress", Json()),
        Column("known", Integer(), nullable=False),
        Column("counts", Json()),
        Column("links_found", Integer()),
        Column("requests", Integer(), nullable=False),
        Column("seconds", Float()),
        Column("result", Json()),
        PrimaryKeyConstraint("id", name="pk_crawl"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_crawl_state", "crawl", ["state"])
    op.create_table(
        "origin",
        Column("origin", Text(), nullable=False),
        Column("robots_status", Integer()),
        Column("robots_body", LargeBinary()),
        Column("robots_fetched_at", UtcTime(), nullable=False),
        Column("robots_until", UtcTime(), nullable=False),
        PrimaryKeyConstraint("origin", name="pk_origin"),
    )
    op.create_table(
        "host",
        Column("host", Text(), nullable=False),
        Column("crawl_delay", Float()),
        Column("not_before", UtcTime()),
        Column("leased_by", Id),
        Column("lease_until", UtcTime()),
        Column("last_request_at", UtcTime()),
        ForeignKeyConstraint(["leased_by"], ["crawl.id"], name="fk_host_leased_by"),
        PrimaryKeyConstraint("host", name="pk_host"),
    )
    op.create_index("ix_host_leased_by", "host", ["leased_by"])


def articles() -> None:
    """What was read, and what was forgotten."""
    op.create_table(
        "copy_group",
        Column("id", Id, nullable=False),
        Column("created_at", UtcTime(), nullable=False),
        PrimaryKeyConstraint("id", name="pk_copy_group"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "article",
        Column("id", Id, nullable=False),
        Column("key", Text(), nullable=False),
        Column("url", Text(), nullable=False),
        Column("canonical_url", Text(), nullable=False),
        Column("host", Text(), nullable=False),
        Column("title", Text()),
        Column("authors", Json(), nullable=False),
        Column("published_at", UtcTime()),
        Column("published_offset", SmallInteger()),
        Column("published_raw", Text()),
        Column("modified_at", UtcTime()),
        Column("modified_offset", SmallInteger()),
        Column("modified_raw", Text()),
        Column("first_seen_at", UtcTime(), nullable=False),
        Column("listed_at", UtcTime(), nullable=False),
        Column("read_at", UtcTime(), nullable=False),
        Column("reads", Integer(), nullable=False),
        Column("due_at", UtcTime()),
        Column("language", Text()),
        Column("outlet", Text()),
        Column("image", Text()),
        Column("partial", Boolean(), nullable=False),
        Column("words", Integer(), nullable=False),
        Column("text_sha256", Text(), nullable=False),
        Column("provenance", Json(), nullable=False),
        Column("source_id", Id),
        Column("etag", Text()),
        Column("last_modified", Text()),
        Column("outcome", Text(), nullable=False),
        Column("copy_of", Id),
        Column("group_id", Id),
        Column("duplicate_kind", Text()),
        Column("similarity", Float()),
        Column("expires_at", UtcTime()),
        Column("expired_at", UtcTime()),
        Column("vanished_at", UtcTime()),
        ForeignKeyConstraint(["copy_of"], ["article.id"], name="fk_article_copy_of"),
        ForeignKeyConstraint(["group_id"], ["copy_group.id"], name="fk_article_group_id"),
        ForeignKeyConstraint(
            ["source_id"], ["source.id"], name="fk_article_source_id", ondelete="SET NULL"
        ),
        PrimaryKeyConstraint("id", name="pk_article"),
        UniqueConstraint("key", name="uq_article_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_article_copy_of", "article", ["copy_of"])
    op.create_index("ix_article_due", "article", ["due_at"])
    op.create_index(
        "ix_article_expiring",
        "article",
        ["expires_at"],
        sqlite_where=EXPIRING,
        postgresql_where=EXPIRING,
    )
    op.create_index("ix_article_group_id", "article", ["group_id"])
    op.create_index("ix_article_host", "article", ["host"])
    op.create_index("ix_article_listed", "article", [text("listed_at DESC"), text("id DESC")])
    op.create_index("ix_article_text", "article", ["text_sha256"])
    op.create_table(
        "alias",
        Column("key", Text(), nullable=False),
        Column("url", Text(), nullable=False),
        Column("article_id", Id, nullable=False),
        ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_alias_article_id", ondelete="CASCADE"
        ),
        PrimaryKeyConstraint("key", name="pk_alias"),
    )
    op.create_index("ix_alias_article_id", "alias", ["article_id"])
    op.create_table(
        "sketch",
        Column("hash", BigInteger(), autoincrement=False, nullable=False),
        Column("article_id", Id, nullable=False),
        ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_sketch_article_id", ondelete="CASCADE"
        ),
        PrimaryKeyConstraint("hash", "article_id", name="pk_sketch"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sketch_article", "sketch", ["article_id"])
    op.create_table(
        "tombstone",
        Column("kind", Text(), nullable=False),
        Column("value", Text(), nullable=False),
        Column("forgotten_at", UtcTime(), nullable=False),
        PrimaryKeyConstraint("kind", "value", name="pk_tombstone"),
    )


def frontier() -> None:
    """Every address ever found, and each crawl's worklist."""
    op.create_table(
        "link",
        Column("id", Id, nullable=False),
        Column("key", Text(), nullable=False),
        Column("url", Text(), nullable=False),
        Column("host", Text(), nullable=False),
        Column("title", Text()),
        Column("published_at", UtcTime()),
        Column("snippet", Text()),
        Column("language", Text()),
        Column("found_in", Text()),
        Column("source_id", Id),
        Column("state", Text(), nullable=False),
        Column("priority", Integer(), nullable=False),
        Column("tries", Integer(), nullable=False),
        Column("next_try_at", UtcTime()),
        Column("crawl_id", Id),
        Column("for_incident_id", Id),
        Column("found_at", UtcTime(), nullable=False),
        Column("changed_at", UtcTime(), nullable=False),
        Column("outcome", Text()),
        Column("reason", Text()),
        Column("article_id", Id),
        ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_link_article_id", ondelete="SET NULL"
        ),
        ForeignKeyConstraint(["crawl_id"], ["crawl.id"], name="fk_link_crawl_id"),
        ForeignKeyConstraint(
            ["for_incident_id"],
            ["incident.id"],
            name="fk_link_for_incident_id",
            ondelete="SET NULL",
        ),
        ForeignKeyConstraint(
            ["source_id"], ["source.id"], name="fk_link_source_id", ondelete="SET NULL"
        ),
        PrimaryKeyConstraint("id", name="pk_link"),
        UniqueConstraint("key", name="uq_link_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_link_article_id", "link", ["article_id"])
    op.create_index("ix_link_changed_at", "link", ["changed_at"])
    # SQLite has nulls last where an order is falling, and knows no words to say so in an index.
    last = "" if op.get_bind().dialect.name == "sqlite" else " NULLS LAST"
    op.execute(
        "CREATE INDEX ix_link_next ON link"
        f" (host, state, priority DESC, published_at DESC{last}, id)"
    )
    op.create_index("ix_link_state", "link", ["state", "source_id"])
    op.create_table(
        "crawl_link",
        Column("crawl_id", Id, nullable=False),
        Column("link_id", Id, nullable=False),
        Column("host", Text(), nullable=False),
        Column("outcome", Text()),
        Column("reason", Text()),
        Column("at", UtcTime(), nullable=False),
        ForeignKeyConstraint(
            ["crawl_id"], ["crawl.id"], name="fk_crawl_link_crawl_id", ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["link_id"], ["link.id"], name="fk_crawl_link_link_id", ondelete="CASCADE"
        ),
        PrimaryKeyConstraint("crawl_id", "link_id", name="pk_crawl_link"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_crawl_link_open",
        "crawl_link",
        ["crawl_id", "host", "link_id"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index(
        "ix_crawl_link_waiting", "crawl_link", ["link_id"], sqlite_where=OPEN, postgresql_where=OPEN
    )


def judged() -> None:
    """Raw answers, versions, verdicts and decisions."""
    op.create_table(
        "page",
        Column("id", Id, nullable=False),
        Column("article_id", Id, nullable=False),
        Column("link_id", Id),
        Column("crawl_id", Id),
        Column("url", Text(), nullable=False),
        Column("status", Integer(), nullable=False),
        Column("content_type", Text()),
        Column("fetched_at", UtcTime(), nullable=False),
        Column("sha256", Text(), nullable=False),
        Column("warc_file", Text(), nullable=False),
        Column("warc_offset", BigInteger(), nullable=False),
        Column("warc_length", BigInteger(), nullable=False),
        ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_page_article_id", ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["crawl_id"], ["crawl.id"], name="fk_page_crawl_id"),
        ForeignKeyConstraint(["link_id"], ["link.id"], name="fk_page_link_id", ondelete="SET NULL"),
        PrimaryKeyConstraint("id", name="pk_page"),
        UniqueConstraint("warc_file", "warc_offset", name="uq_page_warc_file"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_page_article_id", "page", ["article_id"])
    op.create_table(
        "revision",
        Column("article_id", Id, nullable=False),
        Column("number", Integer(), nullable=False),
        Column("title", Text()),
        Column("text", Text()),
        Column("modified_at", UtcTime()),
        Column("seen_at", UtcTime(), nullable=False),
        Column("text_sha256", Text(), nullable=False),
        Column("page_id", Id),
        ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_revision_article_id", ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["page_id"], ["page.id"], name="fk_revision_page_id", ondelete="SET NULL"
        ),
        PrimaryKeyConstraint("article_id", "number", name="pk_revision"),
    )
    op.create_table(
        "match",
        Column("article_id", Id, nullable=False),
        Column("incident_id", Id, nullable=False),
        Column("score", Float(), nullable=False),
        Column("verdict", Text(), nullable=False),
        Column("reasons", Json(), nullable=False),
        Column("judged_at", UtcTime(), nullable=False),
        Column("forced", Boolean(), nullable=False),
        Column("review", Text()),
        Column("reviewed_at", UtcTime()),
        ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_match_article_id", ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_match_incident_id", ondelete="CASCADE"
        ),
        PrimaryKeyConstraint("article_id", "incident_id", name="pk_match"),
    )
    op.create_index("ix_match_verdict", "match", ["incident_id", "verdict", "article_id"])
    op.create_table(
        "review",
        Column("id", Id, nullable=False),
        Column("article_id", Id, nullable=False),
        Column("incident_id", Id, nullable=False),
        Column("decision", Text()),
        Column("note", Text()),
        Column("decided_by", Text(), nullable=False),
        Column("decided_at", UtcTime(), nullable=False),
        ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_review_article_id", ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_review_incident_id", ondelete="CASCADE"
        ),
        PrimaryKeyConstraint("id", name="pk_review"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_review_article", "review", ["article_id", "incident_id"])
    op.create_index("ix_review_incident", "review", ["incident_id"])


def search() -> None:
    """The full-text index, of another kind in each database; `pipelines.store.search` fills it.

    Folding is done before; the tokenizer only parts at blanks and apostrophes.
    """
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE article_search USING fts5("
            "title, text, outlet, authors, tokenize = 'unicode61 remove_diacritics 0')"
        )
        return
    op.execute(
        "CREATE TABLE article_search ("
        "article_id BIGINT PRIMARY KEY REFERENCES article (id) ON DELETE CASCADE, "
        "document TSVECTOR NOT NULL)"
    )
    op.execute("CREATE INDEX ix_article_search ON article_search USING gin (document)")
