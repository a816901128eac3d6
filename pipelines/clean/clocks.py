"""Bare clocks ("20:42", "9.05 pm") of a list of entries, given their days.

The day runs from the one that the page gives: a list that mostly goes back in time begins on the
day of the last change, one that goes forward on the day of publication, and a jump over midnight
changes the day.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

CLOCK_CHARS = 60
#: A clock that goes the other way by more than this has passed midnight.
OVER_MIDNIGHT = timedelta(hours=1)
_CLOCK = re.compile(r"(?<![\d:.])([01]?\d|2[0-3])[:.h]([0-5]\d)(?![\d.])(?:\s?([ap])\.?m\b)?", re.I)


def clock_in(line: str) -> tuple[int, int] | None:
    """Hour and minute of the first clock in a short line; None where it has none."""
    match = _CLOCK.search(line) if len(line) <= CLOCK_CHARS else None
    if match is None:
        return None
    hour, minute, half = int(match.group(1)), int(match.group(2)), (match.group(3) or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour, minute


def with_days(
    clocks: Sequence[tuple[int, int] | None], published: datetime | None, modified: datetime | None
) -> list[datetime | None]:
    """The clocks as times, in the zone of the page's own; all None where it gives no day."""
    told = [clock for clock in clocks if clock is not None]
    falls = sum(later < former for former, later in pairwise(told))
    goes_back = 2 * falls > len(told) - 1
    day = (modified or published) if goes_back else (published or modified)
    if day is None:
        return [None] * len(clocks)
    times: list[datetime | None] = []
    last: datetime | None = None
    for clock in clocks:
        if clock is None:
            times.append(None)
            continue
        when = (last or day).replace(hour=clock[0], minute=clock[1], second=0, microsecond=0)
        if last is not None and goes_back and when - last > OVER_MIDNIGHT:
            when -= timedelta(days=1)
        elif last is not None and not goes_back and last - when > OVER_MIDNIGHT:
            when += timedelta(days=1)
        times.append(when)
        last = when
    return times
