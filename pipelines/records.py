"""An article as JSON, the same at every door and in the store.

The offline verbs write articles that are stored nowhere; lists, exports and the store's own columns
write stored ones. What they say of an article itself is said here.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from pipelines.dates import iso
from pipelines.items import Dated, Entry


class Told(Protocol):
    """What an article has, read from a page or from the store: fields as `items.Article` has them.
    A stored one has no text once that expired."""

    @property
    def canonical_url(self) -> str: ...
    @property
    def title(self) -> str | None: ...
    @property
    def text(self) -> str | None: ...
    @property
    def html(self) -> str | None: ...
    @property
    def authors(self) -> tuple[str, ...]: ...
    @property
    def published_at(self) -> datetime | None: ...
    @property
    def modified_at(self) -> datetime | None: ...
    @property
    def language(self) -> str | None: ...
    @property
    def outlet(self) -> str | None: ...
    @property
    def section(self) -> str | None: ...
    @property
    def is_free(self) -> bool | None: ...
    @property
    def image(self) -> str | None: ...
    @property
    def partial(self) -> bool: ...
    @property
    def dates(self) -> tuple[Dated, ...]: ...
    @property
    def entries(self) -> tuple[Entry, ...]: ...
    @property
    def provenance(self) -> Mapping[str, str]: ...


def told(article: Told) -> dict[str, Any]:
    """What is told of an article wherever it is given as JSON; each door adds what it knows."""
    return {
        "canonical_url": article.canonical_url,
        "title": article.title,
        "text": article.text,
        "html": article.html,
        "authors": list(article.authors),
        "published_at": iso(article.published_at),
        "modified_at": iso(article.modified_at),
        "language": article.language,
        "outlet": article.outlet,
        "section": article.section,
        "is_free": article.is_free,
        "image": article.image,
        "partial": article.partial,
        "dates": dates_record(article.dates),
        "entries": entries_record(article.entries),
        "provenance": dict(article.provenance),
    }


def dates_record(dates: Iterable[Dated]) -> list[dict[str, Any]]:
    """Times that a page gives, to the second, with the page's own offset."""
    return [
        {
            "role": one.role,
            "at": iso(one.at),
            "raw": one.raw,
            "source": one.source,
            "chosen": one.chosen,
            "why_not": one.why_not,
        }
        for one in dates
    ]


def dates_of(record: Iterable[Mapping[str, Any]]) -> tuple[Dated, ...]:
    """The inverse of `dates_record`."""
    return tuple(Dated(**{**one, "at": _time(one["at"])}) for one in record)


def entries_record(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """The entries of a live blog, as `dates_record` does it."""
    return [{"at": iso(one.at), "title": one.title, "text": one.text} for one in entries]


def entries_of(record: Iterable[Mapping[str, Any]]) -> tuple[Entry, ...]:
    """The inverse of `entries_record`."""
    return tuple(Entry(**{**one, "at": _time(one["at"])}) for one in record)


def _time(raw: str | None) -> datetime | None:
    return None if raw is None else datetime.fromisoformat(raw)
