"""The address that a page gives for itself, and its others.

A page may claim any address; it is believed only within its own registrable domain, or one page
could stand in for another site's article. A claim of the front page for an article is a mistake of
templates and is not believed either.
"""

from urllib.parse import urlsplit

from pipelines.clean.head import Head, text_of
from pipelines.items import Page
from pipelines.urls import absolute, same_site, strip_tracking

MAX_ALIASES = 20


def canonical(head: Head) -> tuple[str, str]:
    """The canonical address and where it was read."""
    for source, raw in (
        ("meta", next(iter(head.links.get("canonical", ())), None)),
        ("og", head.meta("og:url")),
        ("json-ld", text_of(head.article.get("url"))),
    ):
        if raw and (url := _believed(head.url, raw)):
            return url, source
    return strip_tracking(head.url), "url"


def aliases(head: Head, page: Page, canonical_url: str) -> tuple[str, ...]:
    """Other addresses of the same article at the same site, the canonical one not among them."""
    raws = (
        *(page.url, page.requested_url, *page.redirects),
        *(head.meta("og:url"), *head.links.get("amphtml", ())[:2]),
        *head.links.get("canonical", ())[:2],
    )
    given = dict.fromkeys(raw for raw in raws if raw)
    found = [url for raw in given if (url := _believed(page.url, raw))]
    return tuple(url for url in dict.fromkeys(found) if url != canonical_url)[:MAX_ALIASES]


def _believed(page_url: str, raw: str) -> str | None:
    url = absolute(page_url, raw)
    if url is None or not same_site(page_url, url):
        return None
    return None if is_front(url) and not is_front(page_url) else url


def is_front(url: str) -> bool:
    """True for the address of a site's front page."""
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query
