"""Bytes -> text: which charset a page is really in, whatever it or its server claims.

Method: a byte order mark decides; bytes that are valid UTF-8 beyond ASCII are UTF-8 (text in
another charset is so by accident about never); then the claims of the header and of a meta tag are
tried strictly, in this order; then UTF-8 with a few broken bytes; then a guess by which characters
come out. Labels are read as browsers read them (https://encoding.spec.whatwg.org/#names-and-labels:
latin-1 means windows-1252, GB2312 means GB18030); unknown ones and UTF-7 are ignored.

Known mistakes: text in a single-byte charset other than windows-1251, -1252 and KOI8-R that claims
nothing is read as windows-1252; text that was encoded twice stays so. Way out: the raw page
is kept, and `decode` can be asked again with a content type given by hand.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

#: A charset in the first 4 KiB is the rule (the standard asks for 1,024 bytes); templates with long
#: scripts or comments first put it later.
META_BYTES = 4 * 1024
LATE_META_BYTES = 256 * 1024
#: UTF-8 with broken bytes (a cut-off character, a stray latin-1 quote) is still UTF-8 while at
#: least this share of what is not ASCII can be read.
BROKEN_UTF8_READABLE = 0.6
GUESS_BYTES = 64 * 1024
#: Claims that say little: UTF-8 was tried, UTF-16 is seen by its NULs, and latin-1 is what servers
#: claim by default and what reads any bytes.
_TOO_WEAK = frozenset({"utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252"})

_META = re.compile(rb"""<meta[^>]{1,200}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]{2,40})""", re.I)
_XML = re.compile(rb"""<\?xml[^>]{1,100}?encoding\s{0,9}=\s{0,9}["']([\w.:-]{2,40})""", re.I)
_HEADER = re.compile(r"""charset\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]{2,40})""", re.I)

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_PLAIN = (
    *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "big5hkscs", "euc_jp"),
    *("iso2022_jp", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic"),
)

#: Python's name of a charset -> the codec that reads what the web means by it. What is not here is
#: not honoured: UTF-7 and the escape codecs turn plain ASCII into markup.
CODECS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    **{f"iso8859-{part}": f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"cp{page}": f"cp{page}" for page in (866, 874, 932, 949, *range(1250, 1259))},
    **{name: name for name in _PLAIN},
}


@dataclass(frozen=True, slots=True)
class _Script:
    """A charset that can be told from its bytes: of the units that `unit` finds among the bytes
    beyond ASCII, at least `share` begin with one of `typical`."""

    codec: str
    unit: re.Pattern[bytes]
    typical: frozenset[int]
    share: float


def _span(*ranges: tuple[int, int]) -> frozenset[int]:
    return frozenset(byte for first, last in ranges for byte in range(first, last + 1))


_PAIR = re.compile(rb"[\x81-\xfe][\x40-\xfe]")
_HIGH_PAIR = re.compile(rb"[\xa1-\xfe][\xa1-\xfe]|[\x80-\xff]")
#: Letters of an alphabet stand together; the accented letters of western languages stand alone.
_HIGH_RUN = re.compile(rb"[\x80-\xff]{3,100}|[\x80-\xff]")

#: Most telling first: kana, then Hangul (whose first bytes all stand in a half of the Chinese
#: range), then the frequent ideographs, then Cyrillic by which half holds the small letters.
_SCRIPTS = (
    _Script("cp932", _PAIR, _span((0x82, 0x83)), 0.35),
    _Script("euc_jp", _HIGH_PAIR, _span((0xA4, 0xA5)), 0.35),
    _Script("cp949", _HIGH_PAIR, _span((0xA1, 0xA3), (0xB0, 0xC8)), 0.97),
    _Script("gb18030", _HIGH_PAIR, _span((0xA1, 0xA3), (0xB0, 0xD7)), 0.85),
    _Script("big5hkscs", _PAIR, _span((0xA1, 0xC6)), 0.9),
)
_CYRILLIC_SHARE = 0.8


def decode(body: bytes, content_type: str | None = None) -> str:
    """The text of a page, feed or sitemap; what cannot be read is U+FFFD. Never raises.

    `content_type` is the header as sent. Byte order marks and NULs are gone.
    """
    return text_and_utf8(body, content_type)[0]


def text_and_utf8(body: bytes, content_type: str | None) -> tuple[str, bytes]:
    """The same with its UTF-8, which mostly is the body as it came."""
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return _tidy(_read(body[len(mark) :], codec))
    claims = list(_claims(body, content_type))
    if told := _told_by_marks(body, claims):
        return _tidy(_read(body, told))
    try:
        text = body.decode("utf-8")
        return _tidy(text) if b"\0" in body else (text, body)
    except UnicodeDecodeError:
        return _tidy(_read(body, _other_than_utf8(body, claims)))


def charset_of(body: bytes, content_type: str | None) -> str:
    """The codec that reads a body without byte order mark."""
    claims = list(_claims(body, content_type))
    if codec := _told_by_marks(body, claims):
        return codec
    return "utf-8" if _reads(body, "utf-8") else _other_than_utf8(body, claims)


def _told_by_marks(body: bytes, claims: list[str]) -> str | None:
    """A codec of which ASCII alone tells: UTF-16 by its NULs, ISO-2022-JP by its escapes."""
    if codec := _utf16(body):
        return codec
    return "iso2022_jp" if "iso2022_jp" in claims and b"\x1b" in body else None


def _other_than_utf8(body: bytes, claims: list[str]) -> str:
    """The codec of a body that is not UTF-8 throughout."""
    for codec in claims:
        if codec not in _TOO_WEAK and _reads(body, codec):
            return codec
    readable = _readable_as_utf8(body)
    if readable >= BROKEN_UTF8_READABLE:
        return "utf-8"
    if found := _guess(body):
        return found
    if "utf-8" in claims and readable:
        return "utf-8"
    return next((claim for claim in claims if claim not in _TOO_WEAK), "cp1252")


def _claims(body: bytes, content_type: str | None) -> Iterator[str]:
    found = _HEADER.search((content_type or "")[:500])
    if found and (codec := codec_named(found.group(1))):
        yield codec
    for size in (META_BYTES, LATE_META_BYTES):
        start = body[:size]
        match = _XML.match(start) or _META.search(start)
        if match:
            if codec := codec_named(match.group(1).decode("ascii", "ignore")):
                yield codec
            return


def codec_named(label: str) -> str | None:
    """The codec for a charset label as browsers understand it; None where it is not honoured."""
    try:
        name = codecs.lookup(label.lower().removeprefix("x-")).name
    except (LookupError, ValueError):
        return None
    return CODECS.get(name)


def _utf16(body: bytes) -> str | None:
    """UTF-16 without a mark, where every other byte of the beginning is NUL."""
    start = body[:200]
    for first, codec in ((0, "utf-16-be"), (1, "utf-16-le")):
        if len(start) >= 20 and start[first::2].count(0) > 0.6 * (len(start) // 2):
            return codec
    return None


def _reads(body: bytes, codec: str) -> bool:
    try:
        body.decode(codec)
    except (UnicodeDecodeError, ValueError):
        return False
    return True


def _readable_as_utf8(body: bytes) -> float:
    text = body.decode("utf-8", "replace")
    strange = len(text) - len(text.encode("ascii", "ignore"))
    return 1 - text.count("\ufffd") / strange if strange else 1.0


def _guess(body: bytes) -> str | None:
    sample = body[:GUESS_BYTES]
    for script in _SCRIPTS:
        units = script.unit.findall(sample)
        strange = [unit for unit in units if unit[0] >= 0x80]
        typical = sum(1 for unit in strange if unit[0] in script.typical)
        if strange and typical >= script.share * len(strange):
            return script.codec
    return _cyrillic(sample)


def _cyrillic(sample: bytes) -> str | None:
    runs = _HIGH_RUN.findall(sample)
    letters = b"".join(run for run in runs if len(run) > 1)
    if not letters or len(letters) < _CYRILLIC_SHARE * sum(map(len, runs)):
        return None
    upper_half = sum(1 for byte in letters if byte >= 0xE0)
    lower_half = sum(1 for byte in letters if 0xC0 <= byte < 0xE0)
    if upper_half + lower_half < _CYRILLIC_SHARE * len(letters):
        return None
    return "cp1251" if upper_half >= lower_half else "koi8-r"


def _read(body: bytes, codec: str) -> str:
    return body.decode(codec, "replace")


def _tidy(text: str) -> tuple[str, bytes]:
    text = text.lstrip("\ufeff").replace("\0", "")
    return text, text.encode("utf-8", "replace")
