"""What an incident can learn from, as the store tells it; a ledger that follows the verdicts."""

from datetime import UTC, datetime, timedelta

import pytest
from kept import join

from pipelines.errors import UnknownThing
from pipelines.incident import Incident, Profile
from pipelines.items import Article, Link, Reason, Relevance
from pipelines.outcomes import Outcome, Verdict
from pipelines.store import (
    Connection,
    Database,
    articles,
    crawls,
    examples,
    frontier,
    incidents,
    ledger,
    matches,
    offers,
)
from pipelines.store.crawls import CrawlState
from pipelines.store.matches import Decision
from pipelines.store.offers import Offered
from pipelines.urls import canonical_key

NOW = datetime(2014, 12, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
PROFILE = Profile((), ("en",), 0.2, 0.1)


def put(conn: Connection, name: str, *, outcome: Outcome = Outcome.OFF_TOPIC) -> int:
    url = f"https://lantern.test/{name}"
    return articles.insert(
        conn,
        Article(url, url, name, f"The text of {name}.", language="en"),
        keys=(canonical_key(url),),
        outcome=outcome,
        seen_at=NOW,
    )


def open_incident(conn: Connection, slug: str = "fire") -> int:
    return incidents.add(conn, Incident(slug, slug, PROFILE), NOW)


def judge(
    conn: Connection,
    article_id: int,
    incident_id: int,
    score: float,
    verdict: Verdict,
    *,
    forced: bool = False,
    at: datetime = NOW,
) -> None:
    reasons = (Reason("lamp", "term", score), Reason("Holm", "against", -0.01))
    made = Relevance(incident_id, score, verdict, reasons, forced)
    matches.save(conn, article_id, [made], now=at)


def expire(conn: Connection, article_id: int) -> None:
    sql = f"UPDATE article SET expired_at = first_seen_at WHERE id = {article_id}"
    conn.exec_driver_sql(sql)


def test_what_was_taken_left_near_or_decided_about_stands_there(database: Database) -> None:
    with database.write() as conn:
        fire, flood = open_incident(conn), open_incident(conn, "flood")
        taken, near, off, outside, old, kept, forced = (put(conn, name) for name in "abcdefg")
        judge(conn, taken, fire, 0.4, Verdict.FOLLOW_UP)
        judge(conn, near, fire, 0.15, Verdict.CANDIDATE)
        judge(conn, off, fire, 0.05, Verdict.OFF_TOPIC)
        judge(conn, outside, fire, 0.5, Verdict.OUT_OF_WINDOW)
        judge(conn, old, fire, 0.6, Verdict.FOLLOW_UP)
        judge(conn, forced, fire, 0.01, Verdict.FOLLOW_UP, forced=True)
        judge(conn, taken, flood, 0.9, Verdict.FOLLOW_UP)
        expire(conn, old)
        later = NOW + HOUR
        matches.decide(conn, kept, fire, Decision.STAR, by="Ida", now=later)
        matches.decide(conn, near, fire, Decision.DISMISS, by="Ida", now=later)
        found = {one.article_id: one for one in examples.standings(conn, fire)}
    assert sorted(found) == [taken, near, off, old, kept, forced]
    is_taken = {id: (one.is_taken, one.by_hand) for id, one in found.items()}
    assert is_taken == {
        taken: (True, False),
        near: (False, True),
        off: (False, False),
        old: (True, False),
        kept: (True, True),
        forced: (True, True),
    }
    assert [id for id, one in found.items() if not one.has_text] == [old]
    assert (found[taken].score, found[taken].title, found[taken].at) == (0.4, "a", NOW)
    assert found[near].at == found[kept].at == later


def test_a_follow_up_that_a_person_dismissed_is_not_taken(database: Database) -> None:
    with database.write() as conn:
        fire, id = open_incident(conn), put(conn, "a")
        judge(conn, id, fire, 0.01, Verdict.FOLLOW_UP, forced=True)
        matches.decide(conn, id, fire, Decision.DISMISS, by="Ida", now=NOW)
        (one,) = examples.standings(conn, fire)
        assert (one.is_taken, one.by_hand) == (False, True)
        matches.decide(conn, id, fire, None, by="Ida", now=NOW)
        (one,) = examples.standings(conn, fire)
        assert (one.is_taken, one.decision) == (True, None)


def test_copies_know_their_group_and_which_was_first(database: Database) -> None:
    with database.write() as conn:
        fire = open_incident(conn)
        first, copy, lone = (put(conn, name) for name in "abc")
        for id in (first, copy, lone):
            judge(conn, id, fire, 0.4, Verdict.FOLLOW_UP)
        join(conn, copy, first, now=NOW)
        found = {one.article_id: one for one in examples.standings(conn, fire)}
    assert found[first].group == found[copy].group is not None
    assert found[lone].group is None
    assert {id for id, one in found.items() if one.is_copy} == {copy}


def test_of_what_was_left_only_the_latest_are_looked_at(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examples, "LOOKED_BACK", 2)
    with database.write() as conn:
        fire = open_incident(conn)
        ids = [put(conn, name) for name in "abcd"]
        for id in ids:
            judge(conn, id, fire, 0.08, Verdict.OFF_TOPIC)
        judge(conn, ids[0], fire, 0.12, Verdict.CANDIDATE)
        found = sorted(one.article_id for one in examples.standings(conn, fire))
    assert found == [ids[0], *ids[2:]]


def test_the_nearest_to_a_score_come_first_and_no_decided_ones(database: Database) -> None:
    with database.write() as conn:
        fire = open_incident(conn)
        scores = (0.25, 0.19, 0.9, 0.0, 0.2, 0.2, 0.22)
        ids = [put(conn, f"n{place}") for place in range(len(scores))]
        for id, score in zip(ids, scores, strict=True):
            judge(conn, id, fire, score, Verdict.CANDIDATE)
        matches.decide(conn, ids[4], fire, Decision.DISMISS, by="Ida", now=NOW)
        expire(conn, ids[5])
        assert examples.nearest(conn, fire, 0.2, 10) == [ids[1], ids[6], ids[0], ids[2]]
        assert examples.nearest(conn, fire, 0.2, 2) == [ids[1], ids[6]]
        assert examples.undecided(conn, fire, [*ids, 999]) == frozenset(ids) - {ids[4]}


def test_news_is_what_was_taken_or_came_near_since(database: Database) -> None:
    with database.write() as conn:
        fire, flood = open_incident(conn), open_incident(conn, "flood")
        shut, calm = open_incident(conn, "shut"), open_incident(conn, "calm")
        one, two = put(conn, "a"), put(conn, "b")
        judge(conn, one, fire, 0.4, Verdict.FOLLOW_UP, at=NOW + HOUR)
        judge(conn, one, flood, 0.1, Verdict.CANDIDATE, at=NOW + HOUR)
        judge(conn, one, shut, 0.4, Verdict.FOLLOW_UP, at=NOW + HOUR)
        judge(conn, one, calm, 0.0, Verdict.OFF_TOPIC, at=NOW + HOUR)
        judge(conn, two, calm, 0.4, Verdict.FOLLOW_UP, at=NOW)
        incidents.set_open(conn, "shut", False)
        assert examples.has_news(conn, NOW + HOUR) == ["fire", "flood"]
        assert examples.has_news(conn, NOW) == ["fire", "flood", "calm"]
        assert examples.has_news(conn, NOW + 2 * HOUR) == []


def crawl(conn: Connection, begin: int, end: int | None, state: CrawlState) -> int:
    """A crawl that ran from one hour to another."""
    id = crawls.request(conn, crawls.Trigger.HAND, "test", {}, now=NOW)
    begun = NOW + begin * HOUR
    crawls.start(conn, id, pid=1, now=begun, wall_now=begun)
    if end is not None:
        crawls.finish(conn, id, state, now=NOW + end * HOUR, end_reason="x")
    return id


@pytest.mark.parametrize(
    ("before", "hours"),
    [
        ([], 9),
        ([(1, 2, CrawlState.FINISHED)], 9),
        ([(1, 2, CrawlState.FAILED)], 1),
        ([(1, 2, CrawlState.CANCELLED), (3, 4, CrawlState.FAILED)], 1),
        ([(1, 2, CrawlState.CANCELLED), (3, 4, CrawlState.FINISHED)], 9),
        ([(1, 6, CrawlState.CANCELLED), (3, 4, CrawlState.FINISHED)], 1),
        ([(1, None, CrawlState.RUNNING)], 9),
    ],
)
def test_what_a_crawl_that_was_cut_off_judged_is_news_to_the_next_that_ends(
    database: Database, before: list[tuple[int, int | None, CrawlState]], hours: int
) -> None:
    with database.write() as conn:
        for row in before:
            crawl(conn, *row)
        id = crawl(conn, 9, None, CrawlState.RUNNING)
        assert examples.unlearned_since(conn, id) == NOW + hours * HOUR


def test_a_crawl_that_never_began_taught_nothing(database: Database) -> None:
    with database.write() as conn:
        id = crawls.request(conn, crawls.Trigger.HAND, "test", {}, now=NOW)
        assert examples.unlearned_since(conn, id) is None


# ---------------------------------------------------------------------- the ledger, judged anew


def link_to(conn: Connection, id: int, outcome: Outcome, reason: str) -> int:
    url = articles.get(conn, id).url
    crawl_id = crawls.request(conn, crawls.Trigger.HAND, "test", {}, now=NOW)
    wanted = Offered(Link(url), canonical_key(url), "lantern.test", force=True)
    link_id = offers.offer(conn, [wanted], crawl_id, now=NOW)[0].link_id
    assert link_id is not None
    frontier.settle(conn, crawl_id, link_id, outcome, reason, now=NOW, article_id=id)
    return crawl_id


@pytest.mark.parametrize(
    ("ended", "verdict", "outcome", "is_told"),
    [
        (Outcome.CANDIDATE, Verdict.FOLLOW_UP, Outcome.STORED, True),
        (Outcome.OFF_TOPIC, Verdict.CANDIDATE, Outcome.CANDIDATE, True),
        (Outcome.CANDIDATE, Verdict.OFF_TOPIC, Outcome.OFF_TOPIC, True),
        (Outcome.OUT_OF_WINDOW, Verdict.FOLLOW_UP, Outcome.STORED, True),
        (Outcome.STORED, Verdict.OFF_TOPIC, Outcome.STORED, True),
        (Outcome.COPY, Verdict.OFF_TOPIC, Outcome.COPY, False),
        (Outcome.REVISED, Verdict.CANDIDATE, Outcome.REVISED, False),
    ],
)
def test_the_ledger_follows_a_verdict(
    database: Database, ended: Outcome, verdict: Verdict, outcome: Outcome, is_told: bool
) -> None:
    with database.write() as conn:
        fire, id = open_incident(conn), put(conn, "a")
        crawl_id = link_to(conn, id, ended, "as it was")
        judge(conn, id, fire, 0.3, verdict)
        ledger.judged_anew(conn, id, now=NOW + HOUR)
        (row,) = ledger.ledger(conn, fire)
        assert (row.outcome, row.verdict) == (outcome, verdict)
        told = ("judged anew: score 0.300 (lamp)", NOW + HOUR)
        assert (row.reason, row.at) == (told if is_told else ("as it was", NOW))
        (then,) = ledger.of_crawl(conn, crawl_id, limit=5)
        assert (then.outcome, then.reason) == (ended, "as it was")


def test_a_copy_that_is_taken_late_is_a_copy_in_the_ledger(database: Database) -> None:
    with database.write() as conn:
        fire, first, id = open_incident(conn), put(conn, "a"), put(conn, "b")
        link_to(conn, id, Outcome.OFF_TOPIC, "as it was")
        join(conn, id, first, now=NOW)
        judge(conn, id, fire, 0.3, Verdict.FOLLOW_UP)
        ledger.judged_anew(conn, id, now=NOW)
        (row,) = ledger.ledger(conn, fire)
        assert row.outcome is Outcome.COPY


def test_an_article_that_nobody_judged_leaves_the_ledger_as_it_is(database: Database) -> None:
    with database.write() as conn:
        fire, id = open_incident(conn), put(conn, "a")
        link_to(conn, id, Outcome.OFF_TOPIC, "as it was")
        ledger.judged_anew(conn, id, now=NOW + HOUR)
        (row,) = ledger.ledger(conn, fire)
        assert (row.outcome, row.reason, row.verdict) == (Outcome.OFF_TOPIC, "as it was", None)
        with pytest.raises(UnknownThing):
            ledger.entry(conn, 999)
