"""From the bytes of a page to its article; the only room that knows BeautifulSoup.

`cleaner` is the way through it. In order: `sniff` and `decode` (bytes), `document` (tree), `head`
with `jsonld` (what the page says of itself), `metadata` with `titles`, `bylines`, `times`,
`addresses`, `language` and `robots` (its fields), `container` with `names` (where the story is),
`body` with `strip` (its text, by BeautifulSoup), `lookalikes` (what it is if no article).

`pool` does all of that in processes of their own (`worker`), which a hostile page may take down;
the product cleans nothing elsewhere. The way is loaded at the first page: its libraries take half a
second to import, which a poll that finds nothing new and a command that lists should not pay.
"""

from datetime import datetime

from pipelines.clean.decode import decode
from pipelines.items import Cleaned, Page

__all__ = ["clean", "clean_html", "clean_saved", "decode"]


def clean(page: Page, *, now: datetime) -> Cleaned:
    """What became of one answer with status 200. Deterministic; `now` must be aware."""
    from pipelines.clean import cleaner

    return cleaner.clean(page, now=now)


def clean_html(body: bytes, url: str, *, content_type: str | None, now: datetime) -> Cleaned:
    """The same for a page that lies in a file."""
    from pipelines.clean import cleaner

    return cleaner.clean_html(body, url, content_type=content_type, now=now)


def clean_saved(body: bytes, place: str, *, now: datetime) -> Cleaned:
    """The same for a page that a person saved, at the address that it gives for itself; where it
    gives none, at `place`."""
    from pipelines.clean.saved import saved_address

    return clean_html(body, saved_address(body) or place, content_type=None, now=now)
