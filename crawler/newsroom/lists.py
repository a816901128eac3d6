"""What names links: RSS, Atom and JSON feeds, news sitemaps and their index.

`entries` says what a feed names at a time, for the writers here and for the known answer alike. A
dirty feed writes its links as bad publishing systems do: with campaign parameters, fragments,
session numbers, another scheme, capitals, twice.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from zlib import crc32

from crawler.newsroom.outlet import Feed, FeedKind, Outlet, Story
from crawler.newsroom.pages import summary_of
from pipelines.dates import to_utc

CONTENT_TYPES = {
    FeedKind.RSS: "application/rss+xml; charset=utf-8",
    FeedKind.ATOM: "application/atom+xml; charset=utf-8",
    FeedKind.JSON: "application/feed+json",
    FeedKind.NEWS_SITEMAP: "application/xml",
    FeedKind.SITEMAP_INDEX: "text/xml; charset=utf-8",
    FeedKind.SECTION: "text/html; charset=utf-8",
}
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed. `stands_for` is the address of the article that it leads to, None where
    it leads to none."""

    title: str
    link: str
    published: datetime
    modified: datetime
    summary: str | None = None
    stands_for: str | None = None
    story: Story | None = None


def entries(outlet: Outlet, feed: Feed, now: datetime) -> list[Entry]:
    """What a feed names at `now`, the newest first; faults are not looked at."""
    found = [
        entry
        for story in outlet.out(now, feed.section)
        for entry in _story_entries(outlet, feed, story, now)
    ]
    found += [
        Entry(extra.title, extra.link, extra.published, extra.published, extra.summary,
              extra.stands_for)
        for extra in feed.extras
        if extra.published <= now
    ]  # fmt: skip
    return sorted(found, key=lambda entry: entry.published, reverse=True)


def _story_entries(outlet: Outlet, feed: Feed, story: Story, now: datetime) -> list[Entry]:
    version = story.version(now)
    links = [story.url.replace(story.host, feed.link_host or story.host, 1)]
    if feed.dirty:
        links = _dirty(story.url, outlet.stories.index(story))
    summary = summary_of(story, now)
    return [
        Entry(version.title, link, story.published, version.modified, summary, story.url, story)
        for link in links
    ]


def _dirty(url: str, turn: int) -> list[str]:
    """The links under which a bad system names one address."""
    session = f"{turn * 2654435761 % 2**32:08x}"
    host, path = url.removeprefix("http://").split("/", 1)
    forms = (
        [f"{url}?utm_source=rss&utm_medium=feed&utm_campaign=latest"],
        [f"{url}#comments"],
        [f"{url}?PHPSESSID={session}{session}"],
        [url, f"https://{host}/{path}?utm_source=homepage&utm_content=top"],
        [f"HTTP://{host.upper()}/{path}#utm_source=feed"],
        [f" {url}?fbclid=IwAR{session} ", url],
    )
    return forms[turn % len(forms)]


def write(outlet: Outlet, feed: Feed, now: datetime) -> bytes:
    """The bytes of a feed or sitemap at `now`; section pages are written by `pages`."""
    named = entries(outlet, feed, now)
    if feed.kind is FeedKind.RSS:
        text = _rss(outlet, feed, named)
    elif feed.kind is FeedKind.ATOM:
        text = _atom(outlet, feed, named)
    elif feed.kind is FeedKind.JSON:
        text = _json(outlet, feed, named)
    elif feed.kind is FeedKind.SITEMAP_INDEX:
        text = _index(outlet, named)
    else:
        text = sitemap(outlet, named)
    return text.encode()


def months(named: Sequence[Entry]) -> dict[str, list[Entry]]:
    """Entries by the month ("2014-12") whose sitemap holds them."""
    parts: dict[str, list[Entry]] = {}
    for entry in named:
        parts.setdefault(f"{to_utc(entry.published):%Y-%m}", []).append(entry)
    return parts


def _rss(outlet: Outlet, feed: Feed, named: Sequence[Entry]) -> str:
    items = "".join(
        f"<item><title>{escape(e.title)}</title><link>{escape(e.link)}</link>"
        f'<guid isPermaLink="false">{outlet.host}:{crc32(e.link.encode())}</guid>'
        f"<pubDate>{format_datetime(e.published)}</pubDate>"
        + (f"<description>{escape(f'<p>{e.summary}</p>')}</description>" if e.summary else "")
        + "</item>\n"
        for e in named
    )
    return (
        f'{_XML}<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
        f"<title>{escape(feed.title)}</title><link>{outlet.address('/')}</link>"
        f"<description>{escape(outlet.tagline)}</description><language>{outlet.language}</language>"
        f'<atom:link href="{outlet.address(feed.path)}" rel="self"/>\n{items}</channel></rss>\n'
    )


def _atom(outlet: Outlet, feed: Feed, named: Sequence[Entry]) -> str:
    items = "".join(
        f"<entry><title>{escape(e.title)}</title><id>{escape(e.link)}</id>"
        f'<link rel="alternate" type="text/html" href="{escape(e.link)}"/>'
        f"<published>{e.published.isoformat()}</published>"
        f"<updated>{e.modified.isoformat()}</updated>"
        + (f'<summary type="text">{escape(e.summary)}</summary>' if e.summary else "")
        + "</entry>\n"
        for e in named
    )
    updated = max((e.modified for e in named), default=None)
    return (
        f'{_XML}<feed xmlns="http://www.w3.org/2005/Atom"><title>{escape(feed.title)}</title>'
        f"<id>{outlet.address(feed.path)}</id>"
        f'<link rel="self" href="{outlet.address(feed.path)}"/>'
        + (f"<updated>{updated.isoformat()}</updated>" if updated else "")
        + f"<author><name>{escape(outlet.name)}</name></author>\n{items}</feed>\n"
    )


def _json(outlet: Outlet, feed: Feed, named: Sequence[Entry]) -> str:
    items = [
        {"id": e.link, "url": e.link, "title": e.title, "summary": e.summary}
        | {"date_published": e.published.isoformat(), "date_modified": e.modified.isoformat()}
        for e in named
    ]
    table = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": outlet.address("/"),
        "feed_url": outlet.address(feed.path),
        "language": outlet.language,
        "items": items,
    }
    return json.dumps(table, ensure_ascii=False, indent=1)


def sitemap(outlet: Outlet, named: Sequence[Entry]) -> str:
    """A news sitemap of these entries."""
    urls = "".join(
        f"<url><loc>{escape(e.link)}</loc><lastmod>{e.modified.isoformat()}</lastmod><news:news>"
        f"<news:publication><news:name>{escape(outlet.name)}</news:name>"
        f"<news:language>{outlet.language}</news:language></news:publication>"
        f"<news:publication_date>{e.published.isoformat()}</news:publication_date>"
        f"<news:title>{escape(e.title)}</news:title></news:news></url>\n"
        for e in named
    )
    return (
        f'{_XML}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        f' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n{urls}</urlset>\n'
    )


def _index(outlet: Outlet, named: Sequence[Entry]) -> str:
    maps = "".join(
        f"<sitemap><loc>{outlet.address(month_path(month))}</loc>"
        f"<lastmod>{max(e.modified for e in part).isoformat()}</lastmod></sitemap>\n"
        for month, part in months(named).items()
    )
    return (
        f'{_XML}<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{maps}'
        "</sitemapindex>\n"
    )


def month_path(month: str) -> str:
    return f"/sitemaps/news-{month}.xml"
