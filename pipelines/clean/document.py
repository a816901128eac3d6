"""Text -> lxml tree, within bounds that hold whatever a page does to its parser.

What lxml and libxml2 cannot bear is taken out of the text beforehand, by scans that read it once:
scripts, styles and comments (half of a page's bytes); the attributes of tags that have hundreds of
them (lxml needs minutes for 300,000 in one tag). A page of more bytes or tags than any article has
is refused with `TooComplex`. libxml2 drops all that is nested deeper than 255; such a page is read
again without the tags that only nest. It also knows no element of HTML 5, and leaves one in the
head where a page omits the tag of its body, as minifiers do; such a page is given that tag.
"""

import re
from typing import Any

from lxml import etree

#: An element of lxml, which comes without types.
Element = Any

#: Without scripts, styles and comments; the largest of the recorded pages has 0.9 MB then, and
#: 21,000 tags. Four times as much takes up to 3 s.
MAX_MARKUP_BYTES = 4_000_000
MAX_TAGS = 150_000
#: A tag with more attributes loses them all; nothing that an article is read from has so many.
MAX_ATTRIBUTES = 150
_LONG_TAG_CHARS = 400
#: What stands in for a script or frame is short; a longer one was never closed and is the page.
MAX_FALLBACK_BYTES = 20_000
_FALLBACKS = frozenset({b"noscript", b"iframe", b"textarea"})

_OPENING = re.compile(
    rb"<(?:!--|(script|style|svg|template|textarea|xmp|noembed|noscript|iframe)\b)", re.IGNORECASE
)
#: A start tag as https://html.spec.whatwg.org/#tokenization reads it, but for plain ones without
#: attributes; what it holds behind its name. Possessive: linear.
_TAG = re.compile(
    rb"""<(?![a-zA-Z0-9]{1,20}>)[a-zA-Z][^\s/>]*+((?:[^>"'=]++|=\s*+"[^"]*+"|=\s*+'[^']*+'|["'=])*+)>?"""
)
_ATTRIBUTE = re.compile(rb"""[^\s"'/=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'))?+""")
_NESTING = re.compile(
    rb"</?(?:div|span|font|b|i|u|em|strong|big|small|center|section|table|tbody|tr|td|ul|ol|a)\b"
    rb"[^<>]{0,2000}>",
    re.IGNORECASE,
)
_BODY = re.compile(rb"<body\b", re.IGNORECASE)
_FIRST_PART = re.compile(
    rb"<(?:article|main|section|header|nav|aside|footer|figure|details|dialog|search|hgroup)\b",
    re.IGNORECASE,
)
_BLOCKS = re.compile(rb"</?(?:div|section|table|tr|td|ul|ol|center)\b", re.IGNORECASE)


class TooComplex(Exception):
    """A page of more markup than is read of any; the message says of what."""


def parse(text: str) -> Element | None:
    """The root of the page's tree, None where there is no markup or text at all.

    Raises TooComplex where the page is beyond the bounds above.
    """
    return parse_utf8(text.encode("utf-8", "replace"))


def parse_utf8(markup: bytes) -> Element | None:
    """The same of a text that is UTF-8."""
    markup = _without_bulk(markup)
    if len(markup) > MAX_MARKUP_BYTES:
        raise TooComplex(f"{len(markup)} bytes of markup, more than {MAX_MARKUP_BYTES}")
    if (tags := markup.count(b"<")) > MAX_TAGS:
        raise TooComplex(f"{tags} tags, more than {MAX_TAGS}")
    if any(_is_crowded(held) for held in _TAG.findall(markup) if len(held) > 2 * MAX_ATTRIBUTES):
        markup = _TAG.sub(_bare_if_crowded, markup)
    if not _BODY.search(markup):
        markup = _FIRST_PART.sub(rb"<body>\g<0>", markup, count=1)
    root, cut = _tree(markup)
    if cut:
        root, _ = _tree(_NESTING.sub(_flat, markup))
    return root


def drop_tag(element: Element) -> None:
    """Take an element's tag out of its tree; its text and children take its place."""
    parent, previous = element.getparent(), element.getprevious()
    _append(parent, previous, element.text)
    _append(parent, element[-1] if len(element) else previous, element.tail)
    at = parent.index(element)
    parent[at : at + 1] = element[:]


def drop_tree(element: Element) -> None:
    """Take an element with all that it holds out of its tree; the text behind it stays."""
    parent = element.getparent()
    _append(parent, element.getprevious(), element.tail)
    parent.remove(element)


def _append(parent: Element, before: Element | None, text: str | None) -> None:
    """Put a text behind a child, or at the beginning where there is none."""
    if not text:
        return
    if before is None:
        parent.text = (parent.text or "") + text
    else:
        before.tail = (before.tail or "") + text


def _tree(markup: bytes) -> tuple[Element | None, bool]:
    """The tree, and whether libxml2 gave up before the end of the text."""
    parser = etree.HTMLParser(
        encoding="utf-8",
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        no_network=True,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(markup, parser)
    except etree.XMLSyntaxError:
        return None, False
    return root, len(parser.error_log.filter_from_fatals()) > 0


def _flat(match: re.Match[bytes]) -> bytes:
    return b"<p>" if _BLOCKS.match(match.group()) else b" "


def _without_bulk(markup: bytes) -> bytes:
    """The markup without comments and elements that hold no markup; one scan from start to end."""
    lowered = markup.lower()
    kept, at, ends = [], 0, dict[bytes, int]()
    while opening := _OPENING.search(markup, at):
        name = opening.group(1)
        ending = b"</" + name.lower() if name else b"-->"
        if ends.get(ending, 0) < opening.end():  # what was found once is not looked for again
            found = lowered.find(ending, opening.end())
            ends[ending] = found if found >= 0 else len(markup)
        end = ends[ending]
        too_far = end - opening.end() > MAX_FALLBACK_BYTES and (name or b"").lower() in _FALLBACKS
        if end == len(markup) or too_far:
            kept.append(markup[at : opening.end()])
            at = opening.end()
            continue
        kept.append(markup[at : opening.start()])
        at = end + len(ending)
        if name:
            at = (markup.find(b">", at) + 1) or len(markup)
    kept.append(markup[at:])
    return b"".join(kept)


def _bare_if_crowded(match: re.Match[bytes]) -> bytes:
    if len(match.group()) < _LONG_TAG_CHARS:
        return match.group()
    name = match.group()[: match.start(1) - match.start()]
    return name + b">" if _is_crowded(match.group(1)) else match.group()


def _is_crowded(attributes: bytes) -> bool:
    return sum(1 for _ in _ATTRIBUTE.finditer(attributes)) > MAX_ATTRIBUTES
