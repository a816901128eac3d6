"""What a crawl is to look at, by what it is wanted for."""

from crawler.wanted import Wanted
from pipelines.incident import Source, SourceKind
from pipelines.items import Link
from pipelines.store import Connection, crawl_sources, incidents, sources
from pipelines.store.frontier import TYPED
from pipelines.store.offers import Offered
from pipelines.urls import canonical_key, host_of, unwrapped


def chosen_sources(
    conn: Connection, crawl_id: int, wanted: Wanted, kinds: frozenset[SourceKind]
) -> list[Source]:
    """The sources that a crawl polls: what stands on its list for one that does what is due."""
    if wanted.urls and not wanted.sources:
        return []
    every = crawl_sources.open_of(conn, crawl_id) if wanted.due else sources.list_all(conn)
    found = [source for source in every if source.kind in kinds]
    if wanted.due or (wanted.everything and not wanted.sources):
        return found
    if wanted.sources:
        return [source for source in found if source.id in wanted.sources]
    following = [
        incident.follows
        for incident in incidents.list_all(conn, open_only=True)
        if wanted.incident in (None, incident.slug)
    ]
    return [
        source
        for source in found
        if any(
            follows.takes(source.id or 0, source.tags, source.language, source.country)
            for follows in following
        )
    ]


def is_narrow(wanted: Wanted, kinds: frozenset[SourceKind]) -> bool:
    """True where queued links and re-readings are those of the chosen sources alone."""
    return bool(wanted.incident) or is_narrowed_to_sources(wanted, kinds)


def is_narrowed_to_sources(wanted: Wanted, kinds: frozenset[SourceKind]) -> bool:
    """True where some sources or one kind of them are wanted, whatever incident they serve."""
    return bool(wanted.sources) or kinds not in (frozenset(), frozenset(SourceKind))


def typed_links(conn: Connection, wanted: Wanted) -> list[Offered]:
    """The addresses that a person typed, as the frontier takes them."""
    incident_id = incidents.get(conn, wanted.incident).id if wanted.incident else None
    return [
        Offered(
            Link(url),
            canonical_key(url),
            host_of(url),
            priority=TYPED,
            for_incident_id=incident_id,
            force=True,
        )
        for url in map(unwrapped, wanted.urls)
    ]
