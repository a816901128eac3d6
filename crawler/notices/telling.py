"""Tells what is due: the one thing that the schedule calls, every few seconds.

A message is claimed in the store before the network is touched and its end is written down after;
several processes may do so at once. Quiet hours and digests go by the product's clock, tries again
and time limits by real time.
"""

import logging
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

from crawler.home import Home
from crawler.notices import wording
from crawler.notices.answers import Answer, Fate
from crawler.notices.collecting import FAILURES_ARE_ONE, GAP_IS_ONE, collect, incident_of
from crawler.notices.hours import hours_of
from crawler.notices.sending import Parcel, deliver_all
from crawler.notices.wording import Message, Row
from pipelines.store import Connection, deliveries, happenings, notices
from pipelines.store.crawls import CrawlState
from pipelines.store.deliveries import Claimed
from pipelines.store.notices import Event
from pipelines.store.tellings import Item

_log = logging.getLogger(__name__)

#: After a call has taken so long (REAL) nothing more is begun in it.
SECONDS = 15.0
#: REAL; a message that was claimed so long ago and has no end lost its process.
DEAD_AFTER = timedelta(seconds=90)
#: REAL waits between tries; the last one again and again. Most receivers that fail are back within
#: minutes, the others after a person looked.
TRY_AGAIN = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360))
#: REAL; a message that nobody took for so long is given up.
GIVE_UP_AFTER = timedelta(days=1)
#: Crawls of a row that are counted.
_MOST_OF_A_ROW = 5_000


def tell_due(home: Home) -> int:
    """Collects what happened and tells what is due; gives how many things were told.

    A target's failure is written down, never raised. Takes 30 s at the most, a few milliseconds
    where nothing is new. Raises StoreError.
    """
    with home.database.read() as conn:
        targets = notices.targets(conn)
    if not targets:
        return 0
    collect(home, targets)
    _settle_dead(home)
    sent = 0
    user_agent = home.config.user_agent
    for parcel, answer in deliver_all(_claims(home), wall=home.clock.wall, user_agent=user_agent):
        sent += _write(home, parcel.what, answer)
    return sent


def _settle_dead(home: Home) -> None:
    before = home.clock.wall() - DEAD_AFTER
    with home.database.read() as conn:
        if not deliveries.has_dead(conn, before=before):
            return
    with home.database.write() as conn:
        settled = deliveries.settle_dead(conn, before=before, now=home.now())
    _log.warning("messages unsure=%d: their process ended while they were sent", settled)


def _claims(home: Home) -> Iterator[Parcel[Claimed]]:
    """One message after the other, the one that waits longest first, until the time is up."""
    until = time.monotonic() + SECONDS
    with home.database.read() as conn:
        due = deliveries.due(conn, now=home.now(), wall=home.clock.wall())
    for one in due:
        if time.monotonic() > until:
            return
        if hours_of(one.target).is_quiet(home.now()):
            continue
        claimed = _claim(home, one.target.id)
        if claimed is None:
            continue
        if not claimed.items:
            with home.database.write() as conn:
                deliveries.let_go(conn, claimed, now=home.now())
            continue
        yield Parcel(claimed, claimed.target, _message(home, claimed))


def _claim(home: Home, target_id: int) -> Claimed | None:
    with home.database.write() as conn:
        return deliveries.claim(
            conn,
            target_id,
            key=uuid4().hex,
            now=home.now(),
            wall=home.clock.wall(),
            most=wording.MOST_ITEMS,
        )


def _message(home: Home, claimed: Claimed) -> Message:
    of_crawls = [item for item in claimed.items if item.event in (Event.CRAWL_FAILED, Event.MISSED)]
    rows: dict[int, Row] = {}
    if of_crawls:
        with home.database.read() as conn:
            rows = {item.notice_id: row for item in of_crawls if (row := _row(conn, item))}
    return Message(claimed.key, claimed.made_at, claimed.items, claimed.total, rows)


def _row(conn: Connection, item: Item) -> Row | None:
    """The crawls that a notice stands for, as many as there are by now."""
    state, length = (
        (CrawlState.MISSED, GAP_IS_ONE)
        if item.event is Event.MISSED
        else (CrawlState.FAILED, FAILURES_ARE_ONE)
    )
    found = happenings.ended(conn, state, item.at, item.at + length, limit=_MOST_OF_A_ROW)
    if item.event is Event.CRAWL_FAILED:
        found = [one for one in found if incident_of(conn, one) == item.incident_id]
    if not found:
        return None
    due = [one.due_at for one in found]
    runs = sum(_runs(one.request.get("runs", 1)) for one in found)
    return Row(runs, min(due), max(due), found[0].reason)


def _runs(said: object) -> int:
    """A missed row can stand for several runs."""
    return said if isinstance(said, int) else 1


def _write(home: Home, claimed: Claimed, answer: Answer) -> int:
    """Writes down how a message ended; gives how many things were told by it."""
    now, wall = home.now(), home.clock.wall()
    reason = answer.reason or "no reason known"
    with home.database.write() as conn:
        if answer.fate is Fate.TOLD:
            deliveries.told(conn, claimed, now=now)
        elif answer.fate is Fate.UNSURE:
            deliveries.leave_unsure(conn, claimed, reason, now=now)
        elif wall - claimed.first_tried_at >= GIVE_UP_AFTER:
            deliveries.give_up(conn, claimed, reason, now=now)
        else:
            at = _next_try(claimed, answer, wall)
            deliveries.put_off(conn, claimed, reason, next_try_at=at, now=now)
    target = claimed.target.id
    if answer.fate is Fate.TOLD:
        _log.info("told target=%d delivery=%d things=%d", target, claimed.id, claimed.total)
        return claimed.total
    _log.warning(
        "not told target=%d delivery=%d try=%d fate=%s reason=%r",
        target,
        claimed.id,
        claimed.tries,
        answer.fate,
        reason,
    )
    return 0


def _next_try(claimed: Claimed, answer: Answer, wall: datetime) -> datetime:
    """After the wait of that try, or what the receiver asked for; the last try is a day after the
    first one."""
    wait = TRY_AGAIN[min(claimed.tries, len(TRY_AGAIN)) - 1]
    if answer.wait_seconds is not None:
        wait = max(wait, timedelta(seconds=answer.wait_seconds))
    return min(wall + wait, max(claimed.first_tried_at + GIVE_UP_AFTER, wall + TRY_AGAIN[0]))
