"""When a target may be told: digests and quiet hours, by the clocks of its time zone.

A digest is a rule of the schedule, quiet hours are its windows, so days on which clocks change are
counted as they are there: an hour that comes twice is quiet both times, one that is skipped is not.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from crawler.schedule import windows
from crawler.schedule.rules import Rule, read_rule
from crawler.schedule.times import next_time
from pipelines.errors import BadInput
from pipelines.store.notices import Target

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_MINUTE, _WEEK = timedelta(minutes=1), timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """`digest` None tells at once; `quiet` are spans of the week, none: never quiet."""

    digest: Rule | None
    quiet: tuple[windows.Span, ...]
    zone: ZoneInfo

    def due(self, now: datetime) -> datetime:
        """From when on something that comes up now is told; aware UTC."""
        at = now
        if self.digest is not None:
            at = next_time(replace(self.digest, anchor=now), now) or now
        return self._loud(at)

    def is_quiet(self, now: datetime) -> bool:
        """True in quiet hours."""
        return bool(self.quiet) and windows.holds(self.quiet, _minute_of_week(now, self.zone))

    def _loud(self, at: datetime) -> datetime:
        """The first minute that is not quiet, from then on."""
        if not self.is_quiet(at):
            return at
        until = at + _WEEK
        at = at.replace(second=0, microsecond=0)
        while at < until and self.is_quiet(at):
            at += _MINUTE
        return at


def read_hours(digest: str | None, quiet: str | None, timezone: str) -> Hours:
    """What a person typed: "1h", "1d" or "08:00"; "22:00-07:00", also with days before it.

    Raises BadInput, with the right form, for what is none.
    """
    read_rule(every="1d", timezone=timezone, anchor=_EPOCH)  # refuses what is no time zone
    rule = None if digest is None else _digest(digest, timezone)
    spans = () if quiet is None else windows.spans_of((windows.plain_window(quiet),))
    if quiet is not None and not spans:
        raise BadInput(
            f"{quiet[:40]!r} is quiet all week.", remedy="Leave some hours, or remove the target."
        )
    return Hours(rule, spans, ZoneInfo(timezone))


def _digest(digest: str, timezone: str) -> Rule:
    clock = _CLOCK.fullmatch(digest.strip())
    if clock is not None:
        cron = f"{int(clock[2])} {int(clock[1])} * * *"
        return read_rule(cron=cron, timezone=timezone, anchor=_EPOCH)
    try:
        return read_rule(every=digest, timezone=timezone, anchor=_EPOCH)
    except BadInput as error:
        raise BadInput(
            f"{digest[:40]!r} is no digest.", remedy="Write it as 30m, 1h, 1d or 08:00."
        ) from error


_hours = lru_cache(maxsize=1024)(read_hours)


def hours_of(target: Target) -> Hours:
    """The hours of a stored target."""
    return _hours(target.digest, target.quiet, target.timezone)


def _minute_of_week(at: datetime, zone: ZoneInfo) -> int:
    clock = at.astimezone(zone)
    return clock.weekday() * windows.DAY + clock.hour * 60 + clock.minute
