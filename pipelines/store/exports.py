"""What goes out: the articles of an incident, whole, one after the other."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, func, select

from pipelines.items import Dated, Entry, Reason
from pipelines.outcomes import Outcome, Verdict
from pipelines.records import dates_of, entries_of
from pipelines.store.database import chunks
from pipelines.store.known import with_offset
from pipelines.store.schema import alias, article, link, match, review, revision
from pipelines.store.texts import CURRENT

#: An incident's own: what it took, and what a person may still take.
TAKEN = (Verdict.FOLLOW_UP, Verdict.CANDIDATE, Verdict.OUT_OF_WINDOW)


@dataclass(frozen=True, slots=True)
class Exported:
    """An article with one incident's view of it; a copy is an article of its own here.

    Times of publication have the page's own offset. `text` None: it expired; `html` as in
    `known.Known`. `credit` is the agency that it is credited to, `group` the copy group, `copy_of`
    its origin. `revisions` counts edits: 0 for one that never changed.
    """

    id: int
    url: str
    canonical_url: str
    aliases: tuple[str, ...]
    title: str | None
    text: str | None
    html: str | None
    authors: tuple[str, ...]
    published_at: datetime | None
    modified_at: datetime | None
    first_seen_at: datetime
    outlet: str | None
    language: str | None
    section: str | None
    is_free: bool | None
    image: str | None
    dates: tuple[Dated, ...]
    entries: tuple[Entry, ...]
    provenance: Mapping[str, str]
    outcome: Outcome
    verdict: Verdict
    score: float
    reasons: tuple[Reason, ...]
    review: str | None
    credit: str | None
    group: int | None
    copy_of: int | None
    revisions: int
    partial: bool
    vanished_at: datetime | None


def export(
    conn: Connection, incident_id: int, *, verdicts: Collection[Verdict] = TAKEN
) -> Iterator[Exported]:
    """The incident's articles in order of time, of the verdicts or kept by a person.

    They come in portions; the transaction must stay open until the last.
    """
    kept = match.c.review.in_(["keep", "star"]) | match.c.verdict.in_(verdicts)
    ids = conn.execute(
        select(article.c.id)
        .join(match, match.c.article_id == article.c.id)
        .where(match.c.incident_id == incident_id, kept)
        .order_by(article.c.listed_at, article.c.id)
    ).scalars()
    for some in chunks(ids.all(), 200):
        yield from _portion(conn, incident_id, some)


def _portion(conn: Connection, incident_id: int, ids: list[int]) -> Iterable[Exported]:
    other = _aliases(conn, ids)
    rows = conn.execute(
        select(
            article, revision.c.text, revision.c.html, revision.c.entries, revision.c.number, match
        )
        .select_from(CURRENT.join(match, match.c.article_id == article.c.id))
        .where(article.c.id.in_(ids), match.c.incident_id == incident_id)
        .order_by(article.c.listed_at, article.c.id)
    )
    for row in rows:
        yield Exported(
            id=row.id,
            url=row.url,
            canonical_url=row.canonical_url,
            aliases=tuple(other.get(row.id, ())),
            title=row.title,
            text=row.text,
            html=row.html,
            authors=tuple(row.authors),
            published_at=_shown(row.published_at, row.published_offset),
            modified_at=_shown(row.modified_at, row.modified_offset),
            first_seen_at=row.first_seen_at,
            outlet=row.outlet,
            language=row.language,
            section=row.section,
            is_free=row.is_free,
            image=row.image,
            dates=dates_of(row.dates or ()),
            entries=entries_of(row.entries or ()),
            provenance=row.provenance,
            outcome=Outcome(row.outcome),
            verdict=Verdict(row.verdict),
            score=row.score,
            reasons=tuple(Reason(*reason) for reason in row.reasons),
            review=row.review,
            credit=row.credit,
            group=row.group_id,
            copy_of=row.copy_of,
            revisions=row.number - 1,
            partial=row.partial,
            vanished_at=row.vanished_at,
        )


def _shown(at: datetime | None, offset: int | None) -> datetime | None:
    return None if at is None else with_offset(at, offset)


def _aliases(conn: Connection, ids: list[int]) -> Mapping[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    wanted = select(alias.c.article_id, alias.c.url).where(alias.c.article_id.in_(ids))
    for id, url in conn.execute(wanted.order_by(alias.c.key)):
        found[id].append(url)
    return found


@dataclass(frozen=True, slots=True)
class Quotable:
    """What a feed tells of an article beside its line in a list.

    Attributes:
        text: None: it expired.
        published_at: with the page's own offset.
        updated_at: when its current version was first read, or it was found to be taken down.
        changed_at: the same, or a later judgement or decision, which may bring it into a list.
    """

    id: int
    canonical_url: str
    authors: tuple[str, ...]
    text: str | None
    published_at: datetime | None
    copy_of: int | None
    updated_at: datetime
    changed_at: datetime


def quotable(conn: Connection, ids: Collection[int]) -> dict[int, Quotable]:
    """The articles of these ids that are there, by id."""
    found = {}
    for some in chunks(ids, 200):
        judged = _latest(conn, match.c.judged_at, some), _latest(conn, match.c.reviewed_at, some)
        decided = _latest(conn, review.c.decided_at, some)
        wanted = select(article, revision.c.text, revision.c.seen_at).select_from(CURRENT)
        for row in conn.execute(wanted.where(article.c.id.in_(some))):
            updated = max(filter(None, (row.seen_at, row.vanished_at)))
            later = (times.get(row.id) for times in (*judged, decided))
            found[row.id] = Quotable(
                id=row.id,
                canonical_url=row.canonical_url,
                authors=tuple(row.authors),
                text=row.text,
                published_at=_shown(row.published_at, row.published_offset),
                copy_of=row.copy_of,
                updated_at=updated,
                changed_at=max(filter(None, (updated, *later))),
            )
    return found


def _latest(conn: Connection, at: Column[Any], ids: list[int]) -> Mapping[int, datetime]:
    """Article -> the latest of these times of it; without those that have none."""
    of = at.table.c.article_id
    wanted = select(of, func.max(at)).where(of.in_(ids), at.is_not(None)).group_by(of)
    return {row[0]: row[1] for row in conn.execute(wanted)}


@dataclass(frozen=True, slots=True)
class Done:
    """What a person did once to an article for an incident: decided (`decision` None without a
    label: took it back), wrote a note, or put a label on or off (`labelled`)."""

    article_id: int
    decision: str | None
    note: str | None
    label: str | None
    labelled: bool | None
    by: str
    at: datetime


def decisions(conn: Connection, incident_id: int) -> Iterator[Done]:
    """All that people did in an incident, in the order in which they did it."""
    wanted = select(review).where(review.c.incident_id == incident_id).order_by(review.c.id)
    for row in conn.execute(wanted):
        yield Done(
            article_id=row.article_id,
            decision=row.decision,
            note=row.note,
            label=row.label,
            labelled=row.labelled,
            by=row.decided_by,
            at=row.decided_at,
        )


def hold_state(conn: Connection) -> None:
    """From here on the transaction sees one state; call it before anything is read. SQLite's do
    anyway."""
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def last_change(conn: Connection, incident_id: int) -> datetime | None:
    """When anything that an export of the incident tells was last changed; None: nothing is
    there."""
    mine = match.c.incident_id == incident_id
    of_mine = select(match.c.article_id).where(mine)
    wanted = (
        select(func.max(match.c.judged_at)).where(mine),
        select(func.max(match.c.reviewed_at)).where(mine),
        select(func.max(review.c.decided_at)).where(review.c.incident_id == incident_id),
        select(func.max(revision.c.seen_at)).where(revision.c.article_id.in_(of_mine)),
        select(func.max(article.c.vanished_at)).where(article.c.id.in_(of_mine)),
        select(func.max(link.c.changed_at)),
    )
    found = (conn.execute(one).scalar() for one in wanted)
    return max(filter(None, found), default=None)
