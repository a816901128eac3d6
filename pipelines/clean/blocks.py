"""The story's soup as blocks: what a reader sees as paragraphs, headings, items, rows and quotes.

A block is the text between two boundaries: block elements, or two <br> in a row. It knows the
lists, quotes, tables and typed text around it (`within`), and its runs know their link and their
emphasis. One pass over the soup, without recursion; what is nested deeper than `MOST_PARTS` is
taken as if it were not nested.

`text_of` writes blocks as plain text, `pipelines.clean.fragment` as HTML.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag

from pipelines.clean.nodes import BLOCK_TAGS
from pipelines.text import squeeze

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
LISTS = frozenset({"ul", "ol", "menu", "dir"})
#: Inline tags that a reader sees, and the tag that says the same.
MARKS = {
    **{"em": "em", "i": "em", "cite": "em", "dfn": "em", "var": "em"},
    **{"strong": "strong", "b": "strong", "sub": "sub", "sup": "sup"},
    **{"code": "code", "tt": "code", "kbd": "code", "samp": "code"},
}
#: Lists (two parts each, with their items), quotes and tables around one block.
MOST_PARTS = 8

#: A table is data if no cell is longer, and this share of its rows, two at least, has two cells.
CELL_CHARS = 120
DATA_ROWS = 0.5
_CELLS = frozenset({"td", "th"})
_ROWS = frozenset({"tr", "caption"})
_ROWS_AND_CELLS = ["tr", *_CELLS]
#: What becomes a `Part`.
_PARTS = LISTS | {"li", "blockquote", "pre", "table"}
#: Every tag that makes a difference to the text in it.
_NOTED = BLOCK_TAGS | MARKS.keys() | {"br", "a", "caption"}
_LAYOUT = frozenset(
    {
        *("table", "ul", "ol", "dl", "blockquote", "pre", "article", "section", "figure", "form"),
        *HEADINGS,
    }
)
_WORD = re.compile("[^ \t]+")
_EMPTY_LINES = re.compile("\n{3,}")


class Part(NamedTuple):
    """An element around a block; `number` tells it from others of the same story. Tags: ul, ol,
    blockquote, pre, table, and li, which stands after each ul and ol."""

    tag: str
    number: int


@dataclass(frozen=True, slots=True)
class Run:
    """Text with the same link and the same marks (values of `MARKS`) from end to end; `href` is as
    the page has it."""

    text: str
    href: str | None = None
    marks: tuple[str, ...] = ()


#: A single <br>.
BREAK = Run("\n")
_BLANK = Run(" ")
_CELL_END = Run(" | ")


@dataclass(frozen=True, slots=True)
class Block:
    """A run of text between two boundaries.

    Attributes:
        tag: the block element that it stands in, "tr" for a row of a data table.
        text: one line, never empty; typed text keeps its lines.
        runs: the same, its white space as the page has it.
        within: what stands around it, the outermost first.
        link_chars: how many of its characters are in links.
    """

    tag: str
    text: str
    runs: tuple[Run, ...]
    within: tuple[Part, ...] = ()
    link_chars: int = 0

    @property
    def is_typed(self) -> bool:
        """True for text that was set line by line (<pre>)."""
        return is_typed(self.within)

    @property
    def item(self) -> Part | None:
        """The innermost list item that holds it."""
        return next((part for part in reversed(self.within) if part.tag == "li"), None)


def paragraph(line: str) -> Block:
    """A line that stands for itself."""
    return Block("p", line, (Run(line),))


def is_typed(within: tuple[Part, ...]) -> bool:
    """True directly inside a <pre>."""
    return bool(within) and within[-1].tag == "pre"


def as_typed(text: str) -> str:
    """Typed text: its lines with their blanks, never more than one empty line in a row."""
    lines = [
        _WORD.sub(lambda word: squeeze(word.group()), line).rstrip() for line in text.splitlines()
    ]
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def text_of(blocks: Iterable[Block]) -> str:
    """Paragraphs parted by a blank line. The items of a list are lines "- item" of one paragraph,
    the rows of a data table lines too. A list with an item of several blocks is no such list: its
    blocks are paragraphs."""
    blocks = list(blocks)
    rich = _rich_lists(blocks)
    paragraphs: list[list[str]] = []
    last: Part | None = None
    for block in blocks:
        part = _one_paragraph(block, rich)
        marker = "- " if part is not None and part.tag in LISTS else ""
        if part is None or part != last:
            paragraphs.append([])
        paragraphs[-1].append(marker + block.text)
        last = part
    return "\n\n".join("\n".join(lines) for lines in paragraphs)


def crowded_items(blocks: Iterable[Block]) -> set[Part]:
    """The list items that hold more than one block of their own."""
    held = Counter(item for block in blocks if (item := block.item) is not None)
    return {item for item, count in held.items() if count > 1}


def _rich_lists(blocks: list[Block]) -> set[Part]:
    """The outermost lists with an item that is more than a line."""
    crowded = crowded_items(blocks)
    return {
        outermost
        for block in blocks
        if (outermost := _outermost_list(block)) is not None
        and (block.tag in HEADINGS or block.item in crowded)
    }


def _outermost_list(block: Block) -> Part | None:
    return next((part for part in block.within if part.tag in LISTS), None)


def _one_paragraph(block: Block, rich: set[Part]) -> Part | None:
    """What the block shares a paragraph with; None where it is a paragraph of its own."""
    outermost = _outermost_list(block)
    if outermost is not None and outermost not in rich:
        return outermost
    return next((part for part in block.within if part.tag in ("pre", "table")), None)


class _Place(NamedTuple):
    """What holds for a text inside an element: its block element with a number, what stands around
    that, the link and the marks; `is_row`: it is in a data table."""

    tag: str
    number: int = 0
    within: tuple[Part, ...] = ()
    href: str | None = None
    marks: tuple[str, ...] = ()
    is_row: bool = False


def blocks(soup: BeautifulSoup) -> list[Block]:
    """The blocks of the soup that hold text, in document order."""
    reader = _Reader()
    stack: list[tuple[Iterator[PageElement], _Place]] = [(iter(soup.contents), _Place("body"))]
    while stack:
        nodes, place = stack[-1]
        for node in nodes:
            if type(node) is NavigableString:
                reader.add(node, place)
            elif isinstance(node, Tag):
                inner = reader.enter(node, place) if node.name in _NOTED else place
                if node.contents:
                    stack.append((iter(node.contents), inner))
                    break
                if inner.number != place.number:
                    reader.cut()
        else:
            stack.pop()
            if not stack or place.number != stack[-1][1].number:
                reader.cut()
    return reader.done


class _Reader:
    """Collects runs into the block at hand; one that ended with text in it is `done`."""

    def __init__(self) -> None:
        self.done: list[Block] = []
        self._place: _Place | None = None
        self._runs: list[Run] = []
        self._link_chars = 0
        self._breaks = 0
        self._numbers = 0
        self._cells = 0

    def cut(self) -> None:
        """Ends the block at hand."""
        if (place := self._place) is not None:
            self._end(place)
            self._place, self._runs, self._link_chars = None, [], 0
        self._breaks = 0

    def _end(self, place: _Place) -> None:
        text = "".join([run.text for run in self._runs])
        text = as_typed(text) if is_typed(place.within) else squeeze(text)
        if text and not (place.is_row and text.strip(" |") == ""):
            tag = "tr" if place.is_row else place.tag
            self.done.append(Block(tag, text, tuple(self._runs), place.within, self._link_chars))

    def add(self, text: str, place: _Place) -> None:
        """A text in the block at hand, or in a new one."""
        stripped = text.strip()
        if self._place is None:
            if not stripped:
                return
            self._place = place
        self._runs.append(Run(str(text), place.href, place.marks))
        if stripped:
            self._breaks = 0
            if place.href is not None:
                self._link_chars += len(stripped)

    def enter(self, tag: Tag, place: _Place) -> _Place:
        """The place inside a tag that begins here."""
        name = tag.name
        if name == "br":
            self._break()
        elif name == "a":
            return place._replace(href=str(tag.get("href") or ""))
        elif mark := MARKS.get(name):
            return place if mark in place.marks else place._replace(marks=(*place.marks, mark))
        elif place.is_row and name not in _ROWS:
            self._enter_cell(name, place)
        else:
            return self._enter_block(tag, name, place)
        return place

    def _break(self) -> None:
        self._breaks += 1
        if self._breaks == 2:
            self.cut()
        elif self._place is not None:
            self._runs.append(BREAK)

    def _enter_cell(self, name: str, place: _Place) -> None:
        if name in _CELLS:
            self._cells += 1
            if self._cells > 1:
                self._place = self._place or place
                self._runs.append(_CELL_END)
        elif self._place is not None:
            self._runs.append(_BLANK)

    def _enter_block(self, tag: Tag, name: str, place: _Place) -> _Place:
        self.cut()
        self._numbers += 1
        self._cells = 0
        is_row = place.is_row or (name == "table" and is_data(tag))
        within = place.within
        if name in _PARTS and not place.is_row:
            within = self._within(name, place, is_row)
        return _Place(name, self._numbers, within, place.href, place.marks, is_row)

    def _within(self, name: str, place: _Place, is_row: bool) -> tuple[Part, ...]:
        around, number = place.within, self._numbers
        if name == "li":
            if around and around[-1].tag == "li" and around[-1].number < 0:
                return (*around[:-1], Part("li", number))
            if len(around) < MOST_PARTS - 1:
                return (*around, Part("ul", place.number), Part("li", number))
        elif name in LISTS:
            if len(around) < MOST_PARTS - 1:
                # What stands in a list but in none of its items is an item of its own.
                return (*around, Part("ol" if name == "ol" else "ul", number), Part("li", -number))
        elif len(around) < MOST_PARTS and (name != "table" or is_row):
            return (*around, Part(name, number))
        return around


def is_data(table: Tag) -> bool:
    """True for a table of short cells, two or more to a row; others only lay out a page."""
    inside = (node for node in table.descendants if isinstance(node, Tag))
    if table.get("role") in ("presentation", "none") or any(n.name in _LAYOUT for n in inside):
        return False
    rows: list[int] = []
    for cell in table.find_all(_ROWS_AND_CELLS):
        if cell.name == "tr":
            rows.append(0)
        elif rows:
            chars = len(squeeze(cell.get_text()))
            if chars > CELL_CHARS:
                return False
            rows[-1] += chars > 0
    filled = sum(1 for cells in rows if cells >= 2)
    return filled >= 2 and filled >= DATA_ROWS * sum(1 for cells in rows if cells)
