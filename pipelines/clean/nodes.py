"""A page's tree as a list: its elements in document order, and the blocks of text in them.

A block of text is what belongs to one block element and to no block inside it. `container` weighs
the nodes, `features` describes the blocks, `scorer` judges them.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

from pipelines.clean.document import Element

BLOCK_TAGS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "center", "dd", "details"),
        *("dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "html", "li", "main"),
        *("menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot"),
        *("th", "thead", "tr", "ul"),
    }
)
_BLANKS = re.compile(r"\s+")
_WORD = re.compile(r"\w+")
#: With these a line of prose ends: marks of sentences, quotations and brackets.
PROSE_ENDS = frozenset(".!?…。！？।؟:;\"”»’'）)]")


@dataclass(slots=True)
class Node:
    """An element. `parent` and `block` are places in the list: of the element around it, and of
    the block element that its text belongs to. `texts` is what belongs to it as a block.

    `beside` and `worth` are `container`'s: names put it beside the story; characters of prose."""

    element: Element
    parent: int
    block: int
    linked: bool
    beside: bool = False
    chars: int = 0
    link_chars: int = 0
    prose_end: bool = False
    worth: float = 0.0
    texts: list[str] = field(default_factory=list)


class TextBlock:
    """The text of one block element as one line; `at` is its node's place."""

    def __init__(self, at: int, node: Node) -> None:
        self.at = at
        self.tag: str = node.element.tag
        self.text = _BLANKS.sub(" ", "".join(node.texts)).strip()
        self.link_chars = min(node.link_chars, len(self.text))

    @cached_property
    def words(self) -> list[str]:
        """Its words in small letters."""
        return _WORD.findall(self.text.casefold())

    @cached_property
    def key(self) -> str:
        """By which two blocks with the same words are the same."""
        return " ".join(self.words)

    @property
    def ends_as_prose(self) -> bool:
        """It ends with a mark that ends sentences, or a quotation."""
        return self.text[-1:] in PROSE_ENDS


def nodes_of(root: Element) -> list[Node]:
    """Every element under the root, itself the first, in document order."""
    nodes: list[Node] = []
    open_nodes: list[int] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            open_nodes.append(_enter(nodes, open_nodes, element))
            continue
        at = open_nodes.pop()
        if open_nodes and element.tail:
            around = nodes[nodes[at].parent]
            _add(nodes[around.block], element.tail, around.linked)
    return nodes


def _enter(nodes: list[Node], open_nodes: list[int], element: Element) -> int:
    at = len(nodes)
    above = open_nodes[-1] if open_nodes else 0
    tag = element.tag
    block = at if tag in BLOCK_TAGS or not nodes else nodes[above].block
    linked = tag == "a" or (bool(nodes) and nodes[above].linked)
    nodes.append(Node(element, above, block, linked))
    if tag == "br":
        nodes[block].texts.append("\n")
    if element.text:
        _add(nodes[block], element.text, linked)
    return at


def _add(block: Node, text: str, linked: bool) -> None:
    if not (stripped := text.strip()):
        block.texts.append(" ")
        return
    block.texts.append(text)
    block.chars += len(stripped)
    if linked:
        block.link_chars += len(stripped)
    block.prose_end = stripped[-1] in PROSE_ENDS


def text_blocks(nodes: list[Node]) -> list[TextBlock]:
    """The blocks that hold text, in document order of their elements."""
    return [TextBlock(at, node) for at, node in enumerate(nodes) if node.chars]
