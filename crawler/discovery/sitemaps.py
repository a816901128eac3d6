"""Sitemaps: news sitemaps, plain ones, indexes, lists of addresses, and feeds in their place.

Method: lxml's recovering parser over the elements `url` and `sitemap`, one after the other and each
thrown away when read; a damaged file gives what stands before the damage. Of a large file the
newest addresses are taken.

See https://www.sitemaps.org/protocol.html and
https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Literal

from lxml import etree

from crawler.discovery import limits, markup
from crawler.discovery.entries import read_time
from crawler.discovery.feeds import read_feed
from crawler.discovery.opening import Document, open_document
from pipelines.items import Link
from pipelines.urls import absolute

Kind = Literal["index", "urlset", "text", "feed"]


@dataclass(frozen=True, slots=True)
class Child:
    """A further sitemap that an index names, and when it last changed (aware UTC)."""

    url: str
    last_modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A sitemap.

    Attributes:
        kind: "feed" for an RSS, Atom or JSON feed that serves as one, None for no sitemap.
        links: newest first, by publication or else last change; those without a time come last in
            the file's order. `published_at` is only set where the file says so: a last change is
            none.
        changed_at: the last change of each link, in the same order.
        children: of an index, newest first.
        problems: what was wrong, in words.
        cut: there was more than is taken of one file.
    """

    kind: Kind | None = None
    links: tuple[Link, ...] = ()
    changed_at: tuple[datetime | None, ...] = ()
    children: tuple[Child, ...] = ()
    problems: tuple[str, ...] = ()
    is_sitemap: bool = False
    cut: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    """One `url` or `sitemap` element as it stands in the file."""

    is_child: bool
    address: str | None
    changed_at: datetime | None
    published_at: datetime | None = None
    title: str | None = None
    language: str | None = None

    @property
    def age(self) -> float:
        """Seconds before the epoch; infinite without a time."""
        when = self.published_at or self.changed_at
        return float("inf") if when is None else -when.timestamp()


def read_sitemap(body: bytes, url: str, content_type: str | None) -> Sitemap:
    """The sitemap in a body that `url` answered with. Never raises.

    `url` is what relative addresses are joined to. Anything but a sitemap gives `is_sitemap` False
    and says in `problems` what it is.
    """
    document = open_document(body, content_type)
    if document.root in ("urlset", "sitemapindex", "url", "sitemap"):
        return _from_xml(document, url)
    if document.root in ("rss", "feed", "rdf") or document.data.startswith(b"{"):
        return _from_feed(document, url)
    if document.root is None and (lines := _addresses(document.data)):
        return _sitemap("text", [_Place(False, line, None) for line in lines], document, url)
    what = "an HTML page" if document.root == "html" else "something else"
    problem = f"not a sitemap: {what if document.data else 'empty'}"
    return Sitemap(problems=(*document.problems, problem))


def _from_xml(document: Document, url: str) -> Sitemap:
    data = markup.repair(document.data, limits.SLOW_TEXT_BYTES)
    places: list[_Place] = []
    problems: tuple[str, ...] = ()
    elements = _elements(data)
    try:
        for element in elements:
            if len(places) >= limits.SITEMAP_ELEMENTS:
                problems = (f"only the first {limits.SITEMAP_ELEMENTS} addresses were looked at",)
                break
            places.append(_place(element))
    except etree.XMLSyntaxError as error:
        problems = (f"damaged XML: {str(error)[:100]}",)
    kind: Kind = "index" if document.root in ("sitemapindex", "sitemap") else "urlset"
    return _sitemap(kind, places, document, url, problems)


def _elements(data: bytes) -> Iterator[etree._Element]:
    events = etree.iterparse(
        BytesIO(data),
        events=("end",),
        tag=("{*}url", "{*}sitemap"),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        collect_ids=False,
    )
    for _, element in events:
        yield element
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]


def _place(element: etree._Element) -> _Place:
    texts = {name: text for name, text in _texts(element) if text}
    news = {
        f"news:{name}": text
        for child in element
        if isinstance(child.tag, str) and _name(child) == "news"
        for name, text in _texts(child, depth=2)
        if text
    }
    return _Place(
        is_child=_name(element) == "sitemap",
        address=texts.get("loc") or (element.text or "").strip() or None,
        changed_at=read_time(texts.get("lastmod")),
        published_at=read_time(news.get("news:publication_date")),
        title=markup.line(news.get("news:title"), limits.TITLE_CHARS),
        language=markup.line(news.get("news:language"), 35),
    )


def _texts(element: etree._Element, depth: int = 1) -> Iterator[tuple[str, str]]:
    """Local name and text of the children, with `depth` 2 of theirs too."""
    for child in element:
        if isinstance(child.tag, str):
            if depth > 1 and len(child):
                yield from _texts(child)
            yield _name(child), (child.text or "").strip()


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _sitemap(
    kind: Kind, places: list[_Place], document: Document, url: str, said: tuple[str, ...] = ()
) -> Sitemap:
    places.sort(key=lambda place: place.age)
    links = [place for place in places if not place.is_child]
    children = [place for place in places if place.is_child]
    read_links = _read(links[: limits.SITEMAP_LINKS], url)
    read_children = _read(children[: limits.SITEMAP_CHILDREN], url)
    cut = len(links) > limits.SITEMAP_LINKS or len(children) > limits.SITEMAP_CHILDREN
    looked_at = min(len(links), limits.SITEMAP_LINKS) + min(len(children), limits.SITEMAP_CHILDREN)
    problems = [*document.problems, *said]
    if lost := looked_at - len(read_links) - len(read_children):
        problems.append(f"{lost} addresses cannot be read")
    return Sitemap(
        kind=kind,
        links=tuple(_link(address, place, url) for address, place in read_links),
        changed_at=tuple(place.changed_at for _, place in read_links),
        children=tuple(Child(address, place.changed_at) for address, place in read_children),
        problems=tuple(problems[: limits.PROBLEMS]),
        is_sitemap=True,
        cut=cut or len(places) >= limits.SITEMAP_ELEMENTS,
    )


def _read(places: list[_Place], base: str) -> list[tuple[str, _Place]]:
    """The places whose address can be asked for, with it."""
    found = ((absolute(base, place.address or ""), place) for place in places if place.address)
    return [(address, place) for address, place in found if address]


def _link(address: str, place: _Place, found_in: str) -> Link:
    return Link(
        url=address,
        title=place.title,
        published_at=place.published_at,
        language=place.language,
        found_in=found_in,
    )


def _from_feed(document: Document, url: str) -> Sitemap:
    feed = read_feed(document.data, url, None)
    if not feed.is_feed:
        return Sitemap(problems=(*document.problems, "not a sitemap", *feed.problems))
    places = [
        _Place(False, entry.url, entry.updated_at, entry.published_at, entry.title, entry.language)
        for entry in feed.entries
    ]
    return _sitemap("feed", places, document, url, feed.problems)


def _addresses(data: bytes) -> list[str]:
    """The lines of a text sitemap; empty where the text is none."""
    text = data[: limits.PAGE_BYTES].decode("utf-8", "replace")
    lines = [line.strip() for line in text.split("\n", limits.SITEMAP_ELEMENTS)]
    lines = [line for line in lines if line and not line.startswith("#")]
    if not all(line.lower().startswith(("http://", "https://")) for line in lines[:20]):
        return []
    return lines[: limits.SITEMAP_ELEMENTS]
