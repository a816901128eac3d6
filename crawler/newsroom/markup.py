"""The little markup in which the outlets' pages are written.

Blocks are parted by a blank line: a paragraph, `## ` a heading, `> ` a quotation, `- ` a list item,
`~ 14:05 ` an entry of a live page, `!pic ` the caption of a picture (no part of the text). Within a
block `[words](address)` is a link.
"""

import re
from dataclasses import dataclass
from html import escape

_LINK = re.compile(r"\[([^\[\]]+)\]\(([^()\s]+)\)")
_MARKS = (("## ", "heading"), ("> ", "quote"), ("- ", "item"), ("~ ", "entry"), ("!pic ", "pic"))


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a page: its kind, and its words with links still in markup."""

    kind: str
    words: str

    @property
    def html(self) -> str:
        """Escaped, with its links as anchors."""
        return _LINK.sub(r'<a href="\2">\1</a>', escape(self.words, quote=False))

    @property
    def plain(self) -> str:
        return _LINK.sub(r"\1", self.words)


def fold(body: str) -> str:
    """The body with each block on one line, blocks parted by a blank line."""
    parts = (" ".join(part.split()) for part in re.split(r"\n\s*\n", body))
    return "\n\n".join(part for part in parts if part)


def blocks(body: str) -> list[Block]:
    """The blocks of a body."""
    return [_block(part) for part in fold(body).split("\n\n") if part]


def _block(part: str) -> Block:
    for mark, kind in _MARKS:
        if part.startswith(mark):
            return Block(kind, part.removeprefix(mark))
    return Block("paragraph", part)


def plain(body: str) -> str:
    """The text of a body without captions and marks, paragraphs parted by a blank line."""
    return "\n\n".join(block.plain for block in blocks(body) if block.kind != "pic")


def links(body: str) -> list[str]:
    """The addresses that a body links to."""
    return [match.group(2) for match in _LINK.finditer(body)]
