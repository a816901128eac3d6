"""What a feed says, whatever its format. What it leaves out is None."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["rss", "atom", "rdf", "json"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry.

    Attributes:
        url: absolute http or https address of the article; None where the entry names none.
        published_at, updated_at: aware UTC; an unreadable or missing time is None, and a time of
            change is never taken for the publication.
        id: the entry's guid or id, as written.
        summary, content: plain text, paragraphs parted by a blank line; `summary` is None where it
            only repeats the content.
        language: BCP 47, as the entry or else the feed says.
    """

    url: str | None = None
    title: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    id: str | None = None
    summary: str | None = None
    content: str | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed.

    Attributes:
        kind: None where the document is no feed.
        entries: in the feed's own order, which need not be newest first; newest first if `cut`.
        problems: what was wrong, in words; a feed can be read in spite of them.
        ttl_seconds: how long the feed asks to be left alone.
        is_feed: False for HTML, sitemaps and whatever else was served in its place.
        cut: there were more entries than are taken of one poll; the newest were.
    """

    kind: Kind | None = None
    title: str | None = None
    home_url: str | None = None
    language: str | None = None
    entries: tuple[Entry, ...] = ()
    problems: tuple[str, ...] = ()
    ttl_seconds: int | None = None
    is_feed: bool = False
    cut: bool = False
