"""Outlets as data, and how they are found in it.

The rows come from public lists (`PROVENANCE.md`) by `python -m crawler.catalogue.gather`; none was
checked for life. The best-known outlets come first, one source of each before the next.
"""

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from pipelines.urls import registrable_domain

#: One outlet under two names.
_SAME_OUTLET = MappingProxyType({"bbc.com": "bbc.co.uk", "bbci.co.uk": "bbc.co.uk"})


@dataclass(frozen=True, slots=True)
class Row:
    """A source that the catalogue knows.

    Attributes:
        outlet: its name, or its host where no list names it.
        host: of the outlet's pages.
        country: ISO 3166-1 alpha-2, where it is edited or what it writes about; or None.
        language: BCP 47 primary subtag, or None.
        topic: one of `TOPICS`.
        kind: "feed" or "sitemap".
        url: of the feed or sitemap.
        provenance: the lists that name it, parted by "+".
    """

    outlet: str
    host: str
    country: str | None
    language: str | None
    topic: str
    kind: str
    url: str
    provenance: str


TOPICS = (
    "news",
    "world",
    "politics",
    "business",
    "technology",
    "security",
    "defense",
    "science",
    "entertainment",
    "local",
)


def find(
    country: str | None = None,
    language: str | None = None,
    topic: str | None = None,
    host: str | None = None,
) -> tuple[Row, ...]:
    """The rows that match all that is given, the best-known outlets first.

    A host matches every row of its registrable domain; case does not matter.
    """
    domain = _domain(host) if host is not None else None
    return tuple(
        row
        for row in _rows()
        if (country is None or row.country == country.upper())
        and (language is None or row.language == language.lower())
        and (topic is None or row.topic == topic.lower())
        and (domain is None or _domain(row.host) == domain)
    )


def _domain(host: str) -> str:
    domain = registrable_domain(host.lower())
    return _SAME_OUTLET.get(domain, domain)


@lru_cache(maxsize=1)
def _rows() -> tuple[Row, ...]:
    with files(__name__).joinpath("outlets.csv").open(encoding="utf-8") as file:
        return tuple(
            Row(
                outlet=line["outlet"],
                host=line["host"],
                country=line["country"] or None,
                language=line["language"] or None,
                topic=line["topic"],
                kind=line["kind"],
                url=line["url"],
                provenance=line["provenance"],
            )
            for line in csv.DictReader(file)
        )
