"""The tables: for each column who writes it and what null means.

Two clocks are kept apart. Times marked REAL are of the machine's clock (leases, heartbeats, gaps
between requests); all others are of the product's clock, which can be set and run faster. All are
aware UTC. Text of an article lies once, in its last revision. The full-text index is no table that
both databases can describe: `search` owns it, a migration makes it.
"""

from pipelines.store.schema.articles import (
    alias,
    article,
    copy_group,
    match,
    page,
    review,
    revision,
    tombstone,
)
from pipelines.store.schema.base import (
    metadata,
)
from pipelines.store.schema.copies import (
    common_key,
    copy_decision,
    copy_link,
    copy_queue,
    sketch,
    sketch_key,
)
from pipelines.store.schema.crawls import (
    crawl,
    crawl_link,
    crawl_source,
    host,
    link,
    origin,
    server,
)
from pipelines.store.schema.desk import (
    identity,
    label,
    looked,
    saved_search,
    session,
    token,
)
from pipelines.store.schema.followed import (
    document,
    incident,
    schedule,
    seed,
    source,
)
from pipelines.store.schema.lists import (
    DERIVED,
    coverage_count,
    day_count,
    facet_count,
    known_count,
    listed,
    to_list,
)
from pipelines.store.schema.notices import (
    notice,
    notice_cursor,
    notice_delivery,
    notice_target,
    notice_telling,
)

__all__ = [
    "DERIVED",
    "alias",
    "article",
    "common_key",
    "copy_decision",
    "copy_group",
    "copy_link",
    "copy_queue",
    "coverage_count",
    "crawl",
    "crawl_link",
    "crawl_source",
    "day_count",
    "document",
    "facet_count",
    "host",
    "identity",
    "incident",
    "known_count",
    "label",
    "link",
    "listed",
    "looked",
    "match",
    "metadata",
    "notice",
    "notice_cursor",
    "notice_delivery",
    "notice_target",
    "notice_telling",
    "origin",
    "page",
    "review",
    "revision",
    "saved_search",
    "schedule",
    "seed",
    "server",
    "session",
    "sketch",
    "sketch_key",
    "source",
    "to_list",
    "token",
    "tombstone",
]
