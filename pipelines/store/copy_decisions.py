"""What people decided about copies: two articles are one text, or are not, whatever they read like.

A decision holds for a pair until it is taken back or decided the other way. That the groups follow
is for who decides to see to (`copies`).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, delete, or_, select

from pipelines.store.database import insert_into
from pipelines.store.schema import copy_decision


@dataclass(frozen=True, slots=True)
class Decided:
    """Of two articles, the lower id first: whether they belong together, who said so, when."""

    article_id: int
    other_id: int
    together: bool
    by: str
    at: datetime


def decide(conn: Connection, a: int, b: int, *, together: bool, by: str, now: datetime) -> None:
    """Two articles belong together or apart; ValueError where they are one."""
    if a == b:
        raise ValueError(f"article {a} is one; nothing can be decided of it and itself")
    told = {"together": together, "decided_by": by, "decided_at": now}
    keys = [copy_decision.c.article_id, copy_decision.c.other_id]
    conn.execute(
        insert_into(conn, copy_decision)
        .values(article_id=min(a, b), other_id=max(a, b), **told)
        .on_conflict_do_update(index_elements=keys, set_=told)
    )


def withdraw(conn: Connection, a: int, b: int) -> None:
    """What was decided of two articles, if anything was, no longer holds."""
    this = and_(copy_decision.c.article_id == min(a, b), copy_decision.c.other_id == max(a, b))
    conn.execute(delete(copy_decision).where(this))


def of_article(conn: Connection, id: int) -> list[Decided]:
    """All that was decided of an article, the oldest first."""
    columns = copy_decision.c
    rows = conn.execute(
        select(
            columns.article_id,
            columns.other_id,
            columns.together,
            columns.decided_by,
            columns.decided_at,
        )
        .where(or_(columns.article_id == id, columns.other_id == id))
        .order_by(columns.decided_at, columns.article_id, columns.other_id)
    )
    return [Decided(*row) for row in rows]
