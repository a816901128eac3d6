"""The section of an article, and whether it is free, as pages say it."""

import json

import pytest

from pipelines.clean.document import parse
from pipelines.clean.head import read_head
from pipelines.clean.standing import is_free, section

CRUMBS = {
    "@type": "BreadcrumbList",
    "itemListElement": [
        {"@type": "ListItem", "position": 1, "name": "Home"},
        {"@type": "ListItem", "position": 2, "item": {"name": "Harbour"}},
        {"@type": "ListItem", "position": 3, "name": "Bridge shut"},
    ],
}


def said(*things: object, **fields: object) -> str:
    article = {"@type": "NewsArticle", "headline": "Bridge shut", **fields}
    return f'<script type="application/ld+json">{json.dumps([article, *things])}</script><p>x</p>'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (said(articleSection="Harbour"), ("Harbour", "json-ld")),
        (said(articleSection=["Harbour", "Town"]), ("Harbour", "json-ld")),
        ('<meta property="article:section" content="Harbour">', ("Harbour", "meta")),
        (said(CRUMBS), ("Harbour", "json-ld")),
        (said(articleSection="Home"), None),
        (said(articleSection="https://courier.example/harbour"), None),
        (said(articleSection="x" * 1_000_000), None),
        (said({"@type": "BreadcrumbList", "itemListElement": 7}), None),
        ("<p>text</p>", None),
    ],
)
def test_section_is_the_page_s_own_name_for_it(body: str, expected: tuple[str, str] | None) -> None:
    assert section(read_head(parse(body), body, "https://courier.example/a")) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (said(isAccessibleForFree=True), (True, "json-ld")),
        (said(isAccessibleForFree="False"), (False, "json-ld")),
        (said(isAccessibleForFree="https://schema.org/False"), (False, "json-ld")),
        (said(hasPart={"isAccessibleForFree": "False", "cssSelector": ".p"}), (False, "json-ld")),
        (said(hasPart=[{"isAccessibleForFree": True}, 3]), None),
        ('<meta property="article:content_tier" content="locked">', (False, "meta")),
        ('<meta property="article:content_tier" content="free">', (True, "meta")),
        ('<meta property="article:content_tier" content="?">', None),
        (said(isAccessibleForFree=float("nan")), None),
    ],
)
def test_price_is_what_the_page_says(body: str, expected: tuple[bool, str] | None) -> None:
    assert is_free(read_head(parse(body), body, "https://courier.example/a")) == expected
