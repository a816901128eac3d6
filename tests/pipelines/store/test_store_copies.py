"""Links, groups, and the index of sketches in a store."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import pytest
from kept import join
from sqlalchemy import Connection, select

from pipelines.items import (
    COMMON_FROM,
    WIDESPREAD_FROM,
    Article,
    Duplicate,
    DuplicateKind,
    Sketch,
)
from pipelines.outcomes import Outcome
from pipelines.stages import regroup, settle
from pipelines.store import Database, articles, copies, copy_decisions, sketches
from pipelines.store.schema import common_key, copy_group, copy_link, sketch_key

NOW = datetime(2014, 12, 20, 12, tzinfo=UTC)


def put(conn: Connection, name: str, hour: int = 0) -> int:
    url = f"https://lantern.test/{name}"
    at = NOW + timedelta(hours=hour)
    return articles.insert(
        conn,
        Article(url, url, f"Network down, part {name}", f"Words of {name}.", published_at=at),
        keys=(f"lantern.test/{name}",),
        outcome=Outcome.STORED,
        seen_at=at,
    )


def groups(conn: Connection, ids: Collection[int]) -> list[tuple[int | None, bool]]:
    found = [articles.get(conn, id) for id in ids]
    return [(one.copy_of, one.group is not None) for one in found]


def test_a_group_has_the_earliest_as_origin_and_says_why(database: Database) -> None:
    with database.write() as conn:
        a, b, c = (put(conn, name, hour) for name, hour in (("a", 3), ("b", 1), ("c", 2)))
        group = join(conn, b, a, now=NOW, kind=DuplicateKind.NEAR, similarity=0.8)
        assert join(conn, c, b, now=NOW) == group
        assert group is not None
        assert [(m.article_id, m.kind, m.similarity) for m in copies.members(conn, group)] == [
            (b, None, None),
            (c, DuplicateKind.TEXT, 1.0),
            (a, DuplicateKind.NEAR, 0.8),
        ]
        assert groups(conn, (a, b, c)) == [(b, True), (None, True), (b, True)]
        (reason,) = conn.execute(select(copy_group.c.origin_reason)).scalars()
        assert reason == "published first, 2014-12-20 13:00 UTC"


def test_two_groups_become_one_and_keep_an_id(database: Database) -> None:
    with database.write() as conn:
        a, b, c, d, e = (put(conn, name, hour) for hour, name in enumerate("abcde"))
        small = join(conn, b, a, now=NOW)
        join(conn, d, c, now=NOW)
        large = join(conn, e, c, now=NOW)
        assert small != large
        assert join(conn, e, b, now=NOW) == large
        assert groups(conn, (a, b, c, d, e)) == [(None, True), *[(a, True)] * 4]
        assert list(conn.execute(select(copy_group.c.id)).scalars()) == [large]


def test_what_leaves_takes_nobody_along(database: Database) -> None:
    with database.write() as conn:
        a, b, c, d = (put(conn, name, hour) for hour, name in enumerate("abcd"))
        join(conn, b, a, now=NOW)
        join(conn, c, b, now=NOW)
        group = join(conn, d, c, now=NOW)
        copies.withdraw(conn, [a])
        assert groups(conn, (a, b, c, d)) == [(None, False), (None, True), (b, True), (b, True)]
        assert articles.get(conn, d).group == group
        copies.withdraw(conn, [c])
        while settle(conn, now=NOW, most=1):
            pass
        assert groups(conn, (a, b, c, d)) == [(None, False)] * 4
        assert conn.execute(select(copy_link)).all() == []
        assert conn.execute(select(copy_group)).all() == []


def test_a_persons_word_holds_whatever_the_texts_say(database: Database) -> None:
    with database.write() as conn:
        a, b, c = (put(conn, name, hour) for hour, name in enumerate("abc"))
        join(conn, b, a, now=NOW)
        copy_decisions.decide(conn, a, b, together=False, by="Ida", now=NOW)
        copy_decisions.decide(conn, c, a, together=True, by="Ida", now=NOW)
        regroup(conn, [a, b, c], now=NOW)
        assert groups(conn, (a, b, c)) == [(None, True), (None, False), (a, True)]
        assert articles.get(conn, c).duplicate_kind is DuplicateKind.HAND
        copies.link(conn, c, [Duplicate(b, DuplicateKind.TEXT, 1.0)])
        regroup(conn, [c], now=NOW)
        assert groups(conn, (a, b, c)) == [(None, True), (None, False), (a, True)]
        copy_decisions.withdraw(conn, a, b)
        regroup(conn, [b], now=NOW)
        assert groups(conn, (a, b, c)) == [(None, True), (a, True), (a, True)]


def made(number: int, *keys: int) -> Sketch:
    return Sketch((*keys, 1_000 + number), 400, number)


def test_a_sketch_is_found_by_its_keys_and_replaced(database: Database) -> None:
    with database.write() as conn:
        a, b = put(conn, "a"), put(conn, "b")
        low, high = -(2**31), 2**31 - 1
        kept = Sketch((high, low, 7), 30, 2**63 - 1, is_about_title=True)
        sketches.keep(conn, a, kept, [low, high, kept.whole])
        sketches.keep(conn, b, Sketch((7, low), 20, -(2**63)), [low, 7])
        assert sketches.holders(conn, [low, 7, 8]) == {low: [a, b], 7: [b]}
        assert sketches.texts(conn, [a, b, 99])[a] == ("Network down, part a", kept)
        assert sketches.first_holder(conn, low, a) == b
        sketches.keep(conn, a, Sketch((5,), 20, 3), [5])
        assert sketches.holders(conn, [low, high, kept.whole, 5]) == {low: [b], 5: [a]}
        sketches.drop(conn, [a, b])
        assert conn.execute(select(sketch_key)).all() == []


@pytest.mark.parametrize("cap", [COMMON_FROM, WIDESPREAD_FROM])
def test_a_key_that_reaches_a_cap_or_leaves_it_queues_all_that_have_it(
    database: Database, cap: int
) -> None:
    with database.write() as conn:
        ids = [put(conn, str(number)) for number in range(cap)]
        for number, id in enumerate(ids[:-1]):
            sketches.keep(conn, id, made(number, 4), [4, 1_000 + number])
        while sketches.take_queued(conn, 100):
            pass
        sketches.keep(conn, ids[-1], made(cap, 4), [4])
        assert sketches.common(conn, [4, 1_000]) == {4: cap}
        assert sketches.take_queued(conn, 1_000) == ids
        sketches.drop(conn, [ids[3]])
        rest = [id for id in ids if id != ids[3]]
        assert sketches.take_queued(conn, 1_000) == rest
        assert conn.execute(select(common_key)).all() == (
            [] if cap == COMMON_FROM else [(4, cap - 1)]
        )


def test_the_queue_gives_the_oldest_first_and_each_once(database: Database) -> None:
    with database.write() as conn:
        ids = [put(conn, name) for name in "abc"]
        sketches.enqueue(conn, [ids[2], ids[0], ids[0]])
        sketches.enqueue(conn, [ids[0], ids[1]])
        assert sketches.has_queued(conn)
        assert [sketches.take_queued(conn, 2) for _ in range(3)] == [ids[:2], ids[2:], []]
        assert not sketches.has_queued(conn)
