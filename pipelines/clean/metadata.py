"""All that a page says of its article beside the text, each field with where it was read.

JSON-LD comes first, then meta tags, then visible marks; what the link said fills only what the page
lacks. The readers of the single fields are `titles`, `bylines`, `times`, `addresses`, `language`
and `standing`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipelines.clean import addresses, bylines, jsonld, language, standing, times, titles
from pipelines.clean.head import Head, text_of
from pipelines.dates import plausible
from pipelines.items import Dated, Page
from pipelines.text import squeeze
from pipelines.urls import absolute, host_of, strip_tracking

OUTLET_CHARS = 100


@dataclass(slots=True)
class Metadata:
    """The fields of an article beside its text, as in `pipelines.items.Article`."""

    canonical_url: str
    aliases: tuple[str, ...]
    outlet: str
    title: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_raw: str | None = None
    modified_at: datetime | None = None
    modified_raw: str | None = None
    language: str | None = None
    image: str | None = None
    section: str | None = None
    is_free: bool | None = None
    dates: tuple[Dated, ...] = ()
    provenance: dict[str, str] = field(default_factory=dict)


def read_metadata(head: Head, page: Page, now: datetime) -> Metadata:
    """The metadata of a page, without what only its text or its link can tell."""
    canonical_url, canonical_source = addresses.canonical(head)
    outlet, outlet_source = outlet_of(head)
    found = Metadata(canonical_url, addresses.aliases(head, page, canonical_url), outlet)
    found.provenance.update(canonical_url=canonical_source, outlet=outlet_source)
    for name, value in (
        ("title", titles.headline(head, outlet, host_of(head.url))),
        ("authors", bylines.authors(head, outlet)),
        ("language", language.declared(head)),
        ("image", _image(head)),
        ("section", standing.section(head)),
        ("is_free", standing.is_free(head)),
    ):
        if value is not None:
            setattr(found, name, value[0])
            found.provenance[name] = value[1]
    _take_times(found, head, now)
    return found


def metadata_of_link(page: Page) -> Metadata:
    """What is known of an address whose page speaks of something else, before its link is asked."""
    url = strip_tracking(page.requested_url)
    outlet = host_of(url).removeprefix("www.")
    return Metadata(url, (), outlet, provenance={"canonical_url": "url", "outlet": "url"})


def _take_times(found: Metadata, head: Head, now: datetime) -> None:
    read = times.read_times(head, found.language, now)
    found.dates = read.dates
    if moment := read.published:
        found.published_at, found.published_raw = moment.at, moment.raw
        found.provenance["published_at"] = moment.source
    if moment := read.modified:
        found.modified_at, found.modified_raw = moment.at, moment.raw
        found.provenance["modified_at"] = moment.source


def fill_from_link(found: Metadata, page: Page, now: datetime) -> None:
    """Fill, from what the source said of the address, what the page lacks."""
    link = page.link
    if link is None:
        return
    if found.title is None and link.title and (title := squeeze(link.title)):
        found.title, found.provenance["title"] = title, "link"
    if found.published_at is None and link.published_at and plausible(link.published_at, now):
        found.published_at, found.provenance["published_at"] = link.published_at, "link"
    if found.language is None and link.language:
        found.language = language.primary(link.language)
        if found.language:
            found.provenance["language"] = "link"


def fill_from_text(found: Metadata, text: str) -> None:
    """Guess, from the text, what neither the page nor the link says."""
    if found.language is None and (guess := language.guessed(text)):
        found.language, found.provenance["language"] = guess, "guess"


def outlet_of(head: Head) -> tuple[str, str]:
    """The publication's name as the page gives it, else the site's host, and where it was read."""
    for source, raw in (
        ("og", head.meta("og:site_name")),
        ("json-ld", _name(head.article.get("publisher"), head)),
        ("meta", head.meta("publisher", "dc.publisher", "application-name")),
    ):
        if raw and "://" not in raw and len(raw) <= OUTLET_CHARS:
            return raw, source
    return host_of(head.url).removeprefix("www."), "url"


def _name(value: Any, head: Head) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    value = jsonld.resolved(value, head.things)
    return text_of(value.get("name")) if isinstance(value, dict) else text_of(value)


def _image(head: Head) -> tuple[str, str] | None:
    for source, raw in (
        ("json-ld", _address(head.article.get("image"))),
        ("og", head.meta("og:image", "og:image:url", "og:image:secure_url")),
        ("meta", head.meta("twitter:image", "twitter:image:src")),
    ):
        if raw and (url := absolute(head.url, raw)):
            return url, source
    return None


def _address(value: Any) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl")
    return text_of(value)
