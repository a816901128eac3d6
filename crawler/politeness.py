"""Manners: one request at a time to a host, gaps, robots.txt, Crawl-delay and Retry-After.

The `Gate` stands right before the wire, so that robots.txt, redirects and second tries wait their
turn like everything else. A gap is counted from the end of the last answer, on real time, and is
remembered in the store, so that the next crawl keeps it too. robots.txt is kept for 24 h; one that
cannot be read (429, 5xx, a redirect that leads nowhere) refuses everything for an hour (RFC 9309,
2.3.1.4), one that did not come for a minute; any other 4xx allows everything (2.3.1.3).
"""

import asyncio
import math
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from protego import Protego

from pipelines.polling import RETRY_AFTER_MOST

AGENT = "Followup"
ROBOTS_FRESH = timedelta(hours=24)
ROBOTS_RETRY = timedelta(hours=1)
#: No answer came at all: that is often our own network's fault, and may be over soon.
ROBOTS_RETRY_UNANSWERED = timedelta(minutes=1)
#: RFC 9309, 2.5: at least this much of a robots.txt is read.
ROBOTS_BYTES = 500 * 1024
#: A packed one that opens to more than this is a bomb, and counts as unreadable.
ROBOTS_BYTES_UNPACKED = 4 * 1024 * 1024
#: A delay of a day or more is a mistake of the writer: no site can mean it. It is read as this, the
#: slowest that sites commonly ask for.
CRAWL_DELAY_MISTAKE, CRAWL_DELAY_INSTEAD = 86_400.0, 10.0
#: A host that cannot be asked for longer than this does not hold a crawl up that has nothing else
#: left to do; its links stay queued.
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Manners:
    """What the store remembers of a host: real times, seconds."""

    last_request_at: datetime | None = None
    not_before: datetime | None = None
    crawl_delay: float | None = None


class HostHeld(Exception):
    """A host may not be asked just now: another crawl has it, or it wants to be left alone for so
    many seconds, None where that is not known."""

    def __init__(self, reason: str, *, host: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.host, self.seconds = host, seconds


class CrawlStopping(Exception):
    """The crawl was cancelled while the request waited or was under way."""


class Gate:
    """Lets one request at a time pass to each host, with the gap that the host asks for.

    `recall` gives what the store knows of a host when it is first met and leases it to this crawl
    (HostHeld where another crawl has it); `note` writes down that a request is being sent.
    """

    def __init__(
        self,
        min_gap: float,
        *,
        recall: Callable[[str], Manners],
        note: Callable[[str], None],
        wall: Callable[[], datetime],
    ) -> None:
        self._min_gap = min_gap
        self._recall, self._note, self._wall = recall, note, wall
        self._locks: dict[str, asyncio.Lock] = {}
        self._delays: dict[str, dict[str, float]] = {}
        self._free_at: dict[str, float] = {}
        self._last: dict[str, float] = {}
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """Let nobody through any more; those who wait get CrawlStopping."""
        self._stopped.set()

    async def stopped(self) -> None:
        """Wait until `stop` was called."""
        await self._stopped.wait()

    def meet(self, host: str) -> None:
        """Recall a host that this process has not asked yet."""
        if host in self._locks:
            return
        manners = self._recall(host)
        self._locks[host] = asyncio.Lock()
        now, wall = _monotonic(), self._wall()
        if manners.crawl_delay is not None:
            self._delays.setdefault(host, {})[""] = manners.crawl_delay
        if manners.last_request_at is not None:
            # The clock may have been set back since: no request was sent after now.
            ago = max(wall - manners.last_request_at, timedelta(0))
            self._last[host] = now - ago.total_seconds()
        if manners.not_before is not None:
            self._free_at[host] = now + (manners.not_before - wall).total_seconds()

    def wait_seconds(self, host: str) -> float:
        """How long until the host may be asked again; 0 when it may be now."""
        last = self._last.get(host)
        ready = self._free_at.get(host, 0.0)
        if last is not None:
            ready = max(ready, last + self.gap(host))
        return max(0.0, ready - _monotonic())

    def hosts_waiting(self, seconds: float) -> set[str]:
        """Hosts that must not be asked for more than so many seconds yet."""
        return {host for host in self._locks if self.wait_seconds(host) > seconds}

    def gap(self, host: str) -> float:
        """Seconds between two requests to the host."""
        return max([self._min_gap, *self._delays.get(host, {}).values()])

    def set_delay(self, host: str, origin: str, seconds: float | None) -> float | None:
        """What the robots.txt of one of the host's origins asks for, None where it asks for
        nothing; gives the largest that any of them asks for. http and https are one machine."""
        delays = self._delays.setdefault(host, {})
        delays[origin] = seconds or 0.0
        asked = max(delay for name, delay in delays.items() if name)
        return asked or None

    def hold_off(self, host: str, seconds: float) -> None:
        """The host is not to be asked again for so long (Retry-After); what was asked for before
        is not shortened."""
        self._free_at[host] = max(self._free_at.get(host, 0.0), _monotonic() + seconds)

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for the host's turn; within the block nothing else is sent to it.

        Raises HostHeld where the turn would come only after `PATIENCE_SECONDS`, CrawlStopping where
        the crawl is cancelled meanwhile.
        """
        self.meet(host)
        async with self._locks[host]:
            while not self._stopped.is_set() and (wait := self.wait_seconds(host)) > 0:
                if wait > PATIENCE_SECONDS:
                    said = f"{host} is not to be asked for another {wait:.0f} s"
                    raise HostHeld(said, host=host, seconds=wait)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopped.wait(), wait)
            if self._stopped.is_set():
                raise CrawlStopping
            self._note(host)
            self._last[host] = _monotonic()
            try:
                yield
            finally:
                self._last[host] = _monotonic()


def _monotonic() -> float:
    return asyncio.get_running_loop().time()


@dataclass(frozen=True, slots=True)
class Robots:
    """What one origin's robots.txt says: `rules` None and `unreadable` set where it cannot be
    read; rules None alone where there is none."""

    rules: Protego | None
    unreadable: str | None = None
    delay_mended: str | None = None

    def allows(self, url: str) -> bool:
        """True if the address may be fetched by us."""
        if self.unreadable is not None:
            return False
        return self.rules is None or bool(self.rules.can_fetch(url, AGENT))

    @property
    def crawl_delay(self) -> float | None:
        """Seconds between requests that it asks for."""
        return None if self.rules is None else _delay(self.rules)[0]


def read_robots(status: int | None, body: bytes, *, problem: str | None = None) -> Robots:
    """The rules in an answer to a request for robots.txt; `status` None where none came."""
    if status is None:
        return Robots(None, problem or "no answer")
    if status == 429 or status >= 500:
        return Robots(None, f"status {status}")
    if 300 <= status < 400:
        return Robots(None, f"status {status}, and it leads nowhere that may be asked")
    if not 200 <= status < 300:
        return Robots(None)
    rules = Protego.parse(_decode(body[:ROBOTS_BYTES]))
    return Robots(rules, None, _delay(rules)[1])


def _decode(body: bytes) -> str:
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    return body.replace(b"\0", b"").decode("utf-8-sig", "replace")


def _delay(rules: Protego) -> tuple[float | None, str | None]:
    """The gap asked for by Crawl-delay or Request-rate, and what was mended of it."""
    wanted = []
    delay = rules.crawl_delay(AGENT)
    if delay is not None and math.isfinite(float(delay)) and float(delay) >= 0:
        wanted.append(float(delay))
    rate = rules.request_rate(AGENT)
    if rate is not None and rate.requests > 0:
        wanted.append(rate.seconds / rate.requests)
    if not wanted:
        return None, None
    if max(wanted) >= CRAWL_DELAY_MISTAKE:
        note = f"Crawl-delay {max(wanted):g} is a day or more; read as {CRAWL_DELAY_INSTEAD:g} s"
        return CRAWL_DELAY_INSTEAD, note
    return max(wanted), None


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """Seconds to wait by a Retry-After header (RFC 9110, 10.2.3: seconds or a date)."""
    if value is None:
        return None
    if re.fullmatch(r"\s*\d{1,9}\s*", value, re.ASCII):
        return min(float(value), RETRY_AFTER_MOST.total_seconds())
    try:
        when = parsedate_to_datetime(value[:60])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    when = when if when.tzinfo is not None else when.replace(tzinfo=UTC)
    return min(max(when - now, timedelta(0)), RETRY_AFTER_MOST).total_seconds()
