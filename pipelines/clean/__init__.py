"""From the bytes of a page to its article; the only room that knows BeautifulSoup.

`cleaner` is the way through it. In order:

- bytes and tree: `sniff`, `decode`, `document`; `saved` for the address of a page in a file;
- what the page says of itself: `head` with `jsonld`; `metadata` makes fields of it with `titles`,
  `bylines` (`persons`), `times` (`datelines`, `written`), `standing`, `addresses`, `language` and
  `robots`;
- where its story is: `nodes` (the tree as a list), `container` with `names` (by rules), `features`
  and `scorer` with `trees.json` (block by block, learned), `story` (both together);
- its text and markup: `body` with `soup`, `strip`, `blocks` and `fragment`, by BeautifulSoup;
- what it is: `live` with `clocks` (the entries of a live blog), `lookalikes` (no article) and
  `teasers` (not all of one) with the `phrases` of the `tongues` (`latin_tongues`, `other_tongues`,
  rows of `tongue`).

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
