"""What a poll of a source writes down: links and validators at once, health, when it is due.

A feed's validators are saved in the same transaction as its links: saved before, a kill between
the two would lose what the next 304 hides. A document that cannot be read stands in the ledger like
a link, with its outcome.
"""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crawler.answers import Ending
from crawler.discovery.documents import Reading
from crawler.documents import Document
from crawler.schedule.effective import Rules
from crawler.session import Session
from pipelines.incident import Health, Source
from pipelines.items import Link
from pipelines.outcomes import Outcome
from pipelines.polling import next_poll
from pipelines.store import Connection, crawl_sources, frontier, offers, sources
from pipelines.store.crawl_sources import Ending as RowEnding
from pipelines.store.offers import Offered
from pipelines.store.validators import Validators, validators_of
from pipelines.urls import canonical_key, host_of

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Poll:
    """What the poll of a source came to so far; a source may be several documents. `free_in` is in
    how many real seconds its host may be asked."""

    links: int = 0
    ttl_seconds: int | None = None
    failed: str | None = None
    left: str | None = None
    free_in: float = 0.0


class Polls:
    """The writing side of polling, for one crawl.

    `is_last` says that a document is the last of its source: with it the poll has ended, and it is
    written down when the source is due again.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._polls: defaultdict[int, _Poll] = defaultdict(_Poll)

    def took(
        self,
        document: Document,
        headers: Mapping[str, str],
        links: Sequence[Offered],
        reading: Reading,
        files: Sequence[str] = (),
        *,
        is_last: bool = True,
    ) -> None:
        """A document was read: its links are queued, the files that it names and its validators
        kept, all in one transaction."""
        now = self._session.now()
        with self._session.writing() as conn:
            if _is_gone(conn, document):
                return
            known_keys = offers.known_keys(conn, [link.key for link in links])
            new = [link for link in links if link.key not in known_keys]
            left = {link.key for link in new[self._session.config.links_per_poll :]}
            taken = [link for link in links if link.key not in left]
            offers.offer(conn, taken, self._session.crawl_id, now=now)
            # What was left must be found again: the document is asked for whole until all is taken.
            validators = Validators() if left else validators_of(headers)
            sources.save_document(conn, _id(document.source), document.url, validators, now=now)
            sources.name_documents(conn, _id(document.source), files, now=now)
            poll = self._polls[_id(document.source)]
            poll.links += len(new) - len(left)
            self._well(conn, document, replace(reading, cut=reading.cut or bool(left)))
            if is_last:
                self._end(conn, document.source)
        _log.info(
            "polled url=%s links=%d new=%d left=%d cut=%s",
            document.url,
            len(links),
            len(new) - len(left),
            len(left),
            reading.cut,
        )

    def unchanged(self, document: Document, *, is_last: bool = True) -> None:
        """The document is as it was (304)."""
        now = self._session.now()
        with self._session.writing() as conn:
            sources.mark_unchanged(conn, _id(document.source), document.url, now=now)
            self._well(conn, document, Reading())
            if is_last:
                self._end(conn, document.source)
        _log.info("polled url=%s unchanged", document.url)

    def _well(self, conn: Connection, document: Document, reading: Reading) -> None:
        if document.depth > 0:
            return
        source = document.source
        told = "it names more links than are taken of one poll" if reading.cut else None
        sources.set_health(conn, _id(source), Health.OK, told, now=self._session.now())
        sources.name_unnamed(conn, _id(source), outlet=reading.title, language=reading.language)
        self._polls[_id(source)].ttl_seconds = reading.ttl_seconds

    def failed(self, document: Document, ending: Ending, *, is_last: bool = True) -> None:
        """A document could not be had or read: a line in the ledger and in the source's health."""
        now, source = self._session.now(), document.source
        health = Health.DENIED if ending.outcome is Outcome.ROBOTS_DENIED else Health.FAILING
        reason = f"{ending.outcome}: {ending.reason}"
        with self._session.writing() as conn:
            if _is_gone(conn, document):
                return
            self._list_failed(conn, document, ending)
            sources.set_health(conn, _id(source), health, reason, now=now)
            self._polls[_id(source)].failed = reason
            if is_last:
                self._end(conn, source)
        _log.warning("poll failed url=%s outcome=%s reason=%r", document.url, *_said(ending))

    def _list_failed(self, conn: Connection, document: Document, ending: Ending) -> None:
        now, crawl_id = self._session.now(), self._session.crawl_id
        offered = Offered(
            Link(document.url, title=document.source.outlet),
            canonical_key(document.url),
            host_of(document.url),
            _id(document.source),
            force=True,
        )
        for answer in offers.offer(conn, [offered], crawl_id, now=now):
            if answer.link_id is not None:
                said = (ending.outcome, ending.reason)
                frontier.settle(conn, crawl_id, answer.link_id, *said, now=now)

    def left(self, document: Document, reason: str, *, free_in: float, is_last: bool) -> None:
        """A document could not be asked for in this crawl; its host may be in so many real
        seconds, and then its source is due."""
        poll = self._polls[_id(document.source)]
        poll.left, poll.free_in = reason, max(poll.free_in, free_in)
        if is_last:
            with self._session.writing() as conn:
                self._end(conn, document.source)

    # the end of a poll

    def _end(self, conn: Connection, source: Source) -> None:
        """Close the source's row on the crawl's list, and write down when it is due again."""
        id, now = _id(source), self._session.now()
        poll = self._polls.pop(id, _Poll())
        ending, reason = RowEnding.POLLED, poll.left or poll.failed
        if reason is not None:
            ending = RowEnding.LEFT if poll.left else RowEnding.FAILED
        crawl_sources.close(
            conn, self._session.crawl_id, id, ending, reason, now=now, links=poll.links
        )
        if not (there := sources.listed(conn, [id])):
            return
        if poll.left is not None:
            sources.set_due(conn, id, self._due_when_free(conn, there[0], poll))
            return
        quiet = 0 if poll.links else sources.quiet_polls(conn, id) + (poll.failed is None)
        adaptive = next_poll(
            now,
            failures=sources.failures(conn).get(id, 0),
            ttl_seconds=poll.ttl_seconds,
            quiet_polls=quiet,
            new_links=poll.links,
        )
        due_at = self._due_by_rule(conn, there[0]) or adaptive
        sources.mark_polled(conn, id, now=now, due_at=due_at, quiet_polls=quiet)

    def _due_by_rule(self, conn: Connection, source: Source) -> datetime | None:
        """Its next time where people set a rule: the claim of the schedule moved it on already, and
        a crawl by hand does not shift it. None: it has no rule.

        A time that passed meanwhile stays too: it is a run, and the schedule's to make or to miss.
        The rules are those of this transaction: one set while the source was asked holds already.
        """
        by_rule = Rules.load(conn, of=source).next_due(source, self._session.now())
        return by_rule if by_rule is None or source.due_at is None else source.due_at

    def _due_when_free(self, conn: Connection, source: Source, poll: _Poll) -> datetime:
        """When the host may be asked, on the product's clock; never after its next time by rule."""
        real = timedelta(seconds=poll.free_in * self._session.clock.speed)
        free_at = self._session.now() + real
        by_rule = self._due_by_rule(conn, source)
        return free_at if by_rule is None else min(free_at, by_rule)

    def files_of(self, source: Source) -> list[str]:
        """The documents of a source that earlier polls read, besides its own address."""
        with self._session.reading() as conn:
            return [url for url in sources.documents(conn, _id(source)) if url != source.url]


def _is_gone(conn: Connection, document: Document) -> bool:
    """True where a person removed the source while it was being asked for."""
    return not sources.listed(conn, [_id(document.source)])


def _said(ending: Ending) -> tuple[str, str]:
    return str(ending.outcome), ending.reason


def _id(source: Source) -> int:
    if source.id is None:
        raise ValueError(f"source {source.url} is not stored")
    return source.id
