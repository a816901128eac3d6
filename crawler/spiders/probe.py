"""Finds out what an address is, without storing anything: for new sources and for seeds by URL.

A homepage leads to its feeds and news sitemaps: those that its head and its robots.txt name, then
the usual places. Each is asked for before it is believed. The findings stand in the crawl's row.
"""

import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.answers import ending_of_answer, ending_of_failure
from crawler.discovery import limits
from crawler.discovery.autodiscovery import read_homepage, sitemaps_in_robots, sniff
from crawler.discovery.documents import read_document
from crawler.spiders.base import RowSpider
from pipelines.clean.pool import Closed
from pipelines.dates import iso
from pipelines.errors import StoreError
from pipelines.incident import SourceKind
from pipelines.urls import canonical_key, origin_of, same_site

_log = logging.getLogger(__name__)

#: Addresses that a homepage may lead to; more are asked of no site at once.
MOST_GUESSES = 8


class ProbeSpider(RowSpider):
    """Looks at addresses and says what they are."""

    name = "probe"

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> "ProbeSpider":
        spider: ProbeSpider = super().from_crawler(crawler, *args, **kwargs)
        spider.findings = []
        spider.asked = set()
        return spider

    findings: list[dict[str, Any]]
    asked: set[str]

    def ending(self) -> Mapping[str, Any]:
        """What was found at the addresses."""
        return {"found": self.findings}

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the addresses of the crawl."""
        for url in self.session.wanted.probe:
            self.asked.add(canonical_key(url))
            yield self._ask(url, self.look, asked_for=url)

    def _ask(self, url: str, callback: Any, **more: Any) -> Request:
        return Request(
            url,
            callback=callback,
            errback=self.failed,
            meta={"download_maxsize": limits.DOCUMENT_BYTES},
            cb_kwargs=more,
            dont_filter=True,
        )

    async def look(self, response: Response, asked_for: str) -> AsyncIterator[Request]:
        """What is at an address that was asked for."""
        if (ending := ending_of_answer(response)) is not None:
            self._found(asked_for, None, outcome=str(ending.outcome), reason=ending.reason)
            return
        kind = sniff(response.body, _content_type(response))
        if kind in (SourceKind.FEED, SourceKind.SITEMAP):
            self._source(response, kind, asked_for)
        elif kind is SourceKind.SECTION:
            try:
                await self._page(response, asked_for)
            except Closed:
                return  # the crawl was told to end
            for request in self._further(response, asked_for):
                yield request
        else:
            self._found(
                asked_for, None, outcome="not_html", reason="neither feed, sitemap nor page"
            )

    async def _page(self, response: Response, asked_for: str) -> None:
        """A web page: perhaps a seed article, perhaps a homepage that leads to feeds."""
        page = self.page_of(response, response.request)
        cleaned = await self.session.cleaner.clean_soon(page, now=self.session.now())
        article = cleaned.article
        self._found(
            asked_for,
            SourceKind.SECTION,
            url=response.url,
            links=len(read_document(SourceKind.SECTION, response.body, response.url, None).links),
            outcome=None if cleaned.outcome is None else str(cleaned.outcome),
            reason=cleaned.reason,
            article=None
            if article is None
            else {
                "url": article.canonical_url,
                "title": article.title,
                "text": article.text,
                "published_at": iso(article.published_at),
                "language": article.language,
                "outlet": article.outlet,
            },
        )

    def _further(self, response: Response, asked_for: str) -> Iterator[Request]:
        """What a homepage leads to."""
        for url in self._guesses(response):
            if len(self.asked) > MOST_GUESSES:
                return
            if (key := canonical_key(url)) not in self.asked:
                self.asked.add(key)
                yield self._ask(url, self.check, asked_for=asked_for)

    def _guesses(self, response: Response) -> Iterator[str]:
        discovered = read_homepage(response.body, response.url, _content_type(response))
        named = [found.url for found in (*discovered.feeds, *discovered.sitemaps) if found.declared]
        usual = [found.url for found in (*discovered.feeds, *discovered.sitemaps)]
        yield from named
        origin = origin_of(response.url)
        for url in sitemaps_in_robots(self.session.robots_body(origin)):
            if same_site(url, response.url):
                yield url
        yield from usual

    def check(self, response: Response, asked_for: str) -> None:
        """A feed or sitemap that a homepage led to, if it is one."""
        kind = sniff(response.body, _content_type(response))
        if response.status == 200 and kind in (SourceKind.FEED, SourceKind.SITEMAP):
            self._source(response, kind, asked_for)

    def _source(self, response: Response, kind: SourceKind, asked_for: str) -> None:
        reading = read_document(kind, response.body, response.url, _content_type(response))
        if reading.problem is not None:
            self._found(asked_for, None, outcome="bad_feed", reason=reading.problem)
            return
        self._found(
            asked_for,
            kind,
            url=response.url,
            title=reading.title,
            language=reading.language,
            links=len(reading.links) + len(reading.children),
        )

    def _found(self, asked_for: str, kind: SourceKind | None, **more: Any) -> None:
        self.findings.append({"asked_for": asked_for, "kind": kind and str(kind), **more})

    def failed(self, failure: Failure) -> None:
        """An address that gave no answer; only those that were asked for by hand are told of."""
        if isinstance(failure.value, StoreError):
            return self.session.fail(str(failure.value))
        ending = ending_of_failure(failure.value)
        request: Request = failure.request
        _log.info("no answer url=%s reason=%r", request.url, ending.reason)
        if request.callback == self.look:
            self._found(
                request.cb_kwargs["asked_for"],
                None,
                outcome=str(ending.outcome),
                reason=ending.reason,
            )
        return None


def _content_type(response: Response) -> str | None:
    return (response.headers.get("Content-Type") or b"").decode("latin-1") or None
