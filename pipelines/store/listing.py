"""Pages of a list: one line for each group of copies, in one of three orders, by keysets.

A group is shown by its origin where that is wanted too, else by the earliest of its members that
are. A page costs about the same at a million articles as at a hundred: it is begun where fewest
lines have to be looked at, which the kept counts and a bounded look into the index tell.

Known limit: of a word that stands in very many articles, none of which the list has, the whole list
is asked: some microseconds a line.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    func,
    literal,
    not_,
    or_,
    select,
    tuple_,
)

from pipelines.store import relisting, search
from pipelines.store.narrowing import (
    COUNTED,
    Lines,
    Selection,
    candidates,
    conditions,
    kept_counts_tell,
    kind_conditions,
    span,
)
from pipelines.store.schema import facet_count, listed

#: Articles found by an index that are all fetched and sorted; more are met soon enough on the way.
MOST_SORTED = 20_000
#: Lines of a long list that are counted.
MOST_WALKED = 3_000
#: Lines that are asked one by one for a common word, before all articles with it are gathered.
ASKED = (300, 2_000)
#: The same as `MOST_SORTED` for lines that are found by what they are alike in.
MOST_ALIKE = 5_000


class Order(StrEnum):
    """In what order a list stands; the first line is the newest, or the best."""

    PUBLISHED = "published"
    SEEN = "seen"
    SCORE = "score"


_COLUMNS = {
    Order.PUBLISHED: listed.c.listed_at,
    Order.SEEN: listed.c.first_seen_at,
    Order.SCORE: listed.c.score,
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands in the order of its list: a time or a score, then its article's id."""

    at: datetime | float
    id: int


@dataclass(frozen=True, slots=True)
class Spot:
    """A line of a list: an article, and whose score it is listed by; None: no incident has it."""

    id: int
    of_incident_id: int | None
    place: Place


def page(
    conn: Connection,
    wanted: Selection,
    order: Order,
    *,
    after: Place | None = None,
    limit: int,
    backwards: bool = False,
    copies: bool = False,
) -> list[Spot]:
    """The lines behind a place, or from the first on; `backwards`: those before it, the nearest
    first; `copies`: all members of a group have one."""
    _bring_up_to_date(conn)
    way = _way(conn, wanted, order)
    found: list[Spot] = []
    portion = limit + limit // 2 + 10
    while way is not None and len(found) < limit:
        rows = _first(conn, wanted, way, order, after, backwards, portion)
        grouped = [row.article_id for row in rows if row.group_id is not None and not copies]
        hidden = _hidden(conn, wanted, grouped)
        found += [
            Spot(row.article_id, row.of_incident_id, Place(row.place, row.article_id))
            for row in rows
            if row.article_id not in hidden
        ]
        if len(rows) < portion:
            break
        after = Place(rows[-1].place, rows[-1].article_id)
    return found[:limit]


def _first(
    conn: Connection,
    wanted: Selection,
    way: "_Way",
    order: Order,
    after: Place | None,
    backwards: bool,
    limit: int,
) -> Sequence[Row[Any]]:
    """The first lines that are wanted, copies too. Of a common word they soon come; only where
    they don't, all articles with it are gathered."""
    dialect = conn.dialect.name
    for number in ASKED if way.is_common else ():
        near = _behind(way.walked, order, after, backwards).limit(number)
        each = near.subquery()
        some = select(each).where(*conditions(dialect, wanted, each)).limit(limit)
        rows = conn.execute(some.order_by(*_sorting(each.c.place, each, backwards))).all()
        if len(rows) == limit or _rows(conn, near, number) < number:
            return rows
    lines = _behind(way.lines, order, after, backwards)
    return conn.execute(lines.where(*way.conditions(dialect, wanted)).limit(limit)).all()


def _behind(lines: Select[Any], order: Order, after: Place | None, backwards: bool) -> Select[Any]:
    key = _COLUMNS[order]
    if after is not None:
        here = tuple_(literal(after.at, key.type), literal(after.id))
        place = tuple_(key, listed.c.article_id)
        lines = lines.where(place > here if backwards else place < here)
    return lines.order_by(*_sorting(key, listed, backwards))


def _sorting(key: ColumnElement[Any], lines: Lines, backwards: bool) -> tuple[Any, Any]:
    return (key, lines.c.article_id) if backwards else (key.desc(), lines.c.article_id.desc())


def _hidden(conn: Connection, wanted: Selection, ids: Sequence[int]) -> set[int]:
    """Those of the articles for whose group another member stands that is wanted too: the origin,
    else whichever was published first."""
    other = listed.alias("other")
    first = or_(
        and_(listed.c.is_copy, not_(other.c.is_copy)),
        and_(
            listed.c.is_copy == other.c.is_copy,
            tuple_(other.c.listed_at, other.c.article_id)
            < tuple_(listed.c.listed_at, listed.c.article_id),
        ),
    )
    before = select(other.c.article_id).where(
        other.c.group_id == listed.c.group_id,
        other.c.incident_id + 0 == listed.c.incident_id,  # so that it is found by its group
        first,
        *conditions(conn.dialect.name, wanted, other),
    )
    mine = listed.c.article_id.in_(ids), listed.c.incident_id == wanted.list_id
    hidden = select(listed.c.article_id).where(*mine, before.correlate(listed).exists())
    return set(conn.execute(hidden).scalars()) if ids else set()


def place_of(conn: Connection, wanted: Selection, order: Order, id: int) -> Place | None:
    """Where an article stands in a list, or would; None where it has no line there."""
    _bring_up_to_date(conn)
    mine = and_(listed.c.article_id == id, listed.c.incident_id == wanted.list_id)
    at = conn.execute(select(_COLUMNS[order]).where(mine)).scalar()
    return None if at is None else Place(at, id)


def size(conn: Connection, wanted: Selection) -> int:
    """How many articles a whole list has, copies too, by the kept counts."""
    _bring_up_to_date(conn)
    return _kept(conn, wanted)


def count(conn: Connection, wanted: Selection, most: int) -> int:
    """How many articles are wanted, copies too; `most` stands for that or more."""
    _bring_up_to_date(conn)
    if kept_counts_tell(wanted):
        return min(most, _kept(conn, wanted))
    way = _way(conn, wanted, Order.PUBLISHED)
    if way is None:
        return 0
    if way.is_common:
        near = way.walked.limit(2 * max(ASKED))
        each = near.subquery()
        some = select(each.c.article_id).where(*conditions(conn.dialect.name, wanted, each))
        n = _rows(conn, some, most)
        if n == most or _rows(conn, near, 2 * max(ASKED)) < 2 * max(ASKED):
            return n
    return _rows(conn, way.lines.where(*way.conditions(conn.dialect.name, wanted)), most)


def matching(conn: Connection, wanted: Selection) -> tuple[Select[Any], int] | None:
    """Lines that are wanted, copies too: all, or the newest so many, of which counts are made. None
    where there are none."""
    _bring_up_to_date(conn)
    way = _way(conn, wanted, Order.PUBLISHED)
    if way is None:
        return None
    most = MOST_WALKED if way.is_long else MOST_SORTED
    lines = way.lines.where(*way.conditions(conn.dialect.name, wanted))
    return _behind(lines, Order.PUBLISHED, None, False).limit(most), most


def _rows(conn: Connection, query: Select[Any], most: int) -> int:
    some = query.limit(most).subquery()
    return int(conn.execute(select(func.count()).select_from(some)).scalar_one())


def _bring_up_to_date(conn: Connection) -> None:
    """Within a transaction that writes, its own changes are seen too."""
    if conn.get_execution_options().get("store_writes", False):
        relisting.settle(conn)


# ------------------------------------------------------------------------ where a list is begun at


@dataclass(frozen=True, slots=True)
class _Way:
    """How the lines of a list are come by.

    Attributes:
        lines: all that may be wanted.
        walked: the same in the order of the list.
        told: what of the selection `lines` fulfil already.
        is_long: `lines` are so many that not all can be fetched.
        is_common: and words narrow them, which so many articles hold that these are gathered
            first; or that the first of `walked` will do.
    """

    lines: Select[Any]
    walked: Select[Any]
    told: frozenset[str] = frozenset()
    is_long: bool = True
    is_common: bool = False

    def conditions(self, dialect: str, wanted: Selection) -> Iterator[ColumnElement[bool]]:
        """What the lines must fulfil besides."""
        chosen = {name: each for name, each in wanted.chosen.items() if name not in self.told}
        tree = None if "words" in self.told else wanted.tree
        rest = replace(wanted, tree=tree, chosen=chosen)
        is_gathered = self.is_common or (not self.is_long and "alike" not in self.told)
        return conditions(dialect, rest, listed, gathered=is_gathered)


_ALIKE_TOLD = frozenset((*COUNTED, "alike"))


def _way(conn: Connection, wanted: Selection, order: Order) -> _Way | None:
    """The way on which fewest lines have to be looked at; None where the counts say that there are
    none."""
    few = None
    if kind_conditions(wanted):
        few = _kept(conn, wanted)
        if few == 0:
            return None
    walked = _between(_columns(order).where(listed.c.incident_id == wanted.list_id), wanted)
    found, is_words = candidates(conn.dialect.name, wanted)
    if found is not None:
        most = MOST_SORTED if few is None else min(MOST_SORTED, few)
        if _rows(conn, found, most + 1) <= most:
            return _among(wanted, order, found, walked)
    if few is None or wanted.is_of_left:
        return _Way(walked, walked, is_common=is_words)
    if few <= MOST_ALIKE or is_words:
        is_long = few > MOST_ALIKE
        return _Way(_alike(wanted, order), walked, _ALIKE_TOLD, is_long, is_long and is_words)
    return _Way(walked, walked)


def _among(wanted: Selection, order: Order, found: Select[Any], walked: Select[Any]) -> _Way:
    """Lines of articles that an index found; by no index that begins with the incident."""
    lines = _columns(order).where(
        listed.c.article_id.in_(found), listed.c.incident_id + 0 == wanted.list_id
    )
    by_label = "label" in wanted.chosen
    is_all = not by_label and wanted.tree is not None and search.is_words(wanted.tree)
    told = frozenset({"words"} if is_all else {"alike"} if by_label else ())
    return _Way(lines, walked, told, is_long=False)


def _alike(wanted: Selection, order: Order) -> Select[Any]:
    """Lines that have what was chosen, by the kinds of lines that have it."""
    of = facet_count.c.incident_id == wanted.list_id
    kinds = select(facet_count.c.id).where(of, *kind_conditions(wanted))
    return _between(_columns(order).where(listed.c.facet_id.in_(kinds)), wanted)


def _columns(order: Order) -> Select[Any]:
    return select(listed, _COLUMNS[order].label("place"))


def _between(query: Select[Any], wanted: Selection) -> Select[Any]:
    times = span(wanted)
    if times.since is not None:
        query = query.where(listed.c.listed_at >= times.since)
    if times.until is not None:
        query = query.where(listed.c.listed_at < times.until)
    return query


def _kept(conn: Connection, wanted: Selection) -> int:
    """Lines that are alike in what was chosen."""
    of = facet_count.c.incident_id == wanted.list_id
    n = func.coalesce(func.sum(facet_count.c.n), 0)
    return int(conn.execute(select(n).where(of, *kind_conditions(wanted))).scalar_one())
