"""Copies in a store: an article's text is kept for comparing, linked, and grouped.

There is one way: `place` an article whose text is new, `withdraw` what is gone (`store.copies`),
`settle` what has to be compared anew since, `regroup` what a person decided about. The groups are
then those that all texts and all decisions make together, in whatever order they came: a link rests
on two texts and on how many articles have their keys, and when such a number crosses a cap, all
that have the key are compared anew. What is not compared at once stands in a queue in the store,
which survives whatever ends the process.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from pipelines import dedupe
from pipelines.dedupe import CopyLink
from pipelines.items import Duplicate, DuplicateKind, Sketch
from pipelines.store import Connection, copies, sketches, texts
from pipelines.store.copies import Group, Linked, Neighbourhood

#: Articles that are compared anew along with one that is placed; more wait for the next ones.
MOST_ALONG = 32


class StoredIndex:
    """The sketches of a store, as `dedupe` looks them up."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def common(self, keys: Collection[int]) -> Mapping[int, int]:
        """See `dedupe.Index`."""
        return sketches.common(self._conn, keys)

    def holders(self, keys: Collection[int]) -> Mapping[int, Sequence[int]]:
        """See `dedupe.Index`."""
        return sketches.holders(self._conn, keys)

    def first_holder(self, key: int, but: int | None) -> int | None:
        """See `dedupe.Index`."""
        return sketches.first_holder(self._conn, key, but)

    def texts(self, ids: Collection[int]) -> Mapping[int, dedupe.Text]:
        """See `dedupe.Index`."""
        return {
            id: dedupe.Text(id, kept.title, kept.sketch)
            for id, kept in sketches.texts(self._conn, ids).items()
        }

    def wording(self, id: int) -> str | None:
        """See `dedupe.Index`."""
        return texts.text_of(self._conn, id)


def place(
    conn: Connection, article_id: int, title: str | None, text: str, *, now: datetime
) -> None:
    """Compares a stored article, whose text is new or was not compared yet, with all others, and
    puts it into its group; what it changes for others is compared anew as well."""
    place_sketch(conn, article_id, title, dedupe.sketch(text, title), now=now)


def place_sketch(
    conn: Connection,
    article_id: int,
    title: str | None,
    found: Sketch,
    *,
    now: datetime,
    is_new: bool = False,
) -> None:
    """`place` of a text whose sketch was made already; `is_new`: the article was stored within this
    transaction, so that nothing is known of it."""
    sketches.lock(conn)
    changed = _keep(conn, dedupe.Text(article_id, title, found), is_new=is_new)
    if changed or (not is_new and copies.is_grouped(conn, article_id)):
        regroup(conn, [article_id, *changed], now=now)
    settle(conn, now=now, most=MOST_ALONG)


def settle(conn: Connection, *, now: datetime, most: int) -> int:
    """Compares up to `most` of the queued articles anew; how many they were."""
    ids = sketches.take_queued(conn, most)
    there = sketches.texts(conn, ids)
    changed = set(ids)
    for id in ids:
        if id in there:
            changed |= _link(conn, dedupe.Text(id, *there[id]))
        else:
            changed |= _keep_or_withdraw(conn, id)
    regroup(conn, changed, now=now)
    return len(ids)


def regroup(conn: Connection, article_ids: Collection[int], *, now: datetime) -> None:
    """Makes the groups of these articles, and of all that hangs together with them, anew from
    links and decisions."""
    if not article_ids:
        return
    sketches.lock(conn)
    near = copies.neighbourhood(conn, article_ids)
    links = [CopyLink(*pair, *told) for pair, told in near.links.items()]
    links += [CopyLink(*pair, DuplicateKind.HAND, _likeness(near, pair)) for pair in near.together]
    keys = {id: one.key for id, one in near.articles.items()}
    found = dedupe.components(near.articles, links, near.apart, keys)
    groups = [_group(near.articles, members, links, keys) for members in found if len(members) > 1]
    copies.assign(conn, near.articles.values(), groups, now=now)


# ------------------------------------------------------------------------------------------ steps


def _keep(conn: Connection, new: dedupe.Text, *, is_new: bool = False) -> set[int]:
    """Keeps the sketch of an article and links it; gives the articles whose links changed."""
    if new.id is None:
        raise ValueError("an article is stored before it is linked")
    keep = sketches.keep_first if is_new else sketches.keep
    keep(conn, new.id, new.sketch, dedupe.keys_of_sketch(new.sketch))
    return _link(conn, new, is_new=is_new)


def _keep_or_withdraw(conn: Connection, article_id: int) -> set[int]:
    """An article that has no sketch gets one of its text; where that is gone, it leaves."""
    title, text = texts.wording_of(conn, article_id)
    if text is None:
        linked = set(copies.links_of(conn, article_id))
        copies.withdraw(conn, [article_id])
        return linked
    return _keep(conn, dedupe.Text(article_id, title, dedupe.sketch(text, title)))


def _link(conn: Connection, new: dedupe.Text, *, is_new: bool = False) -> set[int]:
    """Links an article whose sketch is kept with all that it is a copy of by now; gives the
    articles whose links changed."""
    id = new.id or 0
    index = StoredIndex(conn)
    found = {each.article_id: each for each in dedupe.copies_of(new, index)}
    before = {} if is_new else copies.links_of(conn, id)
    lost = {
        other
        for other, each in before.items()
        if other not in found and each.kind is not DuplicateKind.URL
    }
    lost -= {
        other
        for other, text in index.texts(lost).items()
        if dedupe.is_same_long_text(new.sketch, text.sketch)
    }
    lost -= sketches.unsketched(conn, lost)  # it is for them to say when they are compared
    fresh = {
        other: each
        for other, each in found.items()
        if before.get(other) != each and not _is_url(before.get(other))
    }
    copies.unlink(conn, id, lost)
    copies.link(conn, id, fresh.values())
    return lost | fresh.keys()


def _is_url(link: Duplicate | None) -> bool:
    return link is not None and link.kind is DuplicateKind.URL


def _likeness(near: Neighbourhood, pair: tuple[int, int]) -> float:
    """How alike two articles are that a person joined; 0 where they were not found to be copies."""
    link = near.links.get(pair)
    return 0.0 if link is None else link[1]


def _group(
    articles: Mapping[int, Linked],
    members: Sequence[int],
    links: Sequence[CopyLink],
    keys: Mapping[int, str],
) -> Group:
    origin = dedupe.origin_of([_carrier(articles[id]) for id in members])
    by = dedupe.strongest(members, origin.id, links, keys)
    told = {id: (link.kind, link.similarity) for id, link in by.items()}
    return Group(origin.id, origin.reason, told)


def _carrier(one: Linked) -> dedupe.Carrier:
    return dedupe.carrier_of(
        one.id,
        url=one.url,
        outlet=one.outlet,
        title=one.title,
        published_at=one.published,
        first_seen_at=one.first_seen_at,
        credit=one.credit,
        credit_found=one.credit_found,
        partial=one.partial,
        words=one.words,
    )
