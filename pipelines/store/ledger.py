"""The ledger: every address the store knows of, and what became of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, select, update

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


def ledger(
    conn: Connection,
    incident_id: int,
    *,
    limit: int | None = None,
    outcomes: Collection[Outcome] | None = None,
) -> list[Entry]:
    """All links, the latest change first; those that nothing became of yet are DEFERRED."""
    outcome = func.coalesce(link.c.outcome, Outcome.DEFERRED.value)
    wanted = (
        select(
            link.c.id,
            link.c.url,
            func.coalesce(article.c.title, link.c.title),
            func.coalesce(source.c.outlet, source.c.url, link.c.found_in),
            outcome,
            match.c.verdict,
            link.c.reason,
            link.c.changed_at,
            link.c.article_id,
            link.c.outcome.is_(None),
        )
        .select_from(
            link.outerjoin(article, article.c.id == link.c.article_id)
            .outerjoin(source, source.c.id == link.c.source_id)
            .outerjoin(
                match,
                and_(match.c.article_id == link.c.article_id, match.c.incident_id == incident_id),
            )
        )
        .order_by(link.c.changed_at.desc(), link.c.id.desc())
        .limit(limit)
    )
    if outcomes is not None:
        wanted = wanted.where(outcome.in_(outcomes))
    return [
        Entry(
            id=row[0],
            url=row[1],
            title=row[2],
            source=row[3],
            outcome=Outcome(row[4]),
            verdict=None if row[5] is None else Verdict(row[5]),
            reason="queued, not asked for yet" if row[9] else row[6],
            at=row[7],
            article_id=row[8],
        )
        for row in conn.execute(wanted)
    ]


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
