"""What a crawl has still to ask: documents of sources (in memory), links (in the store's frontier).

At most one request is under way to a host. Documents go before links, since they name the rest.
What is at a host that another crawl is asking is handed to that crawl; one that is about to end
seals itself first, so that nothing is handed to it that it would not do.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from crawler.choice import chosen_sources, is_narrow, is_narrowed_to_sources, typed_links
from crawler.documents import Document, Documents
from crawler.life import LEASE_SECONDS
from crawler.politeness import PATIENCE_SECONDS, HostHeld
from crawler.session import Session
from pipelines.incident import SourceKind
from pipelines.items import Link
from pipelines.store import (
    Connection,
    articles,
    crawl_sources,
    crawls,
    frontier,
    hosts,
    matches,
    offers,
    sources,
    worklists,
)
from pipelines.store.crawls import Trigger
from pipelines.store.frontier import FIRST_IN_LINE, QueuedLink
from pipelines.store.offers import Offered
from pipelines.store.validators import Validators
from pipelines.store.worklists import Held, Waiting
from pipelines.urls import canonical_key, host_of, unwrapped

_log = logging.getLogger(__name__)

#: A host whose turn comes within this is given its next request, which waits at the gate.
SOON_SECONDS = 1.5
#: A host that gave no answer so often in a row is left alone for so long: hundreds of links at one
#: dead host would hold a crawl up for hours, one time limit after the other.
MOST_SILENCES, SILENCE_SECONDS = 3, 600.0

#: A document that was answered "not modified" for so long is asked for whole once: some servers
#: answer so for ever.
UNCHANGED_MOST = timedelta(days=7)

Job = Document | QueuedLink


class _Refused(Exception):
    """The other crawl takes nothing any more."""


def url_of(job: Job) -> str:
    """The address to ask for."""
    return job.url if isinstance(job, Document) else job.link.url


def _known(job: QueuedLink) -> Validators:
    return Validators(job.etag, job.last_modified)


class Worklist:
    """Gives out jobs so that no host is asked twice at once, and knows when nothing is left."""

    def __init__(self, session: Session, kinds: frozenset[SourceKind]) -> None:
        self._session, self._kinds = session, kinds
        self.documents = Documents(session.gate.wait_seconds)
        self._asking: dict[str, Job] = {}
        self._seen: set[str] = set()
        self._silences: Counter[str] = Counter()

    # filling

    def fill(self) -> None:
        """Put on the list what the crawl is wanted for, and what earlier crawls left queued."""
        session, wanted = self._session, self._session.wanted
        now = session.now()
        with session.writing() as conn:
            chosen = chosen_sources(conn, session.crawl_id, wanted, self._kinds)
            ids = [source.id for source in chosen if source.id is not None]
            if not wanted.due:
                crawl_sources.put(conn, session.crawl_id, ids, now=now)
            if wanted.urls:
                offers.offer(conn, typed_links(conn, wanted), session.crawl_id, now=now)
            if wanted.sources or not wanted.urls:
                narrow = ids if is_narrow(wanted, self._kinds) else None
                frontier.take_up(conn, session.crawl_id, now=now, source_ids=narrow)
                if narrow and session.is_by_hand:
                    first = worklists.put_first(conn, session.crawl_id, narrow, now=now)
                    session.progress.handed.update(first)
                again = articles.due_for_reading(
                    conn,
                    now,
                    by_hand=session.is_by_hand,
                    incident_slug=wanted.incident,
                    source_ids=ids if is_narrowed_to_sources(wanted, self._kinds) else None,
                )
                frontier.reread(conn, session.crawl_id, again, now=now)
        for source in chosen:
            self.add_document(Document(source, source.url))
        session.progress.sources = len(chosen)
        self.hand_over()

    def add_document(self, document: Document) -> bool:
        """Poll a document too; see `Documents.add`."""
        return self.documents.add(document)

    def put_back(self, document: Document) -> None:
        """Poll a document again within this crawl: its host asked us to wait."""
        self.documents.put_back(document)

    def hold(self, document: Document, held: HostHeld) -> bool:
        """Wait for a document's host, or for another crawl to take it; see `Documents.hold`."""
        return self.documents.hold(document, held)

    def fresh(self, links: Sequence[Link], document: Document) -> list[Offered]:
        """The links that this crawl has not met yet, as the frontier takes them: those that viewers
        and other ways out carry in place of these."""
        found = []
        priority = FIRST_IN_LINE if document.first else 0
        for found_link in links:
            link = replace(found_link, url=unwrapped(found_link.url))
            key = canonical_key(link.url)
            if key not in self._seen:
                self._seen.add(key)
                found.append(
                    Offered(link, key, host_of(link.url), document.source.id, priority=priority)
                )
        return found

    def _take_in(self) -> None:
        """Put what other crawls handed over into the line."""
        session = self._session
        asking = [job for job in self._asking.values() if isinstance(job, Document)]
        while session.gifts:
            given = session.gifts.pop(0)
            first = given.trigger in (Trigger.HAND, Trigger.API)
            document = Document(given.source, given.source.url, first=first)
            session.progress.sources += self.documents.give(document, asking)
            _log.info("taken over url=%s crawl=%d", document.url, given.by)

    # giving out

    def next(self, limit: int) -> list[Job]:
        """Up to `limit` jobs that can be asked for now, each host at most once."""
        if limit <= 0:
            return []
        self._take_in()
        jobs: list[Job] = list(self.documents.next(limit, self._asking.__contains__, SOON_SECONDS))
        if len(jobs) < limit:
            jobs += self._next_links(limit - len(jobs), {job.host for job in jobs})
        self._asking.update({job.host: job for job in jobs})
        self._session.progress.asking = sorted(self._asking)
        return jobs

    def _next_links(self, limit: int, taken: set[str]) -> list[QueuedLink]:
        session = self._session
        busy = self._asking.keys() | taken | self.documents.hosts()
        busy |= session.gate.hosts_waiting(SOON_SECONDS)
        with session.writing() as conn:
            return frontier.take(
                conn,
                session.crawl_id,
                busy_hosts=busy,
                now=session.now(),
                wall_now=session.clock.wall(),
                lease_seconds=LEASE_SECONDS,
                limit=limit,
            )

    def done(self, job: Job, *, answered: bool = True, held: bool = False) -> None:
        """A job's answer is there, or none came, perhaps since another crawl held its host; the
        host may be asked for the next."""
        self._asking.pop(job.host, None)
        if not held:
            self.documents.came_through(job.host)
        self._silences[job.host] = 0 if answered else self._silences[job.host] + 1
        if self._silences[job.host] == MOST_SILENCES:
            _log.warning("left alone host=%s reason='no answer %d times'", job.host, MOST_SILENCES)
            self._session.gate.hold_off(job.host, SILENCE_SECONDS)
        self._session.changed.set()

    def validators_of(self, job: Job) -> Validators:
        """What makes the request for a job conditional."""
        if isinstance(job, QueuedLink):
            return Validators() if self._is_wanted_whole(job) else _known(job)
        with self._session.reading() as conn:
            since = sources.unchanged_since(conn, job.source.id or 0, job.url)
            known = sources.validators(conn, job.source.id or 0, job.url)
        polled_at = job.source.polled_at
        is_stale = since and polled_at and polled_at - since > UNCHANGED_MOST
        return Validators() if is_stale else known

    def _is_wanted_whole(self, job: QueuedLink) -> bool:
        """True where "not modified" would not do: for what a person takes in, whose text may have
        expired, and for what an open incident never judged."""
        if job.for_incident_id is not None or job.article_id is None:
            return job.for_incident_id is not None
        with self._session.reading() as conn:
            return bool(matches.unjudged(conn, job.article_id))

    def left_over(self) -> list[Document]:
        """The documents that were not asked for, or brought no answer yet."""
        return [*self.documents, *(j for j in self._asking.values() if isinstance(j, Document))]

    # handing over

    def hand_over(self) -> None:
        """Give links and sources at hosts that another crawl holds to that crawl."""
        session = self._session
        with session.reading() as conn:
            holders = worklists.held_hosts(
                conn, session.crawl_id, wall_now=session.clock.wall(), names=self.documents.hosts()
            )
        for held in holders:
            self._hand(held, self.documents.sources_at(held.host))

    def _hand(self, held: Held, documents: list[Document]) -> None:
        """Hand over what is at one host; all in one transaction, or nothing where the other crawl
        takes nothing any more."""
        session, now = self._session, self._session.now()
        reason = f"handed to crawl {held.crawl_id}, which is asking {held.host} just now"
        ids = [document.source.id or 0 for document in documents]
        try:
            with session.writing() as conn:
                given = worklists.hand_over(
                    conn, session.crawl_id, held, reason, now=now, first=session.is_by_hand
                )
                crawl_sources.hand_over(conn, session.crawl_id, ids, held.crawl_id, reason, now=now)
                if not crawls.hold_open(conn, held.crawl_id):
                    raise _Refused
        except _Refused:
            return
        self.documents.remove(documents)
        session.progress.sources -= len(documents)
        if given or documents:
            session.progress.handed[held.crawl_id] += given + len(documents)
            said = "handed over crawl=%d host=%s links=%d sources=%d"
            _log.info(said, held.crawl_id, held.host, given, len(documents))

    def seal(self) -> bool:
        """True where nothing is left to wait for, and nothing will be handed to this crawl any
        more; False where something was, meanwhile."""
        session = self._session
        with session.writing() as conn:
            crawls.lock(conn, session.crawl_id)
            if session.receive(conn) or self._patience(self._waiting(conn)) is not None:
                return False
            crawls.seal(conn, session.crawl_id, now=session.now())
            hosts.release(conn, [session.crawl_id])
        return True

    # waiting

    @property
    def is_asking(self) -> bool:
        """True while a request is under way."""
        return bool(self._asking)

    def patience(self) -> float | None:
        """Seconds until something may be asked for; None when nothing is left to wait for.

        What could be asked for only after `PATIENCE_SECONDS` is not waited for.
        """
        with self._session.reading() as conn:
            return self._patience(self._waiting(conn))

    def _waiting(self, conn: Connection) -> Waiting:
        session = self._session
        return worklists.waiting(
            conn, session.crawl_id, now=session.now(), wall_now=session.clock.wall()
        )

    def _patience(self, left: Waiting) -> float | None:
        gate, wall = self._session.gate, self._session.clock.wall()
        waits = [self.documents.wait_seconds(host) for host in self.documents.hosts()]
        if left.ready:
            waits += [gate.wait_seconds(host) for host in gate.hosts_waiting(0)] or [0.0]
        if left.host_free_at is not None:
            waits.append((left.host_free_at - wall).total_seconds())
        soon = [wait for wait in waits if wait <= PATIENCE_SECONDS]
        return max(min(soon), 0.0) if soon else None
