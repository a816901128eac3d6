"""Two stored articles that turn out to be one: the older row stays, the other goes into it.

Nothing that a person decided is lost: reviews, labels, decisions on copies and what was taken in by
hand go over. Of the versions those of one row stay, since the other's say the same in other words.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, Row, Table, and_, delete, or_, select, update

from pipelines.outcomes import Outcome
from pipelines.store import addresses, copies, search, sketches
from pipelines.store.columns import storable
from pipelines.store.database import insert_into
from pipelines.store.schema import (
    alias,
    article,
    copy_decision,
    copy_link,
    copy_queue,
    label,
    link,
    match,
    metadata,
    notice,
    page,
    review,
    revision,
    sketch,
)
from pipelines.store.texts import CURRENT

#: Rows of these go over to the article that stays.
_MOVED: tuple[Column[Any], ...] = (
    alias.c.article_id,
    link.c.article_id,
    notice.c.article_id,
    page.c.article_id,
    review.c.article_id,
)
#: These are looked after one by one below.
_WEIGHED: tuple[Column[Any], ...] = (
    article.c.copy_of,
    copy_decision.c.article_id,
    copy_decision.c.other_id,
    label.c.article_id,
    match.c.article_id,
    revision.c.article_id,
    sketch.c.article_id,
    copy_link.c.article_id,
    copy_link.c.other_id,
    copy_queue.c.article_id,
)
#: Columns that tell what the current version says, and at which address.
# fmt: off
_OF_THE_VERSION = (
    "url", "canonical_url", "host", "title", "authors", "published_at", "published_offset",
    "published_raw", "modified_at", "modified_offset", "modified_raw", "listed_at", "language",
    "outlet", "section", "is_free", "image", "partial", "words", "text_sha256", "provenance",
    "dates", "etag", "last_modified", "expired_at", "cosmetic_changes", "cosmetic_sha256",
    "credit", "credit_found",
)
# fmt: on
_KEPT = (Outcome.STORED, Outcome.COPY)


def merge(conn: Connection, stays: int, goes: int, *, versions_of: int) -> None:
    """Article `goes` becomes part of article `stays`; of the two, `versions_of` has the versions
    and the address that stay. What it is a copy of is judged anew: it stands in the queue."""
    if versions_of not in (stays, goes) or stays == goes:
        raise ValueError(f"articles {stays} and {goes} cannot be merged by {versions_of}")
    kept, gone = _row(conn, stays), _row(conn, goes)
    sketches.lock(conn)
    was_compared = sketches.texts(conn, (stays, goes))
    copies.withdraw(conn, [goes])
    _take_matches(conn, stays, goes)
    _take_labels(conn, stays, goes)
    _take_decisions(conn, stays, goes)
    for column in _MOVED:
        conn.execute(update(column.table).where(column == goes).values({column: stays}))
    if versions_of == goes:
        _take_versions(conn, stays, goes)
    search.remove(conn, [goes])
    conn.execute(delete(article).where(article.c.id == goes))
    conn.execute(update(article).where(article.c.id == stays).values(_summed(kept, gone)))
    if versions_of == goes:
        own = {name: getattr(gone, name) for name in _OF_THE_VERSION}
        addresses.give_up(conn, gone.key)
        conn.execute(update(article).where(article.c.id == stays).values(key=gone.key, **own))
        _index(conn, stays)
    other = kept if versions_of == goes else gone
    addresses.keep(conn, stays, other.key, other.url)
    if was_compared:  # it is compared anew with the text that it has now
        if versions_of == goes:
            sketches.drop(conn, [stays])
        sketches.enqueue(conn, [stays])


def kept_apart(conn: Connection, one: int, other: int) -> bool:
    """True where a person said that two articles are not the same."""
    pair = and_(
        copy_decision.c.article_id == min(one, other), copy_decision.c.other_id == max(one, other)
    )
    apart = select(copy_decision.c.article_id).where(pair, ~copy_decision.c.together)
    return conn.execute(apart).first() is not None


def handled() -> frozenset[Column[Any]]:
    """Every column that names an article; a test holds them to the schema."""
    return frozenset((*_MOVED, *_WEIGHED))


def naming() -> frozenset[Column[Any]]:
    """The columns of the schema that name an article."""
    tables: Mapping[str, Table] = metadata.tables
    return frozenset(
        key.parent
        for table in tables.values()
        for key in table.foreign_keys
        if key.column is article.c.id
    )


def _row(conn: Connection, id: int) -> Row[Any]:
    return conn.execute(select(article).where(article.c.id == id)).one()


def _summed(kept: Row[Any], gone: Row[Any]) -> dict[str, Any]:
    """What both rows together say of when it was seen, how often, and for how long it stays."""
    is_kept = kept.outcome in _KEPT
    stays = kept.expires_at is None or gone.expires_at is None
    up = kept.vanished_at is None or gone.vanished_at is None
    due = [at for at in (kept.due_at, gone.due_at) if at is not None]
    return {
        "first_seen_at": min(kept.first_seen_at, gone.first_seen_at),
        "read_at": max(kept.read_at, gone.read_at),
        "reads": kept.reads + gone.reads,
        "due_at": min(due, default=None),
        "source_id": kept.source_id if kept.source_id is not None else gone.source_id,
        "outcome": kept.outcome if is_kept or gone.outcome not in _KEPT else Outcome.STORED,
        "expires_at": None if stays else max(kept.expires_at, gone.expires_at),
        "vanished_at": None if up else max(kept.vanished_at, gone.vanished_at),
        "gone_reads": min(kept.gone_reads, gone.gone_reads),
        "gone_since": None if up else kept.gone_since,
    }


def _take_matches(conn: Connection, stays: int, goes: int) -> None:
    """Of two verdicts of one incident the forced one stays, else that of the row that stays; of two
    reviews the later."""
    mine = match.alias("mine")
    there = select(mine.c.incident_id).where(mine.c.article_id == stays)
    alone = and_(match.c.article_id == goes, match.c.incident_id.not_in(there))
    conn.execute(update(match).where(alone).values(article_id=stays))
    for gone in conn.execute(select(match).where(match.c.article_id == goes)).all():
        same = and_(match.c.article_id == stays, match.c.incident_id == gone.incident_id)
        kept = conn.execute(select(match).where(same)).one()
        conn.execute(update(match).where(same).values(_weighed(kept, gone)))
    conn.execute(delete(match).where(match.c.article_id == goes))


def _weighed(kept: Row[Any], gone: Row[Any]) -> dict[str, Any]:
    """What two verdicts of one incident come to."""
    taken = [at for at in (kept.taken_at, gone.taken_at) if at is not None]
    by_hand = gone if gone.forced and not kept.forced else kept
    reviewed = [row for row in (kept, gone) if row.reviewed_at is not None]
    last = max(reviewed, key=lambda row: row.reviewed_at, default=kept)
    return {
        "taken_at": min(taken, default=None),
        "forced": by_hand.forced,
        "verdict": by_hand.verdict,
        "review": last.review,
        "reviewed_at": last.reviewed_at,
    }


def _take_labels(conn: Connection, stays: int, goes: int) -> None:
    for row in conn.execute(select(label).where(label.c.article_id == goes)).mappings().all():
        conn.execute(
            insert_into(conn, label)
            .values({**row, "article_id": stays})
            .on_conflict_do_nothing(index_elements=list(label.primary_key))
        )


def _take_decisions(conn: Connection, stays: int, goes: int) -> None:
    """Decisions on copies name the row that stays; of two on one pair the later holds."""
    about = or_(copy_decision.c.article_id == goes, copy_decision.c.other_id == goes)
    rows = conn.execute(select(copy_decision).where(about)).mappings().all()
    conn.execute(delete(copy_decision).where(about))
    for row in rows:
        (third,) = {row["article_id"], row["other_id"]} - {goes}
        if third == stays:
            continue
        pair = {"article_id": min(stays, third), "other_id": max(stays, third)}
        made = insert_into(conn, copy_decision).values({**row, **pair})
        given = made.excluded
        conn.execute(
            made.on_conflict_do_update(
                index_elements=list(copy_decision.primary_key),
                set_={
                    "together": given.together,
                    "decided_by": given.decided_by,
                    "decided_at": given.decided_at,
                },
                where=copy_decision.c.decided_at < given.decided_at,
            )
        )


def _take_versions(conn: Connection, stays: int, goes: int) -> None:
    conn.execute(delete(revision).where(revision.c.article_id == stays))
    conn.execute(update(revision).where(revision.c.article_id == goes).values(article_id=stays))


def _index(conn: Connection, id: int) -> None:
    """The words of an article whose version came from another row."""
    search.remove(conn, [id])
    wanted = select(
        article.c.title, revision.c.text, article.c.outlet, article.c.authors
    ).select_from(CURRENT)
    title, text, outlet, authors = conn.execute(wanted.where(article.c.id == id)).one()
    if text is not None:
        title = storable(title) if title else None
        search.add(conn, id, title=title, text=text, outlet=outlet, authors=authors)
