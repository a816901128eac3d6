"""Hostile documents: nothing raises, nothing is slow, one bad entry loses no other."""

import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import ALL, item, rss

from crawler.discovery import limits
from crawler.discovery.autodiscovery import read_homepage, sitemaps_in_robots, sniff
from crawler.discovery.feeds import read_feed
from crawler.discovery.listing import read_listing
from crawler.discovery.opening import open_document
from crawler.discovery.opml import read_opml
from crawler.discovery.sitemaps import read_sitemap

HERE = "https://t.example/"
#: The work takes a tenth of this; the machine may be busy.
SECONDS = 5.0

LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    + "]>"
)
QUADRATIC = f'<!DOCTYPE x [<!ENTITY b "{"B" * 1_000_000}">]>'
EXTERNAL = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname"><!ENTITY % p SYSTEM "x">]>'
TRICKY = "<!DOCTYPE x [ <!-- ]> ' --> <?pi ]> \"?> <!ENTITY e 'it]>'> ] >"


@pytest.mark.parametrize(
    ("doctype", "title"),
    [(LAUGHS, "&a9;"), (QUADRATIC, "&b;" * 2_000), (EXTERNAL, "&e;"), (TRICKY, "&e;")],
    ids=["laughs", "quadratic", "external", "tricky"],
)
def test_entity_declarations_are_refused_and_the_feed_is_read(doctype: str, title: str) -> None:
    started = time.perf_counter()
    feed = read_feed(rss(item(1, title), item(2, "Plain"), before=doctype), HERE, None)
    assert time.perf_counter() - started < SECONDS
    assert feed.problems == ("entity declarations were refused",)
    assert [entry.url for entry in feed.entries] == [f"{HERE}1", f"{HERE}2"]
    assert feed.entries[0].title is not None
    assert feed.entries[0].title.startswith(title[:10])
    assert feed.entries[1].title == "Plain"


def test_entities_are_refused_in_sitemaps_and_opml() -> None:
    sitemap = (
        f"{LAUGHS}<urlset><url><loc>{HERE}&a9;</loc></url><url><loc>{HERE}b</loc></url></urlset>"
    )
    assert read_sitemap(sitemap.encode(), HERE, None).links[-1].url == f"{HERE}b"
    opml = f"{LAUGHS}<opml><body><outline xmlUrl='{HERE}f' text='&a9;'/></body></opml>"
    outlines, problems = read_opml(opml.encode())
    assert [(each.url, each.title) for each in outlines] == [(f"{HERE}f", "&a9;")]
    assert problems == ("entity declarations were refused",)


@pytest.mark.parametrize(
    "bait",
    [
        "a@" + "1." * 30_000 + "!",
        "&lt;title" * 20_000,
        " " * 200_000 + "x",
        "1" * 50_000 + "-",
        "&#x41;" * 100_000,
        "&" * 300_000,
        ">" * 300_000,
        "<b>" * 50_000,
        "<x><author>" + "a@" * 3_000 + "</author></x>",
        "<p " + " ".join(f"a{i}='1'" for i in range(30_000)) + ">",
        "&lt;p " + " ".join(f"a{i}='1'" for i in range(30_000)) + "&gt;",
        "<![CDATA[" * 50_000,
        "<!--" * 100_000,
        "<item>" * 20_000,
        "<date>" * 20_000 + " " * 100_000,
    ],
    ids=range(15),
)
@pytest.mark.parametrize("tag", ["title", "author", "description", "pubDate", "guid"])
def test_bait_for_slow_patterns_costs_no_time(bait: str, tag: str) -> None:
    body = rss(item(1), f"<item><link>{HERE}2</link><{tag}>{bait}</{tag}></item>", item(3))
    started = time.perf_counter()
    feed = read_feed(body, HERE, None)
    assert time.perf_counter() - started < SECONDS
    assert feed.entries[0].url == f"{HERE}1"


def test_a_huge_field_is_cut_and_the_others_are_read() -> None:
    feed = read_feed(rss(item(1, "T" * 20_000_000), item(2)), HERE, None)
    assert [len(entry.title or "") for entry in feed.entries] == [limits.TITLE_CHARS, 7]


@pytest.mark.parametrize(
    "page",
    [
        "<p " + " ".join(f"a{i}=v" for i in range(300_000)) + "><a href=/x>x</a>",
        "".join(f"<a href=/f/{i}>{i}</a>" for i in range(300_000)),
        "<div>" * 200_000,
        "<a href='" + "a" * 3_000_000 + "'>x</a>",
        "<title" * 100_000,
        "<a href=/2014/12/17/x><h2>" * 30_000,
        "<time datetime=2014>" * 30_000,
    ],
    ids=range(7),
)
def test_hostile_pages_cost_no_time(page: str) -> None:
    body = f"<html><body>{page}</body></html>".encode()
    started = time.perf_counter()
    links = read_listing(body, HERE, "text/html")
    read_homepage(body, HERE, "text/html")
    assert time.perf_counter() - started < 2 * SECONDS
    assert len(links) <= limits.LISTING_LINKS


def test_a_bomb_is_opened_to_the_limit_only() -> None:
    import gzip

    bomb = gzip.compress(b"<rss>" + b" " * 60_000_000)
    document = open_document(bomb, None, max_bytes=1_000_000)
    assert len(document.data) <= 1_000_000
    assert document.problems == ("cut after 1000000 bytes",)


def test_folders_within_folders_without_end_are_read() -> None:
    deep = "<outline text='f'>" * 200 + f"<outline xmlUrl='{HERE}f'/>"
    outlines, _ = read_opml(f"<opml><body>{deep}</body></opml>".encode())
    assert [outline.url for outline in outlines] == [f"{HERE}f"]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """One of the sample documents, cut, doubled and sprinkled with other bytes."""
    body = bytearray(draw(st.sampled_from(ALL)).encode())
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, max(0, len(body) - 1)))
        end = min(len(body), start + draw(st.integers(0, 60)))
        piece = draw(
            st.one_of(
                st.binary(max_size=8),
                st.sampled_from(
                    [
                        b"",
                        b"<",
                        b">",
                        b"&",
                        b"\0",
                        b"\xff\xfe",
                        b"]]>",
                        b"<![CDATA[",
                        b"<!--",
                        b"&#0;",
                    ]
                ),
                st.just(bytes(body[start:end]) * 2),
            )
        )
        body[start:end] = piece
    return bytes(body)


READERS: tuple[Callable[[bytes], object], ...] = (
    lambda body: read_feed(body, HERE, "application/rss+xml; charset=utf-8"),
    lambda body: read_sitemap(body, HERE, None),
    lambda body: read_listing(body, HERE, "text/html"),
    lambda body: read_homepage(body, "not an address", None),
    lambda body: sniff(body, "text/html"),
    read_opml,
    sitemaps_in_robots,
)


@settings(max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(mutated(), st.binary(max_size=200)))
def test_no_reader_raises_and_all_text_can_be_written(body: bytes) -> None:
    for reader in READERS:
        repr(reader(body)).encode("utf-8")
    for entry in read_feed(body, HERE, None).entries:
        for text in (entry.url, entry.title, entry.id, entry.summary, entry.content):
            assert text is None or (text and text.encode("utf-8"))
