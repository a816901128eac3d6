"""Which part of a page holds the story.

Method: every block of text is worth its characters outside links if it reads like prose, and costs
a little if it is links or scraps; an element is worth the sum of what it holds. The best element is
the smallest one of nearly the greatest worth, so a story that is split over siblings is found in
their common parent, and a parent that adds only links is not taken. What the page itself marks
(itemprop, article, the names that publishing systems use) is believed where it holds a good share
of that worth. Tables and text parted by <br> need no rule of their own: worth is text, not
paragraphs.

Known mistakes: comments without a telling name outweigh a short story above them; of several whole
stories on a page, all are taken where nothing marks the first. Way out: a row in `MARKS` or in
`pipelines.clean.names`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from pipelines.clean.document import Element, drop_tag
from pipelines.clean.names import marks_lead, marks_story, other_thing
from pipelines.clean.nodes import Node
from pipelines.text import squeeze

#: Elements without a word of the story.
EMPTY_TAGS = (
    *("script", "style", "noscript", "template", "svg", "iframe", "object", "video"),
    *("audio", "canvas", "map", "select", "textarea", "button", "nav", "footer", "head"),
    *("dialog", "menu", "datalist", "title"),
)
#: Elements that are beside the story by what they are, where they are not most of the page.
ASIDE_TAGS = {"aside": "related", "figcaption": "caption", "form": "form", "label": "form"}
#: Names that are hardly ever wrong: the limit is nearly all of the page.
SURE_NAMES = frozenset({"comments", "cookie", "most read", "related"})
NEVER_BESIDE = frozenset({"html", "body", "main", "h1", "h2", "h3", "h4", "h5", "h6"})

#: What a name or tag puts beside the story is the story after all with this share of all prose.
TOO_MUCH_TO_LEAVE = 0.4
#: Cost of a block of links, and of a line too short for prose, in characters of prose.
LINKS_COST = 25
SCRAP_COST = 8
#: A block with more of its characters than this in links is a list of links.
LINKS_SHARE = 0.5
#: A shorter line without an end mark is a scrap.
PROSE_CHARS = 60
#: The smallest element with this share of the greatest worth is the best.
NEARLY_ALL = 0.9
#: Of nested elements marked alike, the innermost with this share of the greatest worth.
SAME_STORY = 0.85
#: An element with a headline of its own and this much prose is a story of its own.
WHOLE_STORY_CHARS = 300


#: How a page marks its story, the surest first: with this share of the greatest worth it is
#: believed.
MARKS: dict[str, tuple[float, Callable[[Node], bool]]] = {
    "itemprop": (0.6, lambda node: node.is_body),
    "name": (0.7, lambda node: marks_story(node.name)),
    "article": (0.7, lambda node: node.tag == "article"),
    "main": (0.8, lambda node: "main" in (node.tag, node.element.get("role"))),
}

#: A lead that stands apart: its tags where nothing names it, least and most characters, lines.
LEAD_TAGS = frozenset({"p", "h2"})
LEAD_CHARS = (50, 600)
LEAD_LINES = 2


@dataclass(frozen=True, slots=True)
class Place:
    """Where the rules find the story: the node of the element that holds it, and of every node
    what puts it beside a story (None: nothing does). `is_first`: more whole stories follow."""

    container: int
    reasons: tuple[str | None, ...]
    is_first: bool = False


def prune(root: Element) -> None:
    """Take out of the tree, in place, what never holds a word of a story."""
    for part in list(root.iter("h1", "main")):
        for element in reversed(list(part.iterancestors(*EMPTY_TAGS))):
            if element.tag != "head":
                drop_tag(element)  # never closed, and so around all that follows
    etree.strip_elements(root, *EMPTY_TAGS, with_tail=False)


def locate(nodes: list[Node]) -> Place | None:
    """Where the story is, None on a page without prose and marks. Sets `beside` and `worth` of the
    nodes."""
    own = [_own_worth(node) for node in nodes]
    _weigh(nodes, own)
    reasons = _leave_other_things(nodes, sum(worth for worth in own if worth > 0))
    _weigh(nodes, own)
    best = _smallest(nodes, range(len(nodes)), NEARLY_ALL)
    if nodes[best].worth <= 0:
        marked = _without_prose(nodes)
        return None if marked is None else Place(marked, reasons)
    found = _by_marks(nodes, nodes[best].worth)
    all_stories = best if found is None else found
    first = _first_story(nodes, all_stories)
    return Place(first, reasons, is_first=first != all_stories)


def _first_story(nodes: list[Node], found: int) -> int:
    """Of several stories, each with its headline in an element of the same kind, the first."""
    headlines = [
        at for at, node in enumerate(nodes) if node.tag == "h1" and is_inside(nodes, at, found)
    ]
    if len(headlines) < 2:
        return found
    first, second = (_child_around(nodes, at, found) for at in headlines[:2])
    if first == second:
        return found
    alike = nodes[first].tag == nodes[second].tag
    whole = nodes[first].worth >= WHOLE_STORY_CHARS and nodes[second].worth >= WHOLE_STORY_CHARS
    return first if alike and whole else found


def _child_around(nodes: list[Node], at: int, outer: int) -> int:
    """The child of an outer element that holds the node."""
    while nodes[at].parent != outer and at:
        at = nodes[at].parent
    return at


def _without_prose(nodes: list[Node]) -> int | None:
    """What is marked as the story where nothing reads like prose: a table, a list of results."""
    for _, is_marked in MARKS.values():
        for at, node in enumerate(nodes):
            if is_marked(node) and not is_beside(nodes, at):
                return at
    return None


def _by_marks(nodes: list[Node], worth: float) -> int | None:
    for share, is_marked in MARKS.values():
        marked = [at for at, node in enumerate(nodes) if node.worth > 0 and is_marked(node)]
        if marked and (found := _marked(nodes, marked, share * worth)) is not None:
            return found
    return None


def lead_of(nodes: list[Node], container: int) -> tuple[str, ...]:
    """Lines of prose between the headline and the container; without a headline, what is named a
    lead near the container."""
    headlines = [at for at in range(container) if nodes[at].tag == "h1"]
    around = nodes[nodes[container].parent].parent
    first = headlines[-1] if headlines else around
    lines: list[str] = []
    for at in range(first + 1, container):
        if nodes[at].worth < LEAD_CHARS[0] or not _is_lead(nodes[at], bool(headlines)):
            continue
        if is_inside(nodes, container, at) or is_beside(nodes, at):
            continue
        line = squeeze("".join(nodes[at].element.itertext()))
        if len(line) <= LEAD_CHARS[1] and not any(line in known for known in lines):
            lines.append(line)
    return tuple(lines[:LEAD_LINES])


def _is_lead(node: Node, after_headline: bool) -> bool:
    if after_headline and node.tag in LEAD_TAGS:
        return True
    return marks_lead(node.name)


def is_beside(nodes: list[Node], at: int) -> bool:
    """True for a node that a name puts beside the story, or that is in such a one."""
    while at:
        if nodes[at].beside:
            return True
        at = nodes[at].parent
    return False


def is_prose(node: Node) -> bool:
    """True for a node with text of its own that reads like prose."""
    return _own_worth(node) > 0


def _own_worth(node: Node) -> float:
    if not node.chars:
        return 0.0
    if node.link_chars > LINKS_SHARE * node.chars:
        return -LINKS_COST
    if node.chars < PROSE_CHARS and not node.prose_end:
        return -SCRAP_COST
    return node.chars - node.link_chars


def _weigh(nodes: list[Node], own: list[float]) -> None:
    """Sum up the worth of every element from below, leaving out what is beside the story."""
    for node, worth in zip(nodes, own, strict=True):
        node.worth = worth
    for node in reversed(nodes[1:]):
        if node.worth and not node.beside:
            nodes[node.parent].worth += node.worth


def _leave_other_things(nodes: list[Node], prose: float) -> tuple[str | None, ...]:
    around = _around_story(nodes)
    reasons = tuple(_reason(node) for node in nodes)
    for at, (node, reason) in enumerate(zip(nodes, reasons, strict=True)):
        if reason is not None and at not in around:
            limit = 0.9 if reason in SURE_NAMES else TOO_MUCH_TO_LEAVE
            node.beside = node.worth < limit * prose
    return reasons


def _reason(node: Node) -> str | None:
    tag = node.tag
    if tag in NEVER_BESIDE:
        return None
    return ASIDE_TAGS.get(tag) or (other_thing(node.name) if node.name else None)


def _around_story(nodes: list[Node]) -> set[int]:
    """The elements that enclose the headline or what is marked as the text."""
    around: set[int] = set()
    for at, node in enumerate(nodes):
        if node.tag in ("h1", "main") or node.is_body:
            while at and at not in around:
                around.add(at)
                at = nodes[at].parent
    return around


def _smallest(nodes: list[Node], among: Iterable[int], share: float) -> int:
    """Of some nodes the one of greatest worth, or the innermost in it that holds this share."""
    among = list(among)
    found = max(among, key=lambda at: nodes[at].worth)
    enough = share * nodes[found].worth
    for at in among:
        if at > found and nodes[at].worth >= enough and is_inside(nodes, at, found):
            found = at
    return found


def is_inside(nodes: Sequence[Node], at: int, outer: int) -> bool:
    """True for the outer node and all in it."""
    while at > outer:
        at = nodes[at].parent
    return at == outer


def _marked(nodes: list[Node], marked: list[int], enough: float) -> int | None:
    """The marked element that holds enough, or the parent of several that do together."""
    top = _smallest(nodes, marked, SAME_STORY)
    if nodes[top].worth >= enough:
        return top
    siblings = [at for at in marked if nodes[at].parent == nodes[top].parent]
    if len(siblings) > 1 and sum(nodes[at].worth for at in siblings) >= enough:
        return nodes[top].parent
    return None
