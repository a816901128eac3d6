"""The entries of a feed, cut apart before a library reads them.

A damaged or endless feed is then a matter of single entries: the newest are chosen before anything
is parsed, an entry that isn't closed ends where the next begins, and what the libraries make of the
whole can be counted and checked against what stands in each.
"""

import heapq
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise

from crawler.discovery import limits
from pipelines.dates import parse_time, to_utc

_MARK = re.compile(
    rb"<!\[CDATA\[|<!--|<(/?)((?:[A-Za-z_][\w.-]{0,20}:)?(?:item|entry))(?=[\s/>])", re.IGNORECASE
)
_PUBLISHED = rb"pubdate|published|issued|date|created"
_UPDATED = rb"updated|modified|lastbuilddate"
_TIMES = re.compile(
    rb"(<(?:[\w-]{1,20}:)?(" + _PUBLISHED + rb"|" + _UPDATED + rb")(?:\s[^<>]{0,200})?>)"
    rb"\s{0,20}(?:<!\[CDATA\[)?([^<>\]]{0,200})(?:\]\]>)?\s{0,20}(?=</)",
    re.IGNORECASE,
)
_START = re.compile(rb"<([\w.-]{1,20}:|)([\w.-]+)[^<>]*>")
#: Stands for the time of an entry that gives none, and means None again when it comes back.
UNDATED = datetime(1, 1, 1, tzinfo=UTC)

#: Offsets of zone names that RFC 822 doesn't know, as feeds of these regions write them. CST, EST,
#: PST and their like are RFC 822's; IST and BST are India's and Britain's there.
_ZONES = {
    "UT": "+0000",
    "WET": "+0000",
    "WEST": "+0100",
    "BST": "+0100",
    "CET": "+0100",
    "MEZ": "+0100",
    "CEST": "+0200",
    "MESZ": "+0200",
    "EET": "+0200",
    "EEST": "+0300",
    "MSK": "+0300",
    "IST": "+0530",
    "SGT": "+0800",
    "HKT": "+0800",
    "JST": "+0900",
    "KST": "+0900",
    "AEST": "+1000",
    "AEDT": "+1100",
    "NZST": "+1200",
    "NZDT": "+1300",
}
_ZONE = re.compile(r"\b[A-Z]{2,4}$")
_GMT_PLUS = re.compile(r"\b(?:GMT|UTC)([+-])(\d{1,2})(?::?(\d{2}))?$", re.ASCII)
_TWELVE_HOURS = re.compile(r"\b(\d{1,2})(:\d{2}(?::\d{2})?)\s?([AP])\.?M\b\.?", re.ASCII | re.I)
#: The zero value of some programming languages; RFC 822's two-digit years would make it 2001.
_NO_YEAR = re.compile(r"(?<![+\-:.\d])000\d(?!\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Parts:
    """A feed's document: what stands before the first entry, the entries, and the rest."""

    head: bytes
    entries: tuple[bytes, ...]
    tail: bytes
    ends_early: bool = False

    def joined(self) -> bytes:
        """The document with these entries."""
        return b"".join([self.head, *self.entries, self.tail])


def split(data: bytes) -> Parts:
    """Cuts a document at its entries, of which `ENTRIES_SEEN` are looked at.

    One that is open at the end is left out: it may be cut in the middle of an address.
    """
    spans, unclosed = _spans(data)
    if not spans:
        return Parts(data if unclosed is None else data[:unclosed], (), b"", unclosed is not None)
    entries = tuple(
        data[start:end] + (b"</" + name + b">" if name else b"") for start, end, name in spans
    )
    between = b"".join(data[end:start] for (_, end, _), (start, _, _) in pairwise(spans))
    is_whole = len(spans) < limits.ENTRIES_SEEN
    tail = data[spans[-1][1] : unclosed] if is_whole else b""
    return Parts(data[: spans[0][0]], entries, between + tail, unclosed is not None)


def _spans(data: bytes) -> tuple[list[tuple[int, int, bytes | None]], int | None]:
    """Start, end and missing end tag of each entry, and where one begins that is still open."""
    spans: list[tuple[int, int, bytes | None]] = []
    start, name, position = 0, b"", 0
    while len(spans) < limits.ENTRIES_SEEN and (match := _MARK.search(data, position)):
        position = match.end()
        if (tag := match.group(2)) is None:
            closing = b"-->" if match.group() == b"<!--" else b"]]>"
            end = data.find(closing, position)
            if end < 0:
                break
            position = end + 3
        elif match.group(1):
            if tag == name:
                position = _past_tag(data, position)
                spans.append((start, position, None))
                name = b""
        elif not name or tag == name:
            if name:
                spans.append((start, match.start(), name))
            start, name, position = match.start(), tag, _past_tag(data, position)
            if data[position - 2 : position] == b"/>":
                spans.append((start, position, None))
                name = b""
    return spans, start if name else None


def _past_tag(data: bytes, position: int) -> int:
    end = data.find(b">", position)
    return len(data) if end < 0 else end + 1


def newest(parts: Parts, count: int) -> Parts:
    """The newest `count` entries, newest first; all of them, in their order, where they are fewer.

    Those without a time come last. Where times don't tell, entries from both ends of the feed are
    taken: most feeds begin with the newest, some end with it.
    """
    total = len(parts.entries)
    if total <= count:
        return parts
    known: dict[bytes, float] = {}
    ages = [_age(entry, known) for entry in parts.entries]
    chosen = heapq.nsmallest(count, range(total), key=lambda i: (ages[i], min(i, total - 1 - i)))
    return replace(parts, entries=tuple(parts.entries[i] for i in chosen))


def _age(entry: bytes, known: dict[bytes, float]) -> float:
    """Seconds since the epoch, negative; infinite where the entry has no readable time."""
    match = _TIMES.search(entry)
    if match is None:
        return float("inf")
    raw = match.group(3)
    if raw not in known:
        when = read_time(raw.decode("utf-8", "replace"))
        known[raw] = float("inf") if when is None else -when.timestamp()
    return known[raw]


def read_time(raw: object) -> datetime | None:
    """What a feed's date says, in UTC. Nothing is made up: no date, no time."""
    if not isinstance(raw, str):
        return None
    raw = raw[:100].strip()
    if _NO_YEAR.search(raw):
        return None
    if (zone := _ZONE.search(raw)) and zone.group() in _ZONES:
        raw = raw[: zone.start()] + _ZONES[zone.group()]
    raw = _TWELVE_HOURS.sub(_by_24_hours, _GMT_PLUS.sub(_as_offset, raw))
    when = parse_time(raw)
    try:
        return None if when is None else to_utc(when)
    except OverflowError:
        return None


def _as_offset(match: re.Match[str]) -> str:
    """ "GMT+9" as "+0900"; the sign is the common one, not that of POSIX."""
    sign, hours, minutes = match.groups()
    return f"{sign}{int(hours):02}{minutes or '00'}"


def _by_24_hours(match: re.Match[str]) -> str:
    hour = int(match.group(1)) % 12 + (12 if match.group(3) in "Pp" else 0)
    return f"{hour:02}{match.group(2)}"


def with_machine_times(entry: bytes) -> bytes:
    """Every time as ISO 8601 in UTC, unreadable ones emptied, `UNDATED` where none is published.

    The libraries are given nothing to guess at. fastfeedparser takes what a date leaves out from
    the day of reading ("17:45" and "yesterday" become times of today), looks for a date in the guid
    for 3 ms, and takes a change for the publication; feedparser takes 17/12 and 12/17 for either.
    """
    published = False

    def rewrite(match: re.Match[bytes]) -> bytes:
        nonlocal published
        when = read_time(match.group(3).decode("utf-8", "replace"))
        published |= when is not None and match.group(2).lower() in _PUBLISHED.split(b"|")
        return match.group(1) + (when.isoformat().encode() if when else b"")

    entry = _TIMES.sub(rewrite, entry)
    return entry if published else _marked_undated(entry)


def _marked_undated(entry: bytes) -> bytes:
    tag = _START.match(entry)
    kind = tag.group(2).lower() if tag else b""
    if tag is None or kind not in (b"item", b"entry") or tag.group().endswith(b"/>"):
        return entry
    name = tag.group(1) + (b"published" if kind == b"entry" else b"pubDate")
    mark = b"<%s>%s</%s>" % (name, UNDATED.isoformat().encode(), name)
    return entry[: tag.end()] + mark + entry[tag.end() :]


def too_large(entry: bytes) -> bool:
    """True for an entry that stays over-long though its texts were cut."""
    return len(entry) > limits.ENTRY_BYTES
