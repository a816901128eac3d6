"""To which agency, or other outlet, an article is credited, and where that stands.

Looked at are the byline, the dateline, short lines at either end, and the site itself. What the
text says of an agency in its sentences ("according to Reuters") is a quotation and no credit; that
an agency contributed ("with AFP", "AP contributed to this report") makes the article its outlet's
own. Known mistake: outlets that carry a text and name nobody are told by its copies only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipelines.dedupe.agency_names import agency_at, agency_called
from pipelines.dedupe.bylines import agency_of_authors
from pipelines.dedupe.credit_lines import agencies_above, agencies_below
from pipelines.dedupe.datelines import dateline_names
from pipelines.dedupe.first_published import first_publisher
from pipelines.dedupe.origin import Carrier, is_named
from pipelines.items import Article
from pipelines.urls import host_of, registrable_domain


class FoundIn(StrEnum):
    """Where a credit stands."""

    FIRST = "first published"
    DATELINE = "dateline"
    BYLINE = "byline"
    CREDIT_LINE = "credit line"
    SITE = "own site"


@dataclass(frozen=True, slots=True)
class Credit:
    """Whose text an article says it is: an agency by its canonical name, else an outlet as the
    article names it; and where it says so."""

    agency: str
    found_in: FoundIn


def credit_of(article: Article) -> Credit | None:
    """Whose text an article is by its own word; None for its outlet's own."""
    site = registrable_domain(host_of(article.url))
    for credit in _credits(article, site):
        own = is_named(credit.agency, article.outlet, site)
        if credit.found_in is FoundIn.SITE or not own:
            return credit
    return None


def carrier_of(
    id: int,
    *,
    url: str,
    outlet: str | None,
    title: str | None,
    published_at: datetime | None,
    first_seen_at: datetime,
    credit: str | None,
    credit_found: str | None,
    partial: bool,
    words: int,
) -> Carrier:
    """A stored article as `origin_of` looks at it; `credit` and `credit_found` are what `credit_of`
    gave when it was stored."""
    site = registrable_domain(host_of(url))
    first = credit_found == FoundIn.FIRST
    own = agency_at(site)
    return Carrier(
        id=id,
        outlet=outlet,
        site=site,
        title=title,
        published_at=published_at,
        first_seen_at=first_seen_at,
        credit=None if first else credit,
        is_agency=own is not None and own.name == credit,
        says_first=credit if first else None,
        partial=partial,
        words=words,
        key=url,
    )


def _credits(article: Article, site: str) -> Iterator[Credit]:
    """All that is said, the plainest word first."""
    language = article.language
    own = (article.outlet, site)
    if named := first_publisher(article.text):
        agency = agency_called(named, language)
        first = FoundIn.FIRST if agency is None else FoundIn.CREDIT_LINE
        yield Credit(named if agency is None else agency.name, first)
    for name in dateline_names(article.text):
        if agency := agency_called(name, language):
            yield Credit(agency.name, FoundIn.DATELINE)
    if by := agency_of_authors(article.authors, own, language):
        yield Credit(by, FoundIn.BYLINE)
    for above in agencies_above(article.text, own, language):
        yield Credit(above, FoundIn.BYLINE)
    for below in agencies_below(article.text, language):
        yield Credit(below, FoundIn.CREDIT_LINE)
    if home := agency_at(site):
        yield Credit(home.name, FoundIn.SITE)
