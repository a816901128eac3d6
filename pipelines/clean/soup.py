"""An element of lxml as BeautifulSoup, made of it tag by tag: to write it as markup and parse that
again takes three times as long.
"""

from string import punctuation
from urllib.parse import quote

from bs4 import BeautifulSoup
from bs4.builder import HTMLTreeBuilder
from bs4.element import NavigableString, PageElement, Tag
from lxml import etree

from pipelines.clean.document import Element

#: What stays as it is in an address that lxml writes; the rest is written as %20 and the like.
_IN_ADDRESSES = punctuation + "\r"


class _Elements(HTMLTreeBuilder):
    """Reads an element in place of markup."""

    def feed(self, markup: Element) -> None:
        soup = self.soup
        assert soup is not None
        above: Tag = soup
        last: PageElement = soup
        kinds: list[type[NavigableString]] = [NavigableString]  # readings of ruby have their own
        for event, element in etree.iterwalk(markup, events=("start", "end")):
            if event == "start":
                name, attributes = element.tag, dict(element.items())
                if href := attributes.get("href"):
                    attributes["href"] = quote(href.lstrip(" \t\n"), safe=_IN_ADDRESSES)
                tag = Tag(soup, self, name, attrs=attributes, parent=above, previous=last)
                above.contents.append(tag)
                above = last = tag
                kinds.append(self.string_containers.get(name, kinds[-1]))
                text = element.text
            else:
                above = above.parent or soup
                kinds.pop()
                text = None if element is markup else element.tail
            if text:
                string = kinds[-1](text)
                string.setup(above, last)
                above.contents.append(string)
                last = string


def soup_of(element: Element) -> BeautifulSoup:
    """The element with all that it holds, without its tail."""
    return BeautifulSoup(element, builder=_Elements)
