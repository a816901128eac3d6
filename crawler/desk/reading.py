"""A clean text set for reading: blocks, marked stretches, reasons as bars.

Texts are shown as they are, characters alone: nothing of them becomes markup.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_ITEM = "- "
#: Reasons that stand open; the rest unfolds.
SHOWN_REASONS = 10


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of a text; `is_marked` where a term matches."""

    text: str
    is_marked: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a list of `items`."""

    is_list: bool
    items: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A reason with its part of the score: `share` of the largest, 1 to 100."""

    term: str
    kind: str
    weight: float
    share: int


def blocks_of(text: str | None, marks: Sequence[tuple[int, int]]) -> list[Block]:
    """A text, paragraphs parted by blank lines, with its marked stretches (start, end)."""
    blocks: list[Block] = []
    at = 0
    for part in (text or "").split("\n\n"):
        lines = part.split("\n")
        is_list = bool(part.strip()) and all(line.startswith(_ITEM) for line in lines)
        items = list(_items(lines if is_list else [part], at, marks, skip=2 if is_list else 0))
        if part.strip():
            blocks.append(Block(is_list, tuple(items)))
        at += len(part) + 2
    return blocks


def _items(
    lines: Iterable[str], at: int, marks: Sequence[tuple[int, int]], skip: int
) -> Iterator[tuple[Piece, ...]]:
    for line in lines:
        yield tuple(_pieces(line[skip:], at + skip, marks))
        at += len(line) + 1


def _pieces(text: str, at: int, marks: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    done = 0
    for start, end in marks:
        begin, stop = max(start - at, done), min(end - at, len(text))
        if stop <= begin:
            continue
        if begin > done:
            yield Piece(text[done:begin], False)
        yield Piece(text[begin:stop], True)
        done = stop
    if done < len(text):
        yield Piece(text[done:], False)


def summed(reasons: Sequence[dict[str, Any]]) -> tuple[Bar, ...]:
    """Reasons with bars, as they are given."""
    most = max((abs(one["weight"]) for one in reasons), default=0.0) or 1.0
    return tuple(
        Bar(one["term"], one["kind"], one["weight"], max(1, round(100 * abs(one["weight"]) / most)))
        for one in reasons
    )
