"""The spider that follows incidents: polls sources, reads what they name, reads follow-ups again.

It decides nothing about articles; the item pipelines do. It sees to it that every link ends in one
outcome, also where no page came.
"""

import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any, ClassVar

from scrapy import Request, signals
from scrapy.exceptions import StopDownload
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.answers import Ending, ending_of_answer, ending_of_failure
from crawler.discovery import limits
from crawler.discovery.documents import Reading, read_document
from crawler.documents import Document
from crawler.politeness import PATIENCE_SECONDS, CrawlStopping, HostHeld
from crawler.polls import Polls
from crawler.spiders.base import RowSpider, headers_of
from crawler.worklist import Job, Worklist, url_of
from pipelines.errors import StoreError
from pipelines.incident import SourceKind
from pipelines.items import Page
from pipelines.outcomes import Outcome
from pipelines.store.frontier import QueuedLink

_log = logging.getLogger(__name__)

#: How often a host that answers Retry-After is asked for one thing again in the same crawl.
MOST_WAITS = 2
#: After so long one of the large answers that are being taken in will have come to its end.
LARGE_PAUSE_SECONDS = 3.0
#: Documents that were left are named one by one in the crawl's row, up to so many.
MOST_NAMED = 100
#: Outcomes of a host that gives no answer; some of them in a row, and it is left alone.
_UNANSWERED = frozenset({Outcome.TIMEOUT, Outcome.NETWORK_ERROR, Outcome.TLS_ERROR})

#: A page that came when its crawl was all but over.
_TOO_LATE = Ending(Outcome.CANCELLED, "the crawl was cancelled before it was read", again=True)

_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class FollowSpider(RowSpider):
    """All kinds of source in one process, so that starting up is paid for once."""

    name = "follow"
    kinds: ClassVar[frozenset[SourceKind]] = frozenset(SourceKind)

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> "FollowSpider":
        spider: FollowSpider = super().from_crawler(crawler, *args, **kwargs)
        spider.work = Worklist(spider.session, cls.kinds)
        spider.polls = Polls(spider.session)
        spider.not_polled = {}
        crawler.signals.connect(spider.broken, signals.item_error)
        for ended in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(spider.page_ended, ended)
        return spider

    work: Worklist
    polls: Polls
    not_polled: dict[str, str]

    async def start(self) -> AsyncIterator[Any]:
        """Requests, as hosts come free, until nothing is left that can be asked for soon."""
        self.work.fill()
        limit: int = self.session.config.hosts_at_once
        while self.session.stop_reason is None:
            jobs = self.work.next(limit)
            for job in jobs:
                try:
                    request = self.request_of(job)
                except ValueError as error:
                    # Scrapy cannot make a request of every address that the guard would refuse.
                    self._ended(job, error)
                else:
                    yield request
            if not jobs and not await self._wait():
                break
        if self.session.stop_reason is None:
            for document in self.work.left_over():
                self._not_polled(document, self.work.documents.why_waiting(document.host))

    async def _wait(self) -> bool:
        """Wait for something to do; False where there is nothing to wait for."""
        self.work.hand_over()
        if self.work.is_asking:
            await self.wait(1.0)
            return True
        patience = self.work.patience()
        if patience is None:
            return not self.work.seal()
        await self.wait(min(max(patience, 0.05), 5.0))
        return True

    def ending(self) -> dict[str, Any] | None:
        """Documents that were not asked for, with the reason, and what other crawls were handed."""
        for document in self.work.left_over():
            self.not_polled.setdefault(document.url, self.session.stop_reason or "it was not asked")
        named = list(self.not_polled.items())[:MOST_NAMED]
        said: dict[str, Any] = {}
        if named:
            said["not_polled"] = [{"url": url, "reason": reason} for url, reason in named]
        if self.session.progress.handed:
            said["handed"] = self.session.progress.handed_over()
        return said or None

    def request_of(self, job: Job) -> Request:
        """The request for a job, conditional where an earlier answer is known."""
        validators = self.work.validators_of(job)
        headers = {"Accept": _ACCEPT}
        if validators.etag is not None:
            headers["If-None-Match"] = validators.etag
        if validators.last_modified is not None:
            headers["If-Modified-Since"] = validators.last_modified
        is_document = isinstance(job, Document)
        return Request(
            url_of(job),
            callback=self.read_source if is_document else self.read_page,
            errback=self.failed,
            headers=headers,
            meta={"download_maxsize": limits.DOCUMENT_BYTES} if is_document else {},
            cb_kwargs={"job": job},
            dont_filter=True,
        )

    # sources

    def read_source(self, response: Response, job: Document) -> None:
        """Take the links of a document, or note why there are none."""
        self.work.done(job)
        self.session.progress.sources_read += job.depth == 0 and job.tries == 0
        if self._asked_to_wait(response, job):
            self.work.put_back(job)
        elif response.status == 304:
            self._known_files(job)
            self.polls.unchanged(job, is_last=self.work.documents.ended(job))
        elif (ending := ending_of_answer(response)) is not None:
            self._failed_poll(job, ending)
        else:
            self._take_links(response, job)

    def _take_links(self, response: Response, job: Document) -> None:
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1") or None
        reading = read_document(job.source.kind, response.body, response.url, content_type)
        if reading.problem is not None:
            remedy = f"try 'followup source check {job.source.id}'"
            self._failed_poll(job, Ending(Outcome.BAD_FEED, f"{reading.problem}; {remedy}"))
            return
        files = self._add_files(job, reading)
        links = self.work.fresh(reading.links, job)
        headers = dict(headers_of(response))
        is_last = self.work.documents.ended(job)
        self.polls.took(job, headers, links, reading, files, is_last=is_last)

    def _failed_poll(self, job: Document, ending: Ending) -> None:
        self.polls.failed(job, ending, is_last=self.work.documents.ended(job))

    def _add_files(self, job: Document, reading: Reading) -> list[str]:
        """Put the files that an index names on the list; those that were taken."""
        return [url for url in reading.children if self.work.add_document(_file_of(job, url))]

    def _known_files(self, job: Document) -> None:
        """An unchanged index names the files that it named before."""
        if job.source.kind is SourceKind.SITEMAP and job.depth == 0:
            for url in self.polls.files_of(job.source):
                self.work.add_document(_file_of(job, url))

    # pages

    def read_page(self, response: Response, job: QueuedLink) -> Iterator[Page]:
        """Hand a page to the pipelines, or settle the link by the answer's status."""
        self.work.done(job)
        if self.session.is_late:
            self.session.settle(job, _TOO_LATE)
        elif self._asked_to_wait(response, job):
            self.session.put_back(job)
        elif response.status == 304 and job.article_id is not None:
            self.session.unchanged(job)
        elif (ending := ending_of_answer(response)) is not None:
            self.session.settle(job, ending)
        else:
            yield self.page_of(
                response,
                response.request,
                link_id=job.id,
                link=job.link,
                for_incident_id=job.for_incident_id,
            )

    def _asked_to_wait(self, response: Response, job: Job) -> bool:
        """True where the host said when to come again, and that is soon enough for this crawl."""
        if response.status not in (429, 503) or "Retry-After" not in response.headers:
            return False
        if job.tries > MOST_WAITS:
            return False
        return self.session.gate.wait_seconds(job.host) <= PATIENCE_SECONDS

    def page_ended(self) -> None:
        """A page went through the pipelines, whatever became of it."""
        self.session.progress.pages += 1

    # failures

    def failed(self, failure: Failure) -> None:
        """Settle what brought no answer."""
        self._ended(failure.request.cb_kwargs["job"], failure.value)

    def _ended(self, job: Job, error: BaseException) -> None:
        if isinstance(error, StoreError):
            # It says nothing of the job, which is done again by the next crawl.
            self.work.done(job)
            return self.session.fail(str(error))
        ending = ending_of_failure(error)
        self.work.done(
            job,
            answered=ending.outcome not in _UNANSWERED,
            held=isinstance(error, HostHeld),
        )
        _log.info(
            "no answer url=%s outcome=%s reason=%r", url_of(job), ending.outcome, ending.reason
        )
        if isinstance(job, QueuedLink):
            self.session.settle(job, ending)
        else:
            self._no_document(job, error, ending)
        return None

    def _no_document(self, job: Document, error: BaseException, ending: Ending) -> None:
        if isinstance(error, CrawlStopping):
            self.not_polled[job.url] = self.session.stop_reason or ending.reason
        elif isinstance(error, HostHeld):
            if not self.work.hold(job, error):
                self._not_polled(job, ending.reason, error.seconds)
        elif isinstance(error, StopDownload) and ending.again and job.tries < MOST_WAITS:
            self.session.gate.hold_off(job.host, LARGE_PAUSE_SECONDS)
            self.work.put_back(job)
        elif ending.outcome is Outcome.DEFERRED:
            self._not_polled(job, ending.reason)
        else:
            self._failed_poll(job, ending)

    def _not_polled(self, document: Document, reason: str, seconds: float | None = None) -> None:
        """A document that was not asked for: its source is due again when its host is free; the
        crawl's row names it."""
        _log.warning("not polled url=%s reason=%r", document.url, reason)
        self.not_polled[document.url] = reason
        if seconds is None:
            seconds = self.session.gate.wait_seconds(document.host)
        is_last = self.work.documents.ended(document)
        self.polls.left(document, reason, free_in=seconds, is_last=is_last)

    def broken(self, item: Any, response: Any, failure: Failure) -> None:
        """A stage broke on a page: it is counted, and the log has the traceback."""
        page = item if isinstance(item, Page) else getattr(item, "page", None)
        _log.error("stage broke item=%s", type(item).__name__, exc_info=failure.value)
        self.session.broken(page, failure.value)


def _file_of(index: Document, url: str) -> Document:
    """A file that an index names."""
    return replace(index, url=url, depth=index.depth + 1, tries=0)
