"""When it was published and changed, with the page's own offset.

All times that the page gives for itself are kept, in order of trust: JSON-LD, meta tags, <time>,
the address, and what stands in sight beside the headline (measured: JSON-LD .97 right on
publishers' pages). The rules by which one is chosen:

1. Published is the first that can be: not before the web, not more than a day ahead of now.
2. What stands in sight is looked for only where none above it gives a time, and not where the page
   itself names an impossible one.
3. Modified is the first that can be and is not before publication: an outlet that dates a story
   anew leaves its old change behind. Where only the day of publication is known, days count.
4. What cannot be stays in `dates` with the reason; where no time came of any, its raw text is the
   article's raw time, and the time is null.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from itertools import islice

from pipelines.clean.datelines import dateline
from pipelines.clean.document import Element
from pipelines.clean.head import Head, line_of, text_of
from pipelines.clean.written import first_date
from pipelines.dates import EARLIEST, parse_time, plausible
from pipelines.items import Dated

RAW_CHARS = 100
MAX_TIMES = 60
#: Raw texts that are read for each role before a page's own words are given up.
MAX_RAWS = 25

_PUBLISHED = (
    *("article:published_time", "og:published_time", "og:article:published_time"),
    *("datepublished", "parsely-pub-date", "sailthru.date", "pubdate", "publishdate"),
    *("publish-date", "publish_date", "published_time", "article.published", "dc.date.issued"),
    *("dcterms.issued", "dcterms.created", "dc.date.created", "dc.date", "dcterms.date", "date"),
    *("cxenseparse:recs:publishtime", "citation_publication_date", "article:published", "created"),
    *("originalpublicationdate", "rnews:datepublished", "published-date", "citation_date"),
    *("datecreated", "article_date_original", "last-published"),
)
_MODIFIED = (
    *("article:modified_time", "og:modified_time", "og:updated_time", "datemodified"),
    *("dcterms.modified", "dc.date.modified", "lastmod", "last-modified", "article:modified"),
    *("parsely-modified-date", "revised", "modified", "article:updated_time"),
)
#: What other names of meta tags say of publication, and values that are a date and nothing else.
_DATE_META = re.compile(
    r"^(?!.*(?:modif|updat|expir|event|start|end|revis|valid|until|build|birth|review|crawl))"
    r".*(?:publi(?:sh|cation)|date|posted|issued)"
)
_BARE_DATE = re.compile(r"^\W{0,3}\w{1,12}[\s./-].{0,6}\d")
_PATH_DAY = re.compile(
    r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2]|[a-z]{3,9}(?=[/-]))[/-]?(0[1-9]|[12]\d|3[01])(?!\d)",
    re.IGNORECASE,
)
_BESIDE = frozenset({"aside", "nav", "footer", "li"})


@dataclass(frozen=True, slots=True)
class Times:
    """The chosen times, None where the page says nothing of them (`at` is None where what it says
    is none), and all that it gives, those of publication first."""

    published: Dated | None
    modified: Dated | None
    dates: tuple[Dated, ...]


def read_times(head: Head, language: str | None, now: datetime) -> Times:
    """What the page says of its publication and its change, by the rules above."""
    reader = _Reader(head, language, now)
    published = reader.all_of("published", _published_raws(head))
    if not any(_is_time(found) or found.why_not in _IMPOSSIBLE for found in published):
        published += reader.in_sight()
    modified = reader.all_of("modified", _modified_raws(head))
    first = next(filter(_is_time, published), None)
    modified = [_after(found, first) for found in modified]
    chosen = [_chosen(published), _chosen(modified)]
    dates = tuple(
        replace(found, chosen=True) if any(found is one and one.at for one in chosen) else found
        for found in (*published, *modified)
    )
    return Times(chosen[0], chosen[1], dates)


_IMPOSSIBLE = frozenset({"in the future", "before the web"})


def _is_time(found: Dated) -> bool:
    return found.at is not None and found.why_not is None


def _chosen(found: list[Dated]) -> Dated | None:
    """The first that can be, else the first at all, without a time."""
    for one in found:
        if _is_time(one):
            return one
    return replace(found[0], at=None) if found else None


def _after(modified: Dated, published: Dated | None) -> Dated:
    if modified.at is None or modified.why_not or published is None or published.at is None:
        return modified
    by_day = published.at.timetz() == time(tzinfo=UTC) or modified.at.timetz() == time(tzinfo=UTC)
    before = modified.at.date() < published.at.date() if by_day else modified.at < published.at
    return replace(modified, why_not="before publication") if before else modified


class _Reader:
    """Reads raw texts as times, in the language of one page."""

    def __init__(self, head: Head, language: str | None, now: datetime) -> None:
        self._head, self._now = head, now
        self._tag = head.root.get("lang") or language

    def all_of(self, role: str, raws: Iterable[tuple[str, str]]) -> list[Dated]:
        found: dict[tuple[str, str], Dated] = {}
        for source, raw in islice(raws, MAX_RAWS):
            raw = raw[:RAW_CHARS].strip()
            if raw and (source, raw) not in found:
                found[source, raw] = self._dated(role, raw, source, self._read(raw))
        return list(found.values())

    def in_sight(self) -> list[Dated]:
        """The date that stands beside the headline."""
        line = dateline(self._head.root, self._tag)
        if line is None:
            return []
        return [self._dated("published", line.raw[:RAW_CHARS], "visible", line.written.at)]

    def _dated(self, role: str, raw: str, source: str, at: datetime | None) -> Dated:
        why_not = None
        if at is None:
            why_not = "no time"
        elif not plausible(at, self._now):
            why_not = "before the web" if at < EARLIEST else "in the future"
        return Dated(role, raw, source, at, why_not=why_not)

    def _read(self, raw: str) -> datetime | None:
        """The time in a raw text, as machines or people of the page's language write it; a day
        alone is midnight UTC. Relative times ("two hours ago") give None."""
        when = parse_time(raw)
        if when is not None or sum(character.isdigit() for character in raw) < 4:
            return when
        written = first_date(raw, self._tag)
        return written.at if written else None


def _published_raws(head: Head) -> Iterator[tuple[str, str]]:
    for field in ("datePublished", "dateCreated", "uploadDate"):
        if raw := text_of(head.article.get(field)):
            yield "json-ld", raw
    for raw in head.all(*_PUBLISHED):
        yield "meta", raw
    for element in sorted(_times(head.root), key=_rank_of_mark):
        yield "time", element.get("datetime") or line_of(element)
    if day := _of_address(head.url):
        yield "url", day
    for name, values in head.metas.items():
        if _DATE_META.search(name) and name not in _PUBLISHED and name not in _MODIFIED:
            yield from (("meta", value) for value in values if _BARE_DATE.search(value[:40]))


def _modified_raws(head: Head) -> Iterator[tuple[str, str]]:
    if raw := text_of(head.article.get("dateModified")):
        yield "json-ld", raw
    for raw in head.all(*_MODIFIED):
        yield "meta", raw
    for element in _times(head.root):
        if _is_marked_modified(element):
            yield "time", element.get("datetime") or line_of(element)


def _times(root: Element) -> list[Element]:
    found: list[Element] = []
    for element in root.iter("time"):
        if not any(above.tag in _BESIDE for above in element.iterancestors()):
            found.append(element)
        if len(found) == MAX_TIMES:
            break
    return found


def _marks(element: Element) -> str:
    parts = (element.get(name) or "" for name in ("itemprop", "class", "pubdate", "data-testid"))
    return " ".join(parts)[:RAW_CHARS].lower()


def _rank_of_mark(element: Element) -> int:
    if element.get("pubdate") is not None or "publish" in _marks(element):
        return 0
    return 2 if _is_marked_modified(element) else 1


def _is_marked_modified(element: Element) -> bool:
    return "modif" in _marks(element) or "update" in _marks(element)


def _of_address(url: str) -> str | None:
    match = _PATH_DAY.search(url[: RAW_CHARS * 20])
    if match is None:
        return None
    parts = match.groups()
    return ("-" if parts[1].isdecimal() else " ").join(parts)
