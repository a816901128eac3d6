"""A fetched body made ready for any parser: unpacked, decoded, its prolog taken off.

Parsers differ in whom they believe about the encoding and in what they do with a DTD, so neither
is left to them: they are handed UTF-8 that begins with the first element. Entity declarations go
with the prolog, unread; a reference to one is later taken as plain text.

Known mistakes: a text in a single-byte encoding that is labelled wrongly is read as windows-1252;
`problems` says so.
"""

import codecs
import re
import zlib
from dataclasses import dataclass

from crawler.discovery import limits
from pipelines.clean.decode import CODECS

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_IN_XML = re.compile(rb"<\?xml[^<>]{0,200}?encoding\s{0,9}=\s{0,9}[\"']([\w.:-]{1,40})")
_IN_META = re.compile(rb"<meta[^<>]{0,300}?charset\s{0,9}=\s{0,9}[\"']?([\w.:-]{1,40})", re.I)
_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.I)
_WIDE_RUNS = re.compile(rb"[\x80-\xff]{2,}")

_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,40}:)?([A-Za-z_][\w.-]{0,40})")
#: Where a document begins that has junk before it (a PHP warning, a banner, a blank comment).
_LATE_START = re.compile(
    rb"<\?xml|<rss\b|<feed\b|<rdf:RDF\b|<urlset\b|<sitemapindex\b|<opml\b", re.I
)
_LATE_START_BYTES = 8_192
_DTD_TOKEN = re.compile(rb"[\"'\[\]>]|<!--|<\?")


@dataclass(frozen=True, slots=True)
class Document:
    """`data` is UTF-8 from the first element on, or from the first character where there is none;
    `root` the local name of that element in lower case."""

    data: bytes
    root: str | None
    problems: tuple[str, ...] = ()


def open_document(
    body: bytes, content_type: str | None = None, *, max_bytes: int = limits.DOCUMENT_BYTES
) -> Document:
    """The document in a body. Never raises; what was cut, guessed or refused is in `problems`."""
    problems: list[str] = []
    body = _unpack(body, max_bytes, problems)
    data = to_utf8(body, content_type, problems)
    data = _without_prolog(data, problems)
    match = _ROOT.match(data)
    root = match.group(1).decode("ascii", "replace").lower() if match else None
    return Document(data, root, tuple(problems))


def _unpack(body: bytes, max_bytes: int, problems: list[str]) -> bytes:
    for _ in range(limits.GZIP_LAYERS):
        if not body.startswith(b"\x1f\x8b"):
            break
        body = _gunzip(body, max_bytes, problems)
    if len(body) > max_bytes:
        problems.append(f"cut after {max_bytes} bytes")
        body = body[:max_bytes]
    return body


def _gunzip(body: bytes, max_bytes: int, problems: list[str]) -> bytes:
    """Every member of a gzip file up to the limit; what came before damage is kept."""
    opened = bytearray()
    while body.startswith(b"\x1f\x8b") and len(opened) <= max_bytes:
        stream = zlib.decompressobj(wbits=31)
        try:
            opened += stream.decompress(body, max_bytes + 1 - len(opened))
        except zlib.error as error:
            problems.append(f"damaged gzip: {error}")
            break
        if not stream.eof:
            if len(opened) <= max_bytes:
                problems.append("damaged gzip: it ends early")
            break
        body = stream.unused_data
    return bytes(opened)


def to_utf8(body: bytes, content_type: str | None, problems: list[str]) -> bytes:
    """The text of a body as UTF-8.

    Byte order marks go first, then UTF-8 wherever the bytes are valid in it (no other encoding is
    by chance), then the labels in the document and in the header, then a guess.
    """
    while body.startswith(codecs.BOM_UTF8):
        body = body[3:].lstrip()
    for mark, name in _BOMS:
        if body.startswith(mark):
            return _recode(body, name)
    if wide := _unmarked_utf16(body):
        return _recode(body, wide)
    labels = _labels(body, content_type)
    if "iso2022_jp" in labels and b"\x1b$" in body:
        return _recode(body, "iso2022_jp")
    return _narrow(body, labels, problems)


def _narrow(body: bytes, labels: list[str], problems: list[str]) -> bytes:
    """UTF-8 from an encoding in which ASCII stands for itself."""
    if _is_utf8(body):
        return body
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    if len(re.findall("[^\0-\x7f\ufffd]", text)) > 5 * bad:
        problems.append(f"not quite UTF-8: {bad} characters are lost")
        return text.encode()
    for name in labels:
        try:
            return body.decode(name).encode()
        except UnicodeError:
            continue
    guess = _guess(body)
    problems.append(f"the encoding is not {' or '.join(labels) or 'UTF-8'}; read as {guess}")
    return _recode(body, guess)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _recode(body: bytes, name: str) -> bytes:
    return body.decode(name, "replace").lstrip("\ufeff").encode()


def _unmarked_utf16(body: bytes) -> str | None:
    start = body[:64].lstrip(b" \t\r\n")
    if start[:1] == b"<" and start[1:2] == b"\0" and start[2:3] != b"\0":
        return "utf-16-le"
    return "utf-16-be" if body[:2] == b"\0<" else None


def _labels(body: bytes, content_type: str | None) -> list[str]:
    found = [match.group(1).decode("ascii") for match in [_IN_XML.search(body[:1_024])] if match]
    if match := _IN_META.search(body[:200_000]):
        found.append(match.group(1).decode("ascii"))
    if content_type and (said := _IN_HEADER.search(content_type[:500])):
        found.append(said.group(1))
    names = [_codec(label) for label in found]
    return [name for name in dict.fromkeys(names) if name and not name.startswith("utf-16")]


def _codec(label: str) -> str | None:
    try:
        return CODECS.get(codecs.lookup(label).name)
    except (LookupError, ValueError):
        return None


def _guess(body: bytes) -> str:
    """GB18030 where bytes beyond ASCII come in long runs that are valid in it, else windows-1252.

    In Latin scripts such bytes stand alone; Cyrillic words of odd length are not valid.
    """
    beyond = len(body) - len(body.translate(None, bytes(range(128, 256))))
    in_runs = sum(len(run) for run in _WIDE_RUNS.findall(body))
    if in_runs > 0.8 * beyond:
        try:
            body.decode("gb18030")
        except UnicodeDecodeError:
            return "cp1252"
        return "gb18030"
    return "cp1252"


def _without_prolog(data: bytes, problems: list[str]) -> bytes:
    """The data from its first element on: no declaration, DOCTYPE, instruction or comment."""
    data = data.lstrip(b" \t\r\n\0\x0b\x0c")
    if not data.startswith((b"<", b"{")):
        late = _LATE_START.search(data, 0, _LATE_START_BYTES)
        if late is None:
            return data
        problems.append("there is text before the document")
        data = data[late.start() :]
    position = 0
    for _ in range(limits.DECLARATIONS):
        while data[position : position + 1].isspace():
            position += 1
        end = _end_of_declaration(data, position, problems)
        if end is None:
            break
        position = end
    return data[position:]


def _end_of_declaration(data: bytes, start: int, problems: list[str]) -> int | None:
    """Where the declaration that begins at `start` ends; None where an element begins there."""
    for opening, closing in ((b"<?", b"?>"), (b"<!--", b"-->")):
        if data.startswith(opening, start):
            end = data.find(closing, start + len(opening))
            return len(data) if end < 0 else end + len(closing)
    if data[start : start + 9].upper() != b"<!DOCTYPE":
        return None
    end = _end_of_doctype(data, start + 9)
    if data.find(b"<!ENTITY", start, end) >= 0:
        problems.append("entity declarations were refused")
    return end


def _end_of_doctype(data: bytes, position: int) -> int:
    """Past the DOCTYPE and its internal subset; the end of the data where it isn't closed, or has
    more declarations than any honest one."""
    inside = False
    closers = {b'"': b'"', b"'": b"'", b"<!--": b"-->", b"<?": b"?>"}
    for _ in range(limits.DTD_TOKENS):
        match = _DTD_TOKEN.search(data, position)
        if match is None:
            break
        token, position = match.group(), match.end()
        if token in closers:
            end = data.find(closers[token], position)
            if end < 0:
                break
            position = end + len(closers[token])
        elif token == b">" and not inside:
            return position
        else:
            inside = (inside or token == b"[") and token != b"]"
    return len(data)
