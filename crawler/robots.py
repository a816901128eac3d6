"""robots.txt before every request: a downloader middleware in the place of Scrapy's.

Scrapy's takes a broken or missing answer as leave to fetch everything and forgets the file with the
process; this one keeps it in the store for a day and refuses while it cannot be read.
"""

import asyncio
import logging
from collections import defaultdict
from typing import Any

from scrapy import Request, signals
from scrapy.exceptions import IgnoreRequest, StopDownload
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.answers import RobotsDenied, RobotsUnreadable, ending_of_failure
from crawler.guard import check_url
from crawler.politeness import (
    ROBOTS_BYTES,
    ROBOTS_BYTES_UNPACKED,
    CrawlStopping,
    HostHeld,
    Robots,
)
from crawler.session import Session
from pipelines.errors import StoreError
from pipelines.outcomes import Outcome
from pipelines.urls import origin_of

_log = logging.getLogger(__name__)


class RobotsMiddleware:
    """Asks the origin's robots.txt, once a day, and refuses what it refuses."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._session: Session = crawler.spider.session
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._received: dict[Request, int] = {}
        crawler.signals.connect(self._enough, signals.bytes_received)
        crawler.signals.connect(self._bound, signals.response_downloaded)

    @classmethod
    def from_crawler(cls, crawler: Any) -> "RobotsMiddleware":
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise RobotsDenied or RobotsUnreadable unless the address may be fetched."""
        if request.meta.get("is_robots"):
            return
        check_url(request.url, self._session.config.allow_private)
        origin = origin_of(request.url)
        async with self._locks[origin]:
            request.meta["dont_retry"] = True  # robots.txt itself had its second try
            robots = self._session.robots_of(origin) or await self._fetch(origin)
            request.meta["dont_retry"] = False
        if robots.unreadable is not None:
            raise RobotsUnreadable(f"robots.txt cannot be read: {robots.unreadable}")
        if not robots.allows(request.url):
            raise RobotsDenied("robots.txt refuses it")

    async def _fetch(self, origin: str) -> Robots:
        request = Request(
            f"{origin}/robots.txt",
            callback=NO_CALLBACK,
            dont_filter=True,
            meta={"is_robots": True, "download_maxsize": 0},
        )
        try:
            response: Response = await self._crawler.engine.download_async(request)
        except (CrawlStopping, HostHeld, StoreError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever stops the answer refuses the host
            return self._without_answer(origin, error)
        finally:
            self._received.pop(request, None)
        return self._session.keep_robots(origin, response.status, response.body)

    def _without_answer(self, origin: str, error: Exception) -> Robots:
        ending = ending_of_failure(error)
        _log.info("robots.txt unreadable origin=%s reason=%r", origin, ending.reason)
        if ending.outcome in (Outcome.NETWORK_ERROR, Outcome.TLS_ERROR) and not isinstance(
            error, IgnoreRequest
        ):
            raise error  # the site is not there at all: that is the page's outcome too
        return self._session.keep_robots(origin, None, b"", problem=ending.reason)

    def _enough(self, data: bytes, request: Request, spider: Any) -> None:
        """Stop reading a robots.txt after what RFC 9309 asks to be read."""
        if request.meta.get("is_robots"):
            self._received[request] = self._received.get(request, 0) + len(data)
            if self._received[request] > ROBOTS_BYTES:
                raise StopDownload(fail=False)

    def _bound(self, response: Response, request: Request, spider: Any) -> None:
        """Unpack no bomb: before this the limit would be that of the packed bytes too."""
        if request.meta.get("is_robots"):
            request.meta["download_maxsize"] = ROBOTS_BYTES_UNPACKED
