"""Windows of the week: "mon-fri 08:00-20:00", "sat,sun 10:00-14:00", "22:00-06:00".

Without days every day is meant. A window that ends before it begins runs over midnight and belongs
to the day on which it begins. The end is not in it; 24:00 is the end of a day. Windows that touch
or overlap are one, and those that leave no gap in the week are none.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from pipelines.errors import BadInput

DAY, WEEK = 24 * 60, 7 * 24 * 60
#: More windows than a week has hours were not typed by a person.
MOST_WINDOWS = 168

#: Minutes since Monday 00:00; the end is not in it and may lie in the next week.
Span = tuple[int, int]

_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WINDOW = re.compile(
    r"(?:([a-z]{3,9}(?:[-,][a-z]{3,9}){0,13})\s+)?(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)",
    re.ASCII,
)
_REMEDY = 'Write it as "mon-fri 08:00-20:00", "sat,sun 10:00-14:00" or "22:00-06:00".'


def plain_window(text: str) -> str:
    """A window as it is kept and shown: "mon-fri 08:00-20:00". Raises BadInput with the form."""
    days, begin, end = _read(text)
    named = f"{days} " if days else ""
    return f"{named}{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}"


@lru_cache(maxsize=1024)
def spans_of(windows: Sequence[str]) -> tuple[Span, ...]:
    """The parts of the week that windows (a tuple) leave open, rising, none touching another.

    Empty where that is the whole week. Only the last may run into the next week.
    """
    found: list[Span] = []
    for text in windows:
        days, begin, end = _read(text)
        length = end - begin if end > begin else end - begin + DAY
        for day in _days(days):
            first = day * DAY + begin
            found += _within_week((first, first + length))
    return _joined(found)


def _within_week(span: Span) -> list[Span]:
    first, last = span
    return [span] if last <= WEEK else [(first, WEEK), (0, last - WEEK)]


def _joined(found: list[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for first, last in sorted(found):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    if merged == [(0, WEEK)]:
        return ()
    if len(merged) > 1 and merged[0][0] == 0 and merged[-1][1] == WEEK:
        merged = [*merged[1:-1], (merged[-1][0], WEEK + merged[0][1])]
    return tuple(merged)


def least_between_openings(spans: Sequence[Span]) -> int:
    """Minutes by the clock between two openings that follow each other, the least of them."""
    openings = [first for first, _ in spans]
    following = [*openings[1:], openings[0] + WEEK]
    return min(later - earlier for earlier, later in zip(openings, following, strict=True))


def holds(spans: Sequence[Span], minute: int) -> bool:
    """True where a minute of the week lies in one of them, or where they are none."""
    return not spans or any(
        first <= at < last for first, last in spans for at in (minute, minute + WEEK)
    )


def _read(text: str) -> tuple[str, int, int]:
    """Days as typed, "" for all; begin and end in minutes of the day."""
    match = _WINDOW.fullmatch(text.strip().lower()) if len(text) <= 200 else None
    if match is None:
        raise BadInput(f"{text[:80]!r} is no window.", remedy=_REMEDY)
    days = match.group(1) or ""
    _days(days)
    begin, end = (_minute(match, at, text) for at in (2, 4))
    if begin in (end, DAY):
        raise BadInput(
            f"The window {text.strip()!r} has no length.", remedy="A whole day is 00:00-24:00."
        )
    return days, begin, end


def _minute(match: re.Match[str], at: int, text: str) -> int:
    hours, minutes = int(match.group(at)), int(match.group(at + 1))
    if minutes > 59 or hours * 60 + minutes > DAY:
        raise BadInput(f"{text.strip()!r} names no time of the day.", remedy=_REMEDY)
    return hours * 60 + minutes


def _days(text: str) -> list[int]:
    """Numbers of days, Monday 0; all of them for ""."""
    if not text:
        return list(range(7))
    days: list[int] = []
    for part in text.split(","):
        first, *last = (_day(name) for name in part.split("-"))
        if len(last) > 1:
            raise BadInput(f"{text[:80]!r} are no days.", remedy=_REMEDY)
        end = last[0] if last else first
        days += [day % 7 for day in range(first, end + 1 + (7 if end < first else 0))]
    return days


def _day(name: str) -> int:
    for number, whole in enumerate(_NAMES):
        if name in (whole, whole[:3]):
            return number
    raise BadInput(f"{name!r} is no weekday.", remedy=_REMEDY)
