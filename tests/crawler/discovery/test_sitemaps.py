import gzip
from datetime import UTC, datetime

from samples import ATOM, NEWS_SITEMAP, SECTION, SITEMAP_INDEX

from crawler.discovery import limits
from crawler.discovery.sitemaps import Child, Sitemap, read_sitemap
from pipelines.items import Link

HERE = "https://harbour.example/sitemap.xml"


def read(document: str) -> Sitemap:
    return read_sitemap(document.encode(), HERE, "text/xml")


def test_a_news_sitemap_gives_headlines_newest_first() -> None:
    sitemap = read(NEWS_SITEMAP)
    assert (sitemap.kind, sitemap.is_sitemap, sitemap.problems) == ("urlset", True, ())
    assert sitemap.links == (
        Link(
            "https://harbour.example/new",
            title="New ferry",
            published_at=datetime(2014, 12, 17, 9, tzinfo=UTC),
            found_in=HERE,
        ),
        Link(
            "https://harbour.example/old",
            title="Old & grey",
            published_at=datetime(2014, 12, 15, 10, tzinfo=UTC),
            language="en",
            found_in=HERE,
        ),
    )
    assert sitemap.changed_at == (datetime(2014, 12, 18, tzinfo=UTC), None)


def test_a_last_change_orders_links_and_is_no_publication() -> None:
    sitemap = read(
        "<urlset><url><loc>/b</loc></url><url><loc>/a</loc><lastmod>2014-12-01</lastmod></url>"
        "<url><loc>/c</loc><lastmod>2014-12-02</lastmod></url></urlset>"
    )
    assert [link.url[-1] for link in sitemap.links] == ["c", "a", "b"]
    assert {link.published_at for link in sitemap.links} == {None}


def test_an_index_gives_its_children_newest_first() -> None:
    sitemap = read(SITEMAP_INDEX)
    assert (sitemap.kind, sitemap.links) == ("index", ())
    assert sitemap.children == (
        Child("https://harbour.example/sitemap-2014.xml.gz", datetime(2014, 12, 17, tzinfo=UTC)),
        Child("https://harbour.example/sitemap-2013.xml", datetime(2013, 12, 31, tzinfo=UTC)),
    )


def test_a_list_of_addresses_is_a_sitemap() -> None:
    body = gzip.compress(
        b"\xef\xbb\xbfhttps://harbour.example/a\r\n\r\nhttps://harbour.example/b\n"
    )
    sitemap = read_sitemap(body, HERE, "application/gzip")
    assert sitemap.kind == "text"
    assert [link.url for link in sitemap.links] == [
        "https://harbour.example/a",
        "https://harbour.example/b",
    ]


def test_a_feed_serves_as_sitemap() -> None:
    sitemap = read(ATOM)
    assert sitemap.kind == "feed"
    assert sitemap.links[0].title == "Brücke gesperrt"


def test_html_is_no_sitemap() -> None:
    sitemap = read(SECTION)
    assert (sitemap.is_sitemap, sitemap.problems) == (False, ("not a sitemap: an HTML page",))


def test_a_damaged_sitemap_gives_what_can_be_read() -> None:
    sitemap = read(
        "<urlset><url><loc>https://harbour.example/?a=1&b=2</loc></url><url><loc>mailto:x</l"
    )
    assert [link.url for link in sitemap.links] == ["https://harbour.example/?a=1&b=2"]


def test_of_a_large_sitemap_the_newest_are_taken() -> None:
    urls = "".join(
        f"<url><loc>/{i}</loc><lastmod>20{i % 15:02}-01-01</lastmod></url>"
        for i in range(3 * limits.SITEMAP_LINKS)
    )
    sitemap = read(f"<urlset>{urls}</urlset>")
    assert sitemap.cut
    assert len(sitemap.links) == limits.SITEMAP_LINKS
    assert min(at for at in sitemap.changed_at if at).year == 2010
