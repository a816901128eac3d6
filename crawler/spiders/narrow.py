"""`follow` narrowed to one kind of source, for those who know Scrapy and want just that."""

from typing import ClassVar

from crawler.spiders.follow import FollowSpider
from pipelines.incident import SourceKind


class FeedsSpider(FollowSpider):
    """Feeds alone."""

    name = "feeds"
    kinds: ClassVar[frozenset[SourceKind]] = frozenset({SourceKind.FEED})


class SitemapsSpider(FollowSpider):
    """News sitemaps alone."""

    name = "sitemaps"
    kinds: ClassVar[frozenset[SourceKind]] = frozenset({SourceKind.SITEMAP})


class SectionsSpider(FollowSpider):
    """Section pages alone."""

    name = "sections"
    kinds: ClassVar[frozenset[SourceKind]] = frozenset({SourceKind.SECTION})


class PagesSpider(FollowSpider):
    """No source at all: queued links, follow-ups that are due again, and ``-a url=``."""

    name = "pages"
    kinds: ClassVar[frozenset[SourceKind]] = frozenset()
