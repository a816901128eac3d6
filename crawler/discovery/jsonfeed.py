"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/).

Read here and not by fastfeedparser, which raises on the first item that bends the format.
"""

import heapq
import json
from collections.abc import Iterable, Mapping
from typing import Any

from crawler.discovery import limits, markup
from crawler.discovery.entries import read_time
from crawler.discovery.feed import Entry, Feed
from crawler.discovery.opening import Document
from pipelines.text import paragraphs
from pipelines.urls import absolute


def read(document: Document, url: str) -> Feed:
    """The JSON feed in a document that begins with a brace. Never raises."""
    if len(document.data) > limits.JSON_BYTES:
        return _no_feed(document, f"JSON of more than {limits.JSON_BYTES} bytes")
    try:
        said = json.loads(document.data)
    except (ValueError, RecursionError) as error:
        return _no_feed(document, f"damaged JSON ({type(error).__name__})")
    if not isinstance(said, dict) or not isinstance(said.get("items"), list):
        return _no_feed(document, "JSON without items")
    version = said.get("version")
    items = [item for item in said["items"] if isinstance(item, Mapping)]
    if not (isinstance(version, str) and "jsonfeed.org" in version) and not _looks_like_one(items):
        return _no_feed(document, "JSON of another kind")
    return _feed(said, items, document, url)


def _no_feed(document: Document, what: str) -> Feed:
    return Feed(problems=(*document.problems, f"not a feed: {what}"))


def _looks_like_one(items: list[Mapping[str, Any]]) -> bool:
    """Some feeds leave their version out."""
    return any("url" in item and ("title" in item or "id" in item) for item in items[:5])


def _feed(
    said: Mapping[str, Any], items: list[Mapping[str, Any]], document: Document, url: str
) -> Feed:
    own = url if absolute(url, url) else _address(said.get("feed_url"), "") or url
    language = markup.line(said.get("language"), 35)
    chosen = _newest(items)
    entries = tuple(_entry(item, own, language) for item in chosen)
    problems = list(document.problems)
    if odd := len(said["items"]) - len(items):
        problems.append(f"{odd} items are no objects")
    if lost := sum(entry.url is None for entry in entries):
        problems.append(f"{lost} entries name no address that can be read")
    return Feed(
        kind="json",
        title=markup.line(said.get("title"), limits.TITLE_CHARS),
        home_url=_address(said.get("home_page_url"), own),
        language=language,
        entries=entries,
        problems=tuple(problems),
        is_feed=True,
        cut=len(items) > len(chosen),
    )


def _newest(items: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    def age(place: int) -> float:
        when = read_time(items[place].get("date_published"))
        return float("inf") if when is None else -when.timestamp()

    if len(items) <= limits.ENTRIES:
        return items
    return [items[i] for i in heapq.nsmallest(limits.ENTRIES, range(len(items)), key=age)]


def _entry(item: Mapping[str, Any], base: str, language: str | None) -> Entry:
    guid = item.get("id")
    return Entry(
        url=_address(item.get("url"), base)
        or _address(item.get("external_url"), base)
        or _permalink(guid),
        title=markup.line(item.get("title"), limits.TITLE_CHARS),
        published_at=read_time(item.get("date_published")),
        updated_at=read_time(item.get("date_modified")),
        id=markup.line(str(guid)[:2_000], 2_000) if isinstance(guid, str | int) else None,
        summary=_plain(item.get("summary")),
        content=markup.plain_text(item.get("content_html")) or _plain(item.get("content_text")),
        authors=_authors(item),
        language=markup.line(item.get("language"), 35) or language,
        categories=_lines(item.get("tags")),
    )


def _authors(item: Mapping[str, Any]) -> tuple[str, ...]:
    """Version 1.1 has a list of authors, 1.0 has one."""
    people = item.get("authors")
    people = people if isinstance(people, list) else [item.get("author")]
    return _lines(
        [person.get("name") if isinstance(person, Mapping) else person for person in people]
    )


def _lines(values: object) -> tuple[str, ...]:
    given: Iterable[object] = values if isinstance(values, list) else ()
    found = (markup.line(value, limits.NAME_CHARS) for value in given)
    return tuple(dict.fromkeys(line for line in found if line))[: limits.NAMES]


def _plain(value: object) -> str | None:
    """Text that the format says is not HTML: a "<" in it is a "<"."""
    if not isinstance(value, str):
        return None
    return paragraphs(markup.sound(value[: limits.TEXT_CHARS])) or None


def _address(value: object, base: str) -> str | None:
    return absolute(base, value) if isinstance(value, str) and value.strip() else None


def _permalink(guid: object) -> str | None:
    return _address(guid, "") if isinstance(guid, str) and guid.startswith("http") else None
