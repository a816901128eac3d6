"""Subscription lists: OPML 1.0 and 2.0 (http://opml.org/spec2.opml), read and written.

What OPML has no word for goes into attributes of its own: `type` holds the kind of a source that is
no feed, and its address then stands in `url`, so that a feed reader passes over it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from io import BytesIO

from lxml import etree

from crawler.discovery import limits, markup
from crawler.discovery.opening import open_document
from pipelines.dates import to_utc
from pipelines.incident import Source, SourceKind
from pipelines.urls import absolute, origin_of


@dataclass(frozen=True, slots=True)
class OpmlOutline:
    """One subscription.

    `tags` are its categories and the folders it lies in; `kind` is FEED unless the file says
    otherwise; `country` only where this program wrote the file.
    """

    url: str
    title: str | None = None
    home_url: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    country: str | None = None
    kind: SourceKind = SourceKind.FEED


def read_opml(body: bytes) -> tuple[tuple[OpmlOutline, ...], tuple[str, ...]]:
    """The subscriptions in the file's order, and what was wrong in words. Never raises."""
    document = open_document(body, max_bytes=limits.PAGE_BYTES)
    if document.root != "opml":
        return (), (*document.problems, "not an OPML file")
    found: dict[str, OpmlOutline] = {}
    problems = list(document.problems)
    lost = 0
    try:
        for outline in _outlines(markup.repair(document.data, limits.SLOW_TEXT_BYTES)):
            if outline is None:
                lost += 1
            elif len(found) < limits.OUTLINES:
                found.setdefault(outline.url, outline)
            else:
                problems.append(f"only the first {limits.OUTLINES} subscriptions are read")
                break
    except etree.XMLSyntaxError as error:
        problems.append(f"damaged XML: {str(error)[:100]}")
    if lost:
        problems.append(f"{lost} subscriptions have no address that can be read")
    return tuple(found.values()), tuple(problems)


def _outlines(data: bytes) -> Iterator[OpmlOutline | None]:
    """Every outline that names an address, None for an address that is none."""
    folders: list[str | None] = []
    events = etree.iterparse(
        BytesIO(data),
        events=("start", "end"),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    for event, element in events:
        if not isinstance(element.tag, str) or element.tag.lower() != "outline":
            continue
        if event == "end":
            folders.pop()
            element.clear()
            continue
        said = {name.lower(): value for name, value in element.attrib.items()}
        address = (said.get("xmlurl") or said.get("url") or "").strip()
        folders.append(None if address else _name(said))
        if address:
            yield _outline(said, address, [*filter(None, folders[: limits.OUTLINE_DEPTH])])


def _outline(said: dict[str, str], address: str, folders: list[str]) -> OpmlOutline | None:
    url = absolute("", address)
    kind = _kind(said.get("type"))
    if url is None or (kind is None and "xmlurl" not in said):
        return None
    written = said.get("category", "").replace("/", ",").split(",")
    categories = [markup.line(category, limits.NAME_CHARS) for category in written]
    tags = dict.fromkeys(tag for tag in [*folders, *categories] if tag)
    home = said.get("htmlurl")
    name = _name(said)
    return OpmlOutline(
        url=url,
        title=name if name != address else None,
        home_url=absolute("", home) if home else None,
        tags=tuple(tags)[: limits.NAMES],
        language=markup.line(said.get("language"), 35),
        country=markup.line(said.get("country"), 2),
        kind=kind or SourceKind.FEED,
    )


def _name(said: dict[str, str]) -> str | None:
    return markup.line(said.get("title") or said.get("text"), limits.NAME_CHARS)


def _kind(written: str | None) -> SourceKind | None:
    try:
        return SourceKind((written or "").strip().lower())
    except ValueError:
        return None


def write_opml(sources: Iterable[Source], title: str, now: datetime) -> bytes:
    """An OPML 2.0 file of the sources, in their order; `read_opml` gives their fields back."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = _writable(title)
    etree.SubElement(head, "dateCreated").text = format_datetime(to_utc(now), usegmt=True)
    body = etree.SubElement(root, "body")
    for source in sources:
        etree.SubElement(body, "outline", _attributes(source))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))


def _attributes(source: Source) -> dict[str, str]:
    is_feed = source.kind is SourceKind.FEED
    name = source.outlet or source.url
    said = {
        "type": "rss" if is_feed else source.kind.value,
        "text": name,
        "title": source.outlet,
        "xmlUrl" if is_feed else "url": source.url,
        "htmlUrl": origin_of(source.url) or None,
        "category": ",".join(tag.replace(",", " ") for tag in source.tags),
        "language": source.language,
        "country": source.country,
    }
    return {key: _writable(value) for key, value in said.items() if value}


def _writable(text: str) -> str:
    """Without what XML cannot hold."""
    kept = (char for char in markup.sound(text) if char >= " " and char not in "\ufffe\uffff")
    return "".join(kept)
