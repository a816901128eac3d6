"""Claims what is due: looks, has it decided (`claims`), and writes it down in one transaction.

The crawl's row, its list of sources, their next due times and the missed runs stand or fall
together, and only while this server keeps the schedule: so nothing runs twice and nothing is lost.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from crawler import life
from crawler.home import Home
from crawler.schedule import claims
from crawler.schedule.applying import clock_set_back
from crawler.schedule.claims import Decisions, Due, Gap, Missed, Moment
from crawler.schedule.effective import Rules
from crawler.supervisor import MOST_AT_ONCE
from crawler.wanted import Wanted
from pipelines.incident import Source
from pipelines.polling import POLL_EVERY
from pipelines.store import Connection, crawl_sources, crawls, due, schedules, servers
from pipelines.store.crawls import Crawl, CrawlState, Trigger
from pipelines.urls import host_of

_log = logging.getLogger(__name__)

#: How the schedule calls itself in the rows of crawls.
BY = "schedule"
#: Links and articles alone get a crawl at most so often: in the product's time, and REAL.
REVISIT_EVERY, REVISIT_REAL_SECONDS = timedelta(minutes=5), 5.0
#: Crawls of the schedule that fail at once are asked for again after this, which doubles up to the
#: longest (REAL): a full disk is not made emptier by a crawl a second.
BACK_OFF_SECONDS, MOST_BACK_OFF_SECONDS = 5.0, 600.0
#: A crawl that failed within this failed at once.
AT_ONCE_SECONDS = 30.0
#: The machine was asleep where the clock went on by so much more than the process saw pass.
SLEPT_SECONDS = 30.0
#: The clock was set back where it shows so much less than what was looked after already.
SET_BACK = timedelta(seconds=60)
#: Crawls of the schedule at the same time where sources wait for a whole interval already: so many
#: times what people set.
OVERTAKING = 2
#: Gaps that are remembered: what was due in one is claimed soon after it.
MOST_GAPS = 20

#: Rows of missed runs that further sources are added to: the last ones.
MOST_TOLD = 500


class Superseded(Exception):
    """Another server keeps the schedule now."""


@dataclass(slots=True)
class BackOff:
    """How often in a row crawls failed at once, and until when none is started (monotonic)."""

    failures: int = 0
    until: float = 0.0

    def note(self, *, failed: bool, seconds: float, at: float) -> None:
        """A crawl of the schedule ended after so long."""
        if not failed:
            self.failures, self.until = 0, 0.0
        elif seconds < AT_ONCE_SECONDS:
            wait = min(BACK_OFF_SECONDS * 2**self.failures, MOST_BACK_OFF_SECONDS)
            self.failures, self.until = min(self.failures + 1, 20), at + wait


@dataclass(slots=True)
class Claimer:
    """Claims for one server, and remembers what it saw between two looks.

    `monotonic` is the process's own time, which stands still while the machine sleeps.
    """

    home: Home
    token: str
    monotonic: Callable[[], float] = time.monotonic
    back_off: BackOff = field(default_factory=BackOff)
    _gaps: tuple[Gap, ...] = ()
    _waits: Mapping[int, str] = field(default_factory=dict)
    _looked: tuple[datetime, float] | None = None
    _trouble: str | None = None
    _claimed_at: float | None = None
    _revisited: tuple[datetime, float] | None = None
    _sought_at: float | None = None
    _absent: str | None = None
    _took_over: bool = False

    def trouble(self, said: str) -> None:
        """A look failed; what becomes late by it is explained by this."""
        self._trouble = said

    @property
    def looked_at(self) -> datetime | None:
        """The product's time up to which was looked; None: not yet."""
        return None if self._looked is None else self._looked[0]

    def look(self) -> list[int]:
        """Claim what is due. Gives the crawls that were asked for; they are to be launched.

        Raises Superseded where another server has the schedule, StoreError.
        """
        now, at = self.home.now(), self.monotonic()
        with self.home.database.read() as conn:
            found = due.sources_due(conn, now)
        self._note_gap(now, at)
        if self._looked is None or now < self._looked[0] - SET_BACK:
            self._mend_clock(now)
        if not found:
            self._waits = {}
        claimed = self._claim(found, now, at) if found else []
        if not claimed and self._is_time_to_revisit(now, at):
            claimed = self._revisit(now, at)
        self._looked, self._trouble = (now, at), None
        return claimed

    def take_over(self) -> None:
        """Before the first look: crawls that a server before claimed and nobody launched are late;
        their runs are missed, and caught up by them. Belongs before they are launched."""
        if self._looked is not None or self._took_over:
            return
        now = self.home.now()
        with self.home.database.read() as conn:
            waiting = [
                row
                for row in crawls.in_state(conn, CrawlState.REQUESTED)
                if row.trigger is Trigger.SCHEDULE and not row.request.get("caught_up")
            ]
            gap = self._first_gap(now) if waiting else None
        moment = Moment(now, self._grace, () if gap is None else (gap,))
        for row in waiting:
            self._tell_late(row, moment)
        self._took_over = True

    def _tell_late(self, row: Crawl, moment: Moment) -> None:
        with self.home.database.write() as conn:
            if not servers.beat(conn, self.token, self.home.clock.wall()):
                raise Superseded
            rules, served = Rules.load(conn), crawl_sources.served(conn, row.id)
            claimed = [
                Due(replace(one, due_at=served.get(one.id or 0)), rules.of(one))
                for one in crawl_sources.open_of(conn, row.id)
            ]
            late = [one for one in claimed if claims.is_late(one, moment)]
            if late:
                self._absent = next((gap.reason for gap in moment.gaps), None)
                self._miss(conn, claims.unbegun(late, moment), moment.now)
                crawls.mark_caught_up(conn, row.id)

    # what happened between two looks

    def _note_gap(self, now: datetime, at: float) -> None:
        gap = self._gap(now, at)
        if gap is not None:
            _log.info("gap reason=%r", gap.reason)
            if self._looked is None:
                self._absent = gap.reason
            self._gaps = (*self._gaps, gap)[-MOST_GAPS:]

    def _gap(self, now: datetime, at: float) -> Gap | None:
        if self._looked is None:
            return self._first_gap(now)
        last, last_at = self._looked
        if now - last <= self._grace:
            return None
        unseen = (now - last).total_seconds() / self.home.clock.speed - (at - last_at)
        if unseen > SLEPT_SECONDS:
            return Gap(last, now, f"the machine slept from {_span(last, now)}")
        said = self._trouble or "the server was too busy"
        return Gap(last, now, f"the schedule stood still from {_span(last, now)}: {said}")

    def _first_gap(self, now: datetime) -> Gap | None:
        with self.home.database.read() as conn:
            last = servers.ticked_at(conn)
        if last is None:
            return Gap(None, now, f"no server was running until {now:%Y-%m-%d %H:%M} UTC")
        if now - last <= timedelta():
            return None
        return Gap(last, now, f"the server was not running from {_span(last, now)}")

    def _mend_clock(self, now: datetime) -> None:
        """Due times that lie too far ahead, because the clock was set back, are counted anew."""
        with self.home.database.read() as conn:
            last = servers.ticked_at(conn)
        if last is None or now >= last - SET_BACK:
            return
        anew = {}
        with self.home.database.write() as conn:
            self._keep(conn, now)
            clock_set_back(conn, now)
            rules = Rules.load(conn)
            for source in due.sources_due_after(conn, now):
                one = Due(source, rules.of(source), rules.next_due(source, now))
                if claims.too_far(one, now):
                    anew[one.id] = one.next_due or now + POLL_EVERY
            schedules.appoint(conn, anew)
        _log.warning("the clock was set back sources=%d", len(anew))
        self._revisited = None

    @property
    def _grace(self) -> timedelta:
        real = timedelta(seconds=claims.GRACE_REAL_SECONDS * self.home.clock.speed)
        return max(claims.GRACE, real)

    # sources

    def _claim(self, found: Sequence[Source], now: datetime, at: float) -> list[int]:
        with self.home.database.read() as conn:
            rules = Rules.load(conn)
            dues = self._dues(conn, rules, found, now)
            moment = self._moment(conn, now, at)
        decided = claims.decide(dues, moment)
        self._waits = decided.waits
        if not decided.changes:
            return []
        touched = {*decided.due, *decided.rest}
        seen = [one for one in found if one.id in touched]
        return self._write(decided, rules, seen, now, at)

    def _dues(
        self, conn: Connection, rules: Rules, found: Sequence[Source], now: datetime
    ) -> list[Due]:
        busy = crawl_sources.busy(conn)
        hosts = {one.id: host_of(one.url) for one in found}
        held = due.held_hosts(conn, set(hosts.values()), self.home.clock.wall())
        dues = []
        for one in found:
            host = held.get(hosts[one.id])
            dues.append(
                Due(
                    one,
                    rules.of(one),
                    rules.next_due(one, now),
                    rules.is_wanted(one),
                    busy.get(one.id or 0),
                    None if host is None else host.reason,
                    self._waits.get(one.id or 0),
                )
            )
        return dues

    def _moment(self, conn: Connection, now: datetime, at: float) -> Moment:
        speed = self.home.clock.speed
        since = timedelta.max
        if self._claimed_at is not None:
            since = timedelta(seconds=(at - self._claimed_at) * speed)
        gather = timedelta(seconds=claims.GATHER_SECONDS * speed)
        held_up = self._held_up(conn, at)
        return Moment(
            now,
            self._grace,
            self._gaps,
            held_up,
            held_up is not None and self._has_room(conn, at),
            since,
            min(gather, self._grace / 3),
        )

    def _held_up(self, conn: Connection, at: float) -> str | None:
        """Why the schedule starts no crawl now."""
        if at < self.back_off.until:
            return "the crawls before it failed at once"
        most = self.home.config.crawls_at_once
        if due.scheduled_crawls(conn) >= most:
            return f"{most} crawl{' was' if most == 1 else 's were'} running already"
        return None

    def _has_room(self, conn: Connection, at: float) -> bool:
        """Long crawls may be doubled, so that they don't keep all others waiting until they end."""
        most = min(OVERTAKING * self.home.config.crawls_at_once, MOST_AT_ONCE)
        return at >= self.back_off.until and due.scheduled_crawls(conn) < most

    def _write(
        self, decided: Decisions, rules: Rules, seen: Sequence[Source], now: datetime, at: float
    ) -> list[int]:
        polls = decided.polls
        with self.home.database.write() as conn:
            self._keep(conn, now)
            if not due.are_as_before(conn, seen) or Rules.load(conn) != rules:
                return []  # somebody was quicker; the next look sees what there is
            schedules.rest(conn, decided.rest)
            schedules.appoint(conn, decided.due)
            self._miss(conn, decided.missed, now)
            id = self._request(conn, decided, now) if polls else None
        if id is None:
            return []
        self._claimed_at, self._revisited = at, (now, at)
        _log.info("claimed crawl=%d sources=%d missed=%d", id, len(polls), len(decided.missed))
        return [id]

    def _miss(self, conn: Connection, missed: Sequence[Missed], now: datetime) -> None:
        """Write down missed runs. One that stands there already, for sources that were looked at
        before, gets these too. What a server before this one told of a run is the better reason:
        this one knows only that it was not running."""
        if not missed:
            return
        told: dict[tuple[str, datetime], dict[str, int]] = {}
        for row in crawls.missed(conn, MOST_TOLD):
            if "runs" not in row.request:
                key = (row.request.get("schedule", ""), row.requested_at)
                told.setdefault(key, {})[row.end_reason or ""] = row.id
        new = []
        for one in missed:
            there = {} if one.folded else told.get((one.subject, one.due_at), {})
            id = there.get(one.reason)
            if id is None and one.reason == self._absent:
                id = next(iter(there.values()), None)
            if id is None:
                new.append(one)
            else:
                crawls.miss_more(conn, id, one.sources)
        crawls.miss_all(conn, [_row(one) for one in new], BY, now=now)

    def _request(self, conn: Connection, decided: Decisions, now: datetime) -> int:
        polls = decided.polls
        more = {"polls": len(polls)} | ({"caught_up": True} if decided.caught_up else {})
        request = Wanted(due=True).record() | more
        id = life.request(self.home.config, conn, Trigger.SCHEDULE, BY, request, now=now)
        crawl_sources.put(conn, id, polls, now=now, due=polls)
        return id

    def _keep(self, conn: Connection, now: datetime) -> None:
        if not servers.ticked(conn, self.token, now):
            raise Superseded

    # links and articles alone

    def _is_time_to_revisit(self, now: datetime, at: float) -> bool:
        if self._sought_at is not None and at - self._sought_at < REVISIT_REAL_SECONDS:
            return False
        if self._revisited is None:
            return True
        last, last_at = self._revisited
        return abs(now - last) >= REVISIT_EVERY and at - last_at >= REVISIT_REAL_SECONDS

    def _revisit(self, now: datetime, at: float) -> list[int]:
        """A crawl for links and articles that are due and could be asked for now."""
        self._sought_at = at
        with self.home.database.read() as conn:
            rules = Rules.load(conn)
            is_wanted = bool(rules.followers) and "all" not in rules.paused
            if not is_wanted or self._held_up(conn, at) is not None:
                return []
            if not due.is_something_ready(conn, now, self.home.clock.wall()):
                return []
        with self.home.database.write() as conn:
            self._keep(conn, now)
            record = Wanted(due=True).record()
            id = life.request(self.home.config, conn, Trigger.REVISIT, BY, record, now=now)
        self._revisited = (now, at)
        _log.info("claimed crawl=%d for what is to be read again", id)
        return [id]


def _span(since: datetime, until: datetime) -> str:
    same_day = since.date() == until.date()
    end = f"{until:%H:%M:%S}" if same_day else f"{until:%Y-%m-%d %H:%M:%S}"
    return f"{since:%Y-%m-%d %H:%M:%S} to {end} UTC"


def _row(missed: Missed) -> tuple[datetime, str, Mapping[str, Any]]:
    request: dict[str, Any] = {"schedule": missed.subject, "sources": missed.sources}
    if missed.folded:
        request |= {"runs": missed.folded + 1, "exact": missed.is_exact}
    return missed.due_at, missed.reason, request
