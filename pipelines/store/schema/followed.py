"""What is followed, and where it is looked for: incidents, sources, schedules."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
)

from pipelines.store.columns import Id, Json, Text, UtcTime
from pipelines.store.schema.base import metadata

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
    Column("quiet_polls", Integer, nullable=False),  # polls in a row that brought nothing new
    Column("resting", Boolean, nullable=False),  # due, but nobody wants it polled: wake() ends that
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

schedule = Table(  # what people set: when to poll, and where not to for now
    "schedule",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject", Text, nullable=False, unique=True),  # "all", "incident 3", "source 12"
    Column("incident_id", Id, ForeignKey("incident.id", ondelete="CASCADE")),  # null: not of one
    Column("source_id", Id, ForeignKey("source.id", ondelete="CASCADE")),  # null: not of one
    Column("rule", Json),  # the person: crawler.schedule.rules; null: none of its own
    Column("paused_at", UtcTime),  # the person; null: not paused
    Column("changed_at", UtcTime, nullable=False),
    Column("changed_by", Text, nullable=False),  # a person or a part, as they call themselves
    sqlite_autoincrement=True,
)
Index("ix_source_due", source.c.resting, source.c.due_at)
