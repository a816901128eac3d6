"""Small pictures of coverage as SVG: sizes and places only, how they look is the style sheet's.

Numbers alone go into a picture from here; names are the templates', which escape them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from crawler.services.review import Day, Timeline

#: A day of a lane that has more articles has no taller tick.
MOST_IN_A_TICK = 12
#: Width of a timeline in its own units; it scales with the page.
WIDTH = 1_000
#: Height of a lane, width of a tick, its least height.
LANE, TICK, _LEAST_TICK = 20.0, 9.0, 7.0
#: Days that have a label below, at most.
_LABELS = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """A day as a bar: place and size in units of the picture."""

    day: date
    n: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Tick:
    """What an outlet has on a day: a tick on its lane, the taller the more."""

    day: date
    n: int
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Label:
    """A day that is named below a timeline."""

    day: date
    x: float


def bars(days: Sequence[Day], *, width: float, height: float, gap: float = 1.0) -> list[Bar]:
    """A bar for each of some days that follow each other; the fullest has the whole height, and
    one with anything at least a unit and a half."""
    most = max((one.n for one in days), default=0) or 1
    step = width / max(1, len(days))
    return [
        Bar(
            one.day,
            one.n,
            round(place * step, 2),
            round(height - (tall := _tall(one.n, most, height)), 2),
            round(max(step - gap, 0.5), 2),
            round(tall, 2),
        )
        for place, one in enumerate(days)
    ]


def _tall(n: int, most: int, height: float) -> float:
    return max(1.5, height * n / most) if n else 0.0


def whole(told: Timeline) -> list[Day]:
    """All days of a timeline, empty ones too."""
    counted = {one.day: one.n for one in told.days}
    length = (told.until - told.since).days + 1
    each = (told.since + timedelta(days=n) for n in range(max(1, length)))
    return [Day(day, counted.get(day, 0)) for day in each]


def ticks(told: Timeline, days: dict[date, int]) -> list[Tick]:
    """A tick for each day on which an outlet has something."""
    length = max(1, (told.until - told.since).days + 1)
    found = []
    for day, n in sorted(days.items()):
        share = min(n, MOST_IN_A_TICK) / MOST_IN_A_TICK
        height = _LEAST_TICK + (LANE - _LEAST_TICK) * share**0.5
        x = (WIDTH - TICK) * ((day - told.since).days + 0.5) / length
        found.append(Tick(day, n, round(x, 2), round((LANE - height) / 2, 2), round(height, 2)))
    return found


def labels(told: Timeline) -> list[Label]:
    """Days to be named, evenly apart."""
    length = max(1, (told.until - told.since).days + 1)
    step = max(1, -(-length // _LABELS))
    return [
        Label(told.since + timedelta(days=n), round(WIDTH * (n + 0.5) / length, 2))
        for n in range(0, length, step)
    ]
