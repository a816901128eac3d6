"""The story's text: the container's markup -> BeautifulSoup -> blocks -> paragraphs.

A block is the text between two boundaries: block elements, or two <br> in a row. What names and
tags put beside the story is cut out first (`strip`); then blocks that are links, that say what
they are ("Read more:") or that repeat the headline are left out, and headings that nothing
follows. A paywall's own line is left out and remembered.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag
from lxml import etree

from pipelines.clean.container import BLOCK_TAGS, Story
from pipelines.clean.document import Element, TooComplex
from pipelines.clean.strip import cut_other_things, is_pay_line, line_reason
from pipelines.text import count_words, squeeze

#: BeautifulSoup needs about 25 ms for 100,000 characters and 1,000 elements.
MAX_STORY_CHARS = 2_000_000
MAX_STORY_ELEMENTS = 20_000
#: A block with more of its characters than this in links is a list of links, up to this length.
LINKS_SHARE = 0.6
LINKS_CHARS = 300

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


@dataclass(slots=True)
class Block:
    """A run of text between two boundaries; `tag` is the element that it stands in."""

    tag: str
    parts: list[str] = field(default_factory=list)
    link_chars: int = 0

    @property
    def text(self) -> str:
        return squeeze("".join(self.parts))


@dataclass(frozen=True, slots=True)
class Body:
    """Text as paragraphs parted by a blank line; `broken_off` where a line says that the rest is
    for subscribers."""

    text: str
    words: int
    broken_off: bool = False


def read_body(story: Story, titles: Iterable[str] = ()) -> Body:
    """The story's text. `titles` are headlines; the first heading that repeats one is left out.

    Raises TooComplex where the container has more markup than BeautifulSoup reads in good time.
    """
    soup = _soup(story.container)
    cut_other_things(soup)
    wanted = {key for title in titles if (key := _key(title))}
    kept: list[tuple[str, str]] = []
    broken_off = False
    for block in blocks(soup):
        text = block.text
        if not text or _is_links(block, text):
            continue
        if is_pay_line(text):
            broken_off = True
        elif wanted and _is_headline(block, _key(text), wanted):
            wanted.clear()
        elif not line_reason(text):
            kept.append((block.tag, text))
    lines = _with_lead(story.lead, [text for _, text in _without_loose_headings(kept)])
    return body_of("\n\n".join(lines), broken_off)


def body_of(text: str, broken_off: bool = False) -> Body:
    """A body of a text that is paragraphs already."""
    return Body(text, count_words(text), broken_off)


def _soup(container: Element) -> BeautifulSoup:
    elements = sum(1 for _ in container.iter())
    if elements > MAX_STORY_ELEMENTS:
        raise TooComplex(f"{elements} elements in the story, more than {MAX_STORY_ELEMENTS}")
    markup = etree.tostring(container, encoding="unicode", method="html", with_tail=False)
    if len(markup) > MAX_STORY_CHARS:
        raise TooComplex(f"{len(markup)} characters of story, more than {MAX_STORY_CHARS}")
    return BeautifulSoup(markup, "lxml")


def blocks(soup: BeautifulSoup) -> Iterator[Block]:
    """The blocks of the soup in document order, empty ones too."""
    block, breaks = Block("body"), 0
    home: Tag | None = None
    for node in soup.descendants:
        if isinstance(node, Tag):
            if node.name == "br":
                breaks += 1
                block.parts.append("\n")
            if node.name in BLOCK_TAGS or breaks == 2:
                yield block
                block, breaks = Block(node.name if node.name != "br" else block.tag), 0
        elif type(node) is NavigableString:
            parent, linked = _home(node)
            if node.strip():
                breaks = 0
                if parent is not home and block.parts:
                    yield block
                    block = Block(parent.name if parent else "body")
                home = parent
                block.link_chars += len(node.strip()) if linked else 0
            block.parts.append(node)
    yield block


def _home(node: PageElement) -> tuple[Tag | None, bool]:
    """The block element that a text stands in, and whether it is in a link."""
    linked = False
    for parent in node.parents:
        linked = linked or parent.name == "a"
        if parent.name in BLOCK_TAGS:
            return parent, linked
    return None, linked


def _is_links(block: Block, text: str) -> bool:
    return block.link_chars > LINKS_SHARE * len(text) and len(text) < LINKS_CHARS


def _without_loose_headings(kept: list[tuple[str, str]]) -> list[tuple[str, str]]:
    while kept and kept[-1][0] in _HEADINGS:
        kept = kept[:-1]
    return kept


def _is_headline(block: Block, key: str, wanted: set[str]) -> bool:
    """True for a block that repeats a title; an <h1> may say the section's name before it."""
    if block.tag == "h1" and any(key.endswith(title) for title in wanted):
        return True
    return block.tag != "p" and key in wanted


def _with_lead(lead: tuple[str, ...], lines: list[str]) -> list[str]:
    known = {_key(line) for line in lines[:4]}
    return [line for line in lead if _key(line) not in known and not line_reason(line)] + lines


def _key(text: str) -> str:
    return squeeze(text).casefold()
