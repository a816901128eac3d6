import pytest
from samples import ATOM, JSON, NEWS_SITEMAP, OPML, RDF, RSS, SECTION, SITEMAP_INDEX

from crawler.discovery.autodiscovery import Found, read_homepage, sitemaps_in_robots, sniff
from pipelines.incident import SourceKind

HERE = "https://harbour.example/"


def test_a_homepage_names_its_feeds_and_sitemaps_before_any_guess() -> None:
    found = read_homepage(SECTION.encode(), HERE, "text/html")
    declared = [feed for feed in found.feeds if feed.declared]
    assert declared == [
        Found(f"{HERE}feed.xml", "All news"),
        Found(f"{HERE}comments/feed/", "Comments"),
        Found(f"{HERE}rss/world.xml", "RSS"),
    ]
    assert found.feeds[: len(declared)] == tuple(declared)
    assert Found(f"{HERE}feed", declared=False) in found.feeds
    assert found.sitemaps[0] == Found(f"{HERE}sitemap.xml")
    assert len({feed.url for feed in found.feeds}) == len(found.feeds)


def test_a_page_that_names_nothing_leaves_guesses_at_its_own_host() -> None:
    found = read_homepage(b"", f"{HERE}news/page.html", None)
    assert all(each.url.startswith(HERE) and not each.declared for each in found.feeds)
    assert f"{HERE}sitemap.xml" in {each.url for each in found.sitemaps}


def test_feeds_of_other_sites_are_taken_only_where_the_head_declares_them() -> None:
    html = (
        '<link rel="alternate" type="application/atom+xml" href="https://cdn.example/our.atom">'
        '<a href="https://elsewhere.example/feed">feed</a>'
        '<a href="https://feeds.feedburner.com/harbour/rss">feed</a>'
        '<a href="javascript:void(0)/feed">feed</a>'
    )
    feeds = read_homepage(html.encode(), HERE, None).feeds
    assert [feed.url for feed in feeds if feed.declared] == [
        "https://cdn.example/our.atom",
        "https://feeds.feedburner.com/harbour/rss",
    ]


def test_sitemap_lines_of_a_robots_file() -> None:
    robots = (
        b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /x\rSITEMAP:https://harbour.example/a.xml # news\n"
        b"sitemap : http://cdn.example/b.xml.gz\nSitemap: /relative.xml\nSitemap: file:///etc/passwd\n"
        b"# Sitemap: https://harbour.example/c.xml\nSitemap: https://harbour.example/a.xml\n"
    )
    assert sitemaps_in_robots(robots) == (
        "https://harbour.example/a.xml",
        "http://cdn.example/b.xml.gz",
    )


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (RSS, SourceKind.FEED),
        (ATOM, SourceKind.FEED),
        (RDF, SourceKind.FEED),
        (JSON, SourceKind.FEED),
        (NEWS_SITEMAP, SourceKind.SITEMAP),
        (SITEMAP_INDEX, SourceKind.SITEMAP),
        (SECTION, SourceKind.SECTION),
        ("<title>x</title><p>A page without html", SourceKind.SECTION),
        (OPML, None),
        ('{"a": 1}', None),
        ("%PDF-1.4 ...", None),
        ("", None),
    ],
)
def test_a_body_is_known_by_what_it_is(document: str, kind: SourceKind | None) -> None:
    assert sniff(document.encode(), "text/html") == kind
