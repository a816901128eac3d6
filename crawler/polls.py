"""What a poll of a source writes down: links and validators at once, health, when it is due.

A feed's validators are saved in the same transaction as its links: saved before, a kill between
the two would lose what the next 304 hides. A document that cannot be read stands in the ledger like
a link, with its outcome.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from crawler.answers import Ending
from crawler.discovery.documents import Reading
from crawler.session import Session
from crawler.worklist import Document
from pipelines.incident import Health, Source
from pipelines.items import Link
from pipelines.outcomes import Outcome
from pipelines.polling import next_poll
from pipelines.store import Connection, frontier, offers, sources
from pipelines.store.offers import Offered
from pipelines.store.validators import Validators, validators_of
from pipelines.urls import canonical_key, host_of

_log = logging.getLogger(__name__)


class Polls:
    """The writing side of polling, for one crawl."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def took(
        self,
        document: Document,
        headers: Mapping[str, str],
        links: Sequence[Offered],
        reading: Reading,
        files: Sequence[str] = (),
    ) -> None:
        """A document was read: its links are queued, the files that it names and its validators
        kept, all in one transaction."""
        now = self._session.now()
        with self._session.database.write() as conn:
            known_keys = offers.known_keys(conn, [link.key for link in links])
            new = [link for link in links if link.key not in known_keys]
            left = {link.key for link in new[self._session.config.links_per_poll :]}
            taken = [link for link in links if link.key not in left]
            answers = offers.offer(conn, taken, self._session.crawl_id, now=now)
            # What was left must be found again: the document is asked for whole until all is taken.
            validators = Validators() if left else validators_of(headers)
            sources.save_document(conn, _id(document.source), document.url, validators, now=now)
            sources.name_documents(conn, _id(document.source), files, now=now)
            self._well(conn, document, replace(reading, cut=reading.cut or bool(left)))
        known = sum(answer.outcome is Outcome.ALREADY_KNOWN for answer in answers)
        _log.info(
            "polled url=%s links=%d new=%d left=%d cut=%s",
            document.url,
            len(links),
            len(taken) - known,
            len(left),
            reading.cut,
        )

    def unchanged(self, document: Document) -> None:
        """The document is as it was (304)."""
        now = self._session.now()
        with self._session.database.write() as conn:
            sources.mark_unchanged(conn, _id(document.source), document.url, now=now)
            self._well(conn, document, Reading())
        _log.info("polled url=%s unchanged", document.url)

    def _well(self, conn: Connection, document: Document, reading: Reading) -> None:
        if document.depth > 0:
            return
        now, source = self._session.now(), document.source
        told = "it names more links than are taken of one poll" if reading.cut else None
        sources.set_health(conn, _id(source), Health.OK, told, now=now)
        sources.set_marks(
            conn,
            _id(source),
            outlet=source.outlet or reading.title,
            language=source.language or reading.language,
            country=source.country,
            tags=source.tags,
        )
        due_at = next_poll(now, ttl_seconds=reading.ttl_seconds)
        sources.mark_polled(conn, _id(source), now=now, due_at=due_at)

    def failed(self, document: Document, ending: Ending) -> None:
        """A document could not be had or read: a line in the ledger and in the source's health."""
        now, source = self._session.now(), document.source
        health = Health.DENIED if ending.outcome is Outcome.ROBOTS_DENIED else Health.FAILING
        reason = f"{ending.outcome}: {ending.reason}"
        offered = Offered(
            Link(document.url, title=source.outlet),
            canonical_key(document.url),
            host_of(document.url),
            _id(source),
            force=True,
        )
        with self._session.database.write() as conn:
            for answer in offers.offer(conn, [offered], self._session.crawl_id, now=now):
                if answer.link_id is not None:
                    frontier.settle(
                        conn,
                        self._session.crawl_id,
                        answer.link_id,
                        ending.outcome,
                        ending.reason,
                        now=now,
                    )
            sources.set_health(conn, _id(source), health, reason, now=now)
            failures = sources.failures(conn).get(_id(source), 0)
            due_at = next_poll(now, failures=failures)
            sources.mark_polled(conn, _id(source), now=now, due_at=due_at)
        _log.warning("poll failed url=%s outcome=%s reason=%r", document.url, *_said(ending))

    def files_of(self, source: Source) -> list[str]:
        """The documents of a source that earlier polls read, besides its own address."""
        with self._session.database.read() as conn:
            return [url for url in sources.documents(conn, _id(source)) if url != source.url]


def _said(ending: Ending) -> tuple[str, str]:
    return str(ending.outcome), ending.reason


def _id(source: Source) -> int:
    if source.id is None:
        raise ValueError(f"source {source.url} is not stored")
    return source.id
