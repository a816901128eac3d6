"""What is taken for the headline, on pages whose titles disagree as real ones do."""

import json

import pytest

from pipelines.clean.document import parse
from pipelines.clean.head import read_head
from pipelines.clean.titles import headline

URL = "https://www.courier.example/town/bridge"


def title_of(
    body: str, *, url: str = URL, outlet: str = "The Courier", host: str = "www.courier.example"
) -> tuple[str, str] | None:
    return headline(read_head(parse(body), body, url), outlet, host)


def said(**fields: object) -> str:
    thing = {"@type": "NewsArticle", **fields}
    return f'<script type="application/ld+json">{json.dumps(thing)}</script>'


def og(title: str) -> str:
    return f'<meta property="og:title" content="{title}">'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            said(headline="Velmouth: Bridge shut for weeks")
            + og("Velmouth: Bridge shut for weeks")
            + "<h1>Bridge shut for weeks</h1>",
            ("Velmouth: Bridge shut for weeks", "og"),
        ),
        (
            og("Opinion: Bridge shut for weeks") + "<h1>Bridge shut for weeks</h1>",
            ("Bridge shut for weeks", "visible"),
        ),
        (
            said(headline="Bridge shut", alternativeHeadline="Bridge shut")
            + "<title>Velmouth bridge shut: detours, costs, ferry</title>"
            + "<h1>Velmouth bridge shut: detours, costs, ferry</h1>",
            ("Bridge shut", "json-ld"),
        ),
        (
            og("Ferry runs at night")
            + '<h1><span class="head__overline">Harbour board</span> Ferry runs at night</h1>',
            ("Ferry runs at night", "visible"),
        ),
        (
            og("Harbour board: Ferry runs at night")
            + '<h1><span class="kicker">Harbour board</span>: Ferry runs at night</h1>',
            ("Harbour board: Ferry runs at night", "visible"),
        ),
        (
            said(headline="Ferry runs at night")
            + og("Harbour board: Ferry runs at night")
            + "<h1>Harbour board: Ferry runs at night</h1>",
            ("Harbour board: Ferry runs at night", "visible"),
        ),
        (
            og("Ten things to know now") + "<h1>Divers find cracks in two bearings</h1>",
            ("Divers find cracks in two bearings", "visible"),
        ),
        (
            og("Ten things to know now") + '<h1><a href="/">The town and its daily paper</a></h1>',
            ("Ten things to know now", "og"),
        ),
        (
            og("Ten things to know now") + "<h1>A word from the editor:</h1>",
            ("Ten things to know now", "og"),
        ),
        (
            og("Bridge shut for weeks") + "<title>News</title><h1>News</h1>"
            "<h1>Bridge shut for weeks</h1>",
            ("Bridge shut for weeks", "visible"),
        ),
        (said(headline="Town &amp;#8217;s ferry"), ("Town &#8217;s ferry", "json-ld")),
        (said(headline="Bread &#038; Fish"), ("Bread & Fish", "json-ld")),
        (
            og("橋が閉鎖される") + "<h1>橋<ruby>が<rt>が</rt></ruby>閉鎖<rp>(</rp>される</h1>",
            ("橋が閉鎖される", "visible"),
        ),
        ("<title>大桥关闭十一周-地方-港口新闻网</title>", ("大桥关闭十一周", "meta")),
        ("<title>Bridge shut for weeks | The Courier</title>", ("Bridge shut for weeks", "meta")),
        ("", None),
    ],
)
def test_headline_is_the_one_that_readers_see(body: str, expected: tuple[str, str] | None) -> None:
    assert title_of(f"<html><body>{body}</body></html>") == expected


def test_page_is_described_by_the_object_that_names_it() -> None:
    def thing(headline: str, url: str) -> dict[str, str]:
        return {"@type": "NewsArticle", "headline": headline, "url": url}

    others = [thing(f"Other {i}", f"https://www.courier.example/{i}") for i in range(3)]
    listed = json.dumps([*others, thing("Bridge shut", f"{URL}?utm_source=x")])
    body = f'<script type="application/ld+json">{listed}</script><p>text</p>'
    assert title_of(body) == ("Bridge shut", "json-ld")


def test_page_is_described_by_the_object_with_its_headline() -> None:
    listed = json.dumps(
        [{"@type": "NewsArticle", "headline": name} for name in ("Ferry late", "Bridge shut")]
    )
    body = f'<script type="application/ld+json">{listed}</script><h1>Bridge shut</h1>'
    head = read_head(parse(body), body, URL)
    assert head.article["headline"] == "Bridge shut"
