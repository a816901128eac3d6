"""Where a site keeps its feeds and sitemaps, and what a body is.

A page declares feeds by link elements (https://www.rssboard.org/rss-autodiscovery), links to them,
or neither: then well-known paths are worth a try. What is found is an address, not yet a feed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from urllib.parse import urlsplit

from lxml import etree

from crawler.discovery import limits, markup
from crawler.discovery.listing import base_of, parse_page
from crawler.discovery.opening import open_document
from pipelines.incident import SourceKind
from pipelines.urls import absolute, canonical_key, origin_of, same_site

_FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/x.atom+xml",
        "text/rss+xml",
        "text/xml",
        "application/xml",
        "text/rss",
    }
)
#: Hosts that serve the feeds of others.
_FEED_HOSTS = ("feedburner.com", "feedproxy.google.com", "rss.app", "feedblitz.com", "feedpress.me")
_FEED_PATH = re.compile(
    r"(?:^|[/._-])(?:rss\d{0,2}|feeds?|atom|rdf|outboundfeeds)(?:$|[/._?-])"
    r"|\.(?:rss|atom|rdf)$",
    re.IGNORECASE,
)
_NO_FEED = re.compile(
    r"comments?(?:/|$|-)|/oembed|/wp-json|/xmlrpc|feedback|\.(?:png|jpe?g|gif|svg|css|js|html?)$",
    re.I,
)
_SITEMAP_PATH = re.compile(r"sitemap[^/]*\.(?:xml|txt)(?:\.gz)?$|sitemap_index|news-?sitemap", re.I)

#: What a page without an html element begins with.
_PAGE_ROOTS = re.compile(
    r"html|head|body|title|meta|link|script|style|base|div|p|a|center|table|header|main|section"
    r"|article|h[12]|ul|nav"
)

#: Tried where a page declares nothing, the most common first.
_FEED_PATHS = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json")
_SITEMAP_PATHS = (
    "/news-sitemap.xml",
    "/sitemap-news.xml",
    "/sitemap_news.xml",
    "/sitemap.xml",
    "/sitemap_index.xml",
)
_IN_ROBOTS = re.compile(rb"^[ \t]*sitemap[ \t]*:[ \t]*([^\s#][^\r\n]{0,2100})", re.I | re.M)


@dataclass(frozen=True, slots=True)
class Found:
    """An address that may be a feed or sitemap.

    `declared` is False for a well-known path that no page named. `title` is what the page calls it.
    """

    url: str
    title: str | None = None
    declared: bool = True


@dataclass(frozen=True, slots=True)
class Discovered:
    """Feeds and sitemaps of a site, the most promising first."""

    feeds: tuple[Found, ...] = ()
    sitemaps: tuple[Found, ...] = ()


def read_homepage(body: bytes, url: str, content_type: str | None) -> Discovered:
    """What a page names, then what a site of its kind mostly has. Never raises."""
    root = parse_page(body, content_type)
    feeds: list[Found] = []
    sitemaps: list[Found] = []
    if root is not None:
        base = base_of(root, url)
        feeds = [*_declared(root, base), *_linked(root, base, url)]
        sitemaps = list(_linked_sitemaps(root, base, url))
    return Discovered(
        _once([*feeds, *_guesses(url, _FEED_PATHS)]),
        _once([*sitemaps, *_guesses(url, _SITEMAP_PATHS)]),
    )


def _declared(root: etree._Element, base: str) -> Iterator[Found]:
    """From the link elements; feeds of comments come last."""
    found = []
    for link in islice(root.iter("link"), 1_000):
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        href = (link.get("href") or "").strip()
        if "alternate" not in (link.get("rel") or "").lower().split() or not href:
            continue
        is_feed = kind in _FEED_TYPES or (kind == "application/json" and _FEED_PATH.search(href))
        if is_feed and (url := absolute(base, href)):
            found.append(Found(url, markup.line(link.get("title"), limits.NAME_CHARS)))
    yield from sorted(found, key=lambda each: _NO_FEED.search(urlsplit(each.url).path) is not None)


def _linked(root: etree._Element, base: str, url: str) -> Iterator[Found]:
    """From anchors to the same site, or to a host that serves feeds, that look like a feed's."""
    for anchor in islice(root.iter("a"), limits.LISTING_ANCHORS):
        href = (anchor.get("href") or "").strip()
        path = href.partition("#")[0].partition("?")[0]
        if not _FEED_PATH.search(path) or _NO_FEED.search(path):
            continue
        address = absolute(base, href)
        if address and (same_site(address, url) or _is_feed_host(address)):
            text = "".join(islice(anchor.itertext(with_tail=False), 50))
            yield Found(address, markup.line(text, limits.NAME_CHARS))


def _is_feed_host(url: str) -> bool:
    return any(same_site(url, f"https://{host}/") for host in _FEED_HOSTS)


def _linked_sitemaps(root: etree._Element, base: str, url: str) -> Iterator[Found]:
    for element in islice(root.iter("a", "link"), limits.LISTING_ANCHORS):
        href = (element.get("href") or "").strip()
        is_named = (element.get("rel") or "").strip().lower() == "sitemap"
        if is_named or _SITEMAP_PATH.search(href.partition("?")[0]):
            address = absolute(base, href)
            if address and same_site(address, url):
                yield Found(address)


def _guesses(url: str, paths: tuple[str, ...]) -> Iterator[Found]:
    if origin := origin_of(url):
        yield from (Found(origin + path, declared=False) for path in paths)


def _once(found: list[Found]) -> tuple[Found, ...]:
    """Each address once, with the first title that any of its mentions has."""
    kept: dict[str, Found] = {}
    for each in found:
        key = canonical_key(each.url)
        known = kept.setdefault(key, each)
        if known.title is None and each.title is not None:
            kept[key] = replace(known, title=each.title)
    return tuple(islice(kept.values(), limits.FOUND))


def sitemaps_in_robots(body: bytes) -> tuple[str, ...]:
    """The absolute http(s) addresses of a robots.txt's Sitemap lines, in its order."""
    text = body[: limits.ROBOTS_BYTES].replace(b"\r", b"\n").replace(b"\0", b"")
    lines = (match.group(1).decode("utf-8", "replace") for match in _IN_ROBOTS.finditer(text))
    found = (absolute("", line.partition(" #")[0]) for line in lines)
    return tuple(islice(dict.fromkeys(url for url in found if url), limits.FOUND))


def sniff(body: bytes, content_type: str | None) -> SourceKind | None:
    """The kind of source that a body is; None for what is none. The header is not believed."""
    document = open_document(body[: limits.PAGE_BYTES], content_type)
    if document.root in ("rss", "feed", "rdf"):
        return SourceKind.FEED
    if document.root in ("urlset", "sitemapindex"):
        return SourceKind.SITEMAP
    if document.data.startswith(b"{"):
        return SourceKind.FEED if b"jsonfeed.org" in document.data[:2_000] else None
    if document.root is None:
        return SourceKind.SECTION if _says_html(document.data) else None
    return SourceKind.SECTION if _PAGE_ROOTS.fullmatch(document.root) else None


def _says_html(data: bytes) -> bool:
    return re.search(rb"<(?:html|head|body|title)\b", data[:5_000], re.IGNORECASE) is not None
