"""Which articles a list is of: what was chosen in the facets, and what was typed, as conditions.

A condition is on one line of `listed`, under whatever alias it is looked at: a line may have to be
compared with the others of its group under the same conditions.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, not_, or_, select, union

from pipelines.errors import BadInput
from pipelines.outcomes import Verdict
from pipelines.store import search
from pipelines.store.intervals import Interval, parse_interval
from pipelines.store.query import All, Either, Host, Labelled, Not, Tree, Within
from pipelines.store.schema import article, facet_count, label, match, source

#: Facets that a row of `facet_count` tells, in the order in which they are offered.
COUNTED = ("review", "verdict", "outlet", "country", "language", "source", "copies", "changed")
#: What a list can be narrowed by, in the order in which it is offered. Values as they are chosen
#: and stand in addresses: review "none", "keep", "dismiss", "star"; verdict as `outcomes.Verdict`;
#: outlet a name; country and language codes; day "2014-12-19" or "2014-12-19/2014-12-22"; source an
#: id; copies "alone", "several"; changed "no", "edited", "vanished"; label a name.
FACETS = ("review", "verdict", "outlet", "country", "language", "day", "source", "copies",
          "changed", "label")  # fmt: skip
#: In a facet's values: it is unknown, or there is none.
UNKNOWN = "-"
#: Values that may be chosen in a facet, and signs of each.
MOST_CHOSEN = 50
MOST_SIGNS = 300

Lines = FromClause

_FIXED: dict[str, dict[str, Any]] = {
    "review": {"none": "", "keep": "keep", "dismiss": "dismiss", "star": "star"},
    "verdict": {str(verdict): str(verdict) for verdict in Verdict},
    "copies": {"alone": False, "several": True},
    "changed": {value: value for value in ("no", "edited", "vanished")},
}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which articles are wanted.

    Attributes:
        incident_id: those of an incident, which are all that it judged but what is off topic and
            undecided; that as well where the verdict is chosen so. None: all articles.
        tree: what was typed; None: nothing.
        chosen: facet -> values of which one must hold; facets must hold together.
    """

    incident_id: int | None = None
    tree: Tree | None = None
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def list_id(self) -> int:
        """Of which incident's lines the list is made; 0: of the articles of all."""
        return 0 if self.incident_id is None or self.is_of_left else self.incident_id

    @property
    def is_of_left(self) -> bool:
        """What an incident left as off topic has no lines of its own."""
        verdicts = self.chosen.get("verdict", ())
        return self.incident_id is not None and Verdict.OFF_TOPIC in verdicts

    def without(self, facet: str) -> "Selection":
        """The same with nothing chosen in a facet."""
        return replace(self, chosen={k: v for k, v in self.chosen.items() if k != facet})


def checked(chosen: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """What was chosen, without facets in which nothing is. Raises BadInput for a facet or a value
    that there cannot be."""
    found: dict[str, tuple[str, ...]] = {}
    for name, values in chosen.items():
        if name not in FACETS:
            raise BadInput(f"{name!r} is no facet.", remedy=f"There are {', '.join(FACETS)}.")
        if len(values) > MOST_CHOSEN or any(len(value) > MOST_SIGNS for value in values):
            raise BadInput(f"Too much is chosen in {name}.")
        for value in values:
            _check(name, value)
        if values:
            found[name] = tuple(dict.fromkeys(values))
    return found


#: An id that the store can hold.
_ID = re.compile(r"[0-9]{1,18}")


def _check(name: str, value: str) -> None:
    known = _FIXED.get(name)
    if known is not None and value not in known:
        raise BadInput(f"{value!r} is no {name}.", remedy=f"There are {', '.join(known)}.")
    if name == "source" and not (value == UNKNOWN or _ID.fullmatch(value)):
        raise BadInput(f"{value!r} is no source.", remedy="Give the id of one.")
    if name == "day":
        day_interval(value)


def day_interval(value: str) -> Interval:
    """A day, or days, as a value of the facet. Raises BadInput."""
    if value[:1] in ("P", "p") or "/P" in value.upper():
        raise BadInput(f"{value!r} names no days.", remedy="Write it as 2014-12-19.")
    return parse_interval(value, datetime(1970, 1, 1, tzinfo=UTC))


# --------------------------------------------------------------------------------------- conditions


def conditions(
    dialect: str, wanted: Selection, lines: Lines, *, gathered: bool = False
) -> Iterator[ColumnElement[bool]]:
    """What a line must fulfil besides being of its list; the cheap ones first. `gathered`: so many
    lines are asked for the words that the articles with them are gathered once."""
    if wanted.is_of_left:
        yield _left(wanted, lines)
    if kinds := list(kind_conditions(wanted)):
        kind = select(facet_count.c.id).where(facet_count.c.id == lines.c.facet_id, *kinds)
        yield kind.correlate(lines).exists()
    if days := wanted.chosen.get("day"):
        yield or_(*(_within(lines.c.listed_at, day_interval(day)) for day in days))
    if labels := wanted.chosen.get("label"):
        yield or_(*(_labelled(wanted, lines, name) for name in labels))
    if wanted.tree is not None:
        yield _holds(dialect, wanted, lines, wanted.tree, gathered)


def kind_conditions(wanted: Selection) -> list[ColumnElement[bool]]:
    """What a row of `facet_count` must fulfil."""
    skipped = ("verdict", "review") if wanted.is_of_left else ()
    return [
        _kind(name, wanted.chosen[name])
        for name in COUNTED
        if name in wanted.chosen and name not in skipped
    ]


def _kind(name: str, values: Sequence[str]) -> ColumnElement[bool]:
    columns: dict[str, ColumnElement[Any]] = {
        "review": facet_count.c.review,
        "verdict": facet_count.c.verdict,
        "copies": facet_count.c.copied,
        "changed": facet_count.c.changed,
        "outlet": facet_count.c.outlet,
        "language": facet_count.c.language,
    }
    if name in _FIXED:
        return columns[name].in_([_FIXED[name][value] for value in values])
    if name in columns:
        return columns[name].in_(["" if value == UNKNOWN else value for value in values])
    there = select(source.c.id)
    known = [value for value in values if value != UNKNOWN]
    if name == "source":
        found = facet_count.c.source_id.in_([int(value) for value in known])
        unknown = facet_count.c.source_id.not_in(there)
    else:
        found = facet_count.c.source_id.in_(there.where(source.c.country.in_(known)))
        unknown = facet_count.c.source_id.not_in(there.where(source.c.country.is_not(None)))
    return or_(found, unknown) if UNKNOWN in values else found


def _left(wanted: Selection, lines: Lines) -> ColumnElement[bool]:
    """The incident judged the article so, whether or not the article has a line of its."""
    judged = and_(
        match.c.article_id == lines.c.article_id, match.c.incident_id == wanted.incident_id
    )
    said: list[ColumnElement[bool]] = [match.c.verdict.in_(wanted.chosen["verdict"])]
    if "review" in wanted.chosen:
        reviews = [_FIXED["review"][value] for value in wanted.chosen["review"]]
        undecided = match.c.review.is_(None)
        decided = match.c.review.in_([value for value in reviews if value])
        said.append(or_(decided, undecided) if "" in reviews else decided)
    return select(match.c.article_id).where(judged, *said).correlate(lines).exists()


def _within(at: ColumnElement[datetime], interval: Interval) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = []
    if interval.since is not None:
        parts.append(at >= interval.since)
    if interval.until is not None:
        parts.append(at < interval.until)
    return and_(*parts)


def _labels(wanted: Selection, name: str) -> Select[Any]:
    named = select(label.c.article_id).where(label.c.name == name)
    if wanted.incident_id is None:
        return named
    return named.where(label.c.incident_id == wanted.incident_id)


def _labelled(wanted: Selection, lines: Lines, name: str) -> ColumnElement[bool]:
    mine = _labels(wanted, name).where(label.c.article_id == lines.c.article_id)
    return mine.correlate(lines).exists()


def _at_host(name: str) -> Select[Any]:
    return select(article.c.id).where(article.c.host.in_([name, f"www.{name}"]))


def _holds(
    dialect: str, wanted: Selection, lines: Lines, tree: Tree, gathered: bool
) -> ColumnElement[bool]:
    if search.is_words(tree):
        ask = search.is_among if gathered else search.holds
        return ask(dialect, tree, lines.c.article_id)
    match tree:
        case All(parts):
            each = (_holds(dialect, wanted, lines, part, gathered) for part in joined(parts))
            return and_(*each)
        case Either(parts):
            return or_(*(_holds(dialect, wanted, lines, part, gathered) for part in parts))
        case Not(part):
            return not_(_holds(dialect, wanted, lines, part, gathered))
        case Within(interval, seen):
            return _within(lines.c.first_seen_at if seen else lines.c.listed_at, interval)
        case Labelled(name):
            return _labelled(wanted, lines, name)
        case Host(name):
            mine = _at_host(name).where(article.c.id == lines.c.article_id)
            return mine.correlate(lines).exists()
    raise TypeError(f"{tree!r} is no part of a query")


def joined(parts: Sequence[Tree]) -> Sequence[Tree]:
    """What must hold together, all words of it as one part that the index is asked for at once;
    that stands last, as it costs most."""
    words = [part for part in parts if search.is_words(part)]
    if not words:
        return parts
    unwanted = [one for one in parts if isinstance(one, Not) and search.is_words(one.part)]
    rest = [part for part in parts if part not in words and part not in unwanted]
    return (*rest, All((*words, *unwanted)))


# -------------------------------------------------------------------------- what a list begins with


def candidates(dialect: str, wanted: Selection) -> tuple[Select[Any] | None, bool]:
    """Ids of articles among which all wanted ones are, found by an index of their own, and whether
    that is the one of words; None where no part of what is wanted has one."""
    if labels := wanted.chosen.get("label"):
        return _one_of([_labels(wanted, name) for name in labels]), False
    if wanted.tree is None:
        return None, False
    words = joined(wanted.tree.parts)[-1] if isinstance(wanted.tree, All) else wanted.tree
    return _found_by(dialect, wanted, wanted.tree), search.is_words(words)


def _found_by(dialect: str, wanted: Selection, tree: Tree) -> Select[Any] | None:
    if search.is_words(tree):
        return search.holding(dialect, tree)
    match tree:
        case Labelled(name):
            return _labels(wanted, name)
        case Host(name):
            return _at_host(name)
        case Either(parts):
            found = [_found_by(dialect, wanted, part) for part in parts]
            return None if None in found else _one_of([each for each in found if each is not None])
        case All(parts):
            if search.is_words(words := joined(parts)[-1]):
                return search.holding(dialect, words)
            each = (_found_by(dialect, wanted, part) for part in parts)
            return next((found for found in each if found is not None), None)
    return None


def _one_of(found: Sequence[Select[Any]]) -> Select[Any]:
    if len(found) == 1:
        return found[0]
    each = union(*found).subquery()
    return select(each.c[0])


def span(wanted: Selection) -> Interval:
    """Between which times of publication all wanted articles lie."""
    found = Interval(None, None)
    trees = wanted.tree.parts if isinstance(wanted.tree, All) else (wanted.tree,)
    for tree in trees:
        if isinstance(tree, Within) and not tree.seen:
            found = _both(found, tree.interval)
    if days := wanted.chosen.get("day"):
        each = [day_interval(day) for day in days]
        since = [one.since for one in each]
        until = [one.until for one in each]
        hull = Interval(
            None if None in since else min(at for at in since if at is not None),
            None if None in until else max(at for at in until if at is not None),
        )
        found = _both(found, hull)
    return found


def _both(one: Interval, other: Interval) -> Interval:
    since = [at for at in (one.since, other.since) if at is not None]
    until = [at for at in (one.until, other.until) if at is not None]
    return Interval(max(since, default=None), min(until, default=None))


def kept_counts_tell(wanted: Selection) -> bool:
    """True where the rows of `facet_count` alone tell how many articles are wanted."""
    return (
        wanted.tree is None
        and not wanted.is_of_left
        and not ({"day", "label"} & set(wanted.chosen))
    )
