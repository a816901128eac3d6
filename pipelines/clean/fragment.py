"""Blocks -> a fragment of clean HTML, for a desk and for readers elsewhere.

The markup is built anew out of blocks and never passed through: what comes out is made of `TAGS`
alone, with no attribute but the `href` of a link to http or https, absolute, without user, control
characters or more than 2,000 characters (`pipelines.urls.absolute`). Text is escaped. The text of
the fragment is that of `pipelines.clean.blocks.text_of`, but for the markers of list items.
"""

from collections.abc import Iterable
from html import escape

from pipelines.clean.blocks import BREAK, HEADINGS, Block, Part, Run, crowded_items
from pipelines.clean.document import Element
from pipelines.text import squeeze
from pipelines.urls import absolute

#: Every tag that a fragment can hold.
TAGS = frozenset(
    {
        *("p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code"),
        *("a", "em", "strong", "sub", "sup", "br"),
    }
)
#: Different addresses that one fragment links to; the largest list of sources found had 400.
MOST_LINKS = 2_000


def base_of(root: Element, url: str) -> str:
    """The address that the links of a page are relative to: that of its <base>, else its own."""
    for element in root.iter("base"):
        if href := element.get("href"):
            return absolute(url, href) or url
    return url


def html_of(blocks: Iterable[Block], base_url: str) -> str:
    """The blocks as HTML, a block element a line; "" for none. `base_url` is the page's address."""
    return _Fragment(list(blocks), base_url).markup()


class _Fragment:
    def __init__(self, blocks: list[Block], base_url: str) -> None:
        self._blocks = blocks
        self._crowded = crowded_items(blocks)
        self._base_url = base_url
        self._links: dict[str, str | None] = {}
        self._out: list[str] = []

    def markup(self) -> str:
        around: tuple[Part, ...] = ()
        for block in self._blocks:
            shared = _shared(around, block.within)
            self._close(around[shared:])
            self._open(block.within[shared:])
            is_next = shared == len(block.within) == len(around) and shared > 0
            self._out.append(self._block(block, is_next))
            around = block.within
        self._close(around)
        return "".join(self._out).strip("\n")

    def _open(self, parts: tuple[Part, ...]) -> None:
        self._out += [f"\n<{_TAG_OF.get(part.tag, part.tag)}>" for part in parts]

    def _close(self, parts: tuple[Part, ...]) -> None:
        self._out += [f"</{_TAG_OF.get(part.tag, part.tag)}>" for part in reversed(parts)]

    def _block(self, block: Block, is_next: bool) -> str:
        innermost = block.within[-1] if block.within else None
        if block.is_typed:
            return ("\n" if is_next else "") + escape(block.text, quote=False)
        inline = self._inline(block)
        if innermost is not None and innermost.tag == "table":
            return f"<br>\n{inline}" if is_next else inline
        if block.tag in HEADINGS:
            tag = max(block.tag, "h2")  # the headline is the page's own
        elif innermost is not None and innermost.tag == "li" and innermost not in self._crowded:
            return inline
        else:
            tag = "p"
        return f"\n<{tag}>{inline}</{tag}>"

    def _inline(self, block: Block) -> str:
        out: list[str] = []
        href: str | None = None
        first = block.runs[0]
        is_plain = len(block.runs) == 1  # as most are
        runs = [Run(block.text, first.href, first.marks)] if is_plain else squeezed(block.runs)
        for run in runs:
            address = None if run is BREAK else self._address(run.href)
            if run is not BREAK and address != href:
                out.append(_between(href, address))
                href = address
            out.append("<br>" if run is BREAK else _marked(run))
        return "".join(out) + _between(href, None)

    def _address(self, href: str | None) -> str | None:
        """Where a link leads; None for one to the page itself and one that is none."""
        if not href or href.lstrip().startswith("#"):
            return None
        if href not in self._links:
            if len(self._links) >= MOST_LINKS:
                return None
            self._links[href] = absolute(self._base_url, href)
        return self._links[href]


#: A data table's rows are lines of a paragraph.
_TAG_OF = {"table": "p"}


def _shared(first: tuple[Part, ...], second: tuple[Part, ...]) -> int:
    """How many of the outermost parts two blocks have in common."""
    shared = 0
    while shared < min(len(first), len(second)) and first[shared] == second[shared]:
        shared += 1
    return shared


def _between(href: str | None, address: str | None) -> str:
    """The end of one link and the begin of the next."""
    end = "" if href is None else "</a>"
    return end if address is None else f'{end}<a href="{escape(address)}">'


def _marked(run: Run) -> str:
    marked = escape(run.text, quote=False)
    for mark in reversed(run.marks):
        marked = f"<{mark}>{marked}</{mark}>"
    return marked


def squeezed(runs: Iterable[Run]) -> list[Run]:
    """The same runs with their white space as `squeeze` leaves it in the whole of them, those that
    are alike joined, without a break at either end. A blank between two runs has what both have."""
    found: list[Run] = []
    blank = False
    for run in runs:
        if run is BREAK:
            if found and found[-1] is not BREAK:
                found.append(BREAK)
            blank = False
            continue
        text = squeeze(f"x{run.text}x")[1:-1]  # with a blank at either end where there is one
        core = text.strip(" ")
        blank = blank or text.startswith(" ")
        if core:
            if blank and found and found[-1] is not BREAK:
                _join(found, _blank_between(found[-1], run))
            _join(found, Run(core, run.href, run.marks))
            blank = text.endswith(" ")
    if found and found[-1] is BREAK:
        found.pop()
    return found


def _join(runs: list[Run], run: Run) -> None:
    last = runs[-1] if runs else BREAK
    if last is not BREAK and (last.href, last.marks) == (run.href, run.marks):
        runs[-1] = Run(last.text + run.text, run.href, run.marks)
    else:
        runs.append(run)


def _blank_between(one: Run, other: Run) -> Run:
    href = one.href if one.href == other.href else None
    return Run(" ", href, tuple(mark for mark in one.marks if mark in other.marks))
