"""Who wrote it: names of persons or agencies, as printed, without "By".

Order: JSON-LD (measured: .88 of names right), meta tags, what is marked as a byline in the page,
and a line that begins with "By" near the headline. A source that names only the outlet itself is
passed over where a later one names somebody else; the outlet is the author only where nobody is.
What is a name at all, `persons` decides.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from pipelines.clean import jsonld
from pipelines.clean.document import Element
from pipelines.clean.head import Head, line_of, text_of
from pipelines.clean.names import name_of
from pipelines.clean.persons import (
    BYLINE_CHARS,
    MAX_AUTHORS,
    in_order,
    is_handle,
    is_personal,
    names,
)
from pipelines.urls import host_of

MAX_BYLINES = 40
#: Elements after the headline among which a line that begins with "By" is looked for.
NEAR_HEADLINE = 150
SIGNED_CHARS = 100
TELLING_CHARS = 600

_METAS = (
    *("author", "article:author", "dc.creator", "dcterms.creator", "byl", "parsely-author"),
    *("sailthru.author", "article:author_name", "creator", "authors", "articleauthor", "byline"),
    *("cxenseparse:author", "rbauthors", "og:article:author", "article:byline", "twitter:data1"),
)
#: Of libraries, which write the surname first.
_LIBRARY_METAS = ("citation_author", "dc.contributor")
_SIGNED = re.compile(
    r"\s*(?:(?:written|story|text|words|veröffentlicht|erstellt)\s+)?"
    r"(?:by|von|par|por|di|door|av|af|autor(?:in)?|auteur|autore|author|автор|oleh|yazar|"
    r"作者|記者|记者|بقلم|מאת)\b",
    re.IGNORECASE,
)
_MARKED = re.compile(
    r"-(?:author-?name|autor(?:en|in)?|auteur|autore|verfasser|redakteur|redacteur|forfatter|"
    r"skribent|writer|post-author|entry-author|article-author)-"
)
#: What every name of an author has in it; most elements need no closer look.
_TELLING = re.compile(r"auth|autor|auteur|by-?line|verfasser|reda[ck]|writer|forfatter|skribent")
_ELSEWHERE = re.compile(r"-(?:comments?|commentlist|reply|related|sidebar|widget)-")
_SQUASH = re.compile(r"[\W_]+")
_TOP_LEVEL = re.compile(r"\.(?:co|com|org|net)?\.?[a-z]{2,6}$")


def authors(head: Head, outlet: str | None) -> tuple[tuple[str, ...], str] | None:
    """The names and where they were read; None where the page gives none."""
    own = _own_names(head, outlet)
    nobody: tuple[tuple[str, ...], str] | None = None
    for source, found in _found(head, own):
        persons = tuple(name for name in found if _squashed(name) not in own)
        if nobody is not None and source == "visible":
            persons = tuple(name for name in persons if is_personal(name))
        if persons and not all(is_handle(name) for name in persons):
            return (found if source == "json-ld" else persons), source
        if found and nobody is None:
            nobody = found, source
    return nobody


def _found(head: Head, own: frozenset[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for field in ("author", "creator"):
        items = [_whole(raw, own) for raw in _persons(head.article.get(field), head.things)]
        yield "json-ld", names(items, declared=True)
    yield "meta", names((_whole(raw, own) for raw in head.all(*_METAS)), declared=True)
    yield "meta", names((in_order(raw) for raw in head.all(*_LIBRARY_METAS)), declared=True)
    yield "visible", names(_visible(head.root))
    signed = names(_signed(head.root))
    yield "visible", tuple(name for name in signed if is_personal(name))


def _own_names(head: Head, outlet: str | None) -> frozenset[str]:
    """The outlet's names for itself, squashed."""
    host = host_of(head.url).removeprefix("www.")
    publisher = next(_persons(head.article.get("publisher"), head.things), "")
    given = (outlet or "", publisher, host, _TOP_LEVEL.sub("", host), head.meta("og:site_name"))
    return frozenset(key for name in given if (key := _squashed(name or "")))


def _squashed(text: str) -> str:
    return _SQUASH.sub("", text.casefold())


def _whole(raw: str, own: frozenset[str]) -> str:
    """The raw byline without the outlet behind its last comma and without what stands behind the
    outlet before its first ("Paper, Town, Country"); "" where nobody is left."""
    first, comma, _ = raw[:BYLINE_CHARS].partition(",")
    if comma and _squashed(first) in own:
        return first
    before, comma, last = raw[:BYLINE_CHARS].rpartition(",")
    return before.strip() if comma and _squashed(last) in own else raw


def _persons(value: Any, things: list[jsonld.Thing]) -> Iterator[str]:
    waiting = [value]
    for _ in range(4 * MAX_AUTHORS):
        if not waiting:
            return
        item = jsonld.resolved(waiting.pop(0), things)
        if isinstance(item, list):
            waiting = [*item[:MAX_AUTHORS], *waiting]
        elif isinstance(item, dict):
            waiting.insert(0, item.get("name") or _full_name(item))
        elif text := text_of(item):
            yield text


def _full_name(person: jsonld.Thing) -> str:
    parts = (text_of(person.get(field)) for field in ("givenName", "familyName"))
    return " ".join(part for part in parts if part)


def _visible(root: Element) -> Iterator[str]:
    """The byline in the page: what rel, itemprop or a class says is the author."""
    marked: list[str] = []
    bylines: list[str] = []
    for element in root.iter("a", "span", "div", "p", "address", "li", "strong", "em", "b"):
        values = element.values()
        if not values or not _TELLING.search(" ".join(values)[:TELLING_CHARS].lower()):
            continue
        name = name_of(element.items())
        if _is_marked_author(element, name):
            marked.append(line_of(element))
        elif "-byline-" in name:
            bylines.append(line_of(element))
        if len(marked) + len(bylines) >= MAX_BYLINES:
            break
    signed = [line for line in bylines if _SIGNED.match(line)]
    for line in (*marked, *signed, *bylines):
        if len(line) < BYLINE_CHARS and names([line]):
            yield line
            return


def _is_marked_author(element: Element, name: str) -> bool:
    if not _names_author(element, name):
        return False
    around = (name_of(above.items()) for above in islice(element.iterancestors(), 3))
    return not any(_ELSEWHERE.search(other) for other in (name, *around))


def _names_author(element: Element, name: str) -> bool:
    if element.get("rel") == "author" or element.get("itemprop") == "author":
        return True
    return bool(name) and (
        _MARKED.search(name) is not None or ("-author-" in name and len(element) < 4)
    )


def _signed(root: Element) -> Iterator[str]:
    """A short line near the headline that begins with "By"."""
    for line in _lines_after(next(root.iter("h1"), None)):
        if len(line) < SIGNED_CHARS and _SIGNED.match(line):
            yield line
            return


def _lines_after(headline: Element | None) -> Iterable[str]:
    if headline is None:
        return ()
    return (line_of(element) for element in islice(_following(headline), NEAR_HEADLINE))


def _following(element: Element) -> Iterator[Element]:
    """The elements behind it in the order of the page."""
    here = element
    while here is not None:
        for sibling in here.itersiblings():
            yield from sibling.iter("p", "div", "span", "address", "h2", "h3", "h4", "h5", "h6")
        here = here.getparent()
