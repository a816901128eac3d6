"""Cron expressions as crontab(5) means them, read into plain sets of numbers.

Weekdays are crontab's here: 0 and 7 are Sunday. A field that begins with a star is not restricted;
where both days of the month and weekdays are restricted, a day on either list is meant, else a day
on both. `30 2 29 2 *` is good (every leap year), `0 0 30 2 *` never comes and is refused.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipelines.errors import BadInput

#: A longer one was not typed by a person, and every field has a bounded number of parts.
MOST_CHARACTERS = 300

_NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
#: Days that a month has at the most.
_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_PART = re.compile(r"(?:(\*)|(\d{1,2}|[a-z]{3})(?:-(\d{1,2}|[a-z]{3}))?)(?:/(\d{1,2}))?", re.ASCII)

REMEDY = (
    'Write five fields: minute hour day-of-month month weekday, e.g. "0 6 * * mon-fri",'
    ' "*/15 8-20 * * *", "30 2 1,15 * *", or @hourly, @daily, @weekly, @monthly.'
)


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()
    first_name: int = 0


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, _MONTHS, 1),
    _Field("weekday", 0, 7, _WEEKDAYS),
)


@dataclass(frozen=True, slots=True)
class Crontab:
    """The numbers of each field, rising; weekdays from 0, which is Sunday, to 6.

    `is_either`: a day on the list of days or on that of weekdays is meant, not a day on both.
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    is_either: bool

    @property
    def has_date(self) -> bool:
        """True where one of the months has one of the days."""
        return min(self.days) <= max(_LENGTHS[month - 1] for month in self.months)

    @property
    def possible_weekdays(self) -> frozenset[int]:
        """Weekdays on which it comes in some year: any date falls on each of them in time."""
        if self.is_either:
            return frozenset(range(7) if self.has_date else self.weekdays)
        return frozenset(self.weekdays if self.has_date else ())

    @property
    def least_gap_seconds(self) -> int:
        """No two of its times are nearer to each other, but where clocks are set."""
        if len(self.minutes) > 1:
            return 60 * _least_distance(self.minutes, 60)
        if len(self.hours) > 1:
            return 3_600 * _least_distance(self.hours, 24)
        return 86_400


def _least_distance(numbers: Sequence[int], around: int) -> int:
    following = [*numbers[1:], numbers[0] + around]
    return min(later - earlier for earlier, later in zip(numbers, following, strict=True))


@lru_cache(maxsize=1024)
def read_crontab(text: str) -> Crontab:
    """Raises BadInput, with the right form, for what is none and for what never comes."""
    written = text.strip().lower()
    fields = _NICKNAMES.get(written, written).split()
    if len(text) > MOST_CHARACTERS or len(fields) != len(_FIELDS):
        raise BadInput(f"{text[:80]!r} is no cron expression.", remedy=REMEDY)
    minutes, hours, days, months, weekdays = (
        _numbers(raw, field) for raw, field in zip(fields, _FIELDS, strict=True)
    )
    # crontab(5): "restricted (i.e., do not contain the "*" character)"; cron looks at the first.
    is_either = not (fields[2].startswith("*") or fields[4].startswith("*"))
    read = Crontab(minutes, hours, days, months, weekdays, is_either)
    if not read.possible_weekdays:
        raise BadInput(
            f"{text.strip()!r} never comes: none of its months has such a day.",
            remedy='For the end of each month take "0 0 28 * *", or the 1st: "0 0 1 * *".',
        )
    return read


def _numbers(raw: str, field: _Field) -> tuple[int, ...]:
    numbers: set[int] = set()
    for part in raw.split(","):
        numbers.update(_part(part, field))
    return tuple(sorted(numbers))


def _part(raw: str, field: _Field) -> list[int]:
    match = _PART.fullmatch(raw)
    if match is None:
        raise _refused(raw, field)
    star, low, high, step = match.groups()
    first, last = field.least, field.most
    if not star:
        first = _number(low, raw, field)
        # A single number with a step runs on to the end, as cronie has it.
        last = _number(high, raw, field) if high else first if step is None else field.most
    is_weekday = field.names is _WEEKDAYS
    if first > last and is_weekday:
        last += 7  # fri-mon runs over the end of the week
    if first > last:
        raise BadInput(
            f"The {field.name} {raw!r} runs backwards.",
            remedy=f"Write it in two: {first}-{field.most},{field.least}-{last}.",
        )
    if step is not None and int(step) == 0:
        raise _refused(raw, field)
    numbers = range(first, last + 1, int(step or 1))
    return [number % 7 for number in numbers] if is_weekday else list(numbers)


def _number(raw: str, part: str, field: _Field) -> int:
    if raw in field.names:
        return field.names.index(raw) + field.first_name
    if not raw.isdigit() or not field.least <= int(raw) <= field.most:
        raise _refused(part, field)
    return int(raw)


def _refused(raw: str, field: _Field) -> BadInput:
    names = f" or {field.names[0]} to {field.names[-1]}" if field.names else ""
    return BadInput(
        f"{raw[:40]!r} is no {field.name} of a cron expression"
        f" ({field.least} to {field.most}{names}).",
        remedy=REMEDY,
    )
