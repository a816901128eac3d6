"""What leaves: lists and searches as feeds and tables, an incident as files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from crawler.export import feeds, rows
from crawler.export.feeds import Channel, Entry
from crawler.export.quoting import shown
from crawler.home import Home
from crawler.services import review
from crawler.services.review import Line, View
from pipelines.dates import iso
from pipelines.store import Connection, exports, identity, incidents
from pipelines.store.exports import Exported, Quotable

#: Lines of a list that are in hand at a time.
PORTION = 200
#: Rows of a table that is asked for at the desk; more by its next page, or by the command line.
MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list, to be given as a feed.

    Attributes:
        id: lasting name of the list.
        changed_at: when anything in it last changed; None: it is empty.
        next: the cursor of the page behind.
    """

    id: str
    title: str
    entries: tuple[Entry, ...]
    changed_at: datetime | None
    next: str | None


def store_id(home: Home) -> UUID:
    """Who this store is, for ids that last."""
    with home.database.read() as conn:
        known = identity.of_store(conn)
    if known is not None:
        return known
    with home.database.write() as conn:
        return identity.settle(conn)


def listing(home: Home, view: View, *, after: str | None = None, full_text: bool) -> Listing:
    """A page of a list as entries of a feed. Raises as `review.page`."""
    store = store_id(home)
    page = review.page(home, view, after=after)
    with home.database.read() as conn:
        told = exports.quotable(conn, [line.id for line in page.lines])
        named = None if view.incident is None else incidents.get(conn, view.incident).title
    there = [(line, told[line.id]) for line in page.lines if line.id in told]
    return Listing(
        feeds.id_of(store, f"list {_name(view)}"),
        ": ".join(filter(None, (named or "All articles", view.query))),
        tuple(_entry(store, line, more, full_text=full_text) for line, more in there),
        max((more.changed_at for _, more in there), default=None),
        page.next,
    )


def _name(view: View) -> str:
    chosen = sorted((name, sorted(values)) for name, values in view.chosen.items())
    return f"{view.incident} {view.query!r} {chosen} {view.order}"


def _entry(store: UUID, line: Line, more: Quotable, *, full_text: bool) -> Entry:
    return Entry(
        id=article_id(store, line.id),
        url=line.url,
        title=line.title or line.url,
        text=shown(more.text, line.outlet, line.url, full_text=full_text),
        outlet=line.outlet,
        authors=more.authors,
        language=line.language,
        labels=line.labels,
        published_at=more.published_at,
        updated_at=more.updated_at,
        told=line.record(),
    )


def article_id(store: UUID, id: int) -> str:
    """The lasting name of an article: its versions share it."""
    return feeds.id_of(store, f"article {id}")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a list for a spreadsheet; `next` and `changed_at` hold once all rows were taken."""

    rows: Iterator[dict[str, str]]
    end: "End"


@dataclass(slots=True)
class End:
    """Where a table ended, and when anything in it last changed."""

    next: str | None = None
    changed_at: datetime | None = None


def table(home: Home, view: View, *, after: str | None = None, full_text: bool) -> Table:
    """A list as rows of a table, `MOST_ROWS` at most. Raises as `review.page`, at once."""
    first = review.page(home, view, after=after, limit=PORTION)
    end = End()
    return Table(_table_rows(home, view, first, end, full_text), end)


def _table_rows(
    home: Home, view: View, page: review.Page, end: End, full_text: bool
) -> Iterator[dict[str, str]]:
    for _ in range(MOST_ROWS // PORTION):
        with home.database.read() as conn:
            told = exports.quotable(conn, [line.id for line in page.lines])
        for line in page.lines:
            if line.id in told:
                more = told[line.id]
                end.changed_at = max(filter(None, (end.changed_at, more.changed_at)))
                yield rows.csv_row(_table_record(line, more), full_text=full_text)
        end.next = page.next
        if page.next is None:
            return
        page = review.page(home, view, after=page.next, limit=PORTION)


def _table_record(line: Line, more: Quotable) -> dict[str, Any]:
    return {
        **line.record(),
        "published_at": iso(more.published_at),
        "canonical_url": more.canonical_url,
        "authors": list(more.authors),
        "copy_of": more.copy_of,
        "text": more.text,
    }


def atom_of_incident(home: Home, slug: str, *, full_text: bool) -> Iterator[bytes]:
    """All articles of an incident as one Atom feed, in order of time. Raises UnknownThing."""
    store = store_id(home)
    with home.database.read() as conn:
        incident = incidents.get(conn, slug)
        channel = Channel(feeds.id_of(store, f"incident {slug}"), incident.title, is_full=full_text)
        found = exports.export(conn, incident.id or 0)
        entries = _entries_of(conn, store, found, full_text)
        yield from feeds.atom(channel, entries)


def _entries_of(
    conn: Connection, store: UUID, found: Iterator[Exported], full_text: bool
) -> Iterator[Entry]:
    while some := list(islice(found, PORTION)):
        told = exports.quotable(conn, [row.id for row in some])
        for row in some:
            yield Entry(
                id=article_id(store, row.id),
                url=row.url,
                title=row.title or row.url,
                text=shown(row.text, row.outlet, row.url, full_text=full_text),
                outlet=row.outlet,
                authors=row.authors,
                language=row.language,
                labels=(),
                published_at=row.published_at,
                updated_at=told[row.id].updated_at,
            )
