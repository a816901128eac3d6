"""Who is taken for the author: persons and agencies, however they are written."""

import json

import pytest

from pipelines.clean.bylines import authors
from pipelines.clean.document import parse
from pipelines.clean.head import read_head
from pipelines.clean.persons import in_order, names

URL = "https://www.courier.example/town/bridge"


def authors_of(body: str, outlet: str | None = "The Courier") -> tuple[str, ...]:
    found = authors(read_head(parse(body), body, URL), outlet)
    return found[0] if found else ()


def said(author: object, **fields: object) -> str:
    thing = {"@type": "NewsArticle", "headline": "Bridge shut", "author": author, **fields}
    return f'<script type="application/ld+json">{json.dumps(thing)}</script><p>text</p>'


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("Ida Brandt and Jon Field", ("Ida Brandt", "Jon Field")),
        ("Ida Brandt und Jon Field, dpa", ("Ida Brandt", "Jon Field", "dpa")),
        ({"name": "det/dpa"}, ("det", "dpa")),
        ([{"name": "dpa"}], ("dpa",)),
        ({"givenName": "Ida", "familyName": "Brandt"}, ("Ida Brandt",)),
        ([{"name": "Ida Brandt"}, [{"name": "HARBOUR DESK"}]], ("Ida Brandt", "HARBOUR DESK")),
        (["Ida Brandt", "Jon Field"], ("Ida Brandt", "Jon Field")),
        ({"name": ["Ida Brandt", "Jon Field"]}, ("Ida Brandt", "Jon Field")),
        ("Ida Brandt, Senior Reporter", ("Ida Brandt",)),
        ("Ida Brandt | Harbour Radio", ("Ida Brandt",)),
        ("Ida Brandt MS, RDN, LD", ("Ida Brandt",)),
        ("By IDA BRANDT", ("IDA BRANDT",)),
        ("Ida Brandt in Velmouth", ("Ida Brandt",)),
        ("Ida Brandt, The Courier", ("Ida Brandt",)),
        (", The Courier", ()),
        ("Ida O&#39;Hara", ("Ida O'Hara",)),
        ("J. R. de la Cruz", ("J. R. de la Cruz",)),
        ("신현주 기자", ("신현주",)),
        ("记者：李四、王五", ("李四", "王五")),
        ("बिहारी लाल", ("बिहारी लाल",)),
        ("بقلم سارة يوسف", ("سارة يوسف",)),
        ("https://www.facebook.com/courier", ()),
        ("ida.brandt@courier.example", ()),
        ("Facebook", ()),
        ("The board voted on Tuesday to close the bridge for weeks.", ()),
        ("\u202eIda\u202c Brandt\u2066", ("Ida Brandt",)),
        (float("nan"), ()),
        ([[[["x"]]]], ()),
        (None, ()),
        (12, ()),
    ],
)
def test_authors_are_names_as_they_are_declared(author: object, expected: tuple[str, ...]) -> None:
    assert authors_of(said(author)) == expected


def test_author_of_ten_megabytes_is_none() -> None:
    assert len(names(["Ann Field, " * 1_000_000])) <= 12
    assert names(["A" * 10_000_000], declared=True) == ()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            said({"@type": "Organization", "name": "The Courier"})
            + '<meta name="articleauthor" content="Ida Brandt">',
            ("Ida Brandt",),
        ),
        (said({"name": "The Courier"}, creator=["Ida Brandt"]), ("Ida Brandt",)),
        (
            said({"name": "The Courier"}) + '<p class="byline">Themen bearbeiten</p>',
            ("The Courier",),
        ),
        (said({"name": "courier.example"}), ("courier.example",)),
        (said({"name": "Redaktion Courier"}), ("Redaktion Courier",)),
        ('<meta name="author" content="The Courier, Velmouth, Harbour">', ("The Courier",)),
        ('<meta name="citation_author" content="Brandt, Ida">', ("Ida Brandt",)),
        ('<meta name="author" content="ibrandt"><p class="author">Ida Brandt</p>', ("Ida Brandt",)),
        ('<meta name="author" content="ibrandt"><p>text</p>', ("ibrandt",)),
        ('<p class="autor">Von Ida Brandt</p>', ("Ida Brandt",)),
        ('<p class="byline">ByIda Brandt</p>', ("Ida Brandt",)),
        ("<h1>Bridge shut</h1><p>By Ida Brandt</p><p>By the bridge</p>", ("Ida Brandt",)),
        ("<h1>Bridge shut</h1><p>By the bridge they stood</p>", ()),
        ('<div class="comment-author"><a rel="author">Troll One</a></div>', ()),
        ('<a rel="author">Veröffentlicht am 3. Mai</a>', ()),
    ],
)
def test_outlet_is_the_author_only_where_nobody_is(body: str, expected: tuple[str, ...]) -> None:
    assert authors_of(f"<html><body>{body}</body></html>") == expected


def test_author_that_is_only_referred_to_is_looked_up() -> None:
    graph = {
        "@graph": [
            {"@type": "NewsArticle", "headline": "x", "author": {"@id": "#ida"}},
            {"@type": "Person", "@id": "#ida", "name": "Ida Brandt"},
        ]
    }
    body = f'<script type="application/ld+json">{json.dumps(graph)}</script><p>text</p>'
    assert authors_of(body) == ("Ida Brandt",)


def test_only_two_single_parts_change_their_order() -> None:
    assert in_order("Brandt, Ida") == "Ida Brandt"
    assert in_order("Ida Brandt, Jon Field") == "Ida Brandt, Jon Field"
    assert in_order("Ida Brandt") == "Ida Brandt"
