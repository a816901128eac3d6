"""An element as BeautifulSoup is the same as its markup read by BeautifulSoup."""

import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag
from lxml import etree

from pipelines.clean.document import parse
from pipelines.clean.soup import soup_of

STORIES = (
    "<article><p>One <b>two</b> three.</p><p>Four<br>five &amp; six.</p></article>",
    '<div>Before <a href="/a?b=1&amp;c=2" class="x y">a link</a> behind<ul><li>1<li>2</ul></div>',
    "<table role=none><tr><td>A<td>B<tr><td>C<td></table>",
    "<pre>  a\n\n  b  <code> c </code></pre>",
    "<p></p>",
    "<p><a href=' /größe 1\u00a0/?q=\"a%20b\"\t#/-{x} '>1</a> <a href=''>2</a></p>",
    "<p><ruby>東<rp>(</rp><rt>と<b>う</b></rt>京</ruby>の<i>話</i></p>",
)


@pytest.mark.parametrize("markup", STORIES)
def test_element_is_the_same_soup_as_its_markup(markup: str) -> None:
    root = parse(f"<html><body>{markup} and what stands behind it")
    assert root is not None
    element = root[0][0]
    parsed = BeautifulSoup(
        etree.tostring(element, encoding="unicode", method="html", with_tail=False), "lxml"
    )
    assert parsed.body is not None
    made, read = soup_of(element), parsed.body
    assert made.decode() == read.decode_contents()
    assert _told(made) == _told(read)


def _told(soup: Tag) -> list[tuple[type, str, str, str]]:
    """Of every node in document order its kind, itself, and what stands before and behind it."""
    return [
        (type(node), str(node), str(node.previous_sibling), str(node.next_sibling))
        for node in soup.descendants
    ]
