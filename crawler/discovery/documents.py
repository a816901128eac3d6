"""One document of a source (a feed, a sitemap file, a section page) -> what it names.

A feed's address that answers a web page is a bad feed, not a section: nobody asked for its links.
"""

from dataclasses import dataclass

from crawler.discovery.feeds import Entry, read_feed
from crawler.discovery.listing import read_listing
from crawler.discovery.sitemaps import read_sitemap
from pipelines.incident import SourceKind
from pipelines.items import Link


@dataclass(frozen=True, slots=True)
class Reading:
    """What a document named.

    `children` are further documents of the same source, newest first; `cut` says that it named more
    than is taken of one document; `problem` is set where it is not what the source was added as.
    """

    links: tuple[Link, ...] = ()
    children: tuple[str, ...] = ()
    language: str | None = None
    title: str | None = None
    ttl_seconds: int | None = None
    problem: str | None = None
    cut: bool = False


def read_document(kind: SourceKind, body: bytes, url: str, content_type: str | None) -> Reading:
    """The links in a document, newest first as far as they are dated. Never raises."""
    if kind is SourceKind.FEED:
        return _feed(body, url, content_type)
    if kind is SourceKind.SITEMAP:
        return _sitemap(body, url, content_type)
    return Reading(links=_newest_first(read_listing(body, url, content_type)))


def _feed(body: bytes, url: str, content_type: str | None) -> Reading:
    feed = read_feed(body, url, content_type)
    if not feed.is_feed:
        return Reading(problem="; ".join(feed.problems) or "not a feed")
    links = tuple(link for entry in feed.entries if (link := _link(entry, feed.language, url)))
    return Reading(
        _newest_first(links), (), feed.language, feed.title, feed.ttl_seconds, cut=feed.cut
    )


def _link(entry: Entry, language: str | None, found_in: str) -> Link | None:
    if entry.url is None:
        return None
    return Link(
        url=entry.url,
        title=entry.title,
        published_at=entry.published_at,
        snippet=entry.content or entry.summary,
        language=entry.language or language,
        found_in=found_in,
    )


def _sitemap(body: bytes, url: str, content_type: str | None) -> Reading:
    sitemap = read_sitemap(body, url, content_type)
    if not sitemap.is_sitemap:
        return Reading(problem="; ".join(sitemap.problems) or "not a sitemap")
    return Reading(
        links=_newest_first(sitemap.links),
        children=tuple(child.url for child in sitemap.children),
        cut=sitemap.cut,
    )


def _newest_first(links: tuple[Link, ...]) -> tuple[Link, ...]:
    def age(link: Link) -> tuple[bool, float]:
        when = link.published_at
        return (when is None, 0.0 if when is None else -when.timestamp())

    return tuple(sorted(links, key=age))
