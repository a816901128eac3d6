"""Crawls and what they work on: the frontier, worklists, hosts, who keeps the schedule."""

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    text,
)

from pipelines.store.columns import Id, Json, Text, UtcTime
from pipelines.store.schema.base import metadata

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
    Column("cancel_reason", Text),  # why, where it was no person who asked; null: a person, nobody
    Column("sealed_at", UtcTime),  # the child: it takes nothing more in hand; null: it may
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
Index("ix_link_outcome", link.c.outcome, link.c.changed_at, link.c.id)

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

crawl_source = Table(  # the sources that a crawl is to poll, and how that ended
    "crawl_source",
    metadata,
    Column("crawl_id", Id, ForeignKey("crawl.id", ondelete="CASCADE"), primary_key=True),
    Column("source_id", Id, ForeignKey("source.id", ondelete="CASCADE"), primary_key=True),
    Column("due_at", UtcTime),  # the due time that it serves; null: it is not for the schedule
    Column("given_by", Id, ForeignKey("crawl.id")),  # another crawl handed it over; null: its own
    Column("ending", Text),  # crawl_sources.Ending; null: open
    Column("reason", Text),  # null: open, or nothing to add
    Column("links", Integer),  # new ones that it brought; null: it was not read
    Column("at", UtcTime, nullable=False),  # when it was put on the list, then when it was closed
    sqlite_with_rowid=False,
)
_UNPOLLED = text("ending IS NULL")
Index(
    "ix_crawl_source_open",
    crawl_source.c.source_id,
    crawl_source.c.crawl_id,
    sqlite_where=_UNPOLLED,
    postgresql_where=_UNPOLLED,
)

server = Table(  # who keeps the schedule; one row, taken over when its holder is dead
    "server",
    metadata,
    Column("name", Text, primary_key=True),  # "schedule"
    Column("token", Text, nullable=False),  # the holder's own; whoever has another lost the lock
    Column("home", Text, nullable=False),  # the holder's data folder
    Column("machine", Text, nullable=False),  # the holder's host name
    Column("pid", Integer, nullable=False),
    Column("url", Text, nullable=False),  # where its desk is
    Column("since", UtcTime, nullable=False),  # REAL
    Column("beat_at", UtcTime, nullable=False),  # REAL; the last sign of life
    Column("ticked_at", UtcTime),  # up to when the schedule was looked after; null: never yet
)

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
