"""CrawlRecorder: the crawl's row follows the crawl, and the crawl follows its row.

Twice a second it writes down how far the crawl is and renews its leases, and learns whether it was
cancelled. When the spider closes it closes the worklist, so that every link has its outcome.
"""

import asyncio
import logging
import os
import traceback
from typing import Any

from scrapy import signals

from crawler.life import CALLER_VARIABLE
from crawler.session import Session
from pipelines.errors import StoreError

_log = logging.getLogger(__name__)

BEAT_SECONDS = 0.5

#: How Scrapy's reasons for closing a spider read in the crawl's row.
_STATES = {"finished": "finished", "cancelled": "cancelled", "shutdown": "cancelled"}


class CrawlRecorder:
    """Keeps the row of the running crawl."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._session: Session = crawler.spider.session
        self._task: asyncio.Task[None] | None = None
        self._broken: str | None = None
        crawler.signals.connect(self._opened, signals.spider_opened)
        crawler.signals.connect(self._error, signals.spider_error)
        crawler.signals.connect(self._closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Any) -> "CrawlRecorder":
        return cls(crawler)

    def _opened(self, spider: Any) -> None:
        self._task = asyncio.get_running_loop().create_task(self._beat())

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                self._session.beat()
            except StoreError as error:
                # Busy for now; the next beat comes soon. Leases outlast a few that are missed.
                _log.warning("beat missed reason=%r", str(error))
            if _caller_is_gone():
                self._session.stop("the command that asked for it was killed")

    def _error(self, failure: Any, response: Any, spider: Any) -> None:
        """An error of the spider itself is ours, not a page's: the crawl counts as failed."""
        said = "".join(traceback.format_exception_only(failure.value)).strip()
        self._broken = self._broken or said
        _log.error("spider broke reason=%r", said)

    async def _closed(self, spider: Any, reason: str) -> None:
        if self._task is not None:
            self._task.cancel()
        stopped = self._session.stop_reason
        was_cut = stopped is not None or reason.startswith("closespider_")
        state = "cancelled" if was_cut else _STATES.get(reason, "failed")
        broken = self._broken or self._session.failure
        if broken is not None:
            state, stopped = "failed", broken
        self._session.finish(state, stopped or reason, spider.result)
        self._session.close()


def _caller_is_gone() -> bool:
    """True where the process that launched this one is no longer its parent."""
    caller = os.environ.get(CALLER_VARIABLE, "")
    return caller.isdecimal() and os.getppid() != int(caller)
