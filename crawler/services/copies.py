"""Groups of copies as people see them: who had a text first and why, who carries it, how each
differs, how many sources that makes; and parting and joining them by hand."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from crawler.home import Home
from pipelines.dates import iso
from pipelines.dedupe import (
    Difference,
    Origin,
    carrier_of,
    difference,
    independent,
    origin_of,
)
from pipelines.errors import BadInput
from pipelines.stages import regroup
from pipelines.store import Connection, articles, copy_decisions, incidents, spread, texts
from pipelines.store.spread import Alike, Carried

#: Carriers of one text whose differences are worked out; of more the list alone is given.
MOST_COMPARED = 100


@dataclass(frozen=True, slots=True)
class Spread:
    """So many articles, and so many sources that don't repeat each other."""

    articles: int
    independent: int

    def record(self) -> dict[str, int]:
        """As JSON has it."""
        return {"articles": self.articles, "independent": self.independent}


def spread_of_groups(conn: Connection, groups: Collection[int]) -> Mapping[int, Spread]:
    """Of each of these groups, in one query: for a page of a list."""
    return {group: _counted(rows) for group, rows in spread.of_groups(conn, groups).items()}


def spread_of_incident(home: Home, slug: str) -> Spread:
    """Of an incident's follow-ups, dismissed ones left out."""
    with home.database.read() as conn:
        return _counted(spread.of_incident(conn, incidents.get(conn, slug).id or 0))


def _counted(rows: Collection[Alike]) -> Spread:
    return Spread(sum(row.articles for row in rows), independent(rows))


def group_of(home: Home, id: int) -> dict[str, Any]:
    """The copy group of an article; one that stands alone is the origin of itself.

    Gives `id`, `group` (null: it stands alone), `articles`, `independent`, `origin` (an article
    with `reason`), `carriers` (articles with `kind`, `similarity` 0 to 1, `decided`: "together" or
    "apart" where a person said so, and `difference` to the origin), the first to have it first, and
    `apart`: ids that were parted from it by hand. An article here is `id`, `url`, `outlet`,
    `title`, `published_at`, `since` (first seen), `credit` and `credit_found`. `difference` is
    `said` in words, `headline` (another one), `cut` and `added` (words), `share_cut`,
    `share_added`, `keeps_lead`, `cut_at`; null where a text is gone, or was not looked at among
    very many. Raises UnknownThing.
    """
    with home.database.read() as conn:
        articles.get(conn, id)
        first, *rest = spread.carriers(conn, id)
        decided = _decided(conn, id)
        base = texts.text_of(conn, first.id) if rest else None
        carriers = [
            _carrier(conn, first, base if place < MOST_COMPARED else None, one, decided)
            for place, one in enumerate(rest)
        ]
        whole = _spread_of(conn, first)
    members = {first.id, *(one.id for one in rest)}
    return {
        "id": id,
        "group": first.group,
        **whole.record(),
        "origin": {**_told(first), "reason": reason_of([first, *rest])},
        "carriers": carriers,
        "apart": sorted(
            other for other, word in decided.items() if word == "apart" and other not in members
        ),
    }


def told_of(conn: Connection, id: int) -> dict[str, Any]:
    """What an article's own page shows of its group: `credit` and `credit_found`, `origin_reason`
    (null: it stands alone), `independent` (sources in the group, itself among them)."""
    group = spread.carriers(conn, id)
    this = next(one for one in group if one.id == id)
    return {
        "credit": this.credit,
        "credit_found": this.credit_found,
        "origin_reason": reason_of(group),
        "independent": _spread_of(conn, this).independent,
    }


def reason_of(group: list[Carried]) -> str | None:
    """Why the first of a group is its origin; None where it stands alone."""
    first, *rest = group
    if not rest:
        return None
    if first.origin_reason is not None:
        return first.origin_reason
    found = _origin(group)
    return found.reason if found.id == first.id else "stored first"


def _origin(group: list[Carried]) -> Origin:
    return origin_of(
        [
            carrier_of(
                one.id,
                url=one.url,
                outlet=one.outlet,
                title=one.title,
                published_at=one.published_at,
                first_seen_at=one.first_seen_at,
                credit=one.credit,
                credit_found=one.credit_found,
                partial=one.partial,
                words=one.words,
            )
            for one in group
        ]
    )


def _spread_of(conn: Connection, one: Carried) -> Spread:
    alone = Spread(1, 1)
    return alone if one.group is None else spread_of_groups(conn, [one.group])[one.group]


def _decided(conn: Connection, id: int) -> dict[int, str]:
    """The other article of each decision on this one, and the decision."""
    return {
        one.other_id if one.article_id == id else one.article_id: _WORD[one.together]
        for one in copy_decisions.of_article(conn, id)
    }


_WORD = {True: "together", False: "apart"}


def _told(one: Carried) -> dict[str, Any]:
    return {
        "id": one.id,
        "url": one.url,
        "outlet": one.outlet,
        "title": one.title,
        "published_at": iso(one.published_at),
        "since": iso(one.first_seen_at),
        "credit": one.credit,
        "credit_found": one.credit_found,
    }


def _carrier(
    conn: Connection, first: Carried, base: str | None, one: Carried, decided: Mapping[int, str]
) -> dict[str, Any]:
    text = None if base is None else texts.text_of(conn, one.id)
    found = None
    if base is not None and text is not None:
        found = difference(first.title, base, one.title, text)
    return {
        **_told(one),
        "kind": one.kind and str(one.kind),
        "similarity": one.similarity,
        "decided": decided.get(one.id),
        "difference": None if found is None else _difference(found),
    }


def _difference(found: Difference) -> dict[str, Any]:
    return {
        "said": found.said,
        "headline": found.headline,
        "cut": found.cut,
        "added": found.added,
        "share_cut": round(found.share_cut, 3),
        "share_added": round(found.share_added, 3),
        "keeps_lead": found.keeps_lead,
        "cut_at": found.cut_at,
    }


def split(home: Home, id: int, *, by: str) -> dict[str, Any]:
    """Take an article out of its group for good, whatever later crawls find; `merge` undoes it.

    One that had been joined by hand is parted from those it was joined with, and keeps copies of
    its own; any other is parted from all members. Gives `id`, `group` (null: it stands alone),
    `parted_from` (ids). Raises UnknownThing, and BadInput where it is in no group.
    """
    with home.database.write() as conn:
        articles.get(conn, id)
        others = {one.id for one in spread.carriers(conn, id)} - {id}
        if not others:
            raise BadInput(
                f"Article {id} is in no group of copies.",
                remedy=f"See whom it was parted from: followup articles copies {id}",
            )
        decided = _decided(conn, id)
        joined = {other for other in others if decided.get(other) == "together"}
        for other in joined or others:
            copy_decisions.decide(conn, id, other, together=False, by=by, now=home.now())
        regroup(conn, [id], now=home.now())
        group = spread.carriers(conn, id)[0].group
    return {"id": id, "group": group, "parted_from": sorted(joined or others)}


def merge(home: Home, id: int, other: int, *, by: str) -> dict[str, Any]:
    """Put two articles, and all copies of either, into one group for good; `split` undoes it.

    What had been parted by hand between the two groups is taken back. Gives `id`, `other`, `group`,
    `origin` (an id) and `articles` (how many the group has now). Raises UnknownThing, and BadInput
    for one article twice.
    """
    if id == other:
        raise BadInput(f"{id} and {other} are one article.", remedy="Name two articles.")
    with home.database.write() as conn:
        for each in (id, other):
            articles.get(conn, each)
        mine, theirs = (_ids(conn, each) for each in (id, other))
        for one, far in product(mine, theirs):
            copy_decisions.withdraw(conn, one, far)
        copy_decisions.decide(conn, id, other, together=True, by=by, now=home.now())
        regroup(conn, [id, other], now=home.now())
        group = spread.carriers(conn, id)
    return {
        "id": id,
        "other": other,
        "group": group[0].group,
        "origin": group[0].id,
        "articles": len(group),
    }


def _ids(conn: Connection, id: int) -> set[int]:
    return {one.id for one in spread.carriers(conn, id)}
