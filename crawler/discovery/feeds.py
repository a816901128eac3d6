"""RSS, Atom and JSON feeds.

`fastfeedparser` reads what is plain, `feedparser` (80 times slower) what the first is known to
misread and what it fails on. Whom to trust for what, as measured on 509 recorded feeds:

- encodings, entities, times, limits: neither; the document is put right before (`opening`,
  `markup`, `entries`), and both are given the same.
- number of entries: whoever finds as many as the document opens.
- markup in titles, xml:base, FeedBurner's original address: feedparser.
- which link is the article's: ours, from the links that either gives; the one takes an entry's
  first link of any relation, and a guid for a link though it says that it is none.
- language and time to live: ours; the one does not read them.

Known mistake: of several authors of an RSS item only the first is told.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import fastfeedparser
import feedparser

from crawler.discovery import fields, jsonfeed, limits, markup
from crawler.discovery.entries import Parts, newest, split, too_large, with_machine_times
from crawler.discovery.feed import Entry, Feed, Kind
from crawler.discovery.opening import Document, open_document

__all__ = ["Entry", "Feed", "read_feed"]

_KINDS: dict[str, Kind] = {"rss": "rss", "feed": "atom", "rdf": "rdf"}
_OTHER = {
    "html": "an HTML page",
    "body": "an HTML page",
    "head": "an HTML page",
    "urlset": "a sitemap",
    "sitemapindex": "a sitemap index",
    "opml": "an OPML file",
}
#: What fastfeedparser is known to misread.
_MARKUP_IN_TITLE = re.compile(rb"<title(?:\s[^<>]*)?>[^<]{0,2000}<(?!/|!\[CDATA\[)", re.I)
_BASE = re.compile(rb"<(?:rss|channel|feed|entry|item|link|id|guid)\b[^<>]*\sxml:base\s*=", re.I)
_ORIGINAL = re.compile(rb"<feedburner:origLink\b", re.I)
_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'


@dataclass(frozen=True, slots=True)
class _Parsed:
    """What a library made of a document: feed, entries, and who read it."""

    feed: Mapping[str, Any]
    entries: list[Mapping[str, Any]]


def read_feed(body: bytes, url: str, content_type: str | None) -> Feed:
    """The feed in a body that `url` answered with. Never raises.

    `url` is what relative links are joined to. Anything but a feed gives `is_feed` False and says
    in `problems` what it is.
    """
    document = open_document(body, content_type)
    if document.data.startswith(b"{"):
        return jsonfeed.read(document, url)
    kind = _KINDS.get(document.root or "")
    if kind is None:
        return _no_feed(document)
    return _read_xml(document, kind, url)


def _no_feed(document: Document) -> Feed:
    what = _OTHER.get(document.root or "", "empty" if not document.data else "something else")
    return Feed(problems=(*document.problems, f"not a feed: {what}"))


def _read_xml(document: Document, kind: Kind, url: str) -> Feed:
    whole = split(document.data)
    chosen = newest(whole, limits.ENTRIES)
    problems = list(document.problems)
    if whole.ends_early:
        problems.append("the feed ends in the middle of an entry")
    ready = _ready(chosen, limits.TEXT_BYTES, problems)
    parsed = _parse(ready, problems)
    if parsed is None:
        return Feed(kind=kind, problems=tuple(problems))
    channel = fields.read_channel(parsed.feed, ready.head, url)
    matched = ready.entries if len(ready.entries) == len(parsed.entries) else None
    entries = tuple(
        fields.read_entry(raw, matched[i] if matched else b"", kind, channel)
        for i, raw in enumerate(parsed.entries[: limits.ENTRIES])
    )
    if lost := sum(entry.url is None for entry in entries):
        problems.append(f"{lost} entries name no address that can be read")
    return Feed(
        kind=kind,
        title=markup.line(parsed.feed.get("title"), limits.TITLE_CHARS),
        home_url=channel.home_url,
        language=channel.language,
        entries=entries,
        problems=tuple(problems[: limits.PROBLEMS]),
        ttl_seconds=channel.ttl_seconds,
        is_feed=True,
        cut=len(whole.entries) > len(chosen.entries),
    )


def _ready(parts: Parts, text_bytes: int, problems: list[str]) -> Parts:
    """The parts as both libraries can read them."""
    entries = [
        with_machine_times(markup.repair(markup.without_long_persons(entry), text_bytes))
        for entry in parts.entries
    ]
    kept = tuple(entry for entry in entries if not too_large(entry))
    if len(kept) < len(entries):
        problems.append(f"{len(entries) - len(kept)} entries are too large")
    head, tail = (
        markup.repair(markup.without_long_persons(part), limits.SLOW_TEXT_BYTES)
        for part in (parts.head[: limits.ENTRY_BYTES], parts.tail[: limits.ENTRY_BYTES])
    )
    return Parts(head, kept, tail)


def _parse(ready: Parts, problems: list[str]) -> _Parsed | None:
    """What the library makes of it that is to be trusted with this document; the other one's where
    it finds more."""
    readers = [_by_fastfeedparser, _by_feedparser]
    if _is_misread(ready.joined()):
        readers.reverse()
    best: _Parsed | None = None
    for read in readers:
        parsed = read(ready, problems)
        if parsed and (best is None or len(parsed.entries) > len(best.entries)):
            best = parsed
        if best and len(best.entries) >= len(ready.entries):
            return best
    if best:
        problems.append(f"{len(ready.entries) - len(best.entries)} entries cannot be read")
    return best


def _is_misread(data: bytes) -> bool:
    return any(pattern.search(data) for pattern in (_MARKUP_IN_TITLE, _BASE, _ORIGINAL))


def _by_fastfeedparser(ready: Parts, problems: list[str]) -> _Parsed | None:
    data = _DECLARATION + ready.joined()
    try:
        found = fastfeedparser.parse(data, include_media=False, include_enclosures=False)
    except Exception as error:  # noqa: BLE001  it raises whatever it stumbles on
        problems.append(_failure("fastfeedparser", error))
        return None
    return _Parsed(dict(found.get("feed", {})), [dict(entry) for entry in found["entries"]])


def _by_feedparser(ready: Parts, problems: list[str]) -> _Parsed | None:
    entries = tuple(markup.repair(entry, limits.SLOW_TEXT_BYTES) for entry in ready.entries)
    try:
        found = feedparser.parse(
            BytesIO(_DECLARATION + Parts(ready.head, entries, ready.tail).joined()),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except Exception as error:  # noqa: BLE001  it raises whatever it stumbles on
        problems.append(_failure("feedparser", error))
        return None
    # Plain dictionaries: FeedParserDict answers "updated" with what was published.
    return _Parsed(dict(found["feed"].items()), [dict(entry.items()) for entry in found["entries"]])


def _failure(library: str, error: Exception) -> str:
    return f"{library}: {type(error).__name__}: {markup.line(str(error), 100)}"
