"""Markup put right before a feed library reads it, and taken off after.

Works on UTF-8 without a prolog, in linear time, and leaves CDATA sections as they are: what stands
in them is HTML, and its own reader's business.
"""

import html
import re
from collections.abc import Iterator

from lxml import etree

from crawler.discovery import limits
from pipelines.text import paragraphs, squeeze

#: What XML 1.0 (section 2.2) does not allow at all.
_CONTROLS = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20)])
_NONCHARACTERS = re.compile(rb"\xef\xbf[\xbe\xbf]")
#: References that a parser without a DTD loses, and ampersands that begin none.
_REFERENCE = re.compile(
    rb"&(?!(?:amp|lt|gt|quot|apos);)(?:(#[0-9]{1,10}|#[xX][0-9a-fA-F]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});)?"
)
_SECTION = re.compile(rb"<!\[CDATA\[|<!--")
#: A tag and the text after it.
_LONG_RUN = re.compile(rb"(?:\A|<)[^<]{%d,}" % limits.SLOW_TEXT_BYTES)
_PERSON = re.compile(
    rb"<((?:[\w-]{1,20}:)?(?:author|creator|contributor|publisher|managingEditor|webMaster|owner"
    rb"|credit|name|email))(?:\s[^<>]*)?>",
    re.IGNORECASE,
)

_TAG = re.compile(r"<[a-zA-Z/!][^<>]*>")
_LONG_TAG = re.compile(rb"<[^<>]{%d,}>?" % limits.TAG_BYTES)
_BLOCKS = {
    *("address", "article", "aside", "blockquote", "dd", "div", "dl", "dt", "figcaption", "figure"),
    *("footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p"),
    *("pre", "section", "table", "td", "th", "tr", "ul"),
}
_UNSEEN = ("script", "style", "noscript", "iframe", "template", "title", "textarea", "svg", "math")


def repair(data: bytes, text_bytes: int = limits.TEXT_BYTES) -> bytes:
    """Well-formed text: every reference one that XML knows, no forbidden character, no comment,
    and no run of text over `text_bytes`."""
    data = _NONCHARACTERS.sub(b"", data.translate(None, _CONTROLS))
    pieces = (
        b"<![CDATA[" + _cut(text, text_bytes) + b"]]>"
        if is_cdata
        else _REFERENCE.sub(_reference, _shorten(text, text_bytes))
        for is_cdata, text in _sections(data)
    )
    return b"".join(pieces)


def _sections(data: bytes) -> Iterator[tuple[bool, bytes]]:
    """Text within CDATA sections (True) and around them, in order; comments are left out."""
    position = 0
    while match := _SECTION.search(data, position):
        yield False, data[position : match.start()]
        is_cdata = match.group() != b"<!--"
        end = data.find(b"]]>" if is_cdata else b"-->", match.end())
        if is_cdata:
            yield True, data[match.end() : end if end >= 0 else len(data)]
        if end < 0:
            return
        position = end + 3
    yield False, data[position:]


def _shorten(data: bytes, text_bytes: int) -> bytes:
    def cut(match: re.Match[bytes]) -> bytes:
        run = _cut(match.group(), text_bytes)
        is_half_a_tag = run.startswith(b"<") and b">" not in run
        return b"" if is_half_a_tag else run

    return _LONG_RUN.sub(cut, data)


def _cut(text: bytes, size: int) -> bytes:
    return text if len(text) <= size else text[:size].decode("utf-8", "ignore").encode()


def _reference(match: re.Match[bytes]) -> bytes:
    """The character of an HTML reference; the ampersand as text where it begins none."""
    name = match.group(1)
    if name is None:
        return b"&amp;"
    written = f"&{name.decode('ascii')};"
    meant = html.unescape(written)
    if meant == written:
        return b"&amp;" + name + b";"
    return html.escape(sound(meant)).encode().translate(None, _CONTROLS)


def without_long_persons(data: bytes) -> bytes:
    """Leaves out persons of over `PERSON_BYTES`: no name is that long."""
    kept: list[bytes] = []
    position = 0
    unclosed: set[bytes] = set()
    for match in _PERSON.finditer(data):
        name = match.group(1)
        if match.start() < position or name in unclosed:
            continue
        end = data.find(b"</" + name, match.end())
        if end < 0:
            unclosed.add(name)
        elif end - match.end() > limits.PERSON_BYTES:
            kept.append(data[position : match.end()])
            position = end
    return b"".join([*kept, data[position:]])


def sound(text: str) -> str:
    """Without lone surrogates, which no encoding can write."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def line(markup: object, max_chars: int) -> str | None:
    """Markup as one line of plain text; None where nothing is left or where it is no text."""
    if not isinstance(markup, str):
        return None
    text = sound(markup[: 4 * max_chars])
    if "<" in text:
        text = _TAG.sub(" " if len(text) > 200 else "", text)
    if "&" in text:
        text = sound(html.unescape(text))
    return squeeze(text)[:max_chars].rstrip() or None


def plain_text(markup: object, max_chars: int = limits.TEXT_CHARS) -> str | None:
    """HTML as plain text, paragraphs parted by a blank line; None where nothing is left."""
    if not isinstance(markup, str):
        return None
    text = sound(markup[: 4 * max_chars])
    if "<" in text:
        text = _text_of(text)
    elif "&" in text:
        text = sound(html.unescape(text))
    return paragraphs(text)[:max_chars].rstrip() or None


def parse_html(data: bytes) -> etree._Element | None:
    """The tree of HTML in UTF-8; None where there is nothing in it. Never raises."""
    data = _LONG_TAG.sub(b"", data)
    if not data.strip():
        return None
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return None


def _text_of(markup: str) -> str:
    root = parse_html(markup.encode())
    if root is None:
        return _TAG.sub(" ", markup)
    etree.strip_elements(root, *_UNSEEN, with_tail=False)
    return "".join(_shown(root))


def _shown(root: etree._Element) -> Iterator[str]:
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if element.tag in _BLOCKS:
            yield "\n\n"
        elif element.tag == "br":
            yield "\n"
        text = element.text if event == "start" else element.tail
        if text:
            yield text
