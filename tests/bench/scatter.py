"""A small picture of marks with their names, as SVG that is readable in light and in dark.

x is on a log scale, y is not. Names stand beside their marks, where they cover no other.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 56, 56
CHAR, OWN_CHAR, LINE, RADIUS = 7.4, 8.6, 15, 6
#: So much of the marks' spread stays free around them; names need more of it sideways.
MARGIN_X, MARGIN_Y = 0.12, 0.12

STYLE = """
  .paper { fill: #ffffff } text { fill: #1f2328; font: 13px system-ui, sans-serif }
  .title { font-weight: 600; font-size: 15px } .axis { fill: #59636e; font-size: 12px }
  .grid { stroke: #d8dee4 } .line { stroke: #818b98 } .mark { fill: #818b98 } .own { fill: #0969da }
  .own-name, .mark-name { stroke: #ffffff; stroke-width: 4; paint-order: stroke }
  .own-name { fill: #0969da; font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117 } text { fill: #e6edf3 } .axis { fill: #9198a1 }
    .grid { stroke: #30363d } .line { stroke: #8b949e }
    .mark { fill: #8b949e } .own { fill: #58a6ff }
    .own-name, .mark-name { stroke: #0d1117 } .own-name { fill: #58a6ff }
  }
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """One point; `own` ones stand out. x > 0."""

    name: str
    x: float
    y: float
    own: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a value stands: x in powers of ten, y as it is."""

    x_low: float
    x_high: float
    y_low: float
    y_high: float

    def across(self, x: float) -> float:
        inside = (log10(x) - self.x_low) / (self.x_high - self.x_low)
        return LEFT + inside * (WIDTH - LEFT - RIGHT)

    def down(self, y: float) -> float:
        inside = (y - self.y_low) / (self.y_high - self.y_low)
        return HEIGHT - BOTTOM - inside * (HEIGHT - TOP - BOTTOM)


def scatter(marks: Sequence[Mark], *, title: str, x: str, y: str) -> str:
    """The SVG document; `x` and `y` name the axes. At least one mark."""
    frame = frame_of(marks)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' width="{WIDTH}" height="{HEIGHT}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}" rx="6"/>',
        _text(LEFT, 24, title, "title"),
        _text(LEFT, TOP - 12, y, "axis"),
        _text(WIDTH - RIGHT, HEIGHT - 14, x, "axis", "end"),
        *_grid(frame),
        *_marks(marks, frame),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def frame_of(marks: Iterable[Mark]) -> Frame:
    """Around all marks, with room beside them for their names."""
    across, down = [log10(mark.x) for mark in marks], [mark.y for mark in marks]
    wide, high = max(max(across) - min(across), 0.5), max(max(down) - min(down), 0.01)
    return Frame(
        min(across) - MARGIN_X * wide,
        max(across) + MARGIN_X * wide,
        min(down) - MARGIN_Y * high,
        max(down) + MARGIN_Y * high,
    )


def _grid(frame: Frame) -> Iterator[str]:
    for value in steps_log(frame.x_low, frame.x_high):
        at = f"{frame.across(value):.1f}"
        yield f'<path class="grid" d="M{at} {TOP}V{HEIGHT - BOTTOM}"/>'
        yield _text(frame.across(value), HEIGHT - BOTTOM + 18, f"{value:g}", "axis", "middle")
    levels = list(steps(frame.y_low, frame.y_high))
    digits = max(0, -floor(log10(levels[1] - levels[0]) + 1e-9))
    for value in levels:
        at = f"{frame.down(value):.1f}"
        yield f'<path class="grid" d="M{LEFT} {at}H{WIDTH - RIGHT}"/>'
        shown = f"{value:.{digits}f}".removeprefix("0")
        yield _text(LEFT - 8, frame.down(value) + 4, shown, "axis", "end")


def steps_log(low: float, high: float) -> Iterator[float]:
    """1, 2, 5, 10, 20 ... between two powers of ten; some more where these are few."""
    digits = (1, 2, 5) if high - low > 1.5 else (1, 1.5, 2, 3, 5, 7)
    for power in range(floor(low), ceil(high) + 1):
        for digit in digits:
            if low <= log10(digit * 10.0**power) <= high:
                yield digit * 10.0**power


def steps(low: float, high: float) -> Iterator[float]:
    """Four to nine round values between two."""
    raw = (high - low) / 4
    unit = 10.0 ** floor(log10(raw))
    step = max(digit * unit for digit in (1, 2, 5) if digit * unit <= raw)
    for number in range(ceil(low / step), floor(high / step) + 1):
        yield number * step


def _marks(marks: Sequence[Mark], frame: Frame) -> Iterator[str]:
    taken = [_around(frame.across(mark.x), frame.down(mark.y)) for mark in marks]
    for mark in sorted(marks, key=lambda mark: (not mark.own, -mark.y)):
        at_x, at_y = frame.across(mark.x), frame.down(mark.y)
        kind = "own" if mark.own else "mark"
        yield f'<circle class="{kind}" cx="{at_x:.1f}" cy="{at_y:.1f}" r="{RADIUS}"/>'
        wide = len(mark.name) * (OWN_CHAR if mark.own else CHAR)
        place = min(_places(wide, at_x, at_y), key=lambda place: _cost(place.box, taken))
        taken.append(place.box)
        if not place.box.top < at_y < place.box.bottom:
            yield _line(at_x, at_y, place)
        yield _text(place.x, place.box.bottom - 4, mark.name, f"{kind}-name", place.anchor)


def _around(x: float, y: float) -> Box:
    return Box(x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a name could stand: what it covers, and the x that it is anchored to."""

    box: Box
    x: float
    anchor: str


def _places(wide: float, x: float, y: float) -> Iterator[Place]:
    """The best first: beside its mark, over or under it, then further off on either side."""
    away = RADIUS + 4
    for lift in (0, -1.5, 1.5, -2.5, 2.5, -3.5, 3.5):
        top, bottom = y + (lift - 0.5) * LINE, y + (lift + 0.5) * LINE
        if lift:
            yield Place(Box(x - wide / 2, top, x + wide / 2, bottom), x, "middle")
        yield Place(Box(x + away, top, x + away + wide, bottom), x + away, "start")
        yield Place(Box(x - away - wide, top, x - away, bottom), x - away, "end")


def _line(x: float, y: float, place: Place) -> str:
    """From a mark to its name."""
    end = place.box.top if place.box.top > y else place.box.bottom
    return f'<path class="line" d="M{x:.1f} {y:.1f}L{place.x:.1f} {end:.1f}"/>'


def _cost(place: Box, taken: Iterable[Box]) -> int:
    """How many others a place covers; out of the picture is worse."""
    outside = place.left < LEFT or place.right > WIDTH - 4
    outside = outside or place.top < TOP or place.bottom > HEIGHT - BOTTOM
    return sum(place.meets(other) for other in taken) + 100 * outside


def _text(x: float, y: float, text: str, kind: str, anchor: str = "start") -> str:
    placed = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text class="{kind}" {placed}>{escape(text)}</text>'
