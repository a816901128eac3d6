"""A page's tree as a list: its elements in document order, and the blocks of text in them.

A block of text is what belongs to one block element and to no block inside it. `container` weighs
the nodes, `features` describes the blocks, `scorer` judges them.
"""

import re
from dataclasses import dataclass

from pipelines.clean.document import Element
from pipelines.clean.names import name_of

BLOCK_TAGS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "center", "dd", "details"),
        *("dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "html", "li", "main"),
        *("menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot"),
        *("th", "thead", "tr", "ul"),
    }
)
_WORD = re.compile(r"\w+")
#: The same for ASCII, in a third of the time.
_PARTING = {code: " " for code in range(128) if not _WORD.match(chr(code))}
_IS_BODY = ("itemprop", "articleBody")
#: With these a line of prose ends: marks of sentences, quotations and brackets.
PROSE_ENDS = frozenset(".!?…。！？।؟:;\"”»’'）)]")


@dataclass(slots=True)
class Node:
    """An element. `parent` and `block` are places in the list: of the element around it, and of
    the block element that its text belongs to. `name` is what names it (`names.name_of`), `texts`
    what belongs to it as a block. `is_body`: schema.org's itemprop marks it as the story's text.

    `beside` and `worth` are `container`'s: names put it beside the story; characters of prose."""

    element: Element
    tag: str
    parent: int
    block: int
    linked: bool
    name: str
    is_body: bool = False
    texts: list[str] | None = None
    chars: int = 0
    link_chars: int = 0
    prose_end: bool = False
    beside: bool = False
    worth: float = 0.0


class TextBlock:
    """The text of one block element as one line; `at` is its node's place, `words` are its words
    in small letters, `key` is by which two blocks with the same words are the same."""

    __slots__ = ("at", "folded", "key", "link_chars", "tag", "text", "words")

    def __init__(self, at: int, node: Node) -> None:
        self.at = at
        self.tag = node.tag
        self.text = " ".join("".join(node.texts or ()).split())
        self.link_chars = min(node.link_chars, len(self.text))
        self.folded = self.text.casefold()
        self.words = words_of(self.folded)
        self.key = " ".join(self.words)

    @property
    def ends_as_prose(self) -> bool:
        """It ends with a mark that ends sentences, or a quotation."""
        return self.text[-1:] in PROSE_ENDS


def key_of(text: str) -> str:
    """The `key` that a block of this text would have; "" for a text without words."""
    return " ".join(words_of(text.casefold()))


def words_of(text: str) -> list[str]:
    """The runs of letters and digits in a text."""
    return text.translate(_PARTING).split() if text.isascii() else _WORD.findall(text)


def nodes_of(root: Element) -> list[Node]:
    """Every element under the root, itself the first, in document order."""
    nodes: list[Node] = []
    inside: list[tuple[Element, int]] = []
    for element in root.iter():
        parent = element.getparent() if nodes else None
        while inside and inside[-1][0] is not parent:
            left, at = inside.pop()
            if text := left.tail:
                above = nodes[nodes[at].parent]
                _add(nodes[above.block], text, above.linked)
        at, tag, attributes = len(nodes), element.tag, element.items()
        name = name_of(attributes) if attributes else ""
        is_body = bool(name) and _IS_BODY in attributes
        if inside:
            around = inside[-1][1]
            above = nodes[around]
            block = at if tag in BLOCK_TAGS else above.block
            node = Node(element, tag, around, block, tag == "a" or above.linked, name, is_body)
        else:
            node = Node(element, tag, 0, at, tag == "a", name, is_body)
        nodes.append(node)
        inside.append((element, at))
        if tag == "br":
            _add(nodes[node.block], "\n", False)
        if text := element.text:
            _add(nodes[node.block], text, node.linked)
    for left, at in reversed(inside[1:]):
        if text := left.tail:
            above = nodes[nodes[at].parent]
            _add(nodes[above.block], text, above.linked)
    return nodes


def _add(block: Node, text: str, linked: bool) -> None:
    if block.texts is None:
        block.texts = []
    block.texts.append(text)
    if stripped := text.strip():
        block.chars += len(stripped)
        if linked:
            block.link_chars += len(stripped)
        block.prose_end = stripped[-1] in PROSE_ENDS


def text_blocks(nodes: list[Node]) -> list[TextBlock]:
    """The blocks that hold text, in document order of their elements."""
    return [TextBlock(at, node) for at, node in enumerate(nodes) if node.chars]
