"""The last step before the wire: guard, turn and time limit meet every single request here.

Scrapy's own HTTP handler does the work; robots.txt, redirects and second tries pass through it like
any page, so nothing can go round the rules.
"""

import asyncio
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Response

from crawler.guard import BlockedAddress, check_url, explain
from crawler.politeness import CrawlStopping, retry_after_seconds
from crawler.session import Session
from pipelines.urls import host_of

#: A cancelled crawl gives answers that are under way this long to arrive.
LAST_GRACE_SECONDS = 2.0
#: More content codings than this on one answer are an attack (curl, CVE-2023-23916).
MOST_CODINGS = 3


class PoliteDownloadHandler(HTTP11DownloadHandler):  # type: ignore[misc]
    """Fetches over HTTP what the guard lets through, when it is the host's turn."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._session: Session = crawler.spider.session

    async def download_request(self, request: Request) -> Response:
        """The answer; BlockedAddress, HostHeld, CrawlStopping or Scrapy's errors without one."""
        check_url(request.url, self._session.config.allow_private)
        host = host_of(request.url)
        async with self._session.gate.turn(host):
            self._session.count_request()
            try:
                response = await self._unless_stopped(super().download_request(request))
            except CannotResolveHostError:
                explain(host)
                raise
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

    def _heed(self, response: Response) -> None:
        """Hold the host off as its Retry-After asks, and refuse absurd codings."""
        if response.status in (429, 503):
            value = (response.headers.get("Retry-After") or b"").decode("latin-1") or None
            seconds = retry_after_seconds(value, self._session.clock.wall())
            if seconds is not None:
                self._session.hold_off(host_of(response.url), seconds)
        codings = b",".join(response.headers.getlist("Content-Encoding")).split(b",")
        if len(codings) > MOST_CODINGS:
            raise BlockedAddress(f"the answer is packed {len(codings)} times over")
