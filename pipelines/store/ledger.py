"""The ledger: every address the store knows of, and what became of it."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    func,
    literal,
    select,
    tuple_,
    union_all,
    update,
)

from pipelines.errors import UnknownThing
from pipelines.outcomes import Outcome, Verdict, page_outcome
from pipelines.store import matches
from pipelines.store.schema import article, crawl_link, link, match, source


@dataclass(frozen=True, slots=True)
class Entry:
    """One address. `id` is the link's. `source` is the outlet or the address of what named it, None
    for one typed by hand. `verdict` is the asked incident's, None where it never judged it."""

    id: int
    url: str
    title: str | None
    source: str | None
    outcome: Outcome
    verdict: Verdict | None
    reason: str | None
    at: datetime
    article_id: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """A link by its id: where it leads, and the article that was read there."""

    id: int
    url: str
    article_id: int | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands in the ledger."""

    at: datetime
    id: int


def ledger(
    conn: Connection,
    incident_id: int,
    *,
    limit: int | None = None,
    outcomes: Collection[Outcome] | None = None,
    after: Place | None = None,
) -> list[Entry]:
    """All links, the latest change first; those that nothing became of yet are DEFERRED. `after`:
    those behind a place.

    Outcomes are asked for one by one: with several at once all their links would be sorted.
    """
    wanted = _entries(incident_id).limit(limit)
    if after is not None:
        here = tuple_(literal(after.at, link.c.changed_at.type), literal(after.id))
        wanted = wanted.where(tuple_(link.c.changed_at, link.c.id) < here)
    asked = [wanted]
    if outcomes is not None:
        asked = [wanted.where(each) for outcome in outcomes for each in _became(outcome)]
    found = [_entry(row) for each in asked for row in conn.execute(each)]
    return sorted(found, key=lambda one: (one.at, one.id), reverse=True)[:limit]


def _entries(incident_id: int) -> Select[Any]:
    judged = and_(match.c.article_id == link.c.article_id, match.c.incident_id == incident_id)
    return (
        select(
            link.c.id,
            link.c.url,
            func.coalesce(article.c.title, link.c.title),
            func.coalesce(source.c.outlet, source.c.url, link.c.found_in),
            link.c.outcome,
            match.c.verdict,
            link.c.reason,
            link.c.changed_at,
            link.c.article_id,
        )
        .select_from(
            link.outerjoin(article, article.c.id == link.c.article_id)
            .outerjoin(source, source.c.id == link.c.source_id)
            .outerjoin(match, judged)
        )
        .order_by(link.c.changed_at.desc(), link.c.id.desc())
    )


def _became(outcome: Outcome) -> list[ColumnElement[bool]]:
    """The conditions of which a link that ended so fulfils one."""
    settled = link.c.outcome == outcome
    return [settled, link.c.outcome.is_(None)] if outcome is Outcome.DEFERRED else [settled]


def _entry(row: Any) -> Entry:
    return Entry(
        id=row[0],
        url=row[1],
        title=row[2],
        source=row[3],
        outcome=Outcome.DEFERRED if row[4] is None else Outcome(row[4]),
        verdict=None if row[5] is None else Verdict(row[5]),
        reason="queued, not asked for yet" if row[4] is None else row[6],
        at=row[7],
        article_id=row[8],
    )


def counts(conn: Connection, *, most: int) -> dict[Outcome, int]:
    """How many links ended in each outcome, of those that some ended in; `most` stands for that or
    more."""
    some = [
        select(literal(str(outcome)).label("outcome"), func.count().label("n")).select_from(
            select(link.c.id).where(each).limit(most).subquery()
        )
        for outcome in Outcome
        for each in _became(outcome)
    ]
    found = Counter[Outcome]()
    for outcome, n in conn.execute(union_all(*some)):
        found[Outcome(outcome)] += int(n)
    return {outcome: min(n, most) for outcome, n in found.items() if n}


def entry(conn: Connection, id: int) -> Line:
    """One link of the ledger. Raises UnknownThing."""
    row = conn.execute(select(link.c.url, link.c.article_id).where(link.c.id == id)).one_or_none()
    if row is None:
        raise UnknownThing("link", id, remedy="'followup ledger SLUG' shows their ids.")
    return Line(id, row.url, row.article_id)


def judged_anew(conn: Connection, article_id: int, *, now: datetime) -> None:
    """Tells the links of an article what its verdicts are by now, where they ended by its verdicts.

    A link that was stored stays so: what no incident takes any more is not taken away. Lists of
    earlier crawls say what they said.
    """
    found = matches.of_article(conn, article_id)
    if not found:
        return
    words = ", ".join(reason.term for reason in found[0].reasons[:3] if reason.weight > 0)
    said = f"judged anew: score {found[0].score:.3f}" + (f" ({words})" if words else "")
    outcome = page_outcome(match.verdict for match in found)
    is_copy = select(article.c.copy_of).where(article.c.id == article_id)
    if outcome is Outcome.STORED and conn.execute(is_copy).scalar() is not None:
        outcome = Outcome.COPY
    mine = update(link).where(link.c.article_id == article_id)
    stored, left = link.c.outcome == Outcome.STORED, link.c.outcome.in_(_LEFT)
    conn.execute(mine.where(stored).values(reason=said, changed_at=now))
    conn.execute(mine.where(left).values(outcome=outcome, reason=said, changed_at=now))


_LEFT = (Outcome.CANDIDATE, Outcome.OUT_OF_WINDOW, Outcome.OFF_TOPIC)


@dataclass(frozen=True, slots=True)
class Ended:
    """How one link ended in one crawl."""

    url: str
    outcome: Outcome
    reason: str | None


def of_crawl(conn: Connection, crawl_id: int, *, limit: int) -> list[Ended]:
    """How the links of one crawl ended that named none but a few, in the order of their ids."""
    rows = conn.execute(
        select(link.c.url, crawl_link.c.outcome, crawl_link.c.reason)
        .join(link, link.c.id == crawl_link.c.link_id)
        .where(crawl_link.c.crawl_id == crawl_id, crawl_link.c.outcome.is_not(None))
        .order_by(link.c.id)
        .limit(limit)
    )
    return [Ended(row[0], Outcome(row[1]), row[2]) for row in rows]
