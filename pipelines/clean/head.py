"""What a page says of itself in its markup: meta tags, links and JSON-LD, collected once.

The readers of titles, bylines, times and addresses share it.
"""

import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from lxml import etree

from pipelines.clean import jsonld
from pipelines.clean.document import Element
from pipelines.text import squeeze

MAX_METAS = 500
MAX_TITLES = 20
VALUE_CHARS = 2_000
_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True, slots=True)
class Head:
    """Meta tags by name (lower case, values in order), links by relation, JSON-LD things.

    `root` is the page's whole tree; `article` is the thing that describes the article, or empty.
    """

    url: str
    root: Element
    metas: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, list[str]] = field(default_factory=dict)
    things: list[jsonld.Thing] = field(default_factory=list)
    article: jsonld.Thing = field(default_factory=dict)

    def meta(self, *names: str) -> str | None:
        """The first value that is not empty, of the first of these names that has one."""
        return next((value for name in names for value in self.metas.get(name, ()) if value), None)

    def all(self, *names: str) -> list[str]:
        """All values of these names, in order."""
        return [value for name in names for value in self.metas.get(name, ()) if value]


def read_head(root: Element, text: str, url: str) -> Head:
    """Collect it from the tree (before anything is cut out) and the page's text."""
    things = jsonld.things(text)
    article = jsonld.article_of(things, url, islice(_titles(root), MAX_TITLES))
    head = Head(url=url, root=root, things=things, article=article)
    for names, value in _metas(root):
        for name in names.lower().split():
            head.metas.setdefault(name, []).append(value)
    for element in root.iter("link"):
        href = (element.get("href") or "").strip()
        for relation in (element.get("rel") or "").lower().split():
            head.links.setdefault(relation, []).append(href)
    return head


def _titles(root: Element) -> Iterator[str]:
    """What the page prints and calls itself, to tell its own description from others."""
    for element in root.iter("h1", "title"):
        yield line_of(element)
    for element in root.iterfind(".//meta[@property='og:title']"):
        yield element.get("content") or ""


def _metas(root: Element) -> Iterator[tuple[str, str]]:
    for count, element in enumerate(root.iter("meta")):
        if count >= MAX_METAS:
            return
        value = squeeze((element.get("content") or "")[:VALUE_CHARS])
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            if names := element.get(attribute):
                yield names[:200], value


def text_of(value: Any) -> str | None:
    """A JSON-LD value as one line of text, None where it is none."""
    if isinstance(value, list):
        return next((text for item in value[:5] if (text := text_of(item))), None)
    if isinstance(value, dict):
        return text_of(value.get("@value"))
    if not isinstance(value, str):
        return None
    return squeeze(unescaped(value[:VALUE_CHARS])) or None


def truth_of(value: Any) -> bool | None:
    """A JSON-LD value as true or false, None where it is neither: many write "True" or an address
    of schema.org."""
    if isinstance(value, bool):
        return value
    text = text_of(value)
    return _TRUTHS.get(text.rpartition("/")[2].lower()) if text else None


def unescaped(text: str) -> str:
    """The text with its entities as characters: many pages escape twice ("D&amp;amp;D")."""
    return html.unescape(text) if "&" in text else text


def _first_texts(element: Element) -> Iterator[str]:
    """The texts in an element until there are enough of them."""
    size = 0
    for text in element.itertext():
        yield text
        size += len(text)
        if size >= VALUE_CHARS:
            return


def line_of(element: Element) -> str:
    """The text in an element as one line, without the readings of ruby."""
    if next(element.iter("rt", "rp"), None) is None:
        return squeeze("".join(_first_texts(element))[:VALUE_CHARS])
    parts = [element.text or ""]
    skipped = 0
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if node.tag in ("rt", "rp"):
            skipped += 1 if event == "start" else -1
        elif event == "start" and node is not element and not skipped:
            parts.append(node.text or "")
        if event == "end" and node is not element and not skipped:
            parts.append(node.tail or "")
    return squeeze("".join(parts)[:VALUE_CHARS])
