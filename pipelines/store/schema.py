"""The tables: for each column who writes it and what null means.

Two clocks are kept apart. Times marked REAL are of the machine's clock (leases, heartbeats, gaps
between requests); all others are of the product's clock, which can be set and run faster. All are
aware UTC. Text of an article lies once, in its last revision. The full-text index is no table that
both databases can describe: `search` owns it, a migration makes it.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    UniqueConstraint,
    text,
)

from pipelines.store.columns import Id, Json, Text, UtcTime

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

# --------------------------------------------------------------------- what is followed, and where

incident = Table(
    "incident",
    metadata,
    Column("id", Id, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),  # the person; never changes
    Column("title", Text, nullable=False),  # the person
    Column("brief", Text),  # the person; null: none was written
    Column("profile", Json, nullable=False),  # relevance derives it, the person edits it
    Column("window_since", UtcTime),  # incident.window_of or the person; null: open at that end
    Column("window_until", UtcTime),  # the same
    Column("follows", Json, nullable=False),  # the person; empty lists: all sources
    Column("is_open", Boolean, nullable=False),  # the person; a closed one gets no new matches
    Column("created_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)

seed = Table(  # written with the incident, in the order they were given
    "seed",
    metadata,
    Column("id", Id, primary_key=True),
    Column(
        "incident_id", Id, ForeignKey("incident.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("text", Text, nullable=False),
    Column("title", Text),  # null: the seed has none
    Column("url", Text),  # null: it came from a file without an address
    Column("published_at", UtcTime),  # null: unknown
    Column("language", Text),  # null: unknown
    sqlite_autoincrement=True,
)

source = Table(
    "source",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),  # the person or discovery: incident.SourceKind
    Column("url", Text, nullable=False, unique=True),
    Column("outlet", Text),  # the person, the catalogue or the feed's title; null: unknown
    Column("language", Text),  # the same; null: unknown
    Column("country", Text),  # the same; null: unknown
    Column("tags", Json, nullable=False),  # the person
    Column("health", Text, nullable=False),  # the crawl: incident.Health
    Column("health_reason", Text),  # the crawl; null: nothing to say
    Column("health_since", UtcTime, nullable=False),  # moves only when `health` changes
    Column("failures", Integer, nullable=False),  # polls failed in a row
    Column("due_at", UtcTime),  # polling; null: due at once
    Column("polled_at", UtcTime),  # the crawl, end of the last poll; null: never
    Column("added_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)

document = Table(  # what a source is read from: a feed is one, a sitemap index and its files many
    "document",
    metadata,
    Column("source_id", Id, ForeignKey("source.id", ondelete="CASCADE"), primary_key=True),
    Column("url", Text, primary_key=True),
    Column("etag", Text),  # of the last answer that was read whole; null: it had none
    Column("last_modified", Text),  # the header as sent; null: it had none
    Column("polled_at", UtcTime, nullable=False),  # read whole, or named and not read yet
    Column("unchanged_since", UtcTime),  # first "not modified" after that; null: none came yet
)

# ----------------------------------------------------------------------------------------- crawls

crawl = Table(
    "crawl",
    metadata,
    Column("id", Id, primary_key=True),
    Column("trigger", Text, nullable=False),  # crawls.Trigger
    Column("requested_by", Text, nullable=False),  # a person or a part, as they call themselves
    Column("request", Json, nullable=False),  # the door: what for (incident, sources, urls, all)
    Column("state", Text, nullable=False, index=True),  # crawls.CrawlState
    Column("requested_at", UtcTime, nullable=False),
    Column("started_at", UtcTime),  # the child; null: not started
    Column("ended_at", UtcTime),  # null: not ended
    Column("end_reason", Text),  # null: not ended, or nothing to say
    Column("exit_status", Integer),  # the launcher; null: not ended, or it was no child process
    Column("pid", Integer),  # the child; null: not started
    Column("heartbeat_at", UtcTime),  # REAL; the child; null: not started
    Column("cancel_requested_at", UtcTime),  # any door; null: nobody asked
    Column("progress", Json),  # the child, for people to watch; null: nothing told yet
    Column("known", Integer, nullable=False),  # frontier.offer: links that were known already
    Column("counts", Json),  # finish(): by outcome, from the worklist and `known`; null: not ended
    Column("links_found", Integer),  # finish(): the sum of `counts`; null: not ended
    Column("requests", Integer, nullable=False),  # the child: requests sent, of any kind
    Column("seconds", Float),  # the child: REAL seconds from start to end; null: not ended
    Column("result", Json),  # the child, what else it has to say; null: nothing
    sqlite_autoincrement=True,
)

link = Table(  # the frontier
    "link",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # urls.canonical_key(url)
    Column("url", Text, nullable=False),  # as found; it is fetched as found
    Column("host", Text, nullable=False),  # of `url`: the host that is leased
    Column("title", Text),  # as the source says; null: it did not, or it was forgotten by hand
    Column("published_at", UtcTime),  # as the source says; null: it did not
    Column("snippet", Text),  # as the source says; null: it did not, or forgotten by hand
    Column("language", Text),  # as the source says; null: it did not
    Column("found_in", Text),  # the document that named it; null: typed by hand
    Column("source_id", Id, ForeignKey("source.id", ondelete="SET NULL")),  # null: by hand, or gone
    Column("state", Text, nullable=False),  # frontier.LinkState
    Column("priority", Integer, nullable=False),  # the finder; higher goes first
    Column("tries", Integer, nullable=False),  # take(): times taken since it was last asked for
    Column("next_try_at", UtcTime),  # settle(); null: at once
    Column("crawl_id", Id, ForeignKey("crawl.id")),  # take(): who fetches it now; null: nobody
    Column("for_incident_id", Id, ForeignKey("incident.id", ondelete="SET NULL")),
    # by hand: taken into this incident whatever its score; null: judged as any other
    Column("found_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False, index=True),  # last outcome, else found_at
    Column("outcome", Text),  # settle(): the latest; null: not settled yet
    Column("reason", Text),  # settle(): of `outcome`; null: nothing to add
    Column("article_id", Id, ForeignKey("article.id", ondelete="SET NULL"), index=True),
    # settle(): what was read there; null: nothing was kept, or it was forgotten
    sqlite_autoincrement=True,
)
#: SQLite has nulls last where an order is falling, without words for it in an index.
Index(
    "ix_link_next",
    link.c.host,
    link.c.state,
    link.c.priority.desc(),
    link.c.published_at.desc().nulls_last(),
    link.c.id,
)

Index("ix_link_state", link.c.state, link.c.source_id)

crawl_link = Table(  # a crawl's worklist, and afterwards its ledger
    "crawl_link",
    metadata,
    Column("crawl_id", Id, ForeignKey("crawl.id", ondelete="CASCADE"), primary_key=True),
    Column("link_id", Id, ForeignKey("link.id", ondelete="CASCADE"), primary_key=True),
    Column("host", Text, nullable=False),  # link.host, here for the index below
    Column("outcome", Text),  # null: open
    Column("reason", Text),  # null: open, or nothing to add
    Column("at", UtcTime, nullable=False),  # when it was put on the list, then when it was closed
    sqlite_with_rowid=False,
)
_OPEN = text("outcome IS NULL")
Index(
    "ix_crawl_link_open",
    crawl_link.c.crawl_id,
    crawl_link.c.host,
    crawl_link.c.link_id,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
Index("ix_crawl_link_waiting", crawl_link.c.link_id, sqlite_where=_OPEN, postgresql_where=_OPEN)

origin = Table(  # robots.txt belongs to scheme, host and port (RFC 9309, 2.3)
    "origin",
    metadata,
    Column("origin", Text, primary_key=True),  # "https://example.org:8080"
    Column("robots_status", Integer),  # politeness: HTTP status; null: no answer came
    Column("robots_body", LargeBinary),  # at most hosts.ROBOTS_MAX_BYTES; null: no readable answer
    Column("robots_fetched_at", UtcTime, nullable=False),
    Column("robots_until", UtcTime, nullable=False),  # until when this answer holds
)

host = Table(
    "host",
    metadata,
    Column("host", Text, primary_key=True),
    Column("crawl_delay", Float),  # politeness: seconds, from robots.txt; null: it names none
    Column("not_before", UtcTime),  # REAL; politeness, from Retry-After; null: at any time
    Column("leased_by", Id, ForeignKey("crawl.id"), index=True),  # null: free
    Column("lease_until", UtcTime),  # REAL; null: free
    Column("last_request_at", UtcTime),  # REAL; null: never asked
)

# ---------------------------------------------------------------------------------- what was read

copy_group = Table(  # one text at several outlets; its origin is the member whose copy_of is null
    "copy_group",
    metadata,
    Column("id", Id, primary_key=True),
    Column("created_at", UtcTime, nullable=False),
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
    Column("image", Text),  # null: none
    Column("partial", Boolean, nullable=False),  # a teaser or a feed's summary
    Column("words", Integer, nullable=False),  # of the current version
    Column("text_sha256", Text, nullable=False),  # articles.digest; kept when the text expires
    Column("provenance", Json, nullable=False),  # field -> where it was read
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
    Column("modified_at", UtcTime),  # as the page said; null: it did not
    Column("seen_at", UtcTime, nullable=False),
    Column("text_sha256", Text, nullable=False),
    Column("page_id", Id, ForeignKey("page.id", ondelete="SET NULL")),  # null: no raw answer kept
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
    quote=True,
)
Index("ix_match_verdict", match.c.incident_id, match.c.verdict, match.c.article_id)

review = Table(  # every decision ever taken, appended only
    "review",
    metadata,
    Column("id", Id, primary_key=True),
    Column("article_id", Id, ForeignKey("article.id", ondelete="CASCADE"), nullable=False),
    Column("incident_id", Id, ForeignKey("incident.id", ondelete="CASCADE"), nullable=False),
    Column("decision", Text),  # null: an earlier decision was withdrawn
    Column("note", Text),  # null: none was written
    Column("decided_by", Text, nullable=False),
    Column("decided_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_review_article", review.c.article_id, review.c.incident_id)
Index("ix_review_incident", review.c.incident_id)

sketch = Table(  # sampled shingles of a text, for finding copies
    "sketch",
    metadata,
    Column("hash", BigInteger, primary_key=True, autoincrement=False),  # signed 64 bits
    Column("article_id", Id, ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_sketch_article", "article_id"),
    sqlite_with_rowid=False,
)

tombstone = Table(  # what was forgotten by hand and must not be fetched again
    "tombstone",
    metadata,
    Column("kind", Text, primary_key=True),  # "article" or "url": a key; "outlet": a host
    Column("value", Text, primary_key=True),
    Column("forgotten_at", UtcTime, nullable=False),
)
