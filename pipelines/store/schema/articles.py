"""What was read, and what was made of it: articles, pages, revisions, verdicts, reviews."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    UniqueConstraint,
    text,
    true,
)

from pipelines.store.columns import Id, Json, Text, UtcTime
from pipelines.store.schema.base import metadata

copy_group = Table(  # one text at several outlets; its origin is the member whose copy_of is null
    "copy_group",
    metadata,
    Column("id", Id, primary_key=True),
    Column("created_at", UtcTime, nullable=False),
    Column("origin_reason", Text),  # dedupe: why its origin is the origin; null: not looked at yet
    sqlite_autoincrement=True,
)

article = Table(
    "article",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # urls.canonical_key of the address asked for
    Column("url", Text, nullable=False),  # the address that was read last
    Column("canonical_url", Text, nullable=False),  # the cleaner
    Column("host", Text, nullable=False, index=True),  # of `url`
    Column("title", Text),  # of the current version; null: none was found
    Column("authors", Json, nullable=False),
    Column("published_at", UtcTime),  # the cleaner; null: unknown
    Column("published_offset", SmallInteger),  # minutes east of UTC on the page; null: no time
    Column("published_raw", Text),  # the characters it was read from; null: there were none
    Column("modified_at", UtcTime),  # as published_*
    Column("modified_offset", SmallInteger),
    Column("modified_raw", Text),
    Column("first_seen_at", UtcTime, nullable=False),
    Column(
        "listed_at", UtcTime, nullable=False
    ),  # published_at, else first_seen_at: order of lists
    Column("read_at", UtcTime, nullable=False),  # the last reading
    Column("reads", Integer, nullable=False),
    Column("due_at", UtcTime),  # polling: the next reading; null: never
    Column("language", Text),  # null: unknown
    Column("outlet", Text),  # null: unknown
    Column("section", Text),  # null: unknown
    Column("is_free", Boolean),  # null: the page does not say
    Column("image", Text),  # null: none
    Column("partial", Boolean, nullable=False),  # a teaser or a feed's summary
    Column("words", Integer, nullable=False),  # of the current version
    Column("text_sha256", Text, nullable=False),  # articles.digest; kept when the text expires
    Column("provenance", Json, nullable=False),  # field -> where it was read
    Column("dates", Json),  # records.dates_record; null: the page gives no time
    Column("source_id", Id, ForeignKey("source.id", ondelete="SET NULL")),  # null: by hand, or gone
    Column("etag", Text),  # of the last whole answer; null: it had none
    Column("last_modified", Text),  # the same
    Column("outcome", Text, nullable=False),  # it was stored with; rescue() raises it to stored
    Column("copy_of", Id, ForeignKey("article.id"), index=True),  # the origin; null: no copy
    Column("group_id", Id, ForeignKey("copy_group.id"), index=True),  # null: stands alone
    Column("duplicate_kind", Text),  # items.DuplicateKind by which it joined; null: no copy
    Column("similarity", Float),  # 0 to 1, to the article it was found by; null: no copy
    Column("expires_at", UtcTime),  # when its text is to go; null: it stays
    Column("expired_at", UtcTime),  # expire(): when its text went; null: it is there
    Column("vanished_at", UtcTime),  # when its outlet was found to have taken it down; null: up
    Column("gone_reads", Integer, nullable=False, server_default="0"),
    # good answers without its text, in a row
    Column("gone_since", UtcTime),  # the first of these; null: there was none
    Column("cosmetic_changes", Integer, nullable=False, server_default="0"),  # that made no version
    Column(
        "cosmetic_sha256", Text
    ),  # of the last reading, where it made none; null: as the version
    Column("credit", Text),  # dedupe: the agency that it is credited to; null: to none
    Column("credit_found", Text),  # dedupe: where that stands; null: no credit
    sqlite_autoincrement=True,
)
Index("ix_article_listed", article.c.listed_at.desc(), article.c.id.desc())
Index("ix_article_text", article.c.text_sha256)
Index("ix_article_due", article.c.due_at)
_EXPIRING = text("expires_at IS NOT NULL AND expired_at IS NULL")
Index(
    "ix_article_expiring",
    article.c.expires_at,
    sqlite_where=_EXPIRING,
    postgresql_where=_EXPIRING,
)

alias = Table(  # other addresses of an article: redirects, AMP twin, canonical, og:url
    "alias",
    metadata,
    Column("key", Text, primary_key=True),  # urls.canonical_key(url)
    Column("url", Text, nullable=False),
    Column(
        "article_id", Id, ForeignKey("article.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("is_read", Boolean, nullable=False, server_default=true()),
    # false: a page only named it; it is asked for when it is found, and may be another article's
)

page = Table(  # a raw answer in a WARC file
    "page",
    metadata,
    Column("id", Id, primary_key=True),
    Column(
        "article_id", Id, ForeignKey("article.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("link_id", Id, ForeignKey("link.id", ondelete="SET NULL")),  # null: ingested
    Column("crawl_id", Id, ForeignKey("crawl.id")),  # null: ingested
    Column("url", Text, nullable=False),  # the address that answered
    Column("status", Integer, nullable=False),
    Column("content_type", Text),  # as sent; null: none was
    Column("fetched_at", UtcTime, nullable=False),
    Column("sha256", Text, nullable=False),  # of the body
    Column("warc_file", Text, nullable=False),  # name within the folder of raw pages
    Column("warc_offset", BigInteger, nullable=False),  # bytes; the record's gzip member begins
    Column("warc_length", BigInteger, nullable=False),  # bytes of that member
    UniqueConstraint("warc_file", "warc_offset"),
    sqlite_autoincrement=True,
)

revision = Table(  # every version of an article; the last one is the current one
    "revision",
    metadata,
    Column("article_id", Id, ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),  # from 1: as first read
    Column("title", Text),  # null: none was found
    Column("text", Text),  # null: it expired
    Column("html", Text),  # clean.fragment; null: it came without markup, or expired
    Column("entries", Json),  # records.entries_record; null: no live blog, or it expired
    Column("modified_at", UtcTime),  # as the page said; null: it did not
    Column("seen_at", UtcTime, nullable=False),
    Column("text_sha256", Text, nullable=False),
    Column("page_id", Id, ForeignKey("page.id", ondelete="SET NULL"), index=True),
    # null: no raw answer is kept
    Column("note", Text),  # dedupe: its outlet's own words on a correction; null: none
    Column("note_kind", Text),  # dedupe: what these words are; null: there are none
    Column("words_added", Integer),  # against the version before; null: the first, or not counted
    Column("words_removed", Integer),  # the same
)

match = Table(  # what one incident makes of one article
    "match",
    metadata,
    Column("article_id", Id, ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("incident_id", Id, ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True),
    Column("score", Float, nullable=False),  # relevance
    Column("verdict", Text, nullable=False),  # relevance: outcomes.Verdict
    Column("reasons", Json, nullable=False),  # relevance: [[term, kind, weight]], heaviest first
    Column("judged_at", UtcTime, nullable=False),
    Column("forced", Boolean, nullable=False),  # taken by hand, whatever the score
    Column("review", Text),  # a person: reviews.Decision; null: not reviewed
    Column("reviewed_at", UtcTime),  # null: not reviewed
    Column("taken_at", UtcTime),  # when it was first a follow-up or kept; null: never
    quote=True,
)
Index("ix_match_verdict", match.c.incident_id, match.c.verdict, match.c.article_id)
_TAKEN = text("taken_at IS NOT NULL")
Index(
    "ix_match_new",
    match.c.incident_id,
    match.c.taken_at,
    match.c.article_id,
    match.c.verdict,
    match.c.review,
    sqlite_where=_TAKEN,
    postgresql_where=_TAKEN,
)
_NOTED = text("note_kind IS NOT NULL AND number > 1")
Index("ix_revision_noted", revision.c.seen_at, sqlite_where=_NOTED, postgresql_where=_NOTED)

review = Table(  # every decision ever taken and every label put on or off, appended only
    "review",
    metadata,
    Column("id", Id, primary_key=True),
    Column("article_id", Id, ForeignKey("article.id", ondelete="CASCADE"), nullable=False),
    Column("incident_id", Id, ForeignKey("incident.id", ondelete="CASCADE"), nullable=False),
    Column("decision", Text),  # null: an earlier decision was withdrawn
    Column("note", Text),  # null: none was written
    Column("decided_by", Text, nullable=False),
    Column("decided_at", UtcTime, nullable=False),
    Column("label", Text),  # put on or taken off; null: this is no labelling
    Column("labelled", Boolean),  # true: put on; null: this is no labelling
    Column("batch", Text, index=True),  # what was decided at once has one name; null: alone
    Column("before", Json),  # decisions: how it stood until then; null: undone by nobody
    Column("undoes", Text, index=True),  # the batch that this takes back; null: none
    sqlite_autoincrement=True,
)
Index("ix_review_article", review.c.article_id, review.c.incident_id)
Index("ix_review_incident", review.c.incident_id)

tombstone = Table(  # what was forgotten by hand and must not be fetched again
    "tombstone",
    metadata,
    Column("kind", Text, primary_key=True),  # "article" or "url": a key; "outlet": a host
    Column("value", Text, primary_key=True),
    Column("forgotten_at", UtcTime, nullable=False),
)
