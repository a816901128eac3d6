"""CrawlRecorder: the crawl's row follows the crawl, and the crawl follows its row.

Twice a second it writes down how far the crawl is and renews its leases, and learns whether it was
cancelled, by its row or by SIGTERM. When the spider closes it closes the worklist, so that every
link has its outcome. Before a crawl ends that came to its end by itself, the incidents learn from
what it brought; one that is cut off teaches nothing, so that the next one judges as if it had not
been.
"""

import asyncio
import logging
import os
import time
import traceback
from collections.abc import Mapping
from typing import Any

from scrapy import signals

from crawler.home import Home
from crawler.life import CALLER_VARIABLE
from crawler.services import learning
from crawler.session import Session
from pipelines.errors import FollowupError, StoreError

_log = logging.getLogger(__name__)

BEAT_SECONDS = 0.5
#: How nice a crawl is (nice(1)): the server and crawls that are only starting come first.
NICENESS = 10
#: A store that cannot be written is given this long to take the crawl's end; then whoever looks
#: next settles the crawl as one whose process is gone.
FINISH_SECONDS, FINISH_AGAIN_SECONDS = 40.0, 1.0

#: How Scrapy's reasons for closing a spider read in the crawl's row.
_STATES = {"finished": "finished", "cancelled": "cancelled", "shutdown": "cancelled"}
_TOLD_TO_END = "its process was told to end"


class CrawlRecorder:
    """Keeps the row of the running crawl."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._session: Session = crawler.spider.session
        self._task: asyncio.Task[None] | None = None
        crawler.signals.connect(self._opened, signals.spider_opened)
        crawler.signals.connect(self._error, signals.spider_error)
        crawler.signals.connect(self._closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Any) -> "CrawlRecorder":
        return cls(crawler)

    def _opened(self, spider: Any) -> None:
        os.nice(NICENESS)
        self._task = asyncio.get_running_loop().create_task(self._beat())
        self._task.add_done_callback(self._stands_still)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            self._session.beat()
            if _caller_is_gone():
                self._session.stop("the process that launched it was killed")
            # Scrapy waits for what is under way when it gets SIGTERM, however long that takes.
            if not self._crawler.crawling:
                self._session.stop(_TOLD_TO_END)
            if self._session.is_late:
                self._session.cleaner.close()

    def _stands_still(self, task: "asyncio.Task[None]") -> None:
        """A heart that stopped by an error of ours ends the crawl: it would pass for dead."""
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("heart stopped", exc_info=error)
            self._session.fail(_said(error))

    def _error(self, failure: Any, response: Any, spider: Any) -> None:
        """An error of the spider itself is ours, not a page's: the crawl counts as failed, but goes
        on with other pages."""
        self._session.failure = self._session.failure or _said(failure.value)
        _log.error("spider broke reason=%r", _said(failure.value))

    async def _closed(self, spider: Any, reason: str) -> None:
        state, why = self._state(reason)
        if state == "finished" and (broken := await self._learn()) is not None:
            state, why = "failed", broken
        if self._task is not None:
            self._task.cancel()
        await self._finish(state, why, spider.ending())
        self._session.close()

    def _state(self, reason: str) -> tuple[str, str]:
        """How the crawl ends that Scrapy ends for this reason, and why."""
        stopped = self._session.stop_reason or (_TOLD_TO_END if reason == "shutdown" else None)
        was_cut = stopped is not None or reason.startswith("closespider_")
        state = "cancelled" if was_cut else _STATES.get(reason, "failed")
        if self._session.failure is not None:
            return "failed", self._session.failure
        return state, stopped or reason

    async def _learn(self) -> str | None:
        """Let the incidents learn, while the heart beats on between one and the next; gives what
        broke. Pages are safe whatever comes of it."""
        session = self._session
        home = Home(session.config, session.clock, session.database)
        try:
            for slug in learning.after_crawl(home, session.crawl_id):
                learning.relearn(home, slug)
                await asyncio.sleep(0)
        except FollowupError as error:  # the store is busy, or an incident was deleted just now
            _log.warning("not learned reason=%r", str(error))
        except Exception as error:  # noqa: BLE001  the edge: an error of ours fails the crawl
            _log.exception("learning broke")
            return _said(error)
        return None

    async def _finish(self, state: str, reason: str, result: Mapping[str, Any] | None) -> None:
        until = time.monotonic() + FINISH_SECONDS
        while True:
            try:
                return self._session.finish(state, reason, result)
            except StoreError as error:
                if time.monotonic() > until:
                    raise
                _log.warning("end not written yet reason=%r", str(error))
                await asyncio.sleep(FINISH_AGAIN_SECONDS)


def _said(error: BaseException) -> str:
    return "".join(traceback.format_exception_only(error)).strip()


def _caller_is_gone() -> bool:
    """True where the process that launched this one is no longer its parent."""
    caller = os.environ.get(CALLER_VARIABLE, "")
    return caller.isdecimal() and os.getppid() != int(caller)
