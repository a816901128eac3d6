"""What a person wants gone: text, versions, index, sketches, raw records. A tombstone stays, so
that it is not fetched again.

The rows of links stay too, without headline and snippet, so that the ledgers of old crawls still
add up. Call `Database.scrub` afterwards: it clears the files of what their rows no longer say.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, delete, or_, select, update

from pipelines.errors import UnknownThing
from pipelines.outcomes import Outcome
from pipelines.store import copies, pages, search, sketches
from pipelines.store.database import chunks, insert_into
from pipelines.store.frontier import LinkState
from pipelines.store.schema import alias, article, crawl_link, link, tombstone
from pipelines.urls import canonical_key

_REASON = "forgotten by hand"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What went: ids of articles, number of raw records, hosts that are not fetched from again."""

    articles: tuple[int, ...]
    raw_records: int
    hosts: tuple[str, ...] = ()


def forget_article(conn: Connection, id: int, *, now: datetime, folder: Path) -> Forgotten:
    """Forgets one article under all its addresses. Raises UnknownThing."""
    if conn.execute(select(article.c.id).where(article.c.id == id)).first() is None:
        raise UnknownThing("article", id, remedy="`followup articles list` shows them.")
    return Forgotten((id,), _forget(conn, [id], now, folder))


def forget_url(conn: Connection, url: str, *, now: datetime, folder: Path) -> Forgotten:
    """Forgets an address and, where one is stored, its article; one never met is barred too."""
    key = canonical_key(url)
    found = select(article.c.id).where(article.c.key == key)
    through = select(alias.c.article_id).where(alias.c.key == key)
    ids = sorted(set(conn.execute(found.union(through)).scalars()))
    removed = _forget(conn, ids, now, folder)
    _bury(conn, "url", [key], now)
    _clear_links(conn, link.c.key == key, now)
    return Forgotten(tuple(ids), removed)


def forget_outlet(conn: Connection, name: str, *, now: datetime, folder: Path) -> Forgotten:
    """Forgets all articles of an outlet, by its name or its host, and bars its hosts.

    A host that also carries articles of another outlet (a portal) is not barred, only the articles
    are. Raises UnknownThing where nothing is known of that outlet.
    """
    named = search.named(name.strip())
    name = name.strip().lower()
    on_host = or_(article.c.host == name, article.c.host.endswith("." + name, autoescape=True))
    rows = conn.execute(select(article.c.id, article.c.host).where(or_(on_host, named))).all()
    ids = sorted(row.id for row in rows)
    met = or_(link.c.host == name, link.c.host.endswith("." + name, autoescape=True))
    hosts = {row.host for row in rows} - _shared(conn, {row.host for row in rows}, ids)
    if conn.execute(select(link.c.id).where(met)).first() is not None:
        hosts.add(name)
    if not rows and not hosts:
        raise UnknownThing(
            "outlet", name, remedy="Give its name or host as `articles list` has it."
        )
    removed = _forget(conn, ids, now, folder)
    _bury(conn, "outlet", sorted(hosts), now)
    for host in sorted(hosts):
        there = or_(link.c.host == host, link.c.host.endswith("." + host, autoescape=True))
        _clear_links(conn, there, now)
    return Forgotten(tuple(ids), removed, tuple(sorted(hosts)))


def _shared(conn: Connection, hosts: set[str], ids: Sequence[int]) -> set[str]:
    """Hosts that carry other articles than these."""
    carried: set[str] = set()
    for some in chunks(sorted(hosts)):
        rows = conn.execute(select(article.c.id, article.c.host).where(article.c.host.in_(some)))
        carried |= {row.host for row in rows if row.id not in set(ids)}
    return carried


def _forget(conn: Connection, ids: Sequence[int], now: datetime, folder: Path) -> int:
    removed = 0
    sketches.lock(conn)
    for some in chunks(ids):
        keys = [
            *conn.execute(select(article.c.key).where(article.c.id.in_(some))).scalars(),
            *conn.execute(select(alias.c.key).where(alias.c.article_id.in_(some))).scalars(),
            *conn.execute(select(link.c.key).where(link.c.article_id.in_(some))).scalars(),
        ]
        _bury(conn, "article", keys, now)
        removed += pages.remove(conn, folder, some)
        search.remove(conn, some)
        copies.withdraw(conn, some)
        for few in chunks(sorted(set(keys))):
            _clear_links(conn, or_(link.c.article_id.in_(some), link.c.key.in_(few)), now)
        conn.execute(delete(article).where(article.c.id.in_(some)))
    return removed


def _bury(conn: Connection, kind: str, values: Iterable[str], now: datetime) -> None:
    for value in sorted(set(values)):
        conn.execute(
            insert_into(conn, tombstone)
            .values(kind=kind, value=value, forgotten_at=now)
            .on_conflict_do_nothing(index_elements=[tombstone.c.kind, tombstone.c.value])
        )


def _clear_links(conn: Connection, which: ColumnElement[bool], now: datetime) -> None:
    """Links lose what their source said; those still queued are settled, on all worklists."""
    waiting = link.c.state == LinkState.QUEUED
    queued = select(link.c.id).where(which, waiting)
    known = {"outcome": Outcome.ALREADY_KNOWN, "reason": _REASON}
    conn.execute(
        update(crawl_link)
        .where(crawl_link.c.link_id.in_(queued), crawl_link.c.outcome.is_(None))
        .values(at=now, **known)
    )
    settled = update(link).where(which, waiting)
    conn.execute(settled.values(state=LinkState.FAILED, changed_at=now, **known))
    conn.execute(update(link).where(which).values(title=None, snippet=None))
