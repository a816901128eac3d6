"""Pages made to break or to stall a parser: each ends soon, in an outcome or with its text."""

import json
import time
from collections.abc import Callable
from datetime import datetime

import pytest

from pipelines.clean import clean
from pipelines.items import Page
from pipelines.outcomes import Outcome

SECONDS = 5.0
DEEP = 100_000

LIKE_TAGS = " ".join(f'a{i}="<b"' for i in range(90_000))
UNCLOSED = " ".join(f'a{i}="' for i in range(50_000))

TRAPS: dict[str, str] = {
    "one tag with 300,000 attributes": f"<p {' '.join(f'a{i}=v' for i in range(300_000))}>x</p>",
    "attributes whose values look like tags": f"<p {LIKE_TAGS}>",
    "unclosed quotes": f"<p {UNCLOSED}>",
    "nested divisions": "<div>" * 60_000,
    "nested inline tags": "<b>" * DEEP + "text",
    "nested tables": "<table><tr><td>" * 20_000,
    "unclosed <font> in every paragraph": "<p><font>a " * 20_000,
    "a million entities": f"<article>{'&amp;' * 1_000_000}</article>",
    "unclosed titles": "<title" * 50_000,
    "unclosed scripts": "<script>" * 60_000,
    "unclosed comments": "<!--" * 60_000,
    "blanks": "<p>" + " " * 500_000 + "x",
    "line breaks": "<br>" * 100_000,
    "links": "".join(f'<a href="/{i}">{i}</a>' for i in range(70_000)),
    "names": "".join(f'<i class="comment c{i} related-{i}">x</i>' for i in range(20_000)),
    "bylines": f'<div class="byline">By {"a@" + "1." * 30_000}</div>' * 50,
    "dates": "".join(f'<span class="date">foo {i} bar 2014</span>' for i in range(5_000)),
    "times": "".join(f"<time>foo {i} bar 2014</time>" for i in range(5_000)),
    "digits": f"<p>{'1' * 200_000}</p><time datetime='{'1' * 50_000}-'>x</time>",
    "meta tags": "".join(f'<meta name="date" content="foo {i}">' for i in range(20_000)),
    "title of parts": f"<title>{' - '.join(['abc'] * 20_000)}</title>",
    "nested JSON-LD": f'<script type="application/ld+json">{"[" * DEEP}{"]" * DEEP}</script>',
    "JSON-LD with quotes": f'<script type="application/ld+json">{chr(34) * 100_001}</script>',
    "JSON-LD without numbers": '<script type="application/ld+json">{"@type":"NewsArticle",'
    f'"headline":{"9" * 10_000},"datePublished":NaN,"author":[[["x"]]]}}</script>',
    "canonical": f'<link rel="canonical" href="http://{"a." * 30_000}">',
}


@pytest.mark.parametrize("name", sorted(TRAPS))
def test_trap_ends_soon(page: Callable[..., Page], now: datetime, prose: str, name: str) -> None:
    body = f"<html><body><h1>Swing bridge closes</h1>{TRAPS[name]}{prose}</body></html>"
    started = time.process_time()
    cleaned = clean(page(body), now=now)
    assert time.process_time() - started < SECONDS
    assert (cleaned.article is None) != (cleaned.outcome is None)
    assert cleaned.outcome is not Outcome.PARSE_ERROR, cleaned.reason


@pytest.mark.parametrize(
    "name",
    [
        *("one tag with 300,000 attributes", "unclosed <font> in every paragraph"),
        *("nested JSON-LD", "JSON-LD without numbers", "canonical", "times", "title of parts"),
    ],
)
def test_story_beside_a_trap_is_read(
    page: Callable[..., Page], now: datetime, prose: str, name: str
) -> None:
    cleaned = clean(page(f"<h1>Swing bridge closes</h1>{TRAPS[name]}{prose}"), now=now)
    assert cleaned.article is not None, cleaned.reason
    assert "The harbour board voted" in cleaned.article.text


def test_text_after_nul_is_kept(page: Callable[..., Page], now: datetime, prose: str) -> None:
    body = (
        b"<title>N\x00UL</title><p>before\x00after \x1a\x0c \xf4\x90\x80\x80</p>" + prose.encode()
    )
    article = clean(page(body), now=now).article
    assert article is not None
    assert article.title == "NUL"
    assert "beforeafter" in article.text
    assert not set(article.text) & set(map(chr, range(32))) - {"\n"}


def test_markup_in_a_title_is_text_and_no_author(
    page: Callable[..., Page], now: datetime, prose: str
) -> None:
    evil = "<img src=x onerror=alert(1)>"
    said = json.dumps({"@type": "NewsArticle", "headline": evil, "author": {"name": evil}})
    article = clean(
        page(f'<script type="application/ld+json">{said}</script><body>{prose}'), now=now
    ).article
    assert article is not None
    assert article.title == evil
    assert article.authors == ()


def test_names_and_addresses_that_cannot_be_written_do_not_end_a_page(
    page: Callable[..., Page], now: datetime, prose: str
) -> None:
    odd = '<o:p>and</o:p> <a href="/x&#1;&#8;y">more</a> <x1-y>of</x1-y> it'
    cleaned = clean(
        page(f"<h1>Swing bridge closes</h1>{prose * 3}<p>{odd}, they said.</p>"), now=now
    )
    assert cleaned.article is not None, cleaned.reason
