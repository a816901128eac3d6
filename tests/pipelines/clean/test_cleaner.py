"""What the cleaner makes of an answer that a file alone cannot show: headers, links, limits."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from pipelines.clean import clean, clean_html, cleaner
from pipelines.items import Article, Link, Page
from pipelines.outcomes import Outcome

Build = Callable[..., Page]
WALL = (
    "<title>Your privacy choices</title><h1>Your privacy choices</h1><p>We and our 412 partners "
    "store and access information on your device. Accept all to go on.</p>"
)
SNIPPET = (
    "The harbour board voted on Tuesday to close the swing bridge for eleven weeks after divers "
    "found cracks in two of its four bearings. Lorries will take the ring road, and a ferry for "
    "people on foot will run every twenty minutes from six until midnight."
)


def article_of(page: Page, now: datetime) -> Article:
    cleaned = clean(page, now=now)
    assert cleaned.article is not None, cleaned.reason
    return cleaned.article


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"%PDF-1.4\n1 0 obj", "text/html"),
        (b"\x89PNG\r\n\x1a\n....", "text/html; charset=utf-8"),
        (b"\xff\xd8\xff\xe0 jpeg", None),
        (b"<p>a page</p>", "image/png"),
        (b'{"a": 1}', "application/json"),
        (b'{"a": "<b>"}', None),
        (b"just words", "text/plain"),
        (b'<?xml version="1.0"?><rss version="2.0"></rss>', "text/html"),
        (b"<urlset></urlset>", "text/xml"),
        (bytes(range(1, 32)) * 40, "text/html"),
    ],
)
def test_what_is_no_page_is_not_html(
    page: Build, now: datetime, body: bytes, content_type: str | None
) -> None:
    cleaned = clean(page(body, content_type=content_type), now=now)
    assert cleaned.outcome is Outcome.NOT_HTML
    assert cleaned.reason


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/xhtml+xml", "text/xml"])
def test_page_without_a_useful_type_is_sniffed(
    page: Build, now: datetime, prose: str, content_type: str | None
) -> None:
    body = f"<!DOCTYPE html><html><title>x</title><body>{prose}</body></html>"
    assert "harbour board" in article_of(page(body, content_type=content_type), now).text


@pytest.mark.parametrize(
    ("header", "meta", "withheld"),
    [
        ("noarchive", "", "noarchive"),
        ("none", "", "noarchive"),
        ("noindex, NOARCHIVE", "", "noarchive"),
        ("followup: noarchive", "", "noarchive"),
        ("googlebot: noarchive", "", None),
        ("max-snippet: 20", "", None),
        ("", "<meta name=robots content='none'>", "noarchive"),
        ("", "<meta name=followup content=noarchive>", "noarchive"),
        ("", "<meta name=googlebot content=noarchive>", None),
    ],
)
def test_raw_page_is_withheld_where_the_page_asks_for_it(
    page: Build, now: datetime, prose: str, header: str, meta: str, withheld: str | None
) -> None:
    headers = (("x-robots-tag", header),) if header else ()
    cleaned = clean(page(f"<head>{meta}</head><body>{prose}", headers=headers), now=now)
    assert cleaned.withhold_raw == withheld
    assert cleaned.article is not None


def test_link_fills_only_what_the_page_lacks(page: Build, now: datetime, prose: str) -> None:
    told = datetime(2015, 3, 10, tzinfo=UTC)
    link = Link("x", title="Feed's title", published_at=told, language="en-GB")
    bare = article_of(page(f"<body>{prose}", link=link, url="https://a.example/x"), now)
    assert (bare.title, bare.published_at, bare.language) == ("Feed's title", told, "en")
    assert {bare.provenance[name] for name in ("title", "published_at", "language")} == {"link"}
    full = article_of(
        page(f"<html lang=de><h1>Its own</h1><time datetime=2015-03-09>x</time>{prose}", link=link),
        now,
    )
    assert (full.title, full.language) == ("Its own", "de")
    assert full.published_at == datetime(2015, 3, 9, tzinfo=UTC)


def test_snippet_of_forty_words_stands_in_for_a_walled_page(page: Build, now: datetime) -> None:
    link = Link("x", title="Swing bridge closes", snippet=SNIPPET)
    walled = page(
        WALL,
        link=link,
        url="https://consent.example/",
        requested_url="https://a.example/b?utm_id=1",
    )
    cleaned = clean(walled, now=now)
    assert cleaned.article is not None
    assert cleaned.article.partial
    assert cleaned.article.text == SNIPPET
    assert cleaned.article.title == "Swing bridge closes"
    assert cleaned.article.canonical_url == "https://a.example/b"
    assert cleaned.article.provenance["text"] == "link"
    assert cleaned.withhold_raw == "wall"


def test_shorter_snippet_leaves_the_wall(page: Build, now: datetime) -> None:
    cleaned = clean(page(WALL, link=Link("x", snippet="Too little to go by.")), now=now)
    assert (cleaned.outcome, cleaned.article, cleaned.withhold_raw) == (Outcome.WALL, None, "wall")


def test_redirects_of_the_same_site_are_aliases(page: Build, now: datetime, prose: str) -> None:
    article = article_of(
        page(
            prose,
            requested_url="https://sho.rt/1",
            redirects=("https://sho.rt/1", "http://courier.example/?p=12"),
        ),
        now,
    )
    assert article.aliases == ("http://courier.example/?p=12",)


def test_page_beyond_the_size_limit_is_too_large(page: Build, now: datetime) -> None:
    body = b"<p>" + b"x" * cleaner.MAX_PAGE_BYTES
    assert clean(page(body), now=now).outcome is Outcome.TOO_LARGE


def test_page_that_breaks_the_cleaner_becomes_a_parse_error(
    page: Build, now: datetime, prose: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError("no such page was foreseen")

    monkeypatch.setattr(cleaner, "find_story", break_down)
    cleaned = clean(page(prose), now=now)
    assert cleaned.outcome is Outcome.PARSE_ERROR
    assert cleaned.reason == "RuntimeError: no such page was foreseen"


@pytest.mark.parametrize("body", [b"", b"   ", b"<!-- nothing -->", b"<html></html>"])
def test_empty_page_has_no_text(page: Build, now: datetime, body: bytes) -> None:
    assert clean(page(body), now=now).outcome is Outcome.NO_TEXT


def test_file_is_cleaned_like_a_page(now: datetime, prose: str) -> None:
    cleaned = clean_html(prose.encode(), "https://a.example/x", content_type=None, now=now)
    assert cleaned.article is not None
    assert cleaned.article.canonical_url == "https://a.example/x"


def test_text_that_only_jsonld_holds_is_taken_from_it(page: Build, now: datetime) -> None:
    script = json.dumps({"@type": "NewsArticle", "headline": "Bridge", "articleBody": SNIPPET})
    body = f'<script type="application/ld+json">{script}</script><div id="app"></div>'
    assert article_of(page(body), now).text == SNIPPET
