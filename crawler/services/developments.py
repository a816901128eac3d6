"""How an incident goes on: what is new, how much a day, who had it first, what was left and why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from crawler.home import Home
from crawler.services import articles
from pipelines.dates import iso
from pipelines.outcomes import Outcome, Verdict
from pipelines.store import exports, incidents, looked, overview
from pipelines.store import ledger as ledger_rows
from pipelines.store.exports import Exported

#: Articles and sources that are told one by one.
MOST_NEWS = 10


@dataclass(frozen=True, slots=True)
class Day:
    """How many articles a day has."""

    day: date
    n: int


@dataclass(frozen=True, slots=True)
class Told:
    """An article that is news: why in `said`, a few words."""

    id: int
    title: str | None
    outlet: str | None
    at: datetime
    said: str | None = None


@dataclass(frozen=True, slots=True)
class Silent:
    """A source that says nothing any more: `since` when, and why in words."""

    id: int
    outlet: str | None
    url: str
    since: datetime
    said: str


@dataclass(frozen=True, slots=True)
class News:
    """What came since somebody looked; counts are of all, the articles the latest few.

    Attributes:
        since: when they looked last; None: never, and all is new.
        new, new_count: what became a follow-up since.
        waiting: follow-ups and candidates that nobody reviewed, whenever they came.
        first: the first report of an outlet that had none before.
        corrected: follow-ups whose outlet corrected or withdrew them since.
        silent: sources that the incident follows and that fail or have grown quiet.
    """

    since: datetime | None
    new: tuple[Told, ...]
    new_count: int
    waiting: int
    first: tuple[Told, ...]
    corrected: tuple[Told, ...]
    silent: tuple[Silent, ...]


@dataclass(frozen=True, slots=True)
class Outlet:
    """How an outlet follows an incident: its first article of it, how far that was behind the first
    of all, and how many it has on each day that has some."""

    name: str
    first_id: int
    first_at: datetime
    lag: timedelta
    n: int
    days: Mapping[date, int]


@dataclass(frozen=True, slots=True)
class Revised:
    """A new version of a follow-up; `kind` is of its outlet's own note on it, None: no note."""

    article_id: int
    number: int
    title: str | None
    outlet: str | None
    at: datetime
    kind: str | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """Coverage of an incident by follow-ups: by day of publication (of the first reading where that
    is unknown). `as_of` None: as it is known now, else what was known at the end of that day.
    `outlets`: those with the most articles, the first to have it first; `others`: how many more."""

    since: date
    until: date
    as_of: date | None
    days: tuple[Day, ...]
    outlets: tuple[Outlet, ...]
    others: int
    revisions: tuple[Revised, ...]


@dataclass(frozen=True, slots=True)
class LedgerCount:
    """How many links ended in an outcome, at least where `more`."""

    outcome: Outcome
    n: int
    more: bool = False


def since_looked(home: Home, slug: str, by: str) -> News:
    """What an incident has new for somebody since they looked. Raises UnknownThing."""
    with home.database.read() as conn:
        id = incidents.get(conn, slug).id or 0
        since = looked.at(conn, id, by)
        corrected = looked.corrected(conn, id, since, limit=MOST_NEWS)
        failing = overview.failing(conn, limit=MOST_NEWS)
    taken = sorted(_taken(home, slug), key=lambda one: (one.first_seen_at, one.id), reverse=True)
    new = [one for one in taken if since is None or one.first_seen_at > since]
    firsts = {one.outlet: one.id for one in taken}  # the earliest of each stays
    return News(
        since,
        tuple(map(_told, new[:MOST_NEWS])),
        len(new),
        sum(one.review is None for one in taken),
        tuple(_told(one) for one in new if firsts[one.outlet] == one.id)[:MOST_NEWS],
        tuple(
            Told(one.article_id, one.title, one.outlet, one.at, one.kind.replace("_", " "))
            for one in corrected
        ),
        tuple(
            Silent(one.id, one.outlet, one.url, one.since, one.reason or one.health)
            for one in failing
        ),
    )


def _told(one: Exported) -> Told:
    return Told(one.id, one.title, one.outlet, one.first_seen_at)


def look(home: Home, slug: str, by: str) -> None:
    """Somebody has looked at an incident now. Raises UnknownThing."""
    with home.database.write() as conn:
        looked.put(conn, incidents.get(conn, slug).id or 0, by, now=home.now())


def pulse(home: Home, slug: str, days: int = 30) -> list[Day]:
    """Follow-ups by day of publication, the last `days` days up to today, empty ones too. Raises
    UnknownThing."""
    counted = Counter(_day(one) for one in _taken(home, slug))
    today = home.now().date()
    each = [today - timedelta(days=n) for n in reversed(range(days))]
    return [Day(day, counted[day]) for day in each]


def timeline(
    home: Home,
    slug: str,
    *,
    since: date | None = None,
    until: date | None = None,
    as_of: date | None = None,
) -> Timeline:
    """Coverage by day and outlet. Without `since` and `until` all days from the first article to
    the last, the latest `MOST_DAYS` at most. Raises UnknownThing."""
    taken = [
        one
        for one in _taken(home, slug)
        if (since is None or _day(one) >= since)
        and (until is None or _day(one) <= until)
        and (as_of is None or one.first_seen_at.date() <= as_of)
    ]
    counted = Counter(_day(one) for one in taken)
    first, last = (min(counted), max(counted)) if counted else (home.now().date(),) * 2
    outlets: dict[str, list[Exported]] = {}
    for one in taken:
        outlets.setdefault(one.outlet or "-", []).append(one)
    return Timeline(
        since or first,
        until or last,
        as_of,
        tuple(Day(day, counted[day]) for day in sorted(counted)),
        tuple(_outlet(name, found, taken) for name, found in outlets.items()),
        0,
        (),
    )


def _outlet(name: str, found: Sequence[Exported], taken: Sequence[Exported]) -> Outlet:
    first = min(found, key=_at)
    lag = _at(first) - min(map(_at, taken))
    return Outlet(name, first.id, _at(first), lag, len(found), Counter(map(_day, found)))


def ledger_counts(home: Home, slug: str) -> list[LedgerCount]:
    """What became of the links that were found, by outcome, the commonest first. Raises
    UnknownThing."""
    rows = articles.ledger(home, slug)
    counted = Counter(Outcome(row["outcome"]) for row in rows if row["outcome"])
    return [LedgerCount(outcome, n) for outcome, n in counted.most_common()]


def ledger_page(
    home: Home,
    slug: str,
    *,
    outcome: Outcome | None = None,
    after: str | None = None,
    limit: int = 50,
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of the ledger, the latest change first, and `after` for the next; None: the last.
    Raises UnknownThing, BadInput for a wrong `after`."""
    with home.database.read() as conn:
        incident = incidents.get(conn, slug)
        outcomes = None if outcome is None else [outcome]
        rows = ledger_rows.ledger(conn, incident.id or 0, outcomes=outcomes)
    begin = int(after or 0)
    told = [
        {
            "id": row.id,
            "url": row.url,
            "title": row.title,
            "source": row.source,
            "outcome": str(row.outcome),
            "verdict": row.verdict and str(row.verdict),
            "reason": row.reason,
            "at": iso(row.at),
            "article": row.article_id,
        }
        for row in rows[begin : begin + limit]
    ]
    return told, str(begin + limit) if len(rows) > begin + limit else None


def _taken(home: Home, slug: str) -> list[Exported]:
    with home.database.read() as conn:
        incident = incidents.get(conn, slug)
        found = list(exports.export(conn, incident.id or 0, verdicts=[Verdict.FOLLOW_UP]))
    return [one for one in found if one.review != "dismiss"]


def _at(one: Exported) -> datetime:
    return one.published_at or one.first_seen_at


def _day(one: Exported) -> date:
    return _at(one).date()
