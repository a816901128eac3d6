"""Which text of a page is its story: the rules of `container`, judged block by block by `scorer`.

The rules say where the story is by worth and marks. The scorer looks at every block of text on the
page, also outside that place, and says how likely each is the story's: so a story that is split
over siblings, a lead that stands apart and the next story of an endless scroll are told. What it
leaves is cut out of the tree before BeautifulSoup reads the element around all that it keeps.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from pipelines.clean import scorer
from pipelines.clean.container import Place, is_beside, is_inside, lead_of, locate
from pipelines.clean.document import Element
from pipelines.clean.features import rows_of
from pipelines.clean.head import Head
from pipelines.clean.nodes import Node, TextBlock, key_of, nodes_of, text_blocks

#: What is read of a story's elements later: `blocks` and `fragment`.
KEPT_ATTRIBUTES = ("href", "role")
_TAG = re.compile("[a-z][a-z0-9]*")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: More blocks than this has 1 of 1,614 recorded pages; such are left to the rules.
MAX_BLOCKS = 6_000
#: A block outside the container that the rules found must be as likely as this.
OUTSIDE = 0.55
#: With fewer characters of story the scorer is not believed, where the rules find more.
MIN_CHARS = 200


@dataclass(frozen=True, slots=True)
class Outline:
    """What the page around the story is made of: headlines that are links, characters in links,
    characters of the story's prose. What its names put beside the story isn't counted."""

    linked_headlines: int
    link_chars: int
    prose_chars: int


@dataclass(frozen=True, slots=True)
class Story:
    """Where the story is.

    Attributes:
        container: the element around its text.
        lead: lines of a lead that stands outside the container.
        outline: of the page.
        names: of all elements on the page, in normal form (`pipelines.clean.names`).
        kept: a copy of the container with nothing in it but the blocks that were judged to be the
            story's; None where the rules alone found the container.
    """

    container: Element
    lead: tuple[str, ...]
    outline: Outline
    names: frozenset[str] = frozenset()
    kept: Element | None = None


def find_story(head: Head, titles: Sequence[str]) -> Story | None:
    """The story of a pruned page, None where it has no prose."""
    nodes = nodes_of(head.root)
    place = locate(nodes) if nodes else None
    if place is None:
        return None
    outline = _outline(nodes, place.container)
    names = frozenset(node.name for node in nodes)
    blocks = text_blocks(nodes)
    if 0 < len(blocks) <= MAX_BLOCKS:
        chances = scorer.judged(rows_of(nodes, blocks, place, head, titles))
        kept = _chosen(nodes, blocks, chances, place, titles)
        if _is_enough(nodes, blocks, kept, place):
            container, copied = _judged(nodes, kept)
            return Story(container, (), outline, names, copied)
    lead = lead_of(nodes, place.container)
    return Story(nodes[place.container].element, lead, outline, names)


def _chosen(
    nodes: Sequence[Node],
    blocks: Sequence[TextBlock],
    chances: Sequence[float],
    place: Place,
    titles: Sequence[str],
) -> list[int]:
    """The blocks that are the story's. One outside the rules' container must be surer, and is none
    where more stories follow; a paragraph that says the headline again begins the text."""
    keys = {key_of(title) for title in titles}
    kept: list[int] = []
    for number in range(len(blocks) - 1, -1, -1):
        block, chance = blocks[number], chances[number]
        inside = is_inside(nodes, block.at, place.container)
        begins = block.tag == "p" and block.key in keys and bool(kept)
        if begins and kept[-1] == blocks[number + 1].at and inside:
            chance = 1.0
        if chance >= (scorer.LIKELY if inside else 1.0 if place.is_first else OUTSIDE):
            kept.append(block.at)
    return kept[::-1]


def _is_enough(
    nodes: Sequence[Node], blocks: Sequence[TextBlock], kept: Iterable[int], place: Place
) -> bool:
    chars = sum(nodes[at].chars for at in kept)
    return chars > 0 and (chars >= MIN_CHARS or chars >= nodes[place.container].worth)


def _outline(nodes: list[Node], container: int) -> Outline:
    link_chars = headlines = 0
    for at, node in enumerate(nodes):
        if node.link_chars and not is_beside(nodes, at):
            link_chars += node.link_chars
            headlines += node.tag in ("h2", "h3", "h4")
    return Outline(headlines, link_chars, int(nodes[container].worth))


def _judged(nodes: Sequence[Node], kept: Sequence[int]) -> tuple[Element, Element]:
    """The element around the kept blocks, and a copy of it with nothing else in it."""
    wanted = set(kept)
    held = [0] * len(nodes)
    for at in kept:
        held[at] = 1
    for at in range(len(nodes) - 1, 0, -1):
        held[nodes[at].parent] += held[at]
    container = max(at for at in range(len(nodes)) if held[at] == len(kept))
    return nodes[container].element, _copied(nodes, container, wanted, held)


def _copied(
    nodes: Sequence[Node], container: int, wanted: set[int], held: Sequence[int]
) -> Element:
    """A new tree of the elements that belong to wanted blocks, or hold such, with their text."""
    copies: dict[int, Element] = {}
    for at in range(container, len(nodes)):
        node = nodes[at]
        above = copies.get(node.parent) if at > container else None
        if at > container and above is None:
            continue  # outside the container, or in what is left
        is_wanted = node.block in wanted
        copied = None
        if is_wanted or held[at]:
            copied = copies[at] = _copy(node.element, above)
            copied.text = _written(node.element.text) if is_wanted else None
        if above is not None and nodes[node.parent].block in wanted:
            _follow(above, copied, _written(node.element.tail))
    return copies[container]


def _copy(element: Element, above: Element | None) -> Element:
    tag = element.tag if _TAG.fullmatch(element.tag) else "span"
    kept = {name: value for name in KEPT_ATTRIBUTES if (value := _written(element.get(name)))}
    if above is None:
        return etree.Element(tag, kept)
    return etree.SubElement(above, tag, kept)


def _follow(above: Element, copied: Element | None, text: str | None) -> None:
    """Puts a text after the copy, or where the copy of what was left would stand."""
    if copied is None and len(above):
        copied = above[-1]
    if copied is None:
        above.text = (above.text or "") + (text or "")
    else:
        copied.tail = (copied.tail or "") + (text or "")


def _written(text: str | None) -> str | None:
    """The text without characters that lxml reads but doesn't write."""
    return _UNWRITABLE.sub("", text) if text else None
