"""What a feed library found, made into an Entry; and what the head of a feed says of the whole."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crawler.discovery import limits, markup
from crawler.discovery.entries import UNDATED, read_time
from crawler.discovery.feed import Entry, Kind
from pipelines.urls import absolute, same_site

_HEAD_BYTES = 50_000
_LANGUAGE = re.compile(
    rb"<(?:dc:)?language(?:\s[^<>]*)?>\s{0,50}(?:<!\[CDATA\[)?\s{0,50}([A-Za-z][\w-]{1,34})"
)
_XML_LANG = re.compile(rb"<[^<>]*\sxml:lang\s{0,9}=\s{0,9}[\"']([A-Za-z][\w-]{1,34})[\"']")
_TTL = re.compile(rb"<ttl>\s{0,50}(\d{1,6})\s{0,50}</ttl>")
_PERIOD = re.compile(rb"<sy:updatePeriod>\s{0,50}([a-z]{4,10})\s{0,50}<", re.IGNORECASE)
_FREQUENCY = re.compile(rb"<sy:updateFrequency>\s{0,50}(\d{1,4})\s{0,50}<", re.IGNORECASE)
#: Seconds of the periods of the RSS syndication module
#: (https://web.resource.org/rss/1.0/modules/syndication/).
_PERIODS = {
    b"hourly": 3_600,
    b"daily": 86_400,
    b"weekly": 604_800,
    b"monthly": 2_592_000,
    b"yearly": 31_536_000,
}
_SELF = re.compile(rb"<(?:\w{1,10}:)?link\s([^<>]*\srel\s?=\s?[\"']self[\"'][^<>]*)>", re.I)
_SELF_FIRST = re.compile(rb"<(?:\w{1,10}:)?link\s(rel\s?=\s?[\"']self[\"'][^<>]*)>", re.I)
_HREF = re.compile(rb"(?:\A|\s)href\s?=\s?[\"']([^\"'<>]+)")
_NO_PERMALINK = re.compile(rb"\sispermalink\s?=\s?[\"']false", re.IGNORECASE)
_HAS_LINK = re.compile(rb"<(?:\w{1,10}:)?link[\s>]", re.IGNORECASE)
#: "editor@example.org (Ada Quill)", as RSS 2.0 writes an author.
_MAIL_AND_NAME = re.compile(r"[^\s@()]{1,100}@[^\s@()]{1,200}\s*\(([^()]{1,200})\)")
_MAIL = re.compile(r"[\s<(]*[^\s@()<>]{1,100}@[^\s@()<>]{1,200}[\s>)]*")


@dataclass(frozen=True, slots=True)
class Channel:
    """What a feed says of all its entries. `base` is what their relative links are joined to."""

    base: str
    home_url: str | None
    language: str | None
    ttl_seconds: int | None


def read_channel(feed: Mapping[str, Any], head: bytes, url: str) -> Channel:
    """The feed's own fields; `head` is the document before its first entry."""
    head = head[:_HEAD_BYTES]
    own = url if absolute(url, url) else _self_link(head) or url
    link = feed.get("link")
    home = absolute(own, link) if isinstance(link, str) and link.strip() else None
    # A feed that another host serves (FeedBurner and its like) means its home by a relative link.
    elsewhere = home is not None and not same_site(own, home)
    return Channel(home if elsewhere and home else own, home, _language(head), _ttl(head))


def _self_link(head: bytes) -> str | None:
    tag = _SELF.search(head) or _SELF_FIRST.search(head)
    href = _HREF.search(tag.group(1)) if tag else None
    written = markup.line(href.group(1).decode("utf-8", "replace"), 2_100) if href else None
    return absolute(written, written) if written else None


def _language(head: bytes) -> str | None:
    match = _LANGUAGE.search(head) or _XML_LANG.match(head)
    return match.group(1).decode("ascii", "replace") if match else None


def _ttl(head: bytes) -> int | None:
    """From the minutes of RSS's ttl or the syndication module's period."""
    if match := _TTL.search(head):
        return 60 * int(match.group(1)) or None
    period = _PERIOD.search(head)
    seconds = _PERIODS.get(period.group(1).lower()) if period else None
    if seconds is None:
        return None
    times = _FREQUENCY.search(head)
    return seconds // max(1, int(times.group(1)) if times else 1)


def read_entry(raw: Mapping[str, Any], entry: bytes, kind: Kind, channel: Channel) -> Entry:
    """An entry from a library's reading of it and, where both are known to match, its own bytes."""
    summary, content = _texts(raw)
    return Entry(
        url=_url(raw, entry, kind, channel.base),
        title=markup.line(raw.get("title"), limits.TITLE_CHARS),
        published_at=_time(raw.get("published")),
        updated_at=_time(raw.get("updated")),
        id=markup.line(raw.get("id"), 2_000),
        summary=summary,
        content=content,
        authors=_authors(raw),
        language=_entry_language(raw) or channel.language,
        categories=_names(tag.get("term") for tag in _mappings(raw.get("tags"))),
    )


def _url(raw: Mapping[str, Any], entry: bytes, kind: Kind, base: str) -> str | None:
    """The first of the entry's addresses that can be asked for."""
    for address in _addresses(raw, entry, kind):
        if isinstance(address, str) and address.strip() and (url := absolute(base, address)):
            return url
    return None


def _addresses(raw: Mapping[str, Any], entry: bytes, kind: Kind) -> Iterator[object]:
    yield raw.get("feedburner_origlink")
    guid = raw.get("id")
    is_address = isinstance(guid, str) and guid[:8].lower().startswith(("http://", "https://"))
    is_permalink = is_address and not _NO_PERMALINK.search(entry)
    if kind == "atom":
        links = [link for link in _mappings(raw.get("links")) if _is_alternate(link)]
        links.sort(key=lambda link: link.get("type") not in (None, "text/html"))
        yield from (link.get("href") for link in links)
    elif raw.get("link") != guid or is_permalink or _HAS_LINK.search(entry):
        yield raw.get("link")
    if is_permalink:
        yield guid


def _is_alternate(link: Mapping[str, Any]) -> bool:
    return link.get("rel") in (None, "alternate")


def _time(raw: object) -> datetime | None:
    when = read_time(raw)
    return None if when == UNDATED else when


def _texts(raw: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Summary and content as plain text.

    Each library fills the one from the other where it is missing: a summary that only begins the
    content says nothing, and an RSS description that was given as both is the summary.
    """
    summary = markup.plain_text(raw.get("summary") or raw.get("description"))
    values = [part.get("value") for part in _mappings(raw.get("content"))]
    texts = [text for text in map(markup.plain_text, values) if text]
    content = max(texts, key=len) if texts else None
    if summary and content:
        if _bare(content) == _bare(summary):
            return summary, None
        if _bare(content).startswith(_bare(summary)):
            return None, content
    return summary, content


def _bare(text: str) -> str:
    return "".join(text.split())


def _authors(raw: Mapping[str, Any]) -> tuple[str, ...]:
    people = [person.get("name") for person in _mappings(raw.get("authors"))]
    return _names(_person(name) for name in ([*filter(None, people)] or [raw.get("author")]))


def _person(written: object) -> str | None:
    """A name without the mail address around or beside it."""
    name = markup.line(written, limits.NAME_CHARS)
    if name and (match := _MAIL_AND_NAME.fullmatch(name)):
        return match.group(1).strip() or None
    return _MAIL.sub("", name).strip() or None if name else None


def _names(written: Iterable[object]) -> tuple[str, ...]:
    lines = (markup.line(name, limits.NAME_CHARS) for name in written)
    return tuple(dict.fromkeys(name for name in lines if name))[: limits.NAMES]


def _entry_language(raw: Mapping[str, Any]) -> str | None:
    for part in _mappings(raw.get("content")):
        if language := markup.line(part.get("language"), 35):
            return language
    detail = raw.get("title_detail")
    said = raw.get("language") or (detail.get("language") if isinstance(detail, Mapping) else None)
    return markup.line(said, 35)


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
