"""The addresses by which articles are known: the key of their own, and the others.

Another address was read (asked for, or it answered), or a page only named it. What was only named
is asked for like any other when it is found: it may turn out to be another article's, and then goes
over to that one.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, delete, select, update

from pipelines.items import Article
from pipelines.store.database import insert_into
from pipelines.store.schema import alias, article
from pipelines.urls import canonical_key, host_of


def add(
    conn: Connection, id: int, said: Article, keys: Collection[str], read: Collection[str] = ()
) -> None:
    """Further addresses of an article, those in `read` as read; another article's stay with it."""
    if not keys:
        return
    urls = {canonical_key(url): url for url in (said.url, said.canonical_url, *said.aliases)}
    taken = set(conn.execute(select(article.c.key).where(article.c.key.in_(keys))).scalars())
    for key in sorted(set(keys) - taken):
        row = {"key": key, "url": urls.get(key, key), "article_id": id, "is_read": key in read}
        conn.execute(
            insert_into(conn, alias)
            .values(row)
            .on_conflict_do_nothing(index_elements=[alias.c.key])
        )
    mine = update(alias).where(alias.c.article_id == id, alias.c.key.in_(sorted(read)))
    conn.execute(mine.where(~alias.c.is_read).values(is_read=True))


def of_keys(conn: Connection, keys: Sequence[str]) -> Mapping[int, frozenset[str]]:
    """The articles known by any of the keys, each with those that it is known by."""
    found: dict[int, set[str]] = defaultdict(set)
    for key, id in (
        *conn.execute(select(alias.c.key, alias.c.article_id).where(alias.c.key.in_(keys))),
        *conn.execute(select(article.c.key, article.c.id).where(article.c.key.in_(keys))),
    ):
        found[id].add(key)
    return {id: frozenset(found[id]) for id in sorted(found)}


def keys_of(conn: Connection, id: int) -> frozenset[str]:
    """The keys of an article's other addresses."""
    return frozenset(conn.execute(select(alias.c.key).where(alias.c.article_id == id)).scalars())


def urls_of(conn: Connection, id: int) -> list[str]:
    """An article's other addresses."""
    wanted = select(alias.c.url).where(alias.c.article_id == id).order_by(alias.c.key)
    return list(conn.execute(wanted).scalars())


def give_up(conn: Connection, key: str) -> None:
    """An address that was named for some article turned out not to be its own."""
    conn.execute(delete(alias).where(alias.c.key == key))


def move_home(conn: Connection, id: int, key: str, said: Article) -> None:
    """The article's own address is `key` from now on, at which it was read as `said`; the one
    before stays as another. No other article may have `key` as its own."""
    before = conn.execute(select(article.c.key, article.c.url).where(article.c.id == id)).one()
    give_up(conn, key)
    new = {
        "key": key,
        "url": said.url,
        "canonical_url": said.canonical_url,
        "host": host_of(said.url),
    }
    conn.execute(update(article).where(article.c.id == id).values(new))
    if before.key != key:
        keep(conn, id, before.key, before.url)


def keep(conn: Connection, id: int, key: str, url: str) -> None:
    """An address that was an article's own stays as another of it."""
    give_up(conn, key)
    row = {"key": key, "url": url, "article_id": id, "is_read": True}
    conn.execute(insert_into(conn, alias).values(row))
