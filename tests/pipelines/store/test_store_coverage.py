"""What an incident comes to, told from kept counts: the same as by reading all its articles."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from pipelines.outcomes import Outcome, Verdict
from pipelines.store import Database, coverage, edits, exports, ledger, looked
from pipelines.store.coverage import Days
from pipelines.store.exports import Exported
from pipelines.store.ledger import Place
from pipelines.store.schema import link, match, revision
from tests.pipelines.store.test_store_lists import DAY, NOW, begin, change, judge, put, stock

LOOKED = NOW - DAY


def taken(conn: Connection, of: int) -> list[Exported]:
    """The follow-ups, by reading all that the incident took."""
    found = exports.export(conn, of, verdicts=[Verdict.FOLLOW_UP])
    return [one for one in found if one.review != "dismiss"]


def at(one: Exported) -> datetime:
    return (one.published_at or one.first_seen_at).astimezone(UTC)


def within(one: Exported, days: Days) -> bool:
    day = at(one).date()
    return (
        (days.since is None or day >= days.since)
        and (days.until is None or day <= days.until)
        and (days.as_of is None or one.first_seen_at.date() <= days.as_of)
    )


def first_of(some: list[Exported], key: Callable[[Exported], datetime]) -> Exported:
    return min(some, key=lambda one: (key(one), one.id))


def emptied(conn: Connection) -> None:
    for table in ("article", "incident", "source", "copy_group"):
        conn.exec_driver_sql(f"DELETE FROM {table}")


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_days_and_outlets_are_as_counted_by_hand(database: Database, seed: int) -> None:
    rng = Random(seed)
    with database.write() as conn:
        emptied(conn)
        of, ids = stock(conn, 40, seed=seed)
    with database.write() as conn:
        for _ in range(10):
            change(conn, rng, of, ids)
        conn.exec_driver_sql(
            "UPDATE article SET published_at = listed_at WHERE published_at IS NOT NULL"
        )
    today = NOW.date()
    for days in (
        Days(),
        Days(as_of=today - 2 * DAY),
        Days(since=today - 5 * DAY, until=today - DAY),
        Days(since=today - 6 * DAY, as_of=today - DAY),
    ):
        with database.read() as conn:
            mine = [one for one in taken(conn, of) if within(one, days)]
            by_day = coverage.by_day(conn, of, days)
            by_outlet = coverage.by_outlet(conn, of, days)
            lanes = coverage.lanes(conn, of, by_outlet, days)
            firsts = coverage.firsts(conn, of, by_outlet, days)
            first = coverage.first(conn, of, by_day[0][0], days.as_of) if by_day else None
        assert by_day == sorted(Counter(at(one).date() for one in mine).items())
        named = {name: [one for one in mine if (one.outlet or "") == name] for name in by_outlet}
        assert by_outlet == {name: len(some) for name, some in named.items()}
        assert sum(by_outlet.values()) == len(mine)
        for name, some in named.items():
            assert lanes[name] == Counter(at(one).date() for one in some)
            assert (firsts[name].id, firsts[name].at) == (
                first_of(some, at).id,
                at(first_of(some, at)),
            )
        assert (first and first.id) == (first_of(mine, at).id if mine else None)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_what_is_new_is_as_counted_by_hand(database: Database, seed: int) -> None:
    rng = Random(seed)
    with database.write() as conn:
        emptied(conn)
        of, ids = stock(conn, 40, seed=seed)
        for id in ids:
            moved = match.update().where(match.c.article_id == id, match.c.taken_at.is_not(None))
            conn.execute(moved.values(taken_at=NOW - rng.randint(0, 2) * DAY))
    with database.write() as conn:
        for _ in range(10):
            change(conn, rng, of, ids)
    for since in (None, LOOKED, NOW):
        with database.read() as conn:
            mine = taken(conn, of)
            times = dict(conn.execute(select(match.c.article_id, match.c.taken_at)).all())
            new = looked.new(conn, of, since, limit=5)
            n = coverage.taken(conn, of) if since is None else looked.new_count(conn, of, since)
            began = coverage.first_reports(conn, of, since, limit=100)
            waiting = coverage.waiting(conn, of)
            judged = conn.execute(select(match.c.verdict, match.c.review)).all()
        later = [(times[one.id], one.id) for one in mine if since is None or times[one.id] > since]
        assert n == len(later)
        assert new == [(id, when) for when, id in sorted(later, reverse=True)[:5]]
        outlets = {one.outlet or "" for one in mine}
        firsts = [
            first_of([one for one in mine if (one.outlet or "") == name], lambda a: a.first_seen_at)
            for name in outlets
        ]
        wanted = [one for one in firsts if since is None or one.first_seen_at > since]
        wanted.sort(key=lambda one: (one.first_seen_at, one.id), reverse=True)
        assert [one.id for one in began] == [one.id for one in wanted]
        assert waiting == sum(
            verdict in ("follow_up", "candidate") and review is None for verdict, review in judged
        )


@pytest.mark.parametrize("most", [0, 2_000])
def test_edits_are_the_latest_of_follow_ups(
    database: Database, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Whether the incident's articles are asked or all edits gone through."""
    monkeypatch.setattr(edits, "MOST_ASKED", most)
    rng = Random(4)
    with database.write() as conn:
        of, ids = stock(conn, 60, seed=4)
        for id in ids[::2]:
            row = {"article_id": id, "number": 2, "seen_at": NOW - rng.randint(0, 9) * DAY,
                   "text_sha256": "x", "note_kind": rng.choice([None, "correction"])}  # fmt: skip
            conn.execute(revision.insert().values(**row))
    with database.read() as conn:
        mine = {one.id for one in taken(conn, of)}
        rows = conn.execute(select(revision).where(revision.c.number > 1)).all()
        for after, before, noted in ((None, None, False), (NOW - 5 * DAY, NOW - DAY, False),
                                     (NOW - 5 * DAY, None, True)):  # fmt: skip
            found = edits.latest(conn, of, after=after, before=before, noted=noted, limit=7)
            wanted = sorted(
                (row.seen_at, row.article_id)
                for row in rows
                if row.article_id in mine
                and (after is None or row.seen_at > after)
                and (before is None or row.seen_at < before)
                and (row.note_kind or not noted)
            )
            assert found
            assert [(one.at, one.article_id) for one in found] == wanted[::-1][:7]


def test_the_ledger_is_paged_and_counted_as_by_hand(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = Random(1)
    outcomes = [None, Outcome.DEFERRED, Outcome.HTTP_ERROR, Outcome.OFF_TOPIC]
    with database.write() as conn:
        of, _ = stock(conn, 2, seed=1)
        for n in range(40):
            when = NOW - rng.randint(0, 3) * DAY  # several at one moment
            conn.execute(link.insert().values(
                key=f"k{n}", url=f"https://lantern.test/{n}", host="lantern.test", state="done",
                priority=0, tries=0, found_at=when, changed_at=when, outcome=rng.choice(outcomes),
            ))  # fmt: skip
    with database.read() as conn:
        whole = ledger.ledger(conn, of)
        assert [(one.at, one.id) for one in whole] == sorted(
            ((one.at, one.id) for one in whole), reverse=True
        )
        by_hand = Counter(one.outcome for one in whole)
        assert len(whole) == 40
        assert ledger.counts(conn, most=100) == by_hand
        assert ledger.counts(conn, most=3) == {each: min(3, n) for each, n in by_hand.items()}
        for wanted in (None, [Outcome.DEFERRED], [Outcome.HTTP_ERROR, Outcome.OFF_TOPIC]):
            seen: list[int] = []
            place = None
            while page := ledger.ledger(conn, of, limit=7, outcomes=wanted, after=place):
                seen += [one.id for one in page]
                place = Place(page[-1].at, page[-1].id)
            assert seen == [one.id for one in whole if wanted is None or one.outcome in wanted]


def test_a_day_ends_at_midnight_utc(database: Database) -> None:
    """A moment before and after it."""
    midnight = datetime.combine(date(2014, 12, 19), time(), UTC)
    with database.write() as conn:
        of = begin(conn)
        for name, when in (("late", midnight - timedelta(microseconds=1)), ("early", midnight)):
            judge(conn, put(conn, name, published_at=when, seen_at=when), of, Verdict.FOLLOW_UP)
    with database.read() as conn:
        assert coverage.by_day(conn, of, Days()) == [
            (date(2014, 12, 18), 1),
            (date(2014, 12, 19), 1),
        ]
        assert coverage.by_day(conn, of, Days(as_of=date(2014, 12, 18))) == [
            (date(2014, 12, 18), 1)
        ]
