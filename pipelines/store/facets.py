"""What a list can be narrowed by, and how many articles each value would leave.

Counts are of articles, copies too. Of a list that nothing narrows they are kept (`relisting`); what
is chosen in facets alone is told by the same rows. Where words, days or labels narrow as well, the
newest lines are counted (`listing.matching`): exact, unless there are more, then a lower bound.
"""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Integer, cast, func, literal_column, select

from pipelines.store import listing
from pipelines.store.narrowing import (
    COUNTED,
    FACETS,
    UNKNOWN,
    Selection,
    conditions,
    kept_counts_tell,
)
from pipelines.store.schema import day_count, facet_count, label, listed, source

#: Articles with labels that are looked at; labels are put on by hand.
MOST_LABELLED = 20_000
#: Under a filter counts are exact up to here.
EXACT_TO = 1_000
#: Values of a facet that are told: the commonest; of days the latest.
MOST_VALUES = 30

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a facet as it is chosen, and how many articles it would leave; `more`: at least
    so many."""

    value: str
    n: int
    more: bool


def of_list(conn: Connection, wanted: Selection) -> dict[str, list[Value]]:
    """By facet its values, the commonest first, of days the latest first. Each facet is counted as
    if nothing were chosen in itself."""
    found: dict[str, list[Value]] = {name: [] for name in FACETS}
    told = [name for name in COUNTED if not (wanted.is_of_left and name in ("verdict", "review"))]
    is_kept = kept_counts_tell(wanted.without("day"))
    if kept_counts_tell(wanted):
        found |= _kept(conn, wanted, told)
    else:
        chosen = [name for name in ("day", *told) if name in wanted.chosen]
        found |= _found(conn, wanted, [n for n in ("day", *told) if n not in chosen])
        for name in chosen:
            if name != "day" or not is_kept:
                found |= _found(conn, wanted.without(name), [name])
    if is_kept:
        found["day"] = _days(conn, wanted.without("day"))
    found["label"] = _labels(conn, wanted.without("label"))
    return found


def _value(wanted: Selection, value: str, n: int, is_cut: bool) -> Value:
    if wanted.tree is None and not wanted.chosen and not is_cut:
        return Value(value, n, False)
    return Value(value, min(n, EXACT_TO), n > EXACT_TO or is_cut)


def _best(wanted: Selection, counted: Mapping[str, int], is_cut: bool) -> list[Value]:
    best = sorted(counted.items(), key=lambda one: (-one[1], one[0]))[:MOST_VALUES]
    return [_value(wanted, value, n, is_cut) for value, n in best]


# --------------------------------------------------------------------- by what lines are alike in

_KIND = (
    facet_count.c.source_id,
    facet_count.c.outlet,
    facet_count.c.language,
    facet_count.c.verdict,
    facet_count.c.review,
    facet_count.c.copied,
    facet_count.c.changed,
)
_PLACES = {
    **{"source": 0, "country": 0, "outlet": 1, "language": 2},
    **{"verdict": 3, "review": 4, "copies": 5, "changed": 6},
}


def _kept(conn: Connection, wanted: Selection, names: Sequence[str]) -> dict[str, list[Value]]:
    """By the kept counts alone. Each row passes what was chosen in all facets, or in all but one,
    for which it counts all the same."""
    kinds = select(*_KIND, facet_count.c.n).where(facet_count.c.incident_id == wanted.list_id)
    rows = list(map(tuple, conn.execute(kinds).all()))
    known = _sources(conn)
    passing = [
        (_PLACES[name], name, _allowed(name, values, known))
        for name, values in wanted.chosen.items()
    ]
    open_rows = [] if passing else rows
    rest: dict[str, list[tuple[Any, ...]]] = {name: [] for name in wanted.chosen}
    for row in rows if passing else ():
        failed = [name for place, name, each in passing if row[place] not in each]
        if not failed:
            open_rows.append(row)
        elif len(failed) == 1:
            rest[failed[0]].append(row)
    found = {}
    for name in names:
        mine = [*open_rows, *rest[name]] if name in rest else open_rows
        found[name] = _best(wanted.without(name), _counted(name, mine, known), False)
    return found


def _allowed(name: str, values: Sequence[str], known: Mapping[int, str | None]) -> Container[Any]:
    """The values of a row's column that were chosen."""
    if name in ("country", "source"):
        return _Sources(name, values, known)
    if name == "copies":
        return {value == "several" for value in values}
    return {"" if value in (UNKNOWN, "none") else value for value in values}


@dataclass(frozen=True, slots=True)
class _Sources:
    """Those that were chosen, themselves or by their country; one that is gone is unknown."""

    name: str
    values: Sequence[str]
    known: Mapping[int, str | None]

    def __contains__(self, id: object) -> bool:
        return _written(self.name, id, self.known) in self.values


def _found(conn: Connection, wanted: Selection, names: Sequence[str]) -> dict[str, list[Value]]:
    """By counting lines. Of those that are too many, the newest count, and the last of their days
    is not whole."""
    lines = listing.matching(conn, wanted)
    if not names or lines is None:
        return {}
    each = lines[0].subquery()
    day = day_of(conn.dialect.name, "listed_at").label("day")
    by_kind = select(each.c.facet_id, day, func.count().label("n")).group_by(each.c.facet_id, day)
    counted = by_kind.subquery()
    on = facet_count.c.id == counted.c.facet_id
    kinds = select(*_KIND, counted.c.n, counted.c.day).join_from(counted, facet_count, on)
    rows = list(map(tuple, conn.execute(kinds).all()))
    is_cut = sum(row[7] for row in rows) >= lines[1]
    known = _sources(conn)
    found = {
        name: _best(wanted, _counted(name, rows, known), is_cut) for name in names if name != "day"
    }
    if "day" in names:
        days = Counter[int]()
        for row in rows:
            days[row[8]] += row[7]
        found["day"] = _told(wanted, sorted(days.items(), reverse=True), is_cut)
    return found


def _sources(conn: Connection) -> dict[int, str | None]:
    """The sources that are there, with their country."""
    return {row[0]: row[1] for row in conn.execute(select(source.c.id, source.c.country))}


def _counted(
    name: str, rows: Iterable[tuple[Any, ...]], known: Mapping[int, str | None]
) -> dict[str, int]:
    """By value of one facet, how many articles."""
    place = _PLACES[name]
    by_value: defaultdict[Any, int] = defaultdict(int)
    for row in rows:
        by_value[row[place]] += row[7]
    found: defaultdict[str, int] = defaultdict(int)
    for value, n in by_value.items():
        found[_written(name, value, known)] += n
    return found


def _written(name: str, value: Any, known: Mapping[int, str | None]) -> str:
    match name:
        case "copies":
            return "several" if value else "alone"
        case "review":
            return value or "none"
        case "source":
            return str(value) if value in known else UNKNOWN
        case "country":
            return known.get(value) or UNKNOWN
        case _:
            return str(value or UNKNOWN)


# ------------------------------------------------------------------------------- days and labels


def _days(conn: Connection, wanted: Selection) -> list[Value]:
    """By the kept counts of days, or, where more is chosen than they tell, by counting lines."""
    if not set(wanted.chosen) <= {"verdict", "review"}:
        return _found(conn, wanted, ["day"]).get("day", [])
    chosen = [day_count.c.incident_id == wanted.list_id]
    if "verdict" in wanted.chosen:
        chosen.append(day_count.c.verdict.in_(wanted.chosen["verdict"]))
    if "review" in wanted.chosen:
        reviews = ["" if each == "none" else each for each in wanted.chosen["review"]]
        chosen.append(day_count.c.review.in_(reviews))
    kept = select(day_count.c.day, func.sum(day_count.c.n)).where(*chosen)
    latest = kept.group_by(day_count.c.day).order_by(day_count.c.day.desc()).limit(MOST_VALUES)
    return _told(wanted, [(row[0], int(row[1])) for row in conn.execute(latest)], False)


def _told(wanted: Selection, days: Sequence[tuple[int, int]], is_cut: bool) -> list[Value]:
    return [
        _value(wanted, str(_EPOCH + timedelta(days=day)), n, is_cut and day == days[-1][0])
        for day, n in days[:MOST_VALUES]
    ]


def day_of(dialect: str, column: str) -> Any:
    """Days since 1970 of a time in a column, as `relisting` counts them."""
    if dialect == "sqlite":
        return literal_column(f"(({column} + 864000000000000000) / 86400000000 - 10000000)")
    return cast(func.floor(literal_column(f"extract(epoch FROM {column})") / 86400), Integer)


def _labels(conn: Connection, wanted: Selection) -> list[Value]:
    line = select(listed.c.article_id).where(
        listed.c.article_id == label.c.article_id,
        listed.c.incident_id == wanted.list_id,
        *conditions(conn.dialect.name, wanted, listed),
    )
    lines = select(label.c.name, label.c.article_id).distinct().where(line.exists())
    if wanted.incident_id is not None:
        lines = lines.where(label.c.incident_id == wanted.incident_id)
    each = lines.limit(MOST_LABELLED).subquery()
    n = func.count()
    counted = select(each.c.name, n).group_by(each.c.name).order_by(n.desc(), each.c.name)
    rows = conn.execute(counted).all()
    is_cut = sum(row[1] for row in rows) >= MOST_LABELLED
    return [_value(wanted, row[0], int(row[1]), is_cut) for row in rows[:MOST_VALUES]]
