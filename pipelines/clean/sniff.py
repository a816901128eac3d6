"""Whether an answer's bytes are a page of text at all, whatever its label says.

After https://mimesniff.spec.whatwg.org/: the first bytes decide against the label; without a label,
or with one that servers give to anything, markup must be seen in the first bytes.
"""

import re

SNIFF_BYTES = 2_048
#: A larger one is not read. The largest recorded page of an article has 5.6 MB.
MAX_PAGE_BYTES = 10 * 1024 * 1024

#: First bytes of what is no text, with its name.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "PDF"),
    (b"\x89PNG\r\n", "PNG picture"),
    (b"\xff\xd8\xff", "JPEG picture"),
    (b"GIF8", "GIF picture"),
    (b"RIFF", "RIFF media file"),
    (b"PK\x03\x04", "ZIP archive"),
    (b"\x1f\x8b", "gzip archive"),
    (b"BZh", "bzip2 archive"),
    (b"7z\xbc\xaf", "7z archive"),
    (b"ID3", "MP3 audio"),
    (b"OggS", "Ogg media file"),
    (b"\x1aE\xdf\xa3", "Matroska film"),
    (b"%!PS", "PostScript"),
    (b"{\\rtf", "RTF document"),
    (b"\x7fELF", "program"),
    (b"MZ\x90", "program"),
    (b"\xd0\xcf\x11\xe0", "Office document"),
    (b"wOFF", "font"),
    (b"wOF2", "font"),
)
_MARKUP = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|title|meta|p|div|article|h[1-6]|table|br|a|main|section)\b",
    re.IGNORECASE,
)
_OTHER_MARKUP = re.compile(
    rb"^(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[^>]{0,500}-->\s*)?<(rss|feed|rdf:rdf|urlset|sitemapindex|svg)\b",
    re.IGNORECASE,
)
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
#: Labels that servers put on anything.
_VAGUE_TYPES = frozenset(
    {
        *("", "text/plain", "application/octet-stream", "application/unknown", "unknown/unknown"),
        *(
            "*/*",
            "binary/octet-stream",
            "text/xml",
            "application/xml",
            "application/force-download",
        ),
    }
)
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f\x1b")
#: Share of control bytes in a beginning that is no text; UTF-16 has NULs and is let through.
MAX_CONTROLS = 0.1


def why_not_html(body: bytes, content_type: str | None) -> str | None:
    """Why this is no page of HTML, in words; None where it is or may be one."""
    start = body[:SNIFF_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n\f")
    if found := _what_it_is(start):
        return f"the first bytes are those of a {found}"
    label = (content_type or "").partition(";")[0].strip().lower()
    if label in _HTML_TYPES:
        return None
    if label not in _VAGUE_TYPES:
        return f"the content type is {label[:60]}"
    if start and not _has_markup(start):
        return f"no markup in the first bytes, content type {label or 'missing'}"
    return None


def _what_it_is(start: bytes) -> str | None:
    for magic, name in _MAGIC:
        if start.startswith(magic):
            return name
    if start[4:8] == b"ftyp":
        return "film"
    if other := _OTHER_MARKUP.match(start):
        return f"{other.group(1).decode('ascii').lower()} document"
    controls = len(start) - len(start.translate(None, _CONTROLS))
    if controls > MAX_CONTROLS * len(start) and not _has_markup(start):
        return "binary file"
    return None


def _has_markup(start: bytes) -> bool:
    return _MARKUP.search(start.replace(b"\0", b"")) is not None
