"""Articles as feeds: Atom 1.0 (RFC 4287), RSS 2.0, JSON Feed 1.1.

Each is written entry by entry. An id is a name of the store and the article, so that it stays the
same whatever an outlet changes. Titles and texts are a stranger's: they are given as text, and
where readers take text for markup (RSS) they are escaped once more.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from typing import Any
from uuid import UUID, uuid5

from lxml import etree

from crawler import __version__
from crawler.export.quoting import is_web, writable
from pipelines.dates import iso, to_utc

ATOM = "http://www.w3.org/2005/Atom"
DUBLIN = "http://purl.org/dc/elements/1.1/"


@dataclass(frozen=True, slots=True)
class Entry:
    """An article in a feed. `text` is what may be given of it; `url` may be no web address; `told`
    is what a program may want to know beside (JSON Feed)."""

    id: str
    url: str
    title: str
    text: str
    outlet: str | None
    authors: tuple[str, ...]
    language: str | None
    labels: tuple[str, ...]
    published_at: datetime | None
    updated_at: datetime
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Channel:
    """What the feed is. Addresses are None where it lies in a file: of the list as a page, of the
    feed itself, of its next page. `is_full`: the entries hold whole texts."""

    id: str
    title: str
    page_url: str | None = None
    own_url: str | None = None
    next_url: str | None = None
    is_full: bool = False


def id_of(store: UUID, what: str) -> str:
    """The lasting name of something in a store, as a URN (RFC 9562, 5.5)."""
    return uuid5(store, what).urn


def atom(channel: Channel, entries: Iterable[Entry]) -> Iterator[bytes]:
    """An Atom feed, piece by piece; `updated` stands at its end, which the RFC allows."""
    yield b'<?xml version="1.0" encoding="utf-8"?>\n'
    yield f'<feed xmlns="{ATOM}">\n'.encode()
    head = etree.Element("head")
    _put(head, "id", channel.id)
    _put(head, "title", channel.title)
    _put(head, "generator", "Followup", version=__version__)
    _put(head, "author")[:] = [_named("name", "Followup")]
    for rel, url in _links(channel):
        _put(head, "link", rel=rel, href=url)
    yield from _children(head)
    latest = None
    for entry in entries:
        latest = max(filter(None, (latest, entry.updated_at)))
        yield _written(_atom_entry(entry, is_full=channel.is_full))
    yield f"<updated>{_atom_time(latest or _NEVER)}</updated>\n</feed>\n".encode()


def _atom_entry(entry: Entry, *, is_full: bool) -> etree._Element:
    made = etree.Element("entry")
    _put(made, "id", entry.id)
    _put(made, "title", entry.title)
    _put(made, "updated", _atom_time(entry.updated_at))
    if entry.published_at is not None:
        _put(made, "published", iso(entry.published_at) or "")
    if is_web(entry.url):
        _put(made, "link", rel="alternate", href=entry.url)
    for name in entry.authors or (entry.outlet or "unknown",):
        _put(made, "author").append(_named("name", name))
    for label in entry.labels:
        _put(made, "category", term=label)
    # RFC 4287, 4.1.2: an entry without a link needs a content.
    _put(made, "content" if is_full or not is_web(entry.url) else "summary", entry.text)
    return made


def rss(channel: Channel, entries: Iterable[Entry]) -> Iterator[bytes]:
    """An RSS 2.0 feed, piece by piece."""
    yield b'<?xml version="1.0" encoding="utf-8"?>\n'
    yield f'<rss version="2.0" xmlns:atom="{ATOM}" xmlns:dc="{DUBLIN}"><channel>\n'.encode()
    head = etree.Element("head")
    _put(head, "title", _text_for_markup(channel.title))
    _put(head, "link", channel.page_url or channel.id)
    _put(head, "description", "Articles that Followup found.")
    _put(head, "generator", f"Followup {__version__}")
    yield from _children(head)
    for rel, url in _links(channel):
        if rel != "alternate":
            yield f'<atom:link rel="{rel}" href="{escape(writable(url))}"/>\n'.encode()
    for entry in entries:
        yield _written(_rss_item(entry))
    yield b"</channel></rss>\n"


def _rss_item(entry: Entry) -> etree._Element:
    made = etree.Element("item", nsmap={"dc": DUBLIN})
    _put(made, "title", _text_for_markup(entry.title))
    _put(made, "guid", entry.id, isPermaLink="false")
    if is_web(entry.url):
        _put(made, "link", entry.url)
    if entry.published_at is not None:
        _put(made, "pubDate", format_datetime(to_utc(entry.published_at), usegmt=True))
    for name in entry.authors or filter(None, (entry.outlet,)):
        _put(made, f"{{{DUBLIN}}}creator", name)
    for label in entry.labels:
        _put(made, "category", label)
    paragraphs = (one for one in entry.text.split("\n\n") if one.strip())
    _put(made, "description", "".join(f"<p>{escape(one)}</p>" for one in paragraphs))
    return made


def _text_for_markup(text: str) -> str:
    """Readers differ in whether a title of RSS is markup; only where it matters is it escaped."""
    return escape(text, quote=False) if "<" in text or ("&" in text and ";" in text) else text


def json_feed(channel: Channel, entries: Iterable[Entry]) -> Iterator[bytes]:
    """A JSON Feed (jsonfeed.org/version/1.1), piece by piece; `_followup` is what lists tell."""
    head: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": writable(channel.title),
        "home_page_url": channel.page_url,
        "feed_url": channel.own_url,
        "next_url": channel.next_url,
    }
    told = json.dumps({name: value for name, value in head.items() if value}, ensure_ascii=False)
    yield f'{told[:-1]}, "items": ['.encode()
    for number, entry in enumerate(entries):
        item = json.dumps(_json_item(entry), ensure_ascii=False)
        yield (",\n" if number else "\n").encode() + item.encode("utf-8", "backslashreplace")
    yield b"\n]}\n"


def _json_item(entry: Entry) -> dict[str, Any]:
    item = {
        "id": entry.id,
        "url": entry.url if is_web(entry.url) else None,
        "title": writable(entry.title),
        "content_text": writable(entry.text),
        "date_published": iso(entry.published_at),
        "date_modified": iso(entry.updated_at),
        "authors": [{"name": writable(name)} for name in entry.authors],
        "tags": list(entry.labels),
        "language": entry.language,
        "_followup": dict(entry.told),
    }
    return {name: value for name, value in item.items() if value not in (None, [])}


_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def _atom_time(at: datetime) -> str:
    return iso(to_utc(at)) or ""


def _links(channel: Channel) -> Iterator[tuple[str, str]]:
    links = {"alternate": channel.page_url, "self": channel.own_url, "next": channel.next_url}
    yield from ((rel, url) for rel, url in links.items() if url)


def _put(within: etree._Element, tag: str, text: str = "", **attributes: str) -> etree._Element:
    made = _named(tag, text)
    for name, value in attributes.items():
        made.set(name, writable(value))
    within.append(made)
    return made


def _named(tag: str, text: str) -> etree._Element:
    made = etree.Element(tag)
    made.text = writable(text) or None
    return made


def _children(head: etree._Element) -> Iterator[bytes]:
    yield from (_written(child) for child in head)


def _written(element: etree._Element) -> bytes:
    return bytes(etree.tostring(element, encoding="utf-8", xml_declaration=False)) + b"\n"
