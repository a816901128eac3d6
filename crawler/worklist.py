"""What a crawl has still to ask: documents of sources (in memory), links (in the store's frontier).

At most one request is under way to a host. Documents go before links, since they name the rest. A
crawl that is killed loses nothing: the next one polls its sources again, and links stay queued.
"""

import logging
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from crawler.life import LEASE_SECONDS
from crawler.politeness import PATIENCE_SECONDS
from crawler.session import Session
from pipelines.incident import Source, SourceKind
from pipelines.items import Link
from pipelines.store import (
    Connection,
    articles,
    frontier,
    incidents,
    offers,
    sources,
    worklists,
)
from pipelines.store.frontier import QueuedLink
from pipelines.store.offers import Offered
from pipelines.store.validators import Validators
from pipelines.urls import canonical_key, host_of

_log = logging.getLogger(__name__)

#: Files that are read of one source in one crawl: a sitemap index names every month since 1998.
MOST_DOCUMENTS = 12
#: Sitemap indexes are followed this deep (sitemaps.org allows one level; some nest two).
MOST_DEPTH = 3
#: A host whose turn comes within this is given its next request, which waits at the gate.
SOON_SECONDS = 1.5
#: A host that gave no answer so often in a row is left alone for so long: hundreds of links at one
#: dead host would hold a crawl up for hours, one time limit after the other.
MOST_SILENCES, SILENCE_SECONDS = 3, 600.0
#: A document that was answered "not modified" for so long is asked for whole once: some servers
#: answer so for ever.
UNCHANGED_MOST = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Document:
    """One file of a source that is to be polled in this crawl."""

    source: Source
    url: str
    depth: int = 0
    tries: int = 0

    @property
    def host(self) -> str:
        """Whose turn it needs."""
        return host_of(self.url)


Job = Document | QueuedLink


def url_of(job: Job) -> str:
    """The address to ask for."""
    return job.url if isinstance(job, Document) else job.link.url


class Worklist:
    """Gives out jobs so that no host is asked twice at once, and knows when nothing is left."""

    def __init__(self, session: Session, kinds: frozenset[SourceKind]) -> None:
        self._session, self._kinds = session, kinds
        self._documents: deque[Document] = deque()
        self._files: set[str] = set()
        self._files_of: Counter[int] = Counter()
        self._asking: set[str] = set()
        self._seen: set[str] = set()
        self._silences: Counter[str] = Counter()

    # filling

    def fill(self) -> None:
        """Put on the list what the crawl is wanted for, and what earlier crawls left queued."""
        session, wanted = self._session, self._session.wanted
        now = session.now()
        with session.database.write() as conn:
            chosen = self._chosen_sources(conn)
            if wanted.urls:
                offers.offer(conn, self._by_hand(conn), session.crawl_id, now=now)
            if wanted.sources or not wanted.urls:
                ids = [s.id for s in chosen if s.id is not None] if self._is_narrow else None
                frontier.take_up(conn, session.crawl_id, now=now, source_ids=ids)
                again = articles.due_for_reading(
                    conn,
                    now,
                    by_hand=session.is_by_hand,
                    incident_slug=wanted.incident,
                    source_ids=ids if self._is_narrowed_to_sources else None,
                )
                frontier.reread(conn, session.crawl_id, again, now=now)
        for source in chosen:
            self.add_document(Document(source, source.url))
        session.progress.sources = len(chosen)

    @property
    def _is_narrow(self) -> bool:
        """True where queued links and re-readings are those of the chosen sources alone."""
        return bool(self._session.wanted.incident) or self._is_narrowed_to_sources

    @property
    def _is_narrowed_to_sources(self) -> bool:
        """True where some sources or one kind of them are wanted, whatever incident they serve."""
        narrowed = self._kinds not in (frozenset(), frozenset(SourceKind))
        return bool(self._session.wanted.sources) or narrowed

    def _chosen_sources(self, conn: Connection) -> list[Source]:
        wanted = self._session.wanted
        if wanted.urls and not wanted.sources:
            return []
        found = [source for source in sources.list_all(conn) if source.kind in self._kinds]
        if wanted.sources:
            return [source for source in found if source.id in wanted.sources]
        if wanted.everything:
            return found
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

    def _by_hand(self, conn: Connection) -> list[Offered]:
        wanted = self._session.wanted
        incident_id = incidents.get(conn, wanted.incident).id if wanted.incident else None
        return [
            Offered(
                Link(url),
                canonical_key(url),
                host_of(url),
                priority=100,
                for_incident_id=incident_id,
                force=True,
            )
            for url in wanted.urls
        ]

    def add_document(self, document: Document) -> bool:
        """Poll a document too, unless its source has had enough of them or it is on the list
        already, through another source; False then."""
        id = document.source.id or 0
        is_enough = self._files_of[id] >= MOST_DOCUMENTS or document.depth > MOST_DEPTH
        if is_enough or document.url in self._files:
            return False
        self._files.add(document.url)
        self._files_of[id] += 1
        self._documents.append(document)
        return True

    def put_back(self, document: Document) -> None:
        """Poll a document again within this crawl: its host asked us to wait."""
        self._documents.append(replace(document, tries=document.tries + 1))

    def fresh(self, links: Sequence[Link], source: Source) -> list[Offered]:
        """The links that this crawl has not met yet, as the frontier takes them."""
        found = []
        for link in links:
            key = canonical_key(link.url)
            if key not in self._seen:
                self._seen.add(key)
                found.append(Offered(link, key, host_of(link.url), source.id))
        return found

    # giving out

    def next(self, limit: int) -> list[Job]:
        """Up to `limit` jobs that can be asked for now, each host at most once."""
        if limit <= 0:
            return []
        jobs: list[Job] = list(self._next_documents(limit))
        if len(jobs) < limit:
            jobs += self._next_links(limit - len(jobs), {job.host for job in jobs})
        self._asking.update(job.host for job in jobs)
        self._session.progress.asking = sorted(self._asking)
        return jobs

    def _next_documents(self, limit: int) -> list[Document]:
        taken: dict[str, Document] = {}
        for _ in range(len(self._documents)):
            document = self._documents.popleft()
            if len(taken) < limit and document.host not in taken and self._is_free(document.host):
                taken[document.host] = document
            else:
                self._documents.append(document)
        return list(taken.values())

    def _is_free(self, host: str) -> bool:
        return host not in self._asking and self._session.gate.wait_seconds(host) <= SOON_SECONDS

    def _next_links(self, limit: int, taken: set[str]) -> list[QueuedLink]:
        session = self._session
        busy = self._asking | taken | {document.host for document in self._documents}
        busy |= session.gate.hosts_waiting(SOON_SECONDS)
        with session.database.write() as conn:
            return frontier.take(
                conn,
                session.crawl_id,
                busy_hosts=busy,
                now=session.now(),
                wall_now=session.clock.wall(),
                lease_seconds=LEASE_SECONDS,
                limit=limit,
            )

    def done(self, job: Job, *, answered: bool = True) -> None:
        """A job's answer is there, or none came; its host may be asked for the next."""
        self._asking.discard(job.host)
        self._silences[job.host] = 0 if answered else self._silences[job.host] + 1
        if self._silences[job.host] == MOST_SILENCES:
            _log.warning("left alone host=%s reason='no answer %d times'", job.host, MOST_SILENCES)
            self._session.gate.hold_off(job.host, SILENCE_SECONDS)
        self._session.changed.set()

    def validators_of(self, job: Job) -> Validators:
        """What makes the request for a job conditional."""
        if isinstance(job, QueuedLink):
            is_wanted_whole = job.for_incident_id is not None  # its text may have expired
            return Validators() if is_wanted_whole else Validators(job.etag, job.last_modified)
        with self._session.database.read() as conn:
            since = sources.unchanged_since(conn, job.source.id or 0, job.url)
            known = sources.validators(conn, job.source.id or 0, job.url)
        polled_at = job.source.polled_at
        is_stale = since and polled_at and polled_at - since > UNCHANGED_MOST
        return Validators() if is_stale else known

    def left_over(self) -> list[Document]:
        """The documents that were not asked for."""
        return list(self._documents)

    def hand_over(self) -> None:
        """Give links at hosts that another crawl holds to that crawl."""
        session = self._session
        with session.database.write() as conn:
            given = worklists.hand_over(
                conn, session.crawl_id, now=session.now(), wall_now=session.clock.wall()
            )
        if given:
            _log.info("handed over links=%d", given)

    # waiting

    @property
    def is_asking(self) -> bool:
        """True while a request is under way."""
        return bool(self._asking)

    def patience(self) -> float | None:
        """Seconds until something may be asked for; None when nothing is left to wait for.

        What could be asked for only after `PATIENCE_SECONDS` is not waited for.
        """
        session, wall = self._session, self._session.clock.wall()
        waits = [session.gate.wait_seconds(document.host) for document in self._documents]
        with session.database.read() as conn:
            left = worklists.waiting(conn, session.crawl_id, now=session.now(), wall_now=wall)
        if left.ready:
            waits += [session.gate.wait_seconds(h) for h in session.gate.hosts_waiting(0)] or [0.0]
        if left.host_free_at is not None:
            waits.append((left.host_free_at - wall).total_seconds())
        soon = [wait for wait in waits if wait <= PATIENCE_SECONDS]
        return max(min(soon), 0.0) if soon else None
