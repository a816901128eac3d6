import gzip
import json
from datetime import UTC, datetime

import pytest
from samples import ATOM, JSON, RDF, RSS, item, rss

from crawler.discovery import limits
from crawler.discovery.feeds import Entry, Feed, read_feed

HERE = "https://t.example/feed.xml"


def read(document: str | bytes, url: str = HERE, content_type: str | None = None) -> Feed:
    body = document.encode() if isinstance(document, str) else document
    return read_feed(body, url, content_type)


def only(document: str | bytes, **more: str) -> Entry:
    (entry,) = read(document, **more).entries
    return entry


def test_rss_gives_its_entries() -> None:
    feed = read(RSS, "https://harbour.example/feed.xml")
    assert (feed.kind, feed.is_feed, feed.cut, feed.problems) == ("rss", True, False, ())
    assert (feed.title, feed.language, feed.ttl_seconds) == ("Harbour & Hill", "en-gb", 900)
    assert feed.home_url == "https://harbour.example/"
    first, second = feed.entries
    assert first == Entry(
        url="https://harbour.example/2014/12/17/ferry-line-halts-night-sailings",
        title="Ferry line halts night sailings",
        published_at=datetime(2014, 12, 17, 11, 30, tzinfo=UTC),
        id="hh-1",
        summary="The line stops at midnight.\n\nBuses run.",
        content="The line stops at midnight.\n\nBuses run until two, the council said, and the"
        " ferry will be back in spring.",
        authors=("Ada Quill",),
        language="en-gb",
        categories=("Transport",),
    )
    assert second.url == "https://harbour.example/2014/12/16/mill-pond-drained"
    assert second.authors == ("Bo Tern",)
    assert (second.summary, second.content) == ("Workers found a bicycle and a safe.", None)


def test_atom_takes_the_alternate_link_and_keeps_change_and_publication_apart() -> None:
    feed = read(ATOM, "https://fluss.example/atom.xml")
    first, second = feed.entries
    assert (feed.kind, feed.language, feed.home_url) == ("atom", "de", "https://fluss.example/")
    assert first.url == "https://fluss.example/bruecke"
    assert first.title == "Brücke gesperrt"
    assert first.published_at == datetime(2014, 12, 17, 8, tzinfo=UTC)
    assert first.updated_at == datetime(2014, 12, 17, 10, tzinfo=UTC)
    assert second.url == "https://fluss.example/markt-verlegt"
    assert second.published_at is None
    assert second.updated_at == datetime(2014, 12, 16, 7, tzinfo=UTC)


def test_rdf_is_dated_by_dublin_core() -> None:
    feed = read(RDF)
    assert feed.kind == "rdf"
    assert feed.entries[0].url == "https://tower.example/bell"
    assert feed.entries[0].published_at == datetime(2014, 12, 15, 9, tzinfo=UTC)


def test_json_feed_of_both_versions() -> None:
    feed = read(JSON, content_type="application/feed+json")
    first, second = feed.entries
    assert (feed.kind, feed.title, feed.is_feed) == ("json", "Lane Wire", True)
    assert first.content == "Bread is back."
    assert first.authors == ("Cy Rill", "Di Ale")
    assert second.url == "https://lane.example/fair"
    assert (second.id, second.authors) == ("2", ("Ed Oak",))
    assert second.content == "Rides for 2 < 3 coins"


def test_json_that_bends_the_format_loses_only_what_is_bent() -> None:
    said = {"items": [{"id": "1", "url": "https://t.example/1", "authors": ["Flo"], "tags": 3}, 7]}
    feed = read(json.dumps(said))
    assert [entry.authors for entry in feed.entries] == [("Flo",)]
    assert feed.problems == ("1 items are no objects",)


def test_html_is_no_feed() -> None:
    feed = read("<!DOCTYPE html>\n<html><head><title>Log in</title></head><body>x</body></html>")
    assert (feed.is_feed, feed.kind, feed.entries) == (False, None, ())
    assert feed.problems == ("not a feed: an HTML page",)


@pytest.mark.parametrize(
    ("document", "what"),
    [
        ("", "empty"),
        ("hello", "something else"),
        ("<urlset></urlset>", "a sitemap"),
        ("<opml/>", "an OPML file"),
        ("{", "damaged JSON (JSONDecodeError)"),
        ('{"a": 1}', "JSON without items"),
        ("[" * 100_000, "something else"),
        ('{"items":' + "[" * 100_000, "damaged JSON (RecursionError)"),
    ],
)
def test_what_is_no_feed_says_what_it_is(document: str, what: str) -> None:
    assert read(document).problems == (f"not a feed: {what}",)


def test_a_guid_is_the_address_only_where_it_is_a_permalink() -> None:
    permalink = only(rss("<item><title>a</title><guid>https://t.example/1</guid></item>"))
    assert permalink.url == "https://t.example/1"
    refused = rss(
        "<item><title>a</title><guid isPermaLink='false'>https://t.example/1</guid></item>"
    )
    assert only(refused).url is None
    assert read(refused).problems == ("1 entries name no address that can be read",)


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "mailto:a@t.example", "http://", "https://t.example/" + "a" * 2_000],
)
def test_an_address_that_cannot_be_asked_for_does_not_lose_the_others(link: str) -> None:
    feed = read(rss(f"<item><title>a</title><link>{link}</link></item>", item(2)))
    assert [entry.url for entry in feed.entries] == [None, "https://t.example/2"]


def test_relative_links_go_by_xml_base() -> None:
    document = (
        "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://fluss.example/a/'>"
        "<title>x</title><entry xml:base='b/'><title>y</title><link href='c.html'/></entry></feed>"
    )
    assert only(document).url == "https://fluss.example/a/b/c.html"


def test_relative_links_of_a_feed_that_others_serve_go_by_its_home() -> None:
    feed = rss("<item><title>a</title><link>/story</link></item>")
    assert only(feed, url="https://feeds.elsewhere.example/t").url == "https://t.example/story"
    assert only(feed, url=HERE).url == "https://t.example/story"


def test_feedburner_gives_the_original_address() -> None:
    original = "<feedburner:origLink>https://t.example/real</feedburner:origLink>"
    document = rss(item(1, more=original)).replace(
        b"<rss ", b"<rss xmlns:feedburner='http://rssnamespace.org/feedburner/ext/1.0' "
    )
    assert only(document).url == "https://t.example/real"


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("AT&amp;amp;T &amp;#8211; new", "AT&T – new"),
        ("<![CDATA[Caf&eacute; & <em>bar</em>]]>", "Café & bar"),
        ("Caf&eacute; closes &nbsp; early", "Café closes early"),
        ("Fish & chips &copy 2014", "Fish & chips © 2014"),
        ("1 &lt; 2", "1 < 2"),
        ("\n  Two\n  lines ", "Two lines"),
        ("Half &#xD800; a pair", "Half \ufffd a pair"),
        ("A <b>bold</b> claim", "A bold claim"),
    ],
)
def test_titles_are_one_line_of_plain_text(written: str, read_as: str) -> None:
    assert only(rss(item(1, title=written))).title == read_as


def test_ampersands_in_links_are_kept() -> None:
    document = rss("<item><title>a</title><link>https://t.example/?a=1&b=2&copy=3</link></item>")
    assert only(document).url == "https://t.example/?a=1&b=2&copy=3"


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("Wed, 17 Dec 2014 12:00:00 GMT", 12),
        ("Wed, 17 Dec 2014 12:00:00 CET", 11),
        ("Wed, 17 Dec 2014 12:00:00 JST", 3),
        ("Wed, 17 Dec 2014 12:00:00 EST", 17),
        ("Wed, 17 Dec 2014 12:00:00 +0530", 6),
        ("Wed, 17 Dec 2014 12:00:00 GMT+9", 3),
        ("17 Dec 2014 02:00 PM", 14),
        ("<![CDATA[ 2014-12-17T12:00:00+02:00 ]]>", 10),
        ("1418817600", 12),
    ],
)
def test_dates_are_read_as_feeds_write_them(written: str, hour: int) -> None:
    published = only(rss(item(1, date=written))).published_at
    assert published is not None
    assert (published.day, published.hour, published.utcoffset()) == (17, hour, UTC.utcoffset(None))


@pytest.mark.parametrize(
    "written",
    ["yesterday", "17:45", "Mon, 01 Jan 0001 00:00:00 +0000", "30 Feb 2014", "12/17/2014"],
)
def test_no_time_is_made_up(written: str) -> None:
    entry = only(rss(item(1, date=written, more="<guid isPermaLink='false'>9:15</guid>")))
    assert (entry.published_at, entry.updated_at) == (None, None)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "gb18030", "shift_jis"])
@pytest.mark.parametrize("content_type", [None, "application/rss+xml; charset=utf-8"])
def test_labels_that_lie_do_not_spoil_the_text(encoding: str, content_type: str | None) -> None:
    title = "鉄道が止まる"
    declared = encoding if encoding == "shift_jis" else "utf-8"
    document = rss(item(1, title), before=f"<?xml version='1.0' encoding='{declared}'?>\n")
    entry = only(document.decode().encode(encoding), content_type=content_type or "")
    assert entry.title == title


def test_an_encoding_that_does_not_exist_is_told() -> None:
    document = rss(item(1, "Café"), before="<?xml version='1.0' encoding='x-none'?>")
    feed = read(document.decode().encode("latin-1"), content_type="text/xml; charset=none-such")
    assert feed.entries[0].title == "Café"
    assert feed.problems == ("the encoding is not UTF-8; read as cp1252",)


def test_utf_7_is_never_honoured() -> None:
    assert not read(b'<?xml version="1.0" encoding="UTF-7"?>+ADw-rss+AD4-').is_feed


def test_a_compressed_feed_is_opened() -> None:
    assert len(read(gzip.compress(gzip.compress(RSS.encode()))).entries) == 2


def test_an_open_item_ends_where_the_next_begins() -> None:
    document = rss(item(1).replace("</item>", ""), item(2))
    assert [entry.url for entry in read(document).entries] == [
        "https://t.example/1",
        "https://t.example/2",
    ]


def test_a_feed_that_is_cut_off_gives_its_whole_entries() -> None:
    whole = rss(item(1), item(2, more="<description>long</description>"))
    feed = read(whole[: whole.index(b"long")])
    assert [entry.url for entry in feed.entries] == ["https://t.example/1"]
    assert feed.problems == ("the feed ends in the middle of an entry",)


def test_entries_within_comments_and_cdata_are_none() -> None:
    quoted = "<description><![CDATA[<item><title>no</title></item>]]></description>"
    assert len(read(rss(f"<!--{item(1)}-->", item(2, more=quoted))).entries) == 1


def test_of_a_long_feed_the_newest_entries_are_taken() -> None:
    items = [item(i, date=f"2014-{i % 12 + 1:02}-01T00:00:00Z") for i in range(3 * limits.ENTRIES)]
    feed = read(rss(*items))
    assert feed.cut
    assert len(feed.entries) == limits.ENTRIES
    assert {entry.published_at.month for entry in feed.entries if entry.published_at} == {
        9,
        10,
        11,
        12,
    }


def test_of_a_long_feed_without_dates_both_ends_are_taken() -> None:
    urls = {entry.url for entry in read(rss(*map(item, range(3 * limits.ENTRIES)))).entries}
    assert {"https://t.example/0", f"https://t.example/{3 * limits.ENTRIES - 1}"} <= urls


def test_the_period_of_the_syndication_module_is_the_time_to_live() -> None:
    head = "<sy:updatePeriod> hourly </sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>"
    document = rss(item(1), head=head).replace(b"<rss ", b"<rss xmlns:sy='http://sy.example/' ")
    assert read(document).ttl_seconds == 1_800
