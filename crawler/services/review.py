"""What people look at and do at the desk: lists, facets, search, decisions, what is new.

One door for pages, API and terminal. Lists and facets are asked for by a `View`; their rows are
articles, one for each group of copies. What is decided is in `decisions`, saved searches are in
`saved`, pulse and timeline in `developments`; their functions stand here too.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from crawler.home import Home
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
from pipelines.dates import iso
from pipelines.errors import BadInput
from pipelines.items import Reason
from pipelines.outcomes import Verdict
from pipelines.store import Connection, copies, incidents, matches, search
from pipelines.store.search import Filter, Listed, Place

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
    "decide",
    "effect",
    "facets",
    "label",
    "ledger_counts",
    "ledger_page",
    "look",
    "neighbours",
    "page",
    "pulse",
    "remove_search",
    "save_search",
    "saved_searches",
    "since_looked",
    "timeline",
    "undo",
]

#: What a list can be narrowed by, in the order in which it is offered. Values, as they stand in
#: `View.chosen` and in addresses: review "none", "keep", "dismiss", "star"; verdict as
#: `outcomes.Verdict`; outlet a name; country and language codes; day "2014-12-19" or an interval
#: "2014-12-19/2014-12-22"; source an id; copies "alone", "several"; changed "no", "edited",
#: "vanished"; label a name. What is unknown or missing has the value "-".
FACETS = (
    "review",
    "verdict",
    "outlet",
    "country",
    "language",
    "day",
    "source",
    "copies",
    "changed",
    "label",
)
#: Lines of a page where the caller does not say.
PAGE = 50
#: Up to here counts under a filter are exact.
COUNTED = 1_000
#: Reasons that a line of a list names.
REASONS = 3


class Order(StrEnum):
    """In what order a list stands; the first line is the newest, or the best."""

    PUBLISHED = "published"
    SEEN = "seen"
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class View:
    """Which list is meant.

    Attributes:
        incident: its slug; None: the articles of all.
        query: as a person typed it, "" for none: words, "phrases", OR, -, parentheses, intitle:,
            intext:, author:, outlet:, label:, date:2014-12-19/P3D.
        chosen: facet -> values of which one must hold; facets must hold together.
    """

    incident: str | None = None
    query: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    order: Order = Order.PUBLISHED


@dataclass(frozen=True, slots=True)
class Count:
    """How many; `more`: at least so many. "1,000+" in words."""

    n: int
    more: bool = False

    def __str__(self) -> str:
        return f"{self.n:,}+" if self.more else f"{self.n:,}"


@dataclass(frozen=True, slots=True)
class Line:
    """An article as a line of a list; it stands for its group of copies.

    Attributes:
        incident: slug of the one whose score, verdict, review, labels and note these are: the one
            that was asked for, else the one that the article stands best with; None: none has it.
        published_at: with no offset; None: unknown. `first_seen_at` is never mixed up with it.
        reasons: the heaviest of the score, few.
        copies: how many other articles carry the text.
        independent: sources among these and itself that don't repeat each other; None: no copies.
        revisions: edits since it was first read.
        note: the latest that a person wrote.
        words: of its text. `expired_at`: the text went then.
    """

    id: int
    url: str
    title: str | None
    outlet: str | None
    language: str | None
    published_at: datetime | None
    first_seen_at: datetime
    incident: str | None
    score: float | None
    verdict: Verdict | None
    review: str | None
    forced: bool
    reasons: tuple[Reason, ...]
    group: int | None
    copies: int
    independent: int | None
    revisions: int
    labels: tuple[str, ...]
    note: str | None
    partial: bool
    words: int
    vanished_at: datetime | None
    expired_at: datetime | None

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "id": self.id,
            "url": self.url,
            "title": self.title,
            "outlet": self.outlet,
            "language": self.language,
            "published_at": iso(self.published_at),
            "first_seen_at": iso(self.first_seen_at),
            "incident": self.incident,
            "score": self.score,
            "verdict": self.verdict and str(self.verdict),
            "review": self.review,
            "forced": self.forced,
            "reasons": [
                {"term": one.term, "kind": one.kind, "weight": one.weight} for one in self.reasons
            ],
            "group": self.group,
            "copies": self.copies,
            "independent": self.independent,
            "revisions": self.revisions,
            "labels": list(self.labels),
            "note": self.note,
            "partial": self.partial,
            "words": self.words,
            "vanished_at": iso(self.vanished_at),
            "expired_at": iso(self.expired_at),
        }


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
    with home.database.read() as conn:
        found = list(_found(conn, view, _place(after), limit + 1))
        lines = tuple(_line(conn, view, row) for row in found[:limit])
        is_last = len(found) <= limit
        total = Count(*_capped(sum(1 for _ in _found(conn, view, None, COUNTED + 1))))
    return Page(lines, None if is_last else _cursor(found[limit - 1]), total)


def facets(home: Home, view: View) -> tuple[Facet, ...]:
    """What a list can be narrowed by. Each facet is counted as if nothing were chosen in itself.
    Raises as `page`."""
    with home.database.read() as conn:
        rows = [_line(conn, view, row) for row in _found(conn, view, None, COUNTED + 1)]
    return tuple(Facet(name, tuple(_choices(view, name, rows))) for name in FACETS)


def neighbours(home: Home, view: View, id: int) -> tuple[int | None, int | None]:
    """The articles before and after one in a list; None where it is the first, or the last, or
    does not stand in it. Raises as `page`."""
    with home.database.read() as conn:
        ids = [row.id for row in _found(conn, view, None, COUNTED + 1)]
    if id not in ids:
        return None, None
    at = ids.index(id)
    return (ids[at - 1] if at else None), (ids[at + 1] if at + 1 < len(ids) else None)


# ------------------------------------------------------------ by the search that there was before


def _found(conn: Connection, view: View, after: Place | None, limit: int) -> Iterator[Listed]:
    chosen = view.chosen
    incident_id = None if view.incident is None else incidents.get(conn, view.incident).id
    wanted = Filter(
        incident_id=incident_id,
        verdicts=tuple(Verdict(value) for value in chosen.get("verdict", ())),
        review=next(iter(chosen.get("review", ())), None),
        outlet=next(iter(chosen.get("outlet", ())), None),
        text=view.query or None,
        limit=limit,
        after=after,
    )
    yield from search.find(conn, wanted)


def _line(conn: Connection, view: View, row: Listed) -> Line:
    of = [m for m in matches.of_article(conn, row.id) if view.incident in (None, m.slug)]
    best = next(iter(of), None)
    others = [] if row.group is None else copies.members(conn, row.group)
    notes = [one.note for one in matches.history(conn, row.id) if one.note]
    return Line(
        id=row.id,
        url=row.url,
        title=row.title,
        outlet=row.outlet,
        language=row.language,
        published_at=row.published_at,
        first_seen_at=row.first_seen_at,
        incident=best.slug if best else None,
        score=best.score if best else None,
        verdict=best.verdict if best else None,
        review=str(best.review) if best and best.review else None,
        forced=best is not None and best.forced,
        reasons=best.reasons[:REASONS] if best else (),
        group=row.group,
        copies=max(0, len(others) - 1),
        independent=None,
        revisions=row.edits,
        labels=(),
        note=notes[-1] if notes else None,
        partial=row.partial,
        words=row.words,
        vanished_at=row.vanished_at,
        expired_at=row.expired_at,
    )


def _choices(view: View, name: str, rows: list[Line]) -> Iterator[Choice]:
    counted = Counter(str(value) for row in rows for value in _values(name, row))
    for value, n in counted.most_common():
        is_chosen = value in view.chosen.get(name, ())
        yield Choice(value, value, Count(*_capped(n)), is_chosen)


def _values(name: str, row: Line) -> tuple[object, ...]:
    known: dict[str, tuple[object, ...]] = {
        "review": (row.review or "none",),
        "verdict": (row.verdict or "-",),
        "outlet": (row.outlet or "-",),
        "language": (row.language or "-",),
        "day": ((row.published_at or row.first_seen_at).date(),),
        "copies": ("several" if row.group else "alone",),
        "changed": ("vanished" if row.vanished_at else "edited" if row.revisions else "no",),
        "label": row.labels,
    }
    return known.get(name, ())


def _capped(n: int) -> tuple[int, bool]:
    return min(n, COUNTED), n > COUNTED


def _cursor(row: Listed) -> str:
    return f"{row.listed_at.isoformat()}_{row.id}"


def _place(after: str | None) -> Place | None:
    if after is None:
        return None
    at, _, id = after.partition("_")
    try:
        return Place(datetime.fromisoformat(at), int(id))
    except ValueError:
        raise BadInput("That page of the list is not known.", remedy="Begin anew.") from None
