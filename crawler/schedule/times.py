"""The times of a rule, counted with APScheduler's triggers as pure functions.

Its triggers are handed clock times as if they were UTC, and what they answer is put on the rule's
clocks here: a clock time that comes twice (clocks go back) is the first of the two; one that is
skipped is the moment after the gap, once, however many fall into it. So a cron expression that
names every quarter of an hour is silent while an hour is repeated: that hour had its turn. An
interval counts real time and knows nothing of clocks but where its windows open and close.

All times are whole seconds. Nothing is due up to a rule's anchor, the moment when it was set.
"""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from crawler.schedule.crontab import read_crontab
from crawler.schedule.rules import Rule
from crawler.schedule.windows import Span, holds, spans_of

if TYPE_CHECKING:
    from apscheduler.triggers.cron import CronTrigger
    from apscheduler.triggers.interval import IntervalTrigger

_SECOND, _MINUTE, _WEEK = timedelta(seconds=1), timedelta(minutes=1), timedelta(weeks=1)
#: Clock times of a cron expression that are looked at for one that holds. A window is sought by
#: its openings, 28 years for one weekday of 29 February; a day that is repeated has 1,440 minutes.
_MOST_LOOKS = 5_000
#: Weeks in which a window is sought: a zone can skip a day, never a week.
_MOST_WEEKS = 4
#: Where triggers stop; none of ours that can be set fails to come before.
_END = datetime(2400, 1, 1, tzinfo=UTC)


def next_time(rule: Rule, after: datetime, *, key: int = 0) -> datetime | None:
    """The first time of a rule strictly after `after`, in UTC; None where there is none left.

    `key`, a source's id, picks its delay within the jitter, the same whenever it is asked; 0 has
    none. A delay never reaches the next time nor the end of the window.
    """
    if not (rule.jitter_seconds and key):
        return _slot(rule, after)
    slot = _slot(rule, after - timedelta(seconds=rule.jitter_seconds))
    while slot is not None:
        following = _slot(rule, slot)
        at = slot + _delay(rule, slot, following, key)
        if at > after:
            return at
        slot = following
    return None


def times(
    rule: Rule, after: datetime, until: datetime, *, key: int = 0, limit: int
) -> list[datetime]:
    """The times in (after, until], rising, the first `limit` of them."""
    found: list[datetime] = []
    while len(found) < limit:
        at = next_time(rule, found[-1] if found else after, key=key)
        if at is None or at > until:
            break
        found.append(at)
    return found


def _slot(rule: Rule, after: datetime) -> datetime | None:
    """The first time after `after`, without jitter."""
    after = max(after, rule.anchor)
    spans = spans_of(rule.windows)
    if rule.cron is not None:
        return _cron_slot(rule.cron, spans, ZoneInfo(rule.timezone), after)
    every = rule.every_seconds or 0
    if not spans:
        return _fired(_interval(every, rule.anchor, None), after)
    for opens, closes in _windows(spans, ZoneInfo(rule.timezone), after):
        at = _fired(_interval(every, opens, closes - _SECOND), after)
        if at is not None:
            return at
    return None


def _delay(rule: Rule, slot: datetime, following: datetime | None, key: int) -> timedelta:
    """By how much a key runs later than a slot: whole seconds, evenly spread over the room."""
    ends = [following] if following is not None else []
    spans = spans_of(rule.windows)
    if spans:
        just_before = slot - _SECOND
        ends += [
            closes
            for opens, closes in _windows(spans, ZoneInfo(rule.timezone), just_before)
            if opens <= slot
        ][:1]
    room = min([rule.jitter_seconds, *(int((end - slot) / _SECOND) - 1 for end in ends)])
    drawn = blake2b(f"{key} {slot.timestamp():.0f}".encode(), digest_size=8).digest()
    return timedelta(seconds=int.from_bytes(drawn) * (max(room, 0) + 1) >> 64)


@lru_cache(maxsize=4096)
def _interval(every_seconds: int, start: datetime, end: datetime | None) -> "IntervalTrigger":
    # APScheduler takes a twentieth of a second to import; most commands need no time of a rule.
    from apscheduler.triggers.interval import IntervalTrigger

    return IntervalTrigger(seconds=every_seconds, start_date=start, end_date=end, timezone=UTC)


def _fired(trigger: "CronTrigger | IntervalTrigger", after: datetime) -> datetime | None:
    """A trigger's first time strictly after `after`. Triggers answer from a time on, and ours fire
    on whole seconds only."""
    found = trigger.get_next_fire_time(None, after.replace(microsecond=0) + _SECOND)
    return cast("datetime | None", found)


def _cron_slot(
    cron: str, spans: tuple[Span, ...], zone: ZoneInfo, after: datetime
) -> datetime | None:
    clock = _clock(after, zone)
    for _ in range(_MOST_LOOKS):
        fired = [_fired(trigger, clock) for trigger in _crons(cron)]
        clock = min((at for at in fired if at is not None), default=_END)
        if clock >= _END:
            return None
        if not holds(spans, _minute_of_week(clock)):
            clock = _next_opening(spans, clock) - _SECOND
        elif (at := _moment(clock, zone)) > after:
            return at
    return None


@lru_cache(maxsize=1024)
def _crons(cron: str) -> "tuple[CronTrigger, ...]":
    """The triggers of a crontab, on clocks that are never set. One after the other they answer
    what either list of days names; APScheduler itself takes days that are on both."""
    from apscheduler.triggers.cron import CronTrigger

    read = read_crontab(cron)
    weekdays = _expression([(day - 1) % 7 for day in read.weekdays], 0, 6)  # Monday is its 0
    days = _expression(read.days, 1, 31)
    which = [(days, "*"), ("*", weekdays)] if read.is_either else [(days, weekdays)]
    return tuple(
        CronTrigger(
            minute=_expression(read.minutes, 0, 59),
            hour=_expression(read.hours, 0, 23),
            month=_expression(read.months, 1, 12),
            day=day,
            day_of_week=weekday,
            end_date=_END,
            timezone=UTC,
        )
        for day, weekday in which
    )


def _expression(numbers: "list[int] | tuple[int, ...]", least: int, most: int) -> str:
    """Numbers in APScheduler's words, short ones where there are: each part costs time."""
    numbers = sorted(numbers)
    steps = {later - earlier for earlier, later in itertools.pairwise(numbers)}
    if len(numbers) == most - least + 1:
        return "*"
    if len(numbers) > 2 and len(steps) == 1:
        return f"{numbers[0]}-{numbers[-1]}/{steps.pop()}"
    return ",".join(map(str, numbers))


def _clock(at: datetime, zone: ZoneInfo) -> datetime:
    """What clocks in a zone show, written as if it were UTC."""
    return at.astimezone(zone).replace(tzinfo=UTC, fold=0)


def _moment(clock: datetime, zone: ZoneInfo) -> datetime:
    """When clocks in a zone show that, first; for a time that is skipped, the end of the gap."""
    at = clock.replace(tzinfo=zone).astimezone(UTC)
    if _clock(at, zone) == clock:
        return at
    # PEP 495: in a gap fold 1 counts with the offset after it, which gives a moment before it.
    before = clock.replace(tzinfo=zone, fold=1).astimezone(UTC)
    low, high = 0, int((at - before) / _SECOND)
    while high - low > 1:
        middle = (low + high) // 2
        passed = timedelta(seconds=middle)
        if _clock(before + passed, zone) - _clock(before, zone) == passed:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)


def _minute_of_week(clock: datetime) -> int:
    return clock.weekday() * 1_440 + clock.hour * 60 + clock.minute


def _monday(clock: datetime) -> datetime:
    midnight = clock.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=clock.weekday())


def _next_opening(spans: tuple[Span, ...], clock: datetime) -> datetime:
    """The first opening after a clock time that lies in no window."""
    now = _minute_of_week(clock)
    following = [first for first, _ in spans if first > now]
    first = following[0] if following else spans[0][0]
    return _monday(clock) + first * _MINUTE + (timedelta() if following else _WEEK)


def _windows(
    spans: tuple[Span, ...], zone: ZoneInfo, after: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Opening and closing of the windows that are not over at `after`, one after the other. One
    whose clock times are all skipped is left out."""
    clock = _clock(after, zone)
    monday = _monday(clock)
    for number in range(-1, _MOST_WEEKS):
        for first, last in spans:
            closes_at = monday + number * _WEEK + last * _MINUTE
            if closes_at <= clock:
                continue
            opens = _moment(monday + number * _WEEK + first * _MINUTE, zone)
            closes = _moment(closes_at, zone)
            if opens < closes and closes > after:
                yield opens, closes
