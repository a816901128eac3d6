from datetime import UTC, datetime

from lxml import etree
from samples import OPML, RSS

from crawler.discovery.opml import OpmlOutline, read_opml, write_opml
from pipelines.incident import Source, SourceKind

NOW = datetime(2014, 12, 17, 12, tzinfo=UTC)


def test_subscriptions_with_their_folders_and_categories() -> None:
    outlines, problems = read_opml(OPML.encode())
    assert outlines == (
        OpmlOutline(
            "https://harbour.example/feed.xml",
            title="Harbour & Hill",
            home_url="https://harbour.example/",
            tags=("Coast", "Ferries", "News", "Local", "boats"),
            language="en",
        ),
        OpmlOutline("https://fluss.example/atom.xml?a=1&b=2", title="Fluss"),
    )
    assert problems == ("1 subscriptions have no address that can be read",)


def test_what_is_no_opml_is_told() -> None:
    assert read_opml(RSS.encode()) == ((), ("not an OPML file",))


def test_sources_survive_being_written_and_read() -> None:
    sources = [
        Source(
            SourceKind.FEED, "https://a.example/f?x=1&y=2", 'Ä "A" & Co', "de", "AT", ("a", "b c")
        ),
        Source(SourceKind.SITEMAP, "https://b.example/news.xml"),
        Source(SourceKind.SECTION, "https://c.example/world", "C", None, "GB"),
    ]
    outlines, problems = read_opml(write_opml(sources, "My\x00 list", NOW))
    assert problems == ()
    assert [
        Source(each.kind, each.url, each.title, each.language, each.country, each.tags)
        for each in outlines
    ] == sources


def test_the_file_is_opml_2() -> None:
    feed = Source(SourceKind.FEED, "https://a.example/f")
    sitemap = Source(SourceKind.SITEMAP, "https://a.example/s.xml")
    root = etree.fromstring(write_opml([feed, sitemap], "List", NOW))
    assert root.get("version") == "2.0"
    assert root.findtext("head/title") == "List"
    assert root.findtext("head/dateCreated") == "Wed, 17 Dec 2014 12:00:00 GMT"
    written, other = root.findall("body/outline")
    assert (written.get("type"), written.get("xmlUrl")) == ("rss", "https://a.example/f")
    assert (other.get("xmlUrl"), other.get("url")) == (None, "https://a.example/s.xml")
