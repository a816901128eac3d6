"""The last step before the wire: guard, turn, time and size limits meet every single request here.

Scrapy's own HTTP handler does the work; robots.txt, redirects and second tries pass through it like
any page, so nothing can go round the rules.
"""

import asyncio
from functools import cache
from typing import Any

from scrapy import Request, signals
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import CannotResolveHostError, StopDownload
from scrapy.http import Headers, Response

from crawler.answers import PackedTooOften, refused_type
from crawler.authorities import Authorities
from crawler.guard import check_url
from crawler.heads import BoundedHeads
from crawler.politeness import CrawlStopping, retry_after_seconds
from crawler.resolver import explain
from crawler.session import Session
from pipelines.urls import host_of

#: A cancelled crawl gives answers that are under way this long to arrive.
LAST_GRACE_SECONDS = 1.5
#: More content codings than this on one answer are an attack (curl, CVE-2023-23916).
MOST_CODINGS = 3
#: So many answers larger than a page (feeds and sitemaps may be) are taken in at the same time.
MOST_LARGE_AT_ONCE = 3


_authorities = cache(Authorities)


class PoliteDownloadHandler(HTTP11DownloadHandler):  # type: ignore[misc]
    """Fetches over HTTP what the guard lets through, when it is the host's turn.

    There is one for http and one for https; the signals of all requests come to both.
    """

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._session: Session = crawler.spider.session
        self._contextFactory = _authorities()
        self._pool._factory = BoundedHeads
        self._bytes: dict[Request, int] = {}
        crawler.signals.connect(self._begun, signals.headers_received)
        crawler.signals.connect(self._received, signals.bytes_received)

    async def download_request(self, request: Request) -> Response:
        """The answer; BlockedAddress, HostHeld, CrawlStopping or Scrapy's errors without one."""
        check_url(request.url, self._session.config.allow_private)
        host = host_of(request.url)
        async with self._session.gate.turn(host):
            self._session.count_request()
            self._bytes[request] = 0
            try:
                response = await self._unless_stopped(super().download_request(request))
            except CannotResolveHostError:
                explain(host)
                raise
            finally:
                del self._bytes[request]
        self._heed(response)
        return response

    async def _unless_stopped(self, download: Any) -> Response:
        task = asyncio.ensure_future(download)
        stop = asyncio.ensure_future(self._session.gate.stopped())
        try:
            await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                await asyncio.wait({task}, timeout=LAST_GRACE_SECONDS)
            if not task.done():
                task.cancel()
                raise CrawlStopping
            return task.result()
        finally:
            stop.cancel()

    def _begun(self, headers: Headers, request: Request, spider: Any) -> None:
        """Don't wait for films, pictures and streams that never end."""
        # An answer with Retry-After is read whatever it is: what it asks for must be heeded.
        if refused_type(headers) is not None and "Retry-After" not in headers:
            raise StopDownload(fail=True)

    def _received(self, data: bytes, request: Request, spider: Any) -> None:
        """Bound what answers under way hold in memory together."""
        if request not in self._bytes:
            return
        self._bytes[request] += len(data)
        page_bytes = self._session.config.max_page_bytes
        if self._bytes[request] <= page_bytes:
            return
        large = sum(count > page_bytes for count in self._bytes.values())
        if large > MOST_LARGE_AT_ONCE and self._bytes[request] - len(data) <= page_bytes:
            raise StopDownload(fail=True)

    def _heed(self, response: Response) -> None:
        """Hold the host off as its Retry-After asks, and refuse absurd codings."""
        if response.status in (429, 503):
            value = (response.headers.get("Retry-After") or b"").decode("latin-1") or None
            seconds = retry_after_seconds(value, self._session.clock.wall())
            if seconds is not None:
                self._session.hold_off(host_of(response.url), seconds)
        codings = b",".join(response.headers.getlist("Content-Encoding")).split(b",")
        if len(codings) > MOST_CODINGS:
            raise PackedTooOften(f"packed {len(codings)} times over")
