"""How an incident goes on: what is new, how much a day, who had it first, what was left and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from crawler.home import Home
from pipelines.dates import iso
from pipelines.errors import BadInput
from pipelines.incident import Incident
from pipelines.outcomes import Outcome
from pipelines.store import (
    Connection,
    coverage,
    edits,
    incidents,
    lines,
    looked,
    overview,
    sources,
)
from pipelines.store import ledger as ledger_rows
from pipelines.store.coverage import Days, First
from pipelines.store.edits import Edit

#: Articles and sources that are told one by one.
MOST_NEWS = 10
#: Failing sources among which those that an incident follows are looked for.
MOST_FAILING = 500
#: Days and outlets of a timeline, and versions on it: what a person can still look through.
MOST_DAYS = 500
MOST_OUTLETS = 24
MOST_REVISED = 20
#: Links of an outcome are counted up to here.
MOST_COUNTED = 10_000
#: How an outlet that is unknown stands in a timeline.
UNNAMED = "-"


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
    revisions: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class LedgerCount:
    """How many links ended in an outcome, at least where `more`."""

    outcome: Outcome
    n: int
    more: bool = False


def since_looked(home: Home, slug: str, by: str) -> News:
    """What an incident has new for somebody since they looked. Raises UnknownThing."""
    with home.database.read() as conn:
        incident = incidents.get(conn, slug)
        id = incident.id or 0
        since = looked.at(conn, id, by)
        new = looked.new(conn, id, since, limit=MOST_NEWS)
        began = coverage.first_reports(conn, id, since, limit=MOST_NEWS)
        corrected = edits.latest(conn, id, after=since, noted=True, limit=MOST_NEWS)
        told = _named(conn, [id for id, _ in new] + [one.id for one in began])
        return News(
            since,
            tuple(Told(id, *told[id], at) for id, at in new),
            coverage.taken(conn, id) if since is None else looked.new_count(conn, id, since),
            coverage.waiting(conn, id),
            tuple(Told(one.id, *told[one.id], one.at) for one in began),
            tuple(
                Told(one.article_id, one.title, one.outlet, one.at, _words(one.kind))
                for one in corrected
            ),
            _silent(conn, incident),
        )


def _named(conn: Connection, ids: Sequence[int]) -> dict[int, tuple[str | None, str | None]]:
    """Headline and outlet of articles."""
    return {one.id: (one.title, one.outlet) for one in lines.named(conn, ids)}


def _words(kind: str | None) -> str | None:
    return kind and kind.replace("_", " ")


def _silent(conn: Connection, incident: Incident) -> tuple[Silent, ...]:
    """The sources that an incident follows and that fail for longest."""
    failing = {one.id: one for one in overview.failing(conn, limit=MOST_FAILING)}
    followed = {
        one.id
        for one in sources.listed(conn, failing)
        if incident.follows.takes(one.id or 0, one.tags, one.language, one.country)
    }
    return tuple(
        Silent(one.id, one.outlet, one.url, one.since, one.reason or one.health)
        for one in failing.values()
        if one.id in followed
    )[:MOST_NEWS]


def look(home: Home, slug: str, by: str) -> None:
    """Somebody has looked at an incident now. Raises UnknownThing."""
    with home.database.write() as conn:
        looked.put(conn, incidents.get(conn, slug).id or 0, by, now=home.now())


def pulse(home: Home, slug: str, days: int = 30) -> list[Day]:
    """Follow-ups by day of publication, the last `days` days up to today, empty ones too. Raises
    UnknownThing."""
    today = home.now().date()
    since = today - timedelta(days=days - 1)
    with home.database.read() as conn:
        of = incidents.id_of(conn, slug)
        counted = dict(coverage.by_day(conn, of, Days(since, today)))
    each = [since + timedelta(days=n) for n in range(days)]
    return [Day(day, counted.get(day, 0)) for day in each]


def timeline(
    home: Home,
    slug: str,
    *,
    since: date | None = None,
    until: date | None = None,
    as_of: date | None = None,
) -> Timeline:
    """Coverage by day and outlet. Without `since` and `until` all days from the first article to
    the last; of more than `MOST_DAYS` the latest. Raises UnknownThing, BadInput for too many days
    that were asked for."""
    _require_few(since, until)
    with home.database.read() as conn:
        of = incidents.id_of(conn, slug)
        days = Days(since, until, as_of)
        counted = coverage.by_day(conn, of, days)
        if counted and (counted[-1][0] - counted[0][0]).days >= MOST_DAYS:
            days = replace(days, since=counted[-1][0] - timedelta(days=MOST_DAYS - 1))
            counted = [(day, n) for day, n in counted if day >= (days.since or day)]
        totals = coverage.by_outlet(conn, of, days)
        first = coverage.first(conn, of, counted[0][0], as_of) if counted else None
        chosen = _chosen(totals, first)
        found = coverage.firsts(conn, of, chosen, days)
        by_outlet = coverage.lanes(conn, of, chosen, days)
        after, before = _moments(days)
        revised = edits.latest(conn, of, after=after, before=before, limit=MOST_REVISED)
    today = home.now().date()
    begin, end = (counted[0][0], counted[-1][0]) if counted else (today, today)
    told = [
        Outlet(name or UNNAMED, one.id, one.at, one.at - first.at, totals[name], by_outlet[name])
        for name, one in found.items()
        if first is not None
    ]
    return Timeline(
        since or days.since or min(begin, until or begin),
        until or max(end, since or end),
        as_of,
        tuple(Day(day, n) for day, n in counted),
        tuple(sorted(told, key=lambda one: (one.first_at, one.first_id))),
        len(totals) - len(chosen),
        tuple(revised),
    )


def _require_few(since: date | None, until: date | None) -> None:
    if since is None or until is None:
        return
    if since > until:
        raise BadInput("The first day lies behind the last.", remedy="Give them in their order.")
    if (until - since).days >= MOST_DAYS:
        raise BadInput(f"A timeline has at most {MOST_DAYS} days.", remedy="Choose fewer.")


def _chosen(totals: Mapping[str, int], first: First | None) -> list[str]:
    """The outlets with the most articles, and the one that had it first."""
    best = sorted(totals, key=lambda name: (-totals[name], name))[:MOST_OUTLETS]
    if first is not None and first.outlet not in best:
        best[-1] = first.outlet
    return best


def _moments(days: Days) -> tuple[datetime | None, datetime | None]:
    """After and before which moments a version of these days was seen."""
    ends = [day for day in (days.until, days.as_of) if day is not None]
    after = None if days.since is None else _midnight(days.since) - timedelta(microseconds=1)
    return after, _midnight(min(ends)) + timedelta(days=1) if ends else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def ledger_counts(home: Home, slug: str) -> list[LedgerCount]:
    """What became of the links that were found, by outcome, the commonest first. Raises
    UnknownThing."""
    with home.database.read() as conn:
        incidents.id_of(conn, slug)
        found = ledger_rows.counts(conn, most=MOST_COUNTED + 1)
    most = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    return [LedgerCount(each, min(n, MOST_COUNTED), n > MOST_COUNTED) for each, n in most]


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
    place = None if after is None else _place(after)
    outcomes = None if outcome is None else [outcome]
    with home.database.read() as conn:
        of = incidents.id_of(conn, slug)
        rows = ledger_rows.ledger(conn, of, limit=limit + 1, outcomes=outcomes, after=place)
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
        for row in rows[:limit]
    ]
    last = rows[limit - 1] if len(rows) > limit else None
    return told, None if last is None else f"{last.at.isoformat()}_{last.id}"


def _place(after: str) -> ledger_rows.Place:
    at, _, id = after.rpartition("_")
    try:
        when = datetime.fromisoformat(at)
        if when.tzinfo is None or not 0 <= int(id) < 2**63:
            raise ValueError(after)
        return ledger_rows.Place(when.astimezone(UTC), int(id))
    except (ValueError, OverflowError):
        raise BadInput("That page of the ledger is not known.", remedy="Begin anew.") from None
