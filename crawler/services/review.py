"""What people look at and do at the desk: lists, facets, search, decisions, what is new.

One door for pages, API and terminal. Lists and facets are asked for by a `View`; their rows are
articles, one for each group of copies. What is decided is in `decisions`, saved searches are in
`saved`, pulse and timeline in `developments`; their functions stand here too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import isfinite

from crawler.home import Home
from crawler.services.copies import spread_of_groups
from crawler.services.decisions import Decided, Undone, annotate, decide, effect, label, undo
from crawler.services.developments import (
    Day,
    LedgerCount,
    News,
    Timeline,
    ledger_counts,
    ledger_page,
    look,
    pulse,
    since_looked,
    timeline,
)
from crawler.services.saved import Saved, remove_search, save_search, saved_searches
from pipelines.errors import BadInput
from pipelines.store import Connection, incidents, lines, listing, sources
from pipelines.store import facets as facet_counts
from pipelines.store.facets import Value
from pipelines.store.lines import Line
from pipelines.store.listing import Order, Place
from pipelines.store.narrowing import FACETS, UNKNOWN, Selection, checked
from pipelines.store.query import parse_query

__all__ = [
    "FACETS",
    "Choice",
    "Count",
    "Day",
    "Decided",
    "Facet",
    "LedgerCount",
    "Line",
    "News",
    "Order",
    "Page",
    "Saved",
    "Timeline",
    "Undone",
    "View",
    "annotate",
    "checked",
    "decide",
    "effect",
    "facets",
    "label",
    "ledger_counts",
    "ledger_page",
    "look",
    "narrowed",
    "neighbours",
    "only_incident",
    "page",
    "pulse",
    "remove_search",
    "save_search",
    "saved_searches",
    "since_looked",
    "timeline",
    "undo",
]

#: Lines of a page where the caller does not say.
PAGE = 50


@dataclass(frozen=True, slots=True)
class View:
    """Which list is meant.

    Attributes:
        incident: its slug; None: the articles of all.
        query: as a person typed it, "" for none: words, "phrases", OR, -, parentheses, intitle:,
            intext:, author:, outlet:, label:, date:2014-12-19/P3D.
        chosen: facet -> values of which one must hold; facets must hold together.
        copies: each has a line of its own; else the group has one.
    """

    incident: str | None = None
    query: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    order: Order = Order.PUBLISHED
    copies: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """How many; `more`: at least so many. "1,000+" in words."""

    n: int
    more: bool = False

    def __str__(self) -> str:
        return f"{self.n:,}+" if self.more else f"{self.n:,}"


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines of a list. `next`: give it as `after` for the page behind; None: this is the last.
    `total`: articles that fit, copies too."""

    lines: tuple[Line, ...]
    next: str | None
    total: Count


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet: how it is written in `View.chosen`, in words, how many articles (copies
    too) would be left by choosing it alone in its facet."""

    value: str
    said: str
    count: Count
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """What a list can be narrowed by, the commonest values first, days the latest first."""

    name: str
    choices: tuple[Choice, ...]


def page(home: Home, view: View, *, after: str | None = None, limit: int = PAGE) -> Page:
    """A page of a list. Raises UnknownThing for an incident that is not there, BadInput with what
    and where for a query or a value of a facet that cannot be read, or a wrong `after`."""
    place = None if after is None else _place(view.order, after)
    with home.database.read() as conn:
        wanted = _selection(conn, home, view)
        spots = listing.page(
            conn, wanted, view.order, after=place, limit=limit + 1, copies=view.copies
        )
        shown = _shown(conn, lines.read(conn, spots[:limit], incident_id=wanted.incident_id))
        n = listing.count(conn, wanted, facet_counts.EXACT_TO + 1)
        is_whole = wanted.tree is None and not wanted.chosen
        total = Count(min(n, facet_counts.EXACT_TO), n > facet_counts.EXACT_TO)
        if is_whole:
            total = Count(listing.size(conn, wanted))
    is_last = len(spots) <= limit
    return Page(shown, None if is_last else _cursor(spots[limit - 1].place), total)


def _shown(conn: Connection, found: Sequence[Line]) -> tuple[Line, ...]:
    """Lines with how many independent sources their groups have."""
    groups = {one.group for one in found if one.group is not None}
    spread = spread_of_groups(conn, groups)
    return tuple(
        replace(one, independent=spread[one.group].independent)
        if one.group is not None and one.group in spread
        else one
        for one in found
    )


def facets(home: Home, view: View) -> tuple[Facet, ...]:
    """What a list can be narrowed by. Each facet is counted as if nothing were chosen in itself.
    Raises as `page`."""
    with home.database.read() as conn:
        wanted = _selection(conn, home, view)
        found = facet_counts.of_list(conn, wanted)
        ids = [int(one.value) for one in found["source"] if one.value != UNKNOWN]
        names = {one.id or 0: one.outlet or one.url for one in sources.listed(conn, ids)}
    return tuple(Facet(name, _choices(wanted, name, found[name], names)) for name in FACETS)


def narrowed(
    query: str | None, outlet: str | None, since: datetime | None, until: datetime | None
) -> str:
    """A query that asks for an outlet, by name or host, and a time as well; both ends count."""
    parts = [f"({query})"] if query and query.strip() else []
    if outlet is not None:
        parts.append('outlet:"{}"'.format(outlet.strip().replace('"', " ")))
    if since is not None or until is not None:
        ends = ["" if at is None else f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in (since, until)]
        parts.append(f"date:{'/'.join(ends)}")
    return " ".join(parts)


def only_incident(home: Home) -> str | None:
    """The slug of the only incident there is; None where there are several, or none."""
    with home.database.read() as conn:
        every = incidents.list_all(conn)
    return every[0].slug if len(every) == 1 else None


def neighbours(home: Home, view: View, id: int) -> tuple[int | None, int | None]:
    """The articles before and after one in a list; None where it is the first, or the last, or
    does not stand in it. Raises as `page`."""
    with home.database.read() as conn:
        wanted = _selection(conn, home, view)
        place = listing.place_of(conn, wanted, view.order, id)
        if place is None:
            return None, None
        before = listing.page(conn, wanted, view.order, after=place, limit=1, backwards=True)
        behind = listing.page(conn, wanted, view.order, after=place, limit=1)
    return (before[0].id if before else None), (behind[0].id if behind else None)


def _selection(conn: Connection, home: Home, view: View) -> Selection:
    incident_id = None if view.incident is None else incidents.id_of(conn, view.incident)
    return Selection(incident_id, parse_query(view.query, home.now()), checked(view.chosen))


def _choices(
    wanted: Selection, name: str, found: Sequence[Value], names: Mapping[int, str]
) -> tuple[Choice, ...]:
    """What was found, and what is chosen though nothing has it."""
    chosen = wanted.chosen.get(name, ())
    missing = [value for value in chosen if value not in {one.value for one in found}]
    every = [*found, *(Value(value, 0, False) for value in missing)]
    return tuple(
        Choice(
            one.value,
            _said(name, one.value, names),
            Count(one.n, one.more),
            one.value in chosen,
        )
        for one in every
    )


def _said(name: str, value: str, names: Mapping[int, str]) -> str:
    if name != "source" or value == UNKNOWN:
        return value
    return names.get(int(value), value)


def _cursor(place: Place) -> str:
    at = place.at.isoformat() if isinstance(place.at, datetime) else repr(place.at)
    return f"{at}_{place.id}"


def _place(order: Order, after: str) -> Place:
    at, _, id = after.rpartition("_")
    try:
        if order is Order.SCORE:
            return Place(_finite(float(at)), int(id))
        when = datetime.fromisoformat(at)
        if when.tzinfo is None or not 0 <= int(id) < 2**63:
            raise ValueError(after)
        return Place(when, int(id))
    except (ValueError, OverflowError):
        raise BadInput("That page of the list is not known.", remedy="Begin anew.") from None


def _finite(number: float) -> float:
    if not isfinite(number):
        raise ValueError(number)
    return number
