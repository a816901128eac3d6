"""One running crawl and its hold on the store: what spider, middlewares and recorder share.

Every write that the network's side of a crawl makes goes through here or `crawler.polls`, one
transaction each. The stages write the articles themselves.
"""

import asyncio
import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import IO, Any

from crawler.answers import Ending, printable
from crawler.clock import Clock
from crawler.config import Config
from crawler.life import LEASE_SECONDS, LOCK_VARIABLE, take_lock
from crawler.politeness import (
    ROBOTS_FRESH,
    ROBOTS_RETRY,
    ROBOTS_RETRY_UNANSWERED,
    Gate,
    HostHeld,
    Manners,
    Robots,
    read_robots,
)
from crawler.progress import Progress
from crawler.wanted import Wanted
from pipelines.clean.pool import CleaningPool
from pipelines.errors import StoreError
from pipelines.items import Page
from pipelines.outcomes import Outcome
from pipelines.polling import Ladder, next_try
from pipelines.stages.rereading import came_back, due_again, without_text
from pipelines.store import (
    Connection,
    articles,
    crawl_sources,
    crawls,
    frontier,
    hosts,
    readings,
    worklists,
)
from pipelines.store.crawl_sources import Given
from pipelines.store.crawls import CrawlState, Trigger
from pipelines.store.database import Database
from pipelines.store.frontier import QueuedLink
from pipelines.store.pages import RawPages
from pipelines.urls import host_of

_log = logging.getLogger(__name__)

#: These say something of the site or of our own network, nothing of the link: it is never given up.
_NOT_THE_LINKS_FAULT = frozenset({Outcome.NETWORK_ERROR, Outcome.ROBOTS_DENIED})
#: Pages that came before a crawl was told to end are worked on for this long after it; what is left
#: then stays queued.
LAST_WORK_SECONDS = 2.5
#: After so long without a beat another crawl may take our hosts soon: their leases run out.
HEART_SECONDS = LEASE_SECONDS - 30.0


class Session:
    """The crawl `crawl_id`, run by this process."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        database: Database,
        crawl_id: int,
        wanted: Wanted,
        trigger: Trigger,
        lock: IO[str] | None = None,
    ) -> None:
        self.config, self.clock, self.database = config, clock, database
        self.crawl_id, self.wanted, self.trigger = crawl_id, wanted, trigger
        self.raw = RawPages(config.raw_folder, crawl_id)
        self.cleaner = CleaningPool()
        self.gate = Gate(
            config.min_gap_seconds, recall=self._meet, note=self._note_request, wall=clock.wall
        )
        self.progress = Progress()
        self.requests = 0
        self.stop_reason: str | None = None
        self.failure: str | None = None
        self.changed = asyncio.Event()
        self.gifts: list[Given] = []
        self._told: set[tuple[int | None, datetime]] = set()
        self._remaining = 0
        self._stopped_at: float | None = None
        self._beaten_at = time.monotonic()
        self._robots: dict[str, Robots] = {}
        self._began = clock.wall()
        self._lock = lock

    @property
    def is_by_hand(self) -> bool:
        """True where a person asked: what is not due is polled and read again too."""
        return self.trigger in (Trigger.HAND, Trigger.API)

    @property
    def reread(self) -> Ladder:
        """How often stored articles are read again."""
        return self.config.reread

    @property
    def keep_unused(self) -> timedelta:
        """How long the text of what no incident took is kept."""
        return timedelta(days=self.config.keep_unused_days)

    def now(self) -> datetime:
        """The product's time."""
        return self.clock.now()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that may write. A store that fails ends the crawl as failed, whoever
        catches the StoreError: what was not written down is not done, and stays queued."""
        try:
            with self.database.write() as conn:
                yield conn
        except StoreError as error:
            self.fail(str(error))
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One transaction that reads; as `writing`."""
        try:
            with self.database.read() as conn:
                yield conn
        except StoreError as error:
            self.fail(str(error))
            raise

    def hold_lock(self) -> None:
        """Hold the crawl's lock file while this process lives, so that others see that it does.

        A launched process has it from its launcher, from its first moment on.
        """
        given = os.environ.pop(LOCK_VARIABLE, None)
        if given:
            self._lock = os.fdopen(int(given), "w")
        elif self._lock is None:
            self._lock = take_lock(self.config, self.crawl_id)

    def stop(self, reason: str) -> None:
        """Ask nothing more; what is under way may still end."""
        if self.stop_reason is None:
            _log.info("stopping crawl=%d reason=%r", self.crawl_id, reason)
            self.stop_reason = reason
            self._stopped_at = time.monotonic()
            self.gate.stop()
            self.changed.set()

    def fail(self, reason: str) -> None:
        """End the crawl as failed: what it needs itself is not there any more."""
        self.failure = self.failure or reason
        self.stop(reason)

    @property
    def is_late(self) -> bool:
        """True where the crawl was told to end so long ago that no page is begun any more."""
        stopped = self._stopped_at
        return stopped is not None and time.monotonic() - stopped > LAST_WORK_SECONDS

    # hosts

    def _meet(self, host: str) -> Manners:
        wall = self.clock.wall()
        with self.writing() as conn:
            known = hosts.manners(conn, host)
            leased = hosts.lease(conn, host, self.crawl_id, wall_now=wall, seconds=LEASE_SECONDS)
        silent_until = hosts.silent_until(known.not_before, wall)
        if not leased:
            if silent_until is not None:
                said = f"{host} asked to be left alone until {silent_until:%H:%M:%S}Z"
                wait = (silent_until - wall).total_seconds()
                raise HostHeld(said, host=host, seconds=wait)
            raise HostHeld(f"crawl {known.leased_by} is asking {host} just now", host=host)
        return Manners(known.last_request_at, silent_until, known.crawl_delay)

    def _note_request(self, host: str) -> None:
        with self.writing() as conn:
            hosts.mark_requested(conn, {host: self.clock.wall()})

    def hold_off(self, host: str, seconds: float) -> None:
        """Keep away from a host for so long, also in later crawls (Retry-After)."""
        _log.info("held off host=%s seconds=%g", host, seconds)
        self.gate.hold_off(host, seconds)
        with self.writing() as conn:
            hosts.set_not_before(conn, host, self.clock.wall() + timedelta(seconds=seconds))

    def count_request(self) -> None:
        """A request is being sent, robots.txt and redirects included."""
        self.requests += 1

    def robots_of(self, origin: str) -> Robots | None:
        """The rules of an origin that were read lately; None where they are to be asked for."""
        if origin in self._robots:
            return self._robots[origin]
        with self.reading() as conn:
            row = hosts.get_robots(conn, origin)
        if row is None or row.until <= self.now():
            return None
        robots = read_robots(row.status, row.body or b"")
        self._use_robots(origin, robots)
        return robots

    def keep_robots(
        self, origin: str, status: int | None, body: bytes, *, problem: str | None = None
    ) -> Robots:
        """Keep an answer to a request for robots.txt, and give its rules."""
        robots = read_robots(status, body, problem=problem)
        delay = self._use_robots(origin, robots)
        now = self.now()
        fresh = ROBOTS_RETRY_UNANSWERED if status is None else ROBOTS_RETRY
        until = now + (ROBOTS_FRESH if robots.unreadable is None else fresh)
        with self.writing() as conn:
            hosts.put_robots(conn, origin, hosts.Robots(status, body, now, until))
            if robots.unreadable is None:
                hosts.set_crawl_delay(conn, host_of(origin), delay)
        if robots.delay_mended:
            _log.warning("mended origin=%s note=%r", origin, robots.delay_mended)
        return robots

    def _use_robots(self, origin: str, robots: Robots) -> float | None:
        """Go by these rules from now on; gives the delay that the host asks for then."""
        self._robots[origin] = robots
        if robots.unreadable is not None:
            return None
        return self.gate.set_delay(host_of(origin), origin, robots.crawl_delay)

    def robots_body(self, origin: str) -> bytes:
        """The robots.txt of an origin as it was read last; empty where there is none."""
        with self.reading() as conn:
            row = hosts.get_robots(conn, origin)
        return b"" if row is None or row.body is None else row.body

    # links

    def settle(self, link: QueuedLink, ending: Ending) -> None:
        """Write down how a link ended that brought no page to read."""
        now = self.now()
        outcome, reason, again = ending.outcome, ending.reason, None
        if ending.again and ending.outcome not in frontier.KEEPS_ITS_PLACE:
            again = next_try(now, link.tries, gives_up=ending.outcome not in _NOT_THE_LINKS_FAULT)
        with self.writing() as conn:
            if ending.outcome in frontier.KEEPS_ITS_PLACE:
                frontier.take_back_try(conn, link.id)
            if link.article_id is not None:
                outcome, told = self._without_text(conn, link.article_id, ending, link.link.url)
                reason = ending.reason if ending.again else told
            frontier.settle(
                conn,
                self.crawl_id,
                link.id,
                outcome,
                reason,
                now=now,
                article_id=link.article_id,
                next_try_at=again,
            )
        self.progress.pages += 1
        self.changed.set()

    def _without_text(
        self, conn: Connection, article_id: int, ending: Ending, asked: str
    ) -> tuple[Outcome, str]:
        """A stored article was asked for again and did not come."""
        end = (ending.outcome, ending.reason, ending.missing)
        return without_text(conn, article_id, *end, asked=asked, now=self.now(), ladder=self.reread)

    def unchanged(self, link: QueuedLink) -> None:
        """A stored article was read again and is as it was (304)."""
        if link.article_id is None:
            raise ValueError(f"link {link.id} has no article")
        now = self.now()
        with self.writing() as conn:
            known = articles.get(conn, link.article_id)
            due_at = due_again(known, now, self.reread)
            readings.touch(conn, link.article_id, now=now, due_at=due_at)
            frontier.settle(
                conn,
                self.crawl_id,
                link.id,
                Outcome.UNCHANGED,
                came_back("not modified (304)", known),
                now=now,
                article_id=link.article_id,
            )
        self.progress.pages += 1
        self.changed.set()

    def put_back(self, link: QueuedLink) -> None:
        """Queue a link again within this crawl: its host asked us to wait."""
        with self.writing() as conn:
            frontier.put_back(conn, self.crawl_id, link.id)
        self.changed.set()

    def broken(self, page: Page | None, error: BaseException) -> None:
        """A stage broke on a page: counted, with what it said; the log has the traceback.

        Where the store or the disk failed, not the page, the link keeps its place and the crawl
        ends.
        """
        if isinstance(error, StoreError | OSError):
            self.fail(str(error))
            return
        if page is None or page.link_id is None:
            return
        outcome = Outcome.PARSE_ERROR
        reason = printable(f"{type(error).__name__}: {error}")[:300]
        with self.writing() as conn:
            if (id := frontier.article_of(conn, page.link_id)) is not None:
                ending = Ending(outcome, reason)
                outcome, reason = self._without_text(conn, id, ending, page.requested_url)
            frontier.settle(conn, self.crawl_id, page.link_id, outcome, reason, now=self.now())
        self.changed.set()

    # the crawl's row

    def beat(self) -> None:
        """Show that the crawl lives and how far it is; learn if it was cancelled, and what other
        crawls handed over. A store that is busy or full is waited for, as long as the leases last.
        """
        try:
            with self.database.write() as conn:
                self._beat(conn)
        except StoreError as error:
            _log.warning("beat missed reason=%r", str(error))
            if time.monotonic() - self._beaten_at > HEART_SECONDS:
                self.fail(str(error))
        else:
            self._beaten_at = time.monotonic()

    def _beat(self, conn: Connection) -> None:
        wall, was_remaining = self.clock.wall(), self._remaining
        open_sources = crawl_sources.counts(conn, self.crawl_id).get("open", 0)
        self._remaining = worklists.remaining(conn, self.crawl_id) + open_sources
        is_running = crawls.heartbeat(
            conn,
            self.crawl_id,
            wall_now=wall,
            requests=self.requests,
            progress=self.progress.record(self.gate, remaining=self._remaining),
        )
        hosts.renew(conn, self.crawl_id, wall_now=wall, seconds=LEASE_SECONDS)
        row = crawls.get(conn, self.crawl_id)
        if row.cancel_requested_at is not None:
            self.stop(row.cancel_reason or "cancelled")
        elif not is_running:
            self.stop("its row was closed by another process")
        if self.stop_reason is not None:
            crawls.seal(conn, self.crawl_id, now=self.now())
        elif self.receive(conn) or self._remaining > was_remaining:
            self.changed.set()

    def receive(self, conn: Connection) -> bool:
        """True where other crawls handed sources over since it was looked last; `gifts` has them
        then."""
        new = [
            given
            for given in crawl_sources.given(conn, self.crawl_id)
            if (given.source.id, given.at) not in self._told
        ]
        self._told.update((given.source.id, given.at) for given in new)
        self.gifts += new
        return bool(new)

    def finish(self, state: str, reason: str, result: Mapping[str, Any] | None) -> None:
        """Close the worklist and the crawl's row and give the hosts free, in one transaction.

        What asked for the end of a cancelled crawl stands there as its reason.
        """
        now = self.now()
        with self.database.write() as conn:
            row = crawls.get(conn, self.crawl_id)
            if state == CrawlState.CANCELLED and row.cancel_requested_at is not None:
                reason = row.cancel_reason or "cancelled"
            worklists.close(conn, self.crawl_id, f"still queued: {_LEFT[state]}", now=now)
            frontier.release(conn, [self.crawl_id])
            if result is not None:
                crawls.set_result(conn, self.crawl_id, result)
            crawls.finish(
                conn,
                self.crawl_id,
                CrawlState(state),
                now=now,
                end_reason=reason,
                requests=self.requests,
                seconds=(self.clock.wall() - self._began).total_seconds(),
            )

    def close(self) -> None:
        """Close files and the store, and end the cleaner's process."""
        self.cleaner.close()
        self.raw.close()
        self.database.close()
        if self._lock is not None:
            self._lock.close()


#: Why links of a crawl's list are still queued when it ends.
_LEFT = {
    "finished": "it could not be asked yet",
    "cancelled": "the crawl was cancelled",
    "failed": "the crawl failed",
}
