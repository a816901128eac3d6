"""Intervals of time as people type them, after ISO 8601: a day, a month, two points, durations.

    2014-12-19                  that day; also 2014, 2014-12, 201412, 2014-12-19T14, …T14:30
    2014-12-19/2014-12-22       both days and those between; also 2014-12-19/22, "--" for "/"
    2014-12/                    from then on
    /2014-12                    up to the end of then
    2014-12/P1W                 a week from the beginning of then
    P1W/2014-12-22              a week up to the end of then
    P3D, P3D/, /P3D             the past three days; also PT5H, P1Y2M, P1DT1H

A time without a zone is UTC.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from pipelines.errors import BadInput

_REMEDY = "Write it as 2014-12-19, 2014-12-19/2014-12-22, 2014-12/P1W or P3D."
_POINT = re.compile(
    r"(\d{4})(?:-?(\d{2})(?:-?(\d{2})(?:[T ](\d{2})(?::?(\d{2})(?::?(\d{2}))?)?)?)?)?"
    r"(Z|[+-]\d{2}(?::?\d{2})?)?",
    re.ASCII,
)
_DURATION = re.compile(
    r"P(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?"
    r"(?:T(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Interval:
    """From `since` on, before `until`; None is open."""

    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class _Duration:
    months: int
    rest: timedelta

    def after(self, at: datetime) -> datetime:
        return _moved(at, self.months) + self.rest

    def before(self, at: datetime) -> datetime:
        return _moved(at - self.rest, -self.months)


def parse_interval(raw: str, now: datetime) -> Interval:
    """What a person means by an interval; `now` is where the past ends. Raises BadInput."""
    try:
        return _parsed(raw.strip().upper().replace("--", "/"), now.astimezone(UTC))
    except (ValueError, OverflowError):
        raise BadInput(f"{raw!r} is no interval of time.", remedy=_REMEDY) from None


def _parsed(raw: str, now: datetime) -> Interval:
    first, slash, last = raw.partition("/")
    if "P" in (first[:1], last[:1]):
        return _by_duration(first, last, now)
    if not slash:
        return Interval(*_point(first))
    if not first and not last:
        raise ValueError(raw)
    since = _point(first)[0] if first else None
    until = _point(_completed(first, last))[1] if last else None
    if since is not None and until is not None and since >= until:
        raise ValueError("it ends before it begins")
    return Interval(since, until)


def _by_duration(first: str, last: str, now: datetime) -> Interval:
    if first and last:
        if first[0] == "P":
            until = _point(last)[1]
            return Interval(_duration(first).before(until), until)
        since = _point(first)[0]
        return Interval(since, _duration(last).after(since))
    return Interval(_duration(first or last).before(now), None)


def _completed(first: str, last: str) -> str:
    """The end of an interval that leaves out what is as in its beginning: "2014-02-03/05"."""
    if not first or re.match(r"\d{4}", last):
        return last
    digits = re.sub(r"[-:]", "", first)
    short = re.sub(r"[-:]", "", last)
    return digits[: -len(short)] + short


def _point(raw: str) -> tuple[datetime, datetime]:
    """The first moment of what is named, and the first one after it."""
    match = _POINT.fullmatch(raw)
    if match is None:
        raise ValueError(raw)
    parts = [None if part is None else int(part) for part in match.groups()[:6]]
    year, month, day, hour, minute, second = parts
    begin = datetime(
        year or 0, month or 1, day or 1, hour or 0, minute or 0, second or 0, tzinfo=_zone(match[7])
    ).astimezone(UTC)
    if month is None:
        return begin, _moved(begin, 12)
    if day is None:
        return begin, _moved(begin, 1)
    for named, unit in ((second, "seconds"), (minute, "minutes"), (hour, "hours")):
        if named is not None:
            return begin, begin + timedelta(**{unit: 1})
    return begin, begin + timedelta(days=1)


def _zone(raw: str | None) -> timezone:
    if raw in (None, "Z"):
        return UTC
    sign = -1 if raw[0] == "-" else 1
    digits = raw[1:].replace(":", "").ljust(4, "0")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))


def _duration(raw: str) -> _Duration:
    match = _DURATION.fullmatch(raw)
    if match is None or not any(match.groups()):
        raise ValueError(raw)
    numbers = [int(part or 0) for part in match.groups()]
    years, months, weeks, days, hours, minutes, seconds = numbers
    rest = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return _Duration(12 * years + months, rest)


def _moved(at: datetime, months: int) -> datetime:
    """So many months later, on the last day of a month that is too short."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    for day in (at.day, 30, 29, 28):
        try:
            return at.replace(year=year, month=month + 1, day=min(day, at.day))
        except ValueError:
            if day == 28:
                raise
    raise AssertionError("every month has 28 days")
